// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * unknown.c - ports whose segment depends on the database of Open vSwitch, while that has not told
 * it to this daemon.
 */
#include <bpf/bpf.h>

#include "loader/maps/walk.h"
#include "parts.h"

/*
 * Has a former daemon known the segment as an inner bridge? Or, of an interface that may be a
 * joint, as one that inner bridges belong to? Then it has not been a port on purpose.
 */
static bool daemon_had_joined(const struct daemon *daemon, __u32 segment, bool may_join)
{
	struct map_walk walk;
	struct port port;
	bool found = false;
	__u32 ifindex;

	map_walk_begin(&walk, daemon->datapath.pins.ports, 0);
	while (!found && map_walk_next(&walk, &ifindex, &port))
		found = port.inner == segment ||
			(may_join && port.inner && port.segment == segment);
	map_walk_end(&walk);
	return found;
}

bool daemon_leaves_alone(const struct daemon *daemon, __u32 ifindex, const struct port *port)
{
	struct port was;

	if (!ports_is_unknown(daemon->ports, ifindex))
		return false;
	if (bpf_map_lookup_elem(daemon->datapath.pins.ports, &ifindex, &was))
		return daemon_had_joined(daemon, port->segment,
					 ports_may_join(daemon->ports, ifindex));
	return was.segment != port->segment || was.inner != port->inner;
}
