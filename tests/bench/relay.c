// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * relay: the peer that anybody would write in an afternoon, as good as that program can be. It
 * hears the probes on the bridge by libpcap (promiscuous, so that it hears unicast objections,
 * too), waits for the end of a guest's duplicate address detection, and sends its announcement to
 * the bridge on a packet socket. It stops for an objection and for a guest that announces itself,
 * ends the window early for one that uses the address, and announces declared addresses at their
 * first probe. What it cannot know is whether the guest has the address. It knows untagged frames
 * only.
 */
#define _GNU_SOURCE 1 /* ppoll */
#include "relay_declared.h"
#include "relay_frame.h"
#include "samples.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <pcap/pcap.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define SETS	      (1 << 12)
#define WAYS	      8			   /* claims of a set: the oldest gives way */
#define DOUBLE_NS     (10 * NSEC_PER_MSEC) /* a mirrored probe comes sooner */
#define STEADY_MIN_NS (950LL * NSEC_PER_MSEC)
#define STEADY_MAX_NS (1050LL * NSEC_PER_MSEC)
#define SNAPLEN	      128
#define BUFFER_LEN    (16 << 20)
#define FILTER	      "arp or (icmp6 and (ip6[40] == 135 or ip6[40] == 136))"

enum queue { NOT_QUEUED, QUEUE_STEADY, QUEUE_SLOW, QUEUE_IPV6, QUEUE_AGAIN, QUEUES };

struct claim {
	struct in6_addr addr;
	uint8_t mac[RELAY_MAC_LEN];
	bool used;
	enum queue queue;
	bool is_steady; /* probed a second apart, as by Windows, which has it a second later */
	int probes;
	int left; /* announcements to go */
	int64_t heard_ns;
	int64_t due_ns;
	TAILQ_ENTRY(claim) entry;
};

static struct options {
	const char *iface;
	int probes;	/* of IPv4 that make a sequence; of IPv6 one does */
	int64_t gap_ns; /* the longest between two of them */
	int64_t queue_ns[QUEUES];
	int announcements;
} options = {
	.probes = 3,
	.gap_ns = 3LL * NSEC_PER_SEC,
	.queue_ns = {[QUEUE_STEADY] = 1050LL * NSEC_PER_MSEC,
		     [QUEUE_SLOW] = 2300LL * NSEC_PER_MSEC,
		     [QUEUE_IPV6] = 1050LL * NSEC_PER_MSEC,
		     [QUEUE_AGAIN] = 1100LL * NSEC_PER_MSEC},
	.announcements = 2,
};

/* All claims of a queue wait equally long, so it is in order of time. */
static TAILQ_HEAD(, claim) queues[QUEUES];
static struct claim claims[SETS][WAYS];
static unsigned long heard_count, announced_count, failed_count;
static int send_fd, send_ifindex;
static volatile sig_atomic_t ended;

static void end(int signal_number)
{
	(void)signal_number;
	ended = 1;
}

static int usage(FILE *to)
{
	fprintf(to,
		"usage: relay [-n PROBES] [-g GAP_MS] [-w MS] [-l MS] [-W MS] [-r ROUNDS] [-i MS]\n"
		"\t[-d ADDR=MAC[,MAC...]]... [-D FILE] BRIDGE\n"
		"Announces an address for a guest that has probed for it.\n"
		"  -n  probes of IPv4 that make a sequence (3)   -g  longest gap between two (3000)\n"
		"  -w  from the last probe to the announcement, if they came a second apart (1050)\n"
		"  -l  else (2300: RFC 5227 2.1.1 has 2 s)   -W  in IPv6 (1050)\n"
		"  -r  announcements (2)   -i  from one to the next (1100)\n"
		"  -d  announce these guests at their first probe, and again at the end of the window\n"
		"  -D  the same; a file with a line \"ADDR=MAC[,MAC...]\" for each address\n"
		"Prints \"listening\" when it hears, and what it has done when it is ended.\n");
	return 2;
}

static int64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * (int64_t)NSEC_PER_SEC + now.tv_nsec;
}

/* ---- claims ---- */

static struct claim *set_of(const struct in6_addr *addr)
{
	uint32_t words[4], hash = 2166136261u;

	memcpy(words, addr, sizeof(words));
	for (int i = 0; i < 4; i++) {
		hash = (hash ^ words[i]) * 0x85ebca6bu;
		hash = (hash ^ hash >> 13) * 0xc2b2ae35u;
		hash ^= hash >> 16;
	}
	return claims[hash % SETS];
}

static struct claim *claim_find(const struct in6_addr *addr)
{
	struct claim *set = set_of(addr);

	for (int i = 0; i < WAYS; i++) {
		if (set[i].used && IN6_ARE_ADDR_EQUAL(&set[i].addr, addr))
			return &set[i];
	}
	return NULL;
}

static void claim_unqueue(struct claim *claim)
{
	if (claim->queue != NOT_QUEUED)
		TAILQ_REMOVE(&queues[claim->queue], claim, entry);
	claim->queue = NOT_QUEUED;
}

static void claim_queue(struct claim *claim, enum queue queue, int64_t at_ns)
{
	claim_unqueue(claim);
	claim->queue = queue;
	claim->due_ns = at_ns + options.queue_ns[queue];
	TAILQ_INSERT_TAIL(&queues[queue], claim, entry);
}

static void claim_begin(struct claim *claim, const struct relay_heard *heard)
{
	claim_unqueue(claim);
	*claim = (struct claim){.used = true, .is_steady = true, .addr = heard->addr};
	memcpy(claim->mac, heard->mac, sizeof(claim->mac));
}

static struct claim *claim_new(const struct relay_heard *heard)
{
	struct claim *set = set_of(&heard->addr), *oldest = set;

	for (int i = 0; i < WAYS && oldest->used; i++) {
		if (!set[i].used || set[i].heard_ns < oldest->heard_ns)
			oldest = &set[i];
	}
	claim_begin(oldest, heard);
	return oldest;
}

static void announce(struct claim *claim, int64_t at_ns)
{
	struct relay_frame frames[RELAY_FRAMES_MAX];
	struct sockaddr_ll to = {.sll_family = AF_PACKET, .sll_ifindex = send_ifindex};
	unsigned int count = relay_frames_write(&claim->addr, claim->mac, frames);

	for (unsigned int i = 0; i < count; i++) {
		if (sendto(send_fd, frames[i].bytes, frames[i].len, 0, (struct sockaddr *)&to,
			   sizeof(to)) < 0)
			failed_count++;
	}
	announced_count++;
	claim_unqueue(claim);
	if (claim->left-- > 1)
		claim_queue(claim, QUEUE_AGAIN, at_ns);
}

/* ---- what is heard ---- */

/* Two that probe by turns begin anew each time, and are never announced. */
static void hear_probe(struct claim *claim, const struct relay_heard *heard, int64_t at_ns)
{
	bool is_ipv4 = IN6_IS_ADDR_V4MAPPED(&heard->addr);
	int64_t gap_ns;

	heard_count++;
	if (!claim)
		claim = claim_new(heard);
	else if (memcmp(claim->mac, heard->mac, sizeof(claim->mac)) ||
		 at_ns - claim->heard_ns > options.gap_ns)
		claim_begin(claim, heard);
	else if (at_ns - claim->heard_ns < DOUBLE_NS)
		return;
	gap_ns = at_ns - claim->heard_ns;
	if (claim->probes && (gap_ns < STEADY_MIN_NS || gap_ns > STEADY_MAX_NS))
		claim->is_steady = false;
	claim->heard_ns = at_ns;
	if (++claim->probes == 1 && relay_is_declared(&heard->addr, heard->mac)) {
		claim->left = 1;
		announce(claim, at_ns);
	}
	if (claim->probes < (is_ipv4 ? options.probes : 1))
		return;
	claim->left = options.announcements;
	claim_queue(claim, is_ipv4 ? claim->is_steady ? QUEUE_STEADY : QUEUE_SLOW : QUEUE_IPV6,
		    at_ns);
}

static void hear(const struct relay_heard *heard, int64_t at_ns)
{
	struct claim *claim = heard->word == RELAY_NOTHING ? NULL : claim_find(&heard->addr);

	if (heard->word == RELAY_PROBES) {
		hear_probe(claim, heard, at_ns);
		return;
	}
	if (!claim)
		return;
	if (memcmp(claim->mac, heard->mac, sizeof(claim->mac))) {
		claim_begin(claim, heard); /* an objection, or the next owner */
		return;
	}
	/* After its first announcement these are its own, too. */
	if (claim->queue == NOT_QUEUED || claim->queue == QUEUE_AGAIN)
		return;
	if (heard->word == RELAY_ANNOUNCES)
		claim_unqueue(claim);
	else
		announce(claim, at_ns);
}

static void read_all(pcap_t *handle)
{
	struct pcap_pkthdr *head;
	const uint8_t *bytes;
	struct relay_heard heard;

	while (pcap_next_ex(handle, &head, &bytes) == 1) {
		heard = relay_frame_read(bytes, head->caplen);
		hear(&heard, now_ns());
	}
}

/* Announces what is due. Returns the time until the next is, in ns; -1: nothing waits. */
static int64_t timers_run(void)
{
	int64_t next_ns = -1, at_ns = now_ns();

	for (int queue = NOT_QUEUED + 1; queue < QUEUES; queue++) {
		struct claim *claim;

		while ((claim = TAILQ_FIRST(&queues[queue])) && claim->due_ns <= at_ns)
			announce(claim, at_ns);
		if (claim && (next_ns < 0 || claim->due_ns - at_ns < next_ns))
			next_ns = claim->due_ns - at_ns;
	}
	return next_ns;
}

static void serve(pcap_t *handle)
{
	struct pollfd poll_fd = {.fd = pcap_get_selectable_fd(handle), .events = POLLIN};

	while (!ended) {
		int64_t next_ns = timers_run();
		struct timespec wait = {.tv_sec = next_ns / NSEC_PER_SEC,
					.tv_nsec = next_ns % NSEC_PER_SEC};

		if (ppoll(&poll_fd, 1, next_ns < 0 ? NULL : &wait, NULL) > 0)
			read_all(handle);
	}
}

/* ---- beginning and end ---- */

static pcap_t *hear_open(const char *iface, char *why)
{
	pcap_t *handle = pcap_create(iface, why);
	struct bpf_program program;

	if (!handle)
		return NULL;
	pcap_set_snaplen(handle, SNAPLEN);
	pcap_set_promisc(handle, 1);
	pcap_set_immediate_mode(handle, 1);
	pcap_set_buffer_size(handle, BUFFER_LEN);
	if (pcap_activate(handle) >= 0 &&
	    !pcap_compile(handle, &program, FILTER, 1, PCAP_NETMASK_UNKNOWN) &&
	    !pcap_setfilter(handle, &program) && !pcap_setnonblock(handle, 1, why))
		return handle;
	snprintf(why, PCAP_ERRBUF_SIZE, "%s", pcap_geterr(handle));
	pcap_close(handle);
	return NULL;
}

static int option_take(int opt, char *value)
{
	switch (opt) {
	case 'n':
		options.probes = atoi(value);
		return options.probes > 0 ? 0 : -EINVAL;
	case 'r':
		options.announcements = atoi(value);
		return options.announcements > 0 ? 0 : -EINVAL;
	case 'g':
		options.gap_ns = atoll(value) * NSEC_PER_MSEC;
		return 0;
	case 'w':
		options.queue_ns[QUEUE_STEADY] = atoll(value) * NSEC_PER_MSEC;
		return 0;
	case 'l':
		options.queue_ns[QUEUE_SLOW] = atoll(value) * NSEC_PER_MSEC;
		return 0;
	case 'W':
		options.queue_ns[QUEUE_IPV6] = atoll(value) * NSEC_PER_MSEC;
		return 0;
	case 'i':
		options.queue_ns[QUEUE_AGAIN] = atoll(value) * NSEC_PER_MSEC;
		return 0;
	case 'd':
		return relay_declare(value);
	case 'D':
		return relay_declare_file(value);
	default:
		return -EINVAL;
	}
}

static int run(const char *iface)
{
	char why[PCAP_ERRBUF_SIZE] = "";
	pcap_t *handle = hear_open(iface, why);

	send_ifindex = (int)if_nametoindex(iface);
	send_fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	if (!handle || send_fd < 0) {
		fprintf(stderr, "relay: %s: %s\n", iface, handle ? strerror(errno) : why);
		return 1;
	}
	puts("listening");
	serve(handle);
	printf("probes=%lu announcements=%lu failed=%lu\n", heard_count, announced_count,
	       failed_count);
	pcap_close(handle);
	close(send_fd);
	return 0;
}

int main(int argc, char **argv)
{
	struct sigaction action = {.sa_handler = end}; /* no SA_RESTART: ppoll has to return */
	int opt;

	setvbuf(stdout, NULL, _IOLBF, 0);
	prctl(PR_SET_TIMERSLACK, 1); /* the default, 50 us, would be measured, too */
	for (int queue = 0; queue < QUEUES; queue++)
		TAILQ_INIT(&queues[queue]);
	while ((opt = getopt(argc, argv, "hn:g:w:l:W:r:i:d:D:")) != -1) {
		if (opt == 'h')
			return usage(stdout) & 0;
		if (option_take(opt, optarg))
			return usage(stderr);
	}
	if (argc - optind != 1)
		return usage(stderr);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGINT, &action, NULL);
	return run(argv[optind]);
}
