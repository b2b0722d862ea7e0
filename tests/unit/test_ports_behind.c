// SPDX-License-Identifier: GPL-2.0-or-later
/* What a veth between two bridges is: that of a firewall of a guest's own (Proxmox), or to Open
 * vSwitch. */
#include <criterion/criterion.h>

#include "play_links.h"

#define VMBR0 2
#define FWBR  3
#define OVS   4
#define TAP   10
#define FWLN  11
#define FWPR  12

static struct play p;

static void start(void)
{
	play_init(&p);
}

static void end(void)
{
	play_end(&p);
}

TestSuite(ports_behind, .init = start, .fini = end);

/* tap100i0 |fwbr100i0| fwln100i0 = fwpr100p0 |vmbr0|, as a dump tells of it. */
static void play_firewalled_guest(void)
{
	play_bridge(&p, VMBR0, "vmbr0");
	play_bridge(&p, FWBR, "fwbr100i0");
	play_port(&p, TAP, "tap100i0", "tun", FWBR);
	play_veth(&p, FWLN, "fwln100i0", FWBR, FWPR);
	play_veth(&p, FWPR, "fwpr100p0", VMBR0, FWLN);
	ports_settle(p.ports);
}

static void start_with(const char *bridge, const char *another)
{
	play_names(&p.config.bridges, bridge, another);
	play_start_as_configured(&p);
}

static void expect_joined(void)
{
	play_expect(&p, "seen vmbr0");
	play_expect(&p, "joined fwbr100i0 to vmbr0 by fwln100i0");
	play_expect(&p, "added 10 tap100i0: on 2 by 3, guest, forwarding");
	play_expect_silence(&p);
}

static void play_bridge_down(unsigned int ifindex, const char *name)
{
	play_link(&p, (struct play_link){
			      .ifindex = ifindex, .name = name, .kind = "bridge", .down = true});
}

static void play_fwpr_state(unsigned char state)
{
	play_link(&p, (struct play_link){.ifindex = FWPR,
					 .name = "fwpr100p0",
					 .kind = "veth",
					 .master = VMBR0,
					 .state = state,
					 .lower = FWLN});
	ports_settle(p.ports);
}

static void play_aware(unsigned int ifindex, const char *name)
{
	play_link(&p, (struct play_link){.ifindex = ifindex,
					 .name = name,
					 .kind = "bridge",
					 .vlan_filtering = true,
					 .vlan_proto = 0x8100});
}

Test(ports_behind, a_firewall_bridge_is_part_of_its_bridge)
{
	struct ports_segment at = {VMBR0, 0};

	start_with("vmbr0", NULL);
	play_firewalled_guest();
	expect_joined();
	cr_assert(!ports_is_port(p.ports, FWLN), "the joints carry no program");
	cr_assert(!ports_is_port(p.ports, FWPR));
	cr_assert(ports_find_inner(p.ports, FWPR, &at));
	cr_assert(at.ifindex == FWBR && at.vlan == 0);
	cr_assert_not(ports_find_inner(p.ports, FWLN, &at), "that leads outwards");
	cr_assert_not(ports_find_inner(p.ports, TAP, &at));
	play_bridge(&p, 7, "vmbr7");
	ports_settle(p.ports);
	play_expect_silence(&p);
}

Test(ports_behind, also_where_the_configuration_names_both)
{
	start_with("vmbr0", "fwbr*");
	play_firewalled_guest();
	expect_joined();
}

Test(ports_behind, also_where_it_names_the_inner_one_alone)
{
	start_with("fwbr*", NULL);
	play_port(&p, 5, "eno1", NULL, VMBR0);
	play_firewalled_guest();
	play_expect(&p, "seen vmbr0");
	play_expect(&p, "joined fwbr100i0 to vmbr0 by fwln100i0");
	play_expect(&p, "added 5 eno1: on 2, uplink, forwarding");
	play_expect(&p, "added 10 tap100i0: on 2 by 3, guest, forwarding");
	play_expect_silence(&p);
}

Test(ports_behind, a_bridge_that_is_kept_out_is_none_of_the_segment)
{
	start_with("vmbr0", "!fwbr*");
	play_firewalled_guest();
	play_expect(&p, "seen vmbr0");
	play_expect(&p, "added 12 fwpr100p0: on 2, guest, forwarding");
	play_expect_silence(&p);
}

Test(ports_behind, a_joint_that_appears_takes_the_guest_along)
{
	start_with("vmbr0", "fwbr*");
	play_bridge(&p, VMBR0, "vmbr0");
	play_bridge(&p, FWBR, "fwbr100i0");
	play_port(&p, TAP, "tap100i0", "tun", FWBR);
	play_veth(&p, FWPR, "fwpr100p0", VMBR0, FWLN);
	play_veth(&p, FWLN, "fwln100i0", 0, FWPR);
	ports_settle(p.ports);
	play_expect(&p, "seen vmbr0");
	play_expect(&p, "seen fwbr100i0");
	play_expect(&p, "added 10 tap100i0: on 3, guest, forwarding");
	play_expect(&p, "added 12 fwpr100p0: on 2, guest, forwarding");
	play_veth(&p, FWLN, "fwln100i0", FWBR, FWPR);
	ports_settle(p.ports);
	play_expect(&p, "joined fwbr100i0 to vmbr0 by fwln100i0");
	play_expect(&p, "changed 10 tap100i0: on 2 by 3, guest, forwarding");
	play_expect(&p, "removed 12 fwpr100p0, exists");
	play_expect_silence(&p);
	play_gone(&p, FWLN);
	play_gone(&p, FWPR);
	ports_settle(p.ports);
	play_expect(&p, "seen fwbr100i0");
	play_expect(&p, "changed 10 tap100i0: on 3, guest, forwarding");
	play_expect_silence(&p);
}

Test(ports_behind, without_its_joint_an_unnamed_bridge_is_not_followed)
{
	start_with("vmbr0", NULL);
	play_firewalled_guest();
	expect_joined();
	play_veth(&p, FWPR, "fwpr100p0", 0, FWLN);
	ports_settle(p.ports);
	play_expect(&p, "removed 10 tap100i0, exists");
	play_expect_silence(&p);
}

Test(ports_behind, frames_count_where_every_joint_forwards)
{
	start_with("vmbr0", NULL);
	play_firewalled_guest();
	expect_joined();
	play_fwpr_state(BR_STATE_LEARNING);
	play_expect(&p, "changed 10 tap100i0: on 2 by 3, guest, not yet forwarding");
	play_fwpr_state(BR_STATE_BLOCKING);
	play_expect(&p, "changed 10 tap100i0: on 2 by 3, guest, not forwarding");
	play_fwpr_state(BR_STATE_FORWARDING);
	play_expect(&p, "changed 10 tap100i0: on 2 by 3, guest, forwarding");
	play_bridge_down(VMBR0, "vmbr0");
	ports_settle(p.ports);
	play_expect(&p, "changed 10 tap100i0: on 2 by 3, guest, not forwarding");
	play_expect_silence(&p);
}

/* Frames of the guest have the VLANs of the outer end, as Proxmox sets them there. */
Test(ports_behind, the_outer_end_has_the_vlans)
{
	const struct bridge_vlan_info access[] = {
		{.vid = 10, .flags = BRIDGE_VLAN_INFO_PVID | BRIDGE_VLAN_INFO_UNTAGGED}};
	const struct bridge_vlan_info trunk[] = {{.vid = 20}, {.vid = 30}};
	struct ports_segment at[2];

	start_with("vmbr0", NULL);
	play_aware(VMBR0, "vmbr0");
	play_bridge(&p, FWBR, "fwbr100i0");
	play_port(&p, TAP, "tap100i0", "tun", FWBR);
	play_veth(&p, FWLN, "fwln100i0", FWBR, FWPR);
	play_veth(&p, FWPR, "fwpr100p0", VMBR0, FWLN);
	play_port_vlans(&p, FWPR, VMBR0, access, 1);
	ports_settle(p.ports);
	play_expect(&p, "seen vmbr0");
	play_expect(&p, "joined fwbr100i0 to vmbr0 by fwln100i0");
	play_expect(&p, "added 10 tap100i0: on 2 by 3, rest 3, guest, forwarding, 8100 pvid 10 "
			"vlans 10");
	cr_assert_eq(ports_interface_segments(p.ports, FWBR, at), 1);
	cr_assert(at[0].ifindex == VMBR0 && at[0].vlan == 10);
	play_port_vlans(&p, FWPR, VMBR0, trunk, 2);
	ports_settle(p.ports);
	play_expect(&p, "changed 10 tap100i0: on 2 by 3, rest 3, guest, forwarding, 8100 pvid 0 "
			"vlans 20 30");
	play_expect_silence(&p);
	cr_assert_eq(ports_interface_segments(p.ports, FWBR, at), 1);
	cr_assert(at[0].ifindex == FWBR && at[0].vlan == 0, "untagged frames stay inside");
}

Test(ports_behind, a_second_joint_is_an_uplink_on_both_sides_and_said_once)
{
	start_with("vmbr0", NULL);
	play_firewalled_guest();
	expect_joined();
	play_veth(&p, 21, "ve1", VMBR0, 20);
	play_veth(&p, 20, "ve0", FWBR, 21);
	ports_settle(p.ports);
	play_expect(&p, "added 21 ve1: on 2, uplink, forwarding");
	play_expect(&p, "refused ve0 ve1, second");
	play_expect(&p, "added 20 ve0: on 2 by 3, uplink, forwarding");
	play_expect_silence(&p);
	play_bridge(&p, 7, "vmbr7");
	ports_settle(p.ports);
	play_expect_silence(&p);
}

Test(ports_behind, to_open_vswitch_it_leads_out)
{
	start_with("qbr*", NULL);
	play_bridge(&p, FWBR, "qbr1");
	play_link(&p,
		  (struct play_link){.ifindex = OVS, .name = "ovs-system", .kind = "openvswitch"});
	play_veth(&p, FWLN, "qvb1", FWBR, FWPR);
	play_link(&p, (struct play_link){.ifindex = FWPR,
					 .name = "qvo1",
					 .kind = "veth",
					 .master = OVS,
					 .slave_kind = "",
					 .lower = FWLN});
	ports_settle(p.ports);
	play_expect(&p, "seen qbr1");
	play_expect(&p, "added 11 qvb1: on 3, uplink, forwarding");
	play_expect_silence(&p);
}

/* The other end's ifindex is one of another namespace: whatever has it here is something else. */
Test(ports_behind, another_namespace_s_ifindex_is_nobody_s_here)
{
	start_with("vmbr0", "fwbr*");
	play_bridge(&p, VMBR0, "vmbr0");
	play_bridge(&p, FWBR, "fwbr100i0");
	play_veth(&p, FWLN, "fwln100i0", FWBR, FWPR);
	play_link(&p, (struct play_link){.ifindex = FWPR,
					 .name = "veth100",
					 .kind = "veth",
					 .master = VMBR0,
					 .state = BR_STATE_FORWARDING,
					 .lower = FWLN,
					 .lower_elsewhere = true});
	ports_settle(p.ports);
	play_expect(&p, "seen vmbr0");
	play_expect(&p, "seen fwbr100i0");
	play_expect(&p, "added 11 fwln100i0: on 3, guest, forwarding");
	play_expect(&p, "added 12 veth100: on 2, guest, forwarding");
	play_expect_silence(&p);
}

Test(ports_behind, the_configuration_overrides_it)
{
	play_names(&p.config.guests, "fwpr*", NULL);
	start_with("vmbr0", "fwbr*");
	play_firewalled_guest();
	play_expect(&p, "seen vmbr0");
	play_expect(&p, "seen fwbr100i0");
	play_expect(&p, "added 10 tap100i0: on 3, guest, forwarding");
	play_expect(&p, "added 11 fwln100i0: on 3, uplink, forwarding");
	play_expect(&p, "added 12 fwpr100p0: on 2, guest, forwarding");
	play_expect_silence(&p);
}
