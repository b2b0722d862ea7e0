// SPDX-License-Identifier: GPL-2.0-or-later
/* What objects to a claim without owning its address. */
#include "world_checks.h"

static struct world w;

static void setup(void)
{
	world_init(&w);
}

TestSuite(claim_objects, .init = setup);

/* A cluster with a group MAC answers the probe, ... */
Test(claim_objects, contradicts_an_open_window)
{
	world_probes(&w, ADDRESS, GUEST_B, at_ms(0), 3, NSEC_PER_SEC);
	world_object(&w, ADDRESS, REMOTE, at_ms(2001));
	cr_assert_eq(w.step.reason, COUNTER_conflict_objected);
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_CONFLICT);
	cr_assert_arr_eq(world_claim(&w, ADDRESS)->rival, REMOTE->mac, MAC_LEN);
	cr_assert_eq(world_claim(&w, ADDRESS)->rival_port, REMOTE->port);
	assert_silent(&w, 0);
}

/* ... and the question, or speaks up while the guest is asked. */
Test(claim_objects, contradicts_while_the_guest_is_asked)
{
	w.settings.ask = 1;
	world_mute(&w, GUEST_B);
	world_take(&w, ADDRESS, GUEST_B, at_ms(0));
	world_object(&w, ADDRESS, REMOTE, at_ms(3100));
	cr_assert_eq(w.step.reason, COUNTER_conflict_objected);
	assert_silent(&w, 0);
}

Test(claim_objects, stops_the_announcing)
{
	world_take(&w, ADDRESS, GUEST_B, at_ms(0));
	world_object(&w, ADDRESS, REMOTE, at_ms(3500));
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_CONFLICT);
	assert_silent(&w, 1);
}

Test(claim_objects, prolongs_a_conflict)
{
	world_probe(&w, ADDRESS, GUEST_B, at_ms(0));
	world_use(&w, ADDRESS, REMOTE, at_ms(100));
	world_object(&w, ADDRESS, REMOTE, at_ms(2000));
	world_probe(&w, ADDRESS, GUEST_B, at_ms(4299));
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_CONFLICT);
}

/* It raises doubt about an owner, but never takes the address from it. */
Test(claim_objects, owns_and_moves_nothing)
{
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	world_run_until(&w, at_ms(10000));
	world_object(&w, ADDRESS, GUEST_B, at_ms(20000));
	cr_assert_eq(w.step.reason, COUNTER_other_seen);
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_OWNED);
	cr_assert_arr_eq(world_claim(&w, ADDRESS)->mac, guest_a.mac, MAC_LEN);
	cr_assert_eq(world_announce_by_hand(&w, ADDRESS, at_ms(21000)), COUNTER_announce_doubted);
}

/* An owner that is on the list defends its address; what can't be announced is no defence. */
Test(claim_objects, is_not_announced_as_a_defender)
{
	world_declare(&w, ADDRESS, ANNOUNCE_IMMEDIATE, GUEST_A, GUEST_B, NULL);
	world_probe(&w, ADDRESS, GUEST_B, at_ms(0));
	world_object(&w, ADDRESS, GUEST_A, at_ms(1));
	cr_assert_eq(w.step.reason, COUNTER_conflict_objected);
	assert_silent(&w, 1);
}

/* The guest's own is no use of the address, no answer, no sign of life. */
Test(claim_objects, of_the_guest_itself_says_nothing)
{
	w.settings.ask = 1;
	world_probe(&w, ADDRESS, GUEST_A, at_ms(0));
	world_object(&w, ADDRESS, GUEST_A, at_ms(10));
	cr_assert_eq(w.step.reason, COUNTER_own_objection);
	cr_assert_eq(world_claim(&w, ADDRESS)->last_seen_ns, at_ms(0));
	world_run_until(&w, at_ms(9000));
	cr_assert_null(world_claim(&w, ADDRESS)); /* one probe, and no use */
	world_mute(&w, GUEST_A);
	world_take(&w, ADDRESS, GUEST_A, at_ms(10000));
	world_object(&w, ADDRESS, GUEST_A, at_ms(13100));
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_ASKING);
	assert_silent(&w, 0);
}

Test(claim_objects, of_an_owner_does_not_move_it_nor_clear_its_doubt)
{
	w.settings.refresh_ns = 60 * NSEC_PER_SEC;
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	world_use(&w, ADDRESS, GUEST_B, at_ms(20000));
	world_object(&w, ADDRESS, GUEST_A, at_ms(21000));
	cr_assert_eq(world_announce_by_hand(&w, ADDRESS, at_ms(22000)), COUNTER_announce_doubted);
	world_object(&w, ADDRESS, A_UPLINK, at_ms(23000));
	cr_assert_eq(world_claim(&w, ADDRESS)->port, guest_a.port);
	world_run_until(&w, at_ms(90000));
	cr_assert_eq(world_claim(&w, ADDRESS)->last_seen_ns, at_ms(2000));
}

/* The guest's MAC on another guest's port: the guest hears it, and gives the address up. */
Test(claim_objects, with_the_guest_s_mac_on_another_port)
{
	world_probe(&w, ADDRESS, GUEST_A, at_ms(0));
	world_object(&w, ADDRESS, A_MOVED, at_ms(10));
	cr_assert_eq(w.step.reason, COUNTER_conflict_elsewhere);
	assert_silent(&w, 0);
}

/* ---- that the guest cannot have heard ---- */

TestSuite(claim_doubts, .init = setup);

/* A router answers a client's question by proxy ARP, but no probe. */
static void proxy_replies_in_the_window(void)
{
	world_probes(&w, ADDRESS, GUEST_B, at_ms(0), 3, NSEC_PER_SEC);
	world_reply_to(&w, ADDRESS, REMOTE, GUEST_C, at_ms(2500));
}

Test(claim_doubts, guest_that_answers_twice_is_announced)
{
	w.settings.ask = 1;
	proxy_replies_in_the_window();
	cr_assert_eq(w.step.reason, COUNTER_other_doubted);
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_PROBING);
	world_run_until(&w, at_ms(4050) - 1);
	cr_assert_eq(w.asked.count, 1);
	cr_assert_eq(w.counted[COUNTER_answered_once], 1);
	cr_assert_eq(w.announced.count, 0);
	world_run_until(&w, at_ms(4050));
	cr_assert(world_has_asked(&w, 0, GUEST_B, ASKER_HOST, at_ms(3050)));
	cr_assert(world_has_asked(&w, 1, GUEST_B, ASKER_HOST, at_ms(4050)));
	cr_assert(world_has_announced(&w, 0, GUEST_B, at_ms(4050)));
	world_run_until(&w, at_ms(20000));
	cr_assert_eq(w.announced.count, 2);
}

/* The old owner's reply to the guest passed garpd by: the guest has given the address up. */
Test(claim_doubts, guest_that_answers_only_once_is_not)
{
	w.settings.ask = 1;
	proxy_replies_in_the_window();
	world_run_until(&w, at_ms(3050));
	world_mute(&w, GUEST_B);
	assert_silent(&w, 0);
	cr_assert_eq(w.counted[COUNTER_unanswered], 1);
}

/* A guest that uses the address in its window has not answered; nor, by that, to the second one. */
Test(claim_doubts, use_of_the_address_replaces_no_answer)
{
	w.settings.ask = 1;
	proxy_replies_in_the_window();
	world_use(&w, ADDRESS, GUEST_B, at_ms(2600));
	world_run_until(&w, at_ms(3050));
	cr_assert_eq(w.counted[COUNTER_answered_once], 1);
	world_mute(&w, GUEST_B);
	world_use(&w, ADDRESS, GUEST_B, at_ms(3500));
	cr_assert_eq(w.step.reason, COUNTER_seen);
	world_use(&w, ADDRESS, GUEST_B, at_ms(4049));
	assert_silent(&w, 0);
}

Test(claim_doubts, late_second_answer_is_announced_at_once)
{
	w.settings.ask = 1;
	proxy_replies_in_the_window();
	world_run_until(&w, at_ms(3050));
	world_mute(&w, GUEST_B);
	world_use(&w, ADDRESS, GUEST_B, at_ms(9000));
	cr_assert(world_has_announced(&w, 0, GUEST_B, at_ms(9000)));
}

Test(claim_doubts, doubt_after_the_first_answer_begins_anew)
{
	w.settings.ask = 1;
	proxy_replies_in_the_window();
	world_reply_to(&w, ADDRESS, REMOTE, GUEST_C, at_ms(3500));
	world_run_until(&w, at_ms(5050) - 1);
	cr_assert_eq(w.counted[COUNTER_answered_once], 2);
	cr_assert_eq(w.announced.count, 0);
	world_run_until(&w, at_ms(5050));
	cr_assert(world_has_announced(&w, 0, GUEST_B, at_ms(5050)));
}

Test(claim_doubts, of_an_unanswered_claim)
{
	w.settings.ask = 1;
	world_mute(&w, GUEST_B);
	world_take(&w, ADDRESS, GUEST_B, at_ms(0));
	world_reply_to(&w, ADDRESS, REMOTE, GUEST_C, at_ms(9000));
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_UNANSWERED);
	world_unmute(&w, GUEST_B);
	world_use(&w, ADDRESS, GUEST_B, at_ms(10000));
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_ASKING);
	cr_assert_eq(w.announced.count, 0);
	world_run_until(&w, at_ms(11000));
	cr_assert(world_has_announced(&w, 0, GUEST_B, at_ms(11000)));
}

/* In its slots it holds them up until the guest has answered, once. */
Test(claim_doubts, of_a_claim_that_is_being_announced)
{
	w.settings.ask = 1;
	world_take(&w, ADDRESS, GUEST_B, at_ms(0));
	world_mute(&w, GUEST_B);
	world_reply_to(&w, ADDRESS, REMOTE, GUEST_C, at_ms(3500));
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_ANNOUNCING);
	world_run_until(&w, at_ms(9000));
	cr_assert_eq(w.announced.count, 1);
	world_use(&w, ADDRESS, GUEST_B, at_ms(9100));
	cr_assert_eq(w.announced.count, 2);
}

Test(claim_doubts, to_the_guest_or_a_group_it_contradicts)
{
	w.settings.ask = 1;
	world_probe(&w, ADDRESS, GUEST_B, at_ms(0));
	world_reply_to(&w, ADDRESS, REMOTE, GUEST_B, at_ms(1));
	cr_assert_eq(w.step.reason, COUNTER_conflict_asserted);
	world_probe(&w, ADDRESS6, GUEST_B, at_ms(10));
	world_use(&w, ADDRESS6, REMOTE, at_ms(11)); /* to everybody */
	cr_assert_eq(w.step.reason, COUNTER_conflict_asserted);
}

/* Silence has to win where the guest cannot be asked. */
Test(claim_doubts, contradicts_where_no_guest_is_asked)
{
	proxy_replies_in_the_window();
	cr_assert_eq(w.step.reason, COUNTER_conflict_asserted);
	w.settings.ask = w.settings.observe = 1;
	world_probe(&w, ADDRESS6, GUEST_B, at_ms(3000));
	world_reply_to(&w, ADDRESS6, REMOTE, GUEST_C, at_ms(3001));
	cr_assert_eq(w.step.reason, COUNTER_conflict_asserted);
}

Test(claim_doubts, prolongs_no_conflict)
{
	w.settings.ask = 1;
	world_probe(&w, ADDRESS, GUEST_B, at_ms(0));
	world_use(&w, ADDRESS, REMOTE, at_ms(1));
	world_reply_to(&w, ADDRESS, REMOTE, GUEST_C, at_ms(2000));
	cr_assert_eq(w.step.reason, COUNTER_other_doubted);
	world_probe(&w, ADDRESS, GUEST_B, at_ms(2301));
	cr_assert_eq(w.step.reason, COUNTER_window_opened);
}

/* ---- from a port whose rule forbids it ---- */

TestSuite(claim_ruled_out, .init = setup);

static void rule_out(const struct station *station)
{
	w.ruled_ports |= 1u << station->port;
}

Test(claim_ruled_out, objection_is_counted_and_not_heeded)
{
	rule_out(GUEST_C);
	world_probes(&w, ADDRESS, GUEST_B, at_ms(0), 3, NSEC_PER_SEC);
	world_use(&w, ADDRESS, GUEST_C, at_ms(2100));
	cr_assert_eq(w.step.reason, COUNTER_other_ruled_out);
	world_announce(&w, ADDRESS, GUEST_C, at_ms(2200));
	world_object(&w, ADDRESS, GUEST_C, at_ms(2300));
	cr_assert_eq(w.counted[COUNTER_other_ruled_out], 3);
	world_run_until(&w, at_ms(20000));
	cr_assert_eq(w.announced.count, 2);
	cr_assert(world_has_announced(&w, 0, GUEST_B, at_ms(3050)));
}

/* Nor does it help it to be no owner of a declared address. */
Test(claim_ruled_out, whatever_else_forbids_it)
{
	rule_out(GUEST_C);
	world_declare(&w, ADDRESS, ANNOUNCE_AFTER_PROBE, GUEST_B, NULL);
	world_probe(&w, ADDRESS, GUEST_B, at_ms(0));
	world_use(&w, ADDRESS, GUEST_C, at_ms(100));
	cr_assert_eq(w.step.reason, COUNTER_other_ruled_out);
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_PROBING);
}

Test(claim_ruled_out, raises_no_doubt_about_an_owner)
{
	rule_out(GUEST_C);
	world_take(&w, ADDRESS, GUEST_B, at_ms(0));
	world_use(&w, ADDRESS, GUEST_C, at_ms(20000));
	cr_assert_eq(world_announce_by_hand(&w, ADDRESS, at_ms(21000)), COUNTER_announce_by_hand);
}
