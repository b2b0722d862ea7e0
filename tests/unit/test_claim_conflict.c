// SPDX-License-Identifier: GPL-2.0-or-later
/* Contradictions: whoever is contradicted is not announced. */
#include <criterion/criterion.h>

#include "world_checks.h"

static struct world w;

static void setup(void)
{
	world_init(&w);
}

TestSuite(claim_conflict, .init = setup);
TestSuite(claim_rival, .init = setup);
TestSuite(claim_denied, .init = setup);

Test(claim_conflict, reply_of_the_owner)
{
	world_probe(&w, ADDRESS, GUEST_B, at_ms(0));
	world_use(&w, ADDRESS, GUEST_A, at_ms(1));
	cr_assert_eq(w.step.reason, COUNTER_conflict_asserted);
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_CONFLICT);
	cr_assert_eq(world_claim(&w, ADDRESS)->conflicts, 1);
	cr_assert_arr_eq(world_claim(&w, ADDRESS)->rival, guest_a.mac, MAC_LEN);
	cr_assert_eq(world_claim(&w, ADDRESS)->rival_port, guest_a.port);
	cr_assert_eq(world_claim(&w, ADDRESS)->last_conflict_ns, at_ms(1));
	assert_silent(&w, 0);
}

/* A Cisco router answers a probe so. */
Test(claim_conflict, gratuitous_request_of_the_owner)
{
	world_probes(&w, ADDRESS, GUEST_B, at_ms(0), 2, NSEC_PER_SEC);
	world_announce(&w, ADDRESS, GUEST_A, at_ms(1001));
	cr_assert_eq(w.step.reason, COUNTER_conflict_asserted);
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_CONFLICT);
	assert_silent(&w, 0);
}

Test(claim_conflict, owner_behind_the_uplink)
{
	world_probe(&w, ADDRESS, GUEST_B, at_ms(0));
	world_use(&w, ADDRESS, REMOTE, at_ms(1));
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_CONFLICT);
	assert_silent(&w, 0);
}

Test(claim_conflict, relayed_arp_contradicts_too)
{
	world_probe(&w, ADDRESS, GUEST_B, at_ms(0));
	world_relay(&w, ADDRESS, GUEST_A, at_ms(1));
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_CONFLICT);
}

Test(claim_conflict, in_the_last_nanosecond_of_the_window)
{
	world_probes(&w, ADDRESS, GUEST_B, at_ms(0), 3, NSEC_PER_SEC);
	world_use(&w, ADDRESS, GUEST_A, at_ms(3050) - 1);
	assert_silent(&w, 0);
}

Test(claim_conflict, while_announcing_stops_it)
{
	world_take(&w, ADDRESS, GUEST_B, at_ms(0));
	world_use(&w, ADDRESS, GUEST_A, at_ms(3500));
	cr_assert_eq(w.step.reason, COUNTER_conflict_asserted);
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_CONFLICT);
	assert_silent(&w, 1);
}

/* The old owner answers the first probe, and each later one. */
Test(claim_conflict, guest_that_goes_on_probing_stays_silenced_by_the_owner)
{
	int i;

	for (i = 0; i < 6; i++) {
		world_probe(&w, ADDRESS, GUEST_B, at_ms(1000 * i));
		world_use(&w, ADDRESS, GUEST_A, at_ms(1000 * i + 1));
	}
	cr_assert_eq(w.counted[COUNTER_conflict_reprobed], 5);
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_CONFLICT);
	assert_silent(&w, 0);
}

/* It answers the first probe, then dies. */
static void owner_dies_after_its_answer(__u64 announced_ns)
{
	world_probe(&w, ADDRESS, GUEST_B, at_ms(0));
	world_use(&w, ADDRESS, GUEST_A, at_ms(1));
	world_probes(&w, ADDRESS, GUEST_B, at_ms(1001), 3, NSEC_PER_SEC);
	cr_assert_eq(w.step.reason, COUNTER_conflict_reprobed);
	cr_assert_neq(world_claim(&w, ADDRESS)->reason, COUNTER_conflict_reprobed);
	world_run_until(&w, announced_ns - 1);
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_CONFLICT);
	world_run_until(&w, at_ms(20000));
	cr_assert(world_has_announced(&w, w.announced.count - 2, GUEST_B, announced_ns));
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_OWNED);
}

Test(claim_conflict, three_probes_that_nobody_answers_are_a_window_like_any_other)
{
	owner_dies_after_its_answer(at_ms(4051));
	cr_assert_eq(w.announced.count, 2);
}

Test(claim_conflict, three_probes_that_nobody_answers_and_the_guest_is_asked)
{
	w.settings.ask = 1;
	owner_dies_after_its_answer(at_ms(4051));
	cr_assert_eq(w.announced.count, 2);
}

/* At its first probe, the defender, and again only when the window has passed. */
Test(claim_conflict, an_immediate_address_is_not_announced_again_while_it_lasts)
{
	world_declare(&w, ADDRESS, ANNOUNCE_IMMEDIATE, GUEST_A, GUEST_B, NULL);
	owner_dies_after_its_answer(at_ms(4001));
	cr_assert_eq(w.announced.count, 4);
	cr_assert(world_has_announced(&w, 0, GUEST_B, at_ms(0)));
	cr_assert(world_has_announced(&w, 1, GUEST_A, at_ms(1)));
}

/* One solicitation is an attempt (RFC 4862). */
Test(claim_conflict, an_ipv6_guest_that_solicits_again_and_is_not_answered)
{
	world_probe(&w, ADDRESS6, GUEST_B, at_ms(0));
	world_use(&w, ADDRESS6, GUEST_A, at_ms(1));
	world_probe(&w, ADDRESS6, GUEST_B, at_ms(900));
	world_run_until(&w, at_ms(20000));
	cr_assert_eq(w.announced.count, 2);
	cr_assert(world_has_announced(&w, 0, GUEST_B, at_ms(1950)));
}

Test(claim_conflict, two_probes_that_nobody_answers_are_too_few)
{
	world_probe(&w, ADDRESS, GUEST_B, at_ms(0));
	world_use(&w, ADDRESS, GUEST_A, at_ms(1));
	world_probes(&w, ADDRESS, GUEST_B, at_ms(1001), 2, NSEC_PER_SEC);
	assert_silent(&w, 0);
}

Test(claim_conflict, an_objection_to_the_last_of_them_counts)
{
	world_probe(&w, ADDRESS, GUEST_B, at_ms(0));
	world_use(&w, ADDRESS, GUEST_A, at_ms(1));
	world_probes(&w, ADDRESS, GUEST_B, at_ms(1001), 3, NSEC_PER_SEC);
	world_use(&w, ADDRESS, GUEST_A, at_ms(4050));
	assert_silent(&w, 0);
}

/* The objection's CPU had read the clock before the probe's. */
Test(claim_conflict, an_objection_of_before_that_is_heard_after_counts)
{
	world_probe(&w, ADDRESS6, GUEST_B, at_ms(0));
	world_use(&w, ADDRESS6, GUEST_A, at_ms(1));
	world_probe(&w, ADDRESS6, GUEST_B, at_ms(900));
	w.behind_ns = 2 * NSEC_PER_MSEC;
	world_use(&w, ADDRESS6, GUEST_A, at_ms(901));
	w.behind_ns = 0;
	assert_silent(&w, 0);
}

Test(claim_conflict, guest_that_announces_itself_after_them_is_the_owner)
{
	world_probe(&w, ADDRESS, GUEST_B, at_ms(0));
	world_use(&w, ADDRESS, GUEST_A, at_ms(1));
	world_probes(&w, ADDRESS, GUEST_B, at_ms(1001), 3, NSEC_PER_SEC);
	world_announce(&w, ADDRESS, GUEST_B, at_ms(4001));
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_OWNED);
	assert_silent(&w, 0);
}

Test(claim_conflict, what_the_policy_forbids_meanwhile_is_not_announced)
{
	world_probe(&w, ADDRESS, GUEST_B, at_ms(0));
	world_use(&w, ADDRESS, GUEST_A, at_ms(1));
	world_probes(&w, ADDRESS, GUEST_B, at_ms(1001), 3, NSEC_PER_SEC);
	world_declare(&w, ADDRESS, ANNOUNCE_NEVER, NULL);
	world_run_until(&w, at_ms(4051));
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_DENIED);
	assert_silent(&w, 0);
}

/* The owner probes for its own address, and somebody sends one ARP. */
Test(claim_conflict, owner_that_reprobed_is_the_owner_again)
{
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	world_probe(&w, ADDRESS, GUEST_A, at_ms(20000));
	world_use(&w, ADDRESS, GUEST_B, at_ms(20100));
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_CONFLICT);
	world_run_until(&w, at_ms(22400) - 1);
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_CONFLICT);
	world_run_until(&w, at_ms(22400));
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_OWNED);
	cr_assert(mac_equal(world_claim(&w, ADDRESS)->mac, GUEST_A->mac));
	assert_silent(&w, 2);
}

/* 2.3 s after the last probe in it, and not a nanosecond earlier. */
Test(claim_conflict, is_sticky_for_the_window)
{
	world_probe(&w, ADDRESS, GUEST_B, at_ms(0));
	world_use(&w, ADDRESS, GUEST_A, at_ms(100));
	world_probe(&w, ADDRESS, GUEST_B, at_ms(2400) - 1);
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_CONFLICT);
	world_probe(&w, ADDRESS, GUEST_B, at_ms(4700) - 1);
	cr_assert_eq(w.step.reason, COUNTER_window_opened);
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_PROBING);
}

Test(claim_conflict, further_arp_of_the_other_keeps_the_quarrel_going)
{
	world_probe(&w, ADDRESS, GUEST_B, at_ms(0));
	world_use(&w, ADDRESS, GUEST_A, at_ms(100));
	world_use(&w, ADDRESS, GUEST_A, at_ms(2000));
	world_probe(&w, ADDRESS, GUEST_B, at_ms(4299));
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_CONFLICT);
}

Test(claim_conflict, after_it_a_whole_window_is_needed)
{
	world_probes(&w, ADDRESS, GUEST_B, at_ms(0), 2, NSEC_PER_SEC);
	world_use(&w, ADDRESS, GUEST_A, at_ms(1001));
	world_probe(&w, ADDRESS, GUEST_B, at_ms(10000));
	cr_assert_eq(world_claim(&w, ADDRESS)->window_probes, 1);
	cr_assert(mac_is_zero(world_claim(&w, ADDRESS)->rival));
	assert_silent(&w, 0);
	world_take(&w, ADDRESS, GUEST_B, at_ms(700000));
	cr_assert(world_has_announced(&w, 0, GUEST_B, at_ms(703050)));
}

Test(claim_conflict, ended_by_the_owner_that_announces_itself)
{
	world_probe(&w, ADDRESS, GUEST_B, at_ms(0));
	world_use(&w, ADDRESS, GUEST_A, at_ms(1));
	world_announce(&w, ADDRESS, GUEST_A, at_ms(10000));
	cr_assert_eq(w.step.reason, COUNTER_self_announced);
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_OWNED);
	cr_assert_arr_eq(world_claim(&w, ADDRESS)->owner, guest_a.mac, MAC_LEN);
	assert_silent(&w, 0);
}

Test(claim_conflict, ended_by_the_guest_that_announces_itself)
{
	world_probe(&w, ADDRESS, GUEST_B, at_ms(0));
	world_use(&w, ADDRESS, GUEST_A, at_ms(1));
	world_announce(&w, ADDRESS, GUEST_B, at_ms(1000));
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_CONFLICT);
	world_announce(&w, ADDRESS, GUEST_B, at_ms(10000));
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_OWNED);
	cr_assert_arr_eq(world_claim(&w, ADDRESS)->owner, guest_b.mac, MAC_LEN);
}

Test(claim_conflict, guest_is_not_its_own_rival)
{
	world_probe(&w, ADDRESS, GUEST_B, at_ms(0));
	world_use(&w, ADDRESS, GUEST_A, at_ms(1));
	world_probe(&w, ADDRESS, GUEST_B, at_ms(1000));
	cr_assert_arr_eq(world_claim(&w, ADDRESS)->rival, guest_a.mac, MAC_LEN);
	cr_assert_eq(world_claim(&w, ADDRESS)->rival_port, guest_a.port);
}

Test(claim_conflict, ordinary_arp_of_another_is_no_matter_to_an_owner)
{
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	world_run_until(&w, at_ms(10000));
	world_use(&w, ADDRESS, GUEST_B, at_ms(20000));
	cr_assert_eq(w.step.reason, COUNTER_other_seen);
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_OWNED);
	cr_assert_arr_eq(world_claim(&w, ADDRESS)->owner, guest_a.mac, MAC_LEN);
}

/* ---- two that probe ---- */

/* Seven times in real captures: A probes once, B completes 1.5 s later. */
Test(claim_rival, newer_goes_on_and_the_older_is_dropped)
{
	world_probe(&w, ADDRESS, GUEST_A, at_ms(0));
	world_probe(&w, ADDRESS, GUEST_B, at_ms(1500));
	cr_assert_eq(w.step.reason, COUNTER_rival_probe);
	cr_assert_eq(world_claim(&w, ADDRESS)->window_probes, 1);
	world_probes(&w, ADDRESS, GUEST_B, at_ms(2500), 2, NSEC_PER_SEC);
	world_run_until(&w, at_ms(4550));
	cr_assert_eq(w.announced.count, 1);
	cr_assert(world_has_announced(&w, 0, GUEST_B, at_ms(4550)));
}

Test(claim_rival, both_go_on_and_nobody_is_announced)
{
	world_probe(&w, ADDRESS, GUEST_A, at_ms(0));
	world_probe(&w, ADDRESS, GUEST_B, at_ms(500));
	world_probe(&w, ADDRESS, GUEST_A, at_ms(1000));
	cr_assert_eq(w.step.reason, COUNTER_conflict_probe);
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_CONFLICT);
	world_probe(&w, ADDRESS, GUEST_B, at_ms(1500));
	world_probe(&w, ADDRESS, GUEST_A, at_ms(2000));
	world_probe(&w, ADDRESS, GUEST_B, at_ms(2500));
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_CONFLICT);
	assert_silent(&w, 0);
}

/* For the length of a conflict it may still be probing; later it has begun anew. */
Test(claim_rival, one_that_comes_back_later_takes_over)
{
	world_probe(&w, ADDRESS, GUEST_A, at_ms(0));
	world_probe(&w, ADDRESS, GUEST_B, at_ms(500));
	world_probe(&w, ADDRESS, GUEST_A, at_ms(2300));
	cr_assert_eq(w.step.reason, COUNTER_rival_probe);
	world_probes(&w, ADDRESS, GUEST_A, at_ms(3300), 2, NSEC_PER_SEC);
	world_run_until(&w, at_ms(5350));
	cr_assert(world_has_announced(&w, 0, GUEST_A, at_ms(5350)));
}

/* The other one gave up: what contradicted it is the first probe of an attempt. */
Test(claim_rival, one_that_goes_on_alone_completes)
{
	world_probe(&w, ADDRESS, GUEST_A, at_ms(0));
	world_probe(&w, ADDRESS, GUEST_B, at_ms(500));
	world_probe(&w, ADDRESS, GUEST_A, at_ms(2299));
	cr_assert_eq(w.step.reason, COUNTER_conflict_probe);
	cr_assert_arr_eq(world_claim(&w, ADDRESS)->rival, guest_b.mac, MAC_LEN);
	world_probes(&w, ADDRESS, GUEST_A, at_ms(3299), 2, NSEC_PER_SEC);
	world_run_until(&w, at_ms(5349) - 1);
	cr_assert_eq(w.announced.count, 0);
	world_run_until(&w, at_ms(5349));
	cr_assert(world_has_announced(&w, 0, GUEST_A, at_ms(5349)));
}

/* Without a daemon no window ends; its probes count on as they do before an announcement. */
Test(claim_rival, attempt_in_a_conflict_that_no_daemon_has_ended_goes_on)
{
	w.daemon_stopped = 1;
	world_probe(&w, ADDRESS, GUEST_A, at_ms(0));
	world_use(&w, ADDRESS, REMOTE, at_ms(10));
	world_probes(&w, ADDRESS, GUEST_A, at_ms(1000), 3, NSEC_PER_SEC);
	world_probe(&w, ADDRESS, GUEST_A, at_ms(4099));
	cr_assert_eq(w.step.reason, COUNTER_conflict_reprobed);
	cr_assert_eq(w.counted[COUNTER_window_opened], 1);
	w.daemon_stopped = 0;
	world_run_until(&w, at_ms(5149));
	cr_assert(world_has_announced(&w, 0, GUEST_A, at_ms(5149)));
}

/* A declared guest that comes back later is announced by the kernel alone. */
Test(claim_rival, attempt_after_a_conflict_that_no_daemon_has_ended_is_a_new_one)
{
	w.daemon_stopped = 1;
	world_declare(&w, ADDRESS, ANNOUNCE_IMMEDIATE, GUEST_A, NULL);
	world_probe(&w, ADDRESS, GUEST_A, at_ms(0));
	world_use(&w, ADDRESS, REMOTE, at_ms(10));
	world_probe(&w, ADDRESS, GUEST_A, at_ms(1000));
	world_probe(&w, ADDRESS, GUEST_A, at_ms(3300));
	cr_assert_eq(w.step.reason, COUNTER_immediate);
	cr_assert(world_has_announced(&w, 1, GUEST_A, at_ms(3300)));
}

/* The others gave up: a whole window without a sign of them. */
Test(claim_rival, third_prober_in_a_quarrel_completes)
{
	world_probe(&w, ADDRESS, GUEST_A, at_ms(0));
	world_probe(&w, ADDRESS, GUEST_B, at_ms(500));
	world_probe(&w, ADDRESS, GUEST_A, at_ms(1000));
	world_probes(&w, ADDRESS, GUEST_C, at_ms(1200), 3, NSEC_PER_SEC);
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_CONFLICT);
	cr_assert_eq(w.announced.count, 0);
	world_run_until(&w, at_ms(20000));
	cr_assert_eq(w.announced.count, 2);
	cr_assert(world_has_announced(&w, 0, GUEST_C, at_ms(4250)));
}

Test(claim_rival, third_prober_in_a_quarrel_that_goes_on_is_silenced)
{
	world_probe(&w, ADDRESS, GUEST_A, at_ms(0));
	world_probe(&w, ADDRESS, GUEST_B, at_ms(500));
	world_probe(&w, ADDRESS, GUEST_A, at_ms(1000));
	world_probes(&w, ADDRESS, GUEST_C, at_ms(1200), 2, NSEC_PER_SEC);
	world_probe(&w, ADDRESS, GUEST_A, at_ms(2500));
	world_probes(&w, ADDRESS, GUEST_C, at_ms(3200), 2, NSEC_PER_SEC);
	assert_silent(&w, 0);
}

/* In IPv6 both fail, and no further solicitation shows who is left. */
Test(claim_rival, another_that_solicits_in_a_conflict_prolongs_it)
{
	world_probe(&w, ADDRESS6, GUEST_A, at_ms(0));
	world_probe(&w, ADDRESS6, GUEST_B, at_ms(500));
	world_probe(&w, ADDRESS6, GUEST_C, at_ms(900));
	cr_assert_eq(w.step.reason, COUNTER_conflict_probe);
	assert_silent(&w, 0);
}

/* It probes: it has lost what it defended. */
Test(claim_rival, defender_that_probes_is_a_prober)
{
	w.xdp = 1;
	w.daemon_stopped = 1;
	world_declare(&w, ADDRESS, ANNOUNCE_IMMEDIATE, GUEST_A, GUEST_B, NULL);
	world_probe(&w, ADDRESS, GUEST_B, at_ms(0));
	world_use(&w, ADDRESS, GUEST_A, at_ms(1));
	world_probe(&w, ADDRESS, GUEST_A, at_ms(1000));
	cr_assert_eq(w.step.reason, COUNTER_rival_probe);
	w.daemon_stopped = 0;
	world_probes(&w, ADDRESS, GUEST_A, at_ms(2000), 2, NSEC_PER_SEC);
	cr_assert_eq(w.announced.count, 0);
	world_run_until(&w, at_ms(4000));
	cr_assert(world_has_announced(&w, 0, GUEST_A, at_ms(4000)));
}

/* Its announcement is deferred, and it is not lost for another prober. */
Test(claim_rival, prober_does_not_displace_a_defender)
{
	w.xdp = 1;
	w.daemon_stopped = 1;
	world_declare(&w, ADDRESS, ANNOUNCE_IMMEDIATE, GUEST_A, GUEST_B, GUEST_C, NULL);
	world_probe(&w, ADDRESS, GUEST_B, at_ms(0));
	world_use(&w, ADDRESS, GUEST_A, at_ms(1));
	world_probe(&w, ADDRESS, GUEST_C, at_ms(2));
	w.daemon_stopped = 0;
	world_run_until(&w, at_ms(3));
	cr_assert_eq(w.announced.count, 1);
	cr_assert(world_has_announced(&w, 0, GUEST_A, at_ms(2)));
}

Test(claim_rival, probe_from_the_uplink_contradicts_a_window)
{
	world_probe(&w, ADDRESS, GUEST_A, at_ms(0));
	world_probe(&w, ADDRESS, REMOTE, at_ms(500));
	cr_assert_eq(w.step.reason, COUNTER_conflict_probe);
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_CONFLICT);
	world_probe(&w, ADDRESS, REMOTE, at_ms(1500));
	world_probe(&w, ADDRESS, GUEST_A, at_ms(3799));
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_CONFLICT);
	assert_silent(&w, 0);
}

Test(claim_rival, probe_from_the_uplink_leaves_an_owner_alone)
{
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	world_probe(&w, ADDRESS, REMOTE, at_ms(3500));
	cr_assert_eq(w.step.reason, COUNTER_announce_doubted);
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_OWNED);
	world_run_until(&w, at_ms(10000));
	world_probe(&w, ADDRESS, REMOTE, at_ms(20000));
	cr_assert_eq(w.step.reason, COUNTER_probe_uplink);
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_OWNED);
	cr_assert_eq(w.announced.count, 1);
}

Test(claim_rival, echo_of_a_probe_from_the_uplink_is_no_rival)
{
	world_probe(&w, ADDRESS, GUEST_A, at_ms(0));
	world_probe(&w, ADDRESS, A_UPLINK, at_ms(100));
	cr_assert_eq(w.step.reason, COUNTER_came_back);
	cr_assert_eq(world_claim(&w, ADDRESS)->window_probes, 1);
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_PROBING);
}

/* ---- what the policy forbids ---- */

Test(claim_denied, claim_is_kept_and_never_announced)
{
	world_declare(&w, ADDRESS, ANNOUNCE_NEVER, NULL);
	world_probes(&w, ADDRESS, GUEST_A, at_ms(0), 3, NSEC_PER_SEC);
	cr_assert_eq(w.step.reason, COUNTER_denied_never);
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_DENIED);
	cr_assert_eq(world_claim(&w, ADDRESS)->probes, 3);
	cr_assert_eq(world_claim(&w, ADDRESS)->first_probe_ns, at_ms(0));
	cr_assert_eq(world_claim(&w, ADDRESS)->last_probe_ns, at_ms(2000));
	world_use(&w, ADDRESS, GUEST_A, at_ms(2500));
	world_announce(&w, ADDRESS, GUEST_A, at_ms(2600));
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_DENIED);
	cr_assert_eq(world_announce_by_hand(&w, ADDRESS, at_ms(2700)), COUNTER_denied_never);
	assert_silent(&w, 0);
}

Test(claim_denied, stranger_does_not_disturb_the_window_of_the_owner)
{
	world_declare(&w, ADDRESS, ANNOUNCE_AFTER_PROBE, GUEST_A, NULL);
	world_probes(&w, ADDRESS, GUEST_A, at_ms(0), 3, NSEC_PER_SEC);
	world_probe(&w, ADDRESS, GUEST_C, at_ms(2500));
	cr_assert_eq(w.step.reason, COUNTER_denied_owner);
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_PROBING);
	world_run_until(&w, at_ms(3000));
	cr_assert(world_has_announced(&w, 0, GUEST_A, at_ms(3000)));
}

Test(claim_denied, stranger_does_not_disturb_an_owned_claim)
{
	world_declare(&w, ADDRESS, ANNOUNCE_AFTER_PROBE, GUEST_A, NULL);
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	world_run_until(&w, at_ms(10000));
	world_probes(&w, ADDRESS, GUEST_C, at_ms(20000), 3, NSEC_PER_SEC);
	world_announce(&w, ADDRESS, GUEST_C, at_ms(23000));
	cr_assert_eq(w.step.reason, COUNTER_other_seen);
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_OWNED);
	cr_assert_arr_eq(world_claim(&w, ADDRESS)->owner, guest_a.mac, MAC_LEN);
	cr_assert_eq(world_claim(&w, ADDRESS)->probes, 3);
	assert_silent(&w, 2);
}

Test(claim_denied, owner_takes_over_from_a_stranger_at_once)
{
	world_declare(&w, ADDRESS, ANNOUNCE_IMMEDIATE, GUEST_A, NULL);
	world_probe(&w, ADDRESS, GUEST_C, at_ms(0));
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_DENIED);
	world_probe(&w, ADDRESS, GUEST_A, at_ms(10));
	cr_assert(world_has_announced(&w, 0, GUEST_A, at_ms(10)));
}

Test(claim_denied, stranger_that_says_it_has_the_address_contradicts)
{
	world_declare(&w, ADDRESS, ANNOUNCE_AFTER_PROBE, GUEST_A, NULL);
	world_probe(&w, ADDRESS, GUEST_A, at_ms(0));
	world_use(&w, ADDRESS, GUEST_C, at_ms(10));
	cr_assert_eq(w.step.reason, COUNTER_conflict_asserted);
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_CONFLICT);
	assert_silent(&w, 0);
}

Test(claim_denied, next_hop_only_with_owners)
{
	world_set_host(&w, ADDRESS, HOST_NEXT_HOP);
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	cr_assert_eq(w.counted[COUNTER_denied_next_hop], 3);
	cr_assert_eq(w.announced.count, 0);
	world_declare(&w, ADDRESS, ANNOUNCE_AFTER_PROBE, GUEST_A, NULL);
	world_take(&w, ADDRESS, GUEST_A, at_ms(10000));
	cr_assert_eq(w.announced.count, 1);
}

/* A guest could fill its quota with what is denied: that is forgotten after a quiet minute. */
Test(claim_denied, is_soon_forgotten)
{
	world_declare(&w, ADDRESS, ANNOUNCE_NEVER, NULL);
	world_probe(&w, ADDRESS, GUEST_A, at_ms(0));
	world_probe(&w, ADDRESS, GUEST_A, at_ms(30000));
	world_run_until(&w, at_ms(90000) - 1);
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_DENIED);
	world_run_until(&w, at_ms(90000));
	cr_assert_null(world_claim(&w, ADDRESS));
	cr_assert_eq(w.counted[COUNTER_aged], 1);
}

Test(claim_denied, ages_no_later_than_any_other)
{
	w.settings.max_age_ns = 10 * NSEC_PER_SEC;
	world_declare(&w, ADDRESS, ANNOUNCE_NEVER, NULL);
	world_probe(&w, ADDRESS, GUEST_A, at_ms(0));
	world_run_until(&w, at_ms(10000));
	cr_assert_null(world_claim(&w, ADDRESS));
}

/* An owner who defended its address has it still, when the newcomer has given up. */
Test(claim_conflict, owner_is_owner_again_when_the_quarrel_is_over)
{
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	world_run_until(&w, at_ms(10000));
	world_probe(&w, ADDRESS, GUEST_B, at_ms(20000));
	world_use(&w, ADDRESS, GUEST_A, at_ms(20001));
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_CONFLICT);
	world_probe(&w, ADDRESS, GUEST_B, at_ms(21000));
	world_run_until(&w, at_ms(23299));
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_CONFLICT);
	world_run_until(&w, at_ms(23300));
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_OWNED);
	cr_assert(mac_equal(world_claim(&w, ADDRESS)->mac, GUEST_A->mac));
	cr_assert_eq(world_announce_by_hand(&w, ADDRESS, at_ms(23400)), COUNTER_announce_doubted);
	world_use(&w, ADDRESS, GUEST_A, at_ms(23500));
	cr_assert_eq(world_announce_by_hand(&w, ADDRESS, at_ms(23600)), COUNTER_announce_by_hand);
}

/* Two probe at once on a mirrored port: the copies must not look as if both went on. */
Test(claim_conflict, mirrored_copies_of_two_probers_are_copies)
{
	world_probe(&w, ADDRESS, GUEST_A, at_ms(0));
	world_probe(&w, ADDRESS, GUEST_B, at_ms(0) + 5000);
	world_probe(&w, ADDRESS, GUEST_A, at_ms(0) + 10000);
	cr_assert_eq(w.step.reason, COUNTER_probe_duplicate);
	world_probe(&w, ADDRESS, GUEST_B, at_ms(0) + 15000);
	cr_assert_eq(w.step.reason, COUNTER_probe_duplicate);
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_PROBING);
}

/* The copy had read the clock before the probe that it is one of. */
Test(claim_conflict, rival_s_copy_that_read_the_clock_before_is_a_copy)
{
	world_probe(&w, ADDRESS, GUEST_A, at_ms(0));
	world_probe(&w, ADDRESS, GUEST_B, at_ms(0) + 5000);
	w.behind_ns = 10000 + 1;
	world_probe(&w, ADDRESS, GUEST_A, at_ms(0) + 10000);
	cr_assert_eq(w.step.reason, COUNTER_probe_duplicate);
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_PROBING);
}

/* Two that probe in step, a few ms apart: each goes on, however soon after the other. */
Test(claim_rival, in_step_is_a_quarrel_too)
{
	world_probe(&w, ADDRESS, GUEST_A, at_ms(0));
	world_probe(&w, ADDRESS, GUEST_B, at_ms(1));
	world_probe(&w, ADDRESS, GUEST_B, at_ms(1000));
	world_probe(&w, ADDRESS, GUEST_A, at_ms(1002));
	cr_assert_eq(w.step.reason, COUNTER_conflict_probe);
	world_probe(&w, ADDRESS, GUEST_B, at_ms(2000));
	world_probe(&w, ADDRESS, GUEST_A, at_ms(2002));
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_CONFLICT);
	assert_silent(&w, 0);
}

/* Another guest replays the guest's announcement from where its MAC may not be: the window goes on.
 */
Test(claim_denied, announcement_that_the_policy_denies_is_no_word_of_the_guest)
{
	world_probes(&w, ADDRESS, GUEST_A, at_ms(0), 3, NSEC_PER_SEC);
	world_declare(&w, ADDRESS, ANNOUNCE_AFTER_PROBE, GUEST_B, NULL);
	world_announce(&w, ADDRESS, GUEST_A, at_ms(2500));
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_PROBING);
	cr_assert_eq(world_claim(&w, ADDRESS)->self_announced, 0);
}
