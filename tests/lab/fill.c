// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fill: adds claims to the pinned map, beside those of a test or bench: owners that announced
 * themselves long ago, on one port, for consecutive addresses. They cost what any others cost that
 * nothing happens to. Or adds ports, of no segment, until the map of ports takes no more, and
 * prints how many.
 *
 *	fill BRIDGE PORT FIRST COUNT
 *	fill ports
 */
#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <bpf/bpf.h>

#include "bpf/abi/abi.h"

#define AGE_NS (24 * 3600 * NSEC_PER_SEC) /* until they are forgotten: max_age */

static __u64 now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (__u64)now.tv_sec * NSEC_PER_SEC + (__u64)now.tv_nsec;
}

static void claim_make(struct claim *claim, __u32 segment, __u32 port, __u32 addr, __u64 time_ns)
{
	const __be32 wire = htonl(addr);

	*claim = (struct claim){
		.state = CLAIM_OWNED,
		.reason = COUNTER_self_announced,
		.key = {.segment = segment, .addr = {{[10] = 0xff, [11] = 0xff}}},
		.mac = {0x02, 0x00},
		.port = port,
		.quota_port = port,
		.probes = PROBE_NUM,
		.self_announced = 1,
		.first_probe_ns = time_ns,
		.last_probe_ns = time_ns,
		.last_seen_ns = time_ns,
		.changed_ns = time_ns,
		.due_ns = time_ns + AGE_NS,
		.deadline_ns = time_ns + AGE_NS,
	};
	memcpy(claim->key.addr.bytes + 12, &wire, sizeof(wire));
	memcpy(claim->mac + 2, &wire, sizeof(wire));
	memcpy(claim->owner, claim->mac, MAC_LEN);
	claim->owner_port = port;
}

static int fill(__u32 segment, __u32 port, __u32 first, __u32 count)
{
	int map = bpf_obj_get(GARPD_PIN_DIR "/claims");
	__u64 time_ns = now_ns();
	struct claim claim;
	int err = map < 0 ? map : 0;

	for (__u32 i = 0; i < count && !err; i++) {
		claim_make(&claim, segment, port, first + i, time_ns);
		err = bpf_map_update_elem(map, &claim.key, &claim, BPF_NOEXIST);
	}
	if (err)
		fprintf(stderr, "fill: claims: %s\n", strerror(-err));
	return err;
}

/* Their indices are beyond those that the kernel gives in the life of a test. */
static int fill_ports(void)
{
	const struct port port = {.segment = 0x7fffffff, .role = ROLE_UPLINK};
	int map = bpf_obj_get(GARPD_PIN_DIR "/ports");
	__u32 ifindex = 0x40000000, count = 0;
	int err = map < 0 ? map : 0;

	for (; !err; ifindex++, count += !err)
		err = bpf_map_update_elem(map, &ifindex, &port, BPF_NOEXIST);
	if (err != -E2BIG) {
		fprintf(stderr, "fill: ports: %s\n", strerror(-err));
		return err;
	}
	printf("%u\n", count);
	return 0;
}

int main(int argc, char **argv)
{
	__u32 segment = argc == 5 ? if_nametoindex(argv[1]) : 0;
	__u32 port = segment ? if_nametoindex(argv[2]) : 0;
	struct in_addr first;

	if (argc == 2 && !strcmp(argv[1], "ports"))
		return fill_ports() ? 1 : 0;
	if (!port || inet_pton(AF_INET, argv[3], &first) != 1) {
		fprintf(stderr, "usage: fill BRIDGE PORT FIRST COUNT | fill ports\n");
		return 2;
	}
	return fill(segment, port, ntohl(first.s_addr), (__u32)strtoul(argv[4], NULL, 10)) ? 1 : 0;
}
