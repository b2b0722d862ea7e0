// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Ports of inner bridges, which a veth pair joins to the outer one: what they say is in the outer
 * bridge's segment, but for VLANs that the pair does not carry.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <bpf/bpf.h>

#include "says.h"
#include "bpf/claim/state.h"

#define ADDRESS "192.0.2.7"
#define INNER	7777 /* any ifindex but the rig's */

static const struct tags in_30 = {.proto = ETH_P_8021Q, .tci = 30};

static struct settings settings;

static void setup(void)
{
	const struct limit none = {};

	rig_setup_short(&settings);
	cr_assert_eq(bpf_map_update_elem(rig.port_limits, &rig.ifindex[PORT_A], &none, BPF_ANY), 0);
}

TestSuite(bpf_segment, .init = setup, .timeout = 60);

/* Port A is on an inner bridge; its joint carries untagged frames into `pvid`, and VLAN 20. */
static struct port joined(__u16 pvid)
{
	struct port port = {
		.segment = rig.bridge,
		.role = ROLE_GUEST,
		.forwarding = 1,
		.vlan_proto = ETH_P_8021Q,
		.pvid = pvid,
		.inner = INNER,
		.rest = INNER,
	};
	struct port_vlans vlans = {.member[0] = (pvid ? 1ull << pvid : 0) | 1ull << 20};

	cr_assert_eq(bpf_map_update_elem(rig.port_vlans, &rig.ifindex[PORT_A], &vlans, BPF_ANY), 0);
	rig_port(PORT_A, &port);
	return port;
}

static struct claim_key inner_key(__u16 vlan)
{
	struct claim_key key = rig_key(ADDRESS, vlan, 0);

	key.segment = INNER;
	return key;
}

Test(bpf_segment, what_the_joint_carries_is_in_the_outer_bridge)
{
	const struct tags in_20 = {.proto = ETH_P_8021Q, .tci = 20};
	struct claim_key untagged_key = rig_key(ADDRESS, 10, 0), key = rig_key(ADDRESS, 20, 0);
	struct claim claim;

	joined(10);
	says_probe_for(7, &untagged);
	cr_assert_eq(rig_claim(&untagged_key, &claim), 0);
	says_probe_for(7, &in_20);
	cr_assert_eq(rig_claim(&key, &claim), 0);
}

/* It is a segment of the inner bridge, where the guest is announced at its port as well. */
Test(bpf_segment, what_it_does_not_carry_is_in_the_inner_one)
{
	struct claim_key key = inner_key(30);

	joined(10);
	says_probes(&in_30);
	cr_assert_eq(rig_due(&key).result, COUNTER_window_ended);
	cr_assert_eq(rig_claim_now(&key).announcements, 1);
}

Test(bpf_segment, untagged_frames_that_it_does_not_carry_are_in_the_inner_one)
{
	struct claim_key key = inner_key(0);
	struct claim claim;

	joined(0);
	says_probe_for(7, &untagged);
	cr_assert_eq(rig_claim(&key, &claim), 0);
}

/* Of the outer bridge itself a frame of another VLAN is dropped. */
Test(bpf_segment, without_a_rest_the_bridge_drops_it)
{
	struct port port = joined(10);

	port.inner = port.rest = 0;
	rig_port(PORT_A, &port);
	rig_counted();
	says_probe_for(7, &in_30);
	rig_counted_only(COUNTER_vlan_not_member);
}

/* The guest's frame has passed the filters of its own bridge alone. */
Test(bpf_segment, nothing_comes_through_at_an_inner_bridge)
{
	struct port port = {.role = ROLE_HOST, .forwarding = 1};
	struct bytes frame = says_announcement(guest, ARP_REQUEST, &untagged);
	struct claim_key key = rig_key(ADDRESS, 0, 0);

	says_probes(&untagged);
	port.inner = INNER;
	rig_host_port(&port);
	rig_host_in(&frame, 0);
	cr_assert_eq(rig_claim_now(&key).came_through_ns, 0);
	port.inner = 0;
	rig_host_port(&port);
	rig_host_in(&frame, 0);
	cr_assert_neq(rig_claim_now(&key).came_through_ns, 0);
}

/* ---- a claim is taken along when its bridge is joined to another ---- */

/* Port A is on its own bridge, as it was before; its claim is there. */
static void alone(void)
{
	rig_port(PORT_A, &(struct port){.segment = INNER, .role = ROLE_GUEST, .forwarding = 1});
}

/* Not VLAN-aware outside: everything is carried. */
static void joined_plainly(void)
{
	rig_port(PORT_A, &(struct port){.segment = rig.bridge,
					.role = ROLE_GUEST,
					.forwarding = 1,
					.inner = INNER});
}

static __u32 claims_of_port(void)
{
	struct limit limit;

	cr_assert_eq(bpf_map_lookup_elem_flags(rig.port_limits, &rig.ifindex[PORT_A], &limit,
					       BPF_F_LOCK),
		     0);
	return limit.claims;
}

static void is_gone(const struct claim_key *key)
{
	struct claim claim;

	cr_assert_neq(rig_claim(key, &claim), 0);
}

/* What stays the same in another segment. */
static void is_same(struct claim before, const struct claim_key *key)
{
	struct claim after = rig_claim_now(key);

	before.key = *key;
	before.lock = after.lock;
	cr_assert_arr_eq(&after, &before, sizeof(after));
}

Test(bpf_segment, claim_is_taken_along_with_all_that_it_knows)
{
	struct claim_key from = inner_key(0), to = rig_key(ADDRESS, 0, 0);
	struct speak_call call;
	struct claim before;

	alone();
	says_probes(&untagged);
	before = rig_claim_now(&from);
	cr_assert_eq(claims_of_port(), 1);
	joined_plainly();
	rig_events();
	rig.events = 0;
	rig_counted();
	call = rig_speak_key(SPEAK_MOVE_SEGMENT, &from);
	rig_counted_only(COUNTER_segment_moved);
	cr_assert_eq(call.result, COUNTER_segment_moved);
	cr_assert_arr_eq(&call.key, &to, sizeof(to));
	cr_assert_eq(call.deadline_ns, before.deadline_ns);
	cr_assert_eq(call.port, rig.ifindex[PORT_A]);
	is_gone(&from);
	is_same(before, &to);
	cr_assert_eq(claims_of_port(), 1);
	rig_events();
	cr_assert_eq(rig.events, 0);
	/* What is due is done there. */
	cr_assert_eq(rig_due(&to).result, COUNTER_window_ended);
	cr_assert_eq(rig_claim_now(&to).announcements, 1);
	/* And back, when they part. */
	alone();
	cr_assert_eq(rig_speak_key(SPEAK_MOVE_SEGMENT, &to).result, COUNTER_segment_moved);
	is_gone(&to);
	cr_assert_eq(rig_claim_now(&from).announcements, 1);
}

Test(bpf_segment, claim_is_taken_into_the_vlan_of_its_frames)
{
	struct claim_key from = inner_key(0), to = rig_key(ADDRESS, 10, 0);

	alone();
	says_probes(&untagged);
	joined(10);
	cr_assert_eq(rig_speak_key(SPEAK_MOVE_SEGMENT, &from).result, COUNTER_segment_moved);
	is_gone(&from);
	cr_assert_eq(rig_claim_now(&to).probes, 3);
}

Test(bpf_segment, claim_that_the_joint_does_not_carry_stays)
{
	struct claim_key from = inner_key(30);
	struct claim before;

	alone();
	says_probes(&in_30);
	before = rig_claim_now(&from);
	joined(10);
	cr_assert_eq(rig_speak_key(SPEAK_MOVE_SEGMENT, &from).result, COUNTER_not_due);
	is_same(before, &from);
}

/* It is swept away later: the guest's frames are dropped now. */
Test(bpf_segment, claim_of_a_vlan_that_the_bridge_drops_stays)
{
	struct claim_key from = inner_key(0);

	alone();
	says_probes(&untagged);
	rig_port(PORT_A, &(struct port){.segment = rig.bridge,
					.role = ROLE_GUEST,
					.forwarding = 1,
					.vlan_proto = ETH_P_8021Q});
	cr_assert_eq(rig_speak_key(SPEAK_MOVE_SEGMENT, &from).result, COUNTER_not_due);
	cr_assert_eq(rig_claim_now(&from).probes, 3);
}

Test(bpf_segment, claim_of_a_port_that_is_gone_stays)
{
	struct claim_key from = inner_key(0);

	alone();
	says_probes(&untagged);
	cr_assert_eq(bpf_map_delete_elem(rig.ports, &rig.ifindex[PORT_A]), 0);
	cr_assert_eq(rig_speak_key(SPEAK_MOVE_SEGMENT, &from).result, COUNTER_not_due);
	cr_assert_eq(rig_claim_now(&from).probes, 3);
}

/* The address has a claim on the other side, too: the guest that probed last is the one. */
Test(bpf_segment, of_two_claims_the_later_probe_stays)
{
	struct claim_key from = inner_key(0), to = rig_key(ADDRESS, 0, 0);
	struct bytes frame = says_from(ones, other, &untagged);

	put_arp(&frame, ARP_REQUEST, other, NOBODY, zeroes, SERVICE);
	rig_hear(PORT_B, &frame);
	cr_assert_arr_eq(rig_claim_now(&to).mac, other, MAC_LEN);
	alone();
	says_probes(&untagged);
	joined_plainly();
	rig_counted();
	cr_assert_eq(rig_speak_key(SPEAK_MOVE_SEGMENT, &from).result, COUNTER_segment_merged);
	rig_counted_only(COUNTER_segment_merged);
	is_gone(&from);
	cr_assert_arr_eq(rig_claim_now(&to).mac, guest, MAC_LEN);
	cr_assert_eq(claims_of_port(), 1);

	alone();
	says_probes(&untagged);
	cr_assert_eq(claims_of_port(), 2);
	joined_plainly();
	rig_hear(PORT_B, &frame);
	cr_assert_eq(rig_speak_key(SPEAK_MOVE_SEGMENT, &from).result, COUNTER_segment_merged);
	is_gone(&from);
	cr_assert_arr_eq(rig_claim_now(&to).mac, other, MAC_LEN);
	cr_assert_eq(claims_of_port(), 1);
}

/* Who has the address in its cache is known in the other segment, too. */
Test(bpf_segment, listeners_are_taken_along)
{
	struct listener_key from = {.claim = inner_key(0)}, to = {.claim = rig_key(ADDRESS, 0, 0)};
	struct bytes frame = says_from(ones, other, &untagged);
	struct listener before, after;

	alone();
	says_probes(&untagged);
	put_arp(&frame, ARP_REQUEST, other, CLIENT, zeroes, SERVICE);
	rig_hear(PORT_A, &frame);
	cr_assert_eq(bpf_map_lookup_elem(rig.listeners, &from, &before), 0);
	joined_plainly();
	rig_speak_key(SPEAK_MOVE_SEGMENT, &from.claim);
	cr_assert_neq(bpf_map_lookup_elem(rig.listeners, &from, &after), 0);
	cr_assert_eq(bpf_map_lookup_elem(rig.listeners, &to, &after), 0);
	cr_assert_arr_eq(&after, &before, sizeof(after));
}

/* A guest that has not answered is asked at once when it is heard in the other segment. */
Test(bpf_segment, guest_that_is_asked_is_found_there)
{
	struct claim_key from = rig_key(ADDRESS, 0, 0), to = inner_key(0);
	struct bytes frame = says_from(ones, guest, &untagged);

	settings.ask = 1;
	rig_settings(&settings);
	rig_asker("192.0.2.1", 0, ASKER_HOST);
	says_probes(&untagged);
	for (int n = 0; n < 16 && rig_claim_now(&from).state != CLAIM_UNANSWERED; n++)
		rig_due(&from);
	alone();
	rig_speak_key(SPEAK_MOVE_SEGMENT, &from);
	cr_assert_eq(rig_claim_now(&to).state, CLAIM_UNANSWERED);
	rig_wait_until(rig_claim_now(&to).asked_ns + NSEC_PER_SEC);
	put_arp(&frame, ARP_REQUEST, guest, "\xc0\x00\x02\x63", zeroes, CLIENT);
	rig_counted();
	rig_hear(PORT_A, &frame);
	cr_assert_eq(rig_counted().ask_heard, 1);
}

/* In the eyes of the first CPU the claim there gives way; the second one has buried it, and deletes
 * it next. */
Test(bpf_segment, claim_survives_one_that_is_being_deleted)
{
	struct claim_key from = inner_key(30), to = rig_key(ADDRESS, 30, 0);
	struct claim there = {.key = to}, claim;
	struct port_vlans vlans = {.member[0] = 1ull << 10 | 1ull << 20 | 1ull << 30};

	joined(10);
	says_probes(&in_30);
	claim_bury(&there);
	cr_assert_eq(bpf_map_update_elem(rig.claims, &to, &there, BPF_ANY), 0);
	cr_assert_eq(bpf_map_update_elem(rig.port_vlans, &rig.ifindex[PORT_A], &vlans, BPF_ANY), 0);
	cr_assert_eq(rig_speak_key(SPEAK_MOVE_SEGMENT, &from).result, COUNTER_probe_no_room);
	bpf_map_delete_elem(rig.claims, &to);
	cr_assert_eq(rig_claim(&from, &claim), 0);
	cr_assert_eq(rig_speak_key(SPEAK_MOVE_SEGMENT, &from).result, COUNTER_segment_moved);
	cr_assert_eq(rig_claim(&to, &claim), 0);
}

/* Of an address that eight VLANs there have: it is taken along where a probe would make a claim,
 * and else stays. */
static __u16 move_to_a_ninth_vlan(__u8 ask)
{
	struct claim_key from = inner_key(30);
	struct port_vlans vlans = {.member[0] = 1ull << 10 | 1ull << 20 | 1ull << 30};

	settings.ask = ask;
	settings.window_ns = 10 * NSEC_PER_SEC;
	rig_settings(&settings);
	rig_segment(&(struct segment){.since_ns = 1, .ports = 4, .uplinks = 1, .any = 1});
	for (__u16 vid = 41; vid < 41 + CLAIMED_VLANS; vid++) {
		struct tags tags = {.proto = ETH_P_8021Q, .tci = vid};
		struct bytes probe = says_from(ones, other, &tags);

		put_arp(&probe, ARP_REQUEST, other, NOBODY, zeroes, SERVICE);
		rig_hear(PORT_B, &probe);
	}
	joined(10);
	says_probes(&in_30);
	cr_assert_eq(bpf_map_update_elem(rig.port_vlans, &rig.ifindex[PORT_A], &vlans, BPF_ANY), 0);
	return rig_speak_key(SPEAK_MOVE_SEGMENT, &from).result;
}

Test(bpf_segment, ninth_vlan_is_taken_along_where_the_guest_is_asked)
{
	struct claim_key to = rig_key(ADDRESS, 30, 0);
	struct claim claim;

	cr_assert_eq(move_to_a_ninth_vlan(1), COUNTER_segment_moved);
	cr_assert_eq(rig_claim(&to, &claim), 0);
}

Test(bpf_segment, ninth_vlan_stays_where_it_is_not_asked)
{
	struct claim_key from = inner_key(30);
	struct claim claim;

	cr_assert_eq(move_to_a_ninth_vlan(0), COUNTER_probe_no_room);
	cr_assert_eq(rig_claim(&from, &claim), 0);
}
