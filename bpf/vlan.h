/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vlan.h - in which segment and VLAN a frame ends that comes in on a port: by the tags, the port,
 * and the joints between its bridge and the outer one.
 */
#ifndef GARPD_VLAN_H
#define GARPD_VLAN_H

#include "bpf/abi/abi.h"
#include "bpf/frame/frame.h"
#include "maps.h"

/*
 * Sets the VLAN of the frame in the port's segment in `key`. Returns 0, or -1 if the bridge drops
 * the frame.
 */
static __always_inline int vlan_find(const struct port *port, __u32 ifindex,
				     const struct tags *tags, struct claim_key *key)
{
	__u16 vid = vlan_of_tag(tags->proto, tags->tci);
	const struct port_vlans *vlans;

	key->inner_vlan = vlan_of_tag(tags->inner_proto, tags->inner_tci);
	key->vlan = vid;
	if (!port->vlan_proto)
		return 0;
	if (tags->proto && tags->proto != port->vlan_proto) {
		/* A tag of another kind is payload to this bridge. */
		key->inner_vlan = vid;
		vid = 0;
	}
	vid &= VLAN_VID;
	key->vlan = vid;
	vlans = bpf_map_lookup_elem(&port_vlans, &ifindex);
	if (!vlans)
		return -1;
	if (!vid && port->pvid) {
		key->vlan = port->pvid;
		return 0;
	}
	/* VLAN 0, of frames without a tag, is one of Open vSwitch; no Linux bridge has it. */
	if (!(vlans->member[(vid >> 6) & 63] >> (vid & 63) & 1))
		return -1;
	return 0;
}

/*
 * Changes segment and VLAN in `key` to where frames of that VLAN of an inner bridge end. Returns 0,
 * or -1, with no segment: nowhere; or there is a second tag, which becomes the first one where a
 * bridge takes that off; or the daemon has written the way, and not yet the port.
 */
static __always_inline int vlan_follow(const struct port *port, __u32 ifindex,
				       const struct tags *tags, struct claim_key *key)
{
	const struct vlan_way *way = bpf_map_lookup_elem(&vlan_ways, &ifindex);
	__u16 to = way ? way->to[key->vlan & VLAN_VID] : 0;
	__u16 at = vlan_way_at(to);

	if (way && tags->proto && tags->proto != port_tag_proto(port)) {
		__u16 vid = tags->tci & VLAN_VID;

		if (way->other_ends[vid >> 6] >> (vid & 63) & 1)
			at = VLAN_WAY_NOWHERE;
		else if (!port->vlan_proto)
			return 0; /* no bridge looks at it */
	}
	if (at == VLAN_WAY_NOWHERE || (to & VLAN_WAY_UNTAGGED && key->inner_vlan)) {
		key->segment = 0;
		return -1;
	}
	if (at != VLAN_WAY_OUT)
		key->segment = at == VLAN_WAY_STAYS ? port->stays[0] : port->stays[1];
	key->vlan = to & VLAN_ALL;
	return key->segment ? 0 : -1;
}

/*
 * Sets the segment, and the VLAN of the frame in it. What a joint does not carry stays among the
 * inner bridges. Returns 0, or -1 if the bridge drops the frame.
 */
static __always_inline int vlan_find_segment(const struct port *port, __u32 ifindex,
					     const struct tags *tags, struct claim_key *key)
{
	key->segment = port->segment;
	if (!vlan_find(port, ifindex, tags, key))
		return port_maps_vlans(port) ? vlan_follow(port, ifindex, tags, key) : 0;
	key->segment = port->rest;
	key->vlan = vlan_of_tag(tags->proto, tags->tci);
	key->inner_vlan = vlan_of_tag(tags->inner_proto, tags->inner_tci);
	return port->rest ? 0 : -1;
}

#endif /* GARPD_VLAN_H */
