// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "ports_parts.h"

const char *ports_name(const struct ports *ports, __u32 ifindex)
{
	return links_name(&ports->links, ifindex);
}

const char *ports_name_text(const struct ports *ports, __u32 ifindex)
{
	const char *name = ports_name(ports, ifindex);

	return name ? name : "a deleted interface";
}

const char *ports_guest_text(const struct ports *ports, __u32 ifindex, char text[GUEST_TEXT_LEN])
{
	const struct link *link = links_find(&ports->links, ifindex);
	const struct link *base = link ? links_base(&ports->links, link) : NULL;
	const struct ovs_interface *interface;
	const char *name;

	text[0] = '\0';
	if (link && link->is_port && !guest_has_role(link->reported.role))
		return text;
	if (link && !link->alias && link->is_port && link->reported.role == ROLE_GUEST)
		link = base; /* whose guest it is */
	if (link && link->alias)
		return guest_clean(link->alias, text);
	name = ports_name(ports, link ? link->ifindex : ifindex);
	if (name && guest_of_port(name, text)[0])
		return text;
	interface = link ? ports_ovs_interface(ports, link) : NULL;
	return interface ? ovs_guest_text(interface, text) : text;
}

bool ports_is_port(const struct ports *ports, __u32 ifindex)
{
	const struct link *link = links_find(&ports->links, ifindex);

	return link && link->is_port;
}

/* ---- the host's own interfaces ---- */

/* The VLAN of its segment in which the link itself is the host's L3 interface. */
static __u16 own_vlan(const struct link *link)
{
	/* A bridge that is a router port is heard above it, where its PVID has no tag. */
	if (link->is_port && link->reported.role == ROLE_ROUTER)
		return 0;
	return link->facts.vlan_proto || link->facts.ovs ? link->facts.pvid : 0;
}

/* Is it a bridge, or an internal port of one? */
static bool is_host_port(const struct ports *ports, const struct link *link)
{
	if (link->facts.kind == LINK_INTERNAL)
		link = links_find(&ports->links, link->facts.master);
	return ports_is_bridge(ports, link);
}

/* Where frames in a VLAN of the bridge or router port are in the end. False: it is neither. */
static bool find_segment(const struct ports *ports, const struct link *link, __u16 vlan,
			 struct ports_segment *segment)
{
	struct place end;

	if (ports_is_router(ports, link)) {
		*segment = (struct ports_segment){link->ifindex, vlan};
		return true;
	}
	if (link && link->facts.kind == LINK_INTERNAL)
		link = links_find(&ports->links, link->facts.master);
	if (!ports_is_bridge(ports, link))
		return false;
	end = ports_place_out(ports, (struct place){link, vlan, false});
	*segment = (struct ports_segment){end.bridge->ifindex, end.vlan};
	return true;
}

size_t ports_interface_segments(const struct ports *ports, __u32 ifindex,
				struct ports_segment segments[2])
{
	const struct link *link = links_find(&ports->links, ifindex), *lower;
	size_t count = 0;

	if (!link)
		return 0;
	count += find_segment(ports, link, is_host_port(ports, link) ? own_vlan(link) : 0,
			      &segments[count]);
	lower = link->facts.kind == LINK_VLAN ? links_find(&ports->links, link->facts.lower) : NULL;
	if (lower && link_vlan_on(link, lower))
		count += find_segment(ports, lower, link_vlan_on(link, lower), &segments[count]);
	return count;
}

/* The bridge that the interface is, or is on; NULL: neither. */
static const struct link *bridge_below(const struct ports *ports, const struct link *link)
{
	if (link->facts.kind == LINK_VLAN)
		link = links_find(&ports->links, link->facts.lower);
	if (link && link->facts.kind == LINK_INTERNAL)
		link = links_find(&ports->links, link->facts.master);
	return ports_is_bridge(ports, link) ? link : NULL;
}

/*
 * In which segment the interface asks in VLANs where the host has no other one; 0: in none. That of
 * an inner bridge does where the outer one's cannot.
 */
static __u32 asks_elsewhere(const struct ports *ports, const struct link *link,
			    const struct ports_segment *at)
{
	if (at->ifindex == link->ifindex)
		return link->ifindex;
	if (ports_is_bridge(ports, link) &&
	    (link->facts.vlan_proto || ports_way_out(ports, link).rest == link->ifindex))
		return link->ifindex;
	return 0;
}

static int interface_hear(const struct ports *ports, const struct link *link,
			  int (*hear)(void *ctx, const struct ports_interface *interface),
			  void *ctx)
{
	struct ports_interface interface = {.ifindex = link->ifindex};
	const struct link *bridge = bridge_below(ports, link);
	struct ports_segment at[2];
	size_t count = ports_interface_segments(ports, link->ifindex, at);
	int err = 0;

	memcpy(interface.mac, link->facts.mac, MAC_LEN);
	interface.is_inner = bridge && bridge->way_out;
	for (size_t i = 0; i < count && !err; i++) {
		interface.at = at[i];
		interface.elsewhere = asks_elsewhere(ports, link, &at[i]);
		interface.is_router = !ports_is_bridge(ports,
						       links_find(&ports->links, at[i].ifindex));
		err = hear(ctx, &interface);
	}
	return err;
}

int ports_hear_interfaces(const struct ports *ports,
			  int (*hear)(void *ctx, const struct ports_interface *interface),
			  void *ctx)
{
	const struct link *link;
	int err = 0;

	links_for_each(link, &ports->links) {
		if (err)
			break;
		if (link->facts.ethernet)
			err = interface_hear(ports, link, hear, ctx);
	}
	return err;
}

/* The link itself, if that is its VLAN, and the VLAN devices on it. */
static size_t segment_own(const struct ports *ports, const struct link *link, __u16 vlan,
			  __u32 *ifindexes, size_t max)
{
	size_t count = 0;

	if (max > 0 && vlan == own_vlan(link))
		ifindexes[count++] = link->ifindex;
	if (vlan == 0)
		return count;
	return count +
	       links_vlan_devices(&ports->links, link, vlan, ifindexes + count, max - count);
}

size_t ports_segment_interfaces(const struct ports *ports, __u32 segment, __u16 vlan,
				__u32 *ifindexes, size_t max)
{
	const struct link *bridge = links_find(&ports->links, segment), *link;
	size_t count;

	if (!bridge)
		return 0;
	count = segment_own(ports, bridge, vlan, ifindexes, max);
	if (bridge->facts.ovs)
		links_for_each(link, &ports->links)
			if (link->facts.kind == LINK_INTERNAL && link->facts.master == segment)
				count += segment_own(ports, link, vlan, ifindexes + count,
						     max - count);
	return count;
}

bool ports_find_bridge(const struct ports *ports, __u32 ifindex, __u32 *bridge, __u16 *vlan)
{
	const struct link *link = links_find(&ports->links, ifindex);
	const struct link *below = link ? bridge_below(ports, link) : NULL;

	if (!below || below->way_out || below->facts.ovs)
		return false; /* no fabric of FRR's is behind Open vSwitch */
	*bridge = below->ifindex;
	*vlan = below == link ? own_vlan(link) : link_vlan_on(link, below);
	return below == link || *vlan;
}

/* ---- ports of bridges ---- */

static bool is_bridge_port(const struct link *link)
{
	return link && link->is_port && link->reported.role != ROLE_ROUTER &&
	       link->reported.role != ROLE_HOST && port_knows_vlan(&link->reported);
}

bool ports_has_vxlan(const struct ports *ports)
{
	const struct link *link;

	links_for_each(link, &ports->links)
		if (is_bridge_port(link) && link->facts.kind == LINK_VXLAN)
			return true;
	return false;
}

bool ports_has_neigh_suppress(const struct ports *ports, __u32 bridge)
{
	const struct link *link;

	links_for_each(link, &ports->links)
		if (is_bridge_port(link) && link->reported.segment == bridge &&
		    link->facts.neigh_suppress)
			return true;
	return false;
}

bool ports_is_bridge_device(const struct ports *ports, __u32 ifindex)
{
	return ports_is_bridge(ports, links_find(&ports->links, ifindex));
}

bool ports_is_vlan_aware(const struct ports *ports, __u32 bridge)
{
	const struct link *link = links_find(&ports->links, bridge);

	return link && link->facts.vlan_proto;
}

bool ports_is_guest(const struct ports *ports, __u32 ifindex)
{
	const struct link *link = links_find(&ports->links, ifindex);

	return is_bridge_port(link) && link->reported.role == ROLE_GUEST;
}

/* Does the bridge accept frames of the VLAN on that port? */
static bool carries_vlan(const struct link *link, __u16 vlan)
{
	return !link->reported.vlan_proto || link_has_vlan(link, vlan);
}

__u32 ports_find_vxlan(const struct ports *ports, __u32 bridge, __u16 vlan)
{
	const struct link *link;

	links_for_each(link, &ports->links)
		if (is_bridge_port(link) && link->reported.segment == bridge &&
		    link->facts.kind == LINK_VXLAN && carries_vlan(link, vlan))
			return link->ifindex;
	return 0;
}
