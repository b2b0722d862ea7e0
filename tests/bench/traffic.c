// SPDX-License-Identifier: GPL-2.0-or-later
#define _GNU_SOURCE /* setns, sendmmsg, sched_setaffinity */
#include "traffic.h"

#include "samples.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/ether.h>
#include <netinet/ip.h>
#include <sched.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define IFACE	    "eth0"
#define BATCH	    64
#define FRAMES	    (48 * BATCH) /* a slice */
#define FRAME_MAX   1514
#define TCP_BYTES   (16 << 20) /* a slice */
#define TCP_CHUNK   (256 << 10)
#define TCP_IDLE_MS 2000
#define DISCARD	    9 /* RFC 863 */

const char *const traffic_names[TRAFFIC_KINDS] = {
	[TRAFFIC_BRIDGE_64] = "bridge, 64 bytes",
	[TRAFFIC_BRIDGE_1500] = "bridge, 1,500 bytes",
	[TRAFFIC_ROUTER_64] = "bridge and router, 64 bytes",
	[TRAFFIC_ROUTER_1500] = "bridge and router, 1,500 bytes",
	[TRAFFIC_TCP] = "bridge, TCP with GSO",
};

/* Without the FCS. */
static const size_t frame_len[TRAFFIC_KINDS] = {
	[TRAFFIC_BRIDGE_64] = 60,
	[TRAFFIC_BRIDGE_1500] = FRAME_MAX,
	[TRAFFIC_ROUTER_64] = 60,
	[TRAFFIC_ROUTER_1500] = FRAME_MAX,
};

static uint8_t frames[TRAFFIC_KINDS][FRAME_MAX];
static uint8_t bytes[TCP_CHUNK];
static int packet_fd, listener_fd, from_fd, to_fd;
static int here_netns, guest_netns;
static struct in_addr peer_addr;

static int64_t now_ns(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return now.tv_sec * (int64_t)NSEC_PER_SEC + now.tv_nsec;
}

/* ---- frames ---- */

static uint16_t ip_sum(const struct iphdr *ip)
{
	const uint16_t *word = (const uint16_t *)ip;
	uint32_t sum = 0;

	for (unsigned int i = 0; i < sizeof(*ip) / sizeof(*word); i++)
		sum += word[i];
	sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t) ~(sum + (sum >> 16));
}

/* UDP to an address that the receiver does not have. */
static int frame_fill(uint8_t *frame, size_t len, const struct traffic_hosts *hosts,
		      const char *to_mac, const char *to_addr)
{
	uint16_t payload = (uint16_t)(len - ETHER_HDR_LEN);
	struct iphdr ip = {.version = 4,
			   .ihl = 5,
			   .ttl = 64,
			   .protocol = IPPROTO_UDP,
			   .tot_len = htons(payload)};
	const uint16_t udp[] = {htons(DISCARD), htons(DISCARD),
				htons((uint16_t)(payload - sizeof(ip))), 0};
	const uint16_t type = htons(ETHERTYPE_IP);
	struct ether_addr from, to;

	if (!ether_aton_r(hosts->guest_mac, &from) || !ether_aton_r(to_mac, &to) ||
	    inet_pton(AF_INET, hosts->guest_addr, &ip.saddr) != 1 ||
	    inet_pton(AF_INET, to_addr, &ip.daddr) != 1)
		return -EINVAL;
	ip.check = ip_sum(&ip);
	memcpy(frame, &to, ETH_ALEN);
	memcpy(frame + ETH_ALEN, &from, ETH_ALEN);
	memcpy(frame + 2 * ETH_ALEN, &type, sizeof(type));
	memcpy(frame + ETHER_HDR_LEN, &ip, sizeof(ip));
	memcpy(frame + ETHER_HDR_LEN + sizeof(ip), udp, sizeof(udp));
	return 0;
}

static int frames_fill(const struct traffic_hosts *hosts)
{
	for (unsigned int kind = 0; kind < TRAFFIC_TCP; kind++) {
		int routed = kind == TRAFFIC_ROUTER_64 || kind == TRAFFIC_ROUTER_1500;
		int err = frame_fill(frames[kind], frame_len[kind], hosts,
				     routed ? hosts->router_mac : hosts->peer_mac,
				     hosts->client_addr);

		if (err)
			return err;
	}
	return 0;
}

static int frames_send(enum traffic_kind kind)
{
	struct iovec part = {.iov_base = frames[kind], .iov_len = frame_len[kind]};
	struct mmsghdr batch[BATCH] = {};
	int sent = 0;

	for (unsigned int i = 0; i < BATCH; i++)
		batch[i].msg_hdr = (struct msghdr){.msg_iov = &part, .msg_iovlen = 1};
	while (sent < FRAMES) {
		int got = sendmmsg(packet_fd, batch, BATCH, 0);

		if (got < 0 && errno != ENOBUFS && errno != EINTR)
			return -errno;
		sent += got < 0 ? 0 : got;
	}
	return sent;
}

/* ---- TCP ---- */

/* Both ends are this thread's: what cannot be written yet has to be read first. */
static int tcp_move(void)
{
	int64_t idle_ns = now_ns(CLOCK_MONOTONIC) + TCP_IDLE_MS * (int64_t)NSEC_PER_MSEC;
	int got_all = 0;

	while (got_all < TCP_BYTES) {
		ssize_t got = write(from_fd, bytes, sizeof(bytes));

		if (got < 0 && errno != EAGAIN)
			return -errno;
		while ((got = read(to_fd, bytes, sizeof(bytes))) > 0)
			got_all += (int)got;
		if (got < 0 && errno != EAGAIN)
			return -errno;
		if (now_ns(CLOCK_MONOTONIC) > idle_ns)
			return -ETIMEDOUT;
	}
	return got_all;
}

static int listener_open(int peer_netns)
{
	struct sockaddr_in any = {.sin_family = AF_INET, .sin_port = htons(DISCARD)};
	const int on = 1;

	if (setns(peer_netns, CLONE_NEWNET))
		return -errno;
	listener_fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (listener_fd < 0 || setsockopt(listener_fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) ||
	    bind(listener_fd, (struct sockaddr *)&any, sizeof(any)) || listen(listener_fd, 1))
		return -errno;
	return 0;
}

static int tcp_open(void)
{
	struct sockaddr_in peer = {
		.sin_family = AF_INET, .sin_port = htons(DISCARD), .sin_addr = peer_addr};

	if (setns(guest_netns, CLONE_NEWNET))
		return -errno;
	from_fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (setns(here_netns, CLONE_NEWNET) || from_fd < 0 ||
	    connect(from_fd, (struct sockaddr *)&peer, sizeof(peer)))
		return -errno;
	to_fd = accept4(listener_fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (to_fd < 0 || fcntl(from_fd, F_SETFL, O_NONBLOCK))
		return -errno;
	return 0;
}

int traffic_connect(void)
{
	int err;

	if (to_fd > 0) {
		close(from_fd);
		close(to_fd);
	}
	err = tcp_open();
	if (!err)
		err = tcp_move(); /* until its window is open */
	return err < 0 ? err : 0;
}

/* ---- both ---- */

static int packet_open(void)
{
	struct sockaddr_ll to = {.sll_family = AF_PACKET};
	const int on = 1;

	if (setns(guest_netns, CLONE_NEWNET))
		return -errno;
	to.sll_ifindex = (int)if_nametoindex(IFACE);
	packet_fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	if (packet_fd < 0 || !to.sll_ifindex ||
	    bind(packet_fd, (struct sockaddr *)&to, sizeof(to)) ||
	    setsockopt(packet_fd, SOL_PACKET, PACKET_QDISC_BYPASS, &on, sizeof(on)))
		return -errno;
	return 0;
}

/* The last CPU has fewer interrupts. */
static void stay(void)
{
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	CPU_SET(sysconf(_SC_NPROCESSORS_ONLN) - 1, &cpus);
	sched_setaffinity(0, sizeof(cpus), &cpus);
}

int traffic_open(const struct traffic_hosts *hosts)
{
	int peer_netns = open(hosts->peer_netns, O_RDONLY | O_CLOEXEC), err;

	here_netns = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	guest_netns = open(hosts->guest_netns, O_RDONLY | O_CLOEXEC);
	if (here_netns < 0 || guest_netns < 0 || peer_netns < 0)
		return -errno;
	if (inet_pton(AF_INET, hosts->peer_addr, &peer_addr) != 1)
		return -EINVAL;
	stay();
	err = frames_fill(hosts);
	if (!err)
		err = packet_open();
	if (!err)
		err = listener_open(peer_netns);
	close(peer_netns);
	if (!err && setns(here_netns, CLONE_NEWNET))
		err = -errno;
	return err;
}

int64_t traffic_slice(enum traffic_kind kind)
{
	int64_t from_ns = now_ns(CLOCK_THREAD_CPUTIME_ID);
	int units = kind == TRAFFIC_TCP ? tcp_move() : frames_send(kind);

	if (units < 0)
		return units;
	return (now_ns(CLOCK_THREAD_CPUTIME_ID) - from_ns) * 1000 / units;
}
