// SPDX-License-Identifier: GPL-2.0-or-later
/* What comes before garpd's program on a port; and when it is attached again. */
#include <criterion/criterion.h>

#include "loader/attach/order.h"
#include "loader/daemon/reattach.h"

#define OWN    7
#define SECOND 1000000ull

TestSuite(order);
TestSuite(reattach);

static struct program before;

#define judge(...)                                         \
	order_judge((const struct program[]){__VA_ARGS__}, \
		    sizeof((const struct program[]){__VA_ARGS__}) / sizeof(before), OWN, &before)

Test(order, first_or_alone_it_is_heard)
{
	cr_assert_eq(judge({.hook = "tcx", .id = OWN}), UNHEARD_NOT);
	cr_assert_eq(judge({.hook = "tcx", .id = OWN}, {.hook = "tcx", .id = 8},
			   {.hook = "tc", .id = 9}),
		     UNHEARD_NOT);
	cr_assert_eq(judge({.hook = "xdp", .id = OWN}, {.hook = "tcx", .id = 8}), UNHEARD_NOT);
}

Test(order, whatever_comes_before_is_named)
{
	cr_assert_eq(judge({.hook = "xdp", .id = 8}, {.hook = "tcx", .id = 9},
			   {.hook = "tcx", .id = OWN}),
		     UNHEARD_XDP);
	cr_assert_eq(before.id, 8);
	cr_assert_eq(judge({.hook = "tcx", .id = 9}, {.hook = "tc", .id = OWN}), UNHEARD_TCX);
	cr_assert_eq(before.id, 9);
	cr_assert_eq(judge({.hook = "tc", .name = "u32"}, {.hook = "tc", .id = OWN}), UNHEARD_TC);
	cr_assert_str_eq(before.name, "u32");
}

/* A filter there runs only where another one goes to its chain. */
Test(order, filters_on_other_chains_are_not_before_it)
{
	cr_assert_eq(judge({.hook = "tc", .name = "u32", .aside = true}, {.hook = "tc", .id = OWN}),
		     UNHEARD_NOT);
}

Test(order, without_its_program_the_port_is_not_heard)
{
	cr_assert_eq(judge({.hook = "tc", .name = "u32"}), UNHEARD_DETACHED);
	cr_assert_eq(order_judge(NULL, 0, OWN, &before), UNHEARD_DETACHED);
}

/* libxdp has loaded it once more, under another id. */
Test(order, in_a_dispatcher_it_is_known_by_its_name)
{
	cr_assert_eq(judge({.hook = "xdp", .id = 8, .name = "garpd_xdp", .dispatched = true},
			   {.hook = "xdp", .id = 9, .name = "filter", .dispatched = true}),
		     UNHEARD_NOT);
	cr_assert_eq(judge({.hook = "xdp", .id = 9, .name = "filter", .dispatched = true},
			   {.hook = "xdp", .id = 8, .name = "garpd_xdp", .dispatched = true}),
		     UNHEARD_XDP);
}

/* ---- attaching again ---- */

Test(reattach, two_seconds_after_the_last_change)
{
	struct reattach again = {};

	reattach_wait(&again, 10 * SECOND);
	cr_assert_not(again.is_due);
	reattach_set(&again, true, 11 * SECOND);
	cr_assert(again.is_due);
	cr_assert_eq(again.due_usec, 12 * SECOND);
	reattach_wait(&again, 11 * SECOND);
	cr_assert_eq(again.due_usec, 13 * SECOND);
	reattach_set(&again, false, 12 * SECOND);
	cr_assert_not(again.is_due);
}

/* Its link was detached: no qdisc has changed. */
Test(reattach, two_seconds_after_it_was_found_removed)
{
	struct reattach again = {};

	reattach_set(&again, true, 10 * SECOND);
	cr_assert_eq(again.due_usec, 12 * SECOND);
}

Test(reattach, five_times_a_minute)
{
	struct reattach again = {};
	uint64_t now;

	for (now = 100 * SECOND; now < 110 * SECOND; now += 2 * SECOND) {
		cr_assert_not(reattach_is_over(&again, now));
		reattach_set(&again, true, now);
		reattach_try(&again, now);
	}
	cr_assert(reattach_is_over(&again, now));
	cr_assert_eq(again.due_usec, 160 * SECOND);
	reattach_wait(&again, 159 * SECOND);
	cr_assert_eq(again.due_usec, 161 * SECOND);
	reattach_try(&again, 161 * SECOND);
	cr_assert_not(reattach_is_over(&again, 161 * SECOND));
	cr_assert_eq(again.due_usec, 163 * SECOND);
}
