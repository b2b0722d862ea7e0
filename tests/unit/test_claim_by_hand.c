// SPDX-License-Identifier: GPL-2.0-or-later
/* An operator names a guest that was not heard: it is asked, and announced when it answers. */
#include "world_checks.h"

static struct world w;

static void setup(void)
{
	world_init(&w);
	w.settings.ask = 1;
}

TestSuite(claim_by_hand, .init = setup);

Test(claim_by_hand, guest_that_answers_is_announced)
{
	cr_assert_eq(world_claim_by_hand(&w, ADDRESS, GUEST_A, at_ms(0)), COUNTER_claim_by_hand);
	cr_assert_eq(w.announced.count, 0);
	world_run_until(&w, at_ms(0));
	cr_assert(world_has_asked(&w, 0, GUEST_A, ASKER_HOST, at_ms(0)));
	cr_assert_eq(w.announced.count, 1);
	cr_assert(world_has_announced(&w, 0, GUEST_A, at_ms(0)));
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_ANNOUNCING);
}

Test(claim_by_hand, silent_guest_is_not_announced_and_is_forgotten)
{
	world_mute(&w, GUEST_A);
	world_claim_by_hand(&w, ADDRESS, GUEST_A, at_ms(0));
	world_run_until(&w, at_ms(1600));
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_UNANSWERED);
	world_run_until(&w, at_ms(600000));
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_NONE);
	cr_assert_eq(w.announced.count, 0);
}

Test(claim_by_hand, without_asking_it_is_announced_at_once)
{
	w.settings.ask = 0;
	world_claim_by_hand(&w, ADDRESS, GUEST_A, at_ms(0));
	world_run_until(&w, at_ms(0));
	cr_assert(world_has_announced(&w, 0, GUEST_A, at_ms(0)));
}

Test(claim_by_hand, former_owner_that_is_replaced_counts_as_a_move)
{
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	world_run_until(&w, at_ms(10000));
	cr_assert_eq(world_claim_by_hand(&w, ADDRESS, GUEST_B, at_ms(10000)),
		     COUNTER_claim_by_hand);
	world_run_until(&w, at_ms(10000));
	cr_assert_eq(w.counted[COUNTER_moved], 1);
	cr_assert(world_has_announced(&w, w.announced.count - 1, GUEST_B, at_ms(10000)));
}

/* Whoever probes, or objects, is heard out first. */
Test(claim_by_hand, refused_while_another_window_is_open)
{
	world_probe(&w, ADDRESS, GUEST_A, at_ms(0));
	cr_assert_eq(world_claim_by_hand(&w, ADDRESS, GUEST_B, at_ms(10)), COUNTER_claim_refused);
	cr_assert_eq(world_claim_by_hand(&w, ADDRESS, GUEST_A, at_ms(20)), COUNTER_claim_refused);
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_PROBING);
}

Test(claim_by_hand, refused_in_a_conflict)
{
	world_probe(&w, ADDRESS, GUEST_A, at_ms(0));
	world_use(&w, ADDRESS, GUEST_B, at_ms(100));
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_CONFLICT);
	cr_assert_eq(world_claim_by_hand(&w, ADDRESS, GUEST_A, at_ms(200)), COUNTER_claim_refused);
	cr_assert_eq(w.announced.count, 0);
}

Test(claim_by_hand, refused_while_frozen)
{
	w.settings.max_moves = 1;
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	world_take(&w, ADDRESS, GUEST_B, at_ms(20000));
	world_take(&w, ADDRESS, GUEST_A, at_ms(40000));
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_FROZEN);
	cr_assert_eq(world_claim_by_hand(&w, ADDRESS, GUEST_A, at_ms(60000)),
		     COUNTER_claim_refused);
}

/* Before it was named the guest may have lost the address to that host. */
Test(claim_by_hand, host_that_objects_while_it_is_asked_is_heeded)
{
	world_mute(&w, GUEST_A);
	world_claim_by_hand(&w, ADDRESS, GUEST_A, at_ms(0));
	world_run_until(&w, at_ms(10));
	world_use(&w, ADDRESS, GUEST_B, at_ms(20));
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_CONFLICT);
}

/* It begins to probe just then: each of its probes counts. */
Test(claim_by_hand, probe_that_follows_at_once_is_no_copy)
{
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	world_run_until(&w, at_ms(10000));
	world_mute(&w, GUEST_B);
	world_claim_by_hand(&w, ADDRESS, GUEST_B, at_ms(10000));
	world_probes(&w, ADDRESS, GUEST_B, at_ms(10010), 3, NSEC_PER_SEC);
	world_unmute(&w, GUEST_B);
	cr_assert_eq(w.counted[COUNTER_probe_duplicate], 0);
	world_run_until(&w, at_ms(20000));
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_OWNED);
	cr_assert(mac_equal(world_claim(&w, ADDRESS)->mac, GUEST_B->mac));
}

/* The guest did not probe since that host was heard: the conflict does not end for it. */
Test(claim_by_hand, objection_of_this_moment_is_no_older)
{
	w.daemon_stopped = 1;
	world_claim_by_hand(&w, ADDRESS6, GUEST_A, at_ms(0));
	w.behind_ns = 2 * NSEC_PER_USEC;
	world_use(&w, ADDRESS6, GUEST_B, at_ms(0));
	w.behind_ns = 0;
	cr_assert_eq(world_state(&w, ADDRESS6), CLAIM_CONFLICT);
	w.daemon_stopped = 0;
	world_run_until(&w, at_ms(20000));
	cr_assert_eq(w.announced.count, 0);
}
