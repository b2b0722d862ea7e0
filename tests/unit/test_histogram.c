// SPDX-License-Identifier: GPL-2.0-or-later
/* The buckets of a histogram. */
#include <criterion/criterion.h>

#include "loader/maps/histograms.h"

Test(histogram, bucket_has_what_took_its_limit_or_less)
{
	cr_assert_eq(histogram_bucket(0), 0);
	cr_assert_eq(histogram_bucket(1), 0);
	cr_assert_eq(histogram_bucket(NSEC_PER_USEC), 0);
	for (unsigned int i = 1; i < HISTOGRAM_BUCKETS - 1; i++) {
		__u64 limit_ns = histogram_limit_us(i) * NSEC_PER_USEC;

		cr_assert_eq(histogram_bucket(limit_ns), i, "%u", i);
		cr_assert_eq(histogram_bucket(limit_ns / 2 + 1), i, "%u", i);
		cr_assert_eq(histogram_bucket(limit_ns + 1), i + 1, "%u", i);
	}
	cr_assert_eq(histogram_bucket(~0ull), HISTOGRAM_BUCKETS - 1);
	cr_assert_eq(histogram_bucket(~0ull / 2), HISTOGRAM_BUCKETS - 1);
}

/* A guest is asked for ten minutes: what it answers then is no outlier. */
Test(histogram, last_limit_is_longer_than_a_guest_is_asked)
{
	struct settings settings = SETTINGS_DEFAULTS;

	cr_assert_lt(histogram_bucket(settings.ask_give_up_ns), HISTOGRAM_BUCKETS - 1);
}
