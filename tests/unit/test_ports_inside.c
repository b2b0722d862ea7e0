// SPDX-License-Identifier: GPL-2.0-or-later
/* Which VLAN of the outer bridge a VLAN of an inner, VLAN-aware one is. */
#include <criterion/criterion.h>

#include "play_links.h"

#define VMBR0 2
#define FWBR  3
#define MID   4
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

TestSuite(ports_inside, .init = start, .fini = end);

static void start_with(const char *bridge, const char *another)
{
	play_names(&p.config.bridges, bridge, another);
	play_start_as_configured(&p);
}

static void play_aware_of(unsigned int ifindex, const char *name, unsigned short proto)
{
	play_link(&p, (struct play_link){.ifindex = ifindex,
					 .name = name,
					 .kind = "bridge",
					 .vlan_filtering = true,
					 .vlan_proto = proto});
}

static void play_aware(unsigned int ifindex, const char *name)
{
	play_aware_of(ifindex, name, 0x8100);
}

static const struct bridge_vlan_info in_10 = {
	.vid = 10, .flags = BRIDGE_VLAN_INFO_PVID | BRIDGE_VLAN_INFO_UNTAGGED};

/* fwbr100i0 is VLAN-aware, and so is vmbr0 if `outer`; the guest is on an access port of VLAN 10.
 */
static void start_aware(bool outer)
{
	start_with("vmbr0", NULL);
	if (outer)
		play_aware(VMBR0, "vmbr0");
	else
		play_bridge(&p, VMBR0, "vmbr0");
	play_aware(FWBR, "fwbr100i0");
	play_port(&p, TAP, "tap100i0", "tun", FWBR);
	play_veth(&p, FWLN, "fwln100i0", FWBR, FWPR);
	play_veth(&p, FWPR, "fwpr100p0", VMBR0, FWLN);
	play_port_vlans(&p, TAP, FWBR, &in_10, 1);
}

static void expect_aware(const char *vlans)
{
	ports_settle(p.ports);
	play_expect(&p, "seen vmbr0");
	play_expect(&p, "joined fwbr100i0 to vmbr0 by fwln100i0");
	play_expect(&p, "added 10 tap100i0: on 2 by 3, guest, forwarding, 8100 pvid 10 vlans %s",
		    vlans);
	play_expect_silence(&p);
}

Test(ports_inside, an_inner_bridge_has_vlans_and_the_outer_one_has_none)
{
	struct ports_segment at[2], inner = {VMBR0, 0};

	start_aware(false);
	play_port_vlans(&p, FWLN, FWBR, &in_10, 1);
	play_own_vlans(&p, FWBR, &in_10, 1);
	expect_aware("10, ways 10>0- on 2");
	cr_assert_eq(ports_interface_segments(p.ports, FWBR, at), 1);
	cr_assert(at[0].ifindex == VMBR0 && at[0].vlan == 0);
	cr_assert(ports_find_inner(p.ports, FWPR, &inner));
	cr_assert(inner.ifindex == FWBR && inner.vlan == 10);
	inner = (struct ports_segment){VMBR0, 20};
	cr_assert_not(ports_find_inner(p.ports, FWPR, &inner), "no VLAN of fwbr100i0 is that");
}

Test(ports_inside, tags_are_kept_where_the_inner_end_keeps_them)
{
	const struct bridge_vlan_info tagged = {.vid = 10};

	start_aware(false);
	play_port_vlans(&p, FWLN, FWBR, &tagged, 1);
	expect_aware("10, ways 10>10 on 2");
}

/* The PVID of the inner end, which no frame from inside has, does not take tags off by itself. */
Test(ports_inside, a_pvid_that_leaves_tagged_stays_tagged)
{
	const struct bridge_vlan_info tagged = {.vid = 10, .flags = BRIDGE_VLAN_INFO_PVID};

	start_aware(false);
	play_port_vlans(&p, FWLN, FWBR, &tagged, 1);
	expect_aware("10, ways 10>10 on 2");
	play_port_vlans(&p, FWLN, FWBR, &in_10, 1);
	ports_settle(p.ports);
	play_expect(&p, "changed 10 tap100i0: on 2 by 3, guest, forwarding, 8100 pvid 10 vlans 10, "
			"ways 10>0- on 2");
	play_expect_silence(&p);
}

Test(ports_inside, both_bridges_have_vlans_of_their_own)
{
	const struct bridge_vlan_info trunk[] = {{.vid = 10}, {.vid = 20}};
	const struct bridge_vlan_info in_110 = {
		.vid = 110, .flags = BRIDGE_VLAN_INFO_PVID | BRIDGE_VLAN_INFO_UNTAGGED};
	const struct bridge_vlan_info outside[] = {in_110, {.vid = 20}};
	const struct bridge_vlan_info all[] = {in_10, {.vid = 20}, {.vid = 30}};

	start_aware(true);
	play_port_vlans(&p, FWLN, FWBR, &in_10, 1);
	play_port_vlans(&p, FWPR, VMBR0, &in_110, 1);
	expect_aware("10, ways 10>110- on 2");
	/* Tagged on the joint: outside a member of 20 only. 30 does not leave at all. */
	play_port_vlans(&p, FWLN, FWBR, trunk, 2);
	play_port_vlans(&p, FWPR, VMBR0, outside, 2);
	play_port_vlans(&p, TAP, FWBR, all, 3);
	ports_settle(p.ports);
	play_expect(&p, "changed 10 tap100i0: on 2 by 3, guest, forwarding, 8100 pvid 10 "
			"vlans 10 20 30, ways 10>10 on 3 20>20 on 2 30>30 on 3");
	play_expect_silence(&p);
}

/* Untagged frames that the outer end drops, as it has no PVID, go no further. */
Test(ports_inside, an_outer_end_without_a_pvid_drops_what_is_untagged)
{
	const struct bridge_vlan_info tagged = {.vid = 10};

	start_aware(true);
	play_port_vlans(&p, FWLN, FWBR, &in_10, 1);
	play_port_vlans(&p, FWPR, VMBR0, &tagged, 1);
	expect_aware("10, ways 10>10 on 3");
}

Test(ports_inside, other_kinds_of_tags_stay_two_segments)
{
	start_with("vmbr0", "fwbr*");
	play_aware_of(VMBR0, "vmbr0", 0x88a8);
	play_aware(FWBR, "fwbr100i0");
	play_veth(&p, FWLN, "fwln100i0", FWBR, FWPR);
	play_veth(&p, FWPR, "fwpr100p0", VMBR0, FWLN);
	ports_settle(p.ports);
	play_expect(&p, "seen vmbr0");
	play_expect(&p, "seen fwbr100i0");
	play_expect(&p, "refused fwln100i0 fwpr100p0, protocols");
	play_expect(&p, "added 11 fwln100i0: on 3, uplink, forwarding, 8100 pvid 0 vlans");
	play_expect(&p, "added 12 fwpr100p0: on 2, uplink, forwarding, 88a8 pvid 0 vlans");
	play_expect_silence(&p);
}

/* Frames of a plain bridge enter an aware one in the middle, which the outer one knows nothing of.
 */
Test(ports_inside, a_vlan_that_ends_in_the_middle_is_there)
{
	const struct bridge_vlan_info trunk[] = {in_10, {.vid = 20}};
	struct ports_segment at[2];

	start_with("vmbr0", NULL);
	play_bridge(&p, VMBR0, "vmbr0");
	play_aware(MID, "middle");
	play_bridge(&p, FWBR, "fwbr100i0");
	play_port(&p, TAP, "tap100i0", "tun", FWBR);
	play_veth(&p, FWLN, "fwln100i0", FWBR, FWPR);
	play_veth(&p, FWPR, "fwpr100p0", MID, FWLN);
	play_veth(&p, 30, "ve0", MID, 31);
	play_veth(&p, 31, "ve1", VMBR0, 30);
	play_port_vlans(&p, FWPR, MID, trunk, 2);
	play_port_vlans(&p, 30, MID, &in_10, 1);
	ports_settle(p.ports);
	play_expect(&p, "seen vmbr0");
	play_expect(&p, "joined middle to vmbr0 by ve0");
	play_expect(&p, "joined fwbr100i0 to vmbr0 by fwln100i0");
	play_expect(&p, "added 10 tap100i0: on 2 by 3, rest 3, guest, forwarding, 8100 pvid 10 "
			"vlans 10 20, ways 10>0- on 2 20>20 on 4");
	play_expect_silence(&p);
	cr_assert_eq(ports_interface_segments(p.ports, FWBR, at), 1);
	cr_assert(at[0].ifindex == VMBR0 && at[0].vlan == 0);
}
