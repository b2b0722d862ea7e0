// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ports_patches.c - hears of changes in the database of Open vSwitch. Patch ports are made to links
 * that the kernel does not have: two of them join bridges as the ends of a veth pair do.
 */
#include <stdlib.h>
#include <string.h>

#include "ports_parts.h"

/* The other end; NULL: it is not there, or does not name this one. */
static const struct ovs_interface *peer_of(const struct ports *ports,
					   const struct ovs_interface *patch)
{
	const struct ovs_interface *peer;

	if (patch->kind != OVS_PATCH || !patch->peer)
		return NULL;
	peer = ovs_tables_named(ports->tables, patch->peer);
	if (!peer || peer->kind != OVS_PATCH || !peer->peer)
		return NULL;
	return strcmp(peer->peer, patch->name) == 0 ? peer : NULL;
}

/* Can VLANs be followed there? The flows of a controller may change them (OpenStack's do). */
static bool is_clear(const struct ports *ports, const struct ovs_interface *patch)
{
	return ports_ovs_has_bridge(ports, patch->bridge) && !patch->bridge->is_controlled &&
	       patch->mode != OVS_DOT1Q_TUNNEL;
}

static struct link *link_of(const struct ports *ports, const struct ovs_interface *patch)
{
	struct link *link;

	links_for_each(link, &ports->links)
		if (link->facts.ovs == LINK_OVS_PATCH && strcmp(link->alias, patch->name) == 0)
			return link;
	return NULL;
}

/* NULL: out of memory. */
static struct link *link_make(struct ports *ports, const struct ovs_interface *patch)
{
	char *name = strdup(patch->name);
	struct link *link = name ? links_add(&ports->links, LINK_PATCH_FIRST + ports->patches)
				 : NULL;

	if (!link) {
		free(name);
		return NULL;
	}
	ports->patches = (ports->patches + 1) % LINK_PATCH_FIRST;
	link->alias = name;
	link->facts.ovs = LINK_OVS_PATCH;
	memcpy(link->name, name, strnlen(name, IFNAMSIZ - 1));
	return link;
}

/* Out of memory, the pair joins nothing until the next change. */
static void patch_take(struct ports *ports, const struct ovs_interface *patch)
{
	const struct ovs_interface *peer = peer_of(ports, patch);
	struct link *link;

	if (!peer || !is_clear(ports, patch) || !is_clear(ports, peer))
		return;
	link = link_of(ports, patch) ?: link_make(ports, patch);
	if (link)
		link->heard = true;
}

static void patch_describe(struct ports *ports, const struct ovs_interface *patch)
{
	struct link *link = link_of(ports, patch), *peer;
	struct link_facts before;
	unsigned int version;

	if (!link || !link->heard)
		return;
	peer = link_of(ports, peer_of(ports, patch));
	before = link->facts;
	version = link->vlans_version;
	link->facts = (struct link_facts){
		.kind = LINK_GUEST,
		.ovs = LINK_OVS_PATCH,
		.up = 1,
		.lower = peer ? peer->ifindex : 0,
	};
	ports_ovs_facts(patch, &link->facts);
	link_set_vlans(link, &patch->trunks, patch->mode != OVS_NATIVE_TAGGED);
	if (link->vlans_version != version || memcmp(&before, &link->facts, sizeof(before)) != 0)
		ports_link_changed(ports, link, &before);
}

static void patches_forget(struct ports *ports)
{
	struct link *link, *next;

	for (link = TAILQ_FIRST(&ports->links.all); link; link = next) {
		next = TAILQ_NEXT(link, in_all);
		if (link->facts.ovs == LINK_OVS_PATCH && !link->heard)
			ports_link_gone(ports, link);
	}
}

static void patches_settle(struct ports *ports)
{
	static const struct ovs_tables none;
	const struct ovs_tables *tables = ports->tables ? ports->tables : &none;
	struct link *link;

	links_for_each(link, &ports->links)
		if (link->facts.ovs == LINK_OVS_PATCH)
			link->heard = false;
	for (size_t i = 0; i < tables->interfaces; i++)
		patch_take(ports, &tables->interface[i]);
	for (size_t i = 0; i < tables->interfaces; i++)
		if (tables->interface[i].kind == OVS_PATCH)
			patch_describe(ports, &tables->interface[i]);
	patches_forget(ports);
}

/* ---- all links ---- */

/* Out of memory, it keeps its former VLANs until the next change. */
static void link_settle(struct ports *ports, struct link *link)
{
	struct link_facts before = link->facts;
	unsigned int version = link->vlans_version;

	ports_ovs_refine(ports, link);
	if (link->vlans_version != version || memcmp(&before, &link->facts, sizeof(before)) != 0)
		ports_link_changed(ports, link, &before);
}

/* Of a link of Open vSwitch. */
static __u32 ifindex_of(const void *ctx, const char *name)
{
	const struct ports *ports = ctx;
	const struct link *link;

	links_for_each(link, &ports->links)
		if (link->told.ovs && strcmp(link->name, name) == 0)
			return link->ifindex;
	return 0;
}

void ports_ovs_settle(struct ports *ports)
{
	struct link *link;

	if (!ports->ovs_changed)
		return;
	ports->ovs_changed = false;
	ports->notes_changed = true;
	if (ports->tables)
		ovs_tables_complete(ports->tables, ifindex_of, ports);
	links_for_each(link, &ports->links)
		if (link->told.ovs || link->is_refined)
			link_settle(ports, link);
	patches_settle(ports);
}

void ports_hear_ovs(struct ports *ports, struct ovs_tables *tables)
{
	ports->tables = tables;
	ports->ovs_changed = true;
	ports_ovs_settle(ports);
}
