// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * flood: sends UDP frames of 64 bytes (including the FCS) as fast as one CPU can, from a packet
 * socket that bypasses queues, and prints how many it has sent in what time.
 */
#define _GNU_SOURCE
#include "samples.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/ether.h>
#include <netinet/ip.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define FRAME_LEN 60
#define BATCH	  64
#define PORT	  9 /* discard, RFC 863 */

static int usage(void)
{
	fprintf(stderr, "usage: flood IFACE FROM_MAC TO_MAC FROM_ADDR TO_ADDR COUNT\n");
	return 2;
}

static uint16_t ip_sum(const struct iphdr *ip)
{
	const uint16_t *word = (const uint16_t *)ip;
	uint32_t sum = 0;
	unsigned int i;

	for (i = 0; i < sizeof(*ip) / sizeof(*word); i++)
		sum += word[i];
	sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t) ~(sum + (sum >> 16));
}

static int frame_fill(uint8_t frame[FRAME_LEN], char **argv)
{
	struct ether_addr *from_mac, *to_mac;
	struct iphdr ip = {
		.version = 4,
		.ihl = 5,
		.ttl = 64,
		.protocol = IPPROTO_UDP,
		.tot_len = htons(FRAME_LEN - ETHER_HDR_LEN),
	};
	const uint16_t type = htons(ETHERTYPE_IP);
	const uint16_t udp[] = {htons(PORT), htons(PORT),
				htons(FRAME_LEN - ETHER_HDR_LEN - sizeof(ip)), 0};

	memset(frame, 0, FRAME_LEN);
	from_mac = ether_aton(argv[2]);
	if (!from_mac)
		return -EINVAL;
	memcpy(frame + ETH_ALEN, from_mac, ETH_ALEN);
	to_mac = ether_aton(argv[3]);
	if (!to_mac || inet_pton(AF_INET, argv[4], &ip.saddr) != 1 ||
	    inet_pton(AF_INET, argv[5], &ip.daddr) != 1)
		return -EINVAL;
	memcpy(frame, to_mac, ETH_ALEN);
	memcpy(frame + 2 * ETH_ALEN, &type, sizeof(type));
	ip.check = ip_sum(&ip);
	memcpy(frame + ETHER_HDR_LEN, &ip, sizeof(ip));
	memcpy(frame + ETHER_HDR_LEN + sizeof(ip), udp, sizeof(udp));
	return 0;
}

static int socket_open(const char *iface)
{
	struct sockaddr_ll to = {.sll_family = AF_PACKET,
				 .sll_ifindex = (int)if_nametoindex(iface)};
	const int on = 1;
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);

	if (fd < 0 || !to.sll_ifindex || bind(fd, (struct sockaddr *)&to, sizeof(to)) ||
	    setsockopt(fd, SOL_PACKET, PACKET_QDISC_BYPASS, &on, sizeof(on)))
		return -errno;
	return fd;
}

/* Stays on one CPU: the last one, which has fewer interrupts. */
static void stay(void)
{
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	CPU_SET(sysconf(_SC_NPROCESSORS_ONLN) - 1, &cpus);
	sched_setaffinity(0, sizeof(cpus), &cpus);
}

static int64_t now_ns(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return now.tv_sec * (int64_t)NSEC_PER_SEC + now.tv_nsec;
}

static int send_all(int fd, uint8_t *frame, unsigned long count)
{
	struct iovec part = {.iov_base = frame, .iov_len = FRAME_LEN};
	struct mmsghdr batch[BATCH] = {};
	unsigned long sent = 0;
	int64_t start_ns, cpu_ns;
	unsigned int i;

	for (i = 0; i < BATCH; i++)
		batch[i].msg_hdr = (struct msghdr){.msg_iov = &part, .msg_iovlen = 1};
	start_ns = now_ns(CLOCK_MONOTONIC);
	cpu_ns = now_ns(CLOCK_THREAD_CPUTIME_ID);
	while (sent < count) {
		int got = sendmmsg(fd, batch, BATCH, 0);

		if (got < 0 && errno != ENOBUFS && errno != EINTR)
			return -errno;
		sent += got < 0 ? 0 : (unsigned long)got;
	}
	cpu_ns = now_ns(CLOCK_THREAD_CPUTIME_ID) - cpu_ns;
	start_ns = now_ns(CLOCK_MONOTONIC) - start_ns;
	printf("sent=%lu us=%lld cpu_us=%lld\n", sent, (long long)start_ns / NSEC_PER_USEC,
	       (long long)cpu_ns / NSEC_PER_USEC);
	return 0;
}

int main(int argc, char **argv)
{
	unsigned long count = argc == 7 ? strtoul(argv[6], NULL, 10) : 0;
	uint8_t frame[FRAME_LEN];
	int fd, err;

	if (!count || frame_fill(frame, argv))
		return usage();
	stay();
	fd = socket_open(argv[1]);
	err = fd < 0 ? fd : send_all(fd, frame, count);
	if (err)
		fprintf(stderr, "flood: %s: %s\n", argv[1], strerror(-err));
	return err ? 1 : 0;
}
