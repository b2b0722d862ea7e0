// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * gather_maps.c - the facts in the pinned maps: the policy, the port, the counters.
 */
#include <net/if.h>
#include <string.h>

#include <bpf/bpf.h>

#include "loader/maps/counters.h"
#include "parts.h"
#include "loader/maps/vlans.h"
#include "loader/maps/walk.h"

/* ---- policy ---- */

/* The kernel looks up the value alone; the longest prefix that covers the address is its key. */
static void declared_read(const struct pins *pins, struct explain *explain)
{
	struct prefix whole = {.len = ADDR_BITS, .addr = explain->addr}, key;
	struct map_walk walk;

	explain->is_declared = !bpf_map_lookup_elem(pins->addresses, &whole, &explain->declared);
	if (!explain->is_declared)
		return;
	map_walk_begin(&walk, pins->addresses, 0);
	while (map_walk_next(&walk, &key, NULL))
		if (key.len >= explain->prefix.len && prefix_covers(&key, &whole))
			explain->prefix = key;
}

static bool is_foreign(const struct pins *pins, const struct explain *explain)
{
	const struct claim_key *key = &explain->claim.key;
	struct subnet subnet = {.len = SUBNET_FAMILY_BITS + ADDR_BITS,
				.segment = key->segment,
				.vlan = key->vlan,
				.family = addr_is_ipv4(&key->addr) ? 4 : 6,
				.addr = key->addr};
	__u32 what;

	return !key->inner_vlan && !addr_is_link_local(&key->addr) &&
	       !bpf_map_lookup_elem(pins->subnets, &subnet, &what) && what == SUBNET_FOREIGN;
}

/* The same look-ups as policy_of() in bpf/guard.h. */
static void guard_read(const struct pins *pins, struct explain *explain)
{
	struct rule_address address = {
		.len = RULE_BITS + ADDR_BITS, .rule = explain->port.rule, .addr = explain->addr};
	struct rule_mac mac = {.rule = explain->port.rule};
	__u32 any;

	memcpy(mac.mac, explain->claim.mac, MAC_LEN);
	explain->guard = (struct guard){
		.guards = explain->port.guards,
		.is_foreign = is_foreign(pins, explain),
		.has_address = !bpf_map_lookup_elem(pins->rule_addresses, &address, &any),
		.has_mac = !bpf_map_lookup_elem(pins->rule_macs, &mac, &any),
	};
}

static void policy_read(const struct pins *pins, struct explain *explain)
{
	declared_read(pins, explain);
	guard_read(pins, explain);
	explain->is_host = !bpf_map_lookup_elem(pins->host, &explain->addr, &explain->host);
	explain->policy = policy_judge_guarded(explain->is_declared ? &explain->declared : NULL,
					       explain->is_host ? &explain->host : NULL,
					       &explain->guard, explain->claim.mac);
}

/* ---- where it is ---- */

static void port_read(const struct pins *pins, struct explain *explain)
{
	const struct claim *claim = &explain->claim;
	char name[IF_NAMESIZE];

	explain->port_exists = if_indextoname(claim->port, name) != NULL;
	explain->has_port = !bpf_map_lookup_elem(pins->ports, &claim->port, &explain->port);
	explain->in_vlan = !explain->has_port || vlans_find(pins, claim->port, &explain->port,
							    &claim->key, &explain->port_vlan);
}

static bool place_is_noted(const struct explain_places *places, __u32 ifindex)
{
	for (size_t i = 0; i < places->count && i < EXPLAIN_PLACES; i++)
		if (places->ifindex[i] == ifindex)
			return true;
	return false;
}

static bool asker_find(const struct pins *pins, struct explain *explain, __u16 vlan)
{
	struct subnet subnet = {
		.len = SUBNET_FAMILY_BITS + ADDR_BITS,
		.segment = explain->claim.key.segment,
		.vlan = vlan,
		.family = addr_is_ipv4(&explain->addr) ? 4 : 6,
		.addr = explain->addr,
	};

	return !bpf_map_lookup_elem(pins->askers, &subnet, &explain->asker);
}

/* As garpd_speak looks it up (bpf/speak_ask.h). */
static void asker_read(const struct pins *pins, struct explain *explain)
{
	const struct claim_key *key = &explain->claim.key;

	explain->has_asker = (!key->inner_vlan && asker_find(pins, explain, key->vlan)) ||
			     asker_find(pins, explain, ASKER_ANY_VLAN);
}

/* Where garpd is attached: it heard no probe for the address there. */
static void segments_read(const struct pins *pins, struct explain *explain)
{
	struct map_walk walk;
	struct port port;
	__u32 ifindex;

	map_walk_begin(&walk, pins->ports, 0);
	while (map_walk_next(&walk, &ifindex, &port)) {
		explain->ports += port.role != ROLE_HOST;
		if (!place_is_noted(&explain->segments, port.segment))
			explain_note_place(explain, &explain->segments, port.segment);
	}
}

/* Where an objection may pass garpd by. */
static void unheard_read(const struct pins *pins, struct explain *explain)
{
	struct map_walk walk;
	struct port port;
	__u32 ifindex;

	map_walk_begin(&walk, pins->ports, 0);
	while (map_walk_next(&walk, &ifindex, &port))
		if (port.unheard && port_concerns(&port, explain->claim.key.segment))
			explain_note_place(explain, &explain->unheard, ifindex);
}

int explain_read_maps(const struct pins *pins, struct explain *explain, struct err *why)
{
	const struct claim *claim = &explain->claim;
	__u32 index;
	int err;

	port_read(pins, explain);
	asker_read(pins, explain);
	index = explain->has_port ? explain->port.settings : SETTINGS_OF_ALL;
	err = bpf_map_lookup_elem(pins->settings, &index, &explain->settings);
	if (err)
		return err_set(why, err, "settings: cannot read the map: %s", strerror(-err));
	err = counters_read(pins, explain->counted, why);
	if (err)
		return err;
	policy_read(pins, explain);
	explain->daemon = pins_is_locked();
	if (!explain_is_claimed(explain)) {
		segments_read(pins, explain);
		return 0;
	}
	explain_note_name(explain, claim->key.segment);
	explain_note_name(explain, claim->port);
	explain_note_name(explain, claim->rival_port);
	guest_text(claim->port, explain->guest);
	guest_text(claim->rival_port, explain->rival_guest);
	unheard_read(pins, explain);
	return 0;
}
