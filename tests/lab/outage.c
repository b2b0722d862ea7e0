// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * outage: measures the outage of a service address while it moves from one guest to another.
 * The sender is a client that never stops: a numbered datagram every millisecond, paced by absolute
 * time. The receiver holds one socket in each guest's network namespace, so that it alone sees the
 * last datagram that reached the old guest and the first that reached the new one, on one clock.
 */
#define _GNU_SOURCE 1
#include <arpa/inet.h>
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define NSEC_PER_SEC  1000000000LL
#define NSEC_PER_MSEC 1000000LL
#define INTERVAL_NS   NSEC_PER_MSEC /* 1 kHz */
#define GUESTS_MAX    4
#define EXIT_UNENDED  3

struct datagram {
	uint64_t seq;
	uint64_t sent_ns;
};

struct receiver {
	struct pollfd polls[GUESTS_MAX];
	const char *names[GUESTS_MAX];
	nfds_t count;
	int max_outage_ms;
	int gap_ms;
	bool moves; /* an outage ends at another guest, however short it was */
	int events;
	uint64_t last_seq;
	int64_t last_ns;
	nfds_t last_guest;
};

static volatile sig_atomic_t ended;

static void end(int signal_number)
{
	(void)signal_number;
	ended = 1;
}

static int usage(void)
{
	fprintf(stderr,
		"usage: outage send ADDR PORT SECONDS\n"
		"   or: outage recv [-6] [-n NAME=NETNS_PATH]... [-d MAX_S] [-g GAP_MS | -m] "
		"[-e EVENTS] PORT\n"
		"  -6  receive IPv6\n"
		"  -n  receive inside this namespace too (default: the current one)\n"
		"  -d  exit 3 when an outage has lasted so many seconds (15)\n"
		"  -g  the shortest silence that counts as an outage (50)   -e  end after so many (1)\n"
		"  -m  an outage ends at another guest, however short it was\n");
	return 2;
}

static int64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * NSEC_PER_SEC + now.tv_nsec;
}

static void sleep_until(int64_t at_ns)
{
	struct timespec at = {at_ns / NSEC_PER_SEC, at_ns % NSEC_PER_SEC};

	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL);
}

static int port_parse(const char *text)
{
	int port = atoi(text);

	return port > 0 && port < 65536 ? port : 0;
}

union address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

static socklen_t address_len(const union address *address)
{
	return address->any.sa_family == AF_INET6 ? sizeof(address->v6) : sizeof(address->v4);
}

/* NULL: every address of the family. 0 or -EINVAL. */
static int address_parse(union address *address, int family, const char *text, const char *port)
{
	in_port_t number = htons((uint16_t)port_parse(port));
	void *host = &address->v4.sin_addr;

	*address = (union address){.any.sa_family = (sa_family_t)family};
	address->v4.sin_port = number;
	if (family == AF_INET6) {
		address->v6.sin6_port = number;
		host = &address->v6.sin6_addr;
	}
	if (!number || (text && inet_pton(family, text, host) != 1))
		return -EINVAL;
	return 0;
}

static int sender(int argc, char **argv)
{
	int family = argc == 3 && strchr(argv[0], ':') ? AF_INET6 : AF_INET;
	int fd = socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int64_t start_ns = now_ns();
	uint64_t total, refused = 0;
	union address to;

	if (argc != 3 || address_parse(&to, family, argv[0], argv[1]) || fd < 0)
		return usage();
	total = (uint64_t)(atof(argv[2]) * 1000);
	puts("sending");
	for (uint64_t seq = 0; seq < total && !ended; seq++) {
		struct datagram datagram = {htobe64(seq), 0};

		sleep_until(start_ns + (int64_t)seq * INTERVAL_NS);
		datagram.sent_ns = htobe64((uint64_t)now_ns());
		/* During the outage the address is unreachable: go on. */
		if (sendto(fd, &datagram, sizeof(datagram), 0, &to.any, address_len(&to)) < 0)
			refused++;
	}
	printf("sent refused=%llu\n", (unsigned long long)refused);
	close(fd);
	return 0;
}

/* A socket stays in the namespace where it was made. */
static int socket_in(const char *netns_path, const union address *at)
{
	int netns_fd = netns_path ? open(netns_path, O_RDONLY | O_CLOEXEC) : -1;
	int fd = -1;

	if (netns_path && (netns_fd < 0 || setns(netns_fd, CLONE_NEWNET)))
		goto out;
	fd = socket(at->any.sa_family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd >= 0 && bind(fd, &at->any, address_len(at))) {
		close(fd);
		fd = -1;
	}
out:
	if (fd < 0)
		fprintf(stderr, "outage: %s: %s\n", netns_path ? netns_path : "socket",
			strerror(errno));
	if (netns_fd >= 0)
		close(netns_fd);
	return fd;
}

/* True when the last outage that has to be measured is over. */
static bool outage_end(struct receiver *receiver, nfds_t guest, uint64_t seq, int64_t at_ns)
{
	double outage_ms = (double)(at_ns - receiver->last_ns) / NSEC_PER_MSEC;

	if (!receiver->last_ns) {
		printf("receiving at=%s\n", receiver->names[guest]);
		return false;
	}
	if (receiver->moves ? guest == receiver->last_guest : outage_ms < receiver->gap_ms)
		return false;
	printf("outage ms=%.1f lost=%lld from=%s to=%s last_ns=%lld first_ns=%lld\n", outage_ms,
	       (long long)(seq - receiver->last_seq) - 1, receiver->names[receiver->last_guest],
	       receiver->names[guest], (long long)receiver->last_ns, (long long)at_ns);
	return --receiver->events == 0;
}

static bool guest_receive(struct receiver *receiver, nfds_t guest)
{
	struct datagram datagram;

	while (recv(receiver->polls[guest].fd, &datagram, sizeof(datagram), 0) ==
	       (ssize_t)sizeof(datagram)) {
		int64_t at_ns = now_ns();
		bool done = outage_end(receiver, guest, be64toh(datagram.seq), at_ns);

		receiver->last_ns = at_ns;
		receiver->last_seq = be64toh(datagram.seq);
		receiver->last_guest = guest;
		if (done)
			return true;
	}
	return false;
}

static int receive(struct receiver *receiver)
{
	puts("listening");
	while (!ended) {
		int64_t outage_ms = receiver->last_ns
					    ? (now_ns() - receiver->last_ns) / NSEC_PER_MSEC
					    : 0;

		if (outage_ms >= receiver->max_outage_ms) {
			printf("unended ms=%lld from=%s last_ns=%lld\n", (long long)outage_ms,
			       receiver->names[receiver->last_guest], (long long)receiver->last_ns);
			return EXIT_UNENDED;
		}
		if (poll(receiver->polls, receiver->count,
			 receiver->max_outage_ms - (int)outage_ms) <= 0)
			continue;
		for (nfds_t i = 0; i < receiver->count; i++) {
			if (receiver->polls[i].revents && guest_receive(receiver, i))
				return 0;
		}
	}
	return 1;
}

/* NAME=PATH; NULL: the current namespace. */
static int guest_add(struct receiver *receiver, char *text, const union address *address)
{
	char *path = text ? strchr(text, '=') : NULL;
	nfds_t at = receiver->count;

	if (at == GUESTS_MAX || (text && !path))
		return -EINVAL;
	if (path)
		*path++ = '\0';
	receiver->names[at] = text ? text : "here";
	receiver->polls[at] = (struct pollfd){.fd = socket_in(path, address), .events = POLLIN};
	receiver->count++;
	return receiver->polls[at].fd < 0 ? -EIO : 0;
}

static int receiver_main(int argc, char **argv)
{
	struct receiver receiver = {.max_outage_ms = 15000, .gap_ms = 50, .events = 1};
	char *guests[GUESTS_MAX] = {NULL};
	int opt, family = AF_INET, count = 0;
	union address address;

	while ((opt = getopt(argc, argv, "6n:d:g:me:")) != -1) {
		if (opt == '6')
			family = AF_INET6;
		else if (opt == 'n' && count < GUESTS_MAX)
			guests[count++] = optarg;
		else if (opt == 'd')
			receiver.max_outage_ms = (int)(atof(optarg) * 1000);
		else if (opt == 'g')
			receiver.gap_ms = atoi(optarg);
		else if (opt == 'm')
			receiver.moves = true;
		else if (opt == 'e')
			receiver.events = atoi(optarg);
		else
			return usage();
	}
	if (optind != argc - 1 || address_parse(&address, family, NULL, argv[optind]) ||
	    receiver.max_outage_ms <= 0 || receiver.gap_ms <= 0 || receiver.events <= 0)
		return usage();
	for (int i = 0; i < (count ? count : 1); i++) {
		if (guest_add(&receiver, guests[i], &address))
			return 1;
	}
	return receive(&receiver);
}

int main(int argc, char **argv)
{
	struct sigaction action = {.sa_handler = end};

	setvbuf(stdout, NULL, _IOLBF, 0);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGINT, &action, NULL);
	/* The default slack, 50 us, is a twentieth of the sender's interval. */
	prctl(PR_SET_TIMERSLACK, 1UL);
	if (argc > 1 && !strcmp(argv[1], "send"))
		return sender(argc - 2, argv + 2);
	if (argc > 1 && !strcmp(argv[1], "recv"))
		return receiver_main(argc - 1, argv + 1);
	return usage();
}
