// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * host.c - the causes in the kernel's own tables: the host's neighbours, the bridge's
 * forwarding table and the settings of its ports.
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

/* Nothing about the entry itself keeps it from following. */
static bool entry_can_follow(const struct explain_interface *interface)
{
	return !entry_is_evpn(interface) && !(interface->neigh.state & (NUD_PERMANENT | NUD_NOARP));
}

static bool entry_is_filtered(const struct explain_interface *interface)
{
	return entry_can_follow(interface) && (interface->drops_here || interface->drops_all);
}

static bool entry_is_unfiltered(const struct explain_interface *interface)
{
	return entry_can_follow(interface) && !entry_is_filtered(interface);
}

/* The first wrong entry of that kind, or NULL. */
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

/* An entry that no frame changes, and who can. */
static bool find_fixed_entry(const struct explain *explain, struct finding *finding,
			     bool (*is_kind)(const struct explain_interface *), const char *kind,
			     const char *who)
{
	const struct explain_interface *wrong = wrong_entry(explain, is_kind);
	const char *name;

	if (!wrong)
		return false;
	name = explain_name(explain, wrong->ifindex);
	finding_trouble(finding,
			"this host's own entry on %s is %s, at %s: announcements do not change it",
			name, kind, MAC(wrong->neigh.mac));
	return finding_remedy(finding, "%s: ip neigh del %s dev %s", who, ADDR(&explain->addr),
			      name);
}

bool find_host_permanent(const struct explain *explain, struct finding *finding)
{
	return find_fixed_entry(explain, finding, entry_is_permanent, "PERMANENT",
				"it was added by hand; delete it");
}

bool find_host_noarp(const struct explain *explain, struct finding *finding)
{
	return find_fixed_entry(explain, finding, entry_is_noarp, "NOARP",
				"correct it where it was added; or delete it");
}

bool find_host_evpn(const struct explain *explain, struct finding *finding)
{
	const struct explain_interface *wrong = wrong_entry(explain, entry_is_evpn);

	if (!wrong)
		return false;
	finding_trouble(
		finding,
		"this host's own entry on %s is EVPN's (extern_learn), at %s: the fabric did not "
		"learn of the move",
		explain_name(explain, wrong->ifindex), MAC(wrong->neigh.mac));
	return finding_remedy(finding, "see FRR's entry: vtysh -c 'show evpn arp-cache vni all'");
}

bool find_host_drops(const struct explain *explain, struct finding *finding)
{
	const struct explain_interface *wrong = wrong_entry(explain, entry_is_filtered);
	bool v4 = addr_is_ipv4(&explain->addr);
	const char *name, *key = v4 ? "drop_gratuitous_arp" : "drop_unsolicited_na";

	if (!wrong)
		return false;
	name = explain_name(explain, wrong->ifindex);
	finding_trouble(finding,
			"this host ignores announcements (%s) and still has %s at %s on %s", key,
			ADDR(&explain->addr), MAC(wrong->neigh.mac), name);
	return finding_remedy(
		finding,
		"sysctl net/%s/conf/%s/%s=0; for now: ip neigh replace %s lladdr %s dev %s "
		"nud stale",
		v4 ? "ipv4" : "ipv6", wrong->drops_here ? name : "all", key, ADDR(&explain->addr),
		MAC(explain->claim.mac), name);
}

bool find_host_wrong(const struct explain *explain, struct finding *finding)
{
	const struct explain_interface *wrong = wrong_entry(explain, entry_is_unfiltered);
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

enum fdb_fault { FDB_FITS, FDB_STATIC, FDB_NOT_LEARNING, FDB_OTHER_PORT };

static enum fdb_fault fdb_fault(const struct explain *explain)
{
	if (!explain->has_fdb || !explain_is_settled(explain) || !explain->fdb.port ||
	    explain->fdb.port == explain->claim.port)
		return FDB_FITS;
	if (explain->fdb.state & (NUD_PERMANENT | NUD_NOARP))
		return FDB_STATIC;
	if (explain->bridge_port.ifindex && !explain->bridge_port.learning)
		return FDB_NOT_LEARNING;
	return FDB_OTHER_PORT;
}

/* The sentence of this fault, where it is there. */
static bool find_fdb(const struct explain *explain, struct finding *finding, enum fdb_fault fault,
		     const char *how)
{
	if (fdb_fault(explain) != fault)
		return false;
	return finding_trouble(finding, "the bridge has %s behind %s, not behind %s%s",
			       MAC(explain->claim.mac), explain_name(explain, explain->fdb.port),
			       explain_name(explain, explain->claim.port), how);
}

bool find_fdb_static(const struct explain *explain, struct finding *finding)
{
	return find_fdb(explain, finding, FDB_STATIC, ", by a static entry") &&
	       finding_remedy(finding, "bridge fdb del %s dev %s master", MAC(explain->claim.mac),
			      explain_name(explain, explain->fdb.port));
}

bool find_fdb_learning(const struct explain *explain, struct finding *finding)
{
	return find_fdb(explain, finding, FDB_NOT_LEARNING, ", which does not learn") &&
	       finding_remedy(finding, "bridge link set dev %s learning on",
			      explain_name(explain, explain->claim.port));
}

bool find_fdb_other_port(const struct explain *explain, struct finding *finding)
{
	return find_fdb(explain, finding, FDB_OTHER_PORT, "") &&
	       finding_remedy(finding,
			      "the guest moved without sending ARP or ND, or a second guest has "
			      "its MAC: bridge monitor fdb shows whether the entry alternates");
}

bool find_neigh_suppress(const struct explain *explain, struct finding *finding)
{
	char places[PLACES_TEXT_LEN];

	if (!explain_is_settled(explain) || !explain->suppressing.count)
		return false;
	finding_trouble(finding,
			"announcements do not cross %s (neigh_suppress): hosts behind it depend on "
			"EVPN",
			explain_places_text(explain, &explain->suppressing, places));
	return finding_remedy(finding, "without EVPN: bridge link set dev %s neigh_suppress off",
			      explain_name(explain, explain->suppressing.ifindex[0]));
}

bool find_isolated(const struct explain *explain, struct finding *finding)
{
	if (!explain_is_settled(explain) || !explain->bridge_port.isolated)
		return false;
	return finding_trouble(finding, "%s is isolated: other isolated ports do not hear it",
			       explain_name(explain, explain->claim.port));
}
