// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ports_unknown.c - what depends on the database of Open vSwitch while that has not told it: its
 * own links, and Linux bridges that a veth pair leads to them from, with their ports. A daemon that
 * starts then leaves to them what a former one has made of them.
 */
#include "ports_parts.h"

/* The Linux bridge that the veth is a port of; NULL: of none. */
static struct link *bridge_of(const struct ports *ports, const struct link *veth)
{
	struct link *master = veth->facts.enslaved ? links_find(&ports->links, veth->facts.master)
						   : NULL;

	return master && master->facts.kind == LINK_BRIDGE ? master : NULL;
}

/* Does the other end of the veth lead to what is unknown? */
static bool leads_to_unknown(const struct ports *ports, const struct link *veth)
{
	const struct link *peer = links_peer(&ports->links, veth);
	const struct link *bridge = peer ? bridge_of(ports, peer) : NULL;

	return peer && veth->facts.kind == LINK_GUEST &&
	       (peer->is_unknown || (bridge && bridge->is_unknown));
}

/* True: they were not unknown before. */
static bool bridges_spread(const struct ports *ports)
{
	struct link *link, *bridge;
	bool is_changed = false;

	links_for_each(link, &ports->links) {
		bridge = bridge_of(ports, link);
		if (!bridge || bridge->is_unknown || !leads_to_unknown(ports, link))
			continue;
		bridge->is_unknown = is_changed = true;
	}
	return is_changed;
}

static void unknown_find(struct ports *ports)
{
	struct link *link, *bridge;
	bool is_one_unknown = false;

	links_for_each(link, &ports->links) {
		link->is_unknown = ports_ovs_is_unknown(ports, link);
		is_one_unknown |= link->is_unknown;
	}
	if (!is_one_unknown)
		return;
	/* Once for each bridge between Open vSwitch and the furthest. */
	while (bridges_spread(ports))
		;
	links_for_each(link, &ports->links) {
		bridge = bridge_of(ports, link);
		link->is_unknown |= bridge && bridge->is_unknown;
	}
}

bool ports_unknown_settle(struct ports *ports)
{
	struct link *link;
	bool is_one_known = false;

	if (!ports->has_ovs)
		return false;
	links_for_each(link, &ports->links)
		link->was_unknown = link->is_unknown;
	unknown_find(ports);
	links_for_each(link, &ports->links)
		is_one_known |= link->was_unknown && !link->is_unknown;
	return is_one_known;
}

bool ports_may_join(const struct ports *ports, __u32 ifindex)
{
	const struct link *link = links_find(&ports->links, ifindex);

	return link && leads_to_unknown(ports, link);
}

bool ports_is_unknown(const struct ports *ports, __u32 ifindex)
{
	const struct link *link = links_find(&ports->links, ifindex);

	return link && link->is_unknown;
}
