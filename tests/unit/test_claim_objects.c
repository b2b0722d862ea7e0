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
	cr_assert_eq(w.seen[guest_a.mac[MAC_LEN - 1] % WORLD_SEEN].heard_ns, at_ms(2000));
}

/* The guest's MAC on another guest's port: the guest hears it, and gives the address up. */
Test(claim_objects, with_the_guest_s_mac_on_another_port)
{
	world_probe(&w, ADDRESS, GUEST_A, at_ms(0));
	world_object(&w, ADDRESS, A_MOVED, at_ms(10));
	cr_assert_eq(w.step.reason, COUNTER_conflict_elsewhere);
	assert_silent(&w, 0);
}
