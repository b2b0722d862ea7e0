/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * bounds.h - what a port is held to, and what it has taken of what it may. Part of abi.h.
 */
#ifndef GARPD_ABI_BOUNDS_H
#define GARPD_ABI_BOUNDS_H

#include "abi.h"

/* ---- guards ---- */

/*
 * A subnet of the host in one segment: key of the prefix tree `subnets`. Where the host has an
 * address of a family there is also an element of length SUBNET_FAMILY_BITS, which holds for all
 * addresses that are in no subnet.
 */
struct subnet {
	__u32 len;     /* bits of what follows */
	__u32 segment; /* as in struct claim_key */
	__u16 vlan;
	__u16 family; /* 4 or 6 */
	struct addr addr;
};
_Static_assert(sizeof(struct subnet) == 28, "subnet is a key");

#define SUBNET_FAMILY_BITS 64	  /* before the address */
#define ASKER_ANY_VLAN	   0xffff /* in `askers`: where no other VLAN has an element */

enum subnet_kind {
	SUBNET_LOCAL = 1,   /* on the segment's link */
	SUBNET_FOREIGN = 2, /* not: a guest there has no use for such an address */
};

/* What a port is held to, struct port's `guards`. */
#define GUARD_FOREIGN	    0x01 /* addresses of other subnets than the segment's are denied */
#define GUARD_ONLY_DECLARED 0x02 /* what the configuration does not name is denied */
#define GUARD_ADDRESSES	    0x04 /* what `rule_addresses` does not have for the port's rule is, too */
#define GUARD_MACS	    0x08 /* the same of `rule_macs` */
#define GUARD_RULE	    (GUARD_ADDRESSES | GUARD_MACS)
#define GUARD_ALL	    (GUARD_RULE | GUARD_FOREIGN | GUARD_ONLY_DECLARED)

/* Key of the prefix tree `rule_addresses`: an address that a port with this rule may have. */
struct rule_address {
	__u32 len; /* bits of what follows */
	__u32 rule;
	struct addr addr;
};
_Static_assert(sizeof(struct rule_address) == 24, "rule_address is a key");

#define RULE_BITS 32 /* before the address */

/* Key of `rule_macs`: a MAC that it may have. */
struct rule_mac {
	__u32 rule;
	__u8 mac[MAC_LEN];
	__u16 pad;
};
_Static_assert(sizeof(struct rule_mac) == 12, "rule_mac is a hash key");

/* ---- limits ---- */

/*
 * What a port has taken of what it may: claims, probes, announcements. Map `port_limits`, key
 * ifindex. Each time is a token bucket (limit.h): until when what was let in takes up what is
 * allowed.
 */
struct limit {
	struct bpf_spin_lock lock;
	__u32 claims; /* whose quota_port is this one */
	__u64 probes_tat_ns;
	__u64 rounds_tat_ns;
	__u64 nudges_tat_ns;
	__u64 questions_tat_ns;
};
_Static_assert(sizeof(struct limit) == 40, "limit has no holes");

/*
 * The announcements of all ports together: half of what is allowed for ports that have said little,
 * so that they do not stand behind those that say much. Map `lanes`, key enum lane.
 */
enum lane { LANE_QUIET, LANE_BUSY, LANE_MAX };

struct lane_limit {
	struct bpf_spin_lock lock;
	__u32 pad;
	__u64 rounds_tat_ns;
};
_Static_assert(sizeof(struct lane_limit) == 16, "lane_limit has no holes");

#endif /* GARPD_ABI_BOUNDS_H */
