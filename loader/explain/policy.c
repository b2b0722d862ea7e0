// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * policy.c - the causes in the configuration, which denies the address.
 */
#include "parts.h"
#include "loader/maps/pins_netns.h"

#define PORT_ITEM                                     \
	"%s is not among the %s allowed on %s" REMEDY \
	"add it to the item of %s under ports:, then: systemctl reload %s"

/* The claim's MAC is denied the address now. */
static void causes_denied(const struct explain *explain, struct finding *findings)
{
	const char *address = ADDR(&explain->addr), *prefix = PREFIX(&explain->prefix);
	const char *mac = MAC(explain->claim.mac);
	const char *port = explain_name(explain, explain->claim.port);

	switch (explain->policy.denied) {
	case COUNTER_denied_never:
		return finding_set(&findings[CAUSE_denied_never],
				   "%s is configured with announce: never" REMEDY
				   "change that entry, then: systemctl reload %s",
				   prefix, pins_unit());
	case COUNTER_denied_owner:
		return finding_set(&findings[CAUSE_denied_owner],
				   "%s is not one of the %u owners of %s" REMEDY
				   "if it may own the address, add it to the owners of %s, then: "
				   "systemctl reload %s",
				   mac, explain->declared.owner_count, prefix, prefix, pins_unit());
	case COUNTER_denied_host:
		return finding_set(&findings[CAUSE_denied_host],
				   "%s is an address of this host, and %s probes for it" REMEDY
				   "remove it from one of the two (ip addr show to %s)",
				   address, mac, address);
	case COUNTER_denied_next_hop:
		return finding_set(
			&findings[CAUSE_denied_next_hop],
			"%s is a next hop of this host (ip route) or one of gateways: its "
			"owner gets all traffic" REMEDY
			"if %s may own it, declare it: - address: %s with owners: [\"%s\"]",
			address, mac, address, mac);
	case COUNTER_denied_foreign:
		return finding_set(&findings[CAUSE_denied_foreign],
				   "%s is not in a subnet of this host on %s" REMEDY
				   "if it belongs there, declare it under addresses:, or set "
				   "foreign: yes for that segment",
				   address, explain_name(explain, explain->claim.key.segment));
	case COUNTER_denied_undeclared:
		return finding_set(&findings[CAUSE_denied_undeclared],
				   "only declared addresses are announced here; %s is not "
				   "declared" REMEDY
				   "declare it under addresses:, then: systemctl reload %s",
				   address, pins_unit());
	case COUNTER_denied_unheard:
		return finding_set(
			&findings[CAUSE_denied_unheard],
			"an objection may pass garpd by: not heard on %s" REMEDY
			"remove what comes before garpd's program there (garpd show "
			"ports), or set ask: yes, without deaf: deny",
			explain_places_text(explain, &explain->unheard, (char[PLACES_TEXT_LEN]){}));
	case COUNTER_denied_port_address:
		return finding_set(&findings[CAUSE_denied_port_address], PORT_ITEM, address,
				   "addresses", port, port, pins_unit());
	case COUNTER_denied_port_mac:
		return finding_set(&findings[CAUSE_denied_port_mac], PORT_ITEM, mac, "MACs", port,
				   port, pins_unit());
	}
	finding_set(&findings[CAUSE_denied],
		    "%s" REMEDY "garpd(8) lists what the policy consists of",
		    counter_help(explain->policy.denied));
}

bool explain_denial(const struct explain *explain, struct finding *finding)
{
	struct finding all[CAUSE_COUNT] = {};

	if (!explain->policy.denied)
		return false;
	causes_denied(explain, all);
	for (size_t i = 0; i < CAUSE_COUNT; i++)
		if (all[i].trouble[0])
			*finding = all[i];
	return true;
}

void causes_policy(const struct explain *explain, struct finding *findings)
{
	if (explain->unheard.count && explain->policy.denied != COUNTER_denied_unheard)
		finding_set(
			&findings[CAUSE_unheard],
			"an objection may pass garpd by: not heard on %s" REMEDY
			"garpd show ports -w names what comes before garpd's program there",
			explain_places_text(explain, &explain->unheard, (char[PLACES_TEXT_LEN]){}));
	if (explain_is_claimed(explain) && explain->policy.denied)
		causes_denied(explain, findings);
	else if (explain->claim.state == CLAIM_DENIED)
		finding_set(&findings[CAUSE_denied_before],
			    "it was denied (%s); the policy allows it now" REMEDY
			    "the next probe counts: have the guest configure the address again",
			    counter_name(explain->claim.reason));
}
