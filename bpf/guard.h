/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * guard.h - looks up the inputs of policy.h in the maps: declarations, the host's addresses, and
 * the guards of the port and its segment.
 */
#ifndef GARPD_GUARD_H
#define GARPD_GUARD_H

#include "bpf/abi/abi.h"
#include "maps.h"
#include "bpf/claim/policy.h"

/*
 * Scratch space for one judgement. It is part of an outcome (outcome.h), so in a map: there the
 * verifier sees one state of it, however many paths lead there.
 */
struct guard_work {
	struct subnet subnet;
	struct rule_address rule_address;
	struct rule_mac rule_mac;
	struct prefix prefix;
	struct guard guard;
	struct policy policy; /* the result */
};

/*
 * Sets is_foreign: the host has addresses of this family in the segment, and no subnet of them
 * has this address. Not behind two tags, where no interface of the host is known, nor for link-
 * local addresses, which are valid on every link.
 */
static __always_inline void guard_find_subnet(struct guard_work *work, const struct claim_key *key)
{
	struct subnet *subnet = &work->subnet;
	const __u32 *what;

	if (key->inner_vlan || addr_is_link_local(&key->addr))
		return;
	subnet->len = SUBNET_FAMILY_BITS + ADDR_BITS;
	subnet->segment = key->segment;
	subnet->vlan = key->vlan;
	subnet->family = addr_is_ipv4(&key->addr) ? 4 : 6;
	subnet->addr = key->addr;
	what = bpf_map_lookup_elem(&subnets, subnet);
	work->guard.is_foreign = what && *what == SUBNET_FOREIGN;
}

static __always_inline void guard_find_address(struct guard_work *work, __u32 rule,
					       const struct addr *addr)
{
	work->rule_address.len = RULE_BITS + ADDR_BITS;
	work->rule_address.rule = rule;
	work->rule_address.addr = *addr;
	work->guard.has_address = bpf_map_lookup_elem(&rule_addresses, &work->rule_address) != NULL;
}

static __always_inline void guard_find_mac(struct guard_work *work, __u32 rule, const __u8 *mac)
{
	work->rule_mac.rule = rule;
	work->rule_mac.pad = 0;
	__builtin_memcpy(work->rule_mac.mac, mac, MAC_LEN);
	work->guard.has_mac = bpf_map_lookup_elem(&rule_macs, &work->rule_mac) != NULL;
}

/* Looks up those of the port's guards that are in `guards`, for the MAC and the claim's address. */
static __always_inline void guard_find(struct guard_work *work, const struct claim_key *key,
				       const __u8 *mac, const struct port *port, __u32 guards)
{
	struct guard *guard = &work->guard;

	__builtin_memset(guard, 0, sizeof(*guard));
	guard->guards = port->guards & guards;
	guard->is_closed = !port->forwarding;
	if (guard->guards & GUARD_FOREIGN)
		guard_find_subnet(work, key);
	if (guard->guards & GUARD_ADDRESSES)
		guard_find_address(work, port->rule, &key->addr);
	if (guard->guards & GUARD_MACS)
		guard_find_mac(work, port->rule, mac);
}

/*
 * Judges whether this MAC may have the claim's address on this port; `port` is NULL if it is
 * gone. Returns the policy, which is also in `work`.
 */
static __always_inline struct policy guard_judge(struct guard_work *work,
						 const struct claim_key *key, const __u8 *mac,
						 const struct port *port)
{
	struct guard *guard = &work->guard;

	__builtin_memset(guard, 0, sizeof(*guard));
	if (port)
		guard_find(work, key, mac, port, GUARD_ALL);
	barrier(); /* from here on the verifier knows nothing about the values */
	work->prefix = (struct prefix){.len = ADDR_BITS, .addr = key->addr};
	work->policy = policy_judge_guarded(bpf_map_lookup_elem(&addresses, &work->prefix),
					    bpf_map_lookup_elem(&host, &key->addr), guard, mac);
	barrier();
	return work->policy;
}

#endif /* GARPD_GUARD_H */
