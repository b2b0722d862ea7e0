// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ports_ovs.c - what the database of Open vSwitch makes of the links: which bridge a port is on,
 * and its VLANs. To the kernel all its ports belong to one device, ovs-system.
 */
#include <string.h>
#include <linux/if_bridge.h>
#include <linux/if_ether.h>

#include "ports_parts.h"

bool ports_ovs_has_bridge(const struct ports *ports, const struct ovs_bridge *bridge)
{
	const struct link *local = links_find(&ports->links, bridge->ifindex);

	return local && local->told.ovs == LINK_OVS_DEVICE && !bridge->is_userspace &&
	       (!bridge->is_integration || ports->config.ovn);
}

const struct ovs_interface *ports_ovs_find(const struct ports *ports, const struct link *link)
{
	const struct ovs_interface *interface;
	__u8 ovs;

	if (!ports->tables || !link->told.ovs)
		return NULL;
	interface = ovs_tables_find(ports->tables, link->ifindex);
	if (!interface || !ports_ovs_has_bridge(ports, interface->bridge))
		return NULL;
	/* An internal port that is a port of a Linux bridge leads from there into Open vSwitch. */
	if (link->told.ovs == LINK_OVS_DEVICE && link->told.enslaved && !interface->is_local)
		return NULL;
	/* The ifindex may be one of another network namespace. */
	ovs = interface->kind == OVS_INTERNAL ? LINK_OVS_DEVICE : LINK_OVS_PORT;
	if (link->told.ovs != ovs || (ovs == LINK_OVS_PORT && interface->kind != OVS_SYSTEM))
		return NULL;
	return interface->mode == OVS_DOT1Q_TUNNEL && !interface->is_local ? NULL : interface;
}

static __u8 state_of(const struct ovs_interface *interface, const struct link_facts *facts)
{
	if (!facts->up)
		return BR_STATE_DISABLED;
	if (interface->is_starting)
		return BR_STATE_LEARNING;
	return interface->is_blocked ? BR_STATE_DISABLED : BR_STATE_FORWARDING;
}

void ports_ovs_facts(const struct ovs_interface *interface, struct link_facts *facts)
{
	facts->pvid = interface->tag;
	facts->access = interface->mode == OVS_ACCESS;
	if (interface->is_local) {
		facts->kind = LINK_BRIDGE;
		facts->vlan_proto = ETH_P_8021Q;
		return;
	}
	facts->master = interface->bridge->ifindex;
	facts->port_state = state_of(interface, facts);
	if (interface->kind == OVS_INTERNAL) {
		facts->kind = LINK_INTERNAL;
		return;
	}
	facts->enslaved = 1;
	if (!interface->is_bonded)
		return;
	facts->kind = LINK_OTHER; /* a bond leads out, whatever its members are */
	facts->bonded = 1;
}

int ports_ovs_refine(struct ports *ports, struct link *link)
{
	const struct ovs_interface *interface = ports_ovs_find(ports, link);
	int change;

	link->facts = link->told;
	if (!interface && link->is_refined)
		link_forget_vlans(link);
	link->is_refined = interface;
	if (!interface)
		return 0;
	ports_ovs_facts(interface, &link->facts);
	change = link_set_vlans(link, &interface->trunks, interface->mode != OVS_NATIVE_TAGGED);
	return change < 0 ? change : 0;
}

bool ports_is_unknown(const struct ports *ports, __u32 ifindex)
{
	const struct link *link = links_find(&ports->links, ifindex);

	return link && link->told.ovs && !ports->tables;
}

bool ports_is_ovs(const struct ports *ports, __u32 ifindex)
{
	const struct link *link = links_find(&ports->links, ifindex);

	return link && link->told.ovs == LINK_OVS_DEVICE;
}
