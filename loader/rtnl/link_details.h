/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * link_details.h - what the kernel tells of a link beyond links.h: what only garpd doctor looks at.
 */
#ifndef GARPD_RTNL_LINK_DETAILS_H
#define GARPD_RTNL_LINK_DETAILS_H

#include <stdbool.h>
#include <linux/if.h>
#include <linux/netlink.h>

#include "bpf/abi/abi.h"
#include "netlink.h"

#define LINK_KIND_LEN 16

struct link_details {
	__u32 ifindex;		 /* first: compare_ifindexes() */
	__u32 master;		 /* ifindex; 0: none */
	__u32 lower;		 /* IFLA_LINK; 0: none */
	bool lower_is_elsewhere; /* in another network namespace */
	bool is_up;
	bool has_carrier;
	char name[IFNAMSIZ];
	char kind[LINK_KIND_LEN];	/* "bridge", "bond"; "": none, as of a card */
	char slave_kind[LINK_KIND_LEN]; /* of what its master is */

	struct {
		bool has_stp;
		__u32 forward_delay_ms;
		bool has_snooping; /* of IGMP and MLD */
		bool has_querier;  /* of MLD: it, or a host that it has heard, asks who listens */
	} bridge;
	struct {
		__u8 mode;	  /* BOND_MODE_* */
		bool has_partner; /* of LACP */
		bool has_active;
		bool has_monitor; /* of its members' links: miimon or arp_interval */
	} bond;
	struct {
		__u8 state; /* BR_STATE_* */
		bool learns;
		bool is_isolated;
		bool is_hairpin;
		bool is_suppressing; /* neigh_suppress */
	} port;			     /* of a bridge: slave_kind is "bridge" */
};

/* Parses RTM_NEWLINK of AF_UNSPEC. False for any other message. */
bool link_details_parse(const struct nlmsghdr *message, struct link_details *link);

#endif
