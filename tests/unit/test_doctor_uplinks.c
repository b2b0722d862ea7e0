// SPDX-License-Identifier: GPL-2.0-or-later
/* garpd doctor: bonds, and uplinks that send back. */
#include <criterion/criterion.h>
#include <linux/if_bonding.h>
#include <string.h>

#include "doctor_found.h"
#include "loader/doctor/uplinks.h"

static struct link_details link_;
static struct uplinks_bond bond;
static struct uplinks_segment segment;
static struct uplinks_facts facts;

static void setup(void)
{
	link_ = (struct link_details){
		.name = "bond0", .bond = {.mode = BOND_MODE_ACTIVEBACKUP, .has_monitor = true}};
	bond = (struct uplinks_bond){.link = &link_, .port = "bond0", .announces = true};
	segment = (struct uplinks_segment){.bridge = "br0", .uplinks = 1};
	facts = (struct uplinks_facts){
		.bond = &bond, .bonds = 1, .segment = &segment, .segments = 1};
}

TestSuite(doctor_uplinks, .init = setup, .fini = found_clear);

static void judge(void)
{
	found_clear();
	uplinks_judge(&facts, &found);
}

Test(doctor_uplinks, are_as_they_should_be)
{
	judge();
	found_ok("bond", "bond0", "announced after a failover");
	found_ok("reflects", "br0", "come back from its uplink");
	segment.uplinks = 0;
	facts.bonds = 0;
	judge();
	found_ok("bond", "host", "no bond");
	found_ok("reflects", "br0", "no uplink");
	facts.segments = 0; /* garpd does not run */
	judge();
	found_count("reflects", 0);
}

Test(doctor_uplinks, fail_over_unnoticed)
{
	bond.announces = false;
	judge();
	found_warn("bond", "bond0", "garpd does not tell them", "announce_on_link: auto");
	link_.bond.has_monitor = false;
	judge();
	found_warn("bond", "bond0", "does not notice", "ip link set bond0 type bond miimon 100");
}

Test(doctor_uplinks, need_something_of_the_switch)
{
	static const __u8 modes[] = {BOND_MODE_ROUNDROBIN, BOND_MODE_XOR};

	for (size_t i = 0; i < sizeof(modes); i++) {
		link_.bond.mode = modes[i];
		judge();
		found_warn("bond", "bond0", "an aggregation on the switch", "bonding/bond0");
	}
	link_.bond.mode = BOND_MODE_8023AD;
	judge();
	found_warn("bond", "bond0", "no switch answers", "LACP");
	link_.bond.has_partner = true;
	judge();
	found_ok("bond", "bond0", "the switch answers");
}

Test(doctor_uplinks, show_a_guest_on_several_ports)
{
	static const __u8 modes[] = {BOND_MODE_BROADCAST, BOND_MODE_TLB, BOND_MODE_ALB};

	for (size_t i = 0; i < sizeof(modes); i++) {
		link_.bond.mode = modes[i];
		judge();
		found_warn("bond", "bond0", "on several ports", "802.3ad");
	}
}

Test(doctor_uplinks, send_back)
{
	segment.returned_ns = 3 * NSEC_PER_SEC;
	judge();
	found_warn("reflects", "br0", "3.0 s ago", "journalctl -u garpd -g 'came back'");
}
