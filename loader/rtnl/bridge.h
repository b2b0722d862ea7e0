/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bridge.h - what a bridge has learned, and which frames its ports let through.
 */
#ifndef GARPD_RTNL_BRIDGE_H
#define GARPD_RTNL_BRIDGE_H

#include <stdbool.h>
#include <linux/netlink.h>

#include "bpf/abi/abi.h"
#include "netlink.h"

/* An entry of the forwarding table. */
struct fdb {
	__u32 port;  /* ifindex, of the bridge itself for its own MAC; 0: no entry */
	__u16 state; /* NUD_PERMANENT: the bridge's own, NUD_NOARP: static, else learned */
	__u8 flags;  /* NTF_*; NTF_EXT_LEARNED: EVPN's */
	__u8 pad;
};

/* What decides which frames a port of a bridge lets through; whether it forwards is in links.h. */
struct bridge_port {
	__u32 ifindex; /* 0: none */
	__u32 bridge;
	__u8 state; /* BR_STATE_* */
	__u8 learning;
	__u8 isolated;
	__u8 neigh_suppress;
};

/*
 * Reads the entry of `mac` (RTM_GETNEIGH of AF_BRIDGE without a dump, Linux 5.0). `vlan`: 0 if the
 * bridge is not VLAN-aware. 0, with port 0 if there is no entry; or -errno.
 */
int fdb_read(struct netlink *netlink, __u32 bridge, __u16 vlan, const __u8 mac[MAC_LEN],
	     struct fdb *fdb);

/* Parses RTM_NEWNEIGH of AF_BRIDGE. 0, or -EINVAL for any other message. */
int fdb_parse(const struct nlmsghdr *message, struct fdb *fdb);

/* Parses RTM_NEWLINK of AF_BRIDGE about a port. False for any other message. */
bool bridge_port_parse(const struct nlmsghdr *message, struct bridge_port *port);

#endif
