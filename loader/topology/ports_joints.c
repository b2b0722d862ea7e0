// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ports_joints.c - which bridges are one segment, from the links; and how frames come from an inner
 * bridge to the outer one.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <linux/if_bridge.h>

#include "joints.h"
#include "ports_parts.h"

/* ---- links ---- */

bool ports_is_bridge(const struct ports *ports, const struct link *link)
{
	return link && link->facts.kind == LINK_BRIDGE && link->segment;
}

/* The bridge or bond of a VLAN device on the link, or on one of those; NULL: they have none. */
static const struct link *switch_above(const struct ports *ports, const struct link *link)
{
	const struct link *device, *found;

	links_for_each_vlan(device, &ports->links, link) {
		found = device->facts.enslaved ? links_find(&ports->links, device->facts.master)
					       : switch_above(ports, device);
		if (found)
			return found;
	}
	return NULL;
}

/* The other end itself may be a port, or a VLAN device on it. */
const struct link *ports_switch_behind(const struct ports *ports, const struct link *link)
{
	const struct link *peer = links_peer(&ports->links, link);

	if (!peer || peer->facts.enslaved)
		return peer ? links_find(&ports->links, peer->facts.master) : NULL;
	return switch_above(ports, peer);
}

/* Open vSwitch forwards whether its local port is up or not. */
static bool is_on(const struct link *bridge)
{
	return bridge->facts.up || bridge->facts.ovs == LINK_OVS_DEVICE;
}

bool link_forwards(const struct link *port, const struct link *bridge)
{
	return is_on(bridge) && port->facts.port_state == BR_STATE_FORWARDING;
}

bool link_starts(const struct link *port, const struct link *bridge)
{
	return is_on(bridge) && (port->facts.port_state == BR_STATE_LISTENING ||
				 port->facts.port_state == BR_STATE_LEARNING);
}

static struct link *bridge_of(const struct ports *ports, const struct link *port)
{
	struct link *master = port->facts.enslaved ? links_find(&ports->links, port->facts.master)
						   : NULL;

	return master && master->facts.kind == LINK_BRIDGE ? master : NULL;
}

/* ---- what joints.c has to know ---- */

/* `guests` or `uplinks` of the configuration, which win. False: it is in neither. */
static bool find_named(const struct ports *ports, const struct link *link, enum port_role *role)
{
	bool is_uplink = names_match(&ports->config.uplinks, link->name);

	*role = is_uplink ? ROLE_UPLINK : ROLE_GUEST;
	return is_uplink || names_match(&ports->config.guests, link->name);
}

bool ports_find_named_role(const struct ports *ports, const struct link *link, enum port_role *role)
{
	return find_named(ports, link, role) ||
	       find_named(ports, links_base(&ports->links, link), role);
}

/* All bridges but those that the configuration keeps out, and the veth pairs between them. */
struct finding_joints {
	struct joint_bridge *bridge;
	size_t bridges;
	struct joint *joint;
	size_t joints;
};

static enum joint_named named_how(const struct ports *ports, const char *name)
{
	const struct names *names = &ports->config.bridges;

	if (!names_match(names, name))
		return NAMED_NOT;
	for (size_t i = 0; i < names->count; i++)
		if (strcmp(names->name[i], name) == 0)
			return NAMED_PLAINLY;
	return NAMED_BY_PATTERN;
}

static bool is_taken_in(const struct ports *ports, const struct link *link)
{
	return link->facts.kind == LINK_BRIDGE &&
	       !names_exclude(&ports->config.bridges, link->name);
}

/* A veth whose role the configuration names is what it says. */
static bool has_named_role(const struct ports *ports, const struct link *link)
{
	enum port_role role;

	return ports_find_named_role(ports, link, &role);
}

/* Does the port lead out of the host, and not to another bridge? */
static bool is_uplink(const struct ports *ports, const struct link *port)
{
	const struct link *base = links_base(&ports->links, port), *behind;
	enum port_role role;

	if (ports_find_named_role(ports, port, &role))
		return role == ROLE_UPLINK;
	if (base->facts.kind != LINK_GUEST)
		return true;
	behind = ports_switch_behind(ports, base);
	return behind && behind->facts.kind != LINK_BRIDGE;
}

static void bridge_take(struct finding_joints *finding, const struct ports *ports,
			struct link *link)
{
	link->place = finding->bridges;
	finding->bridge[finding->bridges++] = (struct joint_bridge){
		.ifindex = link->ifindex,
		.named = named_how(ports, link->name),
		.vlan_proto = link->facts.vlan_proto,
		.was_outer = link->was_outer,
	};
}

/* Each pair once, from its end with the lower ifindex. */
static void joint_take(struct finding_joints *finding, const struct ports *ports,
		       const struct link *link)
{
	const struct link *peer = links_peer(&ports->links, link);
	const struct link *here = bridge_of(ports, link), *there;

	if (!peer || link->facts.kind != LINK_GUEST || link->ifindex > peer->ifindex || !here)
		return;
	there = bridge_of(ports, peer);
	if (!there || here == there || !is_taken_in(ports, here) || !is_taken_in(ports, there) ||
	    has_named_role(ports, link) || has_named_role(ports, peer))
		return;
	finding->joint[finding->joints++] = (struct joint){
		.end = {link->ifindex, peer->ifindex},
		.bridge = {here->place, there->place},
		.forwards = link_forwards(link, here) && link_forwards(peer, there),
	};
}

static void finding_fill(struct finding_joints *finding, const struct ports *ports)
{
	struct link *link, *bridge;

	links_for_each(link, &ports->links) {
		link->place = 0;
		if (is_taken_in(ports, link))
			bridge_take(finding, ports, link);
	}
	links_for_each(link, &ports->links) {
		bridge = bridge_of(ports, link);
		if (bridge && is_taken_in(ports, bridge) && is_uplink(ports, link))
			finding->bridge[bridge->place].has_uplink = true;
		joint_take(finding, ports, link);
	}
}

/* 0 or -ENOMEM. */
static int finding_make(struct finding_joints *finding, const struct ports *ports)
{
	const struct link *link;
	size_t count = 1;

	links_for_each(link, &ports->links)
		count++;
	finding->bridge = calloc(count, sizeof(*finding->bridge));
	finding->joint = calloc(count, sizeof(*finding->joint));
	return finding->bridge && finding->joint ? 0 : -ENOMEM;
}

static void finding_free(struct finding_joints *finding)
{
	free(finding->bridge);
	free(finding->joint);
}

/* ---- what it has found ---- */

static bool bridge_set(struct link *link, const struct joint_bridge *found)
{
	bool same = link->segment == found->segment && link->way_out == found->way_out;

	link->segment = found->segment;
	link->way_out = found->way_out;
	link->was_outer |= found->is_outer;
	return !same;
}

static bool joint_set(struct link *link, enum joint_kind kind)
{
	bool same = link->joint == kind;

	link->joint = kind;
	return !same;
}

static bool link_set(struct link *link, const struct finding_joints *finding, bool is_taken)
{
	static const struct joint_bridge not_followed;

	if (link->facts.kind == LINK_BRIDGE)
		return bridge_set(link, is_taken ? &finding->bridge[link->place] : &not_followed);
	return joint_set(link, link->place ? finding->joint[link->place - 1].kind : JOINT_NOT);
}

bool ports_find_joints(struct ports *ports)
{
	struct finding_joints finding = {};
	bool changed = false;
	struct link *link;

	if (finding_make(&finding, ports)) {
		finding_free(&finding);
		return false; /* with the next change of a link */
	}
	finding_fill(&finding, ports);
	joints_find(finding.bridge, finding.bridges, finding.joint, finding.joints);
	for (size_t i = 0; i < finding.joints; i++)
		for (int end = 0; end < 2; end++)
			links_find(&ports->links, finding.joint[i].end[end])->place = i + 1;
	links_for_each(link, &ports->links)
		changed |= link_set(link, &finding, is_taken_in(ports, link));
	finding_free(&finding);
	ports->joints_changed = false;
	return changed;
}

/* ---- the way out ---- */

/* One joint further. NULL: it is gone. */
static const struct link *way_on(const struct ports *ports, const struct link *bridge,
				 struct way_out *way, bool *opening)
{
	const struct link *near = links_find(&ports->links, bridge->way_out);
	const struct link *far = near ? links_peer(&ports->links, near) : NULL;
	const struct link *next = far ? bridge_of(ports, far) : NULL;

	if (!next)
		return NULL;
	way->forwards &= link_forwards(near, bridge) && link_forwards(far, next);
	*opening &= (link_forwards(near, bridge) || link_starts(near, bridge)) &&
		    (link_forwards(far, next) || link_starts(far, next));
	if (next->facts.vlan_proto && !way->aware) {
		way->entry = far;
		way->aware = next;
		way->rest = bridge->ifindex;
	}
	return next;
}

struct way_out ports_way_out(const struct ports *ports, const struct link *bridge)
{
	struct way_out way = {.forwards = true};
	bool opening = true;

	if (bridge->facts.vlan_proto)
		way.aware = bridge;

	while (bridge->way_out) {
		bridge = way_on(ports, bridge, &way, &opening);
		if (!bridge)
			return (struct way_out){};
	}
	way.starting = opening && !way.forwards;
	return way;
}
