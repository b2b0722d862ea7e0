// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * entries: runs on a router until SIGTERM, then prints how long after their probes the neighbour
 * entries of the addresses had the new MAC: from the kernel's time of the frame to the moment when
 * RTM_NEWNEIGH wakes this program, which is a little later than the entry itself.
 */
#include "samples.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netinet/ether.h>
#include <netinet/if_ether.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define ADDRESSES_MAX 4096
#define BUFFER_BYTES  (8 * 1024 * 1024)

struct watched {
	struct in_addr first;
	unsigned int addresses;
	unsigned int probe; /* the clock starts with this probe of an address, from 1 */
	int64_t due_ns;	    /* after it */
	uint8_t mac[ETH_ALEN];
};

static unsigned int probes[ADDRESSES_MAX];
static int64_t probed_ns[ADDRESSES_MAX];
static int64_t late_ns[ADDRESSES_MAX];
static unsigned int followed;
static volatile sig_atomic_t ended;

static void end(int signal_number)
{
	(void)signal_number;
	ended = 1;
}

/* The index of the address; -1: not in the range. */
static int address_of(const struct watched *watched, const void *ipv4)
{
	uint32_t address;

	memcpy(&address, ipv4, sizeof(address));
	address = ntohl(address) - ntohl(watched->first.s_addr);
	return address < watched->addresses ? (int)address : -1;
}

static int64_t time_ns(const struct timespec *time)
{
	return time->tv_sec * (int64_t)NSEC_PER_SEC + time->tv_nsec;
}

/* ---- frames ---- */

static int packet_open(const char *iface)
{
	struct sockaddr_ll where = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ARP),
		.sll_ifindex = (int)if_nametoindex(iface),
	};
	const int on = 1, size = BUFFER_BYTES;
	int fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof(on)) ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) ||
	    bind(fd, (struct sockaddr *)&where, sizeof(where)))
		return -1;
	return fd;
}

static void frame_take(const struct watched *watched, const struct ether_arp *arp, int64_t at_ns)
{
	static const uint8_t nobody[4];
	int i = address_of(watched, arp->arp_tpa);

	if (i < 0 || memcmp(arp->arp_spa, nobody, sizeof(nobody)) != 0)
		return;
	if (++probes[i] == watched->probe)
		probed_ns[i] = at_ns;
}

static void frames_read(const struct watched *watched, int fd)
{
	char control[CMSG_SPACE(sizeof(struct timespec))];
	struct ether_arp arp;
	struct iovec part = {.iov_base = &arp, .iov_len = sizeof(arp)};
	struct msghdr message;
	struct timespec at;

	for (;;) {
		message = (struct msghdr){.msg_iov = &part,
					  .msg_iovlen = 1,
					  .msg_control = control,
					  .msg_controllen = sizeof(control)};
		if (recvmsg(fd, &message, 0) < (ssize_t)sizeof(arp))
			return;
		memcpy(&at, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof(at));
		frame_take(watched, &arp, time_ns(&at));
	}
}

/* ---- entries ---- */

static int neighbours_open(void)
{
	struct sockaddr_nl where = {.nl_family = AF_NETLINK, .nl_groups = RTMGRP_NEIGH};
	const int size = BUFFER_BYTES;
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) ||
	    bind(fd, (struct sockaddr *)&where, sizeof(where)))
		return -1;
	return fd;
}

static void neighbour_take(const struct watched *watched, struct nlmsghdr *message, int64_t now_ns)
{
	struct ndmsg *ndm = NLMSG_DATA(message);
	int len = (int)NLMSG_PAYLOAD(message, sizeof(*ndm)), i = -1;
	struct rtattr *attr = (struct rtattr *)((char *)ndm + NLMSG_ALIGN(sizeof(*ndm)));
	int is_new = 0;

	if (message->nlmsg_type != RTM_NEWNEIGH || ndm->ndm_family != AF_INET)
		return;
	for (; RTA_OK(attr, len); attr = RTA_NEXT(attr, len)) {
		if (attr->rta_type == NDA_DST)
			i = address_of(watched, RTA_DATA(attr));
		if (attr->rta_type == NDA_LLADDR)
			is_new = memcmp(RTA_DATA(attr), watched->mac, ETH_ALEN) == 0;
	}
	if (i >= 0 && is_new && probed_ns[i] && !late_ns[i]) {
		late_ns[i] = now_ns - probed_ns[i] - watched->due_ns;
		followed++;
	}
}

static void neighbours_read(const struct watched *watched, int fd)
{
	char buffer[16384] __attribute__((aligned(NLMSG_ALIGNTO)));
	struct timespec now;
	ssize_t len;

	while ((len = recv(fd, buffer, sizeof(buffer), 0)) > 0) {
		clock_gettime(CLOCK_REALTIME, &now); /* the clock of the frames */
		for (struct nlmsghdr *message = (struct nlmsghdr *)buffer; NLMSG_OK(message, len);
		     message = NLMSG_NEXT(message, len))
			neighbour_take(watched, message, time_ns(&now));
	}
}

/* ---- main ---- */

static int report(const struct watched *watched)
{
	struct samples late = {.ns = calloc(watched->addresses, sizeof(int64_t))};

	if (!late.ns)
		return 1;
	for (unsigned int i = 0; i < watched->addresses; i++) {
		if (probed_ns[i])
			late.ns[late.count++] = late_ns[i] ? late_ns[i] : SAMPLE_NONE;
	}
	samples_print(&late);
	printf("probed=%zu followed=%u\n", late.count, followed);
	free(late.ns);
	return 0;
}

static int watch(const struct watched *watched, const char *iface)
{
	struct pollfd polls[] = {{.fd = packet_open(iface), .events = POLLIN},
				 {.fd = neighbours_open(), .events = POLLIN}};

	if (polls[0].fd < 0 || polls[1].fd < 0) {
		fprintf(stderr, "entries: %s: %s\n", iface, strerror(errno));
		return 1;
	}
	puts("listening");
	while (!ended) {
		if (poll(polls, 2, -1) < 0)
			continue;
		/* The probe first: the entry is measured from it. */
		frames_read(watched, polls[0].fd);
		neighbours_read(watched, polls[1].fd);
	}
	return report(watched);
}

int main(int argc, char **argv)
{
	struct sigaction action = {.sa_handler = end}; /* no SA_RESTART: poll has to return */
	struct watched watched = {.probe = 1};
	const struct ether_addr *mac;
	int opt;

	setvbuf(stdout, NULL, _IOLBF, 0);
	while ((opt = getopt(argc, argv, "p:d:")) != -1) {
		if (opt == 'p')
			watched.probe = (unsigned int)atoi(optarg);
		else if (opt == 'd')
			watched.due_ns = atoll(optarg) * NSEC_PER_MSEC;
	}
	mac = argc - optind == 4 ? ether_aton(argv[optind + 1]) : NULL;
	if (!mac || !inet_aton(argv[optind + 2], &watched.first)) {
		fprintf(stderr,
			"usage: entries [-p PROBE] [-d DUE_MS] IFACE MAC FIRST ADDRESSES\n");
		return 2;
	}
	memcpy(watched.mac, mac, ETH_ALEN);
	watched.addresses = (unsigned int)atoi(argv[optind + 3]);
	if (!watched.addresses || watched.addresses > ADDRESSES_MAX)
		return 2;
	sigaction(SIGTERM, &action, NULL);
	return watch(&watched, argv[optind]);
}
