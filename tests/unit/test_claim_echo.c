// SPDX-License-Identifier: GPL-2.0-or-later
/* claim/echo.h: does a frame of a guest come back from an uplink? In virtual time. */
#include <criterion/criterion.h>

#include "bpf/claim/echo.h"
#include "world.h"

#define SINCE_NS (1000 * NSEC_PER_SEC)
#define ECHO_NS	 (200 * NSEC_PER_MSEC)

static const struct settings settings = SETTINGS_DEFAULTS;
static struct segment segment;
static struct echo echo;
static struct world w;

static void setup(void)
{
	segment = (struct segment){.since_ns = SINCE_NS, .ports = 3, .uplinks = 1};
	echo = (struct echo){};
	world_init(&w);
}

TestSuite(claim_echo_uplinks, .init = setup);
TestSuite(claim_echo, .init = setup);

static int is_ruled_out(__u64 at_ns)
{
	return echo_is_ruled_out(&segment, &echo, &settings, at_ns);
}

static void broadcast(__u64 sample, __u64 at_ns)
{
	echo_note_sent(&echo, &segment, sample, &settings, at_ns);
}

static int is_sample(__u64 sample, __u64 at_ns)
{
	return echo_is_sample(&echo, sample, &settings, at_ns);
}

Test(claim_echo_uplinks, the_first_frame_since_the_uplinks_changed_has_200_ms_to_come_back)
{
	cr_assert_not(is_ruled_out(SINCE_NS + NSEC_PER_SEC));
	cr_assert_not(echo_is_ruled_out(&segment, NULL, &settings, SINCE_NS + NSEC_PER_SEC));
	broadcast(7, SINCE_NS + 5);
	cr_assert_not(is_ruled_out(SINCE_NS + 5 + ECHO_NS - 1));
	cr_assert(is_ruled_out(SINCE_NS + 5 + ECHO_NS));
	/* The next ones do not begin anew. */
	broadcast(8, SINCE_NS + 5 + ECHO_NS);
	cr_assert(is_ruled_out(SINCE_NS + 5 + ECHO_NS));
}

Test(claim_echo_uplinks, a_sample_is_kept_while_it_may_come_back)
{
	broadcast(7, SINCE_NS + 5);
	broadcast(8, SINCE_NS + 6);
	cr_assert(is_sample(7, SINCE_NS + 5 + ECHO_NS - 1));
	cr_assert_not(is_sample(8, SINCE_NS + 7));
	cr_assert_not(is_sample(7, SINCE_NS + 5 + ECHO_NS));
	broadcast(8, SINCE_NS + 5 + ECHO_NS);
	cr_assert(is_sample(8, SINCE_NS + 6 + ECHO_NS));
}

/* The one before was not sent to the new uplink. */
/* Another CPU is about to write the second word of the next sample, or has written only that. */
Test(claim_echo_uplinks, half_a_sample_is_none)
{
	struct echo before;

	broadcast(7, SINCE_NS + 5);
	before = echo;
	broadcast(8, SINCE_NS + 5 + ECHO_NS);
	echo.sealed = before.sealed;
	cr_assert_not(is_sample(7, SINCE_NS + 6 + ECHO_NS));
	cr_assert_not(is_sample(8, SINCE_NS + 6 + ECHO_NS));
	broadcast(8, SINCE_NS + 6 + 2 * ECHO_NS);
	echo.sample_ns = before.sample_ns;
	cr_assert_not(is_sample(7, SINCE_NS + 6));
	cr_assert_not(is_sample(8, SINCE_NS + 6));
}

Test(claim_echo_uplinks, the_first_one_to_a_new_uplink_is_the_sample)
{
	broadcast(7, SINCE_NS + 5);
	segment.since_ns = SINCE_NS + 6;
	broadcast(8, SINCE_NS + 7);
	cr_assert(is_sample(8, SINCE_NS + 8));
	cr_assert_eq(echo.sent_ns, SINCE_NS + 7);
}

Test(claim_echo_uplinks, one_that_came_back_rules_nothing_out_until_the_uplinks_change)
{
	broadcast(7, SINCE_NS + 5);
	echo.returned_ns = SINCE_NS + 6;
	cr_assert(echo_is_heard(&echo, &segment));
	cr_assert_not(is_ruled_out(SINCE_NS + 3600 * NSEC_PER_SEC));
	segment.since_ns = SINCE_NS + 7;
	broadcast(8, SINCE_NS + 8);
	cr_assert(is_ruled_out(SINCE_NS + 8 + ECHO_NS));
}

Test(claim_echo_uplinks, one_that_did_not_come_back_from_the_former_ones_proves_nothing)
{
	broadcast(7, SINCE_NS + 5);
	segment.since_ns = SINCE_NS + 6;
	cr_assert_not(is_ruled_out(SINCE_NS + NSEC_PER_SEC));
}

Test(claim_echo_uplinks, without_an_uplink_nothing_comes_back)
{
	segment.uplinks = 0;
	cr_assert(echo_is_ruled_out(&segment, NULL, &settings, SINCE_NS));
}

Test(claim_echo_uplinks, a_port_that_is_missing_may_be_one)
{
	segment.uplinks = 0;
	segment.missing = 1;
	cr_assert_not(echo_is_ruled_out(&segment, NULL, &settings, SINCE_NS));
}

Test(claim_echo_uplinks, an_uplink_that_is_not_heard_may_send_back_what_it_likes)
{
	segment.unheard = 1;
	broadcast(7, SINCE_NS + 5);
	cr_assert_not(is_ruled_out(SINCE_NS + NSEC_PER_SEC));
}

Test(claim_echo_uplinks, frames_are_told_apart_by_mac_and_address)
{
	struct addr one = {{[15] = 1}}, two = {{[15] = 2}};

	cr_assert_eq(echo_sample(guest_a.mac, &one), echo_sample(guest_a.mac, &one));
	cr_assert_neq(echo_sample(guest_a.mac, &one), echo_sample(guest_b.mac, &one));
	cr_assert_neq(echo_sample(guest_a.mac, &one), echo_sample(guest_a.mac, &two));
}

/* ---- the claim ---- */

static void assert_still_here(void)
{
	cr_assert_eq(w.step.reason, COUNTER_came_back);
	cr_assert_eq(world_claim(&w, ADDRESS)->port, guest_a.port);
	cr_assert_eq(world_claim(&w, ADDRESS)->role, ROLE_GUEST);
}

/* The last slot is at 4,150 ms; the claim is OWNED then. */
Test(claim_echo, an_announcement_that_comes_back_moves_nothing)
{
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	world_run_until(&w, at_ms(4150));
	world_announce(&w, ADDRESS, A_UPLINK, at_ms(4349));
	assert_still_here();
	/* Later it is the guest, on another machine. */
	world_announce(&w, ADDRESS, A_UPLINK, at_ms(4350));
	cr_assert_eq(w.step.reason, COUNTER_seen);
	cr_assert_eq(world_claim(&w, ADDRESS)->role, ROLE_UPLINK);
}

Test(claim_echo, a_guest_s_own_frame_that_comes_back_moves_nothing)
{
	world_announce(&w, ADDRESS, GUEST_A, at_ms(0));
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	world_run_until(&w, at_ms(20000));
	world_use(&w, ADDRESS, GUEST_A, at_ms(30000));
	world_use(&w, ADDRESS, A_UPLINK, at_ms(30001));
	assert_still_here();
}

Test(claim_echo, a_nudge_that_comes_back_moves_nothing)
{
	w.listeners = 1;
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	world_run_until(&w, at_ms(5050)); /* the third round, 0.9 s after the last slot */
	cr_assert_eq(w.nudge_rounds, 3);
	world_use(&w, ADDRESS, A_UPLINK, at_ms(5051));
	assert_still_here();
}

Test(claim_echo, an_objection_from_the_uplink_is_none_if_it_comes_back)
{
	world_probe(&w, ADDRESS, GUEST_A, at_ms(0));
	world_object(&w, ADDRESS, A_UPLINK, at_ms(1));
	assert_still_here();
	cr_assert_eq(world_state(&w, ADDRESS), CLAIM_PROBING);
}

/* A frame of another host that comes back still objects. */
Test(claim_echo, another_host_s_frame_is_not_the_guest_s)
{
	world_take(&w, ADDRESS, GUEST_A, at_ms(0));
	world_use(&w, ADDRESS, REMOTE, at_ms(3060));
	cr_assert_neq(w.step.reason, COUNTER_came_back);
}
