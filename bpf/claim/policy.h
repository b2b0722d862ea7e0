/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * policy.h - decides whether a MAC may have an address. Pure: the caller looks the address up
 * (maps `addresses` and `host`).
 */
#ifndef GARPD_CLAIM_POLICY_H
#define GARPD_CLAIM_POLICY_H

#include "bpf/abi/abi.h"
#include "bpf/frame/frame.h"

struct policy {
	__u8 denied;	/* enum counter: the reason; 0: allowed */
	__u8 declared;	/* the MAC is in the address's list of owners */
	__u8 immediate; /* and the address is announced at the first probe */
	__u8 ruled_out; /* not 0: the rule of the port forbids it, whatever else holds */
};

/* Guards of a port and its segment, with what was looked up for them. */
struct guard {
	__u8 guards;	  /* GUARD_*, of the port */
	__u8 is_foreign;  /* the address is outside of the host's subnets in the segment */
	__u8 has_address; /* the port's rule lists the address */
	__u8 has_mac;	  /* the port's rule lists the MAC */
	__u8 is_closed;	  /* the port does not forward (yet) */
};

static __always_inline int policy_has_owner(const struct address *address, const __u8 *mac)
{
	__u32 i;

	for (i = 0; i < GARPD_MAX_OWNERS; i++) {
		if (i >= address->owner_count)
			break;
		if (mac_equal(address->owners[i], mac))
			return 1;
	}
	return 0;
}

/*
 * `declared` is the longest matching prefix of the configuration, `host` an enum host_address;
 * NULL: none.
 */
static __always_inline struct policy policy_judge(const struct address *declared, const __u32 *host,
						  const __u8 *mac)
{
	struct policy policy = {};

	if (host && *host == HOST_OWN) {
		policy.denied = COUNTER_denied_host;
		return policy;
	}
	if (declared && declared->announce == ANNOUNCE_NEVER) {
		policy.denied = COUNTER_denied_never;
		return policy;
	}
	if (declared && declared->owner_count) {
		policy.declared = policy_has_owner(declared, mac);
		if (!policy.declared)
			policy.denied = COUNTER_denied_owner;
		else
			policy.immediate = declared->announce == ANNOUNCE_IMMEDIATE;
		return policy;
	}
	/* A next hop that moves takes all traffic with it: only with a list of owners. */
	if (host && *host == HOST_NEXT_HOP)
		policy.denied = COUNTER_denied_next_hop;
	return policy;
}

/*
 * Does the port's rule forbid the MAC or the address? Without a branch, which the verifier would
 * follow through all that comes after.
 */
static __always_inline __u8 guard_rules_out(const struct guard *guard)
{
	__u8 listed = guard->has_address * GUARD_ADDRESSES | guard->has_mac * GUARD_MACS;

	return guard->guards & GUARD_RULE & ~listed;
}

/* A declared address is allowed on any subnet, but not for a MAC or port that may not have it. */
static __always_inline enum counter guard_check(const struct guard *guard,
						const struct address *declared)
{
	__u8 unheard = guard->guards & GUARD_UNHEARD;

	if (guard->guards & GUARD_MACS && !guard->has_mac)
		return COUNTER_denied_port_mac;
	if (guard->guards & GUARD_ADDRESSES && !guard->has_address)
		return COUNTER_denied_port_address;
	/* Who declares an address immediate has it announced whoever objects. */
	if (declared && (declared->announce == ANNOUNCE_IMMEDIATE || !unheard))
		return 0;
	if (unheard)
		return COUNTER_denied_unheard;
	if (guard->guards & GUARD_ONLY_DECLARED)
		return COUNTER_denied_undeclared;
	if (guard->guards & GUARD_FOREIGN && guard->is_foreign)
		return COUNTER_denied_foreign;
	return 0;
}

/* As policy_judge(), with the guards of a port. */
static __always_inline struct policy policy_judge_guarded(const struct address *declared,
							  const __u32 *host,
							  const struct guard *guard,
							  const __u8 *mac)
{
	struct policy policy = policy_judge(declared, host, mac);

	policy.ruled_out = guard_rules_out(guard);
	if (policy.denied)
		return policy;
	policy.immediate &= !guard->is_closed; /* the announcement would be dropped */
	policy.denied = guard_check(guard, declared);
	if (policy.denied)
		policy.declared = policy.immediate = 0;
	return policy;
}

#endif /* GARPD_CLAIM_POLICY_H */
