// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * unclaimed.c - why an address has no claim.
 */
#include "parts.h"

/* The counters are of all addresses, so what they show is a possible cause only. */
static void causes_counted(const struct explain *explain, struct finding *findings)
{
	static const struct {
		enum cause cause;
		enum counter counter;
		const char *sentence; /* goes on after the number */
	} counted[] = {
		{CAUSE_no_room, COUNTER_probe_no_room,
		 "probes found the claims map full; this address's may be among them" REMEDY
		 "raise claims: under limits:, then stop garpd, run garpd detach, start it"},
		{CAUSE_many_vlans, COUNTER_probe_many_vlans,
		 "probes were for addresses that eight other VLANs have, on a bridge where "
		 "objections come in without a VLAN; this address's may be among them" REMEDY
		 "garpd show ports -j names the ports under any_vlan; \"!BRIDGE\" in bridges: "
		 "keeps those of a bridge out"},
		{CAUSE_port_full, COUNTER_probe_over_quota,
		 "probes came from a port with as many claims as it may have; this address's may "
		 "be among them" REMEDY
		 "raise claims_per_port: under limits:, if that many are intended"},
		{CAUSE_uplink_probes, COUNTER_probe_uplink,
		 "probes arrived on uplinks, where the guests of other machines are" REMEDY
		 "run garpd where the guest is; if its port is an uplink by mistake, name the port "
		 "under guests:"},
		{CAUSE_not_forwarding, COUNTER_not_forwarding,
		 "frames came from ports that do not forward, as STP has it: ignored" REMEDY
		 "bridge link show names their state"},
		{CAUSE_port_left, COUNTER_port_gone,
		 "claims were forgotten because their port was removed" REMEDY
		 "the guest's next probe makes a new claim"},
		{CAUSE_wrong_vlan, COUNTER_vlan_not_member,
		 "frames came in a VLAN that their port is not in" REMEDY
		 "compare the guest's VLAN with bridge vlan show"},
	};

	for (size_t i = 0; i < sizeof(counted) / sizeof(counted[0]); i++)
		if (explain->counted[counted[i].counter])
			finding_set(&findings[counted[i].cause], "%llu %s",
				    explain->counted[counted[i].counter], counted[i].sentence);
}

/* Why there is no claim for this address, whatever was heard. True if that is all to be said. */
static bool causes_address(const struct explain *explain, struct finding *findings)
{
	const char *address = ADDR(&explain->addr);

	if (!explain_is_unicast(explain))
		finding_set(&findings[CAUSE_not_unicast],
			    "%s is not a unicast address: no guest can own it", address);
	else if (explain->is_host && explain->host == HOST_OWN)
		finding_set(&findings[CAUSE_of_this_host],
			    "%s is this host's own address: it is never announced for a guest",
			    address);
	else if (addr_is_link_local(&explain->addr) && !explain->settings.link_local)
		finding_set(&findings[CAUSE_link_local],
			    "%s is link-local: probes for it are ignored" REMEDY
			    "to announce it, set link_local: yes",
			    address);
	else
		return false;
	return true;
}

void causes_unclaimed(const struct explain *explain, struct finding *findings)
{
	const char *address = ADDR(&explain->addr);
	char places[PLACES_TEXT_LEN];

	if (causes_address(explain, findings))
		return;
	causes_counted(explain, findings);
	if (explain->counted[COUNTER_lapsed])
		finding_set(&findings[CAUSE_few_probes],
			    "windows that ended with fewer than %u probes and no use of the "
			    "address: %llu; each was forgotten" REMEDY
			    "for guests that send fewer probes, lower min_probes: under timing:",
			    explain_min_probes(explain), explain->counted[COUNTER_lapsed]);
	if (!explain->ports)
		finding_set(&findings[CAUSE_no_port],
			    "garpd is attached to no port" REMEDY
			    "name the bridge under bridges:, or with garpd run --bridge");
	else
		finding_set(&findings[CAUSE_never_probed],
			    "no probe for %s is remembered on %s" REMEDY
			    "check that the guest's port is listed with role guest (garpd show "
			    "ports); watch its probes: tcpdump -eni PORT '%s'",
			    address, explain_places_text(explain, &explain->segments, places),
			    addr_is_ipv4(&explain->addr) ? "arp" : "icmp6");
}
