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

void ports_link_queue(struct ports *ports, struct link *link)
{
	link_queue(ports, link);
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

	links_for_each_vlan(device, &ports->links, base) {
		link_queue(ports, device);
		vlan_devices_queue(ports, device);
	}
}

/* ---- bonds whose failover the kernel does not report ---- */

/* Is it another aggregator than before? Two that lead to two switches are as two links. */
static bool has_new_aggregator(struct link *bond, const struct link_facts *member)
{
	__u16 before = bond->aggregator;

	if (!member->member_up || !member->aggregator)
		return false;
	bond->aggregator = member->aggregator;
	return before && before != member->aggregator;
}

/*
 * Another member may receive for the bond now, or send for it, and the switches beyond do not know
 * where the guests are.
 */
static void member_changed(struct ports *ports, __u32 ifindex, const struct link_facts *member)
{
	struct link *bond = ifindex ? links_find(&ports->links, ifindex) : NULL;

	if (!bond ||
	    (bond->facts.bonded != LINK_BONDED_BALANCED &&
	     !(bond->facts.bonded == LINK_BONDED_LACP && has_new_aggregator(bond, member))))
		return;
	bond->member_changes++;
	link_queue(ports, bond);
	vlan_devices_queue(ports, bond);
}

/* `after` is zero for a link that is gone. */
static void member_settle(struct ports *ports, const struct link_facts *before,
			  const struct link_facts *after)
{
	bool stays = before->master == after->master;

	if (stays && before->member_up == after->member_up &&
	    before->aggregator == after->aggregator)
		return;
	if (before->member_up && !stays)
		member_changed(ports, before->master, before);
	if (after->member_up || stays)
		member_changed(ports, after->master, after);
}

/* Its members may have been heard of before it. */
static void bond_begin(struct ports *ports, struct link *bond)
{
	const struct link *member;

	if (bond->facts.bonded != LINK_BONDED_LACP || bond->aggregator)
		return;
	links_for_each(member, &ports->links)
		if (member->facts.master == bond->ifindex)
			has_new_aggregator(bond, &member->facts);
}

/* ---- */

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
	static const struct link_facts gone;
	bool was_bridge = link->facts.kind == LINK_BRIDGE;

	member_settle(ports, &link->facts, &gone);
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
	bond_begin(ports, link);
	member_settle(ports, before, &link->facts);
	link_queue(ports, link);
	lower_queue(ports, link);
	vlan_devices_queue(ports, link);
	other_end_queue(ports, link);
}
