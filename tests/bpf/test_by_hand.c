// SPDX-License-Identifier: GPL-2.0-or-later
/* SPEAK_CLAIM: the guest that an operator names is guarded as one that probes, and asked first. */
#include <criterion/criterion.h>
#include <errno.h>

#include "says.h"

#define ADDRESS "192.0.2.7"

static struct settings settings;
static struct claim_key key;

static void setup(void)
{
	rig_setup_short(&settings);
	settings.ask = 1;
	rig_settings(&settings);
	rig_asker("192.0.2.1", 0, ASKER_HOST);
	key = rig_key(ADDRESS, 0, 0);
}

TestSuite(bpf_by_hand, .init = setup, .timeout = 60);

/* As the tool calls it: it does not know the segment. */
static struct speak_call claimed(const char *address, enum rig_port at, __u16 vlan)
{
	struct claim_key wanted = rig_key(address, vlan, 0);

	wanted.segment = 0;
	return rig_speak_for(SPEAK_CLAIM, &wanted, rig.ifindex[at], guest);
}

static void expect_refused(const char *address, enum rig_port at, __u16 vlan, enum counter why)
{
	rig_counted();
	cr_assert_eq(claimed(address, at, vlan).result, why);
	rig_counted_only(why);
	cr_assert_eq(rig_state(address), -ENOENT, "it made a claim");
}

Test(bpf_by_hand, guest_is_asked_and_nothing_is_announced_before_its_answer)
{
	struct speak_call call = claimed(ADDRESS, PORT_A, 0);
	struct bytes question;

	cr_assert_eq(call.result, COUNTER_claim_by_hand);
	cr_assert_eq(memcmp(&call.key, &key, sizeof(key)), 0);
	cr_assert_eq(rig_state(ADDRESS), CLAIM_PROBING);
	cr_assert_eq(rig_claim_now(&key).probes, 0);
	cr_assert_eq(rig_speak_key(SPEAK_DUE, &key).result, COUNTER_asking);
	cr_assert_eq(rig_receive(PORT_A, &question, 500), 1);
	rig_expect_silence(PORT_B);
	rig_expect_silence(PORT_UPLINK);
	says_has(PORT_A, guest, ARP_REPLY, rig_asker_mac);
	cr_assert_eq(rig_claim_now(&key).announcements, 1);
	says_expect(guest, PORT_A, &untagged, "", 0);
}

Test(bpf_by_hand, declared_guest_is_asked_as_well)
{
	static const __u8 *const owners[] = {guest};

	rig_declare(ADDRESS, ANNOUNCE_IMMEDIATE, owners, 1);
	cr_assert_eq(claimed(ADDRESS, PORT_A, 0).result, COUNTER_claim_by_hand);
	rig_expect_silence(PORT_B);
	cr_assert_eq(rig_claim_now(&key).announcements, 0);
}

Test(bpf_by_hand, counts_against_the_quota_of_the_port)
{
	struct limit limit = {0};

	settings.claims_per_port = 1;
	rig_settings(&settings);
	cr_assert_eq(bpf_map_update_elem(rig.port_limits, &rig.ifindex[PORT_A], &limit, BPF_ANY),
		     0);
	cr_assert_eq(claimed(ADDRESS, PORT_A, 0).result, COUNTER_claim_by_hand);
	expect_refused("192.0.2.8", PORT_A, 0, COUNTER_probe_over_quota);
}

Test(bpf_by_hand, address_of_the_host_is_refused)
{
	rig_host(ADDRESS, HOST_OWN);
	expect_refused(ADDRESS, PORT_A, 0, COUNTER_denied_host);
}

Test(bpf_by_hand, next_hop_is_refused)
{
	rig_host(ADDRESS, HOST_NEXT_HOP);
	expect_refused(ADDRESS, PORT_A, 0, COUNTER_denied_next_hop);
}

Test(bpf_by_hand, address_of_other_owners_is_refused)
{
	static const __u8 *const owners[] = {other};

	rig_declare(ADDRESS, ANNOUNCE_AFTER_PROBE, owners, 1);
	expect_refused(ADDRESS, PORT_A, 0, COUNTER_denied_owner);
}

Test(bpf_by_hand, port_without_guests_is_refused)
{
	expect_refused(ADDRESS, PORT_UPLINK, 0, COUNTER_claim_no_port);
}

Test(bpf_by_hand, port_that_does_not_forward_is_refused)
{
	struct port port = {.segment = key.segment, .role = ROLE_GUEST};

	rig_port(PORT_A, &port);
	expect_refused(ADDRESS, PORT_A, 0, COUNTER_claim_no_port);
}

Test(bpf_by_hand, link_local_address_is_refused)
{
	expect_refused("169.254.7.7", PORT_A, 0, COUNTER_probe_link_local);
}

Test(bpf_by_hand, address_that_no_host_has_is_refused)
{
	expect_refused("224.0.0.1", PORT_A, 0, COUNTER_probe_target);
	expect_refused("ff02::1", PORT_A, 0, COUNTER_probe_target);
}

Test(bpf_by_hand, group_mac_is_refused)
{
	static const __u8 group[MAC_LEN] = {1, 0, 0x5e, 0, 0, 1};

	cr_assert_eq(rig_speak_for(SPEAK_CLAIM, &key, rig.ifindex[PORT_A], group).result,
		     COUNTER_probe_target);
}

Test(bpf_by_hand, open_window_is_left_alone)
{
	says_probe_for(7, &untagged);
	cr_assert_eq(claimed(ADDRESS, PORT_A, 0).result, COUNTER_claim_refused);
	cr_assert_eq(rig_claim_now(&key).window_probes, 1);
}

Test(bpf_by_hand, tagged_guest_is_claimed_in_its_vlan)
{
	struct claim_key tagged = rig_key(ADDRESS, 7, 0);
	struct claim claim;

	cr_assert_eq(claimed(ADDRESS, PORT_A, 7).result, COUNTER_claim_by_hand);
	claim = rig_claim_now(&tagged);
	cr_assert_eq(claim.tags.tci, 7);
	cr_assert_eq(claim.tags.proto, ETH_P_8021Q);
}

Test(bpf_by_hand, vlan_that_the_port_does_not_carry_is_refused)
{
	struct port port = {.segment = key.segment, .role = ROLE_GUEST, .forwarding = 1};

	port.vlan_proto = ETH_P_8021Q;
	rig_port(PORT_A, &port);
	rig_counted();
	cr_assert_eq(claimed(ADDRESS, PORT_A, 7).result, COUNTER_vlan_not_member);
	cr_assert_eq(claimed(ADDRESS, PORT_A, 0).result, COUNTER_vlan_not_member);
}
