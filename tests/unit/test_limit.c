// SPDX-License-Identifier: GPL-2.0-or-later
/* The token bucket of a port, in virtual time. */
#include <criterion/criterion.h>

#include "bpf/limit.h"

#define START_NS (1000 * NSEC_PER_SEC)

TestSuite(limit);

/* `count` of them, gap_ns apart from at_ns on: how many are let in. */
static unsigned int let_in(struct limit *limit, __u32 per_second, __u64 at_ns, unsigned int count,
			   __u64 gap_ns)
{
	unsigned int i, allowed = 0;

	for (i = 0; i < count; i++)
		allowed += limit_allows(limit, per_second, at_ns + i * gap_ns);
	return allowed;
}

Test(limit, none_is_no_limit)
{
	struct limit limit = {};

	cr_assert_eq(let_in(&limit, 0, START_NS, 100000, 0), 100000);
	cr_assert_eq(limit.paid_ns, 0);
}

Test(limit, a_second_s_worth_at_once_and_no_more)
{
	struct limit limit = {};

	cr_assert_eq(let_in(&limit, 1000, START_NS, 5000, 0), 1000);
	cr_assert_eq(let_in(&limit, 1000, START_NS + NSEC_PER_MSEC - 1, 10, 0), 0);
	cr_assert_eq(let_in(&limit, 1000, START_NS + NSEC_PER_MSEC, 10, 0), 1);
}

Test(limit, who_keeps_to_it_loses_nothing)
{
	struct limit limit = {};

	cr_assert_eq(let_in(&limit, 10, START_NS, 100000, NSEC_PER_SEC / 10), 100000);
}

Test(limit, flood_gets_its_rate_after_the_burst)
{
	struct limit limit = {};

	/* ten seconds at 10,000 a second */
	cr_assert_eq(let_in(&limit, 100, START_NS, 100000, NSEC_PER_SEC / 10000),
		     100 + 10 * 100 - 1);
}

Test(limit, quiet_time_is_not_saved_up_beyond_the_burst)
{
	struct limit limit = {};

	let_in(&limit, 5, START_NS, 100, 0);
	cr_assert_eq(let_in(&limit, 5, START_NS + 3600 * NSEC_PER_SEC, 100, 0), 5);
}

Test(limit, one_a_second_and_a_million)
{
	struct limit slow = {}, fast = {};

	cr_assert_eq(let_in(&slow, 1, START_NS, 10, 0), 1);
	cr_assert_eq(let_in(&slow, 1, START_NS + NSEC_PER_SEC, 10, 0), 1);
	cr_assert_eq(let_in(&fast, 1000000, START_NS, 2000000, 0), 1000000);
}
