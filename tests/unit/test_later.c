// SPDX-License-Identifier: GPL-2.0-or-later
/* Events of which a part waits: none is lost, and they stay in their order. */
#include <criterion/criterion.h>

#include "../../loader/daemon/later.h"
#include "leaks.h"

static sd_event *event;
static struct later *later;
static __u32 acted; /* on so many, in order */
static bool other_is_done;

static void act(void *ctx, const struct event *which)
{
	(void)ctx;
	cr_assert_eq(which->announcements, acted);
	acted++;
}

static void setup(void)
{
	cr_assert_geq(sd_event_new(&event), 0);
	cr_assert_eq(later_open(&later, event, act, NULL), 0);
}

TestSuite(later, .init = setup);

static void add(__u32 from, __u32 to)
{
	for (__u32 i = from; i < to; i++)
		later_add(later, &(struct event){.announcements = i});
}

static void run(void)
{
	while (sd_event_run(event, 0) > 0)
		;
}

static void end(void)
{
	later_close(later);
	sd_event_unref(event);
	no_leaks();
}

static int other_work(sd_event_source *source, void *ctx)
{
	(void)source;
	(void)ctx;
	cr_assert_eq(acted, 0);
	other_is_done = true;
	return 0;
}

Test(later, other_work_comes_first)
{
	sd_event_source *other;

	add(0, 3);
	cr_assert_eq(acted, 0);
	cr_assert_geq(sd_event_add_defer(event, &other, other_work, NULL), 0);
	run();
	cr_assert(other_is_done);
	cr_assert_eq(acted, 3);
	sd_event_source_unref(other);
	end();
}

/* Its ring grows while it begins somewhere in the middle, and is given back afterwards. */
Test(later, many_stay_in_their_order)
{
	add(0, 50);
	cr_assert_gt(sd_event_run(event, 0), 0);
	cr_assert_gt(acted, 0);
	cr_assert_lt(acted, 50);
	add(50, 1000);
	run();
	cr_assert_eq(acted, 1000);
	add(1000, 1003);
	run();
	cr_assert_eq(acted, 1003);
	end();
}

/* The oldest are acted on instead of being forgotten. */
Test(later, more_than_can_wait)
{
	add(0, LATER_MAX);
	cr_assert_eq(acted, 0);
	add(LATER_MAX, LATER_MAX + 5);
	cr_assert_eq(acted, 5);
	run();
	cr_assert_eq(acted, LATER_MAX + 5);
	end();
}

Test(later, what_waits_can_be_flushed)
{
	add(0, 100);
	later_flush(later);
	cr_assert_eq(acted, 100);
	later_flush(NULL);
	later_close(NULL);
	end();
}
