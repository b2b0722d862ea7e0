// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ports_any.c - in which segments the frames of a port are in a VLAN that garpd does not know. All
 * tunnels of a kind share one device of the kernel, and only Open vSwitch knows which port of it a
 * frame comes from. And flows of a controller may change VLANs between two bridges that patch ports
 * connect.
 */
#include <string.h>

#include "ports_parts.h"

/* False: there is no room. */
static bool segment_add(struct port *port, __u32 segment)
{
	for (int i = 0; i < PORT_ANY; i++) {
		if (!port->any[i])
			port->any[i] = segment;
		if (port->any[i] == segment)
			return true;
	}
	return false;
}

/* The segment of the bridge; 0: it is not followed. */
static __u32 segment_of(const struct ports *ports, const struct ovs_bridge *bridge)
{
	const struct link *link = links_find(&ports->links, bridge->ifindex);

	return ports_ovs_has_bridge(ports, bridge) && link ? link->segment : 0;
}

/* The next bridge on the way out; NULL: it is the outer one. */
static const struct link *next_out(const struct ports *ports, const struct link *bridge)
{
	const struct link *near = bridge->way_out ? links_find(&ports->links, bridge->way_out)
						  : NULL;
	const struct link *far = near ? links_peer(&ports->links, near) : NULL;

	return far ? links_find(&ports->links, far->facts.master) : NULL;
}

/*
 * The bridge's segment; and the inner bridges on the way there, which are those of claims in VLANs
 * that a joint does not carry.
 */
static bool segments_add(const struct ports *ports, struct port *port, __u32 ifindex, __u32 segment)
{
	const struct link *bridge = links_find(&ports->links, ifindex);
	bool fits = segment_add(port, segment);

	for (; bridge && bridge->ifindex != segment; bridge = next_out(ports, bridge))
		fits &= segment_add(port, bridge->ifindex);
	return fits;
}

/* "!NAME" in `bridges` keeps a bridge and all its ports out. */
static bool is_kept_out(const struct ports *ports, const struct ovs_bridge *bridge)
{
	return names_exclude(&ports->config.bridges, bridge->name);
}

/* Does the link bring in the frames of a tunnel of a bridge that is connected to that one? */
static bool is_its_tunnel(const struct ports *ports, const struct link *link,
			  const struct ovs_bridge *bridge)
{
	const struct ovs_tables *tables = ports->tables;

	for (size_t i = 0; i < tables->interfaces; i++) {
		const struct ovs_interface *it = &tables->interface[i];

		if (it->kind == OVS_TUNNEL && it->bridge->component == bridge->component &&
		    strcmp(it->device, link->name) == 0 && !is_kept_out(ports, it->bridge))
			return true;
	}
	return false;
}

/* The bridge of Open vSwitch that the link is a port of, or is behind by joints; NULL: none. */
static const struct ovs_bridge *bridge_of(const struct ports *ports, const struct link *link,
					  const struct port *port)
{
	const struct ovs_interface *interface = ports_ovs_find(ports, link);

	if (interface)
		return interface->bridge;
	for (size_t i = 0; port->segment && i < ports->tables->bridges; i++)
		if (ports->tables->bridge[i].ifindex == port->segment)
			return &ports->tables->bridge[i];
	return NULL;
}

/* Asked first of each link: hardly any is a tunnel, and there may be thousands. */
static bool may_be_tunnel(const struct link *link)
{
	return link->told.ovs == LINK_OVS_PORT && link->told.kind != LINK_GUEST;
}

/* May frames of the link, which is a port of `own`, come into the bridge in any VLAN? */
static bool leads_to(const struct ports *ports, const struct link *link,
		     const struct ovs_bridge *own, const struct ovs_bridge *bridge)
{
	if (own)
		return own->component == bridge->component && !is_kept_out(ports, own);
	return may_be_tunnel(link) && is_its_tunnel(ports, link, bridge);
}

bool ports_find_any(const struct ports *ports, const struct link *link, struct port *port)
{
	const struct ovs_bridge *own = ports->tables ? bridge_of(ports, link, port) : NULL, *it;
	bool fits = true;
	__u32 segment;

	for (size_t i = 0; ports->tables && i < ports->tables->bridges; i++) {
		it = &ports->tables->bridge[i];
		segment = leads_to(ports, link, own, it) ? segment_of(ports, it) : 0;
		if (segment && segment != port->segment)
			fits &= segments_add(ports, port, it->ifindex, segment);
	}
	return fits;
}

const struct link *ports_any_describe(const struct ports *ports, const struct link *link,
				      struct port *port)
{
	const struct ovs_interface *interface = ports_ovs_find(ports, link);
	const char *name;

	/* Of a bridge that is followed, it is a joint: its frames were heard where they came in. */
	if (link->told.ovs != LINK_OVS_PORT || !link->facts.ethernet ||
	    (interface && segment_of(ports, interface->bridge)))
		return NULL;
	ports_find_any(ports, link, port);
	if (!port->any[0])
		return NULL;
	port->segment = port->any[0];
	port->role = ROLE_UPLINK;
	port->forwarding = link->facts.up;
	name = links_name(&ports->links, port->segment);
	guards_describe(&ports->config.guards, name, name, link->name, port);
	return link;
}
