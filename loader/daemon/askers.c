// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * askers.c - puts who asks guests for their addresses, in each segment, into the map for
 * garpd_speak; addresses that garpd made for that are guarded as the host's own.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/bpf.h>

#include "parts.h"
#include "loader/base/log.h"
#include "loader/maps/claims.h"
#include "loader/maps/walk.h"

static int asker_write(void *ctx, const struct asker_entry *entry)
{
	struct daemon *daemon = ctx;

	return bpf_map_update_elem(daemon->datapath.pins.askers, &entry->subnet, &entry->asker,
				   BPF_ANY);
}

static void asker_remove(void *ctx, const struct asker_entry *entry)
{
	struct daemon *daemon = ctx;

	bpf_map_delete_elem(daemon->datapath.pins.askers, &entry->subnet);
}

static const struct askers_ops daemon_askers_ops = {
	.write = asker_write,
	.remove = asker_remove,
};

/* Reads what a former daemon has left in the map. */
static int askers_read(const struct daemon *daemon, struct askers *askers)
{
	struct asker_entry entry = {};
	struct map_walk walk;
	int err = 0;

	map_walk_begin(&walk, daemon->datapath.pins.askers, 0);
	while (!err && map_walk_next(&walk, &entry.subnet, &entry.asker))
		err = askers_append(askers, &entry);
	map_walk_end(&walk);
	askers_sort(askers);
	return err;
}

static bool daemon_is_taken(void *ctx, __u32 segment, __u16 vlan, const struct addr *addr)
{
	const struct daemon *daemon = ctx;
	struct claim_key key = {.segment = segment, .vlan = vlan, .addr = *addr};
	struct claim claim;

	return host_has(daemon->host, addr) || !claims_lookup(&daemon->datapath.pins, &key, &claim);
}

struct askers_building {
	struct daemon *daemon;
	struct askers *askers;
};

static int daemon_hear_interface(void *ctx, const struct ports_interface *interface)
{
	const struct askers_building *building = ctx;
	const struct found_address *address;
	size_t count;

	address = host_addresses(building->daemon->host, &count);
	return askers_add(building->askers, interface, address, count, daemon_is_taken,
			  building->daemon);
}

static int askers_of_segments(struct daemon *daemon, struct askers *askers)
{
	struct askers_building building = {daemon, askers};
	const struct askers *former = &daemon->askers;
	int err = ports_hear_interfaces(daemon->ports, daemon_hear_interface, &building);

	/* What a former daemon wrote holds where the database of Open vSwitch has not told yet. */
	for (size_t i = 0; i < former->count && !err; i++)
		if (ports_is_unknown(daemon->ports, former->entry[i].subnet.segment))
			err = askers_append(askers, &former->entry[i]);
	askers_sort(askers);
	return err;
}

/* No guest may have an address that garpd asks from. */
static int askers_reserve(struct daemon *daemon, const struct askers *askers)
{
	struct addr *made = calloc(askers->count + 1, sizeof(*made));
	int err;

	if (!made)
		return -ENOMEM;
	err = host_reserve(daemon->host, made, askers_made(askers, made));
	free(made);
	return err;
}

void daemon_settle_askers(struct daemon *daemon)
{
	struct askers now = {};
	int err = 0;

	if (!daemon->host || !daemon->ports) /* while starting: one of them is not open yet */
		return;
	if (!daemon->askers.entry)
		err = askers_read(daemon, &daemon->askers);
	err = err ?: askers_of_segments(daemon, &now)
			     ?: askers_reserve(daemon, &now)
			     ?: askers_change(&daemon->askers, &now, &daemon_askers_ops, daemon);
	askers_free(&daemon->askers);
	if (err) {
		log_error("not every guest can be asked for its address: %s; retried when an "
			  "address or a link changes",
			  strerror(-err));
		askers_free(&now); /* next time the map itself is read */
	}
	daemon->askers = now;
}
