// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A port whose frames are in no VLAN that is known: what it says concerns the claims for the
 * address in every VLAN of its segments, and it owns nothing.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <bpf/bpf.h>

#include "says.h"

#define ADDRESS "192.0.2.7"
#define ELSE	7777 /* any ifindex but the rig's */

static const struct tags in_10 = {.proto = ETH_P_8021Q, .tci = 10};

static struct settings settings;

/* In any VLAN of these segments; its own one, if the first is not that. */
static void tunnel(__u32 own, __u32 first, __u32 second)
{
	rig_port(PORT_UPLINK, &(struct port){.segment = own,
					     .role = ROLE_UPLINK,
					     .forwarding = 1,
					     .any = {first, second}});
}

static void setup(void)
{
	rig_setup_short(&settings);
	settings.window_ns = 2 * NSEC_PER_SEC; /* stays open */
	rig_settings(&settings);
	rig_segment(&(struct segment){.since_ns = 1, .ports = 4, .uplinks = 1, .any = 1});
	tunnel(rig.bridge, rig.bridge, 0);
}

TestSuite(bpf_claimed, .init = setup, .timeout = 60);

static void expect_state(__u16 vlan, enum claim_state state)
{
	struct claim_key key = rig_key(ADDRESS, vlan, 0);

	cr_assert_eq(rig_claim_now(&key).state, state, "VLAN %u: state %u", vlan,
		     rig_claim_now(&key).state);
}

static void object(void)
{
	says_has(PORT_UPLINK, other, ARP_REQUEST, ones);
}

static void probe_by(enum rig_port at, const __u8 *mac)
{
	struct bytes frame = says_from(ones, mac, &untagged);

	put_arp(&frame, ARP_REQUEST, mac, NOBODY, zeroes, SERVICE);
	rig_hear(at, &frame);
}

Test(bpf_claimed, an_objection_counts_in_every_vlan)
{
	struct claim_key key = rig_key(ADDRESS, 10, 0);
	struct counters gained;

	says_probe_for(7, &untagged);
	says_probe_for(7, &in_10);
	rig_counted();
	object();
	gained = rig_counted();
	cr_assert_eq(gained.conflict_objected, 2);
	expect_state(0, CLAIM_CONFLICT);
	expect_state(10, CLAIM_CONFLICT);
	cr_assert_arr_eq(rig_claim_now(&key).rival, other, MAC_LEN);
	cr_assert_eq(rig_claim_now(&key).rival_port, rig.ifindex[PORT_UPLINK]);
	rig_events();
	cr_assert_eq(rig.events, 4, "two windows, two conflicts");
}

Test(bpf_claimed, so_does_a_probe_which_makes_no_claim)
{
	probe_by(PORT_UPLINK, other);
	cr_assert_eq(rig_state(ADDRESS), -ENOENT);
	says_probe_for(7, &in_10);
	probe_by(PORT_UPLINK, other);
	expect_state(10, CLAIM_CONFLICT);
	cr_assert_eq(rig_state(ADDRESS), -ENOENT);
}

static void ask(void)
{
	settings.ask = 1;
	rig_settings(&settings);
}

static void expect_doubt(__u16 vlan)
{
	struct claim_key key = rig_key(ADDRESS, vlan, 0);

	expect_state(vlan, CLAIM_PROBING);
	cr_assert(rig_claim_now(&key).flags & CLAIM_F_DOUBTED);
}

/* In another network on the bridge another host may have it: the guest does not hear that one. */
Test(bpf_claimed, what_is_said_to_all_is_only_doubt_where_the_guest_is_asked)
{
	ask();
	says_probe_for(7, &in_10);
	rig_counted();
	object();
	rig_counted_only(COUNTER_other_doubted);
	expect_doubt(10);
}

Test(bpf_claimed, so_is_a_probe)
{
	ask();
	says_probe_for(7, &in_10);
	rig_counted();
	probe_by(PORT_UPLINK, other);
	cr_assert_eq(rig_counted().other_doubted, 1);
	expect_doubt(10);
}

Test(bpf_claimed, what_is_said_to_the_guest_itself_is_a_conflict)
{
	ask();
	says_probe_for(7, &in_10);
	says_has(PORT_UPLINK, other, ARP_REPLY, guest);
	expect_state(10, CLAIM_CONFLICT);
}

Test(bpf_claimed, who_only_observes_cannot_ask)
{
	settings.observe = 1;
	ask();
	says_probe_for(7, &in_10);
	object();
	expect_state(10, CLAIM_CONFLICT);
}

Test(bpf_claimed, what_the_guest_itself_said_comes_back)
{
	struct bytes frame = says_announcement(guest, ARP_REQUEST, &in_10);

	says_probe_for(7, &in_10);
	probe_by(PORT_UPLINK, guest);
	expect_state(10, CLAIM_PROBING);
	rig_hear(PORT_A, &frame);
	frame = says_announcement(guest, ARP_REQUEST, &untagged);
	rig_counted();
	rig_hear(PORT_UPLINK, &frame);
	rig_counted_only(COUNTER_came_back);
	expect_state(10, CLAIM_OWNED);
}

/* Another host may have the address in another VLAN. */
Test(bpf_claimed, an_announcement_takes_nothing_over)
{
	struct claim_key key = rig_key(ADDRESS, 10, 0);
	struct bytes frame = says_announcement(guest, ARP_REQUEST, &in_10);

	says_probe_for(7, &in_10);
	rig_hear(PORT_A, &frame);
	expect_state(10, CLAIM_OWNED);
	object();
	expect_state(10, CLAIM_OWNED);
	cr_assert_arr_eq(rig_claim_now(&key).mac, guest, MAC_LEN);
	cr_assert(rig_claim_now(&key).flags & CLAIM_F_DOUBTED);
}

Test(bpf_claimed, other_addresses_and_segments_are_left_alone)
{
	tunnel(ELSE, ELSE, 0);
	says_probe_for(7, &in_10);
	says_probe_for(8, &in_10);
	object();
	expect_state(10, CLAIM_PROBING);
	tunnel(ELSE, ELSE, rig.bridge);
	object();
	expect_state(10, CLAIM_CONFLICT);
	cr_assert_eq(rig_counted().conflict_objected, 1);
}

/* It is in the VLAN of its tag in its own segment, and in any of the other one. */
Test(bpf_claimed, a_vlan_that_is_known_is_heard_as_ever)
{
	tunnel(rig.bridge, ELSE, 0);
	says_probe_for(7, &in_10);
	says_probe_for(7, &untagged);
	object();
	expect_state(10, CLAIM_PROBING);
	expect_state(0, CLAIM_CONFLICT);
	cr_assert_eq(rig_counted().conflict_asserted, 1);
}

Test(bpf_claimed, the_rule_of_the_port_holds)
{
	struct port port = {.segment = rig.bridge,
			    .role = ROLE_UPLINK,
			    .forwarding = 1,
			    .guards = GUARD_ADDRESSES,
			    .rule = 1,
			    .any = {rig.bridge}};

	rig_port(PORT_UPLINK, &port);
	says_probe_for(7, &in_10);
	object();
	expect_state(10, CLAIM_PROBING);
	cr_assert_eq(rig_counted().other_ruled_out, 1);
}

/* A guest behind flows silences no guest by probes for what its port's rule forbids it. */
Test(bpf_claimed, so_it_does_for_a_probe)
{
	struct port port = {.segment = ELSE,
			    .role = ROLE_GUEST,
			    .forwarding = 1,
			    .guards = GUARD_ADDRESSES,
			    .rule = 1,
			    .any = {rig.bridge}};

	rig_port(PORT_UPLINK, &port);
	says_probe_for(7, &in_10);
	rig_counted();
	probe_by(PORT_UPLINK, other);
	expect_state(10, CLAIM_PROBING);
	cr_assert_eq(rig_counted().other_ruled_out, 1);
}

Test(bpf_claimed, in_xdp_too)
{
	struct bytes frame = says_announcement(other, ARP_REQUEST, &untagged);

	says_probe_for(7, &in_10);
	rig_hear_xdp(PORT_UPLINK, &frame);
	expect_state(10, CLAIM_CONFLICT);
}

/* An interface of the host on a bridge that is connected by flows. */
Test(bpf_claimed, what_leaves_the_host_too)
{
	struct bytes frame = says_announcement(other, ARP_REQUEST, &untagged);
	struct port port = {.role = ROLE_HOST, .forwarding = 1, .any = {rig.bridge}};

	port.segment = ELSE;
	cr_assert_eq(bpf_map_update_elem(rig.ports, &rig.bridge, &port, BPF_ANY), 0);
	says_probe_for(7, &in_10);
	rig_host_out(&frame, 0);
	expect_state(10, CLAIM_CONFLICT);
}

static void probe_in(__u16 vlan)
{
	says_probe_for(7, &(struct tags){.proto = ETH_P_8021Q, .tci = vlan});
}

Test(bpf_claimed, more_vlans_than_can_be_told_get_no_claim)
{
	struct claim_key key = rig_key(ADDRESS, 3, 0), more = rig_key(ADDRESS, 30, 0);
	struct claim claim;

	for (__u16 vlan = 1; vlan <= CLAIMED_VLANS; vlan++)
		probe_in(vlan);
	rig_counted();
	probe_in(30);
	rig_counted_only(COUNTER_probe_many_vlans);
	cr_assert_eq(rig_claim(&more, &claim), -ENOENT);
	probe_in(8);
	cr_assert_eq(rig_counted().probe_many_vlans, 0, "it has its place");
	cr_assert_eq(bpf_map_delete_elem(rig.claims, &key), 0);
	probe_in(30);
	cr_assert_eq(rig_claim(&more, &claim), 0, "in the place of one that is gone");
	object();
	expect_state(30, CLAIM_CONFLICT);
	expect_state(8, CLAIM_CONFLICT);
}

/* A guest that is asked has heard the objection itself, so a full list does not silence it. */
Test(bpf_claimed, one_that_is_asked_is_claimed_in_more)
{
	struct port port;

	cr_assert_eq(bpf_map_lookup_elem(rig.ports, &rig.ifindex[PORT_A], &port), 0);
	ask();
	for (__u16 vlan = 1; vlan <= CLAIMED_VLANS; vlan++)
		probe_in(vlan);
	rig_counted();
	probe_in(30);
	cr_assert_eq(rig_counted().probe_many_vlans, 1);
	expect_state(30, CLAIM_PROBING);
	port.guards = GUARD_DEAF;
	rig_port(PORT_A, &port);
	probe_in(31);
	rig_counted_only(COUNTER_probe_many_vlans);
}

Test(bpf_claimed, without_such_a_port_there_may_be_any_number)
{
	rig_segment(&(struct segment){.since_ns = 1, .ports = 4, .uplinks = 1});
	for (__u16 vlan = 1; vlan <= CLAIMED_VLANS + 1; vlan++)
		probe_in(vlan);
	cr_assert_eq(rig_counted().window_opened, CLAIMED_VLANS + 1);
}
