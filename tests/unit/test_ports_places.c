// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Where guests are, apart from a tap or a veth that is a port itself: behind a VLAN device on one,
 * on Xen, on a macvtap.
 */
#include <criterion/criterion.h>

#include "play_links.h"

enum { BR0 = 2, BR10 = 3, BR20 = 4, TAP = 10, NIC = 11, PEER = 12, PORT = 20, INNER = 21 };

static struct play p;

static void start(void)
{
	play_init(&p);
}

static void end(void)
{
	play_end(&p);
}

TestSuite(ports_places, .init = start, .fini = end);

static void start_bridges(void)
{
	play_start(&p, "br*");
	play_bridge(&p, BR10, "br10");
	ports_settle(p.ports);
	play_expect(&p, "seen br10");
}

/* Of 10, whose tags are of that protocol; 0: of 802.1Q. */
static void play_vlan_device_of(unsigned short proto, unsigned int ifindex, const char *name,
				unsigned int lower, unsigned int master)
{
	play_link(&p, (struct play_link){.ifindex = ifindex,
					 .name = name,
					 .kind = "vlan",
					 .lower = lower,
					 .vlan = 10,
					 .tag_proto = proto,
					 .master = master,
					 .state = BR_STATE_FORWARDING});
}

static void play_vlan_device(unsigned int ifindex, const char *name, unsigned int lower,
			     unsigned int master)
{
	play_vlan_device_of(0, ifindex, name, lower, master);
}

/* ---- VLAN devices ---- */

Test(ports_places, a_vlan_device_on_a_tap_leads_to_its_guest)
{
	start_bridges();
	play_port(&p, TAP, "tap100i0", "tun", 0);
	play_vlan_device(PORT, "tap100i0.10", TAP, BR10);
	ports_settle(p.ports);
	play_expect(&p, "added 20 tap100i0.10: on 3, guest, forwarding");
	play_expect_silence(&p);
	cr_assert(ports_is_guest(p.ports, PORT));
}

Test(ports_places, one_with_two_tags_too)
{
	start_bridges();
	play_port(&p, TAP, "tap0", "tun", 0);
	play_vlan_device(INNER, "tap0.5", TAP, 0);
	play_vlan_device(PORT, "tap0.5.10", INNER, BR10);
	ports_settle(p.ports);
	play_expect(&p, "added 20 tap0.5.10: on 3, guest, forwarding");
	play_expect_silence(&p);
}

Test(ports_places, one_on_a_card_on_a_bond_or_on_a_bridge_leads_out)
{
	start_bridges();
	play_bridge(&p, BR0, "br0");
	play_port(&p, NIC, "eth0", NULL, 0);
	play_port(&p, 13, "bond0", "bond", 0);
	play_vlan_device(PORT, "eth0.10", NIC, BR10);
	play_vlan_device(21, "bond0.10", 13, BR10);
	play_vlan_device(22, "br0.10", BR0, BR10);
	ports_settle(p.ports);
	play_expect(&p, "seen br0");
	play_expect(&p, "added 20 eth0.10: on 3, uplink, forwarding");
	play_expect(&p, "added 21 bond0.10: on 3, uplink, forwarding");
	play_expect(&p, "added 22 br0.10: on 3, uplink, forwarding");
	play_expect_silence(&p);
}

/* A container's eth0.10 whose eth0 stayed behind: the ifindex is one of another namespace. */
Test(ports_places, one_on_a_device_elsewhere_leads_out)
{
	start_bridges();
	play_port(&p, TAP, "tap0", "tun", 0);
	play_link(&p, (struct play_link){.ifindex = PORT,
					 .name = "eth0.10",
					 .kind = "vlan",
					 .lower = TAP,
					 .lower_elsewhere = true,
					 .vlan = 10,
					 .master = BR10,
					 .state = BR_STATE_FORWARDING});
	ports_settle(p.ports);
	play_expect(&p, "added 20 eth0.10: on 3, uplink, forwarding");
	play_expect_silence(&p);
}

/* The guest's untagged frames are in a bridge, too: its tagged ones never reach that. */
Test(ports_places, a_vlan_device_takes_its_frames_from_the_bridge_of_the_tap)
{
	start_bridges();
	play_bridge(&p, BR0, "br0");
	play_port(&p, TAP, "tap0", "tun", BR0);
	ports_settle(p.ports);
	play_expect(&p, "seen br0");
	play_expect(&p, "added 10 tap0: on 2, guest, forwarding");
	play_vlan_device(PORT, "tap0.10", TAP, BR10);
	ports_settle(p.ports);
	play_expect(&p, "added 20 tap0.10: on 3, guest, forwarding");
	play_expect(&p, "changed 10 tap0: on 2, guest, forwarding, ways without 10");
	play_gone(&p, PORT);
	play_expect(&p, "removed 20 tap0.10, gone");
	ports_settle(p.ports);
	play_expect(&p, "changed 10 tap0: on 2, guest, forwarding");
	play_expect_silence(&p);
}

Test(ports_places, also_where_that_is_vlan_aware_but_for_untagged_frames)
{
	const struct bridge_vlan_info in[] = {
		{.vid = 1, .flags = BRIDGE_VLAN_INFO_PVID | BRIDGE_VLAN_INFO_UNTAGGED},
		{.vid = 10},
		{.vid = 11}};

	start_bridges();
	play_link(&p, (struct play_link){.ifindex = BR0,
					 .name = "br0",
					 .kind = "bridge",
					 .vlan_filtering = true,
					 .vlan_proto = 0x8100});
	play_port(&p, TAP, "tap0", "tun", BR0);
	play_port_vlans(&p, TAP, BR0, in, 3);
	play_vlan_device(PORT, "tap0.10", TAP, BR10);
	play_link(
		&p,
		(struct play_link){
			.ifindex = 21, .name = "tap0.1", .kind = "vlan", .lower = TAP, .vlan = 1});
	ports_settle(p.ports);
	play_expect(&p, "seen br0");
	play_expect(&p, "added 10 tap0: on 2, guest, forwarding, 8100 pvid 1 vlans 1 10-11, "
			"ways 1>1 on 2 10>0 on 0 11>11 on 2");
	play_expect(&p, "added 20 tap0.10: on 3, guest, forwarding");
	play_expect_silence(&p);
}

/* Of 802.1ad it takes frames with such a tag alone: 802.1Q's VLAN 10 reaches the bridge. */
Test(ports_places, one_of_802_1ad_leaves_the_vlan_of_802_1q_to_the_bridge)
{
	start_bridges();
	play_bridge(&p, BR0, "br0");
	play_port(&p, TAP, "tap0", "tun", BR0);
	play_vlan_device_of(0x88a8, PORT, "tap0.10", TAP, BR10);
	ports_settle(p.ports);
	play_expect(&p, "seen br0");
	play_expect(&p, "added 10 tap0: on 2, guest, forwarding, ways without other 10");
	play_expect(&p, "added 20 tap0.10: on 3, guest, forwarding");
	play_vlan_device_of(0x8100, 21, "tap0.q10", TAP, 0);
	ports_settle(p.ports);
	play_expect(&p,
		    "changed 10 tap0: on 2, guest, forwarding, ways without 10 without other 10");
	play_expect_silence(&p);
}

/* On a bridge of 802.1ad it is the reverse; and its PVID is no VLAN of 802.1Q. */
Test(ports_places, on_a_bridge_of_802_1ad_too)
{
	const struct bridge_vlan_info in[] = {
		{.vid = 10, .flags = BRIDGE_VLAN_INFO_PVID | BRIDGE_VLAN_INFO_UNTAGGED},
		{.vid = 11}};

	start_bridges();
	play_link(&p, (struct play_link){.ifindex = BR0,
					 .name = "br0",
					 .kind = "bridge",
					 .vlan_filtering = true,
					 .vlan_proto = 0x88a8});
	play_port(&p, TAP, "tap0", "tun", BR0);
	play_port_vlans(&p, TAP, BR0, in, 2);
	play_vlan_device(PORT, "tap0.10", TAP, BR10);
	ports_settle(p.ports);
	play_expect(&p, "seen br0");
	play_expect(&p, "added 10 tap0: on 2, guest, forwarding, 88a8 pvid 10 vlans 10-11, "
			"ways 10>10 on 2 without other 10 11>11 on 2");
	play_expect(&p, "added 20 tap0.10: on 3, guest, forwarding");
	play_expect_silence(&p);
}

/* Only guests' frames open claims. */
Test(ports_places, an_uplink_needs_no_map_for_it)
{
	start_bridges();
	play_port(&p, NIC, "eth0", NULL, BR10);
	play_vlan_device(PORT, "eth0.10", NIC, 0);
	ports_settle(p.ports);
	play_expect(&p, "added 11 eth0: on 3, uplink, forwarding");
	play_expect_silence(&p);
}

Test(ports_places, one_on_a_veth_follows_where_the_veth_leads)
{
	start_bridges();
	play_veth(&p, TAP, "veth0", 0, PEER);
	play_veth(&p, PEER, "veth1", 0, TAP);
	play_vlan_device(PORT, "veth0.10", TAP, BR10);
	play_bridge(&p, BR20, "br20");
	ports_settle(p.ports);
	play_expect(&p, "seen br20");
	play_expect(&p, "added 20 veth0.10: on 3, guest, forwarding");
	play_veth(&p, PEER, "veth1", BR20, TAP);
	ports_settle(p.ports);
	play_expect(&p, "added 12 veth1: on 4, uplink, forwarding");
	play_expect(&p, "changed 20 veth0.10: on 3, uplink, forwarding");
	play_veth(&p, PEER, "veth1", 0, TAP);
	ports_settle(p.ports);
	play_expect(&p, "removed 12 veth1, exists");
	play_expect(&p, "changed 20 veth0.10: on 3, guest, forwarding");
	play_expect_silence(&p);
}

/* Both ends are trunks between bridges: what is behind one is heard there, or elsewhere. */
Test(ports_places, nor_does_one_on_a_veth_whose_other_end_has_one_in_a_bridge)
{
	start_bridges();
	play_veth(&p, TAP, "veth0", 0, PEER);
	play_veth(&p, PEER, "veth1", 0, TAP);
	play_vlan_device(PORT, "veth0.10", TAP, BR10);
	play_bridge(&p, BR20, "br20");
	ports_settle(p.ports);
	play_expect(&p, "seen br20");
	play_expect(&p, "added 20 veth0.10: on 3, guest, forwarding");
	play_vlan_device(INNER, "veth1.10", PEER, BR20);
	ports_settle(p.ports);
	play_expect(&p, "added 21 veth1.10: on 4, uplink, forwarding");
	play_expect(&p, "changed 20 veth0.10: on 3, uplink, forwarding");
	play_gone(&p, INNER);
	ports_settle(p.ports);
	play_expect(&p, "removed 21 veth1.10, gone");
	play_expect(&p, "changed 20 veth0.10: on 3, guest, forwarding");
	play_expect_silence(&p);
}

Test(ports_places, the_configuration_of_either_device_counts_and_its_own_first)
{
	play_names(&p.config.uplinks, "tap0", NULL);
	play_names(&p.config.guests, "tap0.11", "eth0");
	start_bridges();
	play_port(&p, TAP, "tap0", "tun", 0);
	play_port(&p, NIC, "eth0", NULL, 0);
	play_vlan_device(PORT, "tap0.10", TAP, BR10);
	play_vlan_device(21, "tap0.11", TAP, BR10);
	play_vlan_device(22, "eth0.10", NIC, BR10);
	ports_settle(p.ports);
	play_expect(&p, "added 20 tap0.10: on 3, uplink, forwarding");
	play_expect(&p, "added 21 tap0.11: on 3, guest, forwarding");
	play_expect(&p, "added 22 eth0.10: on 3, guest, forwarding");
	play_expect_silence(&p);
}

/* It takes no part in the choice of the outer bridge. */
Test(ports_places, a_trunk_guest_makes_no_bridge_the_outer_one)
{
	play_start(&p, "br*");
	play_bridge(&p, BR0, "br0");
	play_bridge(&p, BR10, "br10");
	play_veth(&p, 30, "j0", BR0, 31);
	play_veth(&p, 31, "j1", BR10, 30);
	play_port(&p, TAP, "tap0", "tun", 0);
	play_vlan_device(PORT, "tap0.10", TAP, BR10);
	ports_settle(p.ports);
	play_expect(&p, "seen br0");
	play_expect(&p, "joined br10 to br0 by j1");
	play_expect(&p, "added 20 tap0.10: on 2 by 3, guest, forwarding");
	play_expect_silence(&p);
}

Test(ports_places, the_guest_has_the_name_of_its_tap)
{
	char text[GUEST_TEXT_LEN];

	start_bridges();
	play_port(&p, TAP, "tap100i0", "tun", 0);
	play_vlan_device(PORT, "tap100i0.10", TAP, BR10);
	ports_settle(p.ports);
	cr_assert_str_eq(ports_guest_text(p.ports, PORT, text), "VM 100");
	play_link(&p, (struct play_link){
			      .ifindex = TAP, .name = "tap100i0", .kind = "tun", .alias = "web"});
	cr_assert_str_eq(ports_guest_text(p.ports, PORT, text), "web");
}

/* ---- Xen ---- */

/* What rtnl_fill_ifinfo() says of drivers/net/xen-netback's devices: no kind, and their bus. */
static void play_xen(unsigned int ifindex, const char *name, const char *bus)
{
	play_link(&p, (struct play_link){.ifindex = ifindex,
					 .name = name,
					 .master = BR10,
					 .state = BR_STATE_FORWARDING,
					 .bus = bus});
	ports_settle(p.ports);
}

Test(ports_places, a_vif_of_xen_is_known_by_its_bus)
{
	start_bridges();
	play_xen(PORT, "vif1.0", "xen-backend");
	play_expect(&p, "added 20 vif1.0: on 3, guest, forwarding");
	play_xen(21, "web0", "xen-backend"); /* xl: vifname=web0 */
	play_expect(&p, "added 21 web0: on 3, guest, forwarding");
	play_xen(22, "vif2.0", "pci");
	play_expect(&p, "added 22 vif2.0: on 3, uplink, forwarding");
	play_xen(23, "eth0", "xen"); /* the card of a machine that is a guest itself */
	play_expect(&p, "added 23 eth0: on 3, uplink, forwarding");
	play_expect_silence(&p);
}

/* Linux 5.10 tells no bus. */
Test(ports_places, before_the_kernel_told_the_bus_by_its_name)
{
	static const char *const others[] = {"vif1", "vif.1", "vif1.0x", "xvif1.0", "vif1.0-emu"};

	start_bridges();
	play_xen(PORT, "vif12.1", NULL);
	play_expect(&p, "added 20 vif12.1: on 3, guest, forwarding");
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		play_xen(30 + i, others[i], NULL);
		play_expect(&p, "added %zu %s: on 3, uplink, forwarding", 30 + i, others[i]);
	}
	play_expect_silence(&p);
}

Test(ports_places, a_device_with_a_kind_is_no_vif_whatever_its_name)
{
	start_bridges();
	play_port(&p, PORT, "vif1.0", "bond", BR10);
	play_port(&p, 21, "vif1.0-emu", "tun", BR10); /* qemu's, of the emulated card */
	ports_settle(p.ports);
	play_expect(&p, "added 20 vif1.0: on 3, uplink, forwarding");
	play_expect(&p, "added 21 vif1.0-emu: on 3, guest, forwarding");
	play_expect_silence(&p);
}

/* ---- macvtap ---- */

Test(ports_places, a_macvtap_is_said_once_for_the_device_below_it)
{
	start_bridges();
	play_port(&p, NIC, "eth0", NULL, 0);
	play_veth(&p, 30, "macvtap0", 0, NIC);
	play_link(&p, (struct play_link){
			      .ifindex = 31, .name = "macvtap1", .kind = "macvtap", .lower = NIC});
	play_link(&p, (struct play_link){
			      .ifindex = 32, .name = "macvtap2", .kind = "macvtap", .lower = NIC});
	play_link(&p, (struct play_link){
			      .ifindex = 33, .name = "macvtap3", .kind = "macvtap", .lower = BR10});
	ports_settle(p.ports);
	play_expect(&p, "macvtap macvtap1 on eth0");
	play_expect(&p, "macvtap macvtap3 on br10, a bridge's");
	play_expect_silence(&p);
}

Test(ports_places, also_on_a_vlan_device_of_a_bridge)
{
	start_bridges();
	play_vlan_device(PORT, "br10.10", BR10, 0);
	play_link(&p, (struct play_link){
			      .ifindex = 31, .name = "macvtap1", .kind = "macvtap", .lower = PORT});
	ports_settle(p.ports);
	play_expect(&p, "macvtap macvtap1 on br10.10, a bridge's");
	play_expect_silence(&p);
}

Test(ports_places, a_macvtap_on_a_device_elsewhere_is_another_s_business)
{
	start_bridges();
	play_link(&p, (struct play_link){.ifindex = 31,
					 .name = "macvtap1",
					 .kind = "macvtap",
					 .lower = BR10,
					 .lower_elsewhere = true});
	ports_settle(p.ports);
	play_expect_silence(&p);
}
