// SPDX-License-Identifier: GPL-2.0-or-later
/* An uplink came back: what is announced for it, and what is not. */
#include <criterion/criterion.h>

#include "world.h"

static struct world w;

static void setup(void)
{
	world_init(&w);
	w.settings.ask = 1;
}

TestSuite(claim_link, .init = setup);

/* The guest has the address, and its last slot is over. */
static void own(void)
{
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	world_run_until(&w, at_ms(20000));
	cr_assert_eq(w.announced.count, 2);
	w.asked.count = 0;
}

Test(claim_link, the_owner_is_asked_and_announced_once)
{
	own();
	world_announce_link(&w, ADDRESS, at_ms(30000));
	cr_assert_eq(w.counted[COUNTER_asking_link], 1);
	cr_assert_eq(w.asked.count, 1);
	world_run_until(&w, at_ms(60000));
	cr_assert_eq(w.announced.count, 3);
	cr_assert(world_has_announced(&w, 2, GUEST_A, at_ms(30000)));
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_OWNED);
}

Test(claim_link, no_listener_is_nudged_for_it)
{
	unsigned int rounds;

	w.listeners = 1;
	own();
	rounds = w.nudge_rounds;
	world_announce_link(&w, ADDRESS, at_ms(30000));
	world_run_until(&w, at_ms(60000));
	cr_assert_eq(w.nudge_rounds, rounds);
}

Test(claim_link, one_that_does_not_answer_is_not_announced)
{
	own();
	world_mute(&w, GUEST_A);
	cr_assert_eq(world_announce_link(&w, ADDRESS, at_ms(30000)), COUNTER_asking_link);
	world_run_until(&w, at_ms(700000));
	cr_assert_eq(w.announced.count, 2);
}

Test(claim_link, one_that_is_asked_already_is_asked_on)
{
	own();
	world_mute(&w, GUEST_A);
	world_announce_link(&w, ADDRESS, at_ms(30000));
	world_run_until(&w, at_ms(31000));
	cr_assert_eq(world_announce_link(&w, ADDRESS, at_ms(31000)), COUNTER_not_due);
}

Test(claim_link, without_ask_it_is_announced_at_once_unless_in_doubt)
{
	w.settings.ask = 0;
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	world_run_until(&w, at_ms(20000));
	cr_assert_eq(world_announce_link(&w, ADDRESS, at_ms(30000)), COUNTER_announce_link);
	cr_assert_eq(w.announced.count, 3);
	world_use(&w, ADDRESS, REMOTE, at_ms(40000));
	cr_assert_eq(world_announce_link(&w, ADDRESS, at_ms(41000)), COUNTER_announce_doubted);
	cr_assert_eq(w.announced.count, 3);
}

Test(claim_link, who_only_probes_is_not_announced)
{
	world_probe(&w, ADDRESS, GUEST_A, at_ms(0));
	cr_assert_eq(world_announce_link(&w, ADDRESS, at_ms(100)), COUNTER_announce_refused);
}

/* Its guest is on another machine: that one announces it. */
Test(claim_link, an_owner_behind_the_uplink_is_not_announced)
{
	own();
	world_announce(&w, ADDRESS, A_UPLINK, at_ms(30000));
	cr_assert_eq(world_announce_link(&w, ADDRESS, at_ms(31000)), COUNTER_announce_refused);
}

Test(claim_link, nothing_is_sent_where_garpd_observes)
{
	own();
	w.settings.observe = 1;
	cr_assert_eq(world_announce_link(&w, ADDRESS, at_ms(30000)), COUNTER_observed);
	cr_assert_eq(w.announced.count, 2);
}

Test(claim_link, what_the_policy_forbids_is_not_announced)
{
	own();
	world_declare(&w, ADDRESS, ANNOUNCE_NEVER, NULL);
	cr_assert_eq(world_announce_link(&w, ADDRESS, at_ms(30000)), COUNTER_denied_never);
	cr_assert_eq(w.announced.count, 2);
}
