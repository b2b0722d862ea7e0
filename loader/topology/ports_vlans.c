// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ports_vlans.c - which VLAN of the outer bridge a VLAN of an inner one is: by the PVID, the tags
 * and the members of both ends of each joint on the way.
 */
#include <string.h>
#include <linux/if_ether.h>

#include "ports_parts.h"

#define VLAN_LAST 4094 /* 4095 is reserved, IEEE 802.1Q table 9-2 */

/* As br_handle_vlan() on its way out of the near end. False: the bridge does not send it there. */
static bool leave(const struct link *near, struct place *place)
{
	if (!place->bridge->facts.vlan_proto)
		return true;
	if (!link_has_vlan(near, place->vlan))
		return false;
	if (place->vlan && link_untags(near, place->vlan)) {
		place->vlan = 0;
		place->is_untagged = true;
	}
	return true;
}

/* Is the tag of frames in that place payload to the bridge? */
static bool is_other_tag(const struct place *place, const struct link *bridge)
{
	__u16 own = place->bridge->facts.vlan_proto;

	if (!own)
		own = place->vlan & VLAN_AD ? ETH_P_8021AD : ETH_P_8021Q;
	return place->vlan && own != bridge->facts.vlan_proto;
}

/*
 * As br_allowed_ingress() of the far end. False: the bridge drops it, or has it in its PVID, with
 * the tag inside, which no place can say.
 */
static bool enter(const struct link *far, const struct link *bridge, struct place *place)
{
	bool is_other = is_other_tag(place, bridge);

	if (!bridge->facts.vlan_proto && place->bridge->facts.vlan_proto == ETH_P_8021AD)
		place->vlan = vlan_of_tag(ETH_P_8021AD, place->vlan);
	place->bridge = bridge;
	if (!bridge->facts.vlan_proto)
		return true;
	if (is_other)
		return false;
	place->vlan &= VLAN_VID;
	if (place->vlan && far->facts.access)
		return false;
	if (!place->vlan)
		place->vlan = far->facts.pvid;
	return link_has_vlan(far, place->vlan); /* VLAN 0 is one of Open vSwitch */
}

/* To the next bridge on the way out. False: the frame stays, and so does `place`. */
static bool place_go_on(const struct ports *ports, struct place *place)
{
	const struct link *near = links_find(&ports->links, place->bridge->way_out);
	const struct link *far = near ? links_peer(&ports->links, near) : NULL;
	const struct link *next = far ? links_find(&ports->links, far->facts.master) : NULL;
	struct place there = *place;

	if (!next || !leave(near, &there) || !enter(far, next, &there))
		return false;
	*place = there;
	return true;
}

struct place ports_place_out(const struct ports *ports, struct place place)
{
	while (place.bridge->way_out && place_go_on(ports, &place))
		;
	return place;
}

/* The number of the inner bridge in `stays`, which takes it in. -1: it is full. */
static int stays_index(struct port *port, __u32 ifindex)
{
	for (int i = 0; i < PORT_STAYS; i++) {
		if (!port->stays[i])
			port->stays[i] = ifindex;
		if (port->stays[i] == ifindex)
			return i;
	}
	return -1;
}

static __u16 way_of(const struct place *end, struct port *port)
{
	int at = VLAN_WAY_OUT, index;

	if (end->bridge->way_out) {
		index = stays_index(port, end->bridge->ifindex);
		if (index < 0)
			return VLAN_WAY_NOWHERE;
		at = VLAN_WAY_STAYS + index;
	}
	return at << VLAN_WAY_AT | (end->is_untagged ? VLAN_WAY_UNTAGGED : 0) | end->vlan;
}

bool ports_vlan_way(const struct ports *ports, const struct link *bridge, struct port *port,
		    struct vlan_way *way)
{
	const struct link *aware = ports_way_out(ports, bridge).aware;

	if (!bridge->way_out || !aware || !aware->way_out)
		return false;
	memset(way, 0, sizeof(*way));
	stays_index(port, aware->ifindex);
	for (__u16 vlan = aware->facts.ovs ? 0 : 1; vlan <= VLAN_LAST; vlan++) {
		struct place end = ports_place_out(ports, (struct place){aware, vlan, false});

		way->to[vlan] = way_of(&end, port);
	}
	return true;
}

/* Every VLAN leads to itself, on the port's own bridge. */
static void way_straight(struct port *port, struct vlan_way *way)
{
	memset(way, 0, sizeof(*way));
	stays_index(port, port->segment);
	for (__u16 vlan = 0; vlan <= VLAN_LAST; vlan++)
		way->to[vlan] = VLAN_WAY_OUT << VLAN_WAY_AT | vlan;
}

static void way_end(struct port *port, struct vlan_way *way, const struct link *device)
{
	__u16 vid = device->facts.vlan & VLAN_VID;

	if (!port_maps_vlans(port))
		way_straight(port, way);
	if (device->facts.tag_proto == port_tag_proto(port))
		way->to[vid] = VLAN_WAY_NOWHERE << VLAN_WAY_AT;
	else
		way->other_ends[vid / 64] |= 1ull << vid % 64;
}

/*
 * Is it in the VLAN of frames without a tag? Those are not told apart from frames with its tag, and
 * stay.
 */
static bool is_in_pvid(const struct link *device, const struct port *port)
{
	return device->facts.vlan == port->pvid && device->facts.tag_proto == port_tag_proto(port);
}

/* vlan_do_receive() comes before the bridge. */
void ports_vlan_devices_take(const struct ports *ports, const struct link *link, struct port *port,
			     struct vlan_way *way)
{
	const struct link *device;

	links_for_each_vlan(device, &ports->links, link)
		if (!is_in_pvid(device, port))
			way_end(port, way, device);
}

/* ---- the way in ---- */

/* Does the place lead to `vlan` of the bridge that is next? */
static bool leads_to(const struct ports *ports, struct place place, const struct link *next,
		     __u16 vlan)
{
	return place_go_on(ports, &place) && place.bridge == next && place.vlan == vlan;
}

bool ports_find_inner(const struct ports *ports, __u32 ifindex, struct ports_segment *at)
{
	const struct link *far = links_find(&ports->links, ifindex);
	const struct link *near = far ? links_peer(&ports->links, far) : NULL;
	const struct link *inner = near ? links_find(&ports->links, near->facts.master) : NULL;
	const struct link *bridge = links_find(&ports->links, at->ifindex);

	if (!ports_is_bridge(ports, inner) || inner->way_out != near->ifindex)
		return false;
	for (__u16 vlan = 0; vlan <= VLAN_LAST; vlan++) {
		if (!leads_to(ports, (struct place){inner, vlan, false}, bridge, at->vlan))
			continue;
		*at = (struct ports_segment){inner->ifindex, vlan};
		return true;
	}
	return false;
}
