// SPDX-License-Identifier: GPL-2.0-or-later
/* A table that is read and followed: when a dump is repeated, and what its end means. */
#include <errno.h>

#include <criterion/criterion.h>

#include "loader/rtnl/follow.h"

/* A kernel whose first `inconsistent` dumps are, and whose next one ends with `result`. */
static struct {
	int inconsistent;
	int result;
	int dumps;
	int ends;
	bool complete;
} kernel;

static int dump(void *ctx, struct netlink *netlink)
{
	return kernel.dumps++ < kernel.inconsistent ? 1 : kernel.result;
}

static void end(void *ctx, bool complete)
{
	kernel.ends++;
	kernel.complete = complete;
}

static int read_table(int inconsistent, int result)
{
	static const struct follow_ops ops = {.table = "links", .dump = dump, .end = end};
	struct follow follow = {.ops = &ops};

	kernel = (typeof(kernel)){.inconsistent = inconsistent, .result = result};
	return follow_read(&follow);
}

Test(follow, a_consistent_dump_is_complete)
{
	cr_assert_eq(read_table(0, 0), 0);
	cr_assert_eq(kernel.dumps, 1);
	cr_assert_eq(kernel.ends, 1);
	cr_assert(kernel.complete);
}

Test(follow, an_inconsistent_dump_is_repeated)
{
	cr_assert_eq(read_table(3, 0), 0);
	cr_assert_eq(kernel.dumps, 4);
	cr_assert_eq(kernel.ends, 1);
	cr_assert(kernel.complete);
}

Test(follow, a_table_that_never_stands_still_is_taken_as_it_is)
{
	cr_assert_eq(read_table(1000, 0), 0);
	cr_assert_eq(kernel.dumps, FOLLOW_READ_TRIES);
	cr_assert_eq(kernel.ends, 1);
	cr_assert_not(kernel.complete);
}

Test(follow, a_dump_that_fails_ends_it)
{
	cr_assert_eq(read_table(1, -EBUSY), -EBUSY);
	cr_assert_eq(kernel.dumps, 2);
	cr_assert_eq(kernel.ends, 1);
	cr_assert_not(kernel.complete);
}
