// SPDX-License-Identifier: GPL-2.0-or-later
/* A hook that cannot send (XDP): its announcements are deferred, and sent by garpd_speak. */
#include <criterion/criterion.h>

#include "world.h"

static struct world w;

static void setup(void)
{
	world_init(&w);
	w.xdp = 1;
	world_declare(&w, ADDRESS, ANNOUNCE_IMMEDIATE, GUEST_A, GUEST_B, NULL);
}

TestSuite(claim_xdp, .init = setup);
TestSuite(claim_queue, .init = setup);

static int defers(unsigned int flags)
{
	const struct claim *claim = world_claim(&w, ADDRESS);

	return claim && (claim->flags & (CLAIM_F_DEFERRED | CLAIM_F_DEFENDER)) == flags;
}

Test(claim_xdp, first_probe_of_a_declared_address_is_deferred_now)
{
	w.daemon_stopped = 1;
	world_probe(&w, ADDRESS, GUEST_A, at_ms(0));
	cr_assert_eq(w.step.reason, COUNTER_immediate);
	cr_assert_eq(w.announced.count, 0);
	cr_assert(defers(CLAIM_F_DEFERRED));
	cr_assert_eq(world_claim(&w, ADDRESS)->deadline_ns, at_ms(0));
}

Test(claim_xdp, daemon_pays_at_once_and_the_window_goes_on)
{
	world_probes(&w, ADDRESS, GUEST_A, at_ms(0), 3, NSEC_PER_SEC);
	world_run_until(&w, at_ms(2900));
	cr_assert_eq(w.announced.count, 1);
	cr_assert(world_has_announced(&w, 0, GUEST_A, at_ms(0)));
	cr_assert_eq(w.announced.list[0].reason, COUNTER_announce_deferred);
	cr_assert(defers(0));
	cr_assert_eq(world_claim(&w, ADDRESS)->deadline_ns, at_ms(3000));
	world_run_until(&w, at_ms(60000));
	cr_assert_eq(w.announced.count, 3);
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_OWNED);
}

Test(claim_xdp, undeclared_address_owes_nothing_at_its_first_probe)
{
	world_probe(&w, "192.0.2.8", GUEST_A, at_ms(0));
	cr_assert_eq(world_claim(&w, "192.0.2.8")->flags & CLAIM_F_DEFERRED, 0);
	cr_assert_eq(w.announced.count, 0);
}

/* What comes from the guest's port right behind its announcement is ours only with its MAC. */
Test(claim_xdp, another_host_on_the_port_is_no_echo)
{
	const struct station behind = {"b_at_a", {0x02, 0, 0, 0, 0, 0xb}, guest_a.port, ROLE_GUEST};

	world_take(&w, "192.0.2.8", GUEST_A, at_ms(0));
	world_announce(&w, "192.0.2.8", &behind, at_ms(3052));
	cr_assert_eq(w.step.reason, COUNTER_conflict_asserted);
}

/* Frames between the probe and the daemon put nothing off. */
Test(claim_xdp, further_frames_do_not_postpone_what_is_deferred)
{
	w.daemon_stopped = 1;
	world_probe(&w, ADDRESS, GUEST_A, at_ms(0));
	world_use(&w, ADDRESS, GUEST_A, at_ms(100));
	world_probe(&w, ADDRESS, GUEST_A, at_ms(1000));
	cr_assert_eq(world_claim(&w, ADDRESS)->deadline_ns, at_ms(0));
	cr_assert(defers(CLAIM_F_DEFERRED));
}

Test(claim_xdp, next_daemon_pays_before_the_window_ends)
{
	w.daemon_stopped = 1;
	world_probe(&w, ADDRESS, GUEST_A, at_ms(0));
	world_run_until(&w, at_ms(2000));
	cr_assert_eq(w.announced.count, 0);
	w.daemon_stopped = 0;
	world_run_until(&w, at_ms(2000));
	cr_assert(world_has_announced(&w, 0, GUEST_A, at_ms(2000)));
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_PROBING);
}

/* The end of the window is the same announcement: not two in one moment. */
Test(claim_xdp, daemon_that_comes_after_the_window_announces_once)
{
	w.daemon_stopped = 1;
	world_probe(&w, ADDRESS, GUEST_A, at_ms(0));
	world_run_until(&w, at_ms(50000));
	w.daemon_stopped = 0;
	world_run_until(&w, at_ms(50000));
	cr_assert_eq(w.announced.count, 1);
	cr_assert_eq(w.announced.list[0].reason, COUNTER_window_ended);
	cr_assert(defers(0));
	world_run_until(&w, at_ms(60000));
	cr_assert_eq(w.announced.count, 2);
	cr_assert(world_has_announced(&w, 1, GUEST_A, at_ms(51100)));
}

Test(claim_xdp, conflict_before_the_daemon_silences_it)
{
	world_declare(&w, ADDRESS, ANNOUNCE_IMMEDIATE, GUEST_A, NULL);
	w.daemon_stopped = 1;
	world_probe(&w, ADDRESS, GUEST_A, at_ms(0));
	world_use(&w, ADDRESS, GUEST_C, at_ms(1));
	cr_assert(defers(0));
	w.daemon_stopped = 0;
	world_run_until(&w, at_ms(60000));
	cr_assert_eq(w.announced.count, 0);
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_CONFLICT);
}

Test(claim_xdp, policy_that_changes_before_the_daemon_comes_is_obeyed)
{
	w.daemon_stopped = 1;
	world_probe(&w, ADDRESS, GUEST_A, at_ms(0));
	world_declare(&w, ADDRESS, ANNOUNCE_NEVER, NULL);
	w.daemon_stopped = 0;
	world_run_until(&w, at_ms(10));
	cr_assert_eq(w.announced.count, 0);
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_DENIED);
}

Test(claim_xdp, takeover_before_the_daemon_owes_the_newer_one_only)
{
	w.daemon_stopped = 1;
	world_probe(&w, ADDRESS, GUEST_A, at_ms(0));
	world_probe(&w, ADDRESS, GUEST_B, at_ms(5));
	w.daemon_stopped = 0;
	world_run_until(&w, at_ms(1000));
	cr_assert_eq(w.announced.count, 1);
	cr_assert(world_has_announced(&w, 0, GUEST_B, at_ms(5)));
}

/* ---- who defends ---- */

Test(claim_xdp, defender_is_deferred_and_announced_from_its_own_port)
{
	world_probe(&w, ADDRESS, GUEST_B, at_ms(0));
	world_use(&w, ADDRESS, GUEST_A, at_ms(1));
	cr_assert_eq(w.step.reason, COUNTER_defended);
	cr_assert(defers(CLAIM_F_DEFERRED | CLAIM_F_DEFENDER));
	world_run_until(&w, at_ms(60000));
	cr_assert_eq(w.announced.count, 2);
	cr_assert(world_has_announced(&w, 0, GUEST_B, at_ms(0)));
	cr_assert(world_has_announced(&w, 1, GUEST_A, at_ms(1)));
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_CONFLICT);
	cr_assert(defers(0));
}

Test(claim_xdp, defender_waits_for_the_daemon_whatever_the_guest_goes_on_to_do)
{
	w.daemon_stopped = 1;
	world_probe(&w, ADDRESS, GUEST_B, at_ms(0));
	world_use(&w, ADDRESS, GUEST_A, at_ms(1));
	world_probe(&w, ADDRESS, GUEST_B, at_ms(1000));
	world_probe(&w, ADDRESS, GUEST_C, at_ms(1500));
	world_use(&w, ADDRESS, GUEST_A, at_ms(1600));
	cr_assert(defers(CLAIM_F_DEFERRED | CLAIM_F_DEFENDER));
	w.daemon_stopped = 0;
	world_run_until(&w, at_ms(2000));
	cr_assert_eq(w.announced.count, 1);
	cr_assert(world_has_announced(&w, 0, GUEST_A, at_ms(1600)));
}

/* The policy is asked about the defender, not about the guest. */
Test(claim_xdp, defender_that_is_denied_by_now_is_dropped_and_the_quarrel_stays)
{
	w.daemon_stopped = 1;
	world_probe(&w, ADDRESS, GUEST_B, at_ms(0));
	world_use(&w, ADDRESS, GUEST_A, at_ms(1));
	world_declare(&w, ADDRESS, ANNOUNCE_IMMEDIATE, GUEST_B, NULL);
	w.daemon_stopped = 0;
	world_run_until(&w, at_ms(100));
	cr_assert_eq(w.announced.count, 0);
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_CONFLICT);
	cr_assert_eq(w.counted[COUNTER_denied_owner], 1);
	cr_assert(defers(0));
}

Test(claim_xdp, new_window_drops_the_old_debt)
{
	w.daemon_stopped = 1;
	world_probe(&w, ADDRESS, GUEST_B, at_ms(0));
	world_use(&w, ADDRESS, GUEST_A, at_ms(1));
	world_probe(&w, ADDRESS, GUEST_B, at_ms(9000));
	w.daemon_stopped = 0;
	world_run_until(&w, at_ms(9000));
	cr_assert_eq(w.announced.count, 1);
	cr_assert(world_has_announced(&w, 0, GUEST_B, at_ms(9000)));
}

/* A tc hook sends it itself, but the kernel may refuse. */
Test(claim_xdp, defender_that_could_not_be_queued_is_deferred_too)
{
	w.xdp = 0;
	world_probe(&w, ADDRESS, GUEST_B, at_ms(0));
	w.fail = 1;
	world_use(&w, ADDRESS, GUEST_A, at_ms(1));
	cr_assert(defers(CLAIM_F_DEFERRED | CLAIM_F_DEFENDER));
	world_run_until(&w, at_ms(60000));
	cr_assert_eq(w.announced.count, 2);
	cr_assert(world_has_announced(&w, 1, GUEST_A, at_ms(11)));
	cr_assert_eq(w.counted[COUNTER_announce_failed], 1);
}

Test(claim_xdp, defender_is_given_up_after_three_retries)
{
	w.xdp = 0;
	world_probe(&w, ADDRESS, GUEST_B, at_ms(0));
	w.fail = 1 + CLAIM_RETRIES;
	world_use(&w, ADDRESS, GUEST_A, at_ms(1));
	world_run_until(&w, at_ms(1000));
	cr_assert_eq(w.counted[COUNTER_announce_failed], CLAIM_RETRIES);
	cr_assert_eq(w.counted[COUNTER_announce_lost], 1);
	cr_assert(defers(0));
}

/* ---- two CPUs ---- */

/* The guest's announcement fails on one while the other hears its rival. */
Test(claim_xdp, failure_that_is_recorded_after_a_contradiction_owes_nothing)
{
	struct claim claim = {.state = CLAIM_CONFLICT, .flags = CLAIM_F_IMMEDIATE};
	struct said said = {ANNOUNCE_GUEST, claim.mac, GUEST_A->port};
	struct claim_step step = claim_record_sent(&claim, &said, 0, &w.settings, at_ms(1));

	cr_assert_eq(step.reason, COUNTER_announce_superseded);
	cr_assert_eq(claim.flags & CLAIM_F_DEFERRED, 0);
}

Test(claim_xdp, success_of_the_guest_does_not_pay_the_defender)
{
	struct claim claim = {.state = CLAIM_CONFLICT, .flags = CLAIM_F_IMMEDIATE, .rival = {2}};
	struct said said = {ANNOUNCE_GUEST, claim.mac, GUEST_A->port};

	claim_defer(&claim, ANNOUNCE_DEFENDER, at_ms(1));
	claim_record_sent(&claim, &said, 1, &w.settings, at_ms(1));
	cr_assert_eq(claim.flags & (CLAIM_F_DEFERRED | CLAIM_F_DEFENDER),
		     CLAIM_F_DEFERRED | CLAIM_F_DEFENDER);
	cr_assert_eq(claim.deadline_ns, at_ms(1));
}

/* A's last round is on its way while B, declared too, probes in XDP, where nothing can be sent. */
Test(claim_xdp, success_does_not_send_what_another_guest_has_deferred)
{
	struct claim claim = {.state = CLAIM_PROBING, .flags = CLAIM_F_IMMEDIATE};
	struct said said = {ANNOUNCE_GUEST, GUEST_A->mac, GUEST_A->port};

	memcpy(claim.mac, GUEST_B->mac, MAC_LEN);
	claim_defer(&claim, ANNOUNCE_GUEST, at_ms(1));
	claim_record_sent(&claim, &said, 1, &w.settings, at_ms(1));
	cr_assert(claim.flags & CLAIM_F_DEFERRED);
	cr_assert_eq(claim.deadline_ns, at_ms(1));
}

/* The announcement of a defender fails while a third one joins the conflict: none is deferred. */
Test(claim_xdp, failure_is_not_made_up_for_with_another_s_announcement)
{
	struct claim claim = {.state = CLAIM_CONFLICT, .flags = CLAIM_F_IMMEDIATE};
	struct said defender = {ANNOUNCE_DEFENDER, GUEST_B->mac, GUEST_B->port};
	struct said guest = {ANNOUNCE_GUEST, GUEST_A->mac, GUEST_A->port};
	struct claim_step step;

	memcpy(claim.rival, GUEST_C->mac, MAC_LEN);
	claim.rival_port = GUEST_B->port;
	step = claim_record_sent(&claim, &defender, 0, &w.settings, at_ms(1));
	cr_assert_eq(step.reason, COUNTER_announce_superseded);
	cr_assert_eq(claim.flags & CLAIM_F_DEFERRED, 0);
	memcpy(claim.mac, GUEST_C->mac, MAC_LEN);
	claim.state = CLAIM_OWNED;
	step = claim_record_sent(&claim, &guest, 0, &w.settings, at_ms(1));
	cr_assert_eq(step.reason, COUNTER_announce_superseded);
}

/* It fails while the defender itself is heard elsewhere: it is announced neither here nor there. */
Test(claim_xdp, defender_that_moves_while_it_fails_is_not_announced)
{
	struct claim claim = {.state = CLAIM_CONFLICT, .flags = CLAIM_F_IMMEDIATE};
	struct said said = {ANNOUNCE_DEFENDER, GUEST_B->mac, GUEST_B->port};
	struct claim_step step;

	memcpy(claim.rival, GUEST_B->mac, MAC_LEN);
	claim.rival_port = GUEST_B->port + 1;
	step = claim_record_sent(&claim, &said, 0, &w.settings, at_ms(1));
	cr_assert_eq(step.reason, COUNTER_announce_superseded);
	cr_assert_eq(claim.flags & CLAIM_F_DEFERRED, 0);
	claim.rival_port = GUEST_B->port;
	step = claim_record_sent(&claim, &said, 0, &w.settings, at_ms(1));
	cr_assert_eq(step.reason, COUNTER_announce_failed);
	cr_assert_eq(claim.flags & CLAIM_F_DEFENDER, CLAIM_F_DEFENDER);
}

/* ---- what has to wait for its turn ---- */

/* Its turn comes after the window's end, which announces the same: it has waited for that. */
Test(claim_queue, turn_that_comes_after_the_window_is_kept)
{
	const struct claim_next allowed = {.live_port = GUEST_A->port};
	const struct said said = {ANNOUNCE_GUEST, GUEST_A->mac, GUEST_A->port};
	struct claim_step step;
	struct claim claim;

	w.daemon_stopped = 1;
	world_probe(&w, ADDRESS, GUEST_A, at_ms(0));
	claim = *world_claim(&w, ADDRESS);
	claim_queue(&claim, &said, QUEUED_PORT, at_ms(9000), at_ms(0));
	step = claim_run_deadline(&claim, &allowed, &w.settings, at_ms(9000));
	cr_assert_eq(step.reason, COUNTER_window_ended);
	cr_assert_eq(step.announce, ANNOUNCE_GUEST);
	cr_assert_eq(step.queued, QUEUED_PORT);
	cr_assert_eq(claim.queued, QUEUED_NOT);
}

/* Its guest was contradicted while the line was asked for. */
Test(claim_queue, what_nobody_wants_any_more_is_not_queued)
{
	struct claim claim = {.state = CLAIM_CONFLICT, .flags = CLAIM_F_IMMEDIATE};
	struct said said = {ANNOUNCE_GUEST, claim.mac, GUEST_A->port};
	struct claim_step step = claim_queue(&claim, &said, QUEUED_PORT, at_ms(500), at_ms(1));

	cr_assert_eq(step.reason, COUNTER_announce_superseded);
	cr_assert_eq(claim.flags & CLAIM_F_DEFERRED, 0);
}

/* B's line begins at its end. */
Test(claim_queue, new_window_has_waited_for_nothing)
{
	struct frame probe = {.kind = FRAME_PROBE};
	struct heard heard = {.frame = &probe, .port = GUEST_B->port, .role = ROLE_GUEST};
	const struct said said = {ANNOUNCE_GUEST, GUEST_A->mac, GUEST_A->port};
	struct claim claim;

	w.daemon_stopped = 1;
	world_probe(&w, ADDRESS, GUEST_A, at_ms(0));
	claim = *world_claim(&w, ADDRESS);
	claim_queue(&claim, &said, QUEUED_ALL, at_ms(9000), at_ms(0));
	memcpy(probe.mac, GUEST_B->mac, MAC_LEN);
	claim_hear_probe(&claim, &heard, &w.settings, at_ms(100));
	cr_assert_eq(claim.flags & CLAIM_F_DEFERRED, 0);
	cr_assert_eq(claim.queued, QUEUED_NOT);
}

/* ---- our own frames, that generic XDP meets again ---- */

Test(claim_xdp, echo_of_our_own_announcement_is_not_the_guest_s)
{
	world_declare(&w, ADDRESS, ANNOUNCE_AFTER_PROBE, NULL);
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_ANNOUNCING);
	world_announce(&w, ADDRESS, GUEST_A, at_ms(3051));
	cr_assert_eq(w.step.reason, COUNTER_own_frame);
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_ANNOUNCING);
	cr_assert_eq(world_claim(&w, ADDRESS)->self_announced, 0);
}

/* Its receive queue was quicker than the record. */
static void is_met_at_once(struct world *world, const struct claim_step *step,
			   const struct announcement *announcement)
{
	(void)step;
	if (announcement->became != ANNOUNCEMENT_SENT)
		return;
	world->watch = NULL;
	world->daemon_stopped = 1; /* there is one, and it is at it */
	world_announce(world, ADDRESS, GUEST_A, world->now_ns + 1000);
	world->daemon_stopped = 0;
}

Test(claim_xdp, echo_that_comes_before_the_record_is_not_the_guest_s)
{
	world_declare(&w, ADDRESS, ANNOUNCE_AFTER_PROBE, NULL);
	w.watch = is_met_at_once;
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	cr_assert_null(w.watch);
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_ANNOUNCING);
	cr_assert_eq(world_claim(&w, ADDRESS)->self_announced, 0);
	cr_assert_eq(w.counted[COUNTER_own_frame], 1);
}

/* The same for a deferred announcement. */
Test(claim_xdp, echo_of_a_debt_that_comes_before_the_record_is_not_the_guest_s)
{
	w.daemon_stopped = 1;
	world_probe(&w, ADDRESS, GUEST_A, at_ms(0));
	world_run_until(&w, at_ms(500));
	w.daemon_stopped = 0;
	w.watch = is_met_at_once;
	world_run_until(&w, at_ms(600));
	cr_assert_null(w.watch);
	cr_assert_eq(w.announced.count, 1);
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_PROBING);
}

Test(claim_xdp, same_frame_later_or_elsewhere_is_no_echo)
{
	world_declare(&w, ADDRESS, ANNOUNCE_AFTER_PROBE, NULL);
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	world_announce(&w, ADDRESS, A_UPLINK, at_ms(3051));
	cr_assert_eq(w.step.reason, COUNTER_came_back);
	world_announce(&w, ADDRESS, GUEST_A, at_ms(3500));
	cr_assert_eq(w.step.reason, COUNTER_self_announced);
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_OWNED);
}

/* tc knows its own frames by their mark: there a guest may be as quick as it likes. */
Test(claim_xdp, hook_that_sees_marks_knows_no_echo)
{
	w.xdp = 0;
	world_declare(&w, ADDRESS, ANNOUNCE_AFTER_PROBE, NULL);
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	world_announce(&w, ADDRESS, GUEST_A, at_ms(3051));
	cr_assert_eq(w.step.reason, COUNTER_self_announced);
}
