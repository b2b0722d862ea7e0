// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * unclaimed.c - why an address has no claim. The counters are of all addresses, so what they show
 * is a possible cause only.
 */
#include <stdio.h>

#include "parts.h"

/* Without a claim, and counted: fills the finding with "COUNT sentence". */
static bool find_counted(const struct explain *explain, struct finding *finding,
			 enum counter counter, const char *sentence, const char *remedy)
{
	if (explain_is_claimed(explain) || !explain->counted[counter])
		return false;
	finding_trouble(finding, "%llu %s", explain->counted[counter], sentence);
	return finding_remedy(finding, "%s", remedy);
}

bool find_no_port(const struct explain *explain, struct finding *finding)
{
	if (explain_is_claimed(explain) || explain->ports)
		return false;
	finding_trouble(finding, "garpd is attached to no port");
	return finding_remedy(finding,
			      "name the bridge under bridges:, or with garpd run --bridge");
}

bool find_no_room(const struct explain *explain, struct finding *finding)
{
	return find_counted(
		explain, finding, COUNTER_probe_no_room,
		"probes found the claims map full; this address's may be among them",
		"raise claims: under limits:, then stop garpd, run garpd detach, start it");
}

bool find_port_full(const struct explain *explain, struct finding *finding)
{
	return find_counted(explain, finding, COUNTER_probe_over_quota,
			    "probes came from a port with as many claims as it may have; this "
			    "address's may be among them",
			    "raise claims_per_port: under limits:, if that many are intended");
}

/* Probes for such an address are ignored before anything else is checked. */
static bool is_ignored(const struct explain *explain)
{
	return addr_is_link_local(&explain->addr) && !explain->settings.link_local;
}

bool find_link_local(const struct explain *explain, struct finding *finding)
{
	if (explain_is_claimed(explain) || !explain->ports || !is_ignored(explain))
		return false;
	finding_trouble(finding, "%s is link-local: probes for it are ignored",
			ADDR(&explain->addr));
	return finding_remedy(finding, "to announce it, set link_local: yes");
}

bool find_never_probed(const struct explain *explain, struct finding *finding)
{
	char places[PLACES_TEXT_LEN];

	if (explain_is_claimed(explain) || !explain->ports || is_ignored(explain))
		return false;
	finding_trouble(finding, "no probe for %s is remembered on %s", ADDR(&explain->addr),
			explain_places_text(explain, &explain->segments, places));
	return finding_remedy(
		finding,
		"check that the guest's port is listed with role guest (garpd show ports); watch "
		"its probes: tcpdump -eni PORT '%s'",
		addr_is_ipv4(&explain->addr) ? "arp" : "icmp6");
}

bool find_uplink_probes(const struct explain *explain, struct finding *finding)
{
	return find_counted(explain, finding, COUNTER_probe_uplink,
			    "probes arrived on uplinks, where the guests of other machines are",
			    "run garpd where the guest is; if its port is an uplink by mistake, "
			    "name the port under guests:");
}

bool find_port_left(const struct explain *explain, struct finding *finding)
{
	return find_counted(explain, finding, COUNTER_port_gone,
			    "claims were forgotten because their port was removed",
			    "the guest's next probe makes a new claim");
}

bool find_few_probes(const struct explain *explain, struct finding *finding)
{
	char sentence[96];

	snprintf(sentence, sizeof(sentence),
		 "windows ended with fewer than %u probes and no use of the address: forgotten",
		 explain_min_probes(explain));
	return find_counted(explain, finding, COUNTER_lapsed, sentence,
			    "for guests that send fewer probes, lower min_probes:");
}

bool find_wrong_vlan(const struct explain *explain, struct finding *finding)
{
	return find_counted(explain, finding, COUNTER_vlan_not_member,
			    "frames came in a VLAN that their port is not in",
			    "compare the guest's VLAN with bridge vlan show");
}
