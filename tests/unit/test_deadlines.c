// SPDX-License-Identifier: GPL-2.0-or-later
/* The clock's order: of deadlines that have passed, those of ports with few of them come first. */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "../../loader/daemon/deadlines.h"
#include "../../loader/daemon/lines.h"
#include "leaks.h"

#define BUSY	  1u
#define QUIET	  2u
#define MANY	  1000
#define PORT_TURN 8 /* of one port, before another has its turn */

static sd_event *event;
static struct deadlines *deadlines;
static __u32 served[2 * MANY]; /* the claims' numbers, in order */
static size_t count;

static __u64 next_ns; /* what the call returns; 0: served once, and never again */

static size_t together; /* most of them in one call */

static void due(void *ctx, struct due *due, size_t claims)
{
	(void)ctx;
	together = claims > together ? claims : together;
	for (size_t i = 0; i < claims; i++) {
		cr_assert_lt(count, sizeof(served) / sizeof(served[0]));
		served[count++] = due[i].key.segment;
		due[i].next_ns = next_ns;
	}
}

static void setup(void)
{
	cr_assert_geq(sd_event_new(&event), 0);
	cr_assert_eq(deadlines_open(&deadlines, event, due, NULL), 0);
}

static void set_as_of(__u32 claim, __u32 port, __u64 deadline_ns, __u64 time_ns)
{
	struct claim_key key = {.segment = claim};

	cr_assert_eq(deadlines_set(deadlines, &key, port, deadline_ns, time_ns), 0);
}

static void set(__u32 claim, __u32 port, __u64 deadline_ns)
{
	set_as_of(claim, port, deadline_ns, 0);
}

/* Whatever is pending, and nothing that is not. */
static void run(void)
{
	while (sd_event_run(event, 0) > 0)
		;
}

/* The first in each line are equals; what comes later in one is behind the first of another. */
static int served_early(__u32 claim)
{
	return served[0] == claim || served[1] == claim;
}

static void end(void)
{
	deadlines_close(deadlines);
	sd_event_unref(event);
	no_leaks();
}

TestSuite(deadlines, .init = setup);

Test(deadlines, past_ones_are_served_once)
{
	set(1, BUSY, 1);
	set(1, BUSY, 2);
	run();
	cr_assert_eq(count, 1);
	run();
	cr_assert_eq(count, 1);
	end();
}

Test(deadlines, one_that_is_taken_away_is_not_served)
{
	set(1, BUSY, 1);
	set(1, BUSY, 0);
	set(2, BUSY, 0);
	run();
	cr_assert_eq(count, 0);
	end();
}

#define NEVER_NS (~0ull / 2)

/* The event of the claim's last step overtook that of the step before. */
Test(deadlines, one_from_before_takes_nothing_away)
{
	set_as_of(1, BUSY, 1, 20);
	set_as_of(1, BUSY, 0, 10);
	set_as_of(2, BUSY, 1, 20);
	set_as_of(2, BUSY, NEVER_NS, 10);
	run();
	cr_assert_eq(count, 2);
	end();
}

/* Two CPUs may have read their clocks in the other order than they stepped. */
Test(deadlines, one_from_before_brings_it_forward)
{
	set_as_of(1, BUSY, NEVER_NS, 20);
	set_as_of(1, BUSY, 1, 10);
	run();
	cr_assert_eq(count, 1);
	end();
}

/*
 * One CPU forgot the claim, then another one made a step of it, with a clock that it had read
 * before the first one; and its event came first. Then the claim is read.
 */
Test(deadlines, what_the_claim_has_brings_it_back)
{
	set_as_of(1, BUSY, 1, 10);
	set_as_of(1, BUSY, 0, 11);
	set_as_of(1, BUSY, 1, 9);
	run();
	cr_assert_eq(count, 1);
	end();
}

/* What the call of garpd_speak returned is newer than an event that is read after it. */
Test(deadlines, one_from_before_the_call_does_not_put_it_off)
{
	next_ns = 2;
	set_as_of(1, BUSY, 1, 10);
	sd_event_run(event, 0);
	set_as_of(1, BUSY, NEVER_NS, 11);
	next_ns = 0;
	run();
	cr_assert_eq(count, 2);
	end();
}

Test(deadlines, quiet_port_does_not_wait_behind_a_busy_one)
{
	__u32 i;

	for (i = 1; i <= MANY; i++)
		set(i, BUSY, i);
	set(MANY + 1, QUIET, MANY + 1);
	run();
	cr_assert_eq(count, MANY + 1);
	cr_assert(served_early(MANY + 1));
	end();
}

/* A claim that goes to another port goes to the end of another line. */
Test(deadlines, claim_changes_its_line)
{
	__u32 i;

	for (i = 1; i <= MANY; i++)
		set(i, BUSY, i);
	set(7, QUIET, 7);
	run();
	cr_assert_eq(count, MANY);
	cr_assert(served_early(7));
	end();
}

/* A rival on a busy port must not draw the claim into that port's line. */
Test(deadlines, event_of_a_rival_leaves_the_claim_in_its_line)
{
	struct claim_key mine = {.segment = MANY + 1}, unknown = {.segment = MANY + 2};
	struct claim_key *keys;
	size_t found;

	set(MANY + 1, QUIET, NEVER_NS);
	cr_assert_eq(deadlines_set_unplaced(deadlines, &mine, BUSY, NEVER_NS - 1, 1), 0);
	cr_assert_eq(deadlines_of_port(deadlines, BUSY, &keys, &found), 0);
	cr_assert_eq(found, 0);
	cr_assert_eq(deadlines_set_unplaced(deadlines, &unknown, BUSY, NEVER_NS, 1), 0);
	cr_assert_eq(deadlines_of_port(deadlines, BUSY, &keys, &found), 0);
	cr_assert_eq(found, 1);
	free(keys);
	end();
}

/* Only the line changes; a claim without a deadline gets none. */
Test(deadlines, claim_follows_its_guest)
{
	struct claim_key moved = {.segment = 1}, none = {.segment = 2};
	struct claim_key *keys;
	size_t found;

	set(1, BUSY, NEVER_NS);
	cr_assert_eq(deadlines_move(deadlines, &moved, QUIET), 0);
	cr_assert_eq(deadlines_move(deadlines, &none, QUIET), 0);
	cr_assert_eq(deadlines_of_port(deadlines, QUIET, &keys, &found), 0);
	cr_assert_eq(found, 1);
	cr_assert_eq(keys[0].segment, 1);
	free(keys);
	cr_assert_eq(deadlines_of_port(deadlines, BUSY, &keys, &found), 0);
	cr_assert_eq(found, 0);
	set(1, QUIET, 1);
	run();
	cr_assert_eq(count, 1);
	end();
}

/* In the order of their times, in whatever order they were set, moved and removed. */
Test(deadlines, many_are_served_in_their_order)
{
	__u32 i, at;

	for (i = 0; i < MANY; i++) {
		at = i * 7919 % MANY;
		set(at + 1, BUSY, at < 10 ? NEVER_NS : at + 1);
	}
	for (i = 11; i <= MANY; i += 3)
		set(i, BUSY, 0);
	for (i = 1; i <= 10; i++)
		set(i, BUSY, MANY + i);
	run();
	cr_assert_eq(count, MANY - (MANY - 11) / 3 - 1);
	for (i = 1; i < count - 10; i++)
		cr_assert_lt(served[i - 1], served[i]);
	for (i = 1; i <= 10; i++)
		cr_assert_eq(served[count - 11 + i], i);
	end();
}

/* Each port has its turn among those that are served together. */
Test(deadlines, ports_take_turns)
{
	__u32 i;

	for (i = 1; i <= 3 * PORT_TURN; i++) {
		set(i, BUSY, i);
		set(MANY + i, QUIET, i);
	}
	cr_assert_gt(sd_event_run(event, 0), 0);
	cr_assert_geq(count, 2 * PORT_TURN);
	for (i = 0; i < PORT_TURN; i++) {
		cr_assert_eq(served[i] > MANY, served[0] > MANY);
		cr_assert_neq(served[PORT_TURN + i] > MANY, served[0] > MANY);
	}
	run();
	cr_assert_eq(count, 6 * PORT_TURN);
	end();
}

/* So that a call of garpd_speak by an operator does not wait for thousands. */
Test(deadlines, few_are_served_together)
{
	__u32 i;

	for (i = 1; i <= MANY; i++)
		set(i, BUSY, i);
	run();
	cr_assert_eq(count, MANY);
	cr_assert_gt(together, PORT_TURN);
	cr_assert_leq(together, LINES_BATCH);
	end();
}

/* Those of a port with a thousand and more come after the daemon's other work, until it has fewer.
 */
static int before_other; /* how many were served when it was done */

static int other_work(sd_event_source *source, void *ctx)
{
	(void)source;
	(void)ctx;
	before_other = (int)count;
	return 0;
}

static void other_work_behind(__u32 claims)
{
	sd_event_source *other;

	for (__u32 i = 1; i <= claims; i++)
		set(i, BUSY, i);
	cr_assert_geq(sd_event_add_defer(event, &other, other_work, NULL), 0);
	run();
	cr_assert_eq(count, claims);
	sd_event_source_unref(other);
	end();
}

Test(deadlines, long_line_waits_for_other_work)
{
	other_work_behind(2 * MANY);
	cr_assert_eq(before_other, 0);
}

Test(deadlines, short_line_does_not)
{
	other_work_behind(MANY);
	cr_assert_eq(before_other, MANY);
}

/* One that is not due yet is served at its time, by the timer. */
Test(deadlines, future_ones_wait)
{
	uint64_t now_us;

	sd_event_now(event, CLOCK_MONOTONIC, &now_us);
	set(1, BUSY, (now_us + 20000) * 1000);
	set(2, QUIET, (now_us + 10000) * 1000);
	run();
	cr_assert_eq(count, 0);
	while (count < 2)
		cr_assert_gt(sd_event_run(event, UINT64_MAX), 0);
	cr_assert_eq(served[0], 2);
	cr_assert_eq(served[1], 1);
	sd_event_now(event, CLOCK_MONOTONIC, &now_us);
	end();
}

/* Where they are now; a port without any is not known. */
Test(deadlines, claims_of_a_port)
{
	struct claim_key *keys;
	size_t found;

	set(1, BUSY, NEVER_NS);
	set(2, QUIET, NEVER_NS);
	set(3, BUSY, NEVER_NS);
	set(1, QUIET, NEVER_NS);
	cr_assert_eq(deadlines_of_port(deadlines, BUSY, &keys, &found), 0);
	cr_assert_eq(found, 1);
	cr_assert_eq(keys[0].segment, 3);
	free(keys);
	set(3, BUSY, 0);
	cr_assert_eq(deadlines_of_port(deadlines, BUSY, &keys, &found), 0);
	cr_assert_eq(found, 0);
	free(keys);
	end();
}
