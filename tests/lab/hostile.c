// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * hostile: a hostile guest on a packet socket of its interface. Sends RATE frames of one kind a
 * second for SECONDS; then prints how many it has sent, and in what time.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/ether.h>
#include <netinet/icmp6.h>
#include <netinet/if_ether.h>
#include <netinet/ip6.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define BATCH	     64
#define FRAME_MAX    9100
#define RATE_MAX     1000000ul
#define SECONDS_MAX  120ul
#define RANDOM_HOSTS 65536u	 /* MACs: as many as fit into a bridge's table */
#define GARPD_MARK   0x67617270u /* bpf/abi/abi.h */
#define NSEC_PER_SEC 1000000000LL

static struct ether_addr mac;
static struct in_addr v4, target4;   /* ADDR, TARGET */
static struct ether_addr target_mac; /* TARGET, if it is a MAC */
static struct in6_addr v6;
static int fd;

static const struct in6_addr all_nodes = {{{0xff, 0x02, [15] = 1}}};

/* ---- the frames: each kind writes the i-th one and returns its length ---- */

static uint32_t mixed(uint32_t i)
{
	i = (i ^ 61) ^ (i >> 16);
	i *= 9;
	i ^= i >> 4;
	i *= 0x27d4eb2d;
	return i ^ (i >> 15);
}

static size_t put_ethernet(uint8_t *frame, const void *from, uint16_t proto)
{
	struct ether_header ethernet = {.ether_type = htons(proto)};

	memset(ethernet.ether_dhost, 0xff, ETH_ALEN);
	memcpy(ethernet.ether_shost, from, ETH_ALEN);
	memcpy(frame, &ethernet, sizeof(ethernet));
	return sizeof(ethernet);
}

static size_t put_arp(uint8_t *at, const void *sha, struct in_addr spa, struct in_addr tpa)
{
	struct ether_arp arp = {
		.ea_hdr = {htons(ARPHRD_ETHER), htons(ETHERTYPE_IP), ETH_ALEN, 4, htons(1)}};

	memcpy(arp.arp_sha, sha, ETH_ALEN);
	memcpy(arp.arp_spa, &spa, sizeof(spa));
	memcpy(arp.arp_tpa, &tpa, sizeof(tpa));
	memcpy(at, &arp, sizeof(arp));
	return sizeof(arp);
}

static size_t probe(uint8_t *frame, const void *from, struct in_addr tpa)
{
	size_t len = put_ethernet(frame, from, ETHERTYPE_ARP);

	return len + put_arp(frame + len, from, (struct in_addr){}, tpa);
}

/*
 * Probes for ever another address of ADDR's /8. In a smaller network three of the few thousand
 * probes that count could be for the same address by chance.
 */
static size_t addresses(uint8_t *frame, uint32_t i)
{
	struct in_addr tpa = {v4.s_addr | htonl(mixed(i) & 0xfffffe)};

	return probe(frame, &mac, tpa);
}

/* Probes for one address from ever another MAC. */
static size_t macs(uint8_t *frame, uint32_t i)
{
	struct ether_addr from = mac;
	uint16_t host = htons(mixed(i) % RANDOM_HOSTS);

	memcpy(from.ether_addr_octet + 4, &host, sizeof(host));
	return probe(frame, &from, v4);
}

/* Requests, as ADDR, ever another address of TARGET's /15. */
static size_t asks(uint8_t *frame, uint32_t i)
{
	size_t len = put_ethernet(frame, &mac, ETHERTYPE_ARP);
	struct in_addr tpa = {target4.s_addr | htonl(mixed(i) & 0x1fffe)};

	return len + put_arp(frame + len, &mac, v4, tpa);
}

/* Claims to TARGET, by broadcast, that it has ADDR. */
static size_t answers(uint8_t *frame, uint32_t i)
{
	size_t len = put_ethernet(frame, &mac, ETHERTYPE_ARP);
	struct ether_arp *arp = (struct ether_arp *)(frame + len);

	(void)i;
	len += put_arp(frame + len, &mac, v4, target4);
	arp->ea_hdr.ar_op = htons(ARPOP_REPLY);
	return len;
}

/* Replies from ever another host to TARGET, the MAC that has ADDR, as from a listener. */
static size_t followers(uint8_t *frame, uint32_t i)
{
	struct in_addr from = {htonl(0xc6120000 | (mixed(i) & 0x1ffff))}; /* 198.18/15 */
	size_t len = put_ethernet(frame, &mac, ETHERTYPE_ARP);
	struct ether_arp *arp = (struct ether_arp *)(frame + len);

	memcpy(frame, &target_mac, ETH_ALEN);
	len += put_arp(frame + len, &mac, from, v4);
	arp->ea_hdr.ar_op = htons(ARPOP_REPLY);
	return len;
}

static size_t one(uint8_t *frame, uint32_t i)
{
	(void)i;
	return probe(frame, &mac, v4);
}

/* Probes and announcements whose Ethernet source is not their sender, both ways. */
static size_t spoofed(uint8_t *frame, uint32_t i)
{
	static const uint8_t nobody[ETH_ALEN] = {0x02, 0, 0x5e, 0, 0x53, 0x77};
	static const uint8_t group[ETH_ALEN] = {0x01, 0, 0x5e, 0, 0x53, 0x77};
	const void *const pairs[][2] = {{nobody, &mac}, {&mac, nobody}, {&mac, group}};
	size_t len = put_ethernet(frame, pairs[i % 3][0], ETHERTYPE_ARP);
	struct in_addr spa = {i & 4 ? v4.s_addr : 0};

	return len + put_arp(frame + len, pairs[i % 3][1], spa, v4);
}

/* Probes with two and three tags of every kind and order: VLAN hopping. */
static size_t tagged(uint8_t *frame, uint32_t i)
{
	static const uint16_t kinds[] = {ETHERTYPE_VLAN, 0x88a8, 0x9100, ETHERTYPE_VLAN};
	size_t len = 2 * ETH_ALEN;
	uint32_t tags = 2 + i % 2;

	put_ethernet(frame, &mac, ETHERTYPE_ARP);
	for (uint32_t tag = 0; tag < tags; tag++) {
		const uint16_t words[] = {htons(kinds[(i >> 1 >> 2 * tag) & 3]),
					  htons(tag	 ? 10 * tag
						: i & 16 ? 1
							 : 0)};

		memcpy(frame + len, words, sizeof(words));
		len += sizeof(words);
	}
	memcpy(frame + len, &(uint16_t){htons(ETHERTYPE_ARP)}, 2);
	return len + 2 + put_arp(frame + len + 2, &mac, (struct in_addr){}, v4);
}

/* ARP of every length from 0 to 9,000 bytes, some with other address types and lengths. */
static size_t broken(uint8_t *frame, uint32_t i)
{
	size_t len = sizeof(struct ether_header) + (i < 64 ? i : mixed(i) % 9001);

	memset(frame, (int)mixed(i), FRAME_MAX);
	probe(frame, &mac, v4);
	if (i & 1)
		frame[sizeof(struct ether_header) + mixed(i) % 8] = (uint8_t)mixed(i + 1);
	return len;
}

/* Solicitations with options of length 0, beyond the end, or without end; and extension headers. */
static size_t bombs(uint8_t *frame, uint32_t i)
{
	size_t len = put_ethernet(frame, &mac, ETHERTYPE_IPV6), options = mixed(i) % 1400;
	struct ip6_hdr *ip = (struct ip6_hdr *)(frame + len);
	struct nd_neighbor_solicit *ns = (struct nd_neighbor_solicit *)(ip + 1);
	uint8_t *option = (uint8_t *)(ns + 1);

	memset(ip, 0, sizeof(*ip) + sizeof(*ns));
	ip->ip6_vfc = 0x60;
	ip->ip6_nxt = i % 8 == 7 ? 0 : IPPROTO_ICMPV6; /* hop-by-hop options */
	ip->ip6_hlim = 255;
	ip->ip6_dst = all_nodes;
	ip->ip6_plen = htons((uint16_t)(sizeof(*ns) + options));
	ns->nd_ns_type = ND_NEIGHBOR_SOLICIT;
	ns->nd_ns_target = v6;
	for (size_t at = 0; at < options; at++)
		option[at] = (uint8_t)(i % 4 == 0   ? 0
				       : i % 4 == 1 ? 0xff
				       : i % 4 == 2 ? 1 + at % 8 / 7
						    : mixed(i + (uint32_t)at));
	return len + sizeof(*ip) + sizeof(*ns) + options;
}

/* RFC 4443 2.3, over whole words; the lengths are even here. */
static uint16_t icmp6_sum(const struct ip6_hdr *ip, const void *message, size_t len)
{
	const uint16_t *word = (const uint16_t *)&ip->ip6_src;
	uint32_t sum = htons((uint16_t)len) + htons(IPPROTO_ICMPV6);

	for (size_t i = 0; i < 16; i++)
		sum += word[i];
	for (word = message; len; len -= 2)
		sum += *word++;
	sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t) ~(sum + (sum >> 16));
}

/* DAD for ever another address of ADDR's /64: in IPv6 one solicitation opens a claim. */
static size_t solicits(uint8_t *frame, uint32_t i)
{
	size_t len = put_ethernet(frame, &mac, ETHERTYPE_IPV6);
	struct ip6_hdr *ip = (struct ip6_hdr *)(frame + len);
	struct nd_neighbor_solicit *ns = (struct nd_neighbor_solicit *)(ip + 1);
	uint32_t host = htonl(mixed(i));

	memset(ip, 0, sizeof(*ip) + sizeof(*ns));
	ip->ip6_vfc = 0x60;
	ip->ip6_nxt = IPPROTO_ICMPV6;
	ip->ip6_hlim = 255;
	ip->ip6_plen = htons(sizeof(*ns));
	ns->nd_ns_type = ND_NEIGHBOR_SOLICIT;
	ns->nd_ns_target = v6;
	memcpy(ns->nd_ns_target.s6_addr + 12, &host, sizeof(host));
	memcpy(ip->ip6_dst.s6_addr, "\xff\x02\0\0\0\0\0\0\0\0\0\1\xff", 13);
	memcpy(ip->ip6_dst.s6_addr + 13, ns->nd_ns_target.s6_addr + 13, 3);
	memcpy(frame, "\x33\x33", 2);
	memcpy(frame + 2, ip->ip6_dst.s6_addr + 12, 4);
	ns->nd_ns_cksum = icmp6_sum(ip, ns, sizeof(*ns));
	return len + sizeof(*ip) + sizeof(*ns);
}

/* What a hypervisor sends for a guest that was migrated to it: RARP, who is MAC? */
static size_t rarp(uint8_t *frame, uint32_t i)
{
	size_t len = put_ethernet(frame, &mac, ETHERTYPE_REVARP);
	struct ether_arp *arp = (struct ether_arp *)(frame + len);

	(void)i;
	len += put_arp(frame + len, &mac, (struct in_addr){}, (struct in_addr){});
	arp->ea_hdr.ar_op = htons(3);
	memcpy(arp->arp_tha, &mac, ETH_ALEN);
	return len;
}

static const struct kind {
	const char *name;
	size_t (*write)(uint8_t *frame, uint32_t i);
} kinds[] = {
	{"addresses", addresses}, {"macs", macs},	{"one", one},
	{"marked", one},	  {"spoofed", spoofed}, {"tagged", tagged},
	{"broken", broken},	  {"bombs", bombs},	{"solicits", solicits},
	{"asks", asks},		  {"answers", answers}, {"followers", followers},
	{"rarp", rarp},
};

/* ---- sending ---- */

static int64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * NSEC_PER_SEC + now.tv_nsec;
}

static void wait_until(int64_t at_ns)
{
	struct timespec at = {.tv_sec = at_ns / NSEC_PER_SEC, .tv_nsec = at_ns % NSEC_PER_SEC};

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL) == EINTR)
		;
}

static int socket_open(const char *iface, int proto)
{
	struct sockaddr_ll to = {.sll_family = AF_PACKET,
				 .sll_protocol = htons(proto),
				 .sll_ifindex = (int)if_nametoindex(iface)};
	const int on = 1;

	fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	if (fd < 0 || !to.sll_ifindex || bind(fd, (struct sockaddr *)&to, sizeof(to)) ||
	    setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof(on)))
		return -errno;
	/* Bypass queues, as a virtual NIC does; a failure only costs speed. */
	setsockopt(fd, SOL_PACKET, PACKET_QDISC_BYPASS, &on, sizeof(on));
	return 0;
}

/* Ignores frames that the kernel refuses to send, as some kinds have. */
static unsigned int batch_send(const struct kind *kind, uint32_t first, unsigned int count)
{
	static uint8_t frame[BATCH][FRAME_MAX];
	struct iovec part[BATCH];
	struct mmsghdr batch[BATCH] = {};
	unsigned int sent = 0, done = 0;

	for (unsigned int i = 0; i < count; i++) {
		part[i] = (struct iovec){frame[i], kind->write(frame[i], first + i)};
		batch[i].msg_hdr = (struct msghdr){.msg_iov = &part[i], .msg_iovlen = 1};
	}
	while (done < count) {
		int got = sendmmsg(fd, batch + done, count - done, 0);

		sent += got > 0 ? (unsigned int)got : 0;
		done += got > 0 ? (unsigned int)got : 1;
	}
	return sent;
}

static void send_all(const struct kind *kind, unsigned long rate, unsigned long seconds)
{
	int64_t start_ns = now_ns(), end_ns = start_ns + (int64_t)seconds * NSEC_PER_SEC;
	unsigned int batch = rate < BATCH * 100 ? 1 : BATCH;
	unsigned long sent = 0;

	for (uint32_t i = 0; i < rate * seconds && now_ns() < end_ns; i += batch) {
		wait_until(start_ns + (int64_t)i * NSEC_PER_SEC / (int64_t)rate);
		sent += batch_send(kind, i, batch);
	}
	printf("sent=%lu us=%lld\n", sent, (long long)(now_ns() - start_ns) / 1000);
}

/* Returns each announcement that arrives, unchanged, a hundred times. */
static void replay(unsigned long seconds)
{
	int64_t end_ns = now_ns() + (int64_t)seconds * NSEC_PER_SEC;
	struct timeval patience = {.tv_usec = 100000};
	unsigned long sent = 0;
	uint8_t frame[FRAME_MAX];

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	while (now_ns() < end_ns) {
		ssize_t len = recv(fd, frame, sizeof(frame), 0);
		const struct ether_arp *arp = (void *)(frame + sizeof(struct ether_header));

		if (len < (ssize_t)(sizeof(struct ether_header) + sizeof(*arp)) ||
		    memcmp(arp->arp_spa, &v4, 4) || memcmp(arp->arp_tpa, &v4, 4))
			continue;
		for (int i = 0; i < 100; i++)
			sent += send(fd, frame, (size_t)len, 0) > 0;
	}
	printf("sent=%lu\n", sent);
}

/* ---- arguments ---- */

static int usage(void)
{
	fprintf(stderr, "usage: hostile IFACE RATE SECONDS KIND MAC ADDR [TARGET]\n"
			"  KIND  addresses, macs, one, marked, spoofed, tagged, broken, bombs,\n"
			"        solicits, rarp; with TARGET: asks, answers, followers; replay\n");
	return 2;
}

static int run(const struct kind *kind, unsigned long rate, unsigned long seconds)
{
	const uint32_t mark = GARPD_MARK;

	if (strcmp(kind->name, "marked") == 0 &&
	    setsockopt(fd, SOL_SOCKET, SO_MARK, &mark, sizeof(mark)))
		return -errno;
	send_all(kind, rate, seconds);
	return 0;
}

static const struct kind *kind_find(const char *name)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(kinds[i].name, name) == 0)
			return &kinds[i];
	return NULL;
}

int main(int argc, char **argv)
{
	bool counts = argc == 7 || argc == 8;
	unsigned long rate = counts ? strtoul(argv[2], NULL, 10) : 0;
	unsigned long seconds = counts ? strtoul(argv[3], NULL, 10) : 0;
	const struct kind *kind;
	struct ether_addr *parsed;
	int err;

	if (!rate || rate > RATE_MAX || !seconds || seconds > SECONDS_MAX)
		return usage();
	kind = kind_find(argv[4]);
	parsed = ether_aton(argv[5]);
	if (!parsed ||
	    (inet_pton(AF_INET, argv[6], &v4) != 1 && inet_pton(AF_INET6, argv[6], &v6) != 1))
		return usage();
	mac = *parsed;
	parsed = argc == 8 ? ether_aton(argv[7]) : &mac;
	if (parsed)
		target_mac = *parsed;
	else if (inet_pton(AF_INET, argv[7], &target4) != 1)
		return usage();
	if (!kind && strcmp(argv[4], "replay") != 0)
		return usage();
	err = socket_open(argv[1], kind ? 0 : ETH_P_ARP);
	if (!err && kind)
		err = run(kind, rate, seconds);
	else if (!err)
		replay(seconds);
	if (err)
		fprintf(stderr, "hostile: %s: %s\n", argv[1], strerror(-err));
	return err ? 1 : 0;
}
