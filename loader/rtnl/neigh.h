/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * neigh.h - the host's neighbour table: read, judge and write its entries.
 */
#ifndef GARPD_RTNL_NEIGH_H
#define GARPD_RTNL_NEIGH_H

#include <stdbool.h>
#include <linux/netlink.h>

#include "bpf/abi/abi.h"
#include "netlink.h"

/* A neighbour entry as the kernel has it. */
struct neigh {
	__u32 ifindex;
	__u32 changed_ms; /* age of its last change (NDA_CACHEINFO), UINT32_MAX: that or more */
	struct addr addr;
	__u16 state;	 /* NUD_*; NUD_NONE: no entry */
	__u8 flags;	 /* NTF_*; NTF_EXT_LEARNED: EVPN's */
	__u8 has_mac;	 /* 1: `mac` is set */
	__u32 flags_ext; /* NTF_EXT_* (NDA_FLAGS_EXT) */
	__u8 mac[MAC_LEN];
	__u8 pad[2];
};

enum neigh_outcome {
	NEIGH_ABSENT,	 /* no entry, or an entry without a MAC */
	NEIGH_FOLLOWED,	 /* it has the MAC */
	NEIGH_OTHER,	 /* it has another MAC and may be replaced */
	NEIGH_PERMANENT, /* it has another MAC and is the administrator's (PERMANENT, NOARP) */
	NEIGH_LEARNED,	 /* it has another MAC and is EVPN's (extern_learn) */
};

/* Does the kernel have a MAC for the neighbour, and use it? */
bool neigh_is_valid(const struct neigh *neigh);

/* Did a routing daemon write it (FRR's zebra, from EVPN)? */
bool neigh_is_learned(const struct neigh *neigh);

/* Compares the entry with the MAC that was announced. */
enum neigh_outcome neigh_judge(const struct neigh *neigh, const __u8 mac[MAC_LEN]);

/* "reachable", as ip neigh prints it. */
const char *neigh_state_name(__u16 state);

/* Parses RTM_NEWNEIGH or RTM_DELNEIGH of an IP family. 0, or -EINVAL for any other message. */
int neigh_parse(const struct nlmsghdr *message, struct neigh *neigh);

/*
 * Reads one entry (RTM_GETNEIGH without a dump, Linux 5.0). 0, with NUD_NONE if there is no entry;
 * or -errno (-ENODEV: no such interface).
 */
int neigh_read(struct netlink *netlink, __u32 ifindex, const struct addr *addr,
	       struct neigh *neigh);

/* Hears every entry of the host, IPv4 and IPv6, for neigh_parse(). As netlink_run. */
int neigh_dump(struct netlink *netlink, netlink_hear hear, void *ctx);

/*
 * Gives an entry this MAC and NUD_* state (RTM_NEWNEIGH, NLM_F_REPLACE). The kernel overwrites
 * PERMANENT, NOARP and extern_learn entries, too: read first. 0, or -errno (-ENOENT: no entry, and
 * not `create`).
 */
int neigh_write(struct netlink *netlink, __u32 ifindex, const struct addr *addr,
		const __u8 mac[MAC_LEN], __u16 state, bool create);

/*
 * Makes the kernel resolve the address, as a packet to it would (NTF_USE). 0, or -errno (-EEXIST:
 * resolved already; -EALREADY: being resolved).
 */
int neigh_resolve(struct netlink *netlink, __u32 ifindex, const struct addr *addr);

/* The value of /proc/sys/net/FAMILY/conf/INTERFACE/KEY; 0 if this kernel does not have it. */
__u8 neigh_setting(const char *interface, const struct addr *addr, const char *key);

/*
 * Is the kernel set to ignore announcements of the address there? "all" is an interface for
 * drop_gratuitous_arp (net/ipv4/arp.c, IN_DEV_ORCONF), not for drop_unsolicited_na
 * (net/ipv6/ndisc.c).
 */
bool neigh_has_drop_setting(const char *interface, const struct addr *addr);

#endif
