// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * unclaimed.c - why nobody has claimed an address, as far as the counters of all addresses
 * tell.
 */
#include "parts.h"

bool find_no_port(const struct explain *explain, struct finding *finding)
{
	if (explain_is_claimed(explain) || explain->ports)
		return false;
	finding_trouble(finding, "garpd is on no port: nothing can be heard");
	return finding_remedy(finding, "name the bridge under bridges:, or as garpd run --bridge");
}

bool find_no_room(const struct explain *explain, struct finding *finding)
{
	if (explain_is_claimed(explain) || !explain->counted[COUNTER_probe_no_room])
		return false;
	finding_trouble(finding,
			"%llu probes found the table of claims full; its own may be among them",
			explain->counted[COUNTER_probe_no_room]);
	return finding_remedy(
		finding, "raise claims: under limits:, then stop garpd, garpd detach, start it");
}

bool find_port_full(const struct explain *explain, struct finding *finding)
{
	if (explain_is_claimed(explain) || !explain->counted[COUNTER_probe_over_quota])
		return false;
	finding_trouble(
		finding,
		"%llu probes came from a port that has all the claims it may have; its own may be "
		"among them",
		explain->counted[COUNTER_probe_over_quota]);
	return finding_remedy(finding,
			      "raise claims_per_port: under limits:, if so many are meant");
}

/* What probes for such an address meet before anything else. */
static bool is_passed_over(const struct explain *explain)
{
	return addr_is_link_local(&explain->addr) && !explain->settings.link_local;
}

bool find_link_local(const struct explain *explain, struct finding *finding)
{
	if (explain_is_claimed(explain) || !explain->ports || !is_passed_over(explain))
		return false;
	finding_trouble(finding, "%s is link-local: probes for it are passed over here",
			ADDR(&explain->addr));
	return finding_remedy(finding, "if it is to be announced: link_local: yes");
}

bool find_never_probed(const struct explain *explain, struct finding *finding)
{
	char places[PLACES_TEXT_LEN];

	if (explain_is_claimed(explain) || !explain->ports || is_passed_over(explain))
		return false;
	finding_trouble(finding, "no guest has probed for %s on %s as far as is remembered",
			ADDR(&explain->addr),
			explain_places_text(explain, &explain->segments, places));
	return finding_remedy(
		finding,
		"is the guest behind a guest port (garpd show ports)? Its probes are seen by "
		"tcpdump -eni PORT '%s'",
		addr_is_ipv4(&explain->addr) ? "arp" : "icmp6");
}

bool find_uplink_probes(const struct explain *explain, struct finding *finding)
{
	if (explain_is_claimed(explain) || !explain->counted[COUNTER_probe_uplink])
		return false;
	finding_trouble(finding,
			"%llu probes came in by an uplink, where other machines' guests are",
			explain->counted[COUNTER_probe_uplink]);
	return finding_remedy(finding,
			      "run garpd where the guest is; or, if it is behind a port that "
			      "counts as an uplink here, name that under guests:");
}

bool find_port_left(const struct explain *explain, struct finding *finding)
{
	if (explain_is_claimed(explain) || !explain->counted[COUNTER_port_gone])
		return false;
	finding_trouble(finding, "%llu claims were forgotten when their port was gone for good",
			explain->counted[COUNTER_port_gone]);
	return finding_remedy(finding, "where the guest is now, its next probe tells");
}

bool find_few_probes(const struct explain *explain, struct finding *finding)
{
	if (explain_is_claimed(explain) || !explain->counted[COUNTER_lapsed])
		return false;
	finding_trouble(
		finding,
		"%llu windows ended with fewer than %u probes and no sign of use: forgotten",
		explain->counted[COUNTER_lapsed], explain_min_probes(explain));
	return finding_remedy(finding, "a guest that probes less often wants another min_probes:");
}

bool find_wrong_vlan(const struct explain *explain, struct finding *finding)
{
	if (explain_is_claimed(explain) || !explain->counted[COUNTER_vlan_not_member])
		return false;
	finding_trouble(finding, "%llu frames came in a VLAN that the bridge does not take there",
			explain->counted[COUNTER_vlan_not_member]);
	return finding_remedy(finding, "compare the guest's VLAN with bridge vlan show");
}
