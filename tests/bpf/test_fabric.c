// SPDX-License-Identifier: GPL-2.0-or-later
/* garpd_speak for what EVPN has learned: announced as from the tunnel, where nothing is against it.
 */
#include <criterion/criterion.h>
#include <string.h>

#include "says.h"

#define ADDRESS "192.0.2.7"

static const __u8 third[MAC_LEN] = {0x00, 0x15, 0x5d, 0, 0, 9};

static struct settings settings;
static struct claim_key key;

static void setup(void)
{
	rig_setup_short(&settings);
	key = rig_key(ADDRESS, 0, 0);
}

TestSuite(bpf_fabric, .init = setup, .timeout = 60);

static __u16 moved_to_uplink(const __u8 *mac)
{
	return rig_speak_fabric(&key, rig.ifindex[PORT_UPLINK], mac).result;
}

static void expect_announced(const __u8 *mac, enum rig_port here)
{
	static const __u8 padding[18];

	says_expect(mac, here, &untagged, padding, sizeof(padding));
}

static void guest_owns(void)
{
	says_probes(&untagged);
	says_has(PORT_A, guest, ARP_REQUEST, ones);
	cr_assert_eq(rig_state(ADDRESS), CLAIM_OWNED);
	rig_counted();
}

Test(bpf_fabric, is_announced_where_there_is_no_claim)
{
	struct claim claim;

	rig_counted();
	cr_assert_eq(moved_to_uplink(other), COUNTER_fabric_announced);
	rig_counted_only(COUNTER_fabric_announced);
	expect_announced(other, PORT_UPLINK);
	cr_assert_neq(rig_claim(&key, &claim), 0, "it made a claim");
}

/* A frame of the guest that comes back from there would not. */
Test(bpf_fabric, the_guest_itself_may_have_moved_a_moment_ago)
{
	guest_owns();
	cr_assert_eq(moved_to_uplink(guest), COUNTER_fabric_announced);
	cr_assert_eq(rig_claim_now(&key).port, rig.ifindex[PORT_UPLINK]);
}

/* The claim follows; nothing is sent. */
Test(bpf_fabric, is_not_announced_where_garpd_observes)
{
	int at;

	guest_owns();
	rig_observe(PORT_UPLINK, ROLE_UPLINK, &settings);
	cr_assert_eq(moved_to_uplink(other), COUNTER_observed);
	for (at = 0; at < PORT_MAX; at++)
		rig_expect_silence(at);
	cr_assert_arr_eq(rig_claim_now(&key).owner, other, MAC_LEN);
}

Test(bpf_fabric, in_ipv6_too)
{
	struct claim_key key6 = rig_key("2001:db8::7", 0, 0);

	cr_assert_eq(rig_speak_fabric(&key6, rig.ifindex[PORT_UPLINK], other).result,
		     COUNTER_fabric_announced);
	rig_expect_silence(PORT_UPLINK);
}

Test(bpf_fabric, takes_the_address_from_its_owner_here)
{
	struct claim claim;

	guest_owns();
	cr_assert_eq(moved_to_uplink(other), COUNTER_fabric_announced);
	expect_announced(other, PORT_UPLINK);
	claim = rig_claim_now(&key);
	cr_assert_eq(claim.state, CLAIM_OWNED);
	cr_assert_arr_eq(claim.owner, other, MAC_LEN);
	cr_assert_eq(claim.port, rig.ifindex[PORT_UPLINK]);
	cr_assert_eq(claim.moves, 1);
}

/* Its first announcement is out and the second one is due, but it died, and the address moved on.
 */
Test(bpf_fabric, takes_the_address_from_a_guest_that_is_being_announced)
{
	says_probes(&untagged);
	rig_due(&key);
	expect_announced(guest, PORT_A);
	cr_assert_eq(rig_state(ADDRESS), CLAIM_ANNOUNCING);
	cr_assert_eq(moved_to_uplink(other), COUNTER_fabric_announced);
	cr_assert_eq(rig_state(ADDRESS), CLAIM_OWNED);
	cr_assert_arr_eq(rig_claim_now(&key).owner, other, MAC_LEN);
}

/* Told again, the claim has only seen its owner: that is counted too. */
Test(bpf_fabric, who_has_it_already_is_seen)
{
	guest_owns();
	cr_assert_eq(moved_to_uplink(other), COUNTER_fabric_announced);
	rig_counted();
	cr_assert_eq(moved_to_uplink(other), COUNTER_fabric_announced);
	cr_assert_eq(rig_counted().seen, 1);
}

Test(bpf_fabric, who_is_back_is_announced_from_its_own_port)
{
	guest_owns();
	cr_assert_eq(moved_to_uplink(other), COUNTER_fabric_announced);
	expect_announced(other, PORT_UPLINK);
	cr_assert_eq(rig_speak_fabric(&key, rig.ifindex[PORT_A], guest).result,
		     COUNTER_fabric_announced);
	expect_announced(guest, PORT_A);
	cr_assert_eq(rig_claim_now(&key).port, rig.ifindex[PORT_A]);
}

/* ---- silence ---- */

/* Both would have it, and neigh_suppress keeps them from hearing of each other: EVPN tells. */
Test(bpf_fabric, contradicts_a_guest_that_is_taking_it)
{
	says_probes(&untagged);
	cr_assert_eq(moved_to_uplink(other), COUNTER_fabric_contradicted);
	cr_assert_eq(rig_state(ADDRESS), CLAIM_CONFLICT);
	rig_expect_silence(PORT_B);
}

Test(bpf_fabric, frozen_stays_silent)
{
	settings.max_moves = 1;
	rig_settings(&settings);
	guest_owns();
	cr_assert_eq(moved_to_uplink(other), COUNTER_fabric_announced);
	expect_announced(other, PORT_UPLINK);
	cr_assert_eq(moved_to_uplink(third), COUNTER_fabric_contradicted);
	cr_assert_eq(rig_state(ADDRESS), CLAIM_FROZEN);
	cr_assert_eq(moved_to_uplink(other), COUNTER_fabric_contradicted);
	rig_expect_silence(PORT_A);
	rig_expect_silence(PORT_B);
}

Test(bpf_fabric, never_for_an_address_of_the_host)
{
	rig_host(ADDRESS, HOST_OWN);
	rig_counted();
	cr_assert_eq(moved_to_uplink(other), COUNTER_denied_host);
	rig_counted_only(COUNTER_denied_host);
	rig_expect_silence(PORT_B);
}

Test(bpf_fabric, never_for_a_mac_that_is_not_on_the_list)
{
	const __u8 *const owners[] = {guest};

	rig_declare(ADDRESS, ANNOUNCE_AFTER_PROBE, owners, 1);
	cr_assert_eq(moved_to_uplink(other), COUNTER_denied_owner);
	rig_expect_silence(PORT_B);
}

Test(bpf_fabric, no_link_local_address_unless_it_is_wanted)
{
	key = rig_key("169.254.0.7", 0, 0);
	cr_assert_eq(moved_to_uplink(other), COUNTER_fabric_link_local);
	rig_expect_silence(PORT_B);
	settings.link_local = 1;
	rig_settings(&settings);
	cr_assert_eq(moved_to_uplink(other), COUNTER_fabric_announced);
}

Test(bpf_fabric, only_from_a_port_that_takes_frames)
{
	const struct port blocked = {.segment = key.segment, .role = ROLE_UPLINK};
	const struct port elsewhere = {
		.segment = key.segment + 1, .role = ROLE_UPLINK, .forwarding = 1};

	rig_port(PORT_UPLINK, &blocked);
	cr_assert_eq(moved_to_uplink(other), COUNTER_fabric_no_port);
	rig_port(PORT_UPLINK, &elsewhere);
	cr_assert_eq(moved_to_uplink(other), COUNTER_fabric_no_port);
	cr_assert_eq(rig_speak_fabric(&key, 999999, other).result, COUNTER_fabric_no_port);
	rig_expect_silence(PORT_A);
	rig_expect_silence(PORT_B);
}
