/* SPDX-License-Identifier: GPL-2.0-only */
/* bounds.h - guards and limits of ports. Part of abi.h. */
#ifndef GARPD_ABI_BOUNDS_H
#define GARPD_ABI_BOUNDS_H

#include <linux/bpf.h>

#include "claims.h"
#include "constants.h"

/* ---- guards ---- */

/*
 * A subnet of the host in one segment, by an address or an on-link route: key of the prefix tree
 * `subnets`. Where the host has an address of a family, an element of length SUBNET_FAMILY_BITS
 * covers all addresses outside of its subnets.
 */
struct subnet {
	__u32 len;     /* bits of the fields below */
	__u32 segment; /* as in struct claim_key */
	__u16 vlan;
	__u16 family; /* 4 or 6 */
	struct addr addr;
};
_Static_assert(sizeof(struct subnet) == 28, "subnet is a key");

#define SUBNET_FAMILY_BITS 64	  /* before the address */
#define ASKER_ANY_VLAN	   0xffff /* in `askers`: where no other VLAN has an element */

enum subnet_kind {
	SUBNET_LOCAL = 1,   /* on the link of the segment */
	SUBNET_FOREIGN = 2, /* on another link: not an address for a guest of this segment */
};

/* Guards of a port, struct port's `guards`. */
#define GUARD_FOREIGN	    0x01 /* deny addresses outside of the segment's subnets */
#define GUARD_ONLY_DECLARED 0x02 /* deny addresses that the configuration does not name */
#define GUARD_ADDRESSES	    0x04 /* deny addresses that the port's rule does not list */
#define GUARD_MACS	    0x08 /* deny MACs that the port's rule does not list */
#define GUARD_UNHEARD	    0x10 /* deny: a port of the segment is unheard */
#define GUARD_DEAF	    0x20 /* of the configuration: GUARD_UNHEARD also where guests are asked */
#define GUARD_RULE	    (GUARD_ADDRESSES | GUARD_MACS)
#define GUARD_ALL	    (GUARD_RULE | GUARD_FOREIGN | GUARD_ONLY_DECLARED | GUARD_UNHEARD)

/* Key of the prefix tree `rule_addresses`: an address allowed by the rule. */
struct rule_address {
	__u32 len; /* bits of the fields below */
	__u32 rule;
	struct addr addr;
};
_Static_assert(sizeof(struct rule_address) == 24, "rule_address is a key");

#define RULE_BITS 32 /* before the address */

/* Key of `rule_macs`: a MAC allowed by the rule. */
struct rule_mac {
	__u32 rule;
	__u8 mac[MAC_LEN];
	__u16 pad;
};
_Static_assert(sizeof(struct rule_mac) == 12, "rule_mac is a hash key");

/* ---- limits ---- */

/*
 * What a port has used of its limits: claims, probes, announcements, events. Map `port_limits`, key
 * ifindex. Each time is a token bucket (limit.h): the bucket is full again at that time.
 */
struct limit {
	struct bpf_spin_lock lock;
	__u32 claims; /* claims with this port as their quota_port */
	__u64 probes_tat_ns;
	__u64 rounds_tat_ns;
	__u64 nudges_tat_ns;
	__u64 questions_tat_ns;
	__u64 events_tat_ns;
	struct claim_key unanswered; /* the claim that gives way to a new one; all zero: none */
};
_Static_assert(sizeof(struct limit) == 72, "limit has no holes");

/*
 * Events that only inform, from the frames of one port. A burst of 1,000 addresses with a window
 * each stays within it; a flood costs the daemon nothing beyond it.
 */
#define EVENTS_PER_SECOND 1000u
#define EVENTS_BURST	  4000u

/*
 * Token buckets for the announcements of all ports together. Half of the rate is reserved for
 * quiet ports, so that they do not queue behind busy ones. Map `lanes`, key enum lane.
 */
enum lane { LANE_QUIET, LANE_BUSY, LANE_MAX };

struct lane_limit {
	struct bpf_spin_lock lock;
	__u32 pad;
	__u64 rounds_tat_ns;
};
_Static_assert(sizeof(struct lane_limit) == 16, "lane_limit has no holes");

#endif /* GARPD_ABI_BOUNDS_H */
