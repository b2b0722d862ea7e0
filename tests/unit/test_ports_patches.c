// SPDX-License-Identifier: GPL-2.0-or-later
/* Bridges that patch ports, a veth, or a controller's flows connect to one of Open vSwitch. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "leaks.h"
#include "play_ovs.h"

#define OVS0 2
#define OVS1 3
#define ETH0 4
#define TAP  10
#define QVB  12
#define QVO  13
#define QBR  14

static struct play p;
static struct play_ovs ovs;

static void start(void)
{
	play_init(&p);
}

static void end(void)
{
	play_end(&p);
	play_ovs_end(&ovs);
	no_leaks();
}

TestSuite(ports_patches, .init = start, .fini = end);

static void add_patch(const char *bridge, const char *name, const char *peer, const char *columns)
{
	char options[128];

	snprintf(options, sizeof(options), "'type': 'patch', 'options': ['map', [['peer', '%s']]]",
		 peer);
	play_ovs_port(&ovs, bridge, (struct play_ovs_port){0, name, columns, options});
}

/* tap0 in VLAN 10 of ovs1, which a patch of those columns joins to ovs0. */
static void start_patched(const char *near, const char *far)
{
	play_start(&p, "ovs0");
	play_ovs_system(&p);
	play_ovs_link(&p, ETH0, "eth0", NULL, 0);
	play_ovs_link(&p, TAP, "tap0", "tun", 0);
	play_ovs_device(&p, OVS0, "ovs0");
	play_ovs_device(&p, OVS1, "ovs1");
	play_ovs_local(&ovs, OVS0, "ovs0", NULL);
	play_ovs_local(&ovs, OVS1, "ovs1", NULL);
	play_ovs_port(&ovs, "ovs0", (struct play_ovs_port){ETH0, "eth0", NULL, NULL});
	play_ovs_port(&ovs, "ovs1", (struct play_ovs_port){TAP, "tap0", "'tag': 10", NULL});
	add_patch("ovs1", "patch-to-ovs0-and-long", "patch-to-ovs1", near);
	add_patch("ovs0", "patch-to-ovs1", "patch-to-ovs0-and-long", far);
	play_ovs_hear(&ovs, &p);
}

static void expect_patched(const char *ways)
{
	play_expect(&p, "seen ovs0");
	play_expect(&p, "joined ovs1 to ovs0 by patch-to-ovs0-a");
	play_expect(&p, "added 4 eth0: on 2, uplink, forwarding, 8100 pvid 0 vlans 0-4095");
	play_expect(&p, "added 10 tap0: on 2 by 3, guest, forwarding, 8100 pvid 10 vlans, ways%s",
		    ways);
	play_expect_silence(&p);
}

static struct ports_segment place_of(__u32 ifindex)
{
	struct ports_segment at[2] = {};

	ports_interface_segments(p.ports, ifindex, at);
	return at[0];
}

Test(ports_patches, patch_ports_join_bridges)
{
	start_patched(NULL, NULL);
	expect_patched("");
	cr_assert(place_of(OVS1).ifindex == OVS0 && place_of(OVS1).vlan == 0);
	add_patch("ovs0", "patch-to-ovs1", "gone", NULL);
	play_ovs_hear(&ovs, &p);
	play_expect(&p, "removed 10 tap0, exists");
	play_expect_silence(&p);
}

Test(ports_patches, vlans_change_on_the_way_as_the_patch_ports_say)
{
	start_patched("'tag': 10", "'tag': 30");
	expect_patched("");
	play_ovs_port(&ovs, "ovs1",
		      (struct play_ovs_port){OVS1, "ovs1", "'tag': 10", "'type': 'internal'"});
	play_ovs_hear(&ovs, &p);
	cr_assert(place_of(OVS1).ifindex == OVS0 && place_of(OVS1).vlan == 30);
	play_ovs_port(&ovs, "ovs1",
		      (struct play_ovs_port){OVS1, "ovs1", "'tag': 20", "'type': 'internal'"});
	play_ovs_hear(&ovs, &p);
	cr_assert(place_of(OVS1).ifindex == OVS1 && place_of(OVS1).vlan == 20, "it ends here");
}

Test(ports_patches, a_tag_that_stays_is_not_let_into_an_access_port)
{
	start_patched(NULL, "'tag': 30");
	play_ovs_port(&ovs, "ovs1",
		      (struct play_ovs_port){OVS1, "ovs1", "'tag': 30", "'type': 'internal'"});
	play_ovs_hear(&ovs, &p);
	cr_assert(place_of(OVS1).ifindex == OVS1 && place_of(OVS1).vlan == 30);
}

Test(ports_patches, a_controller_may_change_vlans_so_that_bridge_stays_alone)
{
	start_patched(NULL, NULL);
	expect_patched("");
	play_ovs_bridge(&ovs, "ovs0", "'controller': ['uuid', 'c']");
	play_ovs_hear(&ovs, &p);
	play_expect(&p, "noted ovs0, controlled");
	play_expect(&p, "changed 10 tap0: on 2 any 2, uplink, forwarding");
	play_expect_silence(&p);
	p.config.bridges.name = (char *[]){"ovs0", "!ovs1"};
	p.config.bridges.count = 2;
	cr_assert_eq(ports_configure(p.ports, &p.config, NULL), 0);
	play_expect(&p, "removed 10 tap0, exists");
	play_expect_silence(&p);
}

/*
 * As ML2's br-int and br-tun are: the guests are on the one; behind flows, the other has the
 * tunnels, and a network card.
 */
static void start_controlled(const char *pattern)
{
	play_start(&p, pattern);
	play_ovs_system(&p);
	play_ovs_link(&p, ETH0, "eth0", NULL, 0);
	play_ovs_link(&p, TAP, "tap0", "tun", 0);
	play_ovs_link(&p, 20, "vxlan_sys_4790", "vxlan", 0);
	play_ovs_device(&p, OVS0, "ovs0");
	play_ovs_device(&p, OVS1, "ovs1");
	play_ovs_local(&ovs, OVS0, "ovs0", "'fail_mode': 'secure'");
	play_ovs_local(&ovs, OVS1, "ovs1", "'fail_mode': 'secure'");
	play_ovs_port(&ovs, "ovs0", (struct play_ovs_port){TAP, "tap0", "'tag': 1", NULL});
	play_ovs_port(&ovs, "ovs1", (struct play_ovs_port){ETH0, "eth0", NULL, NULL});
	play_ovs_port(&ovs, "ovs1",
		      (struct play_ovs_port){0, "vx-to-b", NULL,
					     "'type': 'vxlan', 'options': ['map', [['dst_port', "
					     "'4790']]]"});
	add_patch("ovs0", "patch-tun", "patch-int", NULL);
	add_patch("ovs1", "patch-int", "patch-tun", NULL);
	play_ovs_hear(&ovs, &p);
}

Test(ports_patches, what_is_beyond_flows_is_in_any_vlan)
{
	start_controlled("ovs0");
	play_expect(&p, "seen ovs0");
	play_expect(&p, "noted ovs0, controlled");
	play_expect(&p, "added 4 eth0: on 2 any 2, uplink, forwarding");
	play_expect(&p, "added 10 tap0: on 2, guest, forwarding, 8100 pvid 1 vlans");
	play_expect(&p, "added 20 vxlan_sys_4790: on 2 any 2, uplink, forwarding");
	play_expect_silence(&p);
	cr_assert_not(ports_has_vxlan(p.ports), "no fabric of FRR's");
	cr_assert_str_eq(ports_role_text(p.ports, TAP),
			 "a tap, veth or vif of Xen, or a VLAN device on one");
	cr_assert_str_eq(ports_role_text(p.ports, 20),
			 "in a VLAN that is not known: a tunnel, or behind flows");
	play_ovs_delete(&ovs, "Port", "patch-int");
	play_ovs_hear(&ovs, &p);
	play_expect(&p, "removed 4 eth0, exists");
	play_expect(&p, "removed 20 vxlan_sys_4790, exists");
	play_expect_silence(&p);
}

Test(ports_patches, where_both_bridges_are_followed_its_own_vlan_is_known)
{
	start_controlled("ovs*");
	play_expect(&p, "seen ovs0");
	play_expect(&p, "seen ovs1");
	play_expect(&p, "noted ovs0, controlled");
	play_expect(&p, "noted ovs1, controlled");
	play_expect(&p, "added 4 eth0: on 3 any 2, uplink, forwarding, 8100 pvid 0 vlans 0-4095");
	play_expect(&p, "added 10 tap0: on 2 any 3, guest, forwarding, 8100 pvid 1 vlans");
	play_expect(&p, "added 20 vxlan_sys_4790: on 2 any 2 any 3, uplink, forwarding");
	play_expect_silence(&p);
}

/* OpenStack's hybrid plug: the guest's own bridge leads into Open vSwitch. */
Test(ports_patches, a_veth_joins_a_linux_bridge_to_it)
{
	play_start(&p, "ovs0");
	play_ovs_system(&p);
	play_ovs_device(&p, OVS0, "ovs0");
	play_bridge(&p, QBR, "qbr1");
	play_port(&p, TAP, "tap0", "tun", QBR);
	play_veth(&p, QVB, "qvb1", QBR, QVO);
	play_ovs_link(&p, QVO, "qvo1", "veth", QVB);
	play_ovs_local(&ovs, OVS0, "ovs0", NULL);
	play_ovs_port(&ovs, "ovs0", (struct play_ovs_port){QVO, "qvo1", "'tag': 7", NULL});
	play_ovs_hear(&ovs, &p);
	play_expect(&p, "seen ovs0");
	play_expect(&p, "joined qbr1 to ovs0 by qvb1");
	play_expect(&p, "added 10 tap0: on 2 by 14, rest 14, guest, forwarding, 8100 pvid 7 vlans");
	play_expect_silence(&p);
}
