// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * tables.c - the causes in the kernel's own tables: the guest's port, the host's neighbours, and
 * the bridge's forwarding table.
 */
#include <linux/if_bridge.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>

#include "parts.h"

/* ---- the guest's port ---- */

static const char *bridge_state_name(__u8 state)
{
	static const char *const names[] = {
		[BR_STATE_DISABLED] = "disabled", [BR_STATE_LISTENING] = "listening",
		[BR_STATE_LEARNING] = "learning", [BR_STATE_FORWARDING] = "forwarding",
		[BR_STATE_BLOCKING] = "blocking",
	};

	return state < sizeof(names) / sizeof(names[0]) ? names[state] : "unknown";
}

#define LINK_UP "ip link set %s up; if it is up, STP blocks it: bridge link show dev %s"

static void causes_port(const struct explain *explain, struct finding *findings)
{
	const struct claim *claim = &explain->claim;
	const char *port = explain_name(explain, claim->port);
	unsigned int vid = claim->key.vlan & VLAN_VID;

	if (!explain->has_port)
		return finding_set(&findings[CAUSE_port_gone],
				   "%s, the port of %s, %s" REMEDY
				   "if the guest has moved, its next probe or ARP shows where; see "
				   "garpd show ports",
				   port, MAC(claim->mac),
				   explain->port_exists ? "is not a port of garpd" : "is gone");
	if (!explain->port.forwarding && explain->port.role == ROLE_ROUTER)
		finding_set(&findings[CAUSE_port_blocked], "%s is down" REMEDY LINK_UP, port,
			    SHELL(port), SHELL(port));
	else if (!explain->port.forwarding && !explain->port.starting)
		finding_set(&findings[CAUSE_port_blocked],
			    "the bridge accepts no frames from %s: its state is %s" REMEDY LINK_UP,
			    port, bridge_state_name(explain->bridge_port.state), SHELL(port),
			    SHELL(port));
	if (!explain->in_vlan)
		finding_set(&findings[CAUSE_port_vlan],
			    "%s is not in VLAN %u of its bridge: announcements there are "
			    "lost" REMEDY "bridge vlan add dev %s vid %u",
			    port, vid, SHELL(port), vid);
}

/* ---- the host's own neighbour entry ---- */

/* Announcements do not change it. */
static void causes_fixed_entry(const struct explain *explain, const struct neigh *neigh,
			       const char *name, struct finding *findings)
{
	bool noarp = neigh->state & NUD_NOARP;

	if (neigh_is_learned(neigh))
		return finding_set(&findings[CAUSE_host_evpn],
				   "this host's own entry on %s is EVPN's (extern_learn), at %s: "
				   "the fabric did not learn of the move" REMEDY
				   "see FRR's entry: vtysh -c 'show evpn arp-cache vni all'",
				   name, MAC(neigh->mac));
	finding_set(&findings[noarp ? CAUSE_host_noarp : CAUSE_host_permanent],
		    "this host's own entry on %s is %s, at %s: announcements do not change "
		    "it" REMEDY "%s delete it: ip neigh del %s dev %s",
		    name, noarp ? "NOARP" : "PERMANENT", MAC(neigh->mac),
		    noarp ? "correct it where it was added; or" : "it was added by hand;",
		    ADDR(&explain->addr), SHELL(name));
}

#define REPLACE "for now: ip neigh replace %s lladdr %s dev %s nud stale"

static void causes_wrong_entry(const struct explain *explain,
			       const struct explain_interface *interface, struct finding *findings)
{
	const char *name = explain_name(explain, interface->ifindex);
	const char *address = ADDR(&explain->addr), *mac = MAC(explain->claim.mac);
	const char *wrong = MAC(interface->neigh.mac);
	bool v4 = addr_is_ipv4(&explain->addr);
	const char *key = v4 ? "drop_gratuitous_arp" : "drop_unsolicited_na";

	if (explain_outcome(explain, interface) != NEIGH_OTHER)
		causes_fixed_entry(explain, &interface->neigh, name, findings);
	else if (interface->drops_here || interface->drops_all)
		finding_set(&findings[CAUSE_host_drops],
			    "this host ignores announcements (%s) and still has %s at %s on "
			    "%s" REMEDY "sysctl net/%s/conf/%s/%s=0; " REPLACE,
			    key, address, wrong, name, v4 ? "ipv4" : "ipv6",
			    interface->drops_here ? SHELL(name) : "all", key, address, mac,
			    SHELL(name));
	else
		finding_set(
			&findings[CAUSE_host_wrong],
			"this host still has %s at %s on %s" REMEDY
			"a firewall may drop the announcement (nft list ruleset, ebtables -L); " REPLACE,
			address, wrong, name, address, mac, SHELL(name));
}

/* Of each kind the first one counts. */
static void causes_entries(const struct explain *explain, struct finding *findings)
{
	for (size_t i = explain->interfaces; i-- > 0;)
		switch (explain_outcome(explain, &explain->interface[i])) {
		case NEIGH_ABSENT:
		case NEIGH_FOLLOWED:
			break;
		case NEIGH_OTHER:
		case NEIGH_PERMANENT:
		case NEIGH_LEARNED:
			causes_wrong_entry(explain, &explain->interface[i], findings);
		}
}

/* ---- the bridge ---- */

#define BEHIND "the bridge has %s behind %s, not behind %s"

static void causes_fdb(const struct explain *explain, struct finding *findings)
{
	const char *mac = MAC(explain->claim.mac);
	const char *there = explain_name(explain, explain->fdb.port);
	const char *port = explain_name(explain, explain->claim.port);

	if (!explain->has_fdb || !explain->fdb.port || explain->fdb.port == explain->claim.port)
		return;
	if (explain->fdb.state & (NUD_PERMANENT | NUD_NOARP))
		finding_set(&findings[CAUSE_fdb_static],
			    BEHIND ", by a static entry" REMEDY "bridge fdb del %s dev %s master",
			    mac, there, port, mac, SHELL(there));
	else if (explain->bridge_port.ifindex && !explain->bridge_port.learning)
		finding_set(&findings[CAUSE_fdb_learning],
			    BEHIND ", which does not learn" REMEDY
				   "bridge link set dev %s learning on",
			    mac, there, port, SHELL(port));
	else
		finding_set(&findings[CAUSE_fdb_other_port],
			    BEHIND REMEDY
			    "the guest moved without sending ARP or ND, or a second guest has its "
			    "MAC: bridge monitor fdb shows whether the entry alternates",
			    mac, there, port);
}

static void causes_bridge(const struct explain *explain, struct finding *findings)
{
	char places[PLACES_TEXT_LEN];

	causes_fdb(explain, findings);
	if (explain->suppressing.count)
		finding_set(&findings[CAUSE_neigh_suppress],
			    "announcements do not cross %s (neigh_suppress): hosts behind it "
			    "depend on EVPN" REMEDY
			    "without EVPN: bridge link set dev %s neigh_suppress off",
			    explain_places_text(explain, &explain->suppressing, places),
			    SHELL(explain_name(explain, explain->suppressing.ifindex[0])));
	if (explain->bridge_port.isolated)
		finding_set(&findings[CAUSE_isolated],
			    "%s is isolated: other isolated ports do not hear it",
			    explain_name(explain, explain->claim.port));
}

void causes_tables(const struct explain *explain, struct finding *findings)
{
	if (explain_is_claimed(explain))
		causes_port(explain, findings);
	causes_entries(explain, findings);
	if (explain_is_settled(explain))
		causes_bridge(explain, findings);
}
