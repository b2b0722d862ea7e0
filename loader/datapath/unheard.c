// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * unheard.c - what follows for a segment from a port of it that is not heard.
 */
#include <bpf/bpf.h>

#include "bpf/claim/state.h"
#include "datapath.h"
#include "loader/base/log.h"
#include "loader/maps/port_list.h"

/*
 * An objection from any port of the segment may concern a guest on any other. On uplinks nobody is
 * announced, and who announces itself there still has the address.
 */
static void port_deny_unheard(const struct pins *pins, struct port_listed *at, bool unheard)
{
	struct port *port = &at->port;
	bool deny = unheard && port_has_guests(port->role) &&
		    (!settings_asks(port->settings) || port->guards & GUARD_DEAF);

	if (!!(port->guards & GUARD_UNHEARD) == deny)
		return;
	port->guards ^= GUARD_UNHEARD;
	bpf_map_update_elem(pins->ports, &at->ifindex, port, BPF_EXIST);
}

/* Is garpd not attached to a port of the segment? */
static bool segment_is_missed(const struct pins *pins, __u32 ifindex)
{
	struct segment segment;

	return !bpf_map_lookup_elem(pins->segments, &ifindex, &segment) && segment.missing;
}

/* Is a port not heard whose frames may be in any VLAN of the segment? */
static bool segment_is_deaf(const struct port_list *ports, __u32 ifindex)
{
	for (size_t i = 0; i < ports->count; i++)
		if (ports->at[i].port.unheard && port_is_in_any(&ports->at[i].port, ifindex))
			return true;
	return false;
}

void datapath_deny_unheard(const struct pins *pins)
{
	struct port_list ports;
	size_t i, end;
	bool unheard;

	if (port_list_read(pins, PORTS_BY_SEGMENT, &ports))
		return log_error("ports that are not heard: out of memory");
	for (i = 0; i < ports.count; i = end) {
		__u32 segment = ports.at[i].port.segment;

		unheard = segment_is_missed(pins, segment) || segment_is_deaf(&ports, segment);
		for (end = i; end < ports.count && ports.at[end].port.segment == segment; end++)
			unheard |= ports.at[end].port.unheard != UNHEARD_NOT;
		for (size_t at = i; at < end; at++)
			port_deny_unheard(pins, &ports.at[at], unheard);
	}
	port_list_free(&ports);
}
