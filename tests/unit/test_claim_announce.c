// SPDX-License-Identifier: GPL-2.0-or-later
/* Announcing: slots, what cannot be sent, declared addresses, an operator, a daemon that is late.
 */
#include <criterion/criterion.h>

#include "world.h"

static struct world w;

static void setup(void)
{
	world_init(&w);
}

TestSuite(claim_slots, .init = setup);
TestSuite(claim_deferred, .init = setup);
TestSuite(claim_immediate, .init = setup);
TestSuite(claim_announce_now, .init = setup);
TestSuite(claim_late, .init = setup);

Test(claim_slots, two_announcements_1100_ms_apart)
{
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	world_run_until(&w, at_ms(4150) - 1);
	cr_assert_eq(w.announced.count, 1);
	world_run_until(&w, at_ms(60000));
	cr_assert_eq(w.announced.count, 2);
	cr_assert(world_has_announced(&w, 1, GUEST_A, at_ms(4150)));
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_OWNED);
	cr_assert_eq(world_claim(&w, ADDRESS)->announcements, 2);
	cr_assert_eq(world_claim(&w, ADDRESS)->last_announcement_ns, at_ms(4150));
	cr_assert_eq(w.counted[COUNTER_announced], 2);
	cr_assert_eq(w.counted[COUNTER_announce_done], 1);
}

Test(claim_slots, one_announcement_settles_at_once)
{
	w.settings.announce_num = 1;
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_OWNED);
	world_run_until(&w, at_ms(60000));
	cr_assert_eq(w.announced.count, 1);
}

Test(claim_slots, five_announcements_the_later_ones_2_s_apart)
{
	static const __u64 slots[] = {3050, 4150, 6150, 8150, 10150};
	unsigned int i;

	w.settings.announce_num = 5;
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	world_run_until(&w, at_ms(60000));
	cr_assert_eq(w.announced.count, 5);
	for (i = 0; i < 5; i++)
		cr_assert(world_has_announced(&w, i, GUEST_A, at_ms(slots[i])), "slot %u", i);
	cr_assert_eq(w.counted[COUNTER_announce_next], 3);
	cr_assert_eq(w.counted[COUNTER_announce_done], 1);
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_OWNED);
}

Test(claim_slots, nothing_is_due_before_its_time)
{
	const struct claim *claim;
	struct claim_step step;

	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	claim = world_claim(&w, ADDRESS);
	step = claim_run_deadline((struct claim *)claim, &(struct claim_next){}, &w.settings,
				  at_ms(4150) - 1);
	cr_assert_eq(step.reason, COUNTER_not_due);
	cr_assert_eq(step.announce, ANNOUNCE_NONE);
	cr_assert_eq(claim->deadline_ns, at_ms(4150));
}

Test(claim_slots, policy_is_asked_again_before_each_one)
{
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	world_set_host(&w, ADDRESS, HOST_OWN);
	world_run_until(&w, at_ms(60000));
	cr_assert_eq(w.announced.count, 1);
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_DENIED);
	cr_assert_eq(w.counted[COUNTER_denied_host], 1);
}

Test(claim_slots, policy_is_asked_again_at_the_end_of_the_window)
{
	world_probes(&w, ADDRESS, GUEST_A, at_ms(0), 3, NSEC_PER_SEC);
	world_declare(&w, ADDRESS, ANNOUNCE_NEVER, NULL);
	world_run_until(&w, at_ms(60000));
	cr_assert_eq(w.announced.count, 0);
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_DENIED);
}

/* ---- what the kernel could not queue ---- */

Test(claim_deferred, failed_announcement_is_sent_10_ms_later_and_the_rest_on_schedule)
{
	w.fail = 1;
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	cr_assert_eq(w.announced.count, 0);
	cr_assert_eq(w.counted[COUNTER_announce_failed], 1);
	cr_assert(world_claim(&w, ADDRESS)->flags & CLAIM_F_DEFERRED);
	world_run_until(&w, at_ms(3060));
	cr_assert(world_has_announced(&w, 0, GUEST_A, at_ms(3060)));
	world_run_until(&w, at_ms(60000));
	cr_assert_eq(w.announced.count, 2);
	cr_assert(world_has_announced(&w, 1, GUEST_A, at_ms(4160)));
}

Test(claim_deferred, announcement_is_lost_after_three_retries_and_the_next_slot_comes)
{
	w.fail = 1 + CLAIM_RETRIES;
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	world_run_until(&w, at_ms(3080));
	cr_assert_eq(w.counted[COUNTER_announce_failed], CLAIM_RETRIES);
	cr_assert_eq(w.counted[COUNTER_announce_lost], 1);
	cr_assert_eq(w.announced.count, 0);
	world_run_until(&w, at_ms(60000));
	cr_assert_eq(w.announced.count, 1);
	cr_assert(world_has_announced(&w, 0, GUEST_A, at_ms(3080 + 1100)));
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_OWNED);
}

Test(claim_deferred, last_slot_that_fails_is_deferred_by_an_owned_claim)
{
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	w.fail = 1;
	world_run_until(&w, at_ms(60000));
	cr_assert_eq(w.announced.count, 2);
	cr_assert(world_has_announced(&w, 1, GUEST_A, at_ms(4160)));
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_OWNED);
}

Test(claim_deferred, conflict_or_denial_cancels_what_is_deferred)
{
	w.fail = 1;
	world_take(&w, "192.0.2.1", GUEST_A, at_ms(0));
	world_use(&w, "192.0.2.1", GUEST_B, at_ms(3055));
	w.fail = 1;
	world_take(&w, "192.0.2.2", GUEST_A, at_ms(10000));
	world_set_host(&w, "192.0.2.2", HOST_OWN);
	w.fail = 1;
	world_take(&w, "192.0.2.3", GUEST_A, at_ms(20000));
	world_announce(&w, "192.0.2.3", GUEST_A, at_ms(23055));
	world_run_until(&w, at_ms(60000));
	cr_assert_eq(w.announced.count, 0);
	cr_assert_eq(world_state(&w, "192.0.2.1"), CLAIM_OWNED); /* in doubt, after the conflict */
	cr_assert_eq(world_state(&w, "192.0.2.2"), CLAIM_DENIED);
	cr_assert_eq(world_state(&w, "192.0.2.3"), CLAIM_OWNED);
}

Test(claim_deferred, use_of_the_address_leaves_the_first_one_deferred)
{
	world_declare(&w, ADDRESS, ANNOUNCE_IMMEDIATE, GUEST_A, NULL);
	w.fail = 1;
	world_probe(&w, ADDRESS, GUEST_A, at_ms(0));
	world_use(&w, ADDRESS, GUEST_A, at_ms(5));
	world_run_until(&w, at_ms(1000));
	cr_assert_eq(w.announced.count, 1);
	cr_assert(world_has_announced(&w, 0, GUEST_A, at_ms(10)));
}

Test(claim_deferred, request_of_an_operator_sends_what_is_deferred)
{
	w.fail = 1;
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	world_announce_by_hand(&w, ADDRESS, at_ms(3055));
	world_run_until(&w, at_ms(4155) - 1);
	cr_assert_eq(w.announced.count, 1);
	world_run_until(&w, at_ms(60000));
	cr_assert_eq(w.announced.count, 2);
	cr_assert(world_has_announced(&w, 1, GUEST_A, at_ms(4155)));
}

/* ---- declared addresses: at the first probe ---- */

Test(claim_immediate, first_probe_and_again_at_the_end_of_the_window)
{
	world_declare(&w, ADDRESS, ANNOUNCE_IMMEDIATE, GUEST_A, GUEST_B, NULL);
	world_probes(&w, ADDRESS, GUEST_B, at_ms(0), 3, NSEC_PER_SEC);
	cr_assert_eq(w.announced.count, 1);
	cr_assert(world_has_announced(&w, 0, GUEST_B, at_ms(0)));
	cr_assert_eq(w.counted[COUNTER_immediate], 1);
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_PROBING);
	world_run_until(&w, at_ms(60000));
	cr_assert_eq(w.announced.count, 3);
	cr_assert(world_has_announced(&w, 1, GUEST_B, at_ms(3000)));
	cr_assert(world_has_announced(&w, 2, GUEST_B, at_ms(4100)));
}

Test(claim_immediate, one_probe_is_enough_for_it)
{
	world_declare(&w, ADDRESS, ANNOUNCE_IMMEDIATE, GUEST_A, NULL);
	world_probe(&w, ADDRESS, GUEST_A, at_ms(0));
	world_run_until(&w, at_ms(60000));
	cr_assert_eq(w.announced.count, 3);
	cr_assert(world_has_announced(&w, 1, GUEST_A, at_ms(2300)));
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_OWNED);
}

Test(claim_immediate, without_a_list_of_owners_it_waits_like_any_other)
{
	world_declare(&w, ADDRESS, ANNOUNCE_IMMEDIATE, NULL);
	world_probe(&w, ADDRESS, GUEST_A, at_ms(0));
	cr_assert_eq(w.announced.count, 0);
	cr_assert_eq(w.step.reason, COUNTER_window_opened);
}

Test(claim_immediate, takeover_by_another_listed_owner)
{
	world_declare(&w, ADDRESS, ANNOUNCE_IMMEDIATE, GUEST_A, GUEST_B, NULL);
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	world_run_until(&w, at_ms(10000));
	world_probe(&w, ADDRESS, GUEST_B, at_ms(20000));
	cr_assert(world_has_announced(&w, 3, GUEST_B, at_ms(20000)));
	world_run_until(&w, at_ms(60000));
	cr_assert_eq(world_claim(&w, ADDRESS)->moves, 1);
	cr_assert_arr_eq(world_claim(&w, ADDRESS)->owner, guest_b.mac, MAC_LEN);
}

Test(claim_immediate, listed_defender_is_announced_from_its_own_port)
{
	world_declare(&w, ADDRESS, ANNOUNCE_IMMEDIATE, GUEST_A, GUEST_B, NULL);
	world_probe(&w, ADDRESS, GUEST_B, at_ms(0));
	world_use(&w, ADDRESS, GUEST_A, at_ms(1));
	cr_assert_eq(w.step.reason, COUNTER_defended);
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_CONFLICT);
	cr_assert_eq(w.announced.count, 2);
	cr_assert(world_has_announced(&w, 1, GUEST_A, at_ms(1)));
	world_run_until(&w, at_ms(60000));
	cr_assert_eq(w.announced.count, 2);
}

Test(claim_immediate, listed_defender_is_announced_after_the_window_too)
{
	world_declare(&w, ADDRESS, ANNOUNCE_IMMEDIATE, GUEST_A, GUEST_B, NULL);
	world_probes(&w, ADDRESS, GUEST_B, at_ms(0), 3, NSEC_PER_SEC);
	world_run_until(&w, at_ms(3500));
	world_use(&w, ADDRESS, GUEST_A, at_ms(3500));
	cr_assert_eq(w.step.reason, COUNTER_defended);
	cr_assert(world_has_announced(&w, 2, GUEST_A, at_ms(3500)));
}

Test(claim_immediate, defender_that_is_not_listed_only_contradicts)
{
	world_declare(&w, ADDRESS, ANNOUNCE_IMMEDIATE, GUEST_B, NULL);
	world_probe(&w, ADDRESS, GUEST_B, at_ms(0));
	world_use(&w, ADDRESS, GUEST_C, at_ms(1));
	cr_assert_eq(w.step.reason, COUNTER_conflict_asserted);
	world_run_until(&w, at_ms(60000));
	cr_assert_eq(w.announced.count, 1);
}

Test(claim_immediate, defender_of_an_address_that_was_not_announced_only_contradicts)
{
	world_declare(&w, ADDRESS, ANNOUNCE_AFTER_PROBE, GUEST_A, GUEST_B, NULL);
	world_probe(&w, ADDRESS, GUEST_B, at_ms(0));
	world_use(&w, ADDRESS, GUEST_A, at_ms(1));
	cr_assert_eq(w.step.reason, COUNTER_conflict_asserted);
	cr_assert_eq(w.announced.count, 0);
}

/* The list was taken away in the middle of the window. */
Test(claim_immediate, defender_is_listed_now_or_it_only_contradicts)
{
	world_declare(&w, ADDRESS, ANNOUNCE_IMMEDIATE, GUEST_A, GUEST_B, NULL);
	world_probe(&w, ADDRESS, GUEST_B, at_ms(0));
	world_declare(&w, ADDRESS, ANNOUNCE_AFTER_PROBE, NULL);
	world_use(&w, ADDRESS, GUEST_A, at_ms(1));
	cr_assert_eq(w.step.reason, COUNTER_conflict_asserted);
	cr_assert_eq(w.announced.count, 1);
}

Test(claim_immediate, relayed_defence_is_not_repeated)
{
	world_declare(&w, ADDRESS, ANNOUNCE_IMMEDIATE, GUEST_A, GUEST_B, NULL);
	world_probe(&w, ADDRESS, GUEST_B, at_ms(0));
	world_relay(&w, ADDRESS, GUEST_A, at_ms(1));
	cr_assert_eq(w.step.reason, COUNTER_conflict_asserted);
	cr_assert_eq(w.announced.count, 1);
}

/* ---- an operator asks ---- */

Test(claim_announce_now, owned_claim_is_announced_now)
{
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	world_run_until(&w, at_ms(10000));
	cr_assert_eq(world_announce_by_hand(&w, ADDRESS, at_ms(10000)), COUNTER_announce_by_hand);
	cr_assert(world_has_announced(&w, 2, GUEST_A, at_ms(10000)));
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_OWNED);
}

Test(claim_announce_now, announcing_claim_keeps_its_schedule)
{
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	cr_assert_eq(world_announce_by_hand(&w, ADDRESS, at_ms(3500)), COUNTER_announce_by_hand);
	world_run_until(&w, at_ms(60000));
	cr_assert_eq(w.announced.count, 3);
	cr_assert(world_has_announced(&w, 2, GUEST_A, at_ms(4150)));
}

Test(claim_announce_now, refused_while_the_owner_is_uncertain)
{
	cr_assert_eq(world_announce_by_hand(&w, ADDRESS, at_ms(0)), COUNTER_announce_refused);
	world_probe(&w, ADDRESS, GUEST_A, at_ms(10));
	cr_assert_eq(world_announce_by_hand(&w, ADDRESS, at_ms(20)), COUNTER_announce_refused);
	world_use(&w, ADDRESS, GUEST_B, at_ms(30));
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_CONFLICT);
	cr_assert_eq(world_announce_by_hand(&w, ADDRESS, at_ms(40)), COUNTER_announce_refused);
	cr_assert_eq(w.announced.count, 0);
}

Test(claim_announce_now, refused_where_the_policy_forbids)
{
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	world_declare(&w, ADDRESS, ANNOUNCE_NEVER, NULL);
	cr_assert_eq(world_announce_by_hand(&w, ADDRESS, at_ms(3500)), COUNTER_denied_never);
	world_probe(&w, "192.0.2.8", GUEST_A, at_ms(3600));
	world_set_host(&w, "192.0.2.8", HOST_OWN);
	cr_assert_eq(world_announce_by_hand(&w, "192.0.2.8", at_ms(3700)), COUNTER_denied_host);
	cr_assert_eq(w.announced.count, 1);
}

/* ---- a daemon that was away ---- */

Test(claim_late, announced_once_then_on_schedule)
{
	w.daemon_stopped = 1;
	world_probes(&w, ADDRESS, GUEST_A, at_ms(0), 3, NSEC_PER_SEC);
	world_run_until(&w, at_ms(100000));
	cr_assert_eq(w.announced.count, 0);
	w.daemon_stopped = 0;
	world_run_until(&w, at_ms(100000));
	cr_assert_eq(w.announced.count, 1);
	world_run_until(&w, at_ms(200000));
	cr_assert_eq(w.announced.count, 2);
	cr_assert(world_has_announced(&w, 0, GUEST_A, at_ms(100000)));
	cr_assert(world_has_announced(&w, 1, GUEST_A, at_ms(101100)));
}

Test(claim_late, contradiction_meanwhile_silences_it)
{
	w.daemon_stopped = 1;
	world_probes(&w, ADDRESS, GUEST_A, at_ms(0), 3, NSEC_PER_SEC);
	world_use(&w, ADDRESS, GUEST_B, at_ms(50000));
	w.daemon_stopped = 0;
	world_run_until(&w, at_ms(200000));
	cr_assert_eq(w.announced.count, 0);
}

Test(claim_late, lapse_is_as_late_as_the_daemon)
{
	w.daemon_stopped = 1;
	world_probe(&w, ADDRESS, GUEST_A, at_ms(0));
	world_run_until(&w, at_ms(100000));
	w.daemon_stopped = 0;
	world_run_until(&w, at_ms(100000));
	cr_assert_null(world_claim(&w, ADDRESS));
	cr_assert_eq(w.announced.count, 0);
}
