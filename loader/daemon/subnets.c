// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * subnets.c - the host's subnets in our segments into the map that guards against foreign
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

/* What a former daemon has left in the map. */
static int subnets_read(const struct daemon *daemon, struct subnets *subnets)
{
	struct map_walk walk = map_walk_begin(daemon->datapath.pins.subnets);
	struct subnet_entry entry = {};
	int code = 0;

	while (!code && map_walk_next(&walk, &entry.subnet)) {
		bpf_map_lookup_elem(walk.map_fd, &entry.subnet, &entry.kind);
		code = subnets_append(subnets, &entry);
	}
	subnets_sort(subnets);
	return code;
}

static int subnets_of_segments(const struct daemon *daemon, struct subnets *subnets)
{
	const struct host_subnet *own;
	struct ports_segment at[2];
	size_t i, j, segments, count;
	int code = 0;

	own = host_subnets(daemon->host, &count);
	for (i = 0; i < count; i++) {
		segments = ports_interface_segments(daemon->ports, own[i].ifindex, at);
		for (j = 0; j < segments && !code; j++)
			code = subnets_add(subnets, at[j].ifindex, at[j].vlan, &own[i].prefix);
	}
	subnets_sort(subnets);
	return code;
}

void daemon_settle_subnets(struct daemon *daemon)
{
	struct subnets now = {};
	int code = 0;

	if (!daemon->host || !daemon->ports) /* while starting: the other one is to come */
		return;
	if (!daemon->subnets.entry)
		code = subnets_read(daemon, &daemon->subnets);
	if (!code)
		code = subnets_of_segments(daemon, &now);
	if (!code)
		code = subnets_change(&daemon->subnets, &now, &daemon_subnets_ops, daemon);
	subnets_free(&daemon->subnets);
	if (code) {
		log_error("subnets: cannot guard against foreign addresses everywhere: %s; tried "
			  "again when an address or a link changes",
			  strerror(-code));
		subnets_free(&now); /* what the map has is read from it next time */
	}
	daemon->subnets = now;
}
