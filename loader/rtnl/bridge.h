/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bridge.h - what a bridge believes: behind which port a MAC is, and what its ports let through.
 */
#ifndef GARPD_RTNL_BRIDGE_H
#define GARPD_RTNL_BRIDGE_H

#include <stdbool.h>
#include <linux/netlink.h>

#include "bpf/abi/abi.h"
#include "netlink.h"

/* An entry of the forwarding table. */
struct fdb {
	__u32 port;  /* ifindex; the bridge's own for its own MAC; 0: there is no entry */
	__u16 state; /* NUD_PERMANENT: its own, NUD_NOARP: static, else learned */
	__u8 flags;  /* NTF_*, of which NTF_EXT_LEARNED is EVPN's */
	__u8 pad;
};

/* A port, of which ports.h tells whether it forwards, as far as it decides who hears of an address.
 */
struct bridge_port {
	__u32 ifindex; /* 0: none */
	__u32 bridge;
	__u8 state; /* BR_STATE_* */
	__u8 learning;
	__u8 isolated;
	__u8 neigh_suppress;
};

/*
 * Reads the entry of `mac` (RTM_GETNEIGH of AF_BRIDGE without dump, Linux 5.0); `vlan` is 0 on a
 * bridge that looks at no tags. 0, with port 0 where there is no entry; or -errno.
 */
int fdb_read(struct netlink *netlink, __u32 bridge, __u16 vlan, const __u8 mac[MAC_LEN],
	     struct fdb *fdb);

/* The pure halves: RTM_NEWNEIGH of AF_BRIDGE, 0 or -EINVAL; RTM_NEWLINK of AF_BRIDGE about a port,
 * false where it is something else (links_read() hears all of them).
 */
int fdb_parse(const struct nlmsghdr *message, struct fdb *fdb);
bool bridge_port_parse(const struct nlmsghdr *message, struct bridge_port *port);

#endif
