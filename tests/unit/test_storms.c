// SPDX-License-Identifier: GPL-2.0-or-later
/* What happens again and again is said once a minute, and how often it was left out. */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "../../loader/daemon/storms.h"

#define START_NS (1000 * NSEC_PER_SEC)

TestSuite(storms);

static struct storm storms[STORMS];
static unsigned int left_out;

static bool allowed(__u8 last, __u32 reason, __u64 at_ns)
{
	struct claim_key key = {.segment = 3, .addr.bytes[15] = last};

	return storms_allow(storms, &key, reason, START_NS + at_ns, &left_out);
}

Test(storms, first_one_is_said_and_the_rest_of_the_minute_is_not)
{
	unsigned int i;

	cr_assert(allowed(1, COUNTER_conflict_probe, 0));
	cr_assert_eq(left_out, 0);
	for (i = 1; i < 60; i++)
		cr_assert_not(allowed(1, COUNTER_conflict_probe, i * NSEC_PER_SEC));
	cr_assert_not(allowed(1, COUNTER_conflict_probe, 60 * NSEC_PER_SEC - 1));
	cr_assert(allowed(1, COUNTER_conflict_probe, 60 * NSEC_PER_SEC));
	cr_assert_eq(left_out, 60);
	cr_assert_not(allowed(1, COUNTER_conflict_probe, 61 * NSEC_PER_SEC));
	cr_assert(allowed(1, COUNTER_conflict_probe, 120 * NSEC_PER_SEC));
	cr_assert_eq(left_out, 1);
}

Test(storms, another_address_and_another_reason_are_another_matter)
{
	cr_assert(allowed(1, COUNTER_conflict_probe, 0));
	cr_assert(allowed(2, COUNTER_conflict_probe, 0));
	cr_assert(allowed(1, COUNTER_conflict_asserted, 0));
	cr_assert_not(allowed(1, COUNTER_conflict_probe, 1));
	cr_assert_not(allowed(2, COUNTER_conflict_probe, 1));
	cr_assert_not(allowed(1, COUNTER_conflict_asserted, 1));
}

/* Nobody makes it forget everything: what shares a place is said too often, never too seldom. */
Test(storms, more_than_there_is_room_for)
{
	struct claim_key key = {.segment = 3};
	unsigned int i, said = 0;

	for (i = 0; i < 10 * STORMS; i++) {
		key.segment = i;
		said += storms_allow(storms, &key, COUNTER_denied_host, START_NS, &left_out);
		cr_assert_eq(left_out, 0);
	}
	cr_assert_eq(said, 10 * STORMS);
}
