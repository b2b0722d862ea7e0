// SPDX-License-Identifier: GPL-2.0-or-later
/* garpd_speak as the daemon runs it: when it is due, when an operator asks, and the notes. */
#include <criterion/criterion.h>

#include "says.h"

#define ADDRESS "192.0.2.7"

static struct settings settings;

static void setup(void)
{
	rig_setup_short(&settings);
}

TestSuite(bpf_speak, .init = setup, .timeout = 60);

static struct claim_key announcing(const struct tags *tags, __u16 vlan, __u16 inner_vlan)
{
	struct claim_key key = rig_key(ADDRESS, vlan, inner_vlan);

	says_probes(tags);
	cr_assert_eq(rig_due(&key).result, COUNTER_window_ended);
	cr_assert_eq(rig_claim_now(&key).state, CLAIM_ANNOUNCING);
	return key;
}

/* ---- due ---- */

Test(bpf_speak, before_the_deadline_it_only_tells_it)
{
	struct claim_key key = rig_key(ADDRESS, 0, 0);
	struct speak_call call;
	struct claim claim;

	settings.window_ns = 60 * NSEC_PER_SEC;
	rig_settings(&settings);
	says_probes(&untagged);
	claim = rig_claim_now(&key);
	rig_counted();
	call = rig_speak(SPEAK_DUE, ADDRESS);
	cr_assert_eq(call.result, COUNTER_not_due);
	cr_assert_eq(call.deadline_ns, claim.deadline_ns);
	cr_assert_eq(claim.deadline_ns, claim.last_probe_ns + settings.window_ns);
	rig_counted_only(COUNTER_not_due);
	rig_expect_silence(PORT_B);
}

Test(bpf_speak, at_the_deadline_it_announces_and_tells_the_next)
{
	struct claim_key key = rig_key(ADDRESS, 0, 0);
	__u64 before_ns, after_ns;
	struct speak_call call;
	struct claim claim;

	says_probes(&untagged);
	rig_counted();
	rig_wait_until(rig_claim_now(&key).deadline_ns);
	before_ns = rig_now_ns();
	call = rig_speak(SPEAK_DUE, ADDRESS);
	after_ns = rig_now_ns();
	cr_assert_eq(call.result, COUNTER_window_ended);
	cr_assert_geq(call.deadline_ns, before_ns + 1100 * NSEC_PER_MSEC);
	cr_assert_leq(call.deadline_ns, after_ns + 1100 * NSEC_PER_MSEC);
	claim = rig_claim_now(&key);
	cr_assert_eq(claim.state, CLAIM_ANNOUNCING);
	cr_assert_eq(claim.announcements, 1);
	cr_assert_eq(claim.deadline_ns, call.deadline_ns);
	cr_assert_eq(rig_counted().announced, 1);
	says_expect_guest(&untagged);
	cr_assert_eq(rig_speak(SPEAK_DUE, ADDRESS).result, COUNTER_not_due);
	rig_expect_silence(PORT_B);
}

Test(bpf_speak, last_slot_settles_the_claim)
{
	struct claim_key key;
	struct speak_call call;

	settings.first_interval_ns = 20 * NSEC_PER_MSEC;
	rig_settings(&settings);
	key = announcing(&untagged, 0, 0);
	says_expect_guest(&untagged);
	call = rig_due(&key);
	cr_assert_eq(call.result, COUNTER_announce_done);
	says_expect_guest(&untagged);
	cr_assert_eq(rig_claim_now(&key).state, CLAIM_OWNED);
	cr_assert_eq(call.deadline_ns, rig_claim_now(&key).last_seen_ns + settings.max_age_ns);
}

Test(bpf_speak, one_tag)
{
	struct tags tags = {.proto = ETH_P_8021Q, .tci = 0xa00a};

	announcing(&tags, 10, 0);
	says_expect_guest(&tags);
}

Test(bpf_speak, two_tags)
{
	struct tags tags = {ETH_P_8021AD, 0x6064, ETH_P_8021Q, 0x200a};

	announcing(&tags, 100 | VLAN_AD, 10);
	says_expect_guest(&tags);
}

Test(bpf_speak, forms)
{
	struct bytes request = says_announcement(guest, ARP_REQUEST, &untagged);
	struct bytes reply = says_announcement(guest, ARP_REPLY, &untagged);

	put(&request, (const __u8[18]){}, 18);
	put(&reply, (const __u8[18]){}, 18);
	settings.form = FORM_REQUEST;
	rig_settings(&settings);
	announcing(&untagged, 0, 0);
	rig_expect(PORT_B, &request, "request");
	rig_expect_silence(PORT_B);
	settings.form = FORM_REPLY;
	rig_settings(&settings);
	rig_speak(SPEAK_NOW, ADDRESS);
	rig_expect(PORT_B, &reply, "reply");
	rig_expect_silence(PORT_B);
}

Test(bpf_speak, too_few_probes_lapse_and_are_forgotten)
{
	struct claim_key key = rig_key(ADDRESS, 0, 0);
	struct speak_call call;
	struct claim claim;

	settings.min_probes = 4;
	rig_settings(&settings);
	says_probes(&untagged);
	call = rig_due(&key);
	cr_assert_eq(call.result, COUNTER_lapsed);
	cr_assert_eq(call.deadline_ns, 0);
	cr_assert_neq(rig_claim(&key, &claim), 0);
	rig_expect_silence(PORT_B);
}

/* ---- what happens while the claims of a batch are run ---- */

/* Two claims of one guest, both due. Runs the other one, of 192.0.2.8, and drops what it says. */
static void run_the_other_of_two(void)
{
	struct claim_key key = rig_key(ADDRESS, 0, 0), other_key = rig_key("192.0.2.8", 0, 0);
	struct bytes frame;

	for (int probe = 0; probe < PROBE_NUM; probe++) {
		says_probe_for(8, &untagged);
		says_probe_for(7, &untagged);
	}
	rig_wait_until(rig_claim_now(&key).deadline_ns);
	cr_assert_eq(rig_due(&other_key).result, COUNTER_window_ended);
	for (int at = 0; at < PORT_MAX; at++)
		while (rig_receive(at, &frame, 50))
			;
}

Test(bpf_speak, objected_to_while_another_of_the_guest_is_announced)
{
	run_the_other_of_two();
	says_has(PORT_B, other, ARP_REPLY, guest);
	cr_assert_eq(rig_state(ADDRESS), CLAIM_CONFLICT);
	rig_counted();
	cr_assert_eq(rig_speak(SPEAK_DUE, ADDRESS).result, COUNTER_not_due);
	cr_assert_eq(rig_counted().announced, 0);
	rig_expect_silence(PORT_UPLINK);
	rig_expect_silence(PORT_B);
}

Test(bpf_speak, forgotten_while_another_of_the_guest_is_announced)
{
	struct claim_key key = rig_key(ADDRESS, 0, 0);
	struct speak_call call;

	run_the_other_of_two();
	cr_assert_eq(bpf_map_delete_elem(rig.claims, &key), 0);
	rig_counted();
	call = rig_speak(SPEAK_DUE, ADDRESS);
	cr_assert_eq(call.result, COUNTER_no_claim);
	cr_assert_eq(call.deadline_ns, 0);
	cr_assert_eq(rig_counted().announced, 0);
	rig_expect_silence(PORT_B);
}

Test(bpf_speak, unknown_claim)
{
	struct speak_call call = rig_speak(SPEAK_DUE, "192.0.2.99");

	cr_assert_eq(call.result, COUNTER_no_claim);
	cr_assert_eq(call.deadline_ns, 0);
}

Test(bpf_speak, policy_of_now_is_asked)
{
	struct claim_key key = rig_key(ADDRESS, 0, 0);

	says_probes(&untagged);
	rig_declare(ADDRESS, ANNOUNCE_NEVER, NULL, 0);
	cr_assert_eq(rig_due(&key).result, COUNTER_denied_never);
	cr_assert_eq(rig_claim_now(&key).state, CLAIM_DENIED);
	rig_expect_silence(PORT_B);
}

Test(bpf_speak, frame_that_is_too_short_is_refused)
{
	struct speak_frame in = {};
	LIBBPF_OPTS(bpf_test_run_opts, run, .data_in = &in, .data_size_in = sizeof(in) - 1);

	cr_assert_eq(bpf_prog_test_run_opts(rig.garpd_speak, &run), 0);
	cr_assert_eq((int)run.retval, -1);
}

/* ---- an operator asks ---- */

Test(bpf_speak, now_is_refused_while_probing)
{
	says_probes(&untagged);
	cr_assert_eq(rig_speak(SPEAK_NOW, ADDRESS).result, COUNTER_announce_refused);
	rig_expect_silence(PORT_B);
}

Test(bpf_speak, now_is_refused_in_conflict)
{
	says_probes(&untagged);
	says_has(PORT_B, other, ARP_REPLY, guest);
	cr_assert_eq(rig_state(ADDRESS), CLAIM_CONFLICT);
	cr_assert_eq(rig_speak(SPEAK_NOW, ADDRESS).result, COUNTER_announce_refused);
	rig_expect_silence(PORT_B);
}

Test(bpf_speak, now_is_refused_where_the_policy_denies)
{
	rig_declare(ADDRESS, ANNOUNCE_NEVER, NULL, 0);
	says_probes(&untagged);
	cr_assert_eq(rig_state(ADDRESS), CLAIM_DENIED);
	cr_assert_eq(rig_speak(SPEAK_NOW, ADDRESS).result, COUNTER_denied_never);
	rig_expect_silence(PORT_B);
}

Test(bpf_speak, now_while_announcing_keeps_the_schedule)
{
	struct claim_key key = announcing(&untagged, 0, 0);
	__u64 deadline_ns = rig_claim_now(&key).deadline_ns;
	struct speak_call call;

	says_expect_guest(&untagged);
	call = rig_speak(SPEAK_NOW, ADDRESS);
	cr_assert_eq(call.result, COUNTER_announce_by_hand);
	cr_assert_eq(call.deadline_ns, deadline_ns);
	says_expect_guest(&untagged);
}

Test(bpf_speak, now_for_an_owner)
{
	says_probes(&untagged);
	says_has(PORT_A, guest, ARP_REQUEST, ones);
	cr_assert_eq(rig_state(ADDRESS), CLAIM_OWNED);
	cr_assert_eq(rig_speak(SPEAK_NOW, ADDRESS).result, COUNTER_announce_by_hand);
	says_expect_guest(&untagged);
}

/* The address is another machine's: garpd injects nothing at the uplink, and reports it. */
Test(bpf_speak, now_for_an_owner_behind_the_uplink)
{
	struct claim_key key = rig_key(ADDRESS, 0, 0);

	says_probes(&untagged);
	says_has(PORT_A, guest, ARP_REQUEST, ones);
	says_has(PORT_UPLINK, other, ARP_REQUEST, ones);
	cr_assert_eq(rig_claim_now(&key).port, rig.ifindex[PORT_UPLINK]);
	rig_counted();
	cr_assert_eq(rig_speak(SPEAK_NOW, ADDRESS).result, COUNTER_announce_refused);
	rig_counted_only(COUNTER_announce_refused);
	rig_expect_silence(PORT_A);
	rig_expect_silence(PORT_B);
}

/* ---- notes ---- */

Test(bpf_speak, notes_of_the_daemon)
{
	static const struct {
		enum speak_op op;
		enum counter counter;
	} notes[] = {
		{SPEAK_REFRESHED, COUNTER_host_refreshed},
		{SPEAK_NOT_REFRESHED, COUNTER_host_not_refreshed},
		{SPEAK_PERMANENT, COUNTER_host_permanent},
		{SPEAK_EXTERN_LEARNED, COUNTER_host_extern_learned},
		{SPEAK_EVPN_WRITTEN, COUNTER_host_evpn_written},
		{SPEAK_EVPN_FAILED, COUNTER_host_evpn_failed},
	};
	struct claim_key key = rig_key(ADDRESS, 0, 0);
	unsigned int i;

	says_probes(&untagged);
	rig_counted();
	for (i = 0; i < sizeof(notes) / sizeof(notes[0]); i++) {
		rig_speak(notes[i].op, ADDRESS);
		rig_counted_only(notes[i].counter);
		cr_assert_eq(rig_claim_now(&key).refreshed, 1);
	}
	rig_expect_silence(PORT_B);
}
