// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * link_vlans.c - the VLANs of a bridge's port, or of the bridge itself: which, and which of them
 * leave without a tag.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <linux/if_bridge.h>

#include "links.h"
#include "netlink.h"

#define VLAN_IDS 4096

static bool vlans_have(const struct port_vlans *vlans, __u16 vlan)
{
	return vlans && vlans->member[vlan / 64 % 64] >> vlan % 64 & 1;
}

bool link_has_vlan(const struct link *link, __u16 vlan)
{
	return vlans_have(link->vlans, vlan);
}

bool link_untags(const struct link *link, __u16 vlan)
{
	return link->untagged ? vlans_have(link->untagged, vlan) : vlan == link->facts.pvid;
}

void link_forget_vlans(struct link *link)
{
	free(link->vlans);
	free(link->untagged);
	link->vlans = link->untagged = NULL;
	link->vlans_version++;
}

static void vlan_range_add(struct port_vlans *vlans, unsigned int first, unsigned int last)
{
	for (unsigned int vid = first; vid <= last && vid < VLAN_IDS; vid++)
		vlans->member[vid / 64] |= 1ull << vid % 64;
}

/*
 * IFLA_BRIDGE_VLAN_INFO, once for a VLAN or twice for a range, which has the same flags both times
 * (net/bridge/br_netlink.c, br_fill_ifvlaninfo_range).
 */
static void vlans_read(const struct nlattr *af_spec, struct port_vlans *vlans,
		       struct port_vlans *untagged, __u16 *pvid)
{
	const struct nlattr *attr;
	unsigned int first = 0;

	*pvid = 0;
	if (!af_spec)
		return;
	mnl_attr_for_each_nested(attr, af_spec) {
		const struct bridge_vlan_info *info = mnl_attr_get_payload(attr);

		if (mnl_attr_get_type(attr) != IFLA_BRIDGE_VLAN_INFO ||
		    mnl_attr_get_payload_len(attr) < sizeof(*info))
			continue;
		if (info->flags & BRIDGE_VLAN_INFO_PVID)
			*pvid = info->vid;
		if (info->flags & BRIDGE_VLAN_INFO_RANGE_BEGIN) {
			first = info->vid;
			continue;
		}
		if (!(info->flags & BRIDGE_VLAN_INFO_RANGE_END))
			first = info->vid;
		vlan_range_add(vlans, first, info->vid);
		if (info->flags & BRIDGE_VLAN_INFO_UNTAGGED)
			vlan_range_add(untagged, first, info->vid);
	}
}

/* Most links need no table: NULL stands for `usual`. Returns an enum link_change, or -ENOMEM. */
static int vlans_set(struct port_vlans **to, const struct port_vlans *vlans,
		     const struct port_vlans *usual)
{
	if (memcmp(*to ? *to : usual, vlans, sizeof(*vlans)) == 0)
		return LINK_UNCHANGED;
	if (memcmp(vlans, usual, sizeof(*vlans)) == 0) {
		free(*to);
		*to = NULL;
		return LINK_CHANGED;
	}
	if (!*to)
		*to = malloc(sizeof(*vlans));
	if (!*to)
		return -ENOMEM;
	**to = *vlans;
	return LINK_CHANGED;
}

int link_read_vlans(struct link *link, const struct nlattr *af_spec)
{
	static const struct port_vlans none;
	struct port_vlans vlans = {}, untagged = {}, usual = {};
	__u16 pvid = link->facts.pvid;
	int member, tags;

	vlans_read(af_spec, &vlans, &untagged, &link->facts.pvid);
	if (link->facts.pvid)
		vlan_range_add(&usual, link->facts.pvid, link->facts.pvid);
	member = vlans_set(&link->vlans, &vlans, &none);
	tags = vlans_set(&link->untagged, &untagged, &usual);
	if (member < 0 || tags < 0)
		return -ENOMEM;
	/* No table, for another PVID, means other tags. */
	if (member == LINK_UNCHANGED && tags == LINK_UNCHANGED && pvid == link->facts.pvid)
		return LINK_UNCHANGED;
	link->vlans_version++;
	return LINK_CHANGED;
}

int link_set_vlans(struct link *link, const struct port_vlans *vlans, bool untags)
{
	static const struct port_vlans none;
	struct port_vlans usual = {};
	int member, tags;

	if (link->facts.pvid)
		vlan_range_add(&usual, link->facts.pvid, link->facts.pvid);
	member = vlans_set(&link->vlans, vlans, &none);
	tags = vlans_set(&link->untagged, untags ? &usual : &none, &usual);
	if (member < 0 || tags < 0)
		return -ENOMEM;
	if (member == LINK_UNCHANGED && tags == LINK_UNCHANGED)
		return LINK_UNCHANGED;
	link->vlans_version++;
	return LINK_CHANGED;
}
