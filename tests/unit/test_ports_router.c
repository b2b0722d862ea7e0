// SPDX-License-Identifier: GPL-2.0-or-later
/* Router ports: which interfaces are some, which are not and why, and what is followed of them. */
#include <criterion/criterion.h>
#include <linux/if_arp.h>
#include <linux/if_ether.h>

#include "play_links.h"

#define BR0  2
#define LAN  10
#define OTHR 11

static struct play p;

static void start(void)
{
	play_init(&p);
}

static void end(void)
{
	play_end(&p);
}

TestSuite(ports_router, .init = start, .fini = end);

/* An interface with addresses of its own; NULL: a physical card. */
static struct play_link lan(const char *kind)
{
	return (struct play_link){.ifindex = LAN, .name = "eth1", .kind = kind, .mac = 0xa1};
}

static void start_router(const char *bridges)
{
	play_names(&p.config.routers, "eth*", NULL);
	play_start(&p, bridges);
}

static void start_with_lan(void)
{
	start_router(NULL);
	play_link(&p, lan(NULL));
	ports_settle(p.ports);
	play_expect(&p, "added 10 eth1: on 10, router a1, forwarding");
	play_expect_silence(&p);
}

static void configure_relay(bool relay)
{
	static struct config next;
	struct err err;

	next = p.config;
	next.relay = relay;
	cr_assert_eq(ports_configure(p.ports, &next, &err), 0);
}

/* ---- which ---- */

Test(ports_router, every_kind_of_interface_is_its_own_segment)
{
	static const char *const kinds[] = {NULL, "veth", "vlan", "bond", "macvlan", "bridge"};

	start_router(NULL);
	ports_settle(p.ports);
	play_expect(&p, "router waiting eth*");
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct play_link link = lan(kinds[i]);

		link.ifindex = 20 + i;
		link.mac = i;
		play_link(&p, link);
		ports_settle(p.ports);
		play_expect(&p, "added %zu eth1: on %zu, router %zx, forwarding", 20 + i, 20 + i,
			    i);
		cr_assert(ports_is_port(p.ports, 20 + i));
	}
	play_expect_silence(&p);
}

Test(ports_router, others_are_left_alone)
{
	start_with_lan();
	play_port(&p, OTHR, "wan0", NULL, 0);
	ports_settle(p.ports);
	play_expect_silence(&p);
	cr_assert_not(ports_is_port(p.ports, OTHR));
}

Test(ports_router, a_pattern_that_nothing_fits_is_waited_for_and_said_once)
{
	start_router(NULL);
	ports_settle(p.ports);
	play_expect(&p, "router waiting eth*");
	play_port(&p, OTHR, "wan0", NULL, 0);
	ports_settle(p.ports);
	play_expect_silence(&p);
	play_link(&p, lan(NULL));
	ports_settle(p.ports);
	play_expect(&p, "added 10 eth1: on 10, router a1, forwarding");
	play_gone(&p, LAN);
	play_expect(&p, "removed 10 eth1, gone");
	ports_settle(p.ports);
	play_expect(&p, "router waiting eth*");
	play_expect_silence(&p);
}

Test(ports_router, a_bridge_that_is_ours_wins_over_its_ports_and_vlans)
{
	play_names(&p.config.routers, "eth*", "br0*");
	play_start(&p, "br0");
	play_bridge(&p, BR0, "br0");
	ports_settle(p.ports);
	play_expect(&p, "seen br0");
	play_expect(&p, "router waiting eth*");
	play_expect(&p, "router waiting br0*");
	play_expect(&p, "router refused br0, bridge");
	play_port(&p, LAN, "eth1", NULL, BR0);
	ports_settle(p.ports);
	play_expect(&p, "router refused eth1, enslaved");
	play_expect(&p, "added 10 eth1: on 2, uplink, forwarding");
	play_link(&p, (struct play_link){
			      .ifindex = 20,
			      .name = "br0.7",
			      .kind = "vlan",
			      .lower = BR0,
			      .vlan = 7,
		      });
	ports_settle(p.ports);
	play_expect(&p, "router refused br0.7, bridge");
	play_bridge(&p, BR0, "br0");
	play_port(&p, LAN, "eth1", NULL, BR0);
	ports_settle(p.ports);
	play_expect_silence(&p); /* each was logged once */
}

Test(ports_router, leaving_the_bridge_makes_it_one)
{
	start_router("br0");
	play_bridge(&p, BR0, "br0");
	play_port(&p, LAN, "eth1", NULL, BR0);
	ports_settle(p.ports);
	play_expect(&p, "seen br0");
	play_expect(&p, "router waiting eth*");
	play_expect(&p, "router refused eth1, enslaved");
	play_expect(&p, "added 10 eth1: on 2, uplink, forwarding");
	play_link(&p, lan(NULL));
	ports_settle(p.ports);
	play_expect(&p, "changed 10 eth1: on 10, router a1, forwarding");
	play_port(&p, LAN, "eth1", NULL, BR0);
	ports_settle(p.ports);
	play_expect(&p, "router waiting eth*");
	play_expect(&p, "router refused eth1, enslaved");
	play_expect(&p, "changed 10 eth1: on 2, uplink, forwarding");
	play_expect_silence(&p);
}

Test(ports_router, slave_of_a_bond_is_none_and_of_a_vrf_is_one)
{
	struct play_link slave = lan(NULL);

	start_router(NULL);
	slave.master = OTHR;
	slave.slave_kind = "bond";
	play_link(&p, slave);
	ports_settle(p.ports);
	play_expect(&p, "router waiting eth*");
	play_expect(&p, "router refused eth1, enslaved");
	slave.slave_kind = "vrf";
	play_link(&p, slave);
	ports_settle(p.ports);
	play_expect(&p, "added 10 eth1: on 10, router a1, forwarding");
	slave.slave_kind = NULL; /* of a bridge that is not ours */
	play_link(&p, slave);
	ports_settle(p.ports);
	play_expect(&p, "router waiting eth*");
	play_expect(&p, "router refused eth1, enslaved");
	play_expect(&p, "removed 10 eth1, exists");
	play_expect_silence(&p);
}

Test(ports_router, what_is_no_ethernet_is_none)
{
	struct play_link tunnel = lan("wireguard");

	start_router(NULL);
	tunnel.type = ARPHRD_NONE;
	play_link(&p, tunnel);
	ports_settle(p.ports);
	play_expect(&p, "router waiting eth*");
	play_expect(&p, "router refused eth1, ethernet");
	play_expect_silence(&p);
}

/* ---- what is followed ---- */

Test(ports_router, up_and_down_is_forwarding)
{
	struct play_link link = lan(NULL);

	start_with_lan();
	link.down = true;
	play_link(&p, link);
	ports_settle(p.ports);
	play_expect(&p, "changed 10 eth1: on 10, router a1, not forwarding");
	play_link(&p, lan(NULL));
	ports_settle(p.ports);
	play_expect(&p, "changed 10 eth1: on 10, router a1, forwarding");
	play_expect_silence(&p);
}

Test(ports_router, its_mac_is_followed)
{
	struct play_link link = lan(NULL);

	start_with_lan();
	link.mac = 0xb2;
	play_link(&p, link);
	ports_settle(p.ports);
	play_expect(&p, "changed 10 eth1: on 10, router b2, forwarding");
	play_expect_silence(&p);
}

Test(ports_router, the_mac_of_a_bridges_port_is_no_news)
{
	struct play_link link = {.ifindex = LAN,
				 .name = "tap0",
				 .kind = "tun",
				 .master = BR0,
				 .state = BR_STATE_FORWARDING};

	play_start(&p, "br0");
	play_bridge(&p, BR0, "br0");
	play_link(&p, link);
	ports_settle(p.ports);
	play_expect(&p, "seen br0");
	play_expect(&p, "added 10 tap0: on 2, guest, forwarding");
	link.mac = 0x77;
	play_link(&p, link);
	ports_settle(p.ports);
	play_expect_silence(&p);
}

Test(ports_router, a_new_name_may_end_it_and_make_it)
{
	struct play_link link = lan(NULL);

	start_with_lan();
	link.name = "eth9";
	play_link(&p, link);
	ports_settle(p.ports);
	play_expect(&p, "renamed 10 eth1 to eth9");
	link.name = "wan0";
	play_link(&p, link);
	ports_settle(p.ports);
	play_expect(&p, "router waiting eth*");
	play_expect(&p, "removed 10 wan0, exists");
	play_link(&p, lan(NULL));
	ports_settle(p.ports);
	play_expect(&p, "added 10 eth1: on 10, router a1, forwarding");
	play_expect_silence(&p);
}

Test(ports_router, relay_is_told_with_a_new_configuration)
{
	start_with_lan();
	configure_relay(true);
	play_expect(&p, "changed 10 eth1: on 10, router a1, forwarding, relay");
	configure_relay(false);
	play_expect(&p, "changed 10 eth1: on 10, router a1, forwarding");
	play_expect_silence(&p);
}

Test(ports_router, a_bridge_becomes_one_when_it_is_no_longer_ours)
{
	static struct config next;
	struct err err;

	play_start(&p, "br0");
	play_bridge(&p, BR0, "br0");
	play_port(&p, LAN, "tap0", "tun", BR0);
	ports_settle(p.ports);
	play_expect(&p, "seen br0");
	play_expect(&p, "added 10 tap0: on 2, guest, forwarding");
	play_names(&next.routers, "br0", NULL);
	cr_assert_eq(ports_configure(p.ports, &next, &err), 0);
	while (p.told > p.expected + 1) /* in the order of the table */
		p.expected++;
	cr_assert(ports_is_port(p.ports, BR0));
	cr_assert_not(ports_is_port(p.ports, LAN));
}

/* ---- the interfaces of its segment ---- */

Test(ports_router, it_is_its_own_interface_and_vlan_devices_on_it_are_theirs)
{
	__u32 found[4];

	start_with_lan();
	play_link(&p, (struct play_link){
			      .ifindex = 20,
			      .name = "wan.5",
			      .kind = "vlan",
			      .lower = LAN,
			      .vlan = 5,
		      });
	cr_assert_eq(ports_segment_interfaces(p.ports, LAN, 0, found, 4), 1);
	cr_assert_eq(found[0], LAN);
	cr_assert_eq(ports_segment_interfaces(p.ports, LAN, 5, found, 4), 1);
	cr_assert_eq(found[0], 20);
	cr_assert_eq(ports_segment_interfaces(p.ports, LAN, 6, found, 4), 0);
}

/* From above a VLAN-aware bridge, what is in its PVID comes without a tag. */
Test(ports_router, a_bridge_that_is_one_has_no_pvid)
{
	static const struct bridge_vlan_info own[] = {
		{.vid = 5, .flags = BRIDGE_VLAN_INFO_PVID | BRIDGE_VLAN_INFO_UNTAGGED}};
	struct play_link link = lan("bridge");
	__u32 found[4];

	link.vlan_filtering = true;
	start_router(NULL);
	play_link(&p, link);
	play_own_vlans(&p, LAN, own, 1);
	ports_settle(p.ports);
	play_expect(&p, "added 10 eth1: on 10, router a1, forwarding");
	play_expect_silence(&p);
	cr_assert_eq(ports_segment_interfaces(p.ports, LAN, 0, found, 4), 1);
	cr_assert_eq(found[0], LAN);
}
