// SPDX-License-Identifier: GPL-2.0-or-later
/* An owner in doubt: another host probes for the address behind the uplink, or names it. */
#include <criterion/criterion.h>

#include "world_checks.h"

static struct world w;

static void setup(void)
{
	world_init(&w);
	w.listeners = 1;
	w.settings.ask = 1;
}

TestSuite(claim_doubt, .init = setup);

/* From at_ms(0) on; announced, and its listener nudged, at_ms(WINDOW_MS) of IPv4. */
#define WINDOW_MS     3050
#define DAD_WINDOW_MS 1050

static void take_and_die(const char *addr, __u64 announced_ms)
{
	if (announced_ms == WINDOW_MS)
		world_take(&w, addr, GUEST_A, at_ms(0));
	else
		world_probe(&w, addr, GUEST_A, at_ms(0));
	world_run_until(&w, at_ms(announced_ms + 200));
	cr_assert_eq(w.announced.count, 1);
	cr_assert_eq(w.nudge_rounds, 1);
	world_mute(&w, GUEST_A);
}

static void assert_says_no_more(void)
{
	world_run_until(&w, at_ms(900000));
	cr_assert_eq(w.announced.count, 1);
	cr_assert_eq(w.nudge_rounds, 1);
}

/* Its answer of half a second ago, from before the doubt, is not good any more. */
Test(claim_doubt, guest_that_died_is_left_to_the_one_that_probes_elsewhere)
{
	take_and_die(ADDRESS, WINDOW_MS);
	world_probes(&w, ADDRESS, REMOTE, at_ms(WINDOW_MS + 500), 3, NSEC_PER_SEC);
	assert_says_no_more();
}

Test(claim_doubt, guest_that_died_is_left_to_the_one_that_solicits_elsewhere)
{
	take_and_die(ADDRESS6, DAD_WINDOW_MS);
	world_probe(&w, ADDRESS6, REMOTE, at_ms(DAD_WINDOW_MS + 500));
	assert_says_no_more();
}

Test(claim_doubt, guest_that_answers_is_announced_on)
{
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	world_run_until(&w, at_ms(WINDOW_MS));
	world_probe(&w, ADDRESS, REMOTE, at_ms(WINDOW_MS + 500));
	world_run_until(&w, at_ms(20000));
	cr_assert_eq(w.announced.count, 2);
	cr_assert_eq(w.nudge_rounds, 3);
}

/* ---- where it can't be asked ---- */

static void do_not_ask(void)
{
	setup();
	w.settings.ask = 0;
}

TestSuite(claim_doubt_unasked, .init = do_not_ask);

Test(claim_doubt_unasked, owner_for_which_another_probes_is_announced_no_more)
{
	take_and_die(ADDRESS, WINDOW_MS);
	world_probes(&w, ADDRESS, REMOTE, at_ms(WINDOW_MS + 500), 3, NSEC_PER_SEC);
	assert_says_no_more();
	cr_assert_eq(w.counted[COUNTER_announce_doubted], 1);
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_OWNED);
}

Test(claim_doubt_unasked, owner_for_which_another_solicits_is_announced_no_more)
{
	take_and_die(ADDRESS6, DAD_WINDOW_MS);
	world_probe(&w, ADDRESS6, REMOTE, at_ms(DAD_WINDOW_MS + 500));
	assert_says_no_more();
}

/* All slots are used, and nudges are left. */
Test(claim_doubt_unasked, owner_whose_address_another_uses_is_nudged_for_no_more)
{
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	world_run_until(&w, at_ms(WINDOW_MS + 1500));
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_OWNED);
	cr_assert_eq(w.nudge_rounds, 2);
	world_use(&w, ADDRESS, REMOTE, at_ms(WINDOW_MS + 1600));
	world_run_until(&w, at_ms(20000));
	cr_assert_eq(w.nudge_rounds, 2);
	cr_assert_eq(w.counted[COUNTER_announce_doubted], 1);
}

/* A retry is a remaining announcement, too. */
Test(claim_doubt_unasked, deferred_announcement_is_left_out)
{
	w.fail = 1;
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	cr_assert_eq(w.counted[COUNTER_announce_failed], 1);
	world_probe(&w, ADDRESS, REMOTE, at_ms(WINDOW_MS + 1));
	world_run_until(&w, at_ms(900000));
	cr_assert_eq(w.announced.count, 0);
	cr_assert_eq(w.nudge_rounds, 0);
	cr_assert_eq(world_claim(&w, ADDRESS)->queued, QUEUED_NOT);
}

/* Nothing is left to say: nothing is left out. */
Test(claim_doubt_unasked, settled_owner_is_left_alone)
{
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	world_run_until(&w, at_ms(20000));
	world_probe(&w, ADDRESS, REMOTE, at_ms(21000));
	world_run_until(&w, at_ms(900000));
	cr_assert_eq(w.counted[COUNTER_announce_doubted], 0);
}

/* The doubt was about the owner before it. */
Test(claim_doubt, host_that_announces_itself_is_in_no_doubt)
{
	w.settings.ask = 0;
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	world_run_until(&w, at_ms(WINDOW_MS + 5000));
	world_announce(&w, ADDRESS, GUEST_B, at_ms(WINDOW_MS + 6000));
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_OWNED);
	cr_assert_eq(world_claim(&w, ADDRESS)->flags & CLAIM_F_DOUBTED, 0);
}

/* Its objection is being sent while it probes, on another CPU. */
static void defender_probes_meanwhile(struct world *world, const struct claim_step *step,
				      const struct announcement *announcement)
{
	(void)announcement;
	if (step->announce != ANNOUNCE_DEFENDER)
		return;
	world->watch = NULL;
	world->daemon_stopped = 1; /* there is one, and it is at it */
	world_probe(world, ADDRESS6, GUEST_B, world->now_ns);
	world->daemon_stopped = 0;
}

Test(claim_doubt, defender_that_probes_while_it_is_announced_is_not_announced_later)
{
	w.settings.ask = 0;
	world_declare(&w, ADDRESS6, ANNOUNCE_IMMEDIATE, &guest_a, &guest_b, NULL);
	world_probe(&w, ADDRESS6, GUEST_A, at_ms(0));
	w.fail = 1;
	w.watch = defender_probes_meanwhile;
	world_use(&w, ADDRESS6, GUEST_B, at_ms(300));
	cr_assert_null(w.watch);
	cr_assert_eq(world_claim(&w, ADDRESS6)->flags & CLAIM_F_DEFERRED, 0);
	cr_assert_eq(w.counted[COUNTER_announce_superseded], 1);
}
