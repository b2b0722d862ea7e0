// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * subnets.c - puts the host's subnets of each segment into the map that guards against foreign
 * addresses.
 */
#include <errno.h>
#include <string.h>

#include <bpf/bpf.h>

#include "parts.h"
#include "loader/base/log.h"
#include "loader/maps/walk.h"

static int subnet_write(void *ctx, const struct subnet_entry *entry)
{
	struct daemon *daemon = ctx;

	return bpf_map_update_elem(daemon->datapath.pins.subnets, &entry->subnet, &entry->kind,
				   BPF_ANY);
}

static void subnet_remove(void *ctx, const struct subnet_entry *entry)
{
	struct daemon *daemon = ctx;

	bpf_map_delete_elem(daemon->datapath.pins.subnets, &entry->subnet);
}

static const struct subnets_ops daemon_subnets_ops = {
	.write = subnet_write,
	.remove = subnet_remove,
};

/* Reads what a former daemon has left in the map. */
static int subnets_read(const struct daemon *daemon, struct subnets *subnets)
{
	struct subnet_entry entry = {};
	struct map_walk walk;
	int err = 0;

	map_walk_begin(&walk, daemon->datapath.pins.subnets, 0);
	while (!err && map_walk_next(&walk, &entry.subnet, &entry.kind))
		err = subnets_append(subnets, &entry);
	map_walk_end(&walk);
	subnets_sort(subnets);
	return err;
}

typedef int subnets_adder(struct subnets *subnets, __u32 segment, __u16 vlan,
			  const struct prefix *prefix);

/* In each segment that the interface belongs to. */
static int subnets_of_interface(const struct daemon *daemon, struct subnets *subnets, __u32 ifindex,
				const struct prefix *prefix, subnets_adder *add)
{
	struct ports_segment at[2];
	size_t segments = ports_interface_segments(daemon->ports, ifindex, at);
	int err = 0;

	for (size_t i = 0; i < segments && !err; i++)
		err = add(subnets, at[i].ifindex, at[i].vlan, prefix);
	return err;
}

static int subnets_of_segments(const struct daemon *daemon, struct subnets *subnets)
{
	const struct found_address *own;
	const struct found_route *route;
	size_t count, routes;
	int err = 0;

	own = host_addresses(daemon->host, &count);
	for (size_t i = 0; i < count && !err; i++)
		err = subnets_of_interface(daemon, subnets, own[i].ifindex, &own[i].prefix,
					   subnets_add);
	route = host_routes(daemon->host, &routes);
	for (size_t i = 0; i < routes && !err; i++)
		err = subnets_of_interface(daemon, subnets, route[i].ifindex, &route[i].prefix,
					   subnets_add_route);
	/* What a former daemon wrote holds where the database of Open vSwitch has not told yet. */
	for (size_t i = 0; i < daemon->subnets.count && !err; i++)
		if (ports_is_unknown(daemon->ports, daemon->subnets.entry[i].subnet.segment))
			err = subnets_append(subnets, &daemon->subnets.entry[i]);
	subnets_sort(subnets);
	return err;
}

void daemon_settle_subnets(struct daemon *daemon)
{
	struct subnets now = {};
	int err = 0;

	if (!daemon->host || !daemon->ports) /* while starting: one of them is not open yet */
		return;
	if (!daemon->subnets.entry)
		err = subnets_read(daemon, &daemon->subnets);
	err = err ?: subnets_of_segments(daemon, &now)
			     ?: subnets_change(&daemon->subnets, &now, &daemon_subnets_ops, daemon);
	subnets_free(&daemon->subnets);
	if (err) {
		log_error("subnets: not every foreign address is guarded: %s; retried when an "
			  "address or a link changes",
			  strerror(-err));
		subnets_free(&now); /* next time the map itself is read */
	}
	daemon->subnets = now;
}
