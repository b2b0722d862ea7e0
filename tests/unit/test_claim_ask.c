// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The guest is asked for the address before it is announced: after its window, and before each
 * further frame in its name.
 */
#include <string.h>

#include "world_checks.h"

static struct world w;

static void setup(void)
{
	world_init(&w);
	w.settings.ask = 1;
}

TestSuite(claim_ask, .init = setup);

#define WINDOW_MS 3050 /* of three steady probes from 0 on */

/* Questions of a series, after the first one. */
static const unsigned int question_ms[] = {0,	 50,   100,   200,   400,   800,   1250,
					   1600, 4000, 12000, 30000, 60000, 120000};

Test(claim_ask, guest_that_answers_is_announced_at_once)
{
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	cr_assert(world_has_asked(&w, 0, GUEST_A, ASKER_HOST, at_ms(WINDOW_MS)));
	cr_assert_eq(w.announced.count, 1);
	cr_assert(world_has_announced(&w, 0, GUEST_A, at_ms(WINDOW_MS)));
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_ANNOUNCING);
	cr_assert_eq(w.counted[COUNTER_asking], 1);
	cr_assert_eq(w.counted[COUNTER_answered], 1);
	cr_assert_eq(w.counted[COUNTER_answered_host], 1);
	cr_assert_eq(w.counted[COUNTER_window_ended], 0);
}

Test(claim_ask, guest_that_does_not_answer_is_not_announced)
{
	unsigned int i;

	world_mute(&w, GUEST_A);
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_ASKING);
	world_run_until(&w, at_ms(WINDOW_MS + 120000));
	cr_assert_eq(w.asked.count, sizeof(question_ms) / sizeof(*question_ms));
	for (i = 0; i < w.asked.count; i++)
		cr_assert_eq(w.asked.list[i].at_ns, at_ms(WINDOW_MS + question_ms[i]), "%u at %llu",
			     i, (w.asked.list[i].at_ns - at_ms(WINDOW_MS)) / NSEC_PER_MSEC);
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_UNANSWERED);
	cr_assert_eq(w.counted[COUNTER_unanswered], 1);
	cr_assert_eq(w.announced.count, 0);
}

Test(claim_ask, unanswered_from_1600_ms_on)
{
	world_mute(&w, GUEST_A);
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	world_run_until(&w, at_ms(WINDOW_MS + 1599));
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_ASKING);
	world_run_until(&w, at_ms(WINDOW_MS + 1600));
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_UNANSWERED);
}

Test(claim_ask, unanswered_claim_is_forgotten_ten_minutes_after_its_last_probe)
{
	world_mute(&w, GUEST_A);
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	world_run_until(&w, at_ms(2000 + 600000) - 1);
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_UNANSWERED);
	world_run_until(&w, at_ms(2000 + 660000));
	cr_assert_null(world_claim(&w, ADDRESS));
	cr_assert_eq(w.counted[COUNTER_lapsed], 1);
	cr_assert_eq(w.announced.count, 0);
}

Test(claim_ask, unanswered_claim_goes_back_to_the_owner_before)
{
	world_take(&w, ADDRESS, GUEST_B, at_ms(0));
	world_run_until(&w, at_ms(10000));
	world_mute(&w, GUEST_A);
	world_take(&w, ADDRESS, GUEST_A, at_ms(10000));
	world_run_until(&w, at_ms(700000));
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_OWNED);
	cr_assert(mac_equal(world_claim(&w, ADDRESS)->mac, GUEST_B->mac));
	cr_assert_eq(w.announced.count, 2); /* B's own two slots */
}

Test(claim_ask, late_answer_is_announced_at_once)
{
	world_mute(&w, GUEST_A);
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	world_use(&w, ADDRESS, GUEST_A, at_ms(60000));
	cr_assert_eq(w.announced.count, 1);
	cr_assert(world_has_announced(&w, 0, GUEST_A, at_ms(60000)));
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_ANNOUNCING);
}

Test(claim_ask, answer_from_another_port_or_a_relay_is_none)
{
	world_mute(&w, GUEST_A);
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	world_relay(&w, ADDRESS, GUEST_A, at_ms(3100));
	world_use(&w, ADDRESS, A_UPLINK, at_ms(3110));
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_ASKING);
	world_use(&w, ADDRESS, A_MOVED, at_ms(3120));
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_CONFLICT);
	assert_silent(&w, 0);
}

Test(claim_ask, objection_while_asking_is_a_conflict_and_no_answer_overrides_it)
{
	world_mute(&w, GUEST_A);
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	world_use(&w, ADDRESS, REMOTE, at_ms(3100));
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_CONFLICT);
	world_use(&w, ADDRESS, GUEST_A, at_ms(3101));
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_CONFLICT);
	assert_silent(&w, 0);
	cr_assert_eq(w.asked.count, 2); /* at 0 and 50 ms */
}

Test(claim_ask, probe_on_the_uplink_while_asking_is_a_conflict)
{
	world_mute(&w, GUEST_A);
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	world_probe(&w, ADDRESS, REMOTE, at_ms(3100));
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_CONFLICT);
	assert_silent(&w, 0);
}

Test(claim_ask, further_probe_while_asking_continues_the_window)
{
	world_mute(&w, GUEST_A);
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	world_probe(&w, ADDRESS, GUEST_A, at_ms(3060));
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_PROBING);
	world_unmute(&w, GUEST_A);
	world_run_until(&w, at_ms(3060 + 1050));
	cr_assert(world_has_announced(&w, 0, GUEST_A, at_ms(3060 + 1050)));
}

Test(claim_ask, another_prober_takes_over_while_asking)
{
	world_mute(&w, GUEST_A);
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	world_take(&w, ADDRESS, GUEST_B, at_ms(3100));
	cr_assert_eq(w.announced.count, 1);
	cr_assert(world_has_announced(&w, 0, GUEST_B, at_ms(3100 + WINDOW_MS)));
}

Test(claim_ask, guest_that_announces_itself_while_asked_is_settled)
{
	world_mute(&w, GUEST_A);
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	world_announce(&w, ADDRESS, GUEST_A, at_ms(3060));
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_OWNED);
	assert_silent(&w, 0);
}

Test(claim_ask, other_that_announces_itself_has_the_address_of_a_silent_guest)
{
	world_mute(&w, GUEST_A);
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	world_announce(&w, ADDRESS, GUEST_B, at_ms(30000));
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_OWNED);
	cr_assert(mac_equal(world_claim(&w, ADDRESS)->mac, GUEST_B->mac));
	assert_silent(&w, 0);
}

/* ---- the sender ---- */

Test(claim_ask, nobody_asks_from_0000_before_a_slow_prober_must_be_through)
{
	unsigned int i;

	world_mute(&w, GUEST_A);
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	world_run_until(&w, at_ms(2000 + 2300) - 1);
	for (i = 0; i < w.asked.count; i++)
		cr_assert_eq(w.asked.list[i].from, ASKER_HOST);
	world_run_until(&w, at_ms(2000 + 2300));
	cr_assert(world_has_asked(&w, i, GUEST_A, ASKER_ZERO, at_ms(2000 + 2300)));
}

Test(claim_ask, slow_prober_is_through_after_2_2_times_its_longest_gap)
{
	w.zero_only = 0xffff;
	world_probes(&w, ADDRESS, GUEST_A, at_ms(0), 3, 2000 * NSEC_PER_MSEC);
	world_run_until(&w, at_ms(4000 + 4400) - 1);
	cr_assert_eq(w.announced.count, 0);
	world_run_until(&w, at_ms(4000 + 4400));
	cr_assert(world_has_announced(&w, 0, GUEST_A, at_ms(4000 + 4400)));
}

Test(claim_ask, guest_that_answers_0000_alone_is_announced_when_that_may_ask)
{
	w.zero_only = 0xffff;
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	world_run_until(&w, at_ms(2000 + 2300));
	cr_assert(world_has_announced(&w, 0, GUEST_A, at_ms(2000 + 2300)));
	cr_assert_eq(w.counted[COUNTER_answered_zero], 1);
}

Test(claim_ask, senders_alternate_once_both_may)
{
	world_mute(&w, GUEST_A);
	w.asker = ASKER_LINK_LOCAL;
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	world_run_until(&w, at_ms(WINDOW_MS + 12000));
	cr_assert(world_has_asked(&w, 5, GUEST_A, ASKER_LINK_LOCAL, at_ms(WINDOW_MS + 800)));
	cr_assert(world_has_asked(&w, 6, GUEST_A, ASKER_ZERO, at_ms(WINDOW_MS + 1250)));
	cr_assert(world_has_asked(&w, 7, GUEST_A, ASKER_LINK_LOCAL, at_ms(WINDOW_MS + 1600)));
	cr_assert(world_has_asked(&w, 8, GUEST_A, ASKER_ZERO, at_ms(WINDOW_MS + 4000)));
	cr_assert(world_has_asked(&w, 9, GUEST_A, ASKER_LINK_LOCAL, at_ms(WINDOW_MS + 12000)));
}

Test(claim_ask, sender_that_was_answered_asks_first_the_next_time)
{
	w.zero_only = 0xffff;
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	world_run_until(&w, at_ms(20000));
	cr_assert_eq(w.announced.count, 2);
	w.asked.count = 0;
	world_announce_by_hand(&w, ADDRESS, at_ms(20000));
	cr_assert_eq(w.asked.count, 1);
	cr_assert(world_has_asked(&w, 0, GUEST_A, ASKER_ZERO, at_ms(20000)));
	cr_assert(world_has_announced(&w, 2, GUEST_A, at_ms(20000)));
}

Test(claim_ask, ipv6_never_asks_from_the_unspecified_address)
{
	unsigned int i;

	world_mute(&w, GUEST_A);
	world_probe(&w, ADDRESS6, GUEST_A, at_ms(0));
	world_run_until(&w, at_ms(590000));
	cr_assert_gt(w.asked.count, 12);
	for (i = 0; i < w.asked.count; i++)
		cr_assert_eq(w.asked.list[i].from, ASKER_HOST);
}

Test(claim_ask, ipv6_answer_that_does_not_override_is_not_one)
{
	world_mute(&w, GUEST_A);
	world_probe(&w, ADDRESS6, GUEST_A, at_ms(0));
	world_advertise(&w, ADDRESS6, GUEST_A, at_ms(1060));
	cr_assert_eq(world_state(&w, ADDRESS6), CLAIM_ASKING);
	world_use(&w, ADDRESS6, GUEST_A, at_ms(1070));
	cr_assert(world_has_announced(&w, 0, GUEST_A, at_ms(1070)));
}

Test(claim_ask, segment_without_a_sender_asks_nobody)
{
	w.asker = ASKER_NONE;
	world_probe(&w, ADDRESS6, GUEST_A, at_ms(0));
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	world_run_until(&w, at_ms(590000));
	cr_assert_eq(w.asked.count, 0);
	cr_assert_eq(w.announced.count, 0);
}

/* ---- before every further frame ---- */

Test(claim_ask, second_slot_is_asked_for)
{
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	world_mute(&w, GUEST_A);
	assert_silent(&w, 1);
	cr_assert_gt(w.asked.count, 2);
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_ANNOUNCING);
	cr_assert_eq(w.counted[COUNTER_unanswered], 1);
}

Test(claim_ask, second_slot_is_announced_when_the_guest_answers)
{
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	world_mute(&w, GUEST_A);
	world_use(&w, ADDRESS, GUEST_A, at_ms(20000));
	cr_assert_eq(w.announced.count, 2);
	cr_assert(world_has_announced(&w, 1, GUEST_A, at_ms(20000)));
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_OWNED);
	cr_assert_eq(w.counted[COUNTER_announce_done], 1);
}

Test(claim_ask, slots_of_a_guest_that_answers_are_on_time)
{
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	world_run_until(&w, at_ms(60000));
	cr_assert_eq(w.announced.count, 2);
	cr_assert(world_has_announced(&w, 1, GUEST_A, at_ms(WINDOW_MS + 1100)));
}

Test(claim_ask, guest_that_is_silent_for_ten_minutes_keeps_its_address_unannounced)
{
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	world_mute(&w, GUEST_A);
	world_run_until(&w, at_ms(WINDOW_MS + 1100 + 660000));
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_OWNED);
	cr_assert_eq(w.counted[COUNTER_ask_given_up], 1);
	assert_silent(&w, 1);
	world_use(&w, ADDRESS, GUEST_A, w.now_ns + 1);
	assert_silent(&w, 1);
}

Test(claim_ask, later_rounds_of_nudges_are_asked_for)
{
	w.listeners = 1;
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	cr_assert_eq(w.nudge_rounds, 1);
	world_mute(&w, GUEST_A);
	world_run_until(&w, at_ms(100000));
	cr_assert_eq(w.nudge_rounds, 1);
	world_use(&w, ADDRESS, GUEST_A, at_ms(100000));
	world_run_until(&w, at_ms(100000));
	cr_assert_eq(w.nudge_rounds, 2);
}

Test(claim_ask, refresh_is_asked_for_and_needs_no_sign_of_life)
{
	w.settings.refresh_ns = 300 * NSEC_PER_SEC;
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	world_run_until(&w, at_ms(10000));
	cr_assert_eq(w.announced.count, 2);
	world_run_until(&w, at_ms(310000));
	cr_assert_eq(w.announced.count, 3);
	world_mute(&w, GUEST_A);
	world_run_until(&w, at_ms(4000000));
	cr_assert_eq(w.announced.count, 3);
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_OWNED);
}

Test(claim_ask, refresh_of_a_doubted_owner_waits_for_its_answer)
{
	w.settings.refresh_ns = 300 * NSEC_PER_SEC;
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	world_run_until(&w, at_ms(10000));
	world_probe(&w, ADDRESS, REMOTE, at_ms(20000));
	world_run_until(&w, at_ms(320000));
	cr_assert_eq(w.announced.count, 3);
	cr_assert_eq(w.counted[COUNTER_refresh_doubted], 0);
}

Test(claim_ask, doubt_makes_the_last_answer_worthless)
{
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	world_mute(&w, GUEST_A);
	world_use(&w, ADDRESS, GUEST_A, at_ms(WINDOW_MS + 1000));
	world_probe(&w, ADDRESS, REMOTE, at_ms(WINDOW_MS + 1050));
	assert_silent(&w, 1);
}

Test(claim_ask, echo_from_the_uplink_does_not_answer_for_a_slot)
{
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	world_mute(&w, GUEST_A);
	world_use(&w, ADDRESS, A_UPLINK, at_ms(WINDOW_MS + 1050));
	assert_silent(&w, 1);
}

Test(claim_ask, operator_has_the_owner_asked_first)
{
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	world_run_until(&w, at_ms(10000));
	world_mute(&w, GUEST_A);
	cr_assert_eq(world_announce_by_hand(&w, ADDRESS, at_ms(10000)), COUNTER_asking_by_hand);
	cr_assert_eq(w.announced.count, 2);
	world_use(&w, ADDRESS, GUEST_A, at_ms(15000));
	cr_assert_eq(w.announced.count, 3);
	cr_assert(world_has_announced(&w, 2, GUEST_A, at_ms(15000)));
}

Test(claim_ask, operator_whose_guest_has_just_answered_needs_no_question)
{
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	world_run_until(&w, at_ms(10000));
	world_mute(&w, GUEST_A);
	world_use(&w, ADDRESS, GUEST_A, at_ms(10000));
	cr_assert_eq(world_announce_by_hand(&w, ADDRESS, at_ms(10999)), COUNTER_announce_by_hand);
	cr_assert_eq(w.announced.count, 3);
	world_use(&w, ADDRESS, GUEST_A, at_ms(20000));
	cr_assert_eq(world_announce_by_hand(&w, ADDRESS, at_ms(21000)), COUNTER_asking_by_hand);
	cr_assert_eq(w.announced.count, 3);
}

Test(claim_ask, what_is_overdue_at_a_start_is_asked_for)
{
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	w.daemon_stopped = 1;
	world_mute(&w, GUEST_A);
	world_run_until(&w, at_ms(30000));
	w.daemon_stopped = 0;
	assert_silent(&w, 1);
}

/* Its answer comes at the window's end, and its turn five seconds later. */
static void wait_for_a_turn(void)
{
	w.settings.announcements_per_second = 1;
	w.settings.announcements_burst = 1;
	w.settings.announce_num = 1;
	world_queue_others(&w, GUEST_A, 5, at_ms(3000));
}

Test(claim_ask, guest_is_asked_again_when_its_turn_has_come_late)
{
	world_probes(&w, ADDRESS, GUEST_A, at_ms(0), 3, NSEC_PER_SEC);
	wait_for_a_turn();
	world_run_until(&w, at_ms(20000));
	cr_assert_eq(w.counted[COUNTER_announce_over_limit], 1);
	cr_assert_eq(w.asked.count, 2);
	cr_assert(world_has_asked(&w, 1, GUEST_A, ASKER_ZERO, at_ms(8000)) ||
		  world_has_asked(&w, 1, GUEST_A, ASKER_HOST, at_ms(8000)));
	cr_assert(world_has_announced(&w, 0, GUEST_A, at_ms(8000)));
}

Test(claim_ask, guest_that_has_gone_silent_since_its_answer_is_not_announced_when_its_turn_comes)
{
	world_probes(&w, ADDRESS, GUEST_A, at_ms(0), 3, NSEC_PER_SEC);
	wait_for_a_turn();
	world_run_until(&w, at_ms(3100));
	world_mute(&w, GUEST_A);
	assert_silent(&w, 0);
}

Test(claim_ask, xdp_owes_the_answer_and_the_daemon_follows_at_once)
{
	w.xdp = 1;
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	cr_assert_eq(w.announced.count, 1);
	cr_assert(world_has_announced(&w, 0, GUEST_A, at_ms(WINDOW_MS)));
	cr_assert_eq(w.counted[COUNTER_announce_deferred], 1);
}

Test(claim_ask, xdp_asks_again_where_the_daemon_comes_late)
{
	w.xdp = 1;
	world_mute(&w, GUEST_A);
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	w.daemon_stopped = 1;
	world_use(&w, ADDRESS, GUEST_A, at_ms(3200));
	world_run_until(&w, at_ms(4200));
	w.daemon_stopped = 0;
	assert_silent(&w, 0);
}

/* ---- doubt ---- */

/* The guest, which has just answered, is silent from now on; its next slot is due at 2150 ms. */
static void fall_silent_before_the_second_slot_in_ipv6(void)
{
	w.listeners = 1;
	world_probe(&w, ADDRESS6, GUEST_A, at_ms(0));
	world_run_until(&w, at_ms(2000));
	cr_assert(world_has_announced(&w, 0, GUEST_A, at_ms(1050)));
	world_mute(&w, GUEST_A);
	world_use(&w, ADDRESS6, GUEST_A, at_ms(2000));
	cr_assert_eq(w.announced.count, 1);
	cr_assert_eq(w.nudge_rounds, 1);
}

static void expect_only_the_answer_to_announce_in_ipv6(void)
{
	unsigned int rounds = w.nudge_rounds;

	world_run_until(&w, at_ms(30000));
	cr_assert_eq(w.announced.count, 1);
	cr_assert_eq(w.nudge_rounds, rounds);
	world_use(&w, ADDRESS6, GUEST_A, at_ms(30000));
	cr_assert_eq(w.announced.count, 2);
	cr_assert(world_has_announced(&w, 1, GUEST_A, at_ms(30000)));
	world_run_until(&w, at_ms(30000));
	cr_assert_eq(w.nudge_rounds, rounds + 1);
}

Test(claim_ask, ipv6_probe_on_the_uplink_stops_slots_and_nudges_until_the_answer)
{
	fall_silent_before_the_second_slot_in_ipv6();
	world_probe(&w, ADDRESS6, REMOTE, at_ms(2020));
	expect_only_the_answer_to_announce_in_ipv6();
}

Test(claim_ask, ipv6_address_named_on_another_port_stops_slots_and_nudges_until_the_answer)
{
	fall_silent_before_the_second_slot_in_ipv6();
	world_use(&w, ADDRESS6, A_MOVED, at_ms(2020));
	expect_only_the_answer_to_announce_in_ipv6();
}

Test(claim_ask, frame_with_an_older_clock_does_not_shorten_a_conflict)
{
	__u64 end_ns;

	world_take(&w, ADDRESS, GUEST_B, at_ms(0));
	world_run_until(&w, at_ms(10000));
	world_probe(&w, ADDRESS, GUEST_A, at_ms(10000));
	world_use(&w, ADDRESS, GUEST_B, at_ms(10100));
	end_ns = world_claim(&w, ADDRESS)->window_end_ns;
	w.behind_ns = 60 * NSEC_PER_MSEC;
	world_use(&w, ADDRESS, GUEST_B, at_ms(10101));
	cr_assert_eq(w.step.reason, COUNTER_other_seen);
	cr_assert_eq(world_claim(&w, ADDRESS)->window_end_ns, end_ns);
	world_probe(&w, ADDRESS, GUEST_C, at_ms(10102));
	cr_assert_eq(w.step.reason, COUNTER_rival_probe);
	cr_assert_eq(world_claim(&w, ADDRESS)->window_end_ns, end_ns);
	w.behind_ns = 0;
	world_use(&w, ADDRESS, GUEST_B, at_ms(10103));
	cr_assert_eq(world_claim(&w, ADDRESS)->window_end_ns, end_ns + 3 * NSEC_PER_MSEC);
}

/* ---- an announcement that fails ---- */

static __u64 deadline_of_the_step_ns;

static void note_deadline(struct world *world, const struct claim_step *step,
			  const struct announcement *announcement)
{
	if (step->reason == COUNTER_announce_by_hand && announcement->became == ANNOUNCEMENT_FAILED)
		deadline_of_the_step_ns = world_claim(world, ADDRESS)->deadline_ns;
}

Test(claim_ask, claim_wakes_for_an_operators_nudges_whatever_becomes_of_the_announcement)
{
	w.listeners = 1;
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	world_run_until(&w, at_ms(20000));
	world_use(&w, ADDRESS, GUEST_A, at_ms(20000));
	w.fail = 1;
	w.watch = note_deadline;
	cr_assert_eq(world_announce_by_hand(&w, ADDRESS, at_ms(20000)), COUNTER_announce_by_hand);
	cr_assert_eq(deadline_of_the_step_ns, at_ms(20000));
}

/* Three attempts at the announcement of A's first probe, at 10 s, fail; the next is at 13 s. */
static void fail_at_the_first_probe(void)
{
	world_declare(&w, ADDRESS, ANNOUNCE_IMMEDIATE, GUEST_A, GUEST_B, NULL);
	world_take(&w, ADDRESS, GUEST_B, at_ms(0));
	world_run_until(&w, at_ms(9000));
	w.settings.retry_ns = NSEC_PER_SEC;
	w.fail = 3;
	world_probe(&w, ADDRESS, GUEST_A, at_ms(10000));
	world_run_until(&w, at_ms(12200));
	cr_assert_eq(w.counted[COUNTER_announce_failed], 3);
	w.announced.count = 0;
	w.fail = 1;
}

Test(claim_ask, failures_before_do_not_count_for_the_announcement_of_the_answer)
{
	fail_at_the_first_probe();
	world_run_until(&w, at_ms(14000));
	cr_assert_eq(w.counted[COUNTER_announce_lost], 0);
	cr_assert_eq(w.announced.count, 1);
	cr_assert(world_has_announced(&w, 0, GUEST_A, at_ms(14000)));
}

Test(claim_ask, failures_before_do_not_count_for_an_operators_announcement)
{
	fail_at_the_first_probe();
	world_use(&w, ADDRESS, REMOTE, at_ms(12200));
	world_run_until(&w, at_ms(30000));
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_OWNED);
	world_announce_by_hand(&w, ADDRESS, at_ms(30000));
	world_run_until(&w, at_ms(31000));
	cr_assert_eq(w.counted[COUNTER_announce_lost], 0);
	cr_assert_eq(w.announced.count, 1);
	cr_assert(world_has_announced(&w, 0, GUEST_B, at_ms(31000)));
}

Test(claim_ask, announcement_that_always_fails_is_lost_in_the_end)
{
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	w.fail = 1000;
	world_run_until(&w, at_ms(20000));
	cr_assert_eq(w.counted[COUNTER_announce_failed], 3);
	cr_assert_eq(w.counted[COUNTER_announce_lost], 1);
}

/* ---- a daemon that comes late ---- */

/* A probed for it, and gave it up to a host that garpd does not hear: no daemon ran meanwhile. */
static void lose_without_a_daemon(__u64 starts_ms)
{
	world_init(&w);
	w.settings.ask = 1;
	world_mute(&w, GUEST_A);
	w.daemon_stopped = 1;
	world_probes(&w, ADDRESS, GUEST_A, at_ms(0), 3, NSEC_PER_SEC);
	world_run_until(&w, at_ms(starts_ms));
	w.daemon_stopped = 0;
	world_run_until(&w, at_ms(starts_ms));
}

Test(claim_ask, guest_that_lost_the_address_before_the_daemon_started_is_not_announced)
{
	static const __u64 starts_ms[] = {20000, 120000, 599000, 3600000};
	size_t i;

	for (i = 0; i < sizeof(starts_ms) / sizeof(starts_ms[0]); i++) {
		lose_without_a_daemon(starts_ms[i]);
		cr_assert_eq(w.asked.count, 1);
		cr_assert(world_has_asked(&w, 0, GUEST_A, ASKER_HOST, at_ms(starts_ms[i])));
		world_run_until(&w, at_ms(starts_ms[i] + 700000));
		cr_assert_null(world_claim(&w, ADDRESS));
		assert_silent(&w, 0);
	}
}

/* Nor is the other one kept from it: it probes for the address when the daemon has just started. */
Test(claim_ask, next_guest_is_announced_120_s_later)
{
	lose_without_a_daemon(120000);
	world_take(&w, ADDRESS, GUEST_B, at_ms(120500));
	cr_assert_eq(w.announced.count, 1);
	cr_assert(world_has_announced(&w, 0, GUEST_B, at_ms(120500 + WINDOW_MS)));
}

Test(claim_ask, guest_that_has_the_address_is_announced_when_the_daemon_starts)
{
	w.daemon_stopped = 1;
	world_probes(&w, ADDRESS, GUEST_A, at_ms(0), 3, NSEC_PER_SEC);
	world_run_until(&w, at_ms(120000));
	w.daemon_stopped = 0;
	world_run_until(&w, at_ms(120000));
	cr_assert_eq(w.announced.count, 1);
	cr_assert(world_has_announced(&w, 0, GUEST_A, at_ms(120000)));
}

/* ---- declared addresses ---- */

Test(claim_ask, immediate_is_announced_at_its_first_probe_and_asked_at_its_windows_end)
{
	world_declare(&w, ADDRESS, ANNOUNCE_IMMEDIATE, GUEST_A, GUEST_B, NULL);
	world_probe(&w, ADDRESS, GUEST_A, at_ms(0));
	cr_assert(world_has_announced(&w, 0, GUEST_A, at_ms(0)));
	cr_assert_eq(w.asked.count, 0);
	world_run_until(&w, at_ms(2300));
	cr_assert_eq(w.asked.count, 1);
	cr_assert(world_has_announced(&w, 1, GUEST_A, at_ms(2300)));
}

Test(claim_ask, immediate_that_does_not_answer_gives_way_to_its_former_owner)
{
	world_declare(&w, ADDRESS, ANNOUNCE_IMMEDIATE, GUEST_A, GUEST_B, NULL);
	world_take(&w, ADDRESS, GUEST_B, at_ms(0));
	world_run_until(&w, at_ms(10000));
	w.announced.count = 0;
	world_mute(&w, GUEST_A);
	world_probe(&w, ADDRESS, GUEST_A, at_ms(10000));
	cr_assert(world_has_announced(&w, 0, GUEST_A, at_ms(10000)));
	world_run_until(&w, at_ms(15000));
	cr_assert_eq(w.announced.count, 2);
	cr_assert(world_has_announced(&w, 1, GUEST_B, at_ms(10000 + 2300 + 1650)));
	world_run_until(&w, at_ms(30000));
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_OWNED);
	cr_assert(mac_equal(world_claim(&w, ADDRESS)->mac, GUEST_B->mac));
}

/* How many questions went to the station, and when the last of them did. */
static unsigned int asked_of(const struct station *station, __u64 *last_ns)
{
	unsigned int i, count = 0;

	for (i = 0; i < w.asked.count; i++)
		if (!memcmp(w.asked.list[i].mac, station->mac, MAC_LEN)) {
			*last_ns = w.asked.list[i].at_ns;
			count++;
		}
	return count;
}

/* A and its former owner B are both silent: each gets every question, B a moment after A. */
static void ask_both(void)
{
	world_declare(&w, ADDRESS, ANNOUNCE_IMMEDIATE, GUEST_A, GUEST_B, NULL);
	world_take(&w, ADDRESS, GUEST_B, at_ms(0));
	world_run_until(&w, at_ms(10000));
	world_mute(&w, GUEST_A);
	world_mute(&w, GUEST_B);
	w.announced.count = w.asked.count = 0;
	world_probe(&w, ADDRESS, GUEST_A, at_ms(10000));
}

#define ASKED_MS (10000 + 2300) /* when A's series of questions begins */

Test(claim_ask, immediate_guest_is_asked_at_each_time_beside_its_former_owner)
{
	static const unsigned int times_ms[] = {1600, 4000, 12000, 30000, 60000, 120000};
	__u64 last_ns = 0;
	unsigned int i;

	ask_both();
	for (i = 0; i < sizeof(times_ms) / sizeof(times_ms[0]); i++) {
		world_run_until(&w, at_ms(ASKED_MS + times_ms[i]));
		cr_assert_eq(asked_of(GUEST_A, &last_ns), 7 + i);
		cr_assert_eq(last_ns, at_ms(ASKED_MS + times_ms[i]));
		cr_assert_eq(asked_of(GUEST_B, &last_ns), i);
		world_run_until(&w, at_ms(ASKED_MS + times_ms[i] + 50));
		cr_assert_eq(asked_of(GUEST_B, &last_ns), 1 + i);
		cr_assert_eq(last_ns, at_ms(ASKED_MS + times_ms[i] + 50));
	}
}

/* It comes with the former owner's question when the guest's next one is due, too. */
Test(claim_ask, late_daemon_asks_the_guest_at_its_next_time)
{
	__u64 last_ns = 0;

	ask_both();
	world_run_until(&w, at_ms(ASKED_MS + 1600));
	w.daemon_stopped = 1;
	world_run_until(&w, at_ms(ASKED_MS + 4500));
	w.daemon_stopped = 0;
	world_run_until(&w, at_ms(ASKED_MS + 4500));
	cr_assert_eq(asked_of(GUEST_A, &last_ns), 8);
	cr_assert_eq(last_ns, at_ms(ASKED_MS + 4500));
}

/* Where the segment has no sender, the two do not take turns at nothing. */
Test(claim_ask, no_sender_asks_neither_more_often)
{
	unsigned int wakeups;

	ask_both();
	w.asker = ASKER_NONE;
	world_run_until(&w, at_ms(ASKED_MS + 2000));
	wakeups = w.wakeups;
	world_run_until(&w, at_ms(ASKED_MS + 60000));
	cr_assert_leq(w.wakeups, wakeups + 5);
}

/* So it is with an owner that answers 0.0.0.0 only, and with one whose host has no other sender. */
Test(claim_ask, former_owner_is_asked_from_both_senders)
{
	ask_both();
	w.zero_only = 0xffff;
	world_unmute(&w, GUEST_B);
	world_run_until(&w, at_ms(ASKED_MS + 4050));
	cr_assert(world_has_announced(&w, 1, GUEST_B, at_ms(ASKED_MS + 4050)));
}

/* It is the guest that is heard, so the question is its. */
Test(claim_ask, immediate_guest_that_is_heard_again_is_asked_and_not_its_former_owner)
{
	ask_both();
	world_run_until(&w, at_ms(ASKED_MS + 20000));
	world_unmute(&w, GUEST_A);
	world_send_other(&w, GUEST_A, at_ms(ASKED_MS + 20000));
	world_run_until(&w, at_ms(ASKED_MS + 20000));
	cr_assert(world_has_announced(&w, 1, GUEST_A, at_ms(ASKED_MS + 20000)));
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_ANNOUNCING);
}

/* It died with its port: the former owner does not wait until the claim is swept. */
Test(claim_ask, immediate_whose_port_is_gone_gives_way_to_its_former_owner)
{
	ask_both();
	world_unmute(&w, GUEST_B);
	world_remove_port(&w, GUEST_A, at_ms(10100));
	world_run_until(&w, at_ms(10000 + 5000));
	cr_assert(world_has_announced(&w, 1, GUEST_B, at_ms(ASKED_MS + 2000)));
	world_run_until(&w, at_ms(30000));
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_OWNED);
	cr_assert(mac_equal(world_claim(&w, ADDRESS)->mac, GUEST_B->mac));
}

/* The former owner is asked beside it, and the guest gets questions from both senders. */
Test(claim_ask, immediate_guest_that_answers_0_0_0_0_only_is_asked_so)
{
	world_declare(&w, ADDRESS, ANNOUNCE_IMMEDIATE, GUEST_A, GUEST_B, NULL);
	world_take(&w, ADDRESS, GUEST_B, at_ms(0));
	world_run_until(&w, at_ms(10000));
	w.announced.count = 0;
	w.zero_only = 0xffff;
	world_mute(&w, GUEST_A);
	world_mute(&w, GUEST_B);
	world_probe(&w, ADDRESS, GUEST_A, at_ms(10000));
	world_run_until(&w, at_ms(14000));
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_UNANSWERED);
	world_unmute(&w, GUEST_A);
	world_run_until(&w, at_ms(ASKED_MS + 4000));
	cr_assert(world_has_announced(&w, 1, GUEST_A, at_ms(ASKED_MS + 4000)));
}

/* B objects to A, which was announced at its first probe; B's turn comes in two seconds. */
static void defend_late(void)
{
	world_declare(&w, ADDRESS, ANNOUNCE_IMMEDIATE, GUEST_A, GUEST_B, NULL);
	world_take(&w, ADDRESS, GUEST_B, at_ms(0));
	world_run_until(&w, at_ms(10000));
	world_mute(&w, GUEST_A);
	world_probe(&w, ADDRESS, GUEST_A, at_ms(10000));
	w.announced.count = w.asked.count = 0;
	w.settings.announcements_per_second = 1;
	w.settings.announcements_burst = 1;
	world_queue_others(&w, GUEST_B, 2, at_ms(10100));
	world_use(&w, ADDRESS, GUEST_B, at_ms(10100));
	cr_assert_eq(w.counted[COUNTER_announce_over_limit], 1);
}

Test(claim_ask, defender_whose_turn_comes_late_is_asked_again)
{
	defend_late();
	world_run_until(&w, at_ms(12100) - 1);
	cr_assert_eq(w.asked.count, 0);
	world_run_until(&w, at_ms(12100));
	cr_assert_eq(w.asked.count, 1);
	cr_assert(world_has_asked(&w, 0, GUEST_B, ASKER_HOST, at_ms(12100)));
	cr_assert_eq(w.announced.count, 1);
	cr_assert(world_has_announced(&w, 0, GUEST_B, at_ms(12100)));
	world_run_until(&w, at_ms(20000));
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_OWNED);
	cr_assert_eq(w.announced.count, 1);
}

Test(claim_ask, defender_that_does_not_answer_is_not_announced)
{
	defend_late();
	world_mute(&w, GUEST_B);
	world_run_until(&w, at_ms(12100 + 1599));
	cr_assert_eq(w.asked.count, 2);
	world_run_until(&w, at_ms(12100 + 1600));
	cr_assert_eq(w.counted[COUNTER_unanswered], 1);
	world_run_until(&w, at_ms(30000));
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_OWNED);
	assert_silent(&w, 0);
}

Test(claim_ask, defender_that_objects_again_needs_no_question)
{
	defend_late();
	world_use(&w, ADDRESS, GUEST_B, at_ms(11500));
	world_run_until(&w, at_ms(12100));
	cr_assert_eq(w.asked.count, 0);
	cr_assert(world_has_announced(&w, 0, GUEST_B, at_ms(12100)));
}

Test(claim_ask, guest_does_not_answer_for_its_defender)
{
	defend_late();
	world_mute(&w, GUEST_B);
	world_use(&w, ADDRESS, GUEST_A, at_ms(11500));
	world_run_until(&w, at_ms(12200));
	cr_assert_gt(w.asked.count, 0);
	world_use(&w, ADDRESS, GUEST_A, at_ms(12200));
	assert_silent(&w, 0);
}

/* ---- limits, ports, policy ---- */

Test(claim_ask, questions_wait_for_their_ports_turn)
{
	w.settings.announcements_per_second = 10;
	w.settings.announcements_burst = 1;
	world_mute(&w, GUEST_A);
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	world_run_until(&w, at_ms(WINDOW_MS + 400));
	cr_assert(world_has_asked(&w, 0, GUEST_A, ASKER_HOST, at_ms(WINDOW_MS)));
	cr_assert(world_has_asked(&w, 1, GUEST_A, ASKER_HOST, at_ms(WINDOW_MS + 100)));
	cr_assert(world_has_asked(&w, 2, GUEST_A, ASKER_HOST, at_ms(WINDOW_MS + 200)));
	cr_assert_eq(w.counted[COUNTER_ask_over_limit], 1);
}

/* One question a second may leave. */
static void limit_questions(void)
{
	w.settings.announcements_per_second = 1;
	w.settings.announcements_burst = 1;
}

Test(claim_ask, question_that_has_waited_comes_from_the_sender_that_was_chosen)
{
	limit_questions();
	world_mute(&w, GUEST_A);
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	world_run_until(&w, at_ms(WINDOW_MS + 2000));
	cr_assert_eq(w.asked.count, 3);
	cr_assert(world_has_asked(&w, 1, GUEST_A, ASKER_HOST, at_ms(WINDOW_MS + 1000)));
	cr_assert(world_has_asked(&w, 2, GUEST_A, ASKER_ZERO, at_ms(WINDOW_MS + 2000)));
}

Test(claim_ask, question_to_the_former_owner_that_has_waited_goes_to_it)
{
	world_declare(&w, ADDRESS, ANNOUNCE_IMMEDIATE, GUEST_A, GUEST_B, NULL);
	world_take(&w, ADDRESS, GUEST_B, at_ms(0));
	world_run_until(&w, at_ms(10000));
	limit_questions();
	world_mute(&w, GUEST_A);
	world_probe(&w, ADDRESS, GUEST_A, at_ms(10000));
	w.announced.count = w.asked.count = 0;
	w.limits[GUEST_B->port % WORLD_PORTS].questions_tat_ns = at_ms(14500);
	world_run_until(&w, at_ms(14500));
	cr_assert(world_has_asked(&w, 3, GUEST_B, ASKER_HOST, at_ms(14500)));
	cr_assert(world_has_announced(&w, 0, GUEST_B, at_ms(14500)));
}

/* No question could leave, so it answered none: from which sender it would is not known. */
Test(claim_ask, guest_that_uses_the_address_before_a_question_has_answered_none)
{
	w.deaf_ports = 1u << guest_a.port;
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_ASKING);
	cr_assert_eq(w.asked.count, 0);
	world_use(&w, ADDRESS, GUEST_A, at_ms(3200));
	cr_assert(world_has_announced(&w, 0, GUEST_A, at_ms(3200)));
	cr_assert_eq(w.counted[COUNTER_answered_host], 0);
	cr_assert_eq(w.step.answered, ASKER_NONE);
}

/* It answered one before, and is asked again; its former answer is not counted twice. */
Test(claim_ask, answer_of_before_is_not_that_of_a_question_that_never_left)
{
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	cr_assert_eq(w.counted[COUNTER_answered_host], 1);
	w.deaf_ports = 1u << guest_a.port;
	world_run_until(&w, at_ms(10000));
	world_use(&w, ADDRESS, GUEST_A, at_ms(10100));
	cr_assert_eq(w.counted[COUNTER_answered_host], 1);
}

Test(claim_ask, settled_guest_whose_port_does_not_forward_is_given_up)
{
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	w.deaf_ports = 1u << GUEST_A->port;
	world_run_until(&w, at_ms(WINDOW_MS + 1100 + 599000));
	cr_assert_eq(w.counted[COUNTER_ask_given_up], 0);
	world_run_until(&w, at_ms(WINDOW_MS + 1100 + 602000));
	cr_assert_eq(w.counted[COUNTER_ask_given_up], 1);
	assert_silent(&w, 1);
}

/* ---- a guest that is heard, or gives way ---- */

Test(claim_ask, guest_that_was_paused_is_asked_when_it_is_heard)
{
	world_mute(&w, GUEST_A);
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	world_run_until(&w, at_ms(20000));
	world_unmute(&w, GUEST_A);
	world_send_other(&w, GUEST_A, at_ms(20000));
	world_run_until(&w, at_ms(20000));
	cr_assert_eq(w.counted[COUNTER_ask_heard], 1);
	cr_assert(world_has_announced(&w, 0, GUEST_A, at_ms(20000)));
}

Test(claim_ask, guest_that_is_heard_all_the_time_is_asked_once_a_second)
{
	unsigned int before;
	int i;

	world_mute(&w, GUEST_A);
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	world_run_until(&w, at_ms(WINDOW_MS + 31000));
	before = w.asked.count;
	for (i = 0; i < 100; i++)
		world_send_other(&w, GUEST_A, at_ms(WINDOW_MS + 31000 + i * 100));
	cr_assert_eq(w.asked.count, before + 10);
	assert_silent(&w, 0);
}

Test(claim_ask, frame_of_another_host_or_port_asks_nobody)
{
	const struct station neighbour = {"neighbour", {0x02, 0, 0, 0, 0, 0xd}, 11, ROLE_GUEST};
	unsigned int before;

	world_mute(&w, GUEST_A);
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	world_run_until(&w, at_ms(20000));
	before = w.asked.count;
	world_send_other(&w, GUEST_B, at_ms(20000));
	world_send_other(&w, &neighbour, at_ms(20000));
	world_send_other(&w, A_MOVED, at_ms(20000));
	world_send_other(&w, A_UPLINK, at_ms(20000));
	world_run_until(&w, at_ms(20000));
	cr_assert_eq(w.asked.count, before);
}

Test(claim_ask, question_that_waits_for_its_turn_goes_on_waiting_when_the_guest_is_heard)
{
	world_mute(&w, GUEST_A);
	limit_questions();
	w.limits[GUEST_A->port % WORLD_PORTS].questions_tat_ns = at_ms(9000);
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	world_send_other(&w, GUEST_A, at_ms(5000));
	world_run_until(&w, at_ms(5000));
	cr_assert_eq(w.asked.count, 0);
	cr_assert_eq(w.counted[COUNTER_ask_heard], 0);
}

Test(claim_ask, settled_guest_that_is_asked_is_asked_when_it_is_heard)
{
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	world_mute(&w, GUEST_A);
	world_run_until(&w, at_ms(20000));
	world_unmute(&w, GUEST_A);
	world_send_other(&w, GUEST_A, at_ms(20000));
	world_run_until(&w, at_ms(20000));
	cr_assert(world_has_announced(&w, 1, GUEST_A, at_ms(20000)));
}

Test(claim_ask, only_a_guest_that_never_answered_gives_way)
{
	struct claim claim = {.state = CLAIM_UNANSWERED, .quota_port = 11, .ask_ns = at_ms(1)};
	struct claim owned = claim, asking = claim;

	cr_assert_not(claim_give_way(&claim, 12, at_ms(0)).forget);
	asking.state = CLAIM_ASKING;
	cr_assert_not(claim_give_way(&asking, 11, at_ms(0)).forget);
	memcpy(owned.owner, GUEST_B->mac, MAC_LEN);
	cr_assert_not(claim_give_way(&owned, 11, at_ms(0)).forget);
	cr_assert(claim_give_way(&claim, 11, at_ms(0)).forget);
	cr_assert_eq(claim.state, CLAIM_NONE);
	cr_assert_eq(claim.deadline_ns, 0);
}

Test(claim_ask, only_an_owner_with_nothing_left_to_say_makes_room)
{
	const struct claim owned = {.state = CLAIM_OWNED, .due_ns = 5};
	struct claim claim = owned;

	claim.nudge_ns = at_ms(9);
	cr_assert_not(claim_make_room(&claim, at_ms(0)).forget);
	claim = owned;
	claim.flags = CLAIM_F_DEFERRED;
	cr_assert_not(claim_make_room(&claim, at_ms(0)).forget);
	claim = owned;
	claim.flags = CLAIM_F_DECLARED;
	cr_assert_not(claim_make_room(&claim, at_ms(0)).forget);
	claim = owned;
	claim.ask_ns = at_ms(9);
	cr_assert_not(claim_make_room(&claim, at_ms(0)).forget);
	claim = owned;
	claim.state = CLAIM_PROBING;
	cr_assert_not(claim_make_room(&claim, at_ms(0)).forget);
	claim = owned;
	cr_assert(claim_make_room(&claim, at_ms(0)).forget);
	cr_assert_eq(claim.state, CLAIM_NONE);
	cr_assert_eq(claim.deadline_ns, 0);
}

/* An owner that garpd has announced gives way, too, and after the next failover it is announced. */
Test(claim_ask, announced_owner_makes_room)
{
	struct claim *claim;

	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	world_run_until(&w, at_ms(20000));
	claim = (struct claim *)world_claim(&w, ADDRESS);
	cr_assert_eq(claim->announcements, 2);
	cr_assert_not(claim_announces_itself(claim));
	cr_assert(claim_make_room(claim, at_ms(20000)).forget);
	world_take(&w, ADDRESS, GUEST_B, at_ms(21000));
	cr_assert(world_has_announced(&w, 2, GUEST_B, at_ms(21000 + WINDOW_MS)));
	world_announce(&w, ADDRESS, GUEST_B, at_ms(40000));
	cr_assert(claim_announces_itself(world_claim(&w, ADDRESS)));
}

Test(claim_ask, none_is_asked_where_the_port_does_not_forward)
{
	w.deaf_ports = 1u << GUEST_A->port;
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	world_run_until(&w, at_ms(WINDOW_MS + 20000));
	cr_assert_eq(w.asked.count, 0);
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_ASKING);
	w.deaf_ports = 0;
	world_run_until(&w, at_ms(WINDOW_MS + 21000));
	cr_assert_eq(w.asked.count, 1);
	cr_assert_eq(w.announced.count, 1);
}

Test(claim_ask, denied_while_asking)
{
	world_mute(&w, GUEST_A);
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	world_declare(&w, ADDRESS, ANNOUNCE_NEVER, NULL);
	world_run_until(&w, at_ms(WINDOW_MS + 100));
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_DENIED);
	assert_silent(&w, 0);
}

Test(claim_ask, too_few_probes_are_not_asked_about)
{
	world_probe(&w, ADDRESS, GUEST_A, at_ms(0));
	world_run_until(&w, at_ms(60000));
	cr_assert_eq(w.asked.count, 0);
	cr_assert_null(world_claim(&w, ADDRESS));
}

/* ---- watching only ---- */

Test(claim_ask, observer_asks_and_announces_nobody)
{
	w.settings.observe = 1;
	w.listeners = 1;
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_OWNED);
	cr_assert(world_claim(&w, ADDRESS)->flags & CLAIM_F_OBSERVED);
	cr_assert_eq(w.counted[COUNTER_observed], 1);
	assert_silent(&w, 0);
	cr_assert_eq(world_announce_by_hand(&w, ADDRESS, w.now_ns), COUNTER_observed);
	cr_assert_eq(w.asked.count, 0);
	cr_assert_eq(w.nudge_rounds, 0);
	assert_silent(&w, 0);
}

Test(claim_ask, observer_announces_no_declared_guest_and_no_defender)
{
	w.settings.observe = 1;
	world_declare(&w, ADDRESS, ANNOUNCE_IMMEDIATE, GUEST_A, GUEST_B, NULL);
	world_probe(&w, ADDRESS, GUEST_A, at_ms(0));
	world_use(&w, ADDRESS, GUEST_B, at_ms(100));
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_CONFLICT);
	assert_silent(&w, 0);
}

Test(claim_ask, observer_drops_what_was_being_asked)
{
	world_mute(&w, GUEST_A);
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	w.settings.observe = 1;
	world_run_until(&w, at_ms(WINDOW_MS + 50));
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_OWNED);
	cr_assert(world_claim(&w, ADDRESS)->flags & CLAIM_F_OBSERVED);
	assert_silent(&w, 0);
}

Test(claim_ask, guest_that_is_denied_while_asked_is_not_observed_as_the_owner)
{
	world_mute(&w, GUEST_A);
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	world_declare(&w, ADDRESS, ANNOUNCE_NEVER, NULL);
	w.settings.observe = 1;
	world_run_until(&w, at_ms(WINDOW_MS + 100));
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_DENIED);
}

Test(claim_ask, observed_claim_is_no_longer_so_when_the_guest_announces_itself)
{
	w.settings.observe = 1;
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	world_probes(&w, ADDRESS, GUEST_A, at_ms(10000), 3, NSEC_PER_SEC);
	world_announce(&w, ADDRESS, GUEST_A, at_ms(13000));
	cr_assert_not(world_claim(&w, ADDRESS)->flags & CLAIM_F_OBSERVED);
}
