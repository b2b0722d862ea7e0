// SPDX-License-Identifier: GPL-2.0-or-later
#include "fabric.h"

#define RELOAD "; then: systemctl reload %s"

/* Without a tunnel on any bridge. */
static void judge_host(const struct fabric_facts *facts, struct findings *findings)
{
	if (facts->evpn == EVPN_YES)
		doctor_warn(findings, evpn, "host",
			    "evpn: yes, but no bridge has a VXLAN port" REMEDY
			    "set evpn: auto" RELOAD,
			    pins_unit());
	else if (facts->has_zebra)
		doctor_ok(findings, evpn, "host",
			  "FRR's zebra runs, but no bridge has a VXLAN port: no fabric");
	else
		doctor_ok(findings, evpn, "host", "no bridge has a VXLAN port: no fabric");
}

/* No port leaves announcements to EVPN: they are flooded through the tunnel. */
static void judge_flooding(const struct fabric_facts *facts, const struct fabric_bridge *bridge,
			   struct findings *findings)
{
	if (facts->evpn == EVPN_YES && !facts->has_zebra && !bridge->learned)
		doctor_warn(findings, evpn, bridge->name,
			    "evpn: yes, but FRR's zebra does not run" REMEDY
			    "systemctl start frr; without a fabric: set evpn: auto" RELOAD,
			    pins_unit());
	else if (facts->evpn == EVPN_YES)
		doctor_ok(findings, evpn, bridge->name,
			  "evpn: yes, and announcements also cross %s (no neigh_suppress)",
			  bridge->vxlan);
	else
		doctor_ok(findings, evpn, bridge->name,
			  "announcements cross %s (no neigh_suppress), garpd leaves EVPN alone",
			  bridge->vxlan);
}

static void judge_bridge(const struct fabric_facts *facts, const struct fabric_bridge *bridge,
			 struct findings *findings)
{
	if (!bridge->suppressing[0])
		judge_flooding(facts, bridge, findings);
	else if (!facts->has_zebra && !bridge->learned)
		doctor_fail(findings, evpn, bridge->name,
			    "announcements do not cross %s (neigh_suppress), and FRR's zebra, "
			    "which would inform the fabric, does not run" REMEDY
			    "systemctl start frr; without a fabric: bridge link set dev %s "
			    "neigh_suppress off",
			    bridge->suppressing, SHELL(bridge->suppressing));
	else if (facts->evpn == EVPN_NO)
		doctor_fail(findings, evpn, bridge->name,
			    "announcements do not cross %s (neigh_suppress), and with evpn: no "
			    "garpd does not inform the fabric" REMEDY "set evpn: auto" RELOAD,
			    bridge->suppressing, pins_unit());
	else if (!bridge->learned && facts->evpn == EVPN_AUTO)
		doctor_warn(findings, evpn, bridge->name,
			    "FRR's zebra has written no neighbour entry there, and with evpn: "
			    "auto garpd waits for the first" REMEDY
			    "vtysh -c 'show evpn vni'; for a new fabric: set evpn: yes" RELOAD,
			    pins_unit());
	else
		doctor_ok(findings, evpn, bridge->name,
			  "garpd informs the fabric: evpn: %s, %zu %s of other machines",
			  facts->evpn == EVPN_YES ? "yes" : "auto", bridge->learned,
			  text_plural(bridge->learned, "entry", "entries"));
}

void fabric_judge(const struct fabric_facts *facts, struct findings *findings)
{
	for (size_t i = 0; i < facts->count; i++)
		judge_bridge(facts, &facts->at[i], findings);
	if (!facts->count)
		judge_host(facts, findings);
}
