// SPDX-License-Identifier: GPL-2.0-or-later
/* garpd_xdp on real bytes: hears what garpd_tc hears, sends nothing, defers announcements. */
#include <criterion/criterion.h>

#include "says.h"

#define ADDRESS "192.0.2.7"

TestSuite(bpf_xdp, .init = rig_setup, .timeout = 60);

static struct claim claim_of(const struct claim_key *key)
{
	struct claim claim;

	cr_assert_eq(rig_claim(key, &claim), 0, "no claim");
	return claim;
}

static void hear(enum rig_port at, const struct bytes *frame)
{
	cr_assert_eq(rig_hear_xdp(at, frame), XDP_PASS);
}

static void expect_silence(void)
{
	int at;

	for (at = 0; at < PORT_MAX; at++)
		rig_expect_silence(at);
}

/* The shortest frames that are neither cut nor changed, up to the longest. */
Test(bpf_xdp, frames_that_are_not_arp_pass_uncounted)
{
	struct bytes frame;
	unsigned int len;

	for (len = ETH_HLEN; len <= 1514 && len <= MAX_BYTES; len += 25) {
		put_ethernet(&frame, other, guest);
		frame.at[12] = 0x08;
		frame.at[13] = 0x00;
		memset(frame.at + ETH_HLEN, 0x5a, len - ETH_HLEN);
		frame.len = len;
		hear(PORT_A, &frame);
	}
	cr_assert_eq(rig_counted().other_protocol, 0);
	expect_silence();
}

Test(bpf_xdp, probe_opens_a_window_and_nothing_is_sent)
{
	struct bytes frame = says_probe(&untagged);
	struct claim_key key = rig_key(ADDRESS, 0, 0);
	struct claim claim;

	hear(PORT_A, &frame);
	rig_counted_only(COUNTER_window_opened);
	claim = claim_of(&key);
	cr_assert_eq(claim.state, CLAIM_PROBING);
	cr_assert_eq(claim.port, rig.ifindex[PORT_A]);
	cr_assert_arr_eq(claim.mac, guest, MAC_LEN);
	expect_silence();
}

Test(bpf_xdp, inline_tags_are_the_claim_s)
{
	struct tags tags = {ETH_P_8021AD, 0x6064, ETH_P_8021Q, 0x200a};
	struct bytes frame = says_probe(&tags);
	struct claim_key key = rig_key(ADDRESS, 100 | VLAN_AD, 10);
	struct claim claim;

	hear(PORT_A, &frame);
	claim = claim_of(&key);
	cr_assert_eq(memcmp(&claim.tags, &tags, sizeof(tags)), 0);
}

Test(bpf_xdp, truncated_at_every_byte)
{
	struct bytes frame = says_probe(&untagged);
	unsigned int whole = frame.len;

	for (frame.len = ETH_HLEN; frame.len < whole; frame.len++) {
		hear(PORT_A, &frame);
		rig_counted_only(COUNTER_truncated);
	}
}

Test(bpf_xdp, port_that_is_not_described)
{
	struct bytes frame = says_probe(&untagged);

	cr_assert_eq(bpf_map_delete_elem(rig.ports, &rig.ifindex[PORT_A]), 0);
	hear(PORT_A, &frame);
	rig_counted_only(COUNTER_other_port);
}

/* The probe, then what garpd_speak does with what it deferred. */
static void deferred_and_sent(const struct tags *tags, __u16 vlan, __u16 inner_vlan)
{
	static const __u8 padding[18];
	const __u8 *owners[] = {guest};
	struct claim_key key = rig_key(ADDRESS, vlan, inner_vlan);
	struct bytes frame = says_probe(tags);
	struct claim claim;

	rig_declare(ADDRESS, ANNOUNCE_IMMEDIATE, owners, 1);
	hear(PORT_A, &frame);
	rig_counted_only(COUNTER_immediate);
	expect_silence();
	claim = claim_of(&key);
	cr_assert(claim.flags & CLAIM_F_DEFERRED);
	rig_events();
	cr_assert_eq(rig.events, 1);
	cr_assert_eq(rig.event[0].deadline_ns, claim.deadline_ns);
	cr_assert_eq(rig.event[0].deadline_ns, rig.event[0].time_ns, "not deferred");
	cr_assert_eq(rig.event[0].sent, 0);
	cr_assert_eq(rig_speak_key(SPEAK_DUE, &key).result, COUNTER_announce_deferred);
	says_expect(guest, PORT_A, tags, padding, sizeof(padding));
	cr_assert_eq(claim_of(&key).flags & CLAIM_F_DEFERRED, 0);
	cr_assert_eq(claim_of(&key).state, CLAIM_PROBING);
	cr_assert_eq(rig_speak_key(SPEAK_DUE, &key).result, COUNTER_not_due);
}

Test(bpf_xdp, declared_address_is_deferred_and_sent)
{
	deferred_and_sent(&untagged, 0, 0);
}

Test(bpf_xdp, declared_address_is_deferred_and_sent_with_its_tags)
{
	deferred_and_sent(&(struct tags){ETH_P_8021AD, 0x6064, ETH_P_8021Q, 0x200a}, 100 | VLAN_AD,
			  10);
}

/* Its MAC, its port (an uplink too) and its tags, which are not the guest's. */
static void defended_from(enum rig_port at)
{
	static const __u8 padding[18];
	struct tags tags = {.proto = ETH_P_8021Q, .tci = 0x200a}, its = tags;
	const __u8 *owners[] = {guest, other};
	struct claim_key key = rig_key(ADDRESS, 10, 0);
	struct bytes frame = says_probe(&tags), answer;

	its.tci = 0x600a; /* another priority */
	answer = says_from(guest, other, &its);
	rig_declare(ADDRESS, ANNOUNCE_IMMEDIATE, owners, 2);
	put_arp(&answer, ARP_REPLY, other, SERVICE, guest, NOBODY);
	hear(PORT_A, &frame);
	hear(at, &answer);
	cr_assert_eq(rig_counted().defended, 1);
	expect_silence();
	cr_assert_eq(rig_speak_key(SPEAK_DUE, &key).result, COUNTER_announce_deferred);
	says_expect(other, at, &its, padding, sizeof(padding));
	cr_assert_eq(claim_of(&key).state, CLAIM_CONFLICT);
	rig_events();
	cr_assert_eq(rig.events, 3);
	cr_assert_eq(rig.event[2].sent, 1);
	cr_assert_eq(rig.event[2].port, rig.ifindex[at]);
	cr_assert_arr_eq(rig.event[2].mac, other, MAC_LEN);
}

Test(bpf_xdp, defender_is_deferred_and_sent)
{
	defended_from(PORT_B);
}

Test(bpf_xdp, defender_behind_the_uplink_is_deferred_and_sent)
{
	defended_from(PORT_UPLINK);
}

Test(bpf_xdp, answer_from_anywhere_is_a_conflict)
{
	struct bytes frame = says_probe(&untagged), answer = says_from(guest, other, &untagged);

	put_arp(&answer, ARP_REPLY, other, SERVICE, guest, NOBODY);
	hear(PORT_A, &frame);
	hear(PORT_UPLINK, &answer);
	cr_assert_eq(rig_state(ADDRESS), CLAIM_CONFLICT);
}

/* ---- a flood ---- */

static void limit(__u32 per_second, int drop)
{
	struct settings settings = rig_defaults();
	struct limit none = {};

	settings.duplicate_ns = 0;
	settings.probes_per_second = settings.probes_burst = per_second;
	settings.xdp_drop = drop;
	rig_settings(&settings);
	cr_assert_eq(bpf_map_update_elem(rig.port_limits, &rig.ifindex[PORT_A], &none, BPF_ANY), 0);
}

Test(bpf_xdp, probes_beyond_the_limit_are_dropped_and_counted)
{
	struct bytes frame = says_probe(&untagged);
	struct claim_key key = rig_key(ADDRESS, 0, 0);
	struct counters gained;
	int i;

	limit(3, 1);
	for (i = 0; i < 10; i++)
		cr_assert_eq(rig_hear_xdp(PORT_A, &frame), i < 3 ? XDP_PASS : XDP_DROP, "%d", i);
	gained = rig_counted();
	cr_assert_eq(gained.probe_over_limit, 7);
	cr_assert_eq(gained.window_opened + gained.window_continued, 3);
	cr_assert_eq(claim_of(&key).probes, 3);
	/* another port has a limit of its own, here none */
	hear(PORT_B, &frame);
}

Test(bpf_xdp, nothing_but_probes_is_ever_dropped)
{
	struct bytes frame = says_probe(&untagged), answer = says_from(other, guest, &untagged);
	struct bytes announcement = says_announcement(guest, ARP_REQUEST, &untagged);
	struct bytes unicast = says_from(other, guest, &untagged);
	int i;

	put_probe(&unicast);
	put_arp(&answer, ARP_REPLY, guest, SERVICE, other, CLIENT);
	limit(1, 1);
	hear(PORT_A, &frame);
	cr_assert_eq(rig_hear_xdp(PORT_A, &frame), XDP_DROP);
	for (i = 0; i < 10; i++) {
		hear(PORT_A, &answer);
		hear(PORT_A, &announcement);
		hear(PORT_A, &unicast);
	}
}

Test(bpf_xdp, nothing_is_dropped_unless_it_is_asked_for)
{
	struct bytes frame = says_probe(&untagged);
	int i;

	limit(1, 0);
	for (i = 0; i < 100; i++)
		hear(PORT_A, &frame);
	cr_assert_eq(rig_counted().probe_over_limit, 99);
	limit(0, 1);
	for (i = 0; i < 5000; i++)
		hear(PORT_A, &frame);
	cr_assert_eq(rig_counted().probe_over_limit, 0);
}
