// SPDX-License-Identifier: GPL-2.0-or-later
#include <linux/if_bonding.h>

#include "uplinks.h"

#define STATE "cat /proc/net/bonding/%s"

static void judge_active_backup(const struct uplinks_bond *bond, struct findings *findings)
{
	const char *name = bond->link->name;

	if (!bond->link->bond.has_monitor)
		doctor_warn(findings, bond, name,
			    "active-backup: does not notice when its active member has no "
			    "link" REMEDY "ip link set %s type bond miimon 100",
			    SHELL(name));
	else if (!bond->announces)
		doctor_warn(findings, bond, name,
			    "active-backup: after a failover the switches do not know where guests "
			    "are, and garpd does not tell them" REMEDY "announce_on_link: auto");
	else
		doctor_ok(findings, bond, name,
			  "active-backup: guests are announced after a failover");
}

static void judge_bond(const struct uplinks_bond *bond, struct findings *findings)
{
	const char *name = bond->link->name;

	switch (bond->link->bond.mode) {
	case BOND_MODE_ACTIVEBACKUP:
		return judge_active_backup(bond, findings);
	case BOND_MODE_8023AD:
		if (bond->link->bond.has_partner)
			return doctor_ok(findings, bond, name, "802.3ad: the switch answers");
		return doctor_warn(findings, bond, name,
				   "802.3ad: no switch answers, so frames of guests may come back "
				   "by another member" REMEDY STATE "; LACP on these ports of the "
				   "switch",
				   SHELL(name));
	case BOND_MODE_ROUNDROBIN:
	case BOND_MODE_XOR:
		return doctor_warn(findings, bond, name,
				   "needs an aggregation on the switch, without which frames of "
				   "guests come back by another member" REMEDY STATE
				   "; better: mode 802.3ad",
				   SHELL(name));
	case BOND_MODE_BROADCAST:
		return doctor_warn(findings, bond, name,
				   "sends every frame by each member: switches learn guests on "
				   "several ports" REMEDY STATE "; better: mode 802.3ad",
				   SHELL(name));
	}
	doctor_warn(
		findings, bond, name,
		"balances by members, so that switches see a guest on several ports" REMEDY STATE
		"; better: mode 802.3ad or active-backup",
		SHELL(name));
}

static void judge_segment(const struct uplinks_segment *segment, struct findings *findings)
{
	if (!segment->uplinks)
		doctor_ok(findings, reflects, segment->bridge, "has no uplink that forwards");
	else if (!segment->returned_ns)
		doctor_ok(findings, reflects, segment->bridge,
			  "no frame of a guest has come back from its %s",
			  text_plural(segment->uplinks, "uplink", "uplinks"));
	else
		doctor_warn(
			findings, reflects, segment->bridge,
			"a frame of a guest came back from an uplink %s ago: a loop, or a switch "
			"that reflects; IPv6 guests are announced only at the end of their "
			"window" REMEDY "journalctl -u %s -g 'came back'",
			duration_text(segment->returned_ns, (char[DURATION_TEXT_LEN]){}),
			pins_unit());
}

void uplinks_judge(const struct uplinks_facts *facts, struct findings *findings)
{
	for (size_t i = 0; i < facts->bonds; i++)
		judge_bond(&facts->bond[i], findings);
	if (!facts->bonds)
		doctor_ok(findings, bond, "host", "no bond is below a bridge");
	for (size_t i = 0; i < facts->segments; i++)
		judge_segment(&facts->segment[i], findings);
}
