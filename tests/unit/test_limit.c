// SPDX-License-Identifier: GPL-2.0-or-later
/* What a port may do: token buckets and a count of claims, in virtual time. */
#include <criterion/criterion.h>

#include "bpf/claim/limit.h"

#define START_NS (1000 * NSEC_PER_SEC)
#define HOUR_NS	 (3600 * NSEC_PER_SEC)

TestSuite(limit);

/* `count` of them, gap_ns apart from at_ns on: how many are let in. */
static unsigned int let_in(__u64 *tat_ns, __u32 per_second, __u32 burst, __u64 at_ns,
			   unsigned int count, __u64 gap_ns)
{
	unsigned int i, allowed = 0;

	for (i = 0; i < count; i++)
		allowed += limit_take(tat_ns, limit_each_ns(per_second), burst, at_ns + i * gap_ns);
	return allowed;
}

Test(limit, none_is_no_limit)
{
	__u64 tat_ns = 0;

	cr_assert_eq(let_in(&tat_ns, 0, 1, START_NS, 100000, 0), 100000);
	cr_assert_eq(limit_reserve(&tat_ns, 0, 1, START_NS), START_NS);
	cr_assert_eq(tat_ns, 0);
}

Test(limit, a_burst_at_once_and_no_more)
{
	__u64 tat_ns = 0;

	cr_assert_eq(let_in(&tat_ns, 1000, 4000, START_NS, 5000, 0), 4000);
	cr_assert_eq(let_in(&tat_ns, 1000, 4000, START_NS + NSEC_PER_MSEC - 1, 10, 0), 0);
	cr_assert_eq(let_in(&tat_ns, 1000, 4000, START_NS + NSEC_PER_MSEC, 10, 0), 1);
}

Test(limit, who_keeps_to_it_loses_nothing)
{
	__u64 tat_ns = 0;

	cr_assert_eq(let_in(&tat_ns, 10, 1, START_NS, 100000, NSEC_PER_SEC / 10), 100000);
}

Test(limit, flood_gets_its_rate_after_the_burst)
{
	__u64 tat_ns = 0;

	/* ten seconds at 10,000 a second */
	cr_assert_eq(let_in(&tat_ns, 100, 300, START_NS, 100000, NSEC_PER_SEC / 10000),
		     300 + 10 * 100 - 1);
}

Test(limit, quiet_time_is_not_saved_up_beyond_the_burst)
{
	__u64 tat_ns = 0;

	let_in(&tat_ns, 5, 7, START_NS, 100, 0);
	cr_assert_eq(let_in(&tat_ns, 5, 7, START_NS + HOUR_NS, 100, 0), 7);
}

Test(limit, one_a_second_and_a_million)
{
	__u64 slow_ns = 0, fast_ns = 0;

	cr_assert_eq(let_in(&slow_ns, 1, 1, START_NS, 10, 0), 1);
	cr_assert_eq(let_in(&slow_ns, 1, 1, START_NS + NSEC_PER_SEC, 10, 0), 1);
	cr_assert_eq(let_in(&fast_ns, 1000000, 1000000, START_NS, 2000000, 0), 1000000);
}

/* The largest numbers that a configuration may have. */
Test(limit, nothing_overflows)
{
	__u64 tat_ns = 0;

	cr_assert_eq(let_in(&tat_ns, 1, 1000000, START_NS, 1000001, 0), 1000000);
	cr_assert_eq(limit_reserve(&tat_ns, NSEC_PER_SEC, 1000000, START_NS),
		     START_NS + NSEC_PER_SEC);
}

/* A thousand addresses that move at once to one port, at the defaults. */
Test(limit, a_thousand_addresses_move_at_once)
{
	struct settings settings = SETTINGS_DEFAULTS;
	struct limit limit = {};
	int second, i;

	for (second = 0; second < PROBE_NUM; second++)
		for (i = 0; i < 1000; i++)
			cr_assert(limit_take_one(&limit, LIMIT_PROBE, &settings,
						 START_NS + second * NSEC_PER_SEC));
	for (second = 0; second < ANNOUNCE_NUM; second++)
		for (i = 0; i < 1000; i++)
			cr_assert_eq(limit_reserve_round(&limit, &settings,
							 START_NS + second * NSEC_PER_SEC),
				     START_NS + second * NSEC_PER_SEC);
	for (i = 0; i < 1000; i++)
		cr_assert(limit_take_claim(&limit, &settings));
}

/* Its nudges have the numbers of its announcements, and do not use them up. */
Test(limit, each_has_its_own)
{
	struct settings settings = SETTINGS_DEFAULTS;
	struct limit limit = {};

	settings.probes_burst = 1;
	settings.announcements_burst = 2;
	cr_assert(limit_take_one(&limit, LIMIT_PROBE, &settings, START_NS));
	cr_assert_not(limit_take_one(&limit, LIMIT_PROBE, &settings, START_NS));
	cr_assert(limit_take_one(&limit, LIMIT_NUDGE, &settings, START_NS));
	cr_assert(limit_take_one(&limit, LIMIT_NUDGE, &settings, START_NS));
	cr_assert_not(limit_take_one(&limit, LIMIT_NUDGE, &settings, START_NS));
	cr_assert_eq(limit_reserve_round(&limit, &settings, START_NS), START_NS);
}

/* ---- what waits ---- */

Test(limit, turns_come_one_by_one_and_none_is_lost)
{
	__u64 tat_ns = 0;
	int i;

	for (i = 0; i < 3; i++)
		cr_assert_eq(limit_reserve(&tat_ns, limit_each_ns(10), 3, START_NS), START_NS);
	for (i = 1; i <= 1000; i++)
		cr_assert_eq(limit_reserve(&tat_ns, limit_each_ns(10), 3, START_NS),
			     START_NS + i * NSEC_PER_SEC / 10);
}

Test(limit, after_a_quiet_time_the_turn_is_now)
{
	__u64 tat_ns = 0;
	int i;

	for (i = 0; i < 100; i++)
		limit_reserve(&tat_ns, limit_each_ns(10), 3, START_NS);
	cr_assert_eq(limit_reserve(&tat_ns, limit_each_ns(10), 3, START_NS + HOUR_NS),
		     START_NS + HOUR_NS);
}

Test(limit, who_said_little_is_not_busy)
{
	struct settings settings = SETTINGS_DEFAULTS;
	struct limit limit = {};
	int i, few = settings.announcements_burst / LIMIT_BUSY_PART;

	cr_assert_not(limit_is_busy(&limit, &settings, START_NS));
	for (i = 0; i < few; i++)
		limit_reserve_round(&limit, &settings, START_NS);
	cr_assert_not(limit_is_busy(&limit, &settings, START_NS));
	limit_reserve_round(&limit, &settings, START_NS);
	cr_assert(limit_is_busy(&limit, &settings, START_NS));
	cr_assert_not(limit_is_busy(&limit, &settings, START_NS + HOUR_NS));
}

/* However few it may say at once: the first one of them is not much. */
Test(limit, who_may_say_little_is_not_busy_at_once)
{
	struct settings settings = SETTINGS_DEFAULTS;
	__u32 burst;

	for (burst = 1; burst <= LIMIT_BUSY_PART; burst++) {
		struct limit limit = {};

		settings.announcements_burst = burst;
		limit_reserve_round(&limit, &settings, START_NS);
		cr_assert_not(limit_is_busy(&limit, &settings, START_NS));
		limit_reserve_round(&limit, &settings, START_NS);
		cr_assert(limit_is_busy(&limit, &settings, START_NS));
	}
}

Test(limit, both_lanes_together_are_the_whole)
{
	struct settings settings = SETTINGS_DEFAULTS;
	struct lane_limit lanes[LANE_MAX] = {};
	__u64 last_ns = 0;
	int i, n = 100000;

	settings.all_announcements_per_second = 1000;
	for (i = 0; i < n; i++)
		last_ns = lane_reserve(&lanes[i % LANE_MAX], &settings, START_NS);
	/* half a second's worth was let out at once */
	cr_assert_geq(last_ns, START_NS + (n / 1000 - 1) * NSEC_PER_SEC);
	cr_assert_leq(last_ns, START_NS + n / 1000 * NSEC_PER_SEC);
	settings.all_announcements_per_second = 0;
	cr_assert_eq(lane_reserve(&lanes[0], &settings, START_NS), START_NS);
}

/* A whole of one a second is half a one for each lane. */
Test(limit, both_lanes_together_are_the_least_whole)
{
	struct settings settings = SETTINGS_DEFAULTS;
	struct lane_limit lanes[LANE_MAX] = {};
	__u64 last_ns = 0;
	int i, n = 100;

	settings.all_announcements_per_second = 1;
	for (i = 0; i < n; i++)
		last_ns = lane_reserve(&lanes[i % LANE_MAX], &settings, START_NS);
	cr_assert_eq(last_ns, START_NS + (n - LANE_MAX) * NSEC_PER_SEC);
}

/* ---- claims ---- */

Test(limit, quota_of_claims)
{
	struct settings settings = SETTINGS_DEFAULTS;
	struct limit limit = {};
	int i;

	settings.claims_per_port = 3;
	for (i = 0; i < 3; i++)
		cr_assert(limit_take_claim(&limit, &settings));
	cr_assert_not(limit_take_claim(&limit, &settings));
	limit_give_claim(&limit);
	cr_assert(limit_take_claim(&limit, &settings));
	cr_assert_eq(limit.claims, 3);
	limit_inherit_claim(&limit);
	cr_assert_eq(limit.claims, 4, "whatever it may have");
	for (i = 0; i < 5; i++)
		limit_give_claim(&limit);
	cr_assert_eq(limit.claims, 0);
}

Test(limit, quota_is_filling_from_seven_eighths_on)
{
	struct settings settings = {.claims_per_port = 2048};
	struct limit limit = {.claims = 1791};

	cr_assert_not(limit_is_filling(&limit, &settings));
	limit.claims = 1792;
	cr_assert(limit_is_filling(&limit, &settings));
	cr_assert_eq(limit_room_from(&settings), 1536);
	settings.claims_per_port = 1; /* of a small quota only when it is used up */
	limit.claims = 0;
	cr_assert_not(limit_is_filling(&limit, &settings));
	cr_assert_eq(limit_room_from(&settings), 1);
}
