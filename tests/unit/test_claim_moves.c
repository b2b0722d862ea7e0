// SPDX-License-Identifier: GPL-2.0-or-later
/* Addresses that move, move too often, and are forgotten. */
#include <criterion/criterion.h>

#include "world.h"

static struct world w;

static void setup(void)
{
	world_init(&w);
}

TestSuite(claim_moves, .init = setup);
TestSuite(claim_frozen, .init = setup);
TestSuite(claim_age, .init = setup);

/* A owns the address at 10 s; then it moves `moves` times, once every `gap_ms`, the first at 20 s.
 */
static __u64 flap(int moves, __u64 gap_ms)
{
	const struct station *guests[] = {GUEST_A, GUEST_B};
	__u64 at = 20000;
	int i;

	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	world_run_until(&w, at_ms(10000));
	for (i = 1; i <= moves; i++, at += gap_ms)
		world_take(&w, ADDRESS, guests[i & 1], at_ms(at));
	return at - gap_ms;
}

Test(claim_moves, failover_is_a_move)
{
	flap(1, 0);
	cr_assert(world_has_announced(&w, 2, GUEST_B, at_ms(23050)));
	cr_assert_eq(world_claim(&w, ADDRESS)->moves, 1);
	cr_assert_eq(w.counted[COUNTER_moved], 1);
	cr_assert_arr_eq(world_claim(&w, ADDRESS)->owner, guest_b.mac, MAC_LEN);
	cr_assert_eq(world_claim(&w, ADDRESS)->owner_port, guest_b.port);
}

/* The second move's frame had read the clock before the first's. */
Test(claim_moves, are_counted_whoever_read_the_clock_first)
{
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	world_announce(&w, ADDRESS, GUEST_B, at_ms(10000));
	w.behind_ns = 2000;
	world_announce(&w, ADDRESS, GUEST_A, at_us(10000001));
	cr_assert_eq(world_claim(&w, ADDRESS)->moves, 2);
	cr_assert_eq(world_claim(&w, ADDRESS)->recent_moves, 2);
}

Test(claim_moves, same_owner_again_is_none)
{
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	world_take(&w, ADDRESS, GUEST_A, at_ms(20000));
	cr_assert_eq(world_claim(&w, ADDRESS)->moves, 0);
	cr_assert_eq(w.announced.count, 3);
}

Test(claim_moves, owner_elsewhere_that_announces_itself)
{
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	world_run_until(&w, at_ms(10000));
	world_announce(&w, ADDRESS, REMOTE, at_ms(20000));
	cr_assert_eq(w.step.reason, COUNTER_self_announced);
	cr_assert(w.step.moved);
	cr_assert_eq(world_claim(&w, ADDRESS)->moves, 1);
	cr_assert_arr_eq(world_claim(&w, ADDRESS)->owner, remote_b.mac, MAC_LEN);
	world_run_until(&w, at_ms(60000));
	cr_assert_eq(w.announced.count, 2);
}

/* ---- EVPN says so ---- */

/* The guest has died after its first announcement, and another hypervisor's has taken the address.
 */
Test(claim_moves, told_by_evpn_while_a_slot_is_due)
{
	w.settings.ask = 1;
	w.listeners = 1;
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_ANNOUNCING);
	world_mute(&w, GUEST_A);
	world_tell(&w, ADDRESS, REMOTE, at_ms(3500));
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_OWNED);
	cr_assert(w.step.moved);
	cr_assert_arr_eq(world_claim(&w, ADDRESS)->owner, remote_b.mac, MAC_LEN);
	world_run_until(&w, at_ms(60000));
	cr_assert_eq(w.announced.count, 1);
	cr_assert_eq(w.nudge_rounds, 1);
}

Test(claim_moves, told_by_evpn_while_the_second_slot_is_asked_for)
{
	w.settings.ask = 1;
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	world_mute(&w, GUEST_A);
	world_run_until(&w, at_ms(5000));
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_ANNOUNCING);
	world_tell(&w, ADDRESS, REMOTE, at_ms(5000));
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_OWNED);
	world_unmute(&w, GUEST_A);
	world_use(&w, ADDRESS, GUEST_A, at_ms(5500));
	world_run_until(&w, at_ms(60000));
	cr_assert_eq(w.announced.count, 1);
}

/* The same announcement as a frame may be that of a host that is taking the address, too. */
Test(claim_moves, heard_while_a_slot_is_due_is_a_conflict)
{
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	world_announce(&w, ADDRESS, REMOTE, at_ms(3500));
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_CONFLICT);
}

/* What EVPN says of a guest that the policy forbids the address moves nothing. */
Test(claim_moves, told_by_evpn_of_a_host_that_is_denied_is_a_conflict)
{
	world_declare(&w, ADDRESS, ANNOUNCE_AFTER_PROBE, GUEST_A, NULL);
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	world_tell(&w, ADDRESS, REMOTE, at_ms(3500));
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_CONFLICT);
}

Test(claim_moves, told_by_evpn_in_an_open_window_is_a_conflict)
{
	world_probes(&w, ADDRESS, GUEST_A, at_ms(0), 3, NSEC_PER_SEC);
	world_tell(&w, ADDRESS, REMOTE, at_ms(2500));
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_CONFLICT);
}

Test(claim_frozen, five_moves_in_180_s_are_borne_and_the_sixth_freezes)
{
	__u64 at = flap(5, 10000);

	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_ANNOUNCING);
	world_run_until(&w, at_ms(at + 10000));
	cr_assert_eq(w.announced.count, 12);
	world_take(&w, ADDRESS, GUEST_A, at_ms(at + 10000));
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_FROZEN);
	cr_assert_eq(w.counted[COUNTER_frozen], 1);
	cr_assert_eq(w.counted[COUNTER_moved], 6);
	world_run_until(&w, at_ms(at + 200000));
	cr_assert_eq(w.announced.count, 12);
}

Test(claim_frozen, sixth_move_on_the_180th_second_freezes)
{
	flap(6, 36000);
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_FROZEN);
}

Test(claim_frozen, slower_moves_never_do)
{
	flap(40, 36001);
	cr_assert_eq(world_claim(&w, ADDRESS)->moves, 40);
	cr_assert_eq(w.counted[COUNTER_frozen], 0);
}

Test(claim_frozen, self_announced_moves_freeze_too)
{
	const struct station *guests[] = {GUEST_A, GUEST_B};
	int i;

	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	world_run_until(&w, at_ms(10000));
	for (i = 1; i <= 6; i++)
		world_announce(&w, ADDRESS, guests[i & 1], at_ms(10000 + i * 1000));
	cr_assert_eq(w.step.reason, COUNTER_frozen);
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_FROZEN);
}

Test(claim_frozen, says_nothing_whoever_probes)
{
	__u64 at = flap(6, 10000) + 3050;
	unsigned int before = w.announced.count;

	world_take(&w, ADDRESS, GUEST_A, at_ms(at + 10000));
	cr_assert_eq(w.counted[COUNTER_frozen_probe], 3);
	world_take(&w, ADDRESS, GUEST_B, at_ms(at + 20000));
	world_use(&w, ADDRESS, GUEST_B, at_ms(at + 24000));
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_FROZEN);
	cr_assert_eq(world_announce_by_hand(&w, ADDRESS, at_ms(at + 25000)),
		     COUNTER_announce_refused);
	cr_assert_eq(w.announced.count, before);
}

/* Whoever probed may have the address: thawed by hand, the owner is not simply announced. */
Test(claim_frozen, probe_raises_doubt_about_the_owner)
{
	__u64 at = flap(6, 10000) + 3050;

	cr_assert_eq(world_claim(&w, ADDRESS)->flags & CLAIM_F_DOUBTED, 0);
	world_probe(&w, ADDRESS, GUEST_B, at_ms(at + 10000));
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_FROZEN);
	cr_assert_eq(world_claim(&w, ADDRESS)->flags & CLAIM_F_DOUBTED, CLAIM_F_DOUBTED);
	cr_assert_eq(world_thaw(&w, ADDRESS, at_ms(at + 11000)), COUNTER_thaw_by_hand);
	cr_assert_eq(world_announce_by_hand(&w, ADDRESS, at_ms(at + 12000)),
		     COUNTER_announce_doubted);
}

Test(claim_frozen, declared_address_is_frozen_as_well)
{
	const struct station *guests[] = {GUEST_A, GUEST_B};
	int i;

	world_declare(&w, ADDRESS, ANNOUNCE_IMMEDIATE, GUEST_A, GUEST_B, NULL);
	for (i = 0; i < 20; i++)
		world_take(&w, ADDRESS, guests[i & 1], at_ms(i * 10000));
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_FROZEN);
	/* First owner and five moves, three times each; the sixth at its first probe only. */
	cr_assert_eq(w.announced.count, 19);
}

/* A guest that announces itself may freeze the claim: then nothing is deferred. */
Test(claim_frozen, owes_nothing)
{
	unsigned int before;

	world_declare(&w, ADDRESS, ANNOUNCE_IMMEDIATE, GUEST_A, GUEST_B, NULL);
	flap(5, 10000);
	world_run_until(&w, at_ms(80000));
	before = w.announced.count;
	w.fail = 1;
	world_probe(&w, ADDRESS, GUEST_A, at_ms(80000));
	world_announce(&w, ADDRESS, GUEST_A, at_ms(80005));
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_FROZEN);
	world_run_until(&w, at_ms(81000));
	cr_assert_eq(w.announced.count, before);
	cr_assert_eq(world_claim(&w, ADDRESS)->deadline_ns, at_ms(80005 + 300000));
}

Test(claim_frozen, thaws_after_300_s_of_quiet)
{
	__u64 at = flap(6, 10000) + 3050;

	world_run_until(&w, at_ms(at + 300000) - 1);
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_FROZEN);
	world_run_until(&w, at_ms(at + 300000));
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_OWNED);
	cr_assert_eq(w.counted[COUNTER_thawed], 1);
	world_take(&w, ADDRESS, GUEST_B, at_ms(at + 310000));
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_ANNOUNCING);
}

Test(claim_frozen, every_probe_and_every_new_owner_begins_the_quiet_anew)
{
	__u64 at = flap(6, 10000) + 3050;

	world_probe(&w, ADDRESS, GUEST_B, at_ms(at + 200000));
	world_announce(&w, ADDRESS, GUEST_C, at_ms(at + 400000));
	world_run_until(&w, at_ms(at + 700000) - 1);
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_FROZEN);
	world_run_until(&w, at_ms(at + 700000));
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_OWNED);
}

/* Thawed without the daemon: the next probe after the quiet opens a window. */
Test(claim_frozen, thaws_without_the_daemon)
{
	__u64 at = flap(6, 10000) + 3050;

	w.daemon_stopped = 1;
	world_probe(&w, ADDRESS, GUEST_B, at_ms(at + 300001));
	cr_assert_eq(w.step.reason, COUNTER_window_opened);
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_PROBING);
}

Test(claim_age, silent_owner_is_forgotten_after_a_day)
{
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	world_run_until(&w, at_ms(2000 + 86400000) - 1);
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_OWNED);
	world_run_until(&w, at_ms(2000 + 86400000));
	cr_assert_null(world_claim(&w, ADDRESS));
	cr_assert_eq(w.counted[COUNTER_aged], 1);
}

Test(claim_age, any_sign_of_life_keeps_it)
{
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	world_use(&w, ADDRESS, GUEST_A, at_ms(80000000));
	world_run_until(&w, at_ms(100000000));
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_OWNED);
	cr_assert_eq(w.counted[COUNTER_aged], 0);
	world_run_until(&w, at_ms(80000000 + 86400000));
	cr_assert_null(world_claim(&w, ADDRESS));
}

Test(claim_age, idle_claim_wakes_nobody)
{
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	world_run_until(&w, at_ms(10000));
	w.wakeups = 0;
	world_run_until(&w, at_ms(86000000));
	cr_assert_eq(w.wakeups, 0);
}

/* garpd watch goes by it. */
Test(claim_moves, another_port_of_the_owner_is_a_change)
{
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	world_run_until(&w, at_ms(10000));
	world_use(&w, ADDRESS, GUEST_A, at_ms(20000));
	cr_assert_lt(world_claim(&w, ADDRESS)->changed_ns, at_ms(20000));
	world_use(&w, ADDRESS, A_UPLINK, at_ms(30000));
	cr_assert_eq(world_claim(&w, ADDRESS)->port, A_UPLINK->port);
	cr_assert_eq(world_claim(&w, ADDRESS)->changed_ns, at_ms(30000));
}

Test(claim_age, note_of_the_daemon_is_counted)
{
	struct claim claim = {};

	claim_note_host(&claim, 1, at_ms(1));
	claim_note_host(&claim, 0, at_ms(2));
	cr_assert_eq(claim.refreshed, 1);
	cr_assert_eq(claim.changed_ns, at_ms(2));
}
