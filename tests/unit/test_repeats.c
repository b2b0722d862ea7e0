// SPDX-License-Identifier: GPL-2.0-or-later
/* An event that repeats is logged once a minute, with the number of repeats. */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "../../loader/daemon/repeats.h"

#define START_NS (1000 * NSEC_PER_SEC)

TestSuite(repeats);

static struct repeat repeats[REPEATS];
static unsigned int suppressed;

static bool allowed(__u8 last, __u32 reason, __u64 at_ns)
{
	struct claim_key key = {.segment = 3, .addr.bytes[15] = last};

	return repeats_allow(repeats, &key, reason, START_NS + at_ns, &suppressed);
}

Test(repeats, first_one_is_logged_and_the_rest_of_the_minute_is_not)
{
	unsigned int i;

	cr_assert(allowed(1, COUNTER_conflict_probe, 0));
	cr_assert_eq(suppressed, 0);
	for (i = 1; i < 60; i++)
		cr_assert_not(allowed(1, COUNTER_conflict_probe, i * NSEC_PER_SEC));
	cr_assert_not(allowed(1, COUNTER_conflict_probe, 60 * NSEC_PER_SEC - 1));
	cr_assert(allowed(1, COUNTER_conflict_probe, 60 * NSEC_PER_SEC));
	cr_assert_eq(suppressed, 60);
	cr_assert_not(allowed(1, COUNTER_conflict_probe, 61 * NSEC_PER_SEC));
	cr_assert(allowed(1, COUNTER_conflict_probe, 120 * NSEC_PER_SEC));
	cr_assert_eq(suppressed, 1);
}

Test(repeats, another_address_and_another_reason_are_not_a_repeat)
{
	cr_assert(allowed(1, COUNTER_conflict_probe, 0));
	cr_assert(allowed(2, COUNTER_conflict_probe, 0));
	cr_assert(allowed(1, COUNTER_conflict_asserted, 0));
	cr_assert_not(allowed(1, COUNTER_conflict_probe, 1));
	cr_assert_not(allowed(2, COUNTER_conflict_probe, 1));
	cr_assert_not(allowed(1, COUNTER_conflict_asserted, 1));
}

/* What one guest can make garpd write is bounded, however many addresses it probes for. */
Test(repeats, a_port_has_its_lines)
{
	static struct port_lines lines[PORT_LINES];
	unsigned int i, of_port = 1, logged = 0;

	for (i = 0; i < PORT_LINES_BURST; i++)
		cr_assert(port_lines_allow(lines, 7, START_NS, &of_port));
	cr_assert_eq(of_port, 0);
	cr_assert_not(port_lines_allow(lines, 7, START_NS, &of_port));
	cr_assert(port_lines_allow(lines, 8, START_NS, &of_port), "another port's");
	for (i = 0; i < 100000; i++)
		logged += port_lines_allow(lines, 7, START_NS + i * NSEC_PER_MSEC, &of_port);
	cr_assert_eq(logged, 99, "one a second");
	cr_assert_eq(of_port, 999, "what was not logged in the last one of them");
}

/* Events that share a slot are logged too often, never too seldom. */
Test(repeats, more_than_there_is_room_for)
{
	struct claim_key key = {.segment = 3};
	unsigned int i, logged = 0;

	for (i = 0; i < 10 * REPEATS; i++) {
		key.segment = i;
		logged += repeats_allow(repeats, &key, COUNTER_denied_host, START_NS, &suppressed);
		cr_assert_eq(suppressed, 0);
	}
	cr_assert_eq(logged, 10 * REPEATS);
}
