// SPDX-License-Identifier: GPL-2.0-or-later
/* Uplinks that come back or have another active member, told by the kernel's messages. */
#include <criterion/criterion.h>
#include <linux/if_bonding.h>
#include <linux/if_bridge.h>

#include "play_links.h"

enum { BR0 = 2, BOND = 5, NIC = 10, TAP = 11, VLAN = 12, NIC2 = 13 };

static struct play p;

static struct play_link port(unsigned int ifindex, const char *name, const char *kind)
{
	return (struct play_link){
		.ifindex = ifindex,
		.name = name,
		.kind = kind,
		.master = BR0,
		.state = BR_STATE_FORWARDING,
	};
}

static void start(void)
{
	play_init(&p);
	p.quiet = true;
	play_start(&p, "br*");
	play_bridge(&p, BR0, "br0");
}

static void end(void)
{
	play_end(&p);
}

TestSuite(ports_uplink, .init = start, .fini = end);

static void hear(struct play_link link)
{
	play_link(&p, link);
	ports_settle(p.ports);
}

static struct play_link without_carrier(struct play_link link)
{
	link.state = BR_STATE_DISABLED;
	return link;
}

static struct play_link with_event(struct play_link link, unsigned int event)
{
	link.event = event;
	return link;
}

Test(ports_uplink, one_that_forwards_again_is_back)
{
	struct play_link nic = port(NIC, "eth0", NULL);

	hear(nic);
	cr_assert_eq(p.backs, 0, "it was not away");
	hear(without_carrier(nic));
	cr_assert_eq(p.backs, 0);
	hear(nic);
	cr_assert_eq(p.backs, 1);
	cr_assert_eq(p.back, NIC);
	cr_assert_not(p.back_bonded);
	hear(nic);
	cr_assert_eq(p.backs, 1);
}

Test(ports_uplink, a_guest_is_no_uplink)
{
	struct play_link tap = port(TAP, "tap0", "tun");

	hear(tap);
	hear(without_carrier(tap));
	hear(tap);
	cr_assert_eq(p.backs, 0);
}

Test(ports_uplink, a_bond_with_another_active_member_is_back)
{
	struct play_link bond = port(BOND, "bond0", "bond");

	hear(bond);
	hear(with_event(bond, IFLA_EVENT_BONDING_FAILOVER));
	cr_assert_eq(p.backs, 1);
	cr_assert(p.back_bonded);
	hear(bond);
	hear(with_event(bond, IFLA_EVENT_BONDING_OPTIONS));
	cr_assert_eq(p.backs, 1);
	hear(with_event(bond, IFLA_EVENT_NOTIFY_PEERS));
	cr_assert_eq(p.backs, 2);
}

Test(ports_uplink, a_team_counts_as_a_bond)
{
	struct play_link team = port(BOND, "team0", "team");

	hear(team);
	hear(with_event(team, IFLA_EVENT_NOTIFY_PEERS));
	cr_assert(p.back_bonded);
}

Test(ports_uplink, a_failover_without_carrier_counts_when_it_is_back)
{
	struct play_link bond = port(BOND, "bond0", "bond");

	hear(bond);
	hear(with_event(without_carrier(bond), IFLA_EVENT_BONDING_FAILOVER));
	cr_assert_eq(p.backs, 0);
	hear(bond);
	cr_assert_eq(p.backs, 1);
}

Test(ports_uplink, a_vlan_device_on_a_bond_is_bonded)
{
	struct play_link vlan = port(VLAN, "bond0.7", "vlan");

	hear((struct play_link){.ifindex = BOND, .name = "bond0", .kind = "bond"});
	vlan.lower = BOND;
	vlan.vlan = 7;
	hear(vlan);
	hear(with_event(vlan, IFLA_EVENT_NOTIFY_PEERS));
	cr_assert_eq(p.backs, 1);
	cr_assert(p.back_bonded);
}

/* ---- bonds whose failover the kernel does not report ---- */

static struct play_link bond_of_mode(unsigned char mode)
{
	struct play_link bond = port(BOND, "bond0", "bond");

	bond.bond_mode = mode;
	return bond;
}

/* Two members, eth0 and eth1; `down` is. */
static struct play_link member(unsigned int ifindex, const char *name, bool down)
{
	return (struct play_link){
		.ifindex = ifindex,
		.name = name,
		.master = BOND,
		.slave_kind = "bond",
		.member_down = down,
	};
}

static void hear_balanced(unsigned char mode)
{
	hear(member(NIC, "eth0", false));
	hear(member(NIC2, "eth1", false));
	hear(bond_of_mode(mode));
	cr_assert_eq(p.backs, 0);
}

Test(ports_uplink, a_balanced_bond_that_loses_a_member_is_back)
{
	const unsigned char modes[] = {BOND_MODE_TLB, BOND_MODE_ALB};

	for (size_t i = 0; i < 2; i++) {
		p.backs = 0;
		hear_balanced(modes[i]);
		hear(member(NIC, "eth0", true));
		cr_assert_eq(p.backs, 1);
		cr_assert(p.back_bonded);
		hear(member(NIC, "eth0", true));
		cr_assert_eq(p.backs, 1);
		hear(member(NIC, "eth0", false)); /* it may be the primary one */
		cr_assert_eq(p.backs, 2);
		play_gone(&p, NIC2);
		ports_settle(p.ports);
		cr_assert_eq(p.backs, 3);
		play_gone(&p, BOND);
	}
}

Test(ports_uplink, a_member_that_leaves_a_balanced_bond)
{
	struct play_link alone = {.ifindex = NIC, .name = "eth0"};

	hear_balanced(BOND_MODE_TLB);
	hear(alone);
	cr_assert_eq(p.backs, 1);
	hear(alone);
	cr_assert_eq(p.backs, 1);
	hear(member(NIC, "eth0", true)); /* enslaved again, without carrier yet */
	cr_assert_eq(p.backs, 1);
}

Test(ports_uplink, a_vlan_device_on_a_balanced_bond)
{
	struct play_link vlan = port(VLAN, "bond0.7", "vlan"), bond = bond_of_mode(BOND_MODE_TLB);

	bond.master = 0;
	vlan.lower = BOND;
	vlan.vlan = 7;
	hear(bond);
	hear(vlan);
	hear(member(NIC, "eth0", false));
	p.backs = 0;
	hear(member(NIC, "eth0", true));
	cr_assert_eq(p.backs, 1);
}

/* The kernel reports the others, or a switch knows all their members as one link. */
Test(ports_uplink, a_member_of_another_bond_is_no_failover)
{
	const unsigned char modes[] = {BOND_MODE_ROUNDROBIN, BOND_MODE_ACTIVEBACKUP, BOND_MODE_XOR,
				       BOND_MODE_BROADCAST};

	for (size_t i = 0; i < sizeof(modes); i++) {
		hear_balanced(modes[i]);
		hear(member(NIC, "eth0", true));
		cr_assert_eq(p.backs, 0);
		play_gone(&p, BOND);
	}
}

static struct play_link lacp_member(unsigned int ifindex, const char *name,
				    unsigned short aggregator, bool used)
{
	struct play_link link = member(ifindex, name, false);

	link.aggregator = aggregator;
	link.member_backup = !used;
	return link;
}

/* Its members lead to two switches, each an aggregator; one of them is used. */
Test(ports_uplink, another_aggregator_of_802_3ad_is_a_failover)
{
	hear(lacp_member(NIC, "eth0", 1, true));
	hear(lacp_member(NIC2, "eth1", 2, false));
	hear(bond_of_mode(BOND_MODE_8023AD));
	hear(lacp_member(NIC, "eth0", 1, false));
	cr_assert_eq(p.backs, 0);
	hear(lacp_member(NIC2, "eth1", 2, true));
	cr_assert_eq(p.backs, 1);
	cr_assert(p.back_bonded);
}

/* To a switch, or a pair that is one, they are one link. */
Test(ports_uplink, a_member_of_the_same_aggregator_is_none)
{
	hear(lacp_member(NIC, "eth0", 1, true));
	hear(lacp_member(NIC2, "eth1", 1, true));
	hear(bond_of_mode(BOND_MODE_8023AD));
	hear(lacp_member(NIC, "eth0", 1, false));
	hear(lacp_member(NIC, "eth0", 1, true));
	play_gone(&p, NIC2);
	ports_settle(p.ports);
	cr_assert_eq(p.backs, 0);
}
