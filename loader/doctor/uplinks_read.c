// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/bpf.h>

#include "bpf/claim/echo.h"
#include "loader/maps/walk.h"
#include "uplinks.h"

/* ---- bonds ---- */

static bool is_bond(const struct link_details *link)
{
	return link && !strcmp(link->kind, "bond");
}

/* The port itself, or what is below it. */
static const struct link_details *bond_of(const struct view *view, __u32 ifindex)
{
	const struct link_details *link = view_link(view, ifindex);

	if (link && !strcmp(link->kind, "vlan"))
		link = view_link(view, link->lower);
	return is_bond(link) ? link : NULL;
}

static bool is_known(const struct uplinks_facts *facts, const struct link_details *link)
{
	for (size_t i = 0; i < facts->bonds; i++)
		if (facts->bond[i].link == link)
			return true;
	return false;
}

static int bond_read(const struct doctor *doctor, const struct view_port *port,
		     struct uplinks_facts *facts)
{
	const struct view *view = doctor->view;
	const struct link_details *link = bond_of(view, port->ifindex);
	const char *segment = view_name(view, port->port.segment), *bridge = segment;
	struct uplinks_bond *grown;

	if (!link || is_known(facts, link) || !view_shows(view, port))
		return 0;
	if (view_link(view, port->ifindex)->master)
		bridge = view_name(view, view_link(view, port->ifindex)->master);
	grown = realloc(facts->bond, (facts->bonds + 1) * sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	facts->bond = grown;
	grown += facts->bonds++;
	*grown = (struct uplinks_bond){.link = link};
	memcpy(grown->port, port->name, sizeof(grown->port));
	grown->announces = port->port.role != ROLE_UPLINK ||
			   guards_announce_on_link(&doctor->config.guards, segment, bridge, true);
	return 0;
}

/* ---- what comes back ---- */

/* The last frame that came back in any VLAN of the segment; 0: none. */
static __u64 returned_read(const struct pins *pins, __u32 ifindex, const struct segment *segment)
{
	struct map_walk walk;
	struct echo_key key;
	struct echo echo;
	__u64 last_ns = 0;

	map_walk_begin(&walk, pins->echoes, 0);
	while (map_walk_next(&walk, &key, &echo))
		if (key.segment == ifindex && echo_is_heard(&echo, segment) &&
		    echo.returned_ns > last_ns)
			last_ns = echo.returned_ns;
	return last_ns;
}

static int segment_read(const struct doctor *doctor, const struct view_port *port,
			struct uplinks_facts *facts)
{
	struct uplinks_segment *grown;
	struct segment segment;
	__u64 last_ns;

	if (port->port.role != ROLE_HOST || port->port.segment != port->ifindex ||
	    !view_shows(doctor->view, port) || doctor->daemon != 1 || doctor->pins_err ||
	    bpf_map_lookup_elem(doctor->pins.segments, &port->ifindex, &segment))
		return 0;
	grown = realloc(facts->segment, (facts->segments + 1) * sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	facts->segment = grown;
	grown += facts->segments++;
	*grown = (struct uplinks_segment){.uplinks = segment.uplinks};
	memcpy(grown->bridge, port->name, sizeof(grown->bridge));
	last_ns = returned_read(&doctor->pins, port->ifindex, &segment);
	if (last_ns)
		grown->returned_ns = time_now_ns() - last_ns + 1;
	return 0;
}

int uplinks_read(const struct doctor *doctor, struct uplinks_facts *facts)
{
	const struct view *view = doctor->view;
	int err = 0;

	*facts = (struct uplinks_facts){};
	for (size_t i = 0; i < view->port_count && !err; i++) {
		err = bond_read(doctor, &view->port[i], facts);
		if (!err)
			err = segment_read(doctor, &view->port[i], facts);
	}
	return err;
}

void uplinks_free(struct uplinks_facts *facts)
{
	free(facts->bond);
	free(facts->segment);
	*facts = (struct uplinks_facts){};
}
