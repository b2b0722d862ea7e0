// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * unheard.c - what follows for a segment from a port of it that is not heard.
 */
#include <bpf/bpf.h>

#include "bpf/claim/state.h"
#include "datapath.h"
#include "loader/maps/walk.h"

static bool segment_is_unheard(const struct pins *pins, __u32 segment)
{
	struct map_walk walk = map_walk_begin(pins->ports);
	struct port port;
	__u32 ifindex;

	while (map_walk_next(&walk, &ifindex))
		if (!bpf_map_lookup_elem(pins->ports, &ifindex, &port) && port.segment == segment &&
		    port.unheard)
			return true;
	return false;
}

/*
 * An objection from any port of the segment may concern a guest on any other. On uplinks nobody is
 * announced, and who announces itself there still has the address.
 */
void datapath_deny_unheard(const struct pins *pins)
{
	struct map_walk walk = map_walk_begin(pins->ports);
	__u32 ifindex, segment = 0;
	bool unheard = false, deny;
	struct port port;

	while (map_walk_next(&walk, &ifindex)) {
		if (bpf_map_lookup_elem(pins->ports, &ifindex, &port))
			continue;
		if (port.segment != segment)
			unheard = segment_is_unheard(pins, port.segment);
		segment = port.segment;
		deny = unheard && port_has_guests(port.role) &&
		       (!settings_asks(port.settings) || port.guards & GUARD_DEAF);
		if (!!(port.guards & GUARD_UNHEARD) == deny)
			continue;
		port.guards ^= GUARD_UNHEARD;
		bpf_map_update_elem(pins->ports, &ifindex, &port, BPF_EXIST);
	}
}
