// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * policy.c - the causes in the configuration, which denies the address.
 */
#include "parts.h"

/* The claim's MAC is denied the address now, for this reason. */
static bool is_denied(const struct explain *explain, enum counter reason)
{
	return explain_is_claimed(explain) && explain->policy.denied == reason;
}

bool find_denied_never(const struct explain *explain, struct finding *finding)
{
	if (!is_denied(explain, COUNTER_denied_never))
		return false;
	finding_trouble(finding, "%s is configured with announce: never", PREFIX(&explain->prefix));
	return finding_remedy(finding, "change that entry, then: systemctl reload garpd");
}

bool find_denied_owner(const struct explain *explain, struct finding *finding)
{
	if (!is_denied(explain, COUNTER_denied_owner))
		return false;
	finding_trouble(finding, "%s is not one of the %u owners of %s", MAC(explain->claim.mac),
			explain->declared.owner_count, PREFIX(&explain->prefix));
	return finding_remedy(
		finding,
		"if it may own the address, add it to the owners of %s, then: systemctl reload "
		"garpd",
		PREFIX(&explain->prefix));
}

bool find_denied_host(const struct explain *explain, struct finding *finding)
{
	if (!is_denied(explain, COUNTER_denied_host))
		return false;
	finding_trouble(finding, "%s is an address of this host, and %s probes for it",
			ADDR(&explain->addr), MAC(explain->claim.mac));
	return finding_remedy(finding, "remove it from one of the two (ip addr show to %s)",
			      ADDR(&explain->addr));
}

bool find_denied_next_hop(const struct explain *explain, struct finding *finding)
{
	if (!is_denied(explain, COUNTER_denied_next_hop))
		return false;
	finding_trouble(finding,
			"%s is a next hop of this host (ip route): its owner gets the traffic",
			ADDR(&explain->addr));
	return finding_remedy(
		finding, "if %s may own it, declare it: - address: %s with owners: [\"%s\"]",
		MAC(explain->claim.mac), ADDR(&explain->addr), MAC(explain->claim.mac));
}

bool find_denied_foreign(const struct explain *explain, struct finding *finding)
{
	if (!is_denied(explain, COUNTER_denied_foreign))
		return false;
	finding_trouble(finding, "%s is not in a subnet of this host on %s", ADDR(&explain->addr),
			explain_name(explain, explain->claim.key.segment));
	return finding_remedy(finding, "if it belongs there, declare it under addresses:, or set "
				       "foreign: yes for that segment");
}

bool find_denied_undeclared(const struct explain *explain, struct finding *finding)
{
	if (!is_denied(explain, COUNTER_denied_undeclared))
		return false;
	finding_trouble(finding, "only declared addresses are announced here; %s is not declared",
			ADDR(&explain->addr));
	return finding_remedy(finding, "declare it under addresses:, then: systemctl reload garpd");
}

static bool find_port_item(const struct explain *explain, struct finding *finding, const char *what,
			   const char *list)
{
	const char *port = explain_name(explain, explain->claim.port);

	finding_trouble(finding, "%s is not among the %s allowed on %s", what, list, port);
	return finding_remedy(finding,
			      "add it to the item of %s under ports:, then: systemctl reload garpd",
			      port);
}

bool find_denied_port_address(const struct explain *explain, struct finding *finding)
{
	return is_denied(explain, COUNTER_denied_port_address) &&
	       find_port_item(explain, finding, ADDR(&explain->addr), "addresses");
}

bool find_denied_port_mac(const struct explain *explain, struct finding *finding)
{
	return is_denied(explain, COUNTER_denied_port_mac) &&
	       find_port_item(explain, finding, MAC(explain->claim.mac), "MACs");
}

/* Any other reason, with the counter's help. */
bool find_denied(const struct explain *explain, struct finding *finding)
{
	switch (explain->policy.denied) {
	case 0:
	case COUNTER_denied_never:
	case COUNTER_denied_owner:
	case COUNTER_denied_host:
	case COUNTER_denied_next_hop:
	case COUNTER_denied_foreign:
	case COUNTER_denied_undeclared:
	case COUNTER_denied_port_address:
	case COUNTER_denied_port_mac:
		return false;
	}
	if (!explain_is_claimed(explain))
		return false;
	finding_trouble(finding, "%s", counter_help(explain->policy.denied));
	return finding_remedy(finding, "garpd(8) lists what the policy consists of");
}

bool find_denied_before(const struct explain *explain, struct finding *finding)
{
	if (explain->claim.state != CLAIM_DENIED || explain->policy.denied)
		return false;
	finding_trouble(finding, "it was denied (%s); the policy allows it now",
			counter_name(explain->claim.reason));
	return finding_remedy(finding,
			      "the next probe counts: have the guest configure the address again");
}
