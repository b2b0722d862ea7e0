// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * segments.c - how many ports, and uplinks that forward, each segment has, in the map `segments`.
 */
#include <string.h>

#include <bpf/bpf.h>

#include "datapath.h"
#include "loader/base/text.h"
#include "loader/maps/walk.h"
#include "parts.h"

/* What one port adds to a segment. */
static struct segment segment_of(const struct port *port, __u32 ifindex)
{
	bool is_any = port_is_in_any(port, ifindex);
	bool is_uplink = (port->role == ROLE_UPLINK || is_any) && port->forwarding;

	return (struct segment){
		.ports = 1,
		.uplinks = is_uplink,
		/* Without a VLAN it is not known what comes back there. */
		.unheard = is_uplink && (port->unheard || is_any),
		.any = is_any,
	};
}

/* Adds `more` and takes `less` away; an element without ports is deleted. */
static void segment_change(const struct pins *pins, __u32 ifindex, const struct segment *more,
			   const struct segment *less)
{
	struct segment segment = {};

	bpf_map_lookup_elem(pins->segments, &ifindex, &segment);
	segment.ports += more->ports - less->ports;
	segment.uplinks += more->uplinks - less->uplinks;
	segment.unheard += more->unheard - less->unheard;
	segment.any += more->any - less->any;
	if (more->uplinks != less->uplinks || more->unheard != less->unheard)
		segment.since_ns = time_now_ns();
	if (segment.ports || segment.missing)
		bpf_map_update_elem(pins->segments, &ifindex, &segment, BPF_ANY);
	else
		bpf_map_delete_elem(pins->segments, &ifindex);
}

/* What the port adds to that one. */
static struct segment segment_part(const struct port *port, __u32 ifindex)
{
	return port && port_concerns(port, ifindex) ? segment_of(port, ifindex)
						    : (struct segment){};
}

static void segment_count(const struct pins *pins, __u32 ifindex, const struct port *was,
			  const struct port *is)
{
	struct segment less = segment_part(was, ifindex), more = segment_part(is, ifindex);

	if (memcmp(&less, &more, sizeof(less)) != 0)
		segment_change(pins, ifindex, &more, &less);
}

/* A segment that comes twice is counted once: `port` was counted in those before. */
static bool is_counted(const struct port *port, const __u32 *counted, size_t count, __u32 ifindex)
{
	for (size_t i = 0; i < count; i++)
		if (counted[i] == ifindex)
			return true;
	return port && port_concerns(port, ifindex);
}

/* Counts the difference in each segment of `port`, unless `other`, the former one, is in it. */
static void segments_count(const struct pins *pins, const struct port *port,
			   const struct port *other, const struct port *was, const struct port *is)
{
	__u32 in[PORT_SEGMENTS];

	port_segments(port, in);
	for (size_t i = 0; i < PORT_SEGMENTS; i++)
		if (in[i] && !is_counted(other, in, i, in[i]))
			segment_count(pins, in[i], was, is);
}

void segments_count_port(const struct pins *pins, const struct port *was, const struct port *is)
{
	if (was)
		segments_count(pins, was, NULL, was, is);
	if (is)
		segments_count(pins, is, was, was, is);
}

void datapath_set_missing(const struct pins *pins, __u32 ifindex, __u32 missing)
{
	struct segment segment = {};

	if (bpf_map_lookup_elem(pins->segments, &ifindex, &segment) && !missing)
		return;
	segment.missing = missing;
	if (segment.ports || missing)
		bpf_map_update_elem(pins->segments, &ifindex, &segment, BPF_ANY);
	else
		bpf_map_delete_elem(pins->segments, &ifindex);
}

void datapath_renew_uplinks(const struct pins *pins, __u32 ifindex)
{
	struct segment segment;

	if (bpf_map_lookup_elem(pins->segments, &ifindex, &segment))
		return;
	segment.since_ns = time_now_ns();
	bpf_map_update_elem(pins->segments, &ifindex, &segment, BPF_EXIST);
}

void datapath_note_unheard(const struct pins *pins, __u32 ifindex, const struct port *was,
			   enum unheard unheard)
{
	struct port is = *was;

	is.unheard = unheard;
	if (!bpf_map_update_elem(pins->ports, &ifindex, &is, BPF_EXIST))
		segments_count_port(pins, was, &is);
}

void datapath_count_segments(const struct pins *pins)
{
	struct map_walk walk;
	struct port port;
	__u32 ifindex;

	map_walk_begin(&walk, pins->segments, 0);
	while (map_walk_next(&walk, &ifindex, NULL))
		bpf_map_delete_elem(pins->segments, &ifindex);
	map_walk_begin(&walk, pins->ports, 0);
	while (map_walk_next(&walk, &ifindex, &port))
		segments_count_port(pins, NULL, &port);
}
