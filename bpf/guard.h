/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * guard.h - looking up what policy.h judges by: what is declared, what is the host's, and what the
 * port and its segment are held to.
 */
#ifndef GARPD_GUARD_H
#define GARPD_GUARD_H

#include "bpf/abi/abi.h"
#include "maps.h"
#include "bpf/claim/policy.h"

/*
 * Where a judgement is put together. In a map, with the rest of an outcome (outcome.h): there it
 * has one state for the verifier, however many ways lead to it.
 */
struct guard_work {
	struct subnet subnet;
	struct rule_address rule_address;
	struct rule_mac rule_mac;
	struct prefix prefix;
	struct guard guard;
	struct policy policy; /* what came of it */
};

/*
 * Has the host addresses of this family in the segment, none of them in a subnet with this one? Not
 * asked behind two tags, where no interface of the host is known, nor of link-local addresses,
 * which are of every link.
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

/* What those of `guards` that the port has say of the MAC and the claim's address. */
static __always_inline void guard_find(struct guard_work *work, const struct claim_key *key,
				       const __u8 *mac, const struct port *port, __u32 guards)
{
	struct guard *guard = &work->guard;

	__builtin_memset(guard, 0, sizeof(*guard));
	guard->guards = port->guards & guards;
	if (guard->guards & GUARD_FOREIGN)
		guard_find_subnet(work, key);
	if (guard->guards & GUARD_ADDRESSES)
		guard_find_address(work, port->rule, &key->addr);
	if (guard->guards & GUARD_MACS)
		guard_find_mac(work, port->rule, mac);
}

/*
 * May this MAC, on this port, have the claim's address? `port` may be NULL: it is gone. The answer
 * is in `work` as well as returned.
 */
static __always_inline struct policy guard_judge(struct guard_work *work,
						 const struct claim_key *key, const __u8 *mac,
						 const struct port *port)
{
	struct guard *guard = &work->guard;

	__builtin_memset(guard, 0, sizeof(*guard));
	if (port)
		guard_find(work, key, mac, port, GUARD_ALL);
	barrier(); /* what is read from here on may be anything, to the verifier */
	work->prefix = (struct prefix){.len = ADDR_BITS, .addr = key->addr};
	work->policy = policy_judge_guarded(bpf_map_lookup_elem(&addresses, &work->prefix),
					    bpf_map_lookup_elem(&host, &key->addr), guard, mac);
	barrier();
	return work->policy;
}

#endif /* GARPD_GUARD_H */
