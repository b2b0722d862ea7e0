// SPDX-License-Identifier: GPL-2.0-or-later
/* The same machine for IPv6: one solicitation is enough, and its window is one second (RFC 4862).
 */
#include <criterion/criterion.h>

#include "world_checks.h"

static struct world w;

static void setup(void)
{
	world_init(&w);
}

TestSuite(claim_ipv6, .init = setup);

Test(claim_ipv6, one_solicitation_is_announced_twice)
{
	world_probe(&w, ADDRESS6, GUEST_A, at_ms(0));
	cr_assert_eq(w.step.reason, COUNTER_window_opened);
	world_run_until(&w, at_ms(1050) - 1);
	cr_assert_eq(w.announced.count, 0);
	world_run_until(&w, at_ms(1050));
	cr_assert(world_has_announced(&w, 0, GUEST_A, at_ms(1050)));
	world_run_until(&w, at_ms(2150));
	cr_assert(world_has_announced(&w, 1, GUEST_A, at_ms(2150)));
	cr_assert_eq(world_state(&w, ADDRESS6), CLAIM_OWNED);
	assert_silent(&w, 2);
}

/* DupAddrDetectTransmits of 3: the second counts from the last one. */
Test(claim_ipv6, each_solicitation_begins_the_second_anew)
{
	world_probes(&w, ADDRESS6, GUEST_A, at_ms(0), 3, NSEC_PER_SEC);
	cr_assert_eq(w.step.reason, COUNTER_window_continued);
	world_run_until(&w, at_ms(3050) - 1);
	cr_assert_eq(w.announced.count, 0);
	world_run_until(&w, at_ms(3050));
	cr_assert(world_has_announced(&w, 0, GUEST_A, at_ms(3050)));
}

/* Windows 1.00 s after its solicitation, Linux with ndisc_notify 1.02 s. */
Test(claim_ipv6, guest_that_announces_itself_is_left_alone)
{
	world_probe(&w, ADDRESS6, GUEST_A, at_ms(0));
	world_announce(&w, ADDRESS6, GUEST_A, at_ms(1020));
	cr_assert_eq(w.step.reason, COUNTER_self_announced);
	assert_silent(&w, 0);
}

/* Optimistic DAD, RFC 4429: used at once, announced when the window has passed. */
Test(claim_ipv6, use_of_the_address_does_not_end_the_window)
{
	world_probe(&w, ADDRESS6, GUEST_A, at_ms(0));
	world_use(&w, ADDRESS6, GUEST_A, at_ms(10));
	cr_assert_eq(w.step.reason, COUNTER_window_used);
	world_run_until(&w, at_ms(1050));
	cr_assert(world_has_announced(&w, 0, GUEST_A, at_ms(1050)));
}

Test(claim_ipv6, defended_by_an_advertisement)
{
	world_probe(&w, ADDRESS6, GUEST_B, at_ms(0));
	world_announce(&w, ADDRESS6, GUEST_A, at_ms(1));
	cr_assert_eq(w.step.reason, COUNTER_conflict_asserted);
	cr_assert_eq(world_state(&w, ADDRESS6), CLAIM_CONFLICT);
	assert_silent(&w, 0);
}

/* Both have failed (RFC 4862 5.4.3), and neither probes again to say so. */
Test(claim_ipv6, two_in_dad_at_once_are_a_conflict)
{
	world_solicit(&w, ADDRESS6, GUEST_A, 1, at_ms(0));
	world_solicit(&w, ADDRESS6, GUEST_B, 2, at_ms(500));
	cr_assert_eq(w.step.reason, COUNTER_conflict_probe);
	cr_assert_eq(world_state(&w, ADDRESS6), CLAIM_CONFLICT);
	assert_silent(&w, 0);
}

Test(claim_ipv6, two_in_step_are_a_conflict)
{
	world_solicit(&w, ADDRESS6, GUEST_A, 1, at_ms(0));
	world_solicit(&w, ADDRESS6, GUEST_B, 2, at_us(5));
	cr_assert_eq(world_state(&w, ADDRESS6), CLAIM_CONFLICT);
	assert_silent(&w, 0);
}

/* The older one's window is over and it does not answer: it has lost the address, or never took it.
 */
Test(claim_ipv6, prober_after_a_window_without_an_answer_takes_over)
{
	w.settings.ask = 1;
	world_mute(&w, GUEST_A);
	world_solicit(&w, ADDRESS6, GUEST_A, 1, at_ms(0));
	world_solicit(&w, ADDRESS6, GUEST_B, 2, at_ms(1500));
	cr_assert_eq(w.step.reason, COUNTER_rival_probe);
	world_run_until(&w, at_ms(2550));
	cr_assert(world_has_announced(&w, 0, GUEST_B, at_ms(2550)));
}

/* The same where the older one's window has ended and no daemon has come. */
Test(claim_ipv6, prober_after_a_window_that_no_daemon_has_ended_takes_over)
{
	w.daemon_stopped = 1;
	world_solicit(&w, ADDRESS6, GUEST_A, 1, at_ms(0));
	world_solicit(&w, ADDRESS6, GUEST_B, 2, at_ms(1050));
	cr_assert_eq(w.step.reason, COUNTER_rival_probe);
	w.daemon_stopped = 0;
	world_run_until(&w, at_ms(2100));
	cr_assert(world_has_announced(&w, 0, GUEST_B, at_ms(2100)));
}

/* Whether the later one has failed, too, its answer tells. */
Test(claim_ipv6, later_one_of_two_in_dad_is_asked)
{
	w.settings.ask = 1;
	world_mute(&w, GUEST_A);
	world_solicit(&w, ADDRESS6, GUEST_A, 1, at_ms(0));
	world_solicit(&w, ADDRESS6, GUEST_B, 2, at_ms(500));
	cr_assert_eq(w.step.reason, COUNTER_rival_probe);
	world_run_until(&w, at_ms(1550));
	cr_assert_eq(w.announced.count, 1);
	cr_assert(world_has_announced(&w, 0, GUEST_B, at_ms(1550)));
}

Test(claim_ipv6, two_that_both_failed_do_not_answer)
{
	w.settings.ask = 1;
	world_mute(&w, GUEST_A);
	world_mute(&w, GUEST_B);
	world_solicit(&w, ADDRESS6, GUEST_A, 1, at_ms(0));
	world_solicit(&w, ADDRESS6, GUEST_B, 2, at_ms(500));
	assert_silent(&w, 0);
}

Test(claim_ipv6, two_that_are_observed_only_are_a_conflict)
{
	w.settings.ask = 1;
	w.settings.observe = 1;
	world_solicit(&w, ADDRESS6, GUEST_A, 1, at_ms(0));
	world_solicit(&w, ADDRESS6, GUEST_B, 2, at_ms(500));
	cr_assert_eq(w.step.reason, COUNTER_conflict_probe);
}

Test(claim_ipv6, prober_in_a_conflict_is_asked_when_that_is_over)
{
	w.settings.ask = 1;
	world_solicit(&w, ADDRESS6, GUEST_A, 1, at_ms(0));
	world_use(&w, ADDRESS6, REMOTE, at_ms(900));
	world_solicit(&w, ADDRESS6, GUEST_B, 2, at_ms(950));
	cr_assert_eq(w.step.reason, COUNTER_rival_probe);
	world_run_until(&w, at_ms(2000) - 1);
	cr_assert_eq(w.asked.count, 0);
	world_run_until(&w, at_ms(2000));
	cr_assert(world_has_announced(&w, 0, GUEST_B, at_ms(2000)));
}

Test(claim_ipv6, solicitation_of_another_machine_is_a_conflict)
{
	world_solicit(&w, ADDRESS6, GUEST_A, 1, at_ms(0));
	world_solicit(&w, ADDRESS6, REMOTE, 2, at_ms(500));
	cr_assert_eq(w.step.reason, COUNTER_conflict_probe);
	assert_silent(&w, 0);
}

/* RFC 7527: the network gave the guest its own solicitation back. */
Test(claim_ipv6, looped_solicitation_is_no_conflict)
{
	world_solicit(&w, ADDRESS6, GUEST_A, 1, at_ms(0));
	world_solicit(&w, ADDRESS6, GUEST_B, 1, at_ms(1));
	cr_assert_eq(w.step.reason, COUNTER_probe_looped);
	world_solicit(&w, ADDRESS6, REMOTE, 1, at_ms(2));
	cr_assert_eq(w.step.reason, COUNTER_probe_looped);
	world_run_until(&w, at_ms(1050));
	cr_assert(world_has_announced(&w, 0, GUEST_A, at_ms(1050)));
}

Test(claim_ipv6, without_a_nonce_nothing_is_looped)
{
	world_solicit(&w, ADDRESS6, GUEST_A, 0, at_ms(0));
	world_solicit(&w, ADDRESS6, GUEST_B, 0, at_ms(1));
	cr_assert_eq(w.step.reason, COUNTER_conflict_probe);
	assert_silent(&w, 0);
}

/* A conflict lasts as long as a window: a prober that begins after it has the address to itself. */
Test(claim_ipv6, conflict_is_over_after_a_window)
{
	world_probe(&w, ADDRESS6, GUEST_A, at_ms(0));
	world_probe(&w, ADDRESS6, GUEST_B, at_ms(100));
	world_probe(&w, ADDRESS6, GUEST_B, at_ms(1150));
	cr_assert_eq(w.step.reason, COUNTER_window_opened);
	world_run_until(&w, at_ms(2200));
	cr_assert(world_has_announced(&w, 0, GUEST_B, at_ms(2200)));
}

Test(claim_ipv6, declared_is_announced_at_once_and_at_the_end)
{
	world_declare(&w, ADDRESS6, ANNOUNCE_IMMEDIATE, GUEST_A, NULL);
	world_probe(&w, ADDRESS6, GUEST_A, at_ms(0));
	cr_assert_eq(w.step.reason, COUNTER_immediate);
	cr_assert(world_has_announced(&w, 0, GUEST_A, at_ms(0)));
	world_run_until(&w, at_ms(1050));
	cr_assert(world_has_announced(&w, 1, GUEST_A, at_ms(1050)));
}

/* The grace is kept for a declared address: another solicitation may be on its way. */
Test(claim_ipv6, declared_guest_may_solicit_three_times)
{
	world_declare(&w, ADDRESS6, ANNOUNCE_AFTER_PROBE, GUEST_A, NULL);
	world_probes(&w, ADDRESS6, GUEST_A, at_ms(0), 3, NSEC_PER_SEC + 4 * NSEC_PER_MSEC);
	cr_assert_eq(w.announced.count, 0);
	world_run_until(&w, at_ms(3058));
	cr_assert(world_has_announced(&w, 0, GUEST_A, at_ms(3058)));
}

Test(claim_ipv6, defender_of_a_declared_address_is_announced_again)
{
	world_declare(&w, ADDRESS6, ANNOUNCE_IMMEDIATE, GUEST_A, GUEST_B, NULL);
	world_probe(&w, ADDRESS6, GUEST_B, at_ms(0));
	world_announce(&w, ADDRESS6, GUEST_A, at_ms(1));
	cr_assert_eq(w.step.reason, COUNTER_defended);
	cr_assert(world_has_announced(&w, 1, GUEST_A, at_ms(1)));
	assert_silent(&w, 2);
}

/* One table, but two addresses. */
Test(claim_ipv6, stands_beside_ipv4)
{
	world_probe(&w, ADDRESS, GUEST_A, at_ms(0));
	world_probe(&w, ADDRESS6, GUEST_B, at_ms(0));
	world_run_until(&w, at_ms(20000));
	cr_assert_eq(w.announced.count, 2);
	cr_assert(world_has_announced(&w, 0, GUEST_B, at_ms(1050)));
	cr_assert_null(world_claim(&w, ADDRESS));
}
