/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * traffic.h - traffic between network namespaces, sent and received by one thread on one CPU, whose
 * CPU time is what it costs, whatever else the machine does.
 */
#ifndef GARPD_BENCH_TRAFFIC_H
#define GARPD_BENCH_TRAFFIC_H

#include <stdint.h>

enum traffic_kind {
	TRAFFIC_BRIDGE_64, /* from the guest to another, bytes with the FCS */
	TRAFFIC_BRIDGE_1500,
	TRAFFIC_ROUTER_64, /* through the bridge and the router */
	TRAFFIC_ROUTER_1500,
	TRAFFIC_TCP, /* through the bridge, in segments of up to 64 KiB */
	TRAFFIC_KINDS,
};

extern const char *const traffic_names[TRAFFIC_KINDS];

struct traffic_hosts {
	const char *guest_netns; /* with eth0 */
	const char *peer_netns;
	const char *guest_mac, *peer_mac, *router_mac;
	const char *guest_addr, *peer_addr, *client_addr;
};

/* Opens the sockets, and stays on the last CPU, in this network namespace. 0 or -errno. */
int traffic_open(const struct traffic_hosts *hosts);

/*
 * A new TCP connection: an old one goes on with what its interface could when it began, and XDP on
 * a veth takes GSO from it. 0 or -errno.
 */
int traffic_connect(void);

/* One slice, of about 10 ms: picoseconds of CPU time for a byte of payload, or frame; or -errno. */
int64_t traffic_slice(enum traffic_kind kind);

#endif
