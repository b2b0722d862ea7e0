// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ports_roles.c - which role a port of a bridge has, and why; and the guests that no port leads to.
 */
#include "ports_parts.h"

/*
 * Does the veth lead to no guest? Behind a bridge that is followed, guests are heard at their own
 * ports; a switch that is not followed leads out of the host. Guests behind any other
 * bridge are heard only here.
 */
static bool is_leading_on(const struct ports *ports, const struct link *link)
{
	const struct link *behind = ports_switch_behind(ports, link);

	return behind && (behind->facts.kind != LINK_BRIDGE || ports_is_bridge(ports, behind));
}

/*
 * A VLAN device leads to where the device below it does, which need not be a port: the guest of
 * tap0 tags its frames, and tap0.10 is a port of br10.
 */
static enum role_why role_why(const struct ports *ports, const struct link *link)
{
	const struct link *base = links_base(&ports->links, link);
	enum port_role role;

	if (ports_find_named_role(ports, link, &role))
		return role == ROLE_UPLINK ? ROLE_WHY_UPLINKS : ROLE_WHY_GUESTS;
	if (is_leading_on(ports, base))
		return ROLE_WHY_LEADS_ON;
	return base->facts.kind == LINK_GUEST ? ROLE_WHY_GUEST_KIND : ROLE_WHY_OTHER_KIND;
}

enum port_role ports_role(const struct ports *ports, const struct link *link)
{
	static const enum port_role roles[] = {
		[ROLE_WHY_UPLINKS] = ROLE_UPLINK,    [ROLE_WHY_GUESTS] = ROLE_GUEST,
		[ROLE_WHY_LEADS_ON] = ROLE_UPLINK,   [ROLE_WHY_GUEST_KIND] = ROLE_GUEST,
		[ROLE_WHY_OTHER_KIND] = ROLE_UPLINK,
	};

	return roles[role_why(ports, link)];
}

const char *ports_role_text(const struct ports *ports, __u32 ifindex)
{
	static const char *const texts[] = {
		[ROLE_WHY_UPLINKS] = "named in uplinks",
		[ROLE_WHY_GUESTS] = "named in guests",
		[ROLE_WHY_LEADS_ON] = "a veth whose other end is in another switch",
		[ROLE_WHY_GUEST_KIND] = "a tap, veth or vif of Xen, or a VLAN device on one",
		[ROLE_WHY_OTHER_KIND] = "of a kind that leads out of the host",
	};
	const struct link *link = links_find(&ports->links, ifindex);

	if (!link || !link->is_port)
		return "no port";
	if (link->reported.role == ROLE_ROUTER)
		return "named in routers";
	if (link->reported.role == ROLE_HOST)
		return "the bridge's own device";
	if (!port_knows_vlan(&link->reported))
		return "in a VLAN that is not known: a tunnel, or behind flows";
	return texts[role_why(ports, link)];
}

/*
 * A guest on a macvtap is on no port: Linux refuses a macvtap as a port, and one on a port. Its
 * frames leave by the device below, on a bridge by the bridge's own.
 */
void ports_report_macvtap(struct ports *ports, const struct link *link)
{
	struct link *below = link->facts.kind == LINK_MACVTAP && link->facts.lower
				     ? links_find(&ports->links, link->facts.lower)
				     : NULL;

	if (!below || below->reported_macvtap)
		return;
	below->reported_macvtap = true;
	ports->ops->macvtap_seen(ports->ctx, link->name, below->name,
				 ports_is_bridge(ports, links_base(&ports->links, below)));
}
