// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * unknown.c - ports whose segment depends on the database of Open vSwitch, while that has not told
 * it to this daemon.
 */
#include <bpf/bpf.h>

#include "loader/maps/walk.h"
#include "parts.h"

/* Has a former daemon known the bridge as an inner one? */
static bool daemon_has_inner(const struct daemon *daemon, __u32 bridge)
{
	struct map_walk walk;
	struct port port;
	bool found = false;
	__u32 ifindex;

	map_walk_begin(&walk, daemon->datapath.pins.ports, 0);
	while (!found && map_walk_next(&walk, &ifindex, &port))
		found = port.inner == bridge;
	map_walk_end(&walk);
	return found;
}

bool daemon_leaves_alone(const struct daemon *daemon, __u32 ifindex, const struct port *port)
{
	struct port was;

	if (!ports_is_unknown(daemon->ports, ifindex))
		return false;
	if (bpf_map_lookup_elem(daemon->datapath.pins.ports, &ifindex, &was))
		return daemon_has_inner(daemon, port->segment);
	return was.segment != port->segment || was.inner != port->inner;
}
