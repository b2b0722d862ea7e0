// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * port.c - the causes in the guest's port: gone, not forwarding, not in the VLAN.
 */
#include <linux/if_bridge.h>

#include "parts.h"

bool find_port_gone(const struct explain *explain, struct finding *finding)
{
	if (!explain_is_claimed(explain) || explain->has_port)
		return false;
	finding_trouble(finding, "%s, the port of %s, %s",
			explain_name(explain, explain->claim.port), MAC(explain->claim.mac),
			explain->port_exists ? "is not a port of garpd" : "is gone");
	return finding_remedy(finding, "if the guest has moved, its next probe or ARP shows where; "
				       "see garpd show ports");
}

static const char *bridge_state_name(__u8 state)
{
	static const char *const names[] = {
		[BR_STATE_DISABLED] = "disabled", [BR_STATE_LISTENING] = "listening",
		[BR_STATE_LEARNING] = "learning", [BR_STATE_FORWARDING] = "forwarding",
		[BR_STATE_BLOCKING] = "blocking",
	};

	return state < sizeof(names) / sizeof(names[0]) ? names[state] : "unknown";
}

bool find_port_blocked(const struct explain *explain, struct finding *finding)
{
	const char *name = explain_name(explain, explain->claim.port);

	if (!explain->has_port || explain->port.forwarding)
		return false;
	if (explain->port.role == ROLE_ROUTER)
		finding_trouble(finding, "%s is down", name);
	else
		finding_trouble(finding, "the bridge accepts no frames from %s: its state is %s",
				name, bridge_state_name(explain->bridge_port.state));
	return finding_remedy(
		finding, "ip link set %s up; if it is up, STP blocks it: bridge link show dev %s",
		name, name);
}

bool find_port_vlan(const struct explain *explain, struct finding *finding)
{
	const char *name = explain_name(explain, explain->claim.port);
	__u16 vlan = explain->claim.key.vlan;

	if (!explain->has_port || explain->in_vlan)
		return false;
	finding_trouble(finding, "%s is not in VLAN %u of its bridge: announcements there are lost",
			name, vlan);
	return finding_remedy(finding, "bridge vlan add dev %s vid %u", name, vlan);
}
