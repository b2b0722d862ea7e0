// SPDX-License-Identifier: GPL-2.0-or-later
/* The VLAN of a claim is the bridge's: PVIDs, membership, the host's own interfaces. */
#include <criterion/criterion.h>
#include <linux/if_bridge.h>
#include <linux/if_ether.h>

#include "play_links.h"

#define BR  2
#define TAP 10

static struct play p;

static void start(void)
{
	play_init(&p);
	play_start(&p, "br0");
}

static void end(void)
{
	play_end(&p);
}

TestSuite(ports_vlan, .init = start, .fini = end);

static void aware_bridge(unsigned short proto)
{
	play_link(&p, (struct play_link){.ifindex = BR,
					 .name = "br0",
					 .kind = "bridge",
					 .vlan_filtering = 1,
					 .vlan_proto = proto,
					 .default_pvid = 1});
}

static const struct bridge_vlan_info pvid_7_and_ranges[] = {
	{.vid = 7, .flags = BRIDGE_VLAN_INFO_PVID | BRIDGE_VLAN_INFO_UNTAGGED},
	{.vid = 100, .flags = BRIDGE_VLAN_INFO_RANGE_BEGIN},
	{.vid = 130, .flags = BRIDGE_VLAN_INFO_RANGE_END},
	{.vid = 4094},
};

Test(ports_vlan, pvid_and_ranges_of_a_port)
{
	aware_bridge(ETH_P_8021Q);
	play_port(&p, TAP, "tap0", "tun", BR);
	play_port_vlans(&p, TAP, BR, pvid_7_and_ranges, 4);
	ports_settle(p.ports);
	play_expect(&p, "seen br0");
	play_expect(&p, "added 10 tap0: on 2, guest, forwarding, 8100 pvid 7 vlans 7 100-130 4094");
	play_expect_silence(&p);
}

Test(ports_vlan, a_range_across_the_words_of_the_table_and_all_of_it)
{
	static const struct bridge_vlan_info all[] = {
		{.vid = 1, .flags = BRIDGE_VLAN_INFO_RANGE_BEGIN},
		{.vid = 4095, .flags = BRIDGE_VLAN_INFO_RANGE_END},
	};

	aware_bridge(ETH_P_8021AD);
	play_port(&p, TAP, "tap0", "tun", BR);
	play_port_vlans(&p, TAP, BR, all, 2);
	ports_settle(p.ports);
	play_expect(&p, "seen br0");
	play_expect(&p, "added 10 tap0: on 2, guest, forwarding, 88a8 pvid 0 vlans 1-4095");
}

Test(ports_vlan, a_range_begun_and_never_ended_and_an_absurd_one_stay_in_the_table)
{
	static const struct bridge_vlan_info odd[] = {
		{.vid = 4000, .flags = BRIDGE_VLAN_INFO_RANGE_BEGIN},
		{.vid = 65535, .flags = BRIDGE_VLAN_INFO_RANGE_END},
		{.vid = 5, .flags = BRIDGE_VLAN_INFO_RANGE_BEGIN},
	};

	aware_bridge(ETH_P_8021Q);
	play_port(&p, TAP, "tap0", "tun", BR);
	play_port_vlans(&p, TAP, BR, odd, 3);
	ports_settle(p.ports);
	play_expect(&p, "seen br0");
	play_expect(&p, "added 10 tap0: on 2, guest, forwarding, 8100 pvid 0 vlans 4000-4095");
}

Test(ports_vlan, a_port_in_no_vlan)
{
	aware_bridge(ETH_P_8021Q);
	play_port(&p, TAP, "tap0", "tun", BR);
	ports_settle(p.ports);
	play_expect(&p, "seen br0");
	play_expect(&p, "added 10 tap0: on 2, guest, forwarding, 8100 pvid 0 vlans");
}

Test(ports_vlan, a_vlan_less_and_another_pvid_are_told)
{
	static const struct bridge_vlan_info fewer[] = {
		{.vid = 7}, {.vid = 100, .flags = BRIDGE_VLAN_INFO_PVID}};

	aware_bridge(ETH_P_8021Q);
	play_port(&p, TAP, "tap0", "tun", BR);
	play_port_vlans(&p, TAP, BR, pvid_7_and_ranges, 4);
	ports_settle(p.ports);
	play_expect(&p, "seen br0");
	play_expect(&p, "added 10 tap0: on 2, guest, forwarding, 8100 pvid 7 vlans 7 100-130 4094");
	play_port_vlans(&p, TAP, BR, pvid_7_and_ranges, 4);
	play_port(&p, TAP, "tap0", "tun", BR); /* without VLANs: removes none */
	ports_settle(p.ports);
	play_expect_silence(&p);
	play_port_vlans(&p, TAP, BR, fewer, 2);
	ports_settle(p.ports);
	play_expect(&p, "changed 10 tap0: on 2, guest, forwarding, 8100 pvid 100 vlans 7 100");
	play_port_vlans(&p, TAP, BR, fewer, 1); /* the PVID goes with its VLAN */
	ports_settle(p.ports);
	play_expect(&p, "changed 10 tap0: on 2, guest, forwarding, 8100 pvid 0 vlans 7");
	play_port_vlans(&p, TAP, BR, NULL, 0);
	ports_settle(p.ports);
	play_expect(&p, "changed 10 tap0: on 2, guest, forwarding, 8100 pvid 0 vlans");
}

/* br_vlan_rtm_process: `RTM_DELVLAN` is followed by an AF_BRIDGE RTM_DELLINK with what is left. */
Test(ports_vlan, a_message_of_deletion_tells_of_what_is_left)
{
	aware_bridge(ETH_P_8021Q);
	play_port(&p, TAP, "tap0", "tun", BR);
	play_port_vlans(&p, TAP, BR, pvid_7_and_ranges, 1);
	ports_settle(p.ports);
	play_expect(&p, "seen br0");
	play_expect(&p, "added 10 tap0: on 2, guest, forwarding, 8100 pvid 7 vlans 7");
	play_port_state(&p, RTM_DELLINK, TAP, BR, BR_STATE_FORWARDING);
	ports_settle(p.ports);
	play_expect(&p, "changed 10 tap0: on 2, guest, forwarding, 8100 pvid 0 vlans");
	play_expect_silence(&p);
}

Test(ports_vlan, filtering_switched_on_brings_the_vlans_that_were_there)
{
	play_bridge(&p, BR, "br0");
	play_port(&p, TAP, "tap0", "tun", BR);
	play_port_vlans(&p, TAP, BR, pvid_7_and_ranges, 4);
	ports_settle(p.ports);
	play_expect(&p, "seen br0");
	play_expect(&p, "added 10 tap0: on 2, guest, forwarding");
	aware_bridge(ETH_P_8021Q);
	ports_settle(p.ports);
	play_expect(&p,
		    "changed 10 tap0: on 2, guest, forwarding, 8100 pvid 7 vlans 7 100-130 4094");
	play_bridge(&p, BR, "br0");
	ports_settle(p.ports);
	play_expect(&p, "changed 10 tap0: on 2, guest, forwarding");
	play_expect_silence(&p);
}

Test(ports_vlan, the_vlans_of_the_old_bridge_do_not_come_along)
{
	aware_bridge(ETH_P_8021Q);
	play_port(&p, TAP, "tap0", "tun", BR);
	play_port_vlans(&p, TAP, BR, pvid_7_and_ranges, 4);
	play_port(&p, TAP, "tap0", "tun", 0);
	play_port(&p, TAP, "tap0", "tun", BR);
	ports_settle(p.ports);
	play_expect(&p, "seen br0");
	play_expect(&p, "added 10 tap0: on 2, guest, forwarding, 8100 pvid 0 vlans");
}

Test(ports_vlan, what_a_nic_tells_of_its_own_switch_is_not_the_bridge)
{
	aware_bridge(ETH_P_8021Q);
	play_port(&p, TAP, "eth0", NULL, BR);
	play_port_vlans(&p, TAP, BR, pvid_7_and_ranges, 4);
	ports_settle(p.ports);
	play_expect(&p, "seen br0");
	play_expect(&p,
		    "added 10 eth0: on 2, uplink, forwarding, 8100 pvid 7 vlans 7 100-130 4094");
	play_embedded_switch(&p, TAP, BR);
	ports_settle(p.ports);
	play_expect_silence(&p);
}

/* ---- the host's own interfaces in a segment ---- */

static size_t interfaces(unsigned short vlan, __u32 *found)
{
	return ports_segment_interfaces(p.ports, BR, vlan, found, 4);
}

static void vlan_device(unsigned int ifindex, unsigned int lower, unsigned short vlan)
{
	play_link(&p, (struct play_link){.ifindex = ifindex,
					 .name = "any",
					 .kind = "vlan",
					 .lower = lower,
					 .vlan = vlan});
}

Test(ports_vlan, plain_bridge_is_its_own_interface_and_vlan_devices_are_theirs)
{
	__u32 found[4];

	play_bridge(&p, BR, "br0");
	vlan_device(20, BR, 5);
	vlan_device(21, BR, 6);
	vlan_device(22, TAP, 5); /* of another interface */
	cr_assert_eq(interfaces(0, found), 1);
	cr_assert_eq(found[0], BR);
	cr_assert_eq(interfaces(5, found), 1);
	cr_assert_eq(found[0], 20);
	cr_assert_eq(interfaces(7, found), 0);
	cr_assert_eq(ports_segment_interfaces(p.ports, BR, 5, found, 0), 0);
	cr_assert_eq(ports_segment_interfaces(p.ports, 999, 0, found, 4), 0);
	play_gone(&p, 20);
	cr_assert_eq(interfaces(5, found), 0);
}

static void device_of_802_1ad(unsigned int ifindex, unsigned short vlan)
{
	play_link(&p, (struct play_link){.ifindex = ifindex,
					 .name = "any.ad",
					 .kind = "vlan",
					 .lower = BR,
					 .vlan = vlan,
					 .tag_proto = ETH_P_8021AD});
}

Test(ports_vlan, vlan_device_of_802_1ad_is_in_another_vlan)
{
	struct ports_segment at[2];
	__u32 found[4], bridge;
	__u16 vlan;

	play_bridge(&p, BR, "br0");
	vlan_device(20, BR, 5);
	device_of_802_1ad(21, 5);
	ports_settle(p.ports);
	cr_assert_eq(interfaces(5, found), 1);
	cr_assert_eq(found[0], 20);
	cr_assert_eq(interfaces(5 | VLAN_AD, found), 1);
	cr_assert_eq(found[0], 21);
	cr_assert_eq(ports_interface_segments(p.ports, 21, at), 1);
	cr_assert_eq(at[0].vlan, 5 | VLAN_AD);
	cr_assert(ports_find_bridge(p.ports, 21, &bridge, &vlan));
	cr_assert_eq(vlan, 5 | VLAN_AD);
}

/* Its tag is payload there: its frames are in the bridge's PVID, with a second tag. */
Test(ports_vlan, vlan_device_of_802_1ad_is_no_interface_of_a_bridge_of_802_1q)
{
	struct ports_segment at[2];
	__u32 found[4], bridge;
	__u16 vlan;

	aware_bridge(ETH_P_8021Q);
	device_of_802_1ad(21, 5);
	ports_settle(p.ports);
	cr_assert_eq(interfaces(5, found), 0);
	cr_assert_eq(interfaces(5 | VLAN_AD, found), 0);
	cr_assert_eq(ports_interface_segments(p.ports, 21, at), 0);
	cr_assert(!ports_find_bridge(p.ports, 21, &bridge, &vlan));
	aware_bridge(ETH_P_8021AD);
	ports_settle(p.ports);
	cr_assert_eq(interfaces(5, found), 1);
	cr_assert_eq(found[0], 21);
	cr_assert_eq(ports_interface_segments(p.ports, 21, at), 1);
	cr_assert_eq(at[0].vlan, 5);
}

Test(ports_vlan, aware_bridge_is_in_its_own_pvid_only)
{
	static const struct bridge_vlan_info own[] = {
		{.vid = 5, .flags = BRIDGE_VLAN_INFO_PVID | BRIDGE_VLAN_INFO_UNTAGGED}};
	__u32 found[4];

	aware_bridge(ETH_P_8021Q);
	play_own_vlans(&p, BR, own, 1);
	vlan_device(20, BR, 5);
	cr_assert_eq(interfaces(0, found), 0);
	cr_assert_eq(interfaces(1, found), 0);
	cr_assert_eq(interfaces(5, found), 2);
	cr_assert_eq(found[0], BR);
	cr_assert_eq(found[1], 20);
	ports_settle(p.ports);
	play_expect(&p, "seen br0");
	play_expect_silence(&p); /* the bridge names itself as its master and is no port */
}
