// SPDX-License-Identifier: GPL-2.0-or-later
/* What a frame is taken for beside its claim: a sign that its host is alive, or none. */
#define _GNU_SOURCE
#include <criterion/criterion.h>
#include <sched.h>

#include "says.h"

#define ADDRESS "192.0.2.7"

static struct settings settings;

/* On one CPU: what a frame has left in the CPU's struct outcome is there for the next one. */
static void setup(void)
{
	cpu_set_t first;

	CPU_ZERO(&first);
	CPU_SET(sched_getcpu(), &first);
	cr_assert_eq(sched_setaffinity(0, sizeof(first), &first), 0);
	rig_setup_short(&settings);
	settings.refresh_ns = NSEC_PER_SEC;
	rig_settings(&settings);
}

TestSuite(bpf_passive, .init = setup, .timeout = 60);

/* Was the host heard of in its segment? The record itself is claim.h's affair. */
static int is_seen(const __u8 *mac)
{
	struct seen_key key = {.segment = rig.bridge};
	char record[64];

	memcpy(key.mac, mac, MAC_LEN);
	return !bpf_map_lookup_elem(bpf_object__find_map_fd_by_name(rig.object, "seen"), &key,
				    record);
}

/* Who has CLIENT? From Ethernet's `src`, of the host `sha` with SERVICE. */
static void asks(enum rig_port at, const __u8 *src, const __u8 *sha)
{
	struct bytes frame = says_from(ones, src, &untagged);

	put_arp(&frame, ARP_REQUEST, sha, SERVICE, zeroes, CLIENT);
	rig_hear(at, &frame);
}

Test(bpf_passive, guest_that_asks_is_alive)
{
	asks(PORT_A, guest, guest);
	cr_assert(is_seen(guest));
}

Test(bpf_passive, nobody_is_noted_where_nobody_is_refreshed)
{
	settings.refresh_ns = 0;
	rig_settings(&settings);
	asks(PORT_A, guest, guest);
	cr_assert(!is_seen(guest));
}

Test(bpf_passive, host_behind_the_uplink_is_not_ours_to_refresh)
{
	asks(PORT_UPLINK, other, other);
	cr_assert(!is_seen(other));
}

Test(bpf_passive, relayed_frame_is_no_sign_of_its_guest)
{
	asks(PORT_B, other, guest);
	cr_assert(!is_seen(guest));
	cr_assert(!is_seen(other));
}

/* Nor is it after one that the bridge took. */
Test(bpf_passive, frame_that_the_bridge_drops_is_no_sign)
{
	struct port blocked = {.segment = rig.bridge, .role = ROLE_GUEST};

	asks(PORT_A, guest, guest);
	rig_port(PORT_B, &blocked);
	asks(PORT_B, other, other);
	cr_assert(!is_seen(other));
}

/* garpd_xdp cannot see the mark: its claim tells what was just announced. */
Test(bpf_passive, own_announcement_met_in_xdp_is_no_sign_of_its_guest)
{
	struct bytes probe = says_probe(&untagged);
	struct bytes echo = says_announcement(guest, ARP_REQUEST, &untagged);
	struct claim_key key = rig_key(ADDRESS, 0, 0);
	const __u8 *owners[] = {guest};

	settings.refresh_ns = 0;
	settings.duplicate_ns = 3600 * NSEC_PER_SEC; /* this machine may be slow */
	rig_settings(&settings);
	rig_declare(ADDRESS, ANNOUNCE_IMMEDIATE, owners, 1);
	cr_assert_eq(rig_hear_xdp(PORT_A, &probe), XDP_PASS);
	cr_assert_eq(rig_speak_key(SPEAK_DUE, &key).result, COUNTER_announce_deferred);
	settings.refresh_ns = NSEC_PER_SEC;
	rig_settings(&settings);
	rig_counted();
	cr_assert_eq(rig_hear_xdp(PORT_A, &echo), XDP_PASS);
	rig_counted_only(COUNTER_own_frame);
	cr_assert_eq(rig_claim_now(&key).self_announced, 0);
	cr_assert(!is_seen(guest));
}
