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

/* ---- links by their names in the database ---- */

struct named_link {
	const char *name;
	struct link *link;
};

/* Sorted. */
struct named_links {
	struct named_link *at;
	size_t count;
};

/* NULL: none. */
static const char *name_of(const struct link *link)
{
	if (link->facts.ovs == LINK_OVS_PATCH)
		return link->alias;
	return link->ovs_name[0] ? link->ovs_name : NULL;
}

static int name_order(const void *a, const void *b)
{
	return strcmp(((const struct named_link *)a)->name, ((const struct named_link *)b)->name);
}

/* 0 or -ENOMEM. */
static int names_make(struct named_links *names, const struct ports *ports)
{
	struct link *link;
	size_t count = 1;

	links_for_each(link, &ports->links)
		count += name_of(link) != NULL;
	*names = (struct named_links){.at = calloc(count, sizeof(*names->at))};
	if (!names->at)
		return -ENOMEM;
	links_for_each(link, &ports->links)
		if (name_of(link))
			names->at[names->count++] = (struct named_link){name_of(link), link};
	qsort(names->at, names->count, sizeof(*names->at), name_order);
	return 0;
}

static struct link *names_find(const struct named_links *names, const char *name)
{
	const struct named_link wanted = {.name = name}, *found;

	found = bsearch(&wanted, names->at, names->count, sizeof(wanted), name_order);
	return found ? found->link : NULL;
}

/* ---- patch ports ---- */

/* NULL: it is not made yet. */
static struct link *link_of(const struct named_links *names, const struct ovs_interface *patch)
{
	struct link *link = names_find(names, patch->name);

	return link && link->facts.ovs == LINK_OVS_PATCH ? link : NULL;
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

/* 0 or -ENOMEM. */
static int patch_take(struct ports *ports, const struct named_links *names,
		      const struct ovs_interface *patch)
{
	const struct ovs_interface *peer = peer_of(ports, patch);
	struct link *link;

	if (!peer || !is_clear(ports, patch) || !is_clear(ports, peer))
		return 0;
	link = link_of(names, patch) ?: link_make(ports, patch);
	if (!link)
		return -ENOMEM;
	link->heard = true;
	return 0;
}

/* 0 or -ENOMEM. */
static int patch_describe(struct ports *ports, const struct named_links *names,
			  const struct ovs_interface *patch)
{
	struct link *link = link_of(names, patch), *peer;
	struct link_facts before;
	unsigned int version;
	int change;

	if (!link || !link->heard)
		return 0;
	peer = link_of(names, peer_of(ports, patch));
	before = link->facts;
	version = link->vlans_version;
	link->facts = (struct link_facts){
		.kind = LINK_GUEST,
		.ovs = LINK_OVS_PATCH,
		.up = 1,
		.carrier = 1,
		.lower = peer ? peer->ifindex : 0,
	};
	ports_ovs_facts(patch, &link->facts);
	change = link_set_vlans(link, &patch->trunks, patch->mode != OVS_NATIVE_TAGGED);
	if (link->vlans_version != version || memcmp(&before, &link->facts, sizeof(before)) != 0)
		ports_link_changed(ports, link, &before);
	return change < 0 ? change : 0;
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

static int patches_take(struct ports *ports, const struct ovs_tables *tables)
{
	struct named_links names;
	int err = names_make(&names, ports);

	for (size_t i = 0; i < tables->interfaces && !err; i++)
		err = patch_take(ports, &names, &tables->interface[i]);
	free(names.at);
	return err;
}

static int patches_describe(struct ports *ports, const struct ovs_tables *tables)
{
	struct named_links names;
	int err = names_make(&names, ports);

	for (size_t i = 0; i < tables->interfaces && !err; i++)
		if (tables->interface[i].kind == OVS_PATCH)
			err = patch_describe(ports, &names, &tables->interface[i]);
	free(names.at);
	return err;
}

/* 0 or -ENOMEM: those that are there stay. */
static int patches_settle(struct ports *ports)
{
	static const struct ovs_tables none;
	const struct ovs_tables *tables = ports->tables ? ports->tables : &none;
	struct link *link;
	int err;

	links_for_each(link, &ports->links)
		if (link->facts.ovs == LINK_OVS_PATCH)
			link->heard = false;
	err = patches_take(ports, tables) ?: patches_describe(ports, tables);
	if (!err)
		patches_forget(ports);
	return err;
}

/* ---- which bridges are connected ---- */

/* Both bridges get the lower number of the two. True: one of them had another. */
static bool patch_connect(const struct ports *ports, const struct ovs_interface *patch)
{
	const struct ovs_interface *peer = peer_of(ports, patch);

	if (!peer || patch->bridge->component <= peer->bridge->component)
		return false;
	patch->bridge->component = peer->bridge->component;
	return true;
}

/* Whatever the flows of a controller do there, and whether or not frames keep their VLANs. */
static void bridges_connect(struct ports *ports)
{
	struct ovs_tables *tables = ports->tables;
	bool changed = tables != NULL;

	for (size_t i = 0; tables && i < tables->bridges; i++)
		tables->bridge[i].component = i;
	while (changed) {
		changed = false;
		for (size_t i = 0; i < tables->interfaces; i++)
			changed |= patch_connect(ports, &tables->interface[i]);
	}
}

/* ---- all links ---- */

/* 0 or -ENOMEM: it keeps its former VLANs. */
static int link_settle(struct ports *ports, struct link *link)
{
	struct link_facts before = link->facts;
	unsigned int version = link->vlans_version;
	int err = ports_ovs_refine(ports, link);

	/* Bridges may be connected differently, or a tunnel have come. */
	if (link->told.ovs)
		ports_link_queue(ports, link);
	if (link->vlans_version != version || memcmp(&before, &link->facts, sizeof(before)) != 0)
		ports_link_changed(ports, link, &before);
	return err;
}

static __u32 ifindex_of(const void *names, const char *name)
{
	const struct link *link = names_find(names, name);

	return link && link->facts.ovs != LINK_OVS_PATCH ? link->ifindex : 0;
}

/* What the database calls the links; then their ifindexes, where it has forgotten them. */
static int links_identify(struct ports *ports)
{
	struct named_links names;
	struct link *link;
	int err;

	if (!ports->tables)
		return 0;
	links_for_each(link, &ports->links)
		if (link->told.ovs || link->ovs_name[0])
			ports_ovs_identify(ports, link);
	err = names_make(&names, ports);
	if (!err)
		ovs_tables_complete(ports->tables, ifindex_of, &names);
	free(names.at);
	return err;
}

static int links_settle(struct ports *ports)
{
	struct link *link;
	int err = links_identify(ports);

	links_for_each(link, &ports->links)
		if (!err && (link->told.ovs || link->is_refined))
			err = link_settle(ports, link);
	return err ?: patches_settle(ports);
}

void ports_ovs_settle(struct ports *ports)
{
	if (!ports->ovs_changed)
		return;
	ports->notes_changed = true;
	bridges_connect(ports);
	/* Out of memory, with the next change of a link. */
	ports->ovs_changed = links_settle(ports) != 0;
}

void ports_hear_ovs(struct ports *ports, struct ovs_tables *tables)
{
	ports->tables = tables;
	ports->ovs_changed = true;
	ports_ovs_settle(ports);
}
