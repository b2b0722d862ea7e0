// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Router ports: guests are behind them as behind a guest's port. And what a garpd that relays puts
 * on the wire (Ethernet source unlike SHA) is nothing to another one that hears it.
 */
#include <criterion/criterion.h>
#include <string.h>

#include "world.h"

#define LAN 31 /* the router's port */

static const struct station behind_a = {"behind_a", {0x02, 0, 0, 0, 0, 0xa}, LAN, ROLE_ROUTER};
static const struct station behind_b = {"behind_b", {0x02, 0, 0, 0, 0, 0xb}, LAN, ROLE_ROUTER};

static struct world w;

static void setup(void)
{
	world_init(&w);
}

TestSuite(claim_router, .init = setup);

Test(claim_router, guest_that_only_probes_is_announced)
{
	world_take(&w, ADDRESS, &behind_a, at_ms(0));
	cr_assert(world_has_announced(&w, 0, &behind_a, at_ms(3050)));
	world_run_until(&w, at_ms(10000));
	cr_assert_eq(w.announced.count, 2);
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_OWNED);
	cr_assert_eq(world_claim(&w, ADDRESS)->owner_port, LAN);
}

Test(claim_router, guest_that_announces_itself_is_left_alone)
{
	world_probes(&w, ADDRESS, &behind_a, at_ms(0), 3, NSEC_PER_SEC);
	world_announce(&w, ADDRESS, &behind_a, at_ms(3000));
	world_run_until(&w, at_ms(10000));
	cr_assert_eq(w.announced.count, 0);
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_OWNED);
	cr_assert_eq(w.counted[COUNTER_self_announced], 1);
}

Test(claim_router, use_of_the_address_counts)
{
	world_probe(&w, ADDRESS, &behind_a, at_ms(0));
	world_use(&w, ADDRESS, &behind_a, at_ms(300));
	cr_assert_eq(w.step.reason, COUNTER_window_used);
	world_run_until(&w, at_ms(10000));
	cr_assert_eq(w.announced.count, 2);
}

Test(claim_router, two_that_probe_are_a_conflict)
{
	world_probe(&w, ADDRESS, &behind_a, at_ms(0));
	world_probe(&w, ADDRESS, &behind_b, at_ms(400));
	world_probe(&w, ADDRESS, &behind_a, at_ms(1000));
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_CONFLICT);
	world_run_until(&w, at_ms(10000));
	cr_assert_eq(w.announced.count, 0);
}

Test(claim_router, owner_that_answers_is_a_conflict)
{
	world_probes(&w, ADDRESS, &behind_a, at_ms(0), 3, NSEC_PER_SEC);
	world_announce(&w, ADDRESS, &behind_b, at_ms(2001));
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_CONFLICT);
	world_run_until(&w, at_ms(10000));
	cr_assert_eq(w.announced.count, 0);
}

Test(claim_router, declared_address_is_announced_at_the_first_probe)
{
	world_declare(&w, ADDRESS, ANNOUNCE_IMMEDIATE, &behind_a, NULL);
	world_probe(&w, ADDRESS, &behind_a, at_ms(0));
	cr_assert(world_has_announced(&w, 0, &behind_a, at_ms(0)));
}

/* ---- what a relay puts on the wire ---- */

/* The whole claim is compared: not even its age may change; that another is spoken of is doubt. */
static void no_effect_of(const struct station *station, __u64 at_ns)
{
	unsigned int announced;
	struct claim before;

	world_run_until(&w, at_ns);
	before = *world_claim(&w, ADDRESS);
	if (!mac_equal(before.mac, station->mac))
		before.flags |= CLAIM_F_DOUBTED;
	announced = w.announced.count;
	world_relay(&w, ADDRESS, station, at_ns);
	cr_assert_eq(memcmp(world_claim(&w, ADDRESS), &before, sizeof(before)), 0);
	cr_assert_eq(w.step.changed, 0);
	cr_assert_eq(w.announced.count, announced);
}

Test(claim_router, relayed_frame_makes_no_claim)
{
	world_relay(&w, ADDRESS, GUEST_A, at_ms(0));
	cr_assert_null(world_claim(&w, ADDRESS));
}

Test(claim_router, relayed_frame_of_the_guest_has_no_effect_in_any_state)
{
	world_probes(&w, ADDRESS, GUEST_A, at_ms(0), 3, NSEC_PER_SEC);
	no_effect_of(A_UPLINK, at_ms(2500));
	no_effect_of(GUEST_A, at_ms(2501));
	no_effect_of(A_UPLINK, at_ms(3051));
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_ANNOUNCING);
	no_effect_of(A_UPLINK, at_ms(6000));
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_OWNED);
	cr_assert_eq(w.announced.count, 2);
}

/* It moves no port either, as a frame of the guest itself would. */
Test(claim_router, relayed_frame_moves_no_owner)
{
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	world_run_until(&w, at_ms(10000));
	no_effect_of(REMOTE, at_ms(10000));
	no_effect_of(GUEST_B, at_ms(10001));
	no_effect_of(A_UPLINK, at_ms(10002));
	cr_assert_eq(world_claim(&w, ADDRESS)->owner_port, GUEST_A->port);
}

/* A declared address: this garpd and a relaying router speak at the same first probe. */
Test(claim_router, relayed_frame_of_a_declared_guest_is_no_defence)
{
	world_declare(&w, ADDRESS, ANNOUNCE_IMMEDIATE, GUEST_A, NULL);
	world_probe(&w, ADDRESS, GUEST_A, at_ms(0));
	no_effect_of(A_UPLINK, at_us(100));
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_PROBING);
	cr_assert_eq(w.announced.count, 1);
}
