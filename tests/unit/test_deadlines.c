// SPDX-License-Identifier: GPL-2.0-or-later
/* The clock's order: of deadlines that have passed, those of ports with few of them come first. */
#include <criterion/criterion.h>

#include "../../loader/deadlines.h"
#include "leaks.h"

#define BUSY  1u
#define QUIET 2u
#define MANY  1000

static sd_event *event;
static struct deadlines *deadlines;
static __u32 served[2 * MANY]; /* the claims' numbers, in order */
static size_t count;

/* Served once, and never again. */
static __u64 due(void *ctx, const struct claim_key *key)
{
	(void)ctx;
	cr_assert_lt(count, sizeof(served) / sizeof(served[0]));
	served[count++] = key->segment;
	return 0;
}

static void setup(void)
{
	cr_assert_geq(sd_event_new(&event), 0);
	cr_assert_eq(deadlines_open(&deadlines, event, due, NULL), 0);
}

static void set(__u32 claim, __u32 port, __u64 deadline_ns)
{
	struct claim_key key = {.segment = claim};

	cr_assert_eq(deadlines_set(deadlines, &key, port, deadline_ns), 0);
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
