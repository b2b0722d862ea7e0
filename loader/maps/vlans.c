// SPDX-License-Identifier: GPL-2.0-or-later
#include <bpf/bpf.h>

#include "vlans.h"

#define VLAN_IDS 4096

static bool ends_there(const struct port *port, const struct vlan_way *way, __u16 vid,
		       const struct claim_key *key)
{
	const __u32 in[] = {0, port->segment, port->stays[0], port->stays[1]};
	__u16 to = way->to[vid];

	if (!port_maps_vlans(port))
		return vid == key->vlan;
	return in[vlan_way_at(to)] == key->segment && (to & VLAN_ALL) == key->vlan;
}

bool vlans_find(const struct pins *pins, __u32 ifindex, const struct port *port,
		const struct claim_key *key, __u16 *vlan)
{
	struct port_vlans vlans = {};
	struct vlan_way way = {};

	*vlan = 0;
	if (!port->vlan_proto || key->segment == port->rest)
		return true;
	bpf_map_lookup_elem(pins->port_vlans, &ifindex, &vlans);
	if (port_maps_vlans(port))
		bpf_map_lookup_elem(pins->vlan_ways, &ifindex, &way);
	/* As vlan_find() of bpf/vlan.h: the PVID needs no bit, and VLAN 0 is one of Open vSwitch.
	 */
	if (port->pvid && ends_there(port, &way, port->pvid, key)) {
		*vlan = port->pvid;
		return true;
	}
	for (__u16 vid = 0; vid < VLAN_IDS; vid++) {
		if (!(vlans.member[vid / 64] >> vid % 64 & 1) || !ends_there(port, &way, vid, key))
			continue;
		*vlan = vid;
		return true;
	}
	return false;
}
