// SPDX-License-Identifier: GPL-2.0-or-later
/* What is read out of a histogram. */
#include <criterion/criterion.h>

#include "loader/maps/histograms.h"

Test(latency, quantiles_are_limits_of_buckets)
{
	struct histogram_row row = {};

	cr_assert_eq(histogram_quantile_ns(&row, 500), 0);
	row.histogram.bucket[8] = 98;
	row.histogram.bucket[10] = 1;
	row.histogram.bucket[HISTOGRAM_BUCKETS - 1] = 1;
	row.count = 100;
	cr_assert_eq(histogram_quantile_ns(&row, 500), 256 * NSEC_PER_USEC);
	cr_assert_eq(histogram_quantile_ns(&row, 980), 256 * NSEC_PER_USEC);
	cr_assert_eq(histogram_quantile_ns(&row, 990), 1024 * NSEC_PER_USEC);
	cr_assert_eq(histogram_quantile_ns(&row, 1000), 0, "longer than the buckets tell");
}
