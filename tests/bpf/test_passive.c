// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a frame is taken for beside its claim: a sign that its host is alive, or none. A guest that
 * has not answered is asked at once when there is a sign of it.
 */
#define _GNU_SOURCE
#include <criterion/criterion.h>
#include <sched.h>

#include "says.h"

#define ADDRESS	 "192.0.2.7"
#define DECLARED "192.0.2.9"

static struct settings settings;
static __u64 asked_ns; /* when the guest was asked last */

/* On one CPU: what a frame has left in the CPU's struct outcome is there for the next one. */
static void setup(void)
{
	struct claim_key key;
	cpu_set_t first;
	int n;

	CPU_ZERO(&first);
	CPU_SET(sched_getcpu(), &first);
	cr_assert_eq(sched_setaffinity(0, sizeof(first), &first), 0);
	rig_setup_short(&settings);
	settings.ask = 1;
	rig_settings(&settings);
	rig_asker("192.0.2.1", 0, ASKER_HOST);
	key = rig_key(ADDRESS, 0, 0);
	says_probes(&untagged);
	for (n = 0; n < 16 && rig_claim_now(&key).state != CLAIM_UNANSWERED; n++)
		rig_due(&key);
	cr_assert_eq(rig_claim_now(&key).state, CLAIM_UNANSWERED);
	asked_ns = rig_claim_now(&key).asked_ns;
	rig_counted();
}

TestSuite(bpf_passive, .init = setup, .timeout = 60);

static void asked_soon(void)
{
	cr_assert_eq(rig_counted().ask_heard, 1);
}

static void not_asked(void)
{
	cr_assert_eq(rig_counted().ask_heard, 0);
}

/* Who has CLIENT? From Ethernet's `src`, of the host `sha` with another address than SERVICE. */
static struct bytes asks(const __u8 *src, const __u8 *sha)
{
	struct bytes frame = says_from(ones, src, &untagged);

	put_arp(&frame, ARP_REQUEST, sha, "\xc0\x00\x02\x63", zeroes, CLIENT);
	return frame;
}

Test(bpf_passive, guest_that_asks_is_alive)
{
	struct bytes frame = asks(guest, guest);

	rig_wait_until(asked_ns + NSEC_PER_SEC);
	rig_hear(PORT_A, &frame);
	asked_soon();
}

Test(bpf_passive, relayed_frame_is_no_sign_of_its_guest)
{
	struct bytes frame = asks(other, guest);

	rig_wait_until(asked_ns + NSEC_PER_SEC);
	rig_hear(PORT_A, &frame);
	not_asked();
}

/* Its Ethernet source was heard, but nothing more is known of it. */
Test(bpf_passive, objection_is_no_sign_of_life)
{
	struct bytes frame = asks(guest, ones);

	rig_wait_until(asked_ns + NSEC_PER_SEC);
	rig_hear(PORT_A, &frame);
	not_asked();
}

/* The last frame was one that the bridge took, of another host. */
Test(bpf_passive, frame_that_the_bridge_drops_is_no_sign)
{
	struct port blocked = {.segment = rig.bridge, .role = ROLE_GUEST};
	struct bytes of_other = asks(other, other), frame = asks(guest, guest);

	rig_wait_until(asked_ns + NSEC_PER_SEC);
	rig_hear(PORT_A, &of_other);
	rig_port(PORT_A, &blocked);
	rig_hear(PORT_A, &frame);
	not_asked();
}

Test(bpf_passive, frame_that_the_bridge_drops_teaches_no_listener)
{
	struct port aware = {.segment = rig.bridge,
			     .role = ROLE_UPLINK,
			     .forwarding = 1,
			     .vlan_proto = ETH_P_8021Q};
	struct bytes frame = says_from(guest, other, &untagged);

	put_arp(&frame, ARP_REPLY, other, CLIENT, guest, SERVICE);
	rig_port(PORT_UPLINK, &aware);
	rig_hear(PORT_UPLINK, &frame);
	cr_assert_eq(rig_counted().listener_learned, 0);
}

/* The same of a VLAN that the port is not in. */
Test(bpf_passive, frame_of_another_vlan_is_no_sign)
{
	struct port aware = {.segment = rig.bridge,
			     .role = ROLE_GUEST,
			     .forwarding = 1,
			     .vlan_proto = ETH_P_8021Q};
	struct bytes of_other = asks(other, other), frame = asks(guest, guest);

	rig_wait_until(asked_ns + NSEC_PER_SEC);
	rig_hear(PORT_A, &of_other);
	rig_port(PORT_A, &aware);
	rig_hear(PORT_A, &frame);
	not_asked();
}

/* garpd_xdp cannot see the mark: the claim of that address tells what was just announced. */
Test(bpf_passive, own_announcement_met_in_xdp_is_no_sign_of_its_guest)
{
	struct bytes probe = says_from(ones, guest, &untagged);
	struct bytes echo = says_from(ones, guest, &untagged);
	struct claim_key key = rig_key(DECLARED, 0, 0);
	const __u8 *owners[] = {guest};

	put_arp(&probe, ARP_REQUEST, guest, NOBODY, zeroes, "\xc0\x00\x02\x09");
	put_arp(&echo, ARP_REQUEST, guest, "\xc0\x00\x02\x09", zeroes, "\xc0\x00\x02\x09");
	settings.duplicate_ns = 3600 * NSEC_PER_SEC; /* this machine may be slow */
	rig_settings(&settings);
	rig_declare(DECLARED, ANNOUNCE_IMMEDIATE, owners, 1);
	cr_assert_eq(rig_hear_xdp(PORT_A, &probe), XDP_PASS);
	cr_assert_eq(rig_speak_key(SPEAK_DUE, &key).result, COUNTER_announce_deferred);
	rig_wait_until(asked_ns + NSEC_PER_SEC);
	rig_counted();
	cr_assert_eq(rig_hear_xdp(PORT_A, &echo), XDP_PASS);
	rig_counted_only(COUNTER_own_frame);
	cr_assert_eq(rig_claim_now(&key).self_announced, 0);
}
