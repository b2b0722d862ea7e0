// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * unheard.c - what follows for a segment from a port of it that is not heard.
 */
#include <stdlib.h>

#include <bpf/bpf.h>

#include "bpf/claim/state.h"
#include "datapath.h"
#include "loader/base/log.h"
#include "loader/maps/walk.h"

struct unheard_port {
	__u32 segment; /* first: sorted by it */
	__u32 ifindex;
	struct port port;
};

static int compare_segments(const void *a, const void *b)
{
	__u32 x = *(const __u32 *)a, y = *(const __u32 *)b;

	return (x > y) - (x < y);
}

/* Every port, by segment. Returns how many. */
static size_t ports_by_segment(const struct pins *pins, struct unheard_port *ports)
{
	struct map_walk walk;
	struct port port;
	__u32 ifindex;
	size_t count = 0;

	map_walk_begin(&walk, pins->ports, 0);
	while (count < GARPD_MAX_PORTS && map_walk_next(&walk, &ifindex, &port))
		ports[count++] = (struct unheard_port){port.segment, ifindex, port};
	map_walk_end(&walk);
	qsort(ports, count, sizeof(*ports), compare_segments);
	return count;
}

/*
 * An objection from any port of the segment may concern a guest on any other. On uplinks nobody is
 * announced, and who announces itself there still has the address.
 */
static void port_deny_unheard(const struct pins *pins, struct unheard_port *at, bool unheard)
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

void datapath_deny_unheard(const struct pins *pins)
{
	struct unheard_port *ports = malloc(GARPD_MAX_PORTS * sizeof(*ports));
	size_t i, end, count;
	bool unheard;

	if (!ports)
		return log_error("ports that are not heard: out of memory");
	count = ports_by_segment(pins, ports);
	for (i = 0; i < count; i = end) {
		unheard = segment_is_missed(pins, ports[i].segment);
		for (end = i; end < count && ports[end].segment == ports[i].segment; end++)
			unheard |= ports[end].port.unheard != UNHEARD_NOT;
		for (size_t at = i; at < end; at++)
			port_deny_unheard(pins, &ports[at], unheard);
	}
	free(ports);
}
