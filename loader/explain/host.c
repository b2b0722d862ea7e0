// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * host.c - the causes that stand in the kernel's own tables: the host's neighbours, the
 * bridge's forwarding table, and what its ports let through.
 */
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>

#include "parts.h"

/* ---- the host's own neighbour entry ---- */

static bool entry_is_evpn(const struct explain_interface *interface)
{
	return neigh_is_learned(&interface->neigh);
}

static bool entry_is_permanent(const struct explain_interface *interface)
{
	return !entry_is_evpn(interface) && interface->neigh.state & NUD_PERMANENT;
}

static bool entry_is_noarp(const struct explain_interface *interface)
{
	return !entry_is_evpn(interface) && interface->neigh.state & NUD_NOARP;
}

static bool entry_may_follow(const struct explain_interface *interface)
{
	return !entry_is_evpn(interface) && !(interface->neigh.state & (NUD_PERMANENT | NUD_NOARP));
}

static bool entry_is_kept_from_it(const struct explain_interface *interface)
{
	return entry_may_follow(interface) && (interface->drops_here || interface->drops_all);
}

static bool entry_just_did_not(const struct explain_interface *interface)
{
	return entry_may_follow(interface) && !entry_is_kept_from_it(interface);
}

/* The first wrong entry of that kind; NULL: there is none. */
static const struct explain_interface *wrong_entry(
	const struct explain *explain, bool (*is_kind)(const struct explain_interface *))
{
	for (size_t i = 0; i < explain->interfaces; i++) {
		const struct explain_interface *interface = &explain->interface[i];
		enum neigh_outcome outcome = explain_outcome(explain, interface);

		if (outcome != NEIGH_ABSENT && outcome != NEIGH_FOLLOWED && is_kind(interface))
			return interface;
	}
	return NULL;
}

bool find_host_permanent(const struct explain *explain, struct finding *finding)
{
	const struct explain_interface *wrong = wrong_entry(explain, entry_is_permanent);
	const char *name;

	if (!wrong)
		return false;
	name = explain_name(explain, wrong->ifindex);
	finding_trouble(finding,
			"this host's own entry on %s is PERMANENT, at %s: no frame changes it",
			name, MAC(wrong->neigh.mac));
	return finding_remedy(finding,
			      "somebody made it by hand; take it away: ip neigh del %s dev %s",
			      ADDR(&explain->addr), name);
}

bool find_host_evpn(const struct explain *explain, struct finding *finding)
{
	const struct explain_interface *wrong = wrong_entry(explain, entry_is_evpn);

	if (!wrong)
		return false;
	finding_trouble(
		finding,
		"this host's own entry on %s is EVPN's (extern_learn), at %s: the fabric has not "
		"heard of the move",
		explain_name(explain, wrong->ifindex), MAC(wrong->neigh.mac));
	return finding_remedy(finding, "what FRR believes: vtysh -c 'show evpn arp-cache vni all'");
}

bool find_host_noarp(const struct explain *explain, struct finding *finding)
{
	const struct explain_interface *wrong = wrong_entry(explain, entry_is_noarp);
	const char *name;

	if (!wrong)
		return false;
	name = explain_name(explain, wrong->ifindex);
	finding_trouble(finding, "this host's own entry on %s is NOARP, at %s: no frame changes it",
			name, MAC(wrong->neigh.mac));
	return finding_remedy(finding,
			      "whoever made it has to correct it; or: ip neigh del %s dev %s",
			      ADDR(&explain->addr), name);
}

bool find_host_drops(const struct explain *explain, struct finding *finding)
{
	const struct explain_interface *wrong = wrong_entry(explain, entry_is_kept_from_it);
	bool v4 = addr_is_ipv4(&explain->addr);
	const char *name, *key = v4 ? "drop_gratuitous_arp" : "drop_unsolicited_na";

	if (!wrong)
		return false;
	name = explain_name(explain, wrong->ifindex);
	finding_trouble(finding, "this host drops announcements (%s) and still has %s at %s on %s",
			key, ADDR(&explain->addr), MAC(wrong->neigh.mac), name);
	return finding_remedy(
		finding,
		"sysctl net/%s/conf/%s/%s=0; for now: ip neigh replace %s lladdr %s dev %s "
		"nud stale",
		v4 ? "ipv4" : "ipv6", wrong->drops_here ? name : "all", key, ADDR(&explain->addr),
		MAC(explain->claim.mac), name);
}

bool find_host_wrong(const struct explain *explain, struct finding *finding)
{
	const struct explain_interface *wrong = wrong_entry(explain, entry_just_did_not);
	const char *name;

	if (!wrong)
		return false;
	name = explain_name(explain, wrong->ifindex);
	finding_trouble(finding, "this host still has %s at %s on %s", ADDR(&explain->addr),
			MAC(wrong->neigh.mac), name);
	return finding_remedy(
		finding,
		"a firewall may drop the announcement (nft list ruleset, ebtables -L); for now: "
		"ip neigh replace %s lladdr %s dev %s nud stale",
		ADDR(&explain->addr), MAC(explain->claim.mac), name);
}

/* ---- the bridge ---- */

static bool fdb_is_wrong(const struct explain *explain)
{
	return explain->has_fdb && explain_is_settled(explain) && explain->fdb.port &&
	       explain->fdb.port != explain->claim.port;
}

static bool fdb_is_static(const struct explain *explain)
{
	return explain->fdb.state & (NUD_PERMANENT | NUD_NOARP);
}

/* The port does not learn from what is said there. */
static bool fdb_is_blind(const struct explain *explain)
{
	return explain->bridge_port.ifindex && !explain->bridge_port.learning;
}

static void finding_fdb(const struct explain *explain, struct finding *finding, const char *how)
{
	finding_trouble(finding, "the bridge has %s behind %s, not behind %s%s",
			MAC(explain->claim.mac), explain_name(explain, explain->fdb.port),
			explain_name(explain, explain->claim.port), how);
}

bool find_fdb_static(const struct explain *explain, struct finding *finding)
{
	if (!fdb_is_wrong(explain) || !fdb_is_static(explain))
		return false;
	finding_fdb(explain, finding, ", by a static entry");
	return finding_remedy(finding, "bridge fdb del %s dev %s master", MAC(explain->claim.mac),
			      explain_name(explain, explain->fdb.port));
}

bool find_fdb_learning(const struct explain *explain, struct finding *finding)
{
	if (!fdb_is_wrong(explain) || fdb_is_static(explain) || !fdb_is_blind(explain))
		return false;
	finding_fdb(explain, finding, ", which does not learn");
	return finding_remedy(finding, "bridge link set dev %s learning on",
			      explain_name(explain, explain->claim.port));
}

bool find_fdb_other_port(const struct explain *explain, struct finding *finding)
{
	if (!fdb_is_wrong(explain) || fdb_is_static(explain) || fdb_is_blind(explain))
		return false;
	finding_fdb(explain, finding, "");
	return finding_remedy(
		finding, "the guest has moved without a word, or a second one has its MAC: bridge "
			 "monitor fdb shows whether it goes to and fro");
}

bool find_neigh_suppress(const struct explain *explain, struct finding *finding)
{
	char places[PLACES_TEXT_LEN];

	if (!explain_is_settled(explain) || !explain->suppressing.count)
		return false;
	finding_trouble(finding,
			"announcements do not cross %s (neigh_suppress): EVPN has to tell who is "
			"behind it",
			explain_places_text(explain, &explain->suppressing, places));
	return finding_remedy(finding, "without EVPN: bridge link set dev %s neigh_suppress off",
			      explain_name(explain, explain->suppressing.ifindex[0]));
}

bool find_isolated(const struct explain *explain, struct finding *finding)
{
	if (!explain_is_settled(explain) || !explain->bridge_port.isolated)
		return false;
	return finding_trouble(finding, "%s is isolated: other isolated ports hear nothing of it",
			       explain_name(explain, explain->claim.port));
}
