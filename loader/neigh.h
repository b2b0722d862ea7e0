/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * neigh.h - does the host's own neighbour table follow? (DESIGN 6)
 */
#ifndef GARPD_NEIGH_H
#define GARPD_NEIGH_H

#include <linux/netlink.h>

#include "../bpf/abi.h"
#include "netlink.h"

/* A neighbour entry as the kernel has it. */
struct neigh {
	__u16 state;	 /* NUD_*; NUD_NONE: there is no entry */
	__u8 flags;	 /* NTF_*, of which NTF_EXT_LEARNED is EVPN's */
	__u8 has_mac;	 /* 1: `mac` is set */
	__u32 flags_ext; /* NTF_EXT_* (NDA_FLAGS_EXT) */
	__u8 mac[MAC_LEN];
	__u8 pad[2];
};

enum neigh_outcome {
	NEIGH_ABSENT,	 /* no entry, or none with a MAC: nothing to follow */
	NEIGH_FOLLOWED,	 /* it has the MAC, whoever put it there */
	NEIGH_OTHER,	 /* it has another MAC and may be replaced */
	NEIGH_PERMANENT, /* it has another MAC and is not ours to touch (PERMANENT, NOARP) */
};

/*
 * Reads one entry (RTM_GETNEIGH without dump, Linux 5.0). `netlink` needs no groups:
 * netlink_open(&netlink, NULL, 0, &err). 0, with state NUD_NONE where there is no entry; or
 * -errno (-ENODEV: no such interface).
 */
int neigh_read(struct netlink *netlink, __u32 ifindex, const struct addr *addr,
	       struct neigh *neigh);

/* The two pure halves of it: a RTM_NEWNEIGH message, and the verdict. */
int neigh_parse(const struct nlmsghdr *message, struct neigh *neigh);
enum neigh_outcome neigh_follows(const struct neigh *neigh, const __u8 mac[MAC_LEN]);

#endif
