// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ports_ovs.c - what the database of Open vSwitch makes of the links: which bridge a port is on,
 * and its VLANs. To the kernel all its ports belong to one device, ovs-system.
 */
#include <stdio.h>
#include <string.h>
#include <linux/if_bridge.h>
#include <linux/if_ether.h>

#include "ports_parts.h"

/* ---- which link an interface of the database is ---- */

/* Is the link of that kind? An ifindex may be one of another network namespace. */
static bool has_kind(const struct link *link, const struct ovs_interface *interface)
{
	if (link->told.ovs == LINK_OVS_DEVICE)
		return interface->kind == OVS_INTERNAL;
	return link->told.ovs == LINK_OVS_PORT && interface->kind == OVS_SYSTEM;
}

static bool has_mac(const struct link *link, const struct ovs_interface *interface)
{
	return interface->has_mac && link->told.ethernet &&
	       memcmp(link->told.mac, interface->mac, MAC_LEN) == 0;
}

/* The interface with the link's ifindex and that name; `name` NULL: with its MAC. */
static const struct ovs_interface *interface_of(const struct ports *ports, const struct link *link,
						const char *name)
{
	size_t count;
	const struct ovs_interface *interface = ovs_tables_find(ports->tables, link->ifindex,
								&count);

	for (size_t i = 0; i < count; i++)
		if (has_kind(link, &interface[i]) &&
		    (name ? strcmp(interface[i].name, name) == 0 : has_mac(link, &interface[i])))
			return &interface[i];
	return NULL;
}

static bool is_incomplete(const struct ports *ports, const char *name)
{
	const struct ovs_interface *interface = ovs_tables_named(ports->tables, name);

	return interface && ovs_interface_is_incomplete(interface);
}

/*
 * Once found by ifindex and MAC, it is the same while both have that ifindex: a link may be
 * renamed, and its MAC may change, which the database tells later than the kernel.
 */
void ports_ovs_identify(struct ports *ports, struct link *link)
{
	const struct ovs_interface *interface = NULL;
	char was[IFNAMSIZ];

	if (!ports->tables)
		return;
	strcpy(was, link->ovs_name);
	if (was[0] && link->told.ovs)
		interface = interface_of(ports, link, was);
	if (!interface && link->told.ovs)
		interface = interface_of(ports, link, NULL);
	if (interface)
		snprintf(link->ovs_name, sizeof(link->ovs_name), "%s", interface->name);
	else if (!link->told.ovs || !was[0] || !is_incomplete(ports, was))
		link->ovs_name[0] = '\0';
	/* Is it a bridge? Then its ports are other ones now. */
	if (strcmp(was, link->ovs_name) != 0 && link->told.ovs == LINK_OVS_DEVICE)
		ports->ovs_changed = true;
}

bool ports_ovs_is_unknown(const struct ports *ports, const struct link *link)
{
	if (!link->told.ovs || link->ovs_name[0])
		return false;
	return !ports->tables || is_incomplete(ports, link->name);
}

bool ports_ovs_has_bridge(const struct ports *ports, const struct ovs_bridge *bridge)
{
	const struct link *local = links_find(&ports->links, bridge->ifindex);

	return local && local->told.ovs == LINK_OVS_DEVICE &&
	       strcmp(local->ovs_name, bridge->name) == 0 && !bridge->is_userspace &&
	       (!bridge->is_integration || ports->config.ovn);
}

const struct ovs_interface *ports_ovs_interface(const struct ports *ports, const struct link *link)
{
	if (!ports->tables || !link->ovs_name[0])
		return NULL;
	return interface_of(ports, link, link->ovs_name);
}

const struct ovs_interface *ports_ovs_find(const struct ports *ports, const struct link *link)
{
	const struct ovs_interface *interface = ports_ovs_interface(ports, link);

	if (!interface || !ports_ovs_has_bridge(ports, interface->bridge))
		return NULL;
	/* An internal port that is a port of a Linux bridge leads from there into Open vSwitch. */
	if (link->told.ovs == LINK_OVS_DEVICE && link->told.enslaved && !interface->is_local)
		return NULL;
	return interface->mode == OVS_DOT1Q_TUNNEL && !interface->is_local ? NULL : interface;
}

/* ---- what it makes of the link ---- */

static __u8 state_of(const struct ovs_interface *interface, const struct link_facts *facts)
{
	if (!facts->up || !facts->carrier)
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
	facts->bonded = LINK_BONDED_TOLD;
	facts->drops_returned = interface->drops_returned;
}

int ports_ovs_refine(struct ports *ports, struct link *link)
{
	const struct ovs_interface *interface;
	int change;

	ports_ovs_identify(ports, link);
	interface = ports_ovs_find(ports, link);
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

bool ports_is_ovs(const struct ports *ports, __u32 ifindex)
{
	const struct link *link = links_find(&ports->links, ifindex);

	return link && link->told.ovs == LINK_OVS_DEVICE;
}
