// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ports_change.c - what has to be looked at again after a link has changed, or is gone.
 */
#include "joints.h"
#include "ports_parts.h"

/* Can the link join bridges, or decide which of them is the outer one? A tap cannot. */
static bool can_join(const struct ports *ports, const struct link_facts *facts)
{
	return facts->kind == LINK_BRIDGE ||
	       (facts->enslaved &&
		(facts->kind != LINK_GUEST || facts->lower || ports->config.uplinks.count));
}

static void link_queue(struct ports *ports, struct link *link)
{
	if (!link->is_changed)
		TAILQ_INSERT_TAIL(&ports->changed, link, in_changed);
	link->is_changed = true;
}

/* A port's VLAN device takes frames from the port's bridge. */
static void lower_queue(struct ports *ports, const struct link *link)
{
	struct link *lower = link->facts.kind == LINK_VLAN && link->facts.lower
				     ? links_find(&ports->links, link->facts.lower)
				     : NULL;

	if (lower)
		link_queue(ports, lower);
}

/* What the role of a VLAN device depends on has changed: on a device with several tags, of each. */
static void vlan_devices_queue(struct ports *ports, const struct link *base)
{
	struct link *device;

	links_for_each_vlan(device, &ports->links, base)
	{
		link_queue(ports, device);
		vlan_devices_queue(ports, device);
	}
}

/* The role of a veth, and of VLAN devices on it, depends on where its other end leads. */
static void other_end_queue(struct ports *ports, const struct link *link)
{
	struct link *peer = links_peer(&ports->links, links_base(&ports->links, link));

	if (!peer)
		return;
	link_queue(ports, peer);
	vlan_devices_queue(ports, peer);
}

void ports_link_gone(struct ports *ports, struct link *link)
{
	bool was_bridge = link->facts.kind == LINK_BRIDGE;

	ports->joints_changed |= can_join(ports, &link->facts);
	ports->ovs_changed |= link->told.ovs == LINK_OVS_DEVICE;

	/* What a former daemon attached to what is unknown to this one goes, too. */
	if (link->is_port || link->is_unknown)
		ports->ops->removed(ports->ctx, link->ifindex, link->name, false);
	lower_queue(ports, link);
	if (link->facts.kind == LINK_VLAN)
		other_end_queue(ports, link);
	if (link->is_changed)
		TAILQ_REMOVE(&ports->changed, link, in_changed);
	links_drop(&ports->links, link);
	ports->bridges_changed |= was_bridge;
	ports->all_changed |= was_bridge;
	ports->routers_changed = true;
}

void ports_link_changed(struct ports *ports, struct link *link, const struct link_facts *before)
{
	bool is_bridge = link->facts.kind == LINK_BRIDGE || before->kind == LINK_BRIDGE;

	ports->joints_changed |= can_join(ports, before) || can_join(ports, &link->facts);
	ports->bridges_changed |= is_bridge;
	ports->all_changed |= is_bridge || link->joint == JOINT_JOINS; /* or the ports behind it */
	ports->routers_changed = true;
	/* br_vlan_set_default_pvid changes the VLANs of ports without a message about them. */
	if (before->kind == LINK_BRIDGE && before->default_pvid != link->facts.default_pvid)
		ports->unheard_vlans = true;
	link_queue(ports, link);
	lower_queue(ports, link);
	vlan_devices_queue(ports, link);
	other_end_queue(ports, link);
}
