/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * neigh.h - the host's own neighbour table: does it follow? Reading it, and writing it.
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
	__u32 changed_ms; /* how long ago (or longer, from 49 days on), NDA_CACHEINFO; 0: news */
	struct addr addr;
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
	NEIGH_LEARNED,	 /* it has another MAC and is EVPN's (extern_learn) */
};

/* "reachable", as ip neigh has it. */
const char *neigh_state_name(__u16 state);

/* Does the kernel have a MAC for the neighbour, and go by it? */
bool neigh_is_valid(const struct neigh *neigh);

/* Did a routing daemon put it there (zebra, from EVPN)? */
bool neigh_is_learned(const struct neigh *neigh);

/*
 * Reads one entry (RTM_GETNEIGH without dump, Linux 5.0). `netlink` needs no groups:
 * netlink_open(&netlink, NULL, &why). 0, with state NUD_NONE where there is no entry; or
 * -errno (-ENODEV: no such interface).
 */
int neigh_read(struct netlink *netlink, __u32 ifindex, const struct addr *addr,
	       struct neigh *neigh);

/*
 * Puts `mac` into the entry with this NUD_* state (RTM_NEWNEIGH, NLM_F_REPLACE). The kernel asks
 * nothing: it overwrites what is PERMANENT, NOARP or extern_learn as well, so read first. With
 * `create` also where there is no entry. 0, or -errno (-ENOENT: none is there, and none was to be
 * made).
 */
int neigh_write(struct netlink *netlink, __u32 ifindex, const struct addr *addr,
		const __u8 mac[MAC_LEN], __u16 state, bool create);

/*
 * Has the kernel resolve an address that it has no entry with a MAC for, as a packet to it would
 * (NTF_USE). 0, or -errno (-EEXIST: it has one by now; -EALREADY: it is asking).
 */
int neigh_resolve(struct netlink *netlink, __u32 ifindex, const struct addr *addr);

/* Every entry of the host, IPv4 and IPv6, for neigh_parse. As netlink_dump. */
int neigh_dump(struct netlink *netlink, netlink_hear hear, void *ctx);

/* The two pure halves of it: a RTM_NEWNEIGH message, and the verdict. */
int neigh_parse(const struct nlmsghdr *message, struct neigh *neigh);
enum neigh_outcome neigh_follows(const struct neigh *neigh, const __u8 mac[MAC_LEN]);

/* The value of /proc/sys/net/FAMILY/conf/INTERFACE/KEY; 0 where this kernel has none. */
__u8 neigh_setting(const char *interface, const struct addr *addr, const char *key);

/*
 * Are announcements about the address told to be ignored there? `interface` may be "all", which
 * counts for drop_gratuitous_arp (net/ipv4/arp.c, IN_DEV_ORCONF) and not for drop_unsolicited_na
 * (net/ipv6/ndisc.c).
 */
bool neigh_drops(const char *interface, const struct addr *addr);

#endif
