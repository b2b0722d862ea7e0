// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * When the time from the end of a window to the announcement is counted: once, if garpd announces
 * the guest for that window.
 */
#include <criterion/criterion.h>

#include "world.h"

static struct world w;

static void setup(void)
{
	world_init(&w);
}

TestSuite(claim_timed, .init = setup);

#define WINDOW_MS 3050 /* of three steady probes from 0 on */

Test(claim_timed, once_for_a_window)
{
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	cr_assert_eq(w.announced.count, 1);
	cr_assert_eq(w.waits, 1);
	cr_assert_eq(w.waited_ns, 0, "the daemon was on time");
	world_run_until(&w, at_ms(60000));
	cr_assert_eq(w.announced.count, 2);
	cr_assert(world_announce_by_hand(&w, ADDRESS, at_ms(61000)));
	cr_assert_eq(w.waits, 1);
	world_take(&w, ADDRESS, GUEST_A, at_ms(70000));
	cr_assert_eq(w.waits, 2);
}

Test(claim_timed, a_late_daemon_shows)
{
	w.daemon_stopped = 1;
	world_probes(&w, ADDRESS, GUEST_A, at_ms(0), 3, NSEC_PER_SEC);
	world_run_until(&w, at_ms(WINDOW_MS + 700));
	w.daemon_stopped = 0;
	world_run_until(&w, at_ms(WINDOW_MS + 700));
	cr_assert_eq(w.waits, 1);
	cr_assert_eq(w.waited_ns, 700 * NSEC_PER_MSEC);
}

Test(claim_timed, until_the_guest_has_answered)
{
	w.settings.ask = 1;
	world_mute(&w, GUEST_A);
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	world_run_until(&w, at_ms(WINDOW_MS + 3000));
	cr_assert_eq(w.waits, 0);
	world_unmute(&w, GUEST_A);
	world_run_until(&w, at_ms(WINDOW_MS + 5000));
	cr_assert_eq(w.waits, 1);
	cr_assert_eq(w.waited_ns, 4000 * NSEC_PER_MSEC, "its next question was then");
}

Test(claim_timed, until_the_retry_that_got_through)
{
	w.fail = 2;
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	cr_assert_eq(w.announced.count, 0);
	cr_assert_eq(w.waits, 0);
	world_run_until(&w, at_ms(4000));
	cr_assert_eq(w.waits, 1);
	cr_assert_eq(w.waited_ns, 2 * w.settings.retry_ns);
}

/* What is announced after it, by hand or by refresh, has nothing to do with the window. */
Test(claim_timed, not_if_the_guest_announced_itself)
{
	w.settings.ask = 1;
	world_mute(&w, GUEST_A);
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_ASKING);
	world_announce(&w, ADDRESS, GUEST_A, at_ms(WINDOW_MS + 100));
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_OWNED);
	cr_assert_eq(world_claim(&w, ADDRESS)->is_timed, 0);
	w.settings.ask = 0;
	cr_assert(world_announce_by_hand(&w, ADDRESS, at_ms(9000)));
	cr_assert_eq(w.announced.count, 1);
	cr_assert_eq(w.waits, 0);
}

Test(claim_timed, not_if_another_host_objected)
{
	w.settings.ask = 1;
	world_mute(&w, GUEST_A);
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	world_use(&w, ADDRESS, GUEST_B, at_ms(WINDOW_MS + 100));
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_CONFLICT);
	cr_assert_eq(world_claim(&w, ADDRESS)->is_timed, 0);
}

Test(claim_timed, not_if_the_address_goes_back_to_its_former_owner)
{
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	cr_assert_eq(w.waits, 1);
	world_probe(&w, ADDRESS, GUEST_B, at_ms(10000)); /* too few */
	world_run_until(&w, at_ms(60000));
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_OWNED);
	cr_assert_eq(world_claim(&w, ADDRESS)->is_timed, 0);
	cr_assert_eq(w.waits, 1);
}

Test(claim_timed, not_if_garpd_only_observes)
{
	w.settings.observe = 1;
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	cr_assert_eq(world_claim(&w, ADDRESS)->is_timed, 0);
	w.settings.observe = 0;
	cr_assert(world_announce_by_hand(&w, ADDRESS, at_ms(9000)));
	cr_assert_eq(w.waits, 0);
}

/* ---- what is announced later has nothing to do with the window ---- */

Test(claim_timed, not_by_hand_after_it_was_lost)
{
	w.settings.announce_num = 1;
	w.fail = 1 + CLAIM_RETRIES;
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	world_run_until(&w, at_ms(8000));
	cr_assert_eq(w.counted[COUNTER_announce_lost], 1);
	cr_assert(world_announce_by_hand(&w, ADDRESS, at_ms(9000)));
	cr_assert_eq(w.waits, 0);
}

Test(claim_timed, not_by_refresh_after_it_was_lost)
{
	w.settings.announce_num = 1;
	w.settings.refresh_ns = 60 * NSEC_PER_SEC;
	w.fail = 1 + CLAIM_RETRIES;
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	world_use(&w, ADDRESS, GUEST_A, at_ms(50000));
	world_run_until(&w, at_ms(200000));
	cr_assert_eq(w.counted[COUNTER_announce_lost], 1);
	cr_assert_gt(w.announced.count, 0);
	cr_assert_eq(w.waits, 0);
}

/* `observe` is set while its answer is waited for, and is taken back. */
Test(claim_timed, not_by_hand_after_it_was_observed)
{
	w.settings.ask = 1;
	world_mute(&w, GUEST_A);
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_ASKING);
	w.settings.observe = 1;
	world_run_until(&w, at_ms(9000));
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_OWNED);
	w.settings.observe = w.settings.ask = 0;
	cr_assert(world_announce_by_hand(&w, ADDRESS, at_ms(10000)));
	cr_assert_eq(w.waits, 0);
}

/* It waits for its retry: the operator's comes first, and ends the wait. */
Test(claim_timed, by_hand_before_the_retry)
{
	w.settings.announce_num = 1;
	w.fail = 1;
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	cr_assert(world_announce_by_hand(&w, ADDRESS, at_ms(WINDOW_MS + 5)));
	cr_assert_eq(w.waits, 1);
}
