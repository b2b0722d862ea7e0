/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * policy.h - may this MAC have this address announced?
 *
 * Pure: the caller looks the address up (maps `addresses` and `host`), this judges.
 */
#ifndef GARPD_CLAIM_POLICY_H
#define GARPD_CLAIM_POLICY_H

#include "bpf/abi/abi.h"
#include "bpf/frame/frame.h"

struct policy {
	__u8 denied;	/* enum counter: why not; 0: allowed */
	__u8 declared;	/* the MAC stands on the address's list of owners */
	__u8 immediate; /* and is to be announced at its first probe */
};

/* What a port and its segment add to what holds everywhere. */
struct guard {
	__u8 guards;	 /* GUARD_*, of the port */
	__u8 is_foreign; /* the host has addresses in the segment, and in no subnet with this one */
	__u8 has_address; /* the port's rule has the address */
	__u8 has_mac;	  /* the port's rule has the MAC */
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
 * `declared` is what the configuration says of the longest matching prefix, `host` an enum
 * host_address; either may be NULL: nothing known.
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
	/* A next hop that moves takes everybody's traffic with it: only by a list of owners. */
	if (host && *host == HOST_NEXT_HOP)
		policy.denied = COUNTER_denied_next_hop;
	return policy;
}

/* What is declared is wanted, wherever it is; but not by a guest that may not have it. */
static __always_inline enum counter guard_check(const struct guard *guard,
						const struct address *declared)
{
	if (guard->guards & GUARD_MACS && !guard->has_mac)
		return COUNTER_denied_port_mac;
	if (guard->guards & GUARD_ADDRESSES && !guard->has_address)
		return COUNTER_denied_port_address;
	if (declared)
		return 0;
	if (guard->guards & GUARD_ONLY_DECLARED)
		return COUNTER_denied_undeclared;
	if (guard->guards & GUARD_FOREIGN && guard->is_foreign)
		return COUNTER_denied_foreign;
	return 0;
}

/* As policy_judge(), on a port. */
static __always_inline struct policy policy_judge_guarded(const struct address *declared,
							  const __u32 *host,
							  const struct guard *guard,
							  const __u8 *mac)
{
	struct policy policy = policy_judge(declared, host, mac);

	if (policy.denied)
		return policy;
	policy.denied = guard_check(guard, declared);
	if (policy.denied)
		policy.declared = policy.immediate = 0;
	return policy;
}

#endif /* GARPD_CLAIM_POLICY_H */
