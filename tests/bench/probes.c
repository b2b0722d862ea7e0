// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * probes: guests that probe for many addresses on a schedule, from a packet socket: by ARP, or by
 * Neighbor Solicitation for IPv6. It never replies, and never uses an address. It prints how late
 * it has sent: the best that a sleeping program reaches on this machine at this moment, and so the
 * floor for everything that waits for a deadline.
 */
#define _GNU_SOURCE /* sendmmsg */
#include "../lab/nd_message.h"
#include "range.h"
#include "samples.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/ether.h>
#include <netinet/if_ether.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define ADDRESSES_MAX 16384
#define GUESTS_MAX    256
#define BATCH	      1024		   /* UIO_MAXIOV: the most that sendmmsg takes */
#define START_NS      (20 * NSEC_PER_MSEC) /* until the first probe: time to fall asleep */

struct frame {
	struct ether_header ether;
	union {
		struct ether_arp arp;
		struct nd_message nd;
	};
} __attribute__((packed));

struct schedule {
	unsigned int addresses;
	unsigned int probes; /* of each address, a second apart */
	unsigned int gap_us; /* between one address and the next */
	bool burst;	     /* all addresses at once, despite gap_us */
	bool announce;	     /* and its own announcement directly after each probe */
	bool nonce;	     /* in IPv6: as Linux sends it; else as Windows */
	unsigned int guests; /* 0: one, on IFACE itself */
};

/* A guest's interface and MAC. */
struct guest {
	struct sockaddr_ll to;
	struct ether_addr mac;
};

/* What is sent, in order: a probe, or a probe and an announcement, for each address. */
static struct frame frames[2 * ADDRESSES_MAX];
static struct iovec vectors[2 * ADDRESSES_MAX];
static struct mmsghdr messages[2 * ADDRESSES_MAX];
static struct guest guests[GUESTS_MAX];

static int usage(void)
{
	fprintf(stderr,
		"usage: probes [-c ADDRESSES] [-n PROBES] [-g GAP_US] [-b] [-a] [-N] [-G GUESTS] IFACE MAC FIRST\n"
		"  -b  all addresses back to back, at each second   -a  announce behind each probe\n"
		"  -N  Neighbor Solicitations with a nonce\n"
		"  -G  that many guests take turns: on IFACE0, IFACE1, ..., with MAC, MAC + 1, ...\n"
		"  More than one probe: all addresses within a second.\n");
	return 2;
}

/* Writes a probe or an announcement; returns its length. */
static size_t arp_fill(struct frame *frame, const struct ether_addr *mac, const uint8_t *addr,
		       bool announces)
{
	memset(frame->ether.ether_dhost, 0xff, ETH_ALEN);
	frame->ether.ether_type = htons(ETHERTYPE_ARP);
	frame->arp.arp_hrd = htons(ARPHRD_ETHER);
	frame->arp.arp_pro = htons(ETHERTYPE_IP);
	frame->arp.arp_hln = ETH_ALEN;
	frame->arp.arp_pln = sizeof(frame->arp.arp_tpa);
	frame->arp.arp_op = htons(ARPOP_REQUEST);
	memcpy(frame->arp.arp_sha, mac, ETH_ALEN);
	if (announces)
		memcpy(frame->arp.arp_spa, addr, sizeof(frame->arp.arp_spa));
	memcpy(frame->arp.arp_tpa, addr, sizeof(frame->arp.arp_tpa));
	return ETHER_HDR_LEN + sizeof(frame->arp);
}

/* The same in IPv6. The end of the address is the nonce, different for each. */
static size_t nd_fill(struct frame *frame, const struct ether_addr *mac, const uint8_t *addr,
		      bool announces, bool nonce)
{
	const uint8_t *end = addr + sizeof(struct in6_addr) - ND_OPTION_VALUE_LEN;
	struct nd_message message;
	struct in6_addr target;
	struct nd_words words;
	size_t len;

	memcpy(&target, addr, sizeof(target));
	words = announces ? nd_words_announcement(&target, mac->ether_addr_octet)
			  : nd_words_probe(&target, nonce ? end : NULL);
	len = nd_message_write(&words, &message);
	nd_group_mac(&words.dst, frame->ether.ether_dhost);
	frame->ether.ether_type = htons(ETHERTYPE_IPV6);
	memcpy(&frame->nd, &message, len);
	return ETHER_HDR_LEN + len;
}

static void frames_fill(const struct schedule *schedule, const struct range *range)
{
	unsigned int per_address = schedule->announce ? 2 : 1, turns = schedule->guests ?: 1;

	for (unsigned int i = 0; i < schedule->addresses * per_address; i++) {
		struct guest *guest = &guests[i / per_address % turns];
		const struct ether_addr *mac = &guest->mac;
		struct frame *frame = &frames[i];
		uint8_t addr[sizeof(struct in6_addr)];
		bool announces = i % per_address;
		size_t len;

		range_address(range, i / per_address, addr);
		memcpy(frame->ether.ether_shost, mac, ETH_ALEN);
		len = range->is_ipv6 ? nd_fill(frame, mac, addr, announces, schedule->nonce)
				     : arp_fill(frame, mac, addr, announces);
		vectors[i] = (struct iovec){.iov_base = frame, .iov_len = len};
		messages[i].msg_hdr = (struct msghdr){.msg_iov = &vectors[i],
						      .msg_iovlen = 1,
						      .msg_name = &guest->to,
						      .msg_namelen = sizeof(guest->to)};
	}
}

/* 0, or -errno: the interface is not there. */
static int guest_find(struct guest *guest, const char *iface, const struct ether_addr *mac,
		      unsigned int number)
{
	guest->mac = *mac;
	guest->mac.ether_addr_octet[ETH_ALEN - 1] += number;
	guest->to = (struct sockaddr_ll){.sll_family = AF_PACKET,
					 .sll_ifindex = (int)if_nametoindex(iface),
					 .sll_halen = ETH_ALEN};
	if (guest->to.sll_ifindex)
		return 0;
	fprintf(stderr, "probes: %s: %s\n", iface, strerror(errno));
	return -errno;
}

static int guests_find(const struct schedule *schedule, const char *iface,
		       const struct ether_addr *mac)
{
	char name[IF_NAMESIZE];
	int err = schedule->guests ? 0 : guest_find(&guests[0], iface, mac, 0);

	for (unsigned int i = 0; i < schedule->guests && !err; i++) {
		snprintf(name, sizeof(name), "%s%u", iface, i);
		err = guest_find(&guests[i], name, mac, i);
	}
	return err;
}

/* Protocol 0: receives nothing, so no frames are copied for it. */
static int socket_open(void)
{
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);

	if (fd < 0)
		perror("probes: packet socket");
	return fd;
}

static int frames_send(int fd, unsigned int first, unsigned int count)
{
	while (count) {
		int sent = sendmmsg(fd, messages + first, count < BATCH ? count : BATCH,
				    MSG_NOSIGNAL);

		if (sent < 0 && errno == EINTR)
			continue;
		if (sent < 0)
			return -errno;
		first += (unsigned int)sent;
		count -= (unsigned int)sent;
	}
	return 0;
}

static int64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * (int64_t)NSEC_PER_SEC + now.tv_nsec;
}

/* Returns how late it woke. */
static int64_t sleep_until(int64_t due_ns)
{
	struct timespec due = {.tv_sec = due_ns / NSEC_PER_SEC, .tv_nsec = due_ns % NSEC_PER_SEC};

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &due, NULL) == EINTR)
		;
	return now_ns() - due_ns;
}

static int play(int fd, const struct schedule *schedule, struct samples *late)
{
	unsigned int steps = schedule->burst ? 1 : schedule->addresses;
	unsigned int per_step = (schedule->announce ? 2 : 1) * schedule->addresses / steps;
	int64_t start_ns = now_ns() + START_NS;
	int err;

	for (unsigned int probe = 0; probe < schedule->probes; probe++) {
		for (unsigned int step = 0; step < steps; step++) {
			int64_t due_ns = start_ns + probe * (int64_t)NSEC_PER_SEC +
					 step * (int64_t)schedule->gap_us * NSEC_PER_USEC;

			late->ns[late->count++] = sleep_until(due_ns);
			err = frames_send(fd, step * per_step, per_step);
			if (err)
				return err;
		}
	}
	return 0;
}

static int run(const char *iface, const struct schedule *schedule)
{
	struct samples late = {
		.ns = calloc((size_t)schedule->probes * schedule->addresses, sizeof(int64_t))};
	int fd = late.ns ? socket_open() : -1;
	int err;

	if (fd < 0)
		return 1;
	err = play(fd, schedule, &late);
	close(fd);
	if (err) {
		fprintf(stderr, "probes: %s: %s\n", iface, strerror(-err));
		return 1;
	}
	samples_print(&late);
	printf("sent=%zu\n", late.count);
	free(late.ns);
	return 0;
}

static bool schedule_fits(const struct schedule *schedule)
{
	uint64_t span_us = (uint64_t)schedule->addresses * schedule->gap_us;

	return schedule->addresses && schedule->addresses <= ADDRESSES_MAX && schedule->probes &&
	       schedule->guests <= GUESTS_MAX &&
	       (schedule->probes == 1 || span_us <= NSEC_PER_SEC / NSEC_PER_USEC);
}

static int option_take(struct schedule *schedule, int opt)
{
	switch (opt) {
	case 'c':
		schedule->addresses = (unsigned int)strtoul(optarg, NULL, 10);
		return 0;
	case 'n':
		schedule->probes = (unsigned int)strtoul(optarg, NULL, 10);
		return 0;
	case 'g':
		schedule->gap_us = (unsigned int)strtoul(optarg, NULL, 10);
		return 0;
	case 'b':
		schedule->burst = true;
		return 0;
	case 'a':
		schedule->announce = true;
		return 0;
	case 'N':
		schedule->nonce = true;
		return 0;
	case 'G':
		schedule->guests = (unsigned int)strtoul(optarg, NULL, 10);
		return 0;
	default:
		return -EINVAL;
	}
}

int main(int argc, char **argv)
{
	struct schedule schedule = {.addresses = 1, .probes = 1};
	struct ether_addr mac;
	struct range range;
	int opt;

	prctl(PR_SET_TIMERSLACK, 1); /* the default, 50 us, would be measured, too */
	while ((opt = getopt(argc, argv, "c:n:g:baNG:")) != -1) {
		if (option_take(&schedule, opt))
			return usage();
	}
	if (argc - optind != 3 || !schedule_fits(&schedule) ||
	    !ether_aton_r(argv[optind + 1], &mac) || range_parse(&range, argv[optind + 2]))
		return usage();
	if (guests_find(&schedule, argv[optind], &mac))
		return 1;
	frames_fill(&schedule, &range);
	return run(argv[optind], &schedule);
}
