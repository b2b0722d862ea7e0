// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * policy.c - the causes that stand in the configuration: why it denies the address.
 */
#include "parts.h"

/* Denied once, and what was in the way is gone. */
static bool denied_before(const struct explain *explain)
{
	return explain->claim.state == CLAIM_DENIED && !explain->policy.denied;
}

/* Why it is denied now; 0: it is not. */
static __u32 denied_why(const struct explain *explain)
{
	return explain_is_claimed(explain) ? explain->policy.denied : 0;
}

bool find_denied_never(const struct explain *explain, struct finding *finding)
{
	if (denied_why(explain) != COUNTER_denied_never)
		return false;
	finding_trouble(finding, "the configuration says \"announce: never\" of %s",
			PREFIX(&explain->prefix));
	return finding_remedy(finding, "change that entry, then systemctl reload garpd");
}

bool find_denied_owner(const struct explain *explain, struct finding *finding)
{
	if (denied_why(explain) != COUNTER_denied_owner)
		return false;
	finding_trouble(finding, "%s is none of the %u owners that %s is declared with",
			MAC(explain->claim.mac), explain->declared.owner_count,
			PREFIX(&explain->prefix));
	return finding_remedy(
		finding,
		"if it may have the address: add it to the owners of %s, then systemctl "
		"reload garpd",
		PREFIX(&explain->prefix));
}

bool find_denied_host(const struct explain *explain, struct finding *finding)
{
	if (denied_why(explain) != COUNTER_denied_host)
		return false;
	finding_trouble(finding, "%s is an address of this host itself, and %s wants it too",
			ADDR(&explain->addr), MAC(explain->claim.mac));
	return finding_remedy(finding, "take it off one of the two (ip addr show to %s)",
			      ADDR(&explain->addr));
}

bool find_denied_next_hop(const struct explain *explain, struct finding *finding)
{
	if (denied_why(explain) != COUNTER_denied_next_hop)
		return false;
	finding_trouble(finding,
			"%s is a next hop of this host (ip route): whoever has it gets its traffic",
			ADDR(&explain->addr));
	return finding_remedy(
		finding, "if %s may have it, declare it: - address: %s with owners: [\"%s\"]",
		MAC(explain->claim.mac), ADDR(&explain->addr), MAC(explain->claim.mac));
}

bool find_denied_foreign(const struct explain *explain, struct finding *finding)
{
	if (denied_why(explain) != COUNTER_denied_foreign)
		return false;
	finding_trouble(finding, "%s is in no subnet that this host has on %s",
			ADDR(&explain->addr), explain_name(explain, explain->claim.key.segment));
	return finding_remedy(
		finding,
		"if it is right there: declare it under addresses:, or foreign: yes for that "
		"segment");
}

bool find_denied_undeclared(const struct explain *explain, struct finding *finding)
{
	if (denied_why(explain) != COUNTER_denied_undeclared)
		return false;
	finding_trouble(finding, "only declared addresses are announced here, and %s is not",
			ADDR(&explain->addr));
	return finding_remedy(finding, "declare it under addresses:, then systemctl reload garpd");
}

bool find_denied_port_address(const struct explain *explain, struct finding *finding)
{
	if (denied_why(explain) != COUNTER_denied_port_address)
		return false;
	finding_trouble(finding, "%s is not among the addresses that %s may have",
			ADDR(&explain->addr), explain_name(explain, explain->claim.port));
	return finding_remedy(finding,
			      "add it to the item of %s under ports:, then systemctl reload garpd",
			      explain_name(explain, explain->claim.port));
}

bool find_denied_port_mac(const struct explain *explain, struct finding *finding)
{
	if (denied_why(explain) != COUNTER_denied_port_mac)
		return false;
	finding_trouble(finding, "%s is not among the MACs that %s may have",
			MAC(explain->claim.mac), explain_name(explain, explain->claim.port));
	return finding_remedy(finding,
			      "add it to the item of %s under ports:, then systemctl reload garpd",
			      explain_name(explain, explain->claim.port));
}

/* Whatever else the policy comes to refuse: in the counter's words. */
bool find_denied(const struct explain *explain, struct finding *finding)
{
	switch (denied_why(explain)) {
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
	finding_trouble(finding, "%s", counter_help(denied_why(explain)));
	return finding_remedy(finding, "garpd(8) tells what the policy is made of");
}

bool find_denied_before(const struct explain *explain, struct finding *finding)
{
	if (!denied_before(explain))
		return false;
	finding_trouble(finding, "it was denied (%s); what was in the way is gone",
			counter_name(explain->claim.reason));
	return finding_remedy(finding,
			      "the next probe counts: let the guest take the address again");
}
