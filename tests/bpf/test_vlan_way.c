// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Ports of inner bridges that are VLAN-aware: what they say is in the VLAN in which their frames
 * end (map vlan_ways).
 */
#include <criterion/criterion.h>
#include <linux/if_ether.h>
#include <bpf/bpf.h>

#include "says.h"

#define ADDRESS "192.0.2.7"
#define INNER	7777 /* any ifindex but the rig's */
#define FURTHER 7778 /* another inner bridge, between that and the outer one */

static struct settings settings;

static void setup(void)
{
	const struct limit none = {};

	rig_setup_short(&settings);
	cr_assert_eq(bpf_map_update_elem(rig.port_limits, &rig.ifindex[PORT_A], &none, BPF_ANY), 0);
}

TestSuite(bpf_vlan_way, .init = setup, .timeout = 60);

static struct claim_key key_in(__u32 segment, __u16 vlan)
{
	struct claim_key key = rig_key(ADDRESS, vlan, 0);

	key.segment = segment;
	return key;
}

/*
 * Port A is on a VLAN-aware inner bridge, an access port of VLAN 10, and a trunk: 10 is VLAN 110
 * outside, 11 untagged there, 12 the same, 13 goes no further, and 14 only to the next bridge.
 */
static void mapped(void)
{
	struct vlan_way way = {.to = {
				       [10] = VLAN_WAY_OUT << VLAN_WAY_AT | VLAN_WAY_UNTAGGED | 110,
				       [11] = VLAN_WAY_OUT << VLAN_WAY_AT | VLAN_WAY_UNTAGGED,
				       [12] = VLAN_WAY_OUT << VLAN_WAY_AT | 12,
				       [13] = VLAN_WAY_STAYS << VLAN_WAY_AT | 13,
				       [14] = (VLAN_WAY_STAYS + 1) << VLAN_WAY_AT | 40,
			       }};
	struct port_vlans vlans = {.member[0] = 0xfc00}; /* 10 to 15 */
	struct port port = {
		.segment = rig.bridge,
		.role = ROLE_GUEST,
		.forwarding = 1,
		.vlan_proto = ETH_P_8021Q,
		.pvid = 10,
		.inner = INNER,
		.stays = {INNER, FURTHER},
	};

	cr_assert_eq(bpf_map_update_elem(rig.port_vlans, &rig.ifindex[PORT_A], &vlans, BPF_ANY), 0);
	cr_assert_eq(bpf_map_update_elem(rig.vlan_ways, &rig.ifindex[PORT_A], &way, BPF_ANY), 0);
	rig_port(PORT_A, &port);
}

static struct tags tagged_in(__u16 vid)
{
	return (struct tags){.proto = ETH_P_8021Q, .tci = vid};
}

Test(bpf_vlan_way, vlan_is_the_one_at_the_end_of_the_way)
{
	const struct {
		__u16 vid, vlan;
		__u32 segment;
	} frames[] = {{0, 110, rig.bridge}, {10, 110, rig.bridge}, {11, 0, rig.bridge},
		      {12, 12, rig.bridge}, {13, 13, INNER},	   {14, 40, FURTHER}};

	mapped();
	for (size_t i = 0; i < sizeof(frames) / sizeof(frames[0]); i++) {
		struct claim_key key = key_in(frames[i].segment, frames[i].vlan);
		struct tags tags = tagged_in(frames[i].vid);
		struct claim claim;

		bpf_map_delete_elem(rig.claims, &key);
		says_probe_for(7, frames[i].vid ? &tags : &untagged);
		cr_assert_eq(rig_claim(&key, &claim), 0, "VLAN %u", frames[i].vid);
	}
}

/* The guest is announced with the tag that its own frames have. */
Test(bpf_vlan_way, guest_of_a_vlan_that_ends_is_announced)
{
	const struct tags in_13 = tagged_in(13), in_14 = tagged_in(14);
	struct claim_key key = key_in(INNER, 13);

	mapped();
	says_probes(&in_13);
	cr_assert_eq(rig_due(&key).result, COUNTER_window_ended);
	cr_assert_eq(rig_claim_now(&key).announcements, 1);
	says_probes(&in_14);
	key = key_in(FURTHER, 40);
	cr_assert_eq(rig_due(&key).result, COUNTER_window_ended);
	cr_assert_eq(rig_claim_now(&key).announcements, 1);
}

Test(bpf_vlan_way, vlan_that_leads_nowhere_is_heard_nowhere)
{
	const struct tags in_15 = tagged_in(15), in_16 = tagged_in(16);

	mapped();
	rig_counted();
	says_probe_for(7, &in_15);
	rig_counted_only(COUNTER_vlan_not_member);
	says_probe_for(7, &in_16);
	rig_counted_only(COUNTER_vlan_not_member);
}

/* Without the outer tag the second one would be the first: those frames are in another VLAN. */
Test(bpf_vlan_way, second_tag_below_one_that_is_taken_off_is_heard_nowhere)
{
	struct tags tags = tagged_in(10);
	struct claim_key key = rig_key(ADDRESS, 12, 99);
	struct claim claim;

	mapped();
	tags.inner_proto = ETH_P_8021Q;
	tags.inner_tci = 99;
	rig_counted();
	says_probe_for(7, &tags);
	rig_counted_only(COUNTER_vlan_not_member);
	tags.tci = 12;
	says_probe_for(7, &tags);
	cr_assert_eq(rig_claim(&key, &claim), 0);
}

/* A VLAN device of 802.1ad on a port takes frames with its tag, and none of 802.1Q. */
static void with_a_device_of_802_1ad(__u16 vid, __u16 aware_proto)
{
	static struct vlan_way way;
	struct port port = {
		.segment = rig.bridge,
		.role = ROLE_GUEST,
		.forwarding = 1,
		.vlan_proto = aware_proto,
		.pvid = aware_proto ? 10 : 0,
		.stays = {rig.bridge},
	};
	struct port_vlans vlans = {.member[0] = 0xfc00};

	memset(&way, 0, sizeof(way));
	for (__u16 to = 0; to < 4095; to++)
		way.to[to] = VLAN_WAY_OUT << VLAN_WAY_AT | to;
	way.other_ends[vid / 64] = 1ull << vid % 64;
	cr_assert_eq(bpf_map_update_elem(rig.port_vlans, &rig.ifindex[PORT_A], &vlans, BPF_ANY), 0);
	cr_assert_eq(bpf_map_update_elem(rig.vlan_ways, &rig.ifindex[PORT_A], &way, BPF_ANY), 0);
	rig_port(PORT_A, &port);
}

static void is_in(const struct tags *tags, __u16 vlan, __u16 inner_vlan)
{
	struct claim_key key = rig_key(ADDRESS, vlan, inner_vlan);
	struct claim claim;

	bpf_map_delete_elem(rig.claims, &key);
	says_probe_for(7, tags);
	cr_assert_eq(rig_claim(&key, &claim), 0);
}

static void is_nowhere(const struct tags *tags)
{
	rig_counted();
	says_probe_for(7, tags);
	rig_counted_only(COUNTER_vlan_not_member);
}

Test(bpf_vlan_way, tag_that_a_vlan_device_of_802_1ad_takes_is_heard_nowhere)
{
	const struct tags ad_70 = {.proto = ETH_P_8021AD, .tci = 0x2000 | 70},
			  ad_71 = {.proto = ETH_P_8021AD, .tci = 71}, q_70 = tagged_in(70);

	with_a_device_of_802_1ad(70, 0);
	is_nowhere(&ad_70);
	is_in(&ad_71, 71 | VLAN_AD, 0);
	is_in(&q_70, 70, 0);
	is_in(&untagged, 0, 0);
}

Test(bpf_vlan_way, also_on_a_bridge_of_802_1q)
{
	const struct tags ad_12 = {.proto = ETH_P_8021AD, .tci = 12},
			  ad_13 = {.proto = ETH_P_8021AD, .tci = 13}, q_12 = tagged_in(12);

	with_a_device_of_802_1ad(12, ETH_P_8021Q);
	is_nowhere(&ad_12);
	is_in(&ad_13, 10, 13 | VLAN_AD);
	is_in(&q_12, 12, 0);
}

Test(bpf_vlan_way, port_without_its_way_is_heard_nowhere)
{
	mapped();
	bpf_map_delete_elem(rig.vlan_ways, &rig.ifindex[PORT_A]);
	rig_counted();
	says_probe_for(7, &untagged);
	rig_counted_only(COUNTER_vlan_not_member);
}

/* The daemon writes the way before the port: until then the second of `stays` is nowhere. */
Test(bpf_vlan_way, way_of_a_port_that_is_not_written_yet_is_heard_nowhere)
{
	const struct tags in_14 = tagged_in(14);
	struct port port;

	mapped();
	cr_assert_eq(bpf_map_lookup_elem(rig.ports, &rig.ifindex[PORT_A], &port), 0);
	port.stays[1] = 0;
	rig_port(PORT_A, &port);
	rig_counted();
	says_probe_for(7, &in_14);
	rig_counted_only(COUNTER_vlan_not_member);
}

Test(bpf_vlan_way, claim_is_taken_into_the_vlan_at_the_end)
{
	struct claim_key from = key_in(INNER, 0), to = rig_key(ADDRESS, 110, 0);
	struct claim claim;

	rig_port(PORT_A, &(struct port){.segment = INNER, .role = ROLE_GUEST, .forwarding = 1});
	says_probes(&untagged);
	mapped();
	cr_assert_eq(rig_speak_key(SPEAK_MOVE_SEGMENT, &from).result, COUNTER_segment_moved);
	cr_assert_neq(rig_claim(&from, &claim), 0);
	cr_assert_eq(rig_claim_now(&to).probes, 3);
}

/* What EVPN tells of the outer VLAN leaves the port with the tag that leads there, or not at all.
 */
Test(bpf_vlan_way, fabric_speaks_in_the_vlan_that_leads_there)
{
	const __u16 heard[] = {110, 12}, unheard[] = {11, 10, 13, 40};

	mapped();
	for (size_t i = 0; i < sizeof(heard) / sizeof(heard[0]); i++) {
		struct claim_key key = rig_key(ADDRESS, heard[i], 0);

		cr_assert_eq(rig_speak_fabric(&key, rig.ifindex[PORT_A], guest).result,
			     COUNTER_fabric_announced, "VLAN %u", heard[i]);
	}
	for (size_t i = 0; i < sizeof(unheard) / sizeof(unheard[0]); i++) {
		struct claim_key key = rig_key(ADDRESS, unheard[i], 0);

		cr_assert_eq(rig_speak_fabric(&key, rig.ifindex[PORT_A], guest).result,
			     COUNTER_fabric_no_port, "VLAN %u", unheard[i]);
	}
}
