// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ports_notes.c - what garpd does not follow of Open vSwitch, each reported once.
 */
#include <stdlib.h>
#include <string.h>

#include "ports_parts.h"

struct ovs_noted {
	char *name;
	enum ovs_note note;
};

/* What is there now. */
struct notes {
	struct ports *ports;
	struct ovs_noted *noted;
	size_t count;
};

const char *ovs_note_text(enum ovs_note note)
{
	static const char *const texts[] = {
#define X(NAME, text) [OVS_NOTE_##NAME] = text,
		OVS_NOTES(X)
#undef X
	};

	return texts[note];
}

static bool has_note(const struct ovs_noted *noted, size_t count, const char *name,
		     enum ovs_note note)
{
	for (size_t i = 0; i < count; i++)
		if (noted[i].note == note && strcmp(noted[i].name, name) == 0)
			return true;
	return false;
}

/* Out of memory, it is reported once more. */
static void note_add(struct notes *notes, const char *name, enum ovs_note note)
{
	struct ports *ports = notes->ports;
	struct ovs_noted *more;
	char *copy;

	if (has_note(notes->noted, notes->count, name, note))
		return;
	more = realloc(notes->noted, (notes->count + 1) * sizeof(*more));
	copy = more ? strdup(name) : NULL;
	if (more)
		notes->noted = more;
	if (copy)
		more[notes->count++] = (struct ovs_noted){copy, note};
	if (!has_note(ports->noted, ports->noted_count, name, note))
		ports->ops->ovs_noted(ports->ctx, name, note);
}

static bool is_followed(const struct ports *ports, const struct ovs_bridge *bridge)
{
	return ports_ovs_has_bridge(ports, bridge) &&
	       ports_is_bridge(ports, links_find(&ports->links, bridge->ifindex));
}

/* Is the bridge one of more than the device of a tunnel has room for? */
static bool has_unheard_tunnel(const struct ports *ports, const struct ovs_bridge *bridge)
{
	const struct link *link;
	struct port port;

	links_for_each(link, &ports->links) {
		port = (struct port){};
		if (link->told.ovs == LINK_OVS_PORT && !ports_find_any(ports, link, &port) &&
		    !port_is_in_any(&port, bridge->ifindex))
			return true;
	}
	return false;
}

static void bridge_note(struct notes *notes, const struct ovs_bridge *bridge)
{
	const struct ports *ports = notes->ports;
	bool is_named = names_match(&ports->config.bridges, bridge->name);

	if (is_named && bridge->is_userspace)
		note_add(notes, bridge->name, OVS_NOTE_USERSPACE);
	else if (is_named && bridge->is_integration && !ports->config.ovn)
		note_add(notes, bridge->name, OVS_NOTE_OVN);
	else if (is_followed(ports, bridge) &&
		 (bridge->tunnels || has_unheard_tunnel(ports, bridge)))
		note_add(notes, bridge->name, OVS_NOTE_TUNNELS);
}

static void interface_note(struct notes *notes, const struct ovs_interface *interface)
{
	if (!is_followed(notes->ports, interface->bridge))
		return;
	if (interface->is_elsewhere)
		note_add(notes, interface->bridge->name, OVS_NOTE_ELSEWHERE);
	else if (interface->mode == OVS_DOT1Q_TUNNEL)
		note_add(notes, interface->name, OVS_NOTE_DOT1Q_TUNNEL);
}

/* Once for the bridge, however many patch ports it has. */
static void patches_note(struct notes *notes, const struct ovs_tables *tables,
			 const struct ovs_bridge *bridge)
{
	if (!bridge->is_controlled || !is_followed(notes->ports, bridge))
		return;
	for (size_t i = 0; i < tables->interfaces; i++)
		if (tables->interface[i].bridge == bridge && tables->interface[i].kind == OVS_PATCH)
			return note_add(notes, bridge->name, OVS_NOTE_CONTROLLED);
}

void ports_notes_free(struct ports *ports)
{
	for (size_t i = 0; i < ports->noted_count; i++)
		free(ports->noted[i].name);
	free(ports->noted);
	ports->noted = NULL;
	ports->noted_count = 0;
}

void ports_notes_settle(struct ports *ports)
{
	const struct ovs_tables *tables = ports->tables;
	struct notes notes = {.ports = ports};

	if (!ports->notes_changed)
		return;
	ports->notes_changed = false;
	for (size_t i = 0; tables && i < tables->bridges; i++) {
		bridge_note(&notes, &tables->bridge[i]);
		patches_note(&notes, tables, &tables->bridge[i]);
	}
	for (size_t i = 0; tables && i < tables->interfaces; i++)
		interface_note(&notes, &tables->interface[i]);
	ports_notes_free(ports);
	ports->noted = notes.noted;
	ports->noted_count = notes.count;
}
