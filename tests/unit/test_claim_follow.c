// SPDX-License-Identifier: GPL-2.0-or-later
/* claim/confirm.h: nudges and their answers, the refresh, and when none of it may happen. */
#include <criterion/criterion.h>

#include "world.h"

static struct world w;

static void setup(void)
{
	world_init(&w);
	w.listeners = 1;
}

TestSuite(claim_follow, .init = setup);

/* The window ends 3050 ms after the first of three steady probes. */
#define TAKEN_MS 3050

Test(claim_follow, listeners_are_nudged_beside_the_first_announcement)
{
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	cr_assert_eq(w.nudge_rounds, 1);
	cr_assert_eq(w.nudged_ns[0], at_ms(TAKEN_MS));
	cr_assert(world_has_announced(&w, 0, GUEST_A, at_ms(TAKEN_MS)));
	cr_assert_eq(world_claim(&w, ADDRESS)->nudges, 1);
}

Test(claim_follow, three_tries_and_then_it_is_unconfirmed_once)
{
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	world_run_until(&w, at_ms(60000));
	cr_assert_eq(w.nudge_rounds, 3);
	cr_assert_eq(w.nudged_ns[1], at_ms(TAKEN_MS + 1000));
	cr_assert_eq(w.nudged_ns[2], at_ms(TAKEN_MS + 2000));
	cr_assert_eq(w.counted[COUNTER_nudge_round], 3); /* and the look behind the last */
	cr_assert_eq(w.counted[COUNTER_not_due], 0);
	cr_assert_eq(w.counted[COUNTER_unconfirmed], 1);
	cr_assert_eq(world_claim(&w, ADDRESS)->unconfirmed, 1);
	cr_assert_eq(world_claim(&w, ADDRESS)->nudge_ns, 0);
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_OWNED);
}

/* B probes while the round beside A's announcement is being sent: B is not announced yet. */
static void b_probes_meanwhile(struct world *world, const struct claim_step *step,
			       const struct announcement *announcement)
{
	(void)announcement;
	if (!step->nudge)
		return;
	world->watch = NULL;
	world->daemon_stopped = 1; /* there is one, and it is at it */
	world_probe(world, ADDRESS, GUEST_B, world->now_ns);
	world->daemon_stopped = 0;
}

Test(claim_follow, round_that_another_guest_ended_has_no_next_one)
{
	w.watch = b_probes_meanwhile;
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_PROBING);
	cr_assert_eq(world_claim(&w, ADDRESS)->nudge_ns, 0);
	world_run_until(&w, at_ms(TAKEN_MS + 2000));
	cr_assert_eq(w.nudge_rounds, 1);
}

/* B announces itself; `nudge: auto` sends no nudges then. */
Test(claim_follow, rounds_of_a_former_owner_end)
{
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	world_run_until(&w, at_ms(60000 - 500));
	world_take(&w, ADDRESS, GUEST_B, at_ms(60000));
	cr_assert_eq(w.nudge_rounds, 4);
	world_use(&w, ADDRESS, GUEST_B, at_ms(60000 + TAKEN_MS + 10));
	world_run_until(&w, at_ms(60000 + TAKEN_MS + 1200)); /* OWNED, a second round */
	cr_assert_eq(w.nudge_rounds, 5);
	world_announce(&w, ADDRESS, GUEST_A, at_ms(60000 + TAKEN_MS + 1300));
	cr_assert_eq(w.step.reason, COUNTER_self_announced);
	world_run_until(&w, at_ms(120000));
	cr_assert_eq(w.nudge_rounds, 5);
}

Test(claim_follow, no_listener_no_round)
{
	w.listeners = 0;
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	world_run_until(&w, at_ms(60000));
	cr_assert_eq(w.nudge_rounds, 0);
	cr_assert_eq(w.counted[COUNTER_unconfirmed], 0);
	cr_assert_eq(w.announced.count, 2);
}

Test(claim_follow, an_answer_confirms_and_ends_the_rounds)
{
	const struct claim *claim;

	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	cr_assert_eq(world_reply(&w, ADDRESS, 0, GUEST_A, at_ms(TAKEN_MS + 4)), COUNTER_confirmed);
	world_run_until(&w, at_ms(60000));
	claim = world_claim(&w, ADDRESS);
	cr_assert_eq(w.nudge_rounds, 1);
	cr_assert_eq(claim->confirmations, 1);
	cr_assert_eq(claim->unconfirmed, 0);
	cr_assert_eq(claim->confirmed_ns - claim->announced_since_ns, 4 * NSEC_PER_MSEC);
	cr_assert_eq(w.counted[COUNTER_unconfirmed], 0);
}

Test(claim_follow, an_answer_to_somebody_else_proves_nothing)
{
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	cr_assert_eq(world_reply(&w, ADDRESS, 0, GUEST_B, at_ms(TAKEN_MS + 4)),
		     COUNTER_answer_seen);
	cr_assert_eq(world_claim(&w, ADDRESS)->confirmations, 0);
}

Test(claim_follow, a_second_answer_is_no_news)
{
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	world_reply(&w, ADDRESS, 0, GUEST_A, at_ms(TAKEN_MS + 4));
	cr_assert_eq(world_reply(&w, ADDRESS, 0, GUEST_A, at_ms(TAKEN_MS + 9)),
		     COUNTER_answer_seen);
	cr_assert_eq(world_claim(&w, ADDRESS)->confirmations, 1);
}

/* A guest makes up ever more hosts that answer; who was nudged is heard all the same. */
Test(claim_follow, answers_of_strangers_are_news_a_few_times)
{
	const struct addr stranger = {{1}};
	struct claim *claim;
	unsigned int news = 0;

	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	claim = &w.sites[0].claim;
	for (int i = 0; i < 1000; i++)
		news += claim_confirm(claim, guest_a.mac, &stranger, NULL, w.now_ns).changed;
	cr_assert_eq(news, LISTENERS);
	cr_assert_eq(world_reply(&w, ADDRESS, 0, GUEST_A, at_ms(TAKEN_MS + 4)), COUNTER_confirmed);
	world_run_until(&w, at_ms(60000));
	world_take(&w, ADDRESS, GUEST_A, at_ms(60000));
	cr_assert(claim_confirm(claim, guest_a.mac, &stranger, NULL, w.now_ns).changed);
}

/* Until it is certain whose the address is, an answer proves nothing either. */
Test(claim_follow, an_answer_inside_the_window_is_none)
{
	world_probes(&w, ADDRESS, GUEST_A, at_ms(0), 3, NSEC_PER_SEC);
	cr_assert_eq(world_reply(&w, ADDRESS, 0, GUEST_A, at_ms(2500)), COUNTER_answer_seen);
}

Test(claim_follow, an_answer_in_a_conflict_is_none)
{
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	world_use(&w, ADDRESS, REMOTE, at_ms(TAKEN_MS + 2));
	cr_assert_eq(world_reply(&w, ADDRESS, 0, GUEST_A, at_ms(TAKEN_MS + 4)),
		     COUNTER_answer_seen);
}

Test(claim_follow, a_conflict_stops_the_rounds)
{
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	world_use(&w, ADDRESS, REMOTE, at_ms(TAKEN_MS + 100));
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_CONFLICT);
	world_run_until(&w, at_ms(60000));
	cr_assert_eq(w.nudge_rounds, 1);
}

Test(claim_follow, a_policy_that_has_come_to_forbid_it_stops_them)
{
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	world_set_host(&w, ADDRESS, HOST_OWN);
	world_run_until(&w, at_ms(60000));
	cr_assert_eq(w.nudge_rounds, 1);
}

/* The daemon came for something else meanwhile: here, for the claim's age. */
Test(claim_follow, a_policy_that_forbids_it_for_a_moment_stops_none_that_is_not_due)
{
	w.settings.max_age_ns = 10 * NSEC_PER_SEC;
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	world_use(&w, ADDRESS, GUEST_A, at_ms(8000));
	cr_assert_eq(world_announce_by_hand(&w, ADDRESS, at_ms(11500)), COUNTER_announce_by_hand);
	world_run_until(&w, at_ms(11700));
	world_set_host(&w, ADDRESS, HOST_OWN);
	world_run_until(&w, at_ms(12200));
	cr_assert_eq(w.counted[COUNTER_not_due], 1);
	world_set_host(&w, ADDRESS, 0);
	cr_assert_eq(w.nudge_rounds, 4);
	world_run_until(&w, at_ms(12500));
	cr_assert_eq(w.nudge_rounds, 5);
}

Test(claim_follow, a_new_window_stops_them)
{
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	world_probe(&w, ADDRESS, GUEST_B, at_ms(TAKEN_MS + 500));
	world_run_until(&w, at_ms(TAKEN_MS + 1500));
	cr_assert_eq(w.nudge_rounds, 1);
}

Test(claim_follow, never_is_never)
{
	w.settings.nudge = NUDGE_NEVER;
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	world_run_until(&w, at_ms(60000));
	cr_assert_eq(w.nudge_rounds, 0);
	cr_assert_eq(w.announced.count, 2);
}

Test(claim_follow, who_announces_itself_is_nudged_for_where_always_is_wanted)
{
	world_probes(&w, ADDRESS, GUEST_A, at_ms(0), 3, NSEC_PER_SEC);
	world_announce(&w, ADDRESS, GUEST_A, at_ms(3000));
	world_run_until(&w, at_ms(10000));
	cr_assert_eq(w.nudge_rounds, 0);
	w.settings.nudge = NUDGE_ALWAYS;
	world_probes(&w, ADDRESS, GUEST_B, at_ms(10000), 3, NSEC_PER_SEC);
	world_announce(&w, ADDRESS, GUEST_B, at_ms(13000));
	world_run_until(&w, at_ms(13000));
	cr_assert_eq(w.nudge_rounds, 1);
	cr_assert_eq(w.nudged_ns[0], at_ms(13000));
	cr_assert_eq(w.announced.count, 0);
}

Test(claim_follow, an_operator_starts_them_anew)
{
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	world_run_until(&w, at_ms(60000));
	cr_assert_eq(w.nudge_rounds, 3);
	world_announce_by_hand(&w, ADDRESS, at_ms(60000));
	cr_assert_eq(w.nudge_rounds, 4);
	cr_assert_eq(world_reply(&w, ADDRESS, 0, GUEST_A, at_ms(60001)), COUNTER_confirmed);
}

/* The announcement waits for its port's turn: the nudges that go with it wait, too. */
Test(claim_follow, rounds_wait_for_an_announcement_that_is_deferred)
{
	const struct claim_next allowed = {.live_port = GUEST_A->port};
	const struct said said = {ANNOUNCE_GUEST, GUEST_A->mac, GUEST_A->port};
	struct claim_step step;
	struct claim claim;

	world_probes(&w, ADDRESS, GUEST_A, at_ms(0), 3, NSEC_PER_SEC);
	claim = *world_claim(&w, ADDRESS);
	step = claim_run_deadline(&claim, &allowed, &w.settings, at_ms(TAKEN_MS));
	cr_assert(step.announce && step.nudge);
	claim_queue(&claim, &said, QUEUED_PORT, at_ms(TAKEN_MS + 500), at_ms(TAKEN_MS));
	cr_assert_eq(claim.deadline_ns, at_ms(TAKEN_MS + 500));
	step = claim_run_deadline(&claim, &allowed, &w.settings, at_ms(TAKEN_MS + 499));
	cr_assert(!step.announce && !step.nudge);
	step = claim_run_deadline(&claim, &allowed, &w.settings, at_ms(TAKEN_MS + 500));
	cr_assert(step.announce && step.nudge);
}

/* ---- refresh ---- */

static void refresh_setup(void)
{
	setup();
	w.listeners = 0;
	w.settings.refresh_ns = 60 * NSEC_PER_SEC;
}

TestSuite(claim_refresh, .init = refresh_setup);

#define DONE_MS (TAKEN_MS + 1100) /* the second announcement, after which the owner rests */

Test(claim_refresh, is_off_unless_it_is_wanted)
{
	w.settings.refresh_ns = 0;
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	world_use(&w, ADDRESS, GUEST_A, at_ms(3600000));
	world_run_until(&w, at_ms(7200000));
	cr_assert_eq(w.announced.count, 2);
}

Test(claim_refresh, while_the_owner_is_heard)
{
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	world_use(&w, ADDRESS, GUEST_A, at_ms(30000));
	world_run_until(&w, at_ms(DONE_MS + 60000));
	cr_assert_eq(w.announced.count, 3);
	cr_assert(world_has_announced(&w, 2, GUEST_A, at_ms(DONE_MS + 60000)));
	cr_assert_eq(w.counted[COUNTER_announce_refresh], 1);
	world_use(&w, ADDRESS, GUEST_A, at_ms(DONE_MS + 70000));
	world_run_until(&w, at_ms(DONE_MS + 120000));
	cr_assert(world_has_announced(&w, 3, GUEST_A, at_ms(DONE_MS + 120000)));
}

Test(claim_refresh, never_for_an_owner_that_fell_silent)
{
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	world_run_until(&w, at_ms(3600000));
	cr_assert_eq(w.announced.count, 2);
	cr_assert_gt(w.counted[COUNTER_refresh_silent], 10);
}

Test(claim_refresh, again_when_it_is_back)
{
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	world_use(&w, ADDRESS, GUEST_A, at_ms(DONE_MS + 600000 - 1000));
	world_run_until(&w, at_ms(DONE_MS + 600000));
	cr_assert_eq(w.announced.count, 3);
}

Test(claim_refresh, not_against_the_policy)
{
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	world_use(&w, ADDRESS, GUEST_A, at_ms(30000));
	world_set_host(&w, ADDRESS, HOST_OWN);
	world_run_until(&w, at_ms(DONE_MS + 60000));
	cr_assert_eq(w.announced.count, 2);
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_DENIED);
}

Test(claim_refresh, ends_when_the_claim_is_forgotten)
{
	w.settings.max_age_ns = 150 * NSEC_PER_SEC;
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	world_run_until(&w, at_ms(152001));
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_NONE);
	cr_assert_eq(w.announced.count, 2);
}

/* Heard on another CPU after the daemon had read its clock. */
Test(claim_refresh, of_an_owner_that_was_heard_this_moment)
{
	const struct claim_next allowed = {.live_port = GUEST_A->port};
	struct claim claim;

	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	world_run_until(&w, at_ms(DONE_MS));
	claim = *world_claim(&w, ADDRESS);
	claim.last_seen_ns = at_ms(DONE_MS + 60000) + 5;
	cr_assert_eq(
		claim_run_deadline(&claim, &allowed, &w.settings, at_ms(DONE_MS + 60000)).reason,
		COUNTER_announce_refresh);
}

/* A planned move to another machine, behind the uplink, and the former owner lives on. */
Test(claim_refresh, not_over_another_host_that_probed_and_uses_the_address)
{
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	world_probes(&w, ADDRESS, REMOTE, at_ms(20000), 3, NSEC_PER_SEC);
	cr_assert_eq(w.counted[COUNTER_probe_uplink], 3);
	world_use(&w, ADDRESS, REMOTE, at_ms(26000));
	cr_assert_eq(w.step.reason, COUNTER_other_seen);
	world_run_until(&w, at_ms(DONE_MS + 60000));
	cr_assert_eq(w.announced.count, 2);
	cr_assert_eq(w.counted[COUNTER_refresh_doubted], 1);
}

/* Each sign alone is enough. */
Test(claim_refresh, not_over_another_host_that_only_probed)
{
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	world_probe(&w, ADDRESS, REMOTE, at_ms(20000));
	world_run_until(&w, at_ms(DONE_MS + 60000));
	cr_assert_eq(w.counted[COUNTER_refresh_doubted], 1);
	cr_assert_eq(w.announced.count, 2);
}

Test(claim_refresh, not_over_another_host_that_uses_the_address)
{
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	world_use(&w, ADDRESS, REMOTE, at_ms(26000));
	world_run_until(&w, at_ms(DONE_MS + 60000));
	cr_assert_eq(w.counted[COUNTER_refresh_doubted], 1);
	cr_assert_eq(w.announced.count, 2);
}

/* Nothing came of B's window: whether it has the address is not known. */
Test(claim_refresh, not_after_an_attempt_that_lapsed)
{
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	world_probe(&w, ADDRESS, GUEST_B, at_ms(20000));
	world_run_until(&w, at_ms(30000));
	cr_assert_eq(world_claim(&w, ADDRESS)->reason, COUNTER_lapsed);
	world_run_until(&w, at_ms(120000));
	cr_assert_gt(w.counted[COUNTER_refresh_doubted], 0);
	cr_assert_eq(w.announced.count, 2);
}

Test(claim_refresh, again_once_the_owner_names_the_address)
{
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	world_probe(&w, ADDRESS, REMOTE, at_ms(20000));
	world_use(&w, ADDRESS, GUEST_A, at_ms(20001));
	world_run_until(&w, at_ms(DONE_MS + 60000));
	cr_assert_eq(w.counted[COUNTER_announce_refresh], 1);
	cr_assert_eq(w.announced.count, 3);
}

/* The former owner's doubts are not the new one's. */
Test(claim_refresh, of_the_guest_that_the_address_moved_to)
{
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	world_use(&w, ADDRESS, GUEST_B, at_ms(20000));
	world_announce(&w, ADDRESS, GUEST_B, at_ms(20001));
	cr_assert_eq(w.step.reason, COUNTER_self_announced);
	world_use(&w, ADDRESS, GUEST_B, at_ms(70000));
	world_run_until(&w, at_ms(81000));
	cr_assert_eq(w.counted[COUNTER_announce_refresh], 1);
	cr_assert(world_has_announced(&w, 2, GUEST_B, at_ms(80001)));
}

/* An active-backup bond: the bridge would be taught the tap that its MAC has left. */
Test(claim_refresh, not_on_the_port_that_the_owner_has_left)
{
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	world_use(&w, ADDRESS, GUEST_A, at_ms(20000));
	world_use(&w, ADDRESS, A_MOVED, at_ms(40000));
	world_run_until(&w, at_ms(DONE_MS + 60000));
	cr_assert_eq(w.counted[COUNTER_seen_elsewhere], 1);
	cr_assert_eq(w.counted[COUNTER_refresh_doubted], 1);
	cr_assert_eq(w.announced.count, 2);
}

/* It seemed to be forgotten before the next one would be due, and then it was heard of. */
Test(claim_refresh, not_before_its_time)
{
	w.settings.max_age_ns = 10 * NSEC_PER_SEC;
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	world_use(&w, ADDRESS, GUEST_A, at_ms(11000));
	world_run_until(&w, at_ms(20000));
	cr_assert_eq(w.announced.count, 2);
	cr_assert_eq(w.counted[COUNTER_announce_refresh], 0);
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_OWNED);
}

/* No host has the address, and the last prober lives. */
Test(claim_refresh, not_of_a_conflict)
{
	w.settings.max_age_ns = 100 * NSEC_PER_SEC;
	world_probe(&w, ADDRESS, GUEST_A, at_ms(0));
	world_probe(&w, ADDRESS, GUEST_B, at_ms(500));
	world_use(&w, ADDRESS, GUEST_C, at_ms(1000));
	world_use(&w, ADDRESS, GUEST_B, at_ms(80000));
	world_run_until(&w, at_ms(150000));
	cr_assert_eq(world_claim(&w, ADDRESS)->state, CLAIM_CONFLICT);
	cr_assert_eq(w.announced.count, 0);
}

/* A third one had probed while nothing was announced. */
Test(claim_refresh, not_of_a_thawed_claim_that_another_host_wanted)
{
	w.settings.max_moves = 0;
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	world_take(&w, ADDRESS, GUEST_B, at_ms(10000));
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_FROZEN);
	world_probe(&w, ADDRESS, GUEST_C, at_ms(20000));
	cr_assert_eq(w.step.reason, COUNTER_frozen_probe);
	world_run_until(&w, at_ms(380000));
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_OWNED);
	cr_assert_eq(w.counted[COUNTER_refresh_doubted], 1);
	cr_assert_eq(w.announced.count, 2);
}

/* The address is another machine's by now: garpd injects no announcement at the uplink. */
Test(claim_refresh, not_of_an_owner_behind_the_uplink)
{
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	world_announce(&w, ADDRESS, REMOTE, at_ms(20000));
	world_use(&w, ADDRESS, REMOTE, at_ms(70000));
	world_run_until(&w, at_ms(100000));
	cr_assert_eq(w.announced.count, 2);
	cr_assert_eq(w.counted[COUNTER_announce_failed], 0);
	cr_assert_eq(w.counted[COUNTER_refresh_silent], 1);
	cr_assert_eq(world_announce_by_hand(&w, ADDRESS, at_ms(100000)), COUNTER_announce_refused);
}
