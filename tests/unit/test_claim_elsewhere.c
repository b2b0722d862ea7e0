// SPDX-License-Identifier: GPL-2.0-or-later
/* The MAC of the claim's guest on another guest port: it moved there, or another guest spoofs
 * it. */
#include <criterion/criterion.h>

#include "world.h"

static struct world w;

static void setup(void)
{
	world_init(&w);
}

TestSuite(claim_elsewhere, .init = setup);

static void assert_quarrel(void)
{
	cr_assert_eq(w.step.reason, COUNTER_conflict_elsewhere);
	cr_assert_eq(world_claim(&w, ADDRESS)->state, CLAIM_CONFLICT);
	world_run_until(&w, at_ms(20000));
	cr_assert_eq(w.announced.count, 0);
}

/* garpd's own announcement comes back from there. */
Test(claim_elsewhere, an_announcement_sent_back_ends_nothing)
{
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	world_announce(&w, ADDRESS, A_MOVED, at_ms(3500));
	cr_assert_eq(w.step.reason, COUNTER_seen_elsewhere);
	world_run_until(&w, at_ms(20000));
	cr_assert_eq(w.announced.count, 2);
	cr_assert(world_has_announced(&w, 1, GUEST_A, at_ms(4150)));
	cr_assert_eq(world_claim(&w, ADDRESS)->port, guest_a.port);
	cr_assert_eq(world_claim(&w, ADDRESS)->self_announced, 0);
}

/* The owner is not announced on either port, until it names the address from its own. */
Test(claim_elsewhere, an_owner_s_frame_from_there_moves_nothing)
{
	w.settings.refresh_ns = 60 * NSEC_PER_SEC;
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	world_announce(&w, ADDRESS, A_MOVED, at_ms(30000));
	world_send_other(&w, GUEST_A, at_ms(40000));
	world_run_until(&w, at_ms(70000));
	cr_assert_eq(w.counted[COUNTER_refresh_doubted], 1);
	cr_assert_eq(w.announced.count, 2);
	world_use(&w, ADDRESS, GUEST_A, at_ms(80000));
	world_run_until(&w, at_ms(130000));
	cr_assert_eq(w.announced.count, 3);
	cr_assert(world_has_announced(&w, 2, GUEST_A, w.announced.list[2].at_ns));
}

Test(claim_elsewhere, two_that_use_it_in_the_window_contradict)
{
	world_probe(&w, ADDRESS, A_MOVED, at_ms(0));
	world_probe(&w, ADDRESS, A_MOVED, at_ms(1000));
	world_use(&w, ADDRESS, GUEST_A, at_ms(1500));
	assert_quarrel();
}

Test(claim_elsewhere, two_that_probe_contradict)
{
	world_probe(&w, ADDRESS, GUEST_A, at_ms(0));
	world_probe(&w, ADDRESS, A_MOVED, at_ms(500));
	cr_assert_eq(w.step.reason, COUNTER_rival_probe);
	world_probe(&w, ADDRESS, GUEST_A, at_ms(1000));
	assert_quarrel();
}

Test(claim_elsewhere, two_that_solicit_contradict)
{
	world_probe(&w, ADDRESS6, GUEST_A, at_ms(0));
	world_probe(&w, ADDRESS6, A_MOVED, at_ms(500));
	cr_assert_eq(w.step.reason, COUNTER_conflict_elsewhere);
	world_run_until(&w, at_ms(20000));
	cr_assert_eq(w.announced.count, 0);
}

/* A guest whose port was replaced in its window is not there any more: it begins anew, and is
 * alone. */
Test(claim_elsewhere, one_that_probes_on_there_is_announced_there)
{
	world_probe(&w, ADDRESS, GUEST_A, at_ms(0));
	world_take(&w, ADDRESS, A_MOVED, at_ms(1000));
	world_run_until(&w, at_ms(20000));
	cr_assert_eq(w.announced.count, 2);
	cr_assert(world_has_announced(&w, 0, A_MOVED, at_ms(4050)));
}

/* Its tap was replaced, and it names the address without a probe. */
Test(claim_elsewhere, from_a_port_that_is_gone_to_another)
{
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	world_run_until(&w, at_ms(20000));
	world_remove_port(&w, GUEST_A, at_ms(20000));
	world_use(&w, ADDRESS, A_MOVED, at_ms(20000));
	cr_assert_eq(w.step.reason, COUNTER_seen);
	cr_assert_eq(world_claim(&w, ADDRESS)->port, moved_a.port);
}

/* It was replaced between two probes, the second of which may even pass for a copy. */
Test(claim_elsewhere, a_window_goes_on_where_the_port_was_replaced)
{
	world_probe(&w, ADDRESS, GUEST_A, at_ms(0));
	world_probe(&w, ADDRESS, GUEST_A, at_ms(1000));
	world_remove_port(&w, GUEST_A, at_ms(1000));
	world_probes(&w, ADDRESS, A_MOVED, at_ms(1047), 3, NSEC_PER_SEC);
	cr_assert_eq(w.step.reason, COUNTER_window_continued);
	world_run_until(&w, at_ms(20000));
	cr_assert_eq(w.announced.count, 2);
	cr_assert_eq(w.announced.list[0].port, moved_a.port);
}

/* Its announcement at the first probe may be what comes back from there: no objection. */
Test(claim_elsewhere, an_immediate_announcement_sent_back_contradicts_nobody)
{
	world_declare(&w, ADDRESS, ANNOUNCE_IMMEDIATE, GUEST_A, NULL);
	world_probe(&w, ADDRESS, GUEST_A, at_ms(0));
	world_announce(&w, ADDRESS, A_MOVED, at_ms(1));
	cr_assert_eq(w.step.reason, COUNTER_seen_elsewhere);
	world_probe(&w, ADDRESS, GUEST_A, at_ms(1000));
	world_probe(&w, ADDRESS, GUEST_A, at_ms(2000));
	world_run_until(&w, at_ms(20000));
	cr_assert_eq(w.announced.count, 3);
	cr_assert_eq(world_claim(&w, ADDRESS)->port, guest_a.port);
	cr_assert_eq(world_claim(&w, ADDRESS)->state, CLAIM_OWNED);
}

/* The bridge would be taught the port that it may have left. */
Test(claim_elsewhere, an_owner_in_doubt_is_not_announced_by_hand)
{
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	world_use(&w, ADDRESS, A_MOVED, at_ms(20000));
	cr_assert_eq(world_announce_by_hand(&w, ADDRESS, at_ms(21000)), COUNTER_announce_doubted);
	world_use(&w, ADDRESS, GUEST_A, at_ms(22000));
	cr_assert_eq(world_announce_by_hand(&w, ADDRESS, at_ms(23000)), COUNTER_announce_by_hand);
}

/* Migrated away and back: from behind an uplink it may come to any port. */
Test(claim_elsewhere, from_the_uplink_to_another_port)
{
	w.settings.refresh_ns = 60 * NSEC_PER_SEC;
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	world_announce(&w, ADDRESS, A_UPLINK, at_ms(20000));
	world_announce(&w, ADDRESS, A_MOVED, at_ms(50000));
	cr_assert_eq(world_claim(&w, ADDRESS)->port, moved_a.port);
	cr_assert_eq(world_claim(&w, ADDRESS)->owner_port, moved_a.port);
}
