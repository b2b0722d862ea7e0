// SPDX-License-Identifier: GPL-2.0-or-later
/* Uplinks that come back or have another active member, told by the kernel's messages. */
#include <criterion/criterion.h>
#include <linux/if_bridge.h>

#include "play_links.h"

enum { BR0 = 2, BOND = 5, NIC = 10, TAP = 11, VLAN = 12 };

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
