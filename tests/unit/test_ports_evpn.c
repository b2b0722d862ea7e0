// SPDX-License-Identifier: GPL-2.0-or-later
/* Which bridges may be part of a fabric, and where its frames come in. */
#include <criterion/criterion.h>
#include <linux/if_ether.h>

#include "play_links.h"

#define BR    2
#define BR_10 3
#define TAP   10
#define VX    20
#define VX_10 21

static struct play p;

static void start(void)
{
	play_init(&p);
	p.quiet = true;
	play_start(&p, "br0");
}

static void end(void)
{
	play_end(&p);
}

TestSuite(ports_evpn, .init = start, .fini = end);

static void tunnel(unsigned int ifindex, const char *name, bool suppress)
{
	play_link(&p, (struct play_link){.ifindex = ifindex,
					 .name = name,
					 .kind = "vxlan",
					 .master = BR,
					 .state = BR_STATE_FORWARDING,
					 .neigh_suppress = suppress});
}

static void assert_segment(__u32 ifindex, __u32 segment, __u16 vlan)
{
	__u32 found;
	__u16 found_vlan;

	cr_assert(ports_find_bridge(p.ports, ifindex, &found, &found_vlan), "%u", ifindex);
	cr_assert_eq(found, segment);
	cr_assert_eq(found_vlan, vlan);
}

Test(ports_evpn, a_tunnel_is_an_uplink_that_may_lead_to_a_fabric)
{
	play_bridge(&p, BR, "br0");
	play_port(&p, TAP, "tap0", "tun", BR);
	ports_settle(p.ports);
	cr_assert_not(ports_has_vxlan(p.ports));
	tunnel(VX, "vx0", false);
	ports_settle(p.ports);
	cr_assert(ports_has_vxlan(p.ports));
	cr_assert_eq(ports_find_vxlan(p.ports, BR, 0), VX);
	cr_assert_not(ports_is_guest(p.ports, VX));
	cr_assert(ports_is_guest(p.ports, TAP));
	cr_assert_not(ports_has_neigh_suppress(p.ports, BR));
	tunnel(VX, "vx0", true);
	ports_settle(p.ports);
	cr_assert(ports_has_neigh_suppress(p.ports, BR));
	play_gone(&p, VX);
	cr_assert_not(ports_has_vxlan(p.ports));
	cr_assert_eq(ports_find_vxlan(p.ports, BR, 0), 0);
}

Test(ports_evpn, a_tunnel_in_a_bridge_of_somebody_elses_is_nothing_to_us)
{
	play_bridge(&p, BR, "lxcbr0");
	tunnel(VX, "vx0", true);
	ports_settle(p.ports);
	cr_assert_not(ports_has_vxlan(p.ports));
	cr_assert_not(ports_has_neigh_suppress(p.ports, BR));
}

Test(ports_evpn, each_vlan_has_its_tunnel_and_its_interface)
{
	static const struct bridge_vlan_info vlan_7[] = {{.vid = 7}}, vlan_10[] = {{.vid = 10}};
	static const struct bridge_vlan_info own[] = {{.vid = 1, .flags = BRIDGE_VLAN_INFO_PVID}};

	play_link(&p, (struct play_link){.ifindex = BR,
					 .name = "br0",
					 .kind = "bridge",
					 .vlan_filtering = 1,
					 .vlan_proto = ETH_P_8021Q});
	play_own_vlans(&p, BR, own, 1);
	play_link(&p, (struct play_link){.ifindex = BR_10,
					 .name = "br0.10",
					 .kind = "vlan",
					 .lower = BR,
					 .vlan = 10});
	tunnel(VX, "vx7", true);
	tunnel(VX_10, "vx10", true);
	play_port_vlans(&p, VX, BR, vlan_7, 1);
	play_port_vlans(&p, VX_10, BR, vlan_10, 1);
	ports_settle(p.ports);
	cr_assert(ports_is_vlan_aware(p.ports, BR));
	cr_assert_eq(ports_find_vxlan(p.ports, BR, 7), VX);
	cr_assert_eq(ports_find_vxlan(p.ports, BR, 10), VX_10);
	cr_assert_eq(ports_find_vxlan(p.ports, BR, 11), 0);
	assert_segment(BR, BR, 1);
	assert_segment(BR_10, BR, 10);
}

Test(ports_evpn, no_segment_has_an_interface_that_is_none_of_ours)
{
	__u32 segment;
	__u16 vlan;

	play_bridge(&p, BR, "br0");
	play_port(&p, TAP, "tap0", "tun", BR);
	ports_settle(p.ports);
	assert_segment(BR, BR, 0);
	cr_assert_not(ports_find_bridge(p.ports, TAP, &segment, &vlan));
	cr_assert_not(ports_find_bridge(p.ports, 99, &segment, &vlan));
}
