// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>

#include "histograms.h"
#include "loader/base/text.h"
#include "percpu.h"

int histograms_read(const struct pins *pins, struct histogram_row rows[HISTOGRAM_MAX],
		    struct err *why)
{
	for (__u32 of = 0; of < HISTOGRAM_MAX; of++) {
		struct histogram *histogram = &rows[of].histogram;
		int err = percpu_sum(pins->histograms, "histograms", of, (__u64 *)histogram,
				     sizeof(*histogram) / sizeof(__u64), why);

		if (err)
			return err;
		rows[of].of = of;
		rows[of].count = 0;
		for (unsigned int i = 0; i < HISTOGRAM_BUCKETS; i++)
			rows[of].count += histogram->bucket[i];
	}
	return 0;
}

__u64 histogram_quantile_ns(const struct histogram_row *row, unsigned int permille)
{
	__u64 wanted = (row->count * permille + 999) / 1000, seen = 0;

	for (unsigned int i = 0; wanted && i < HISTOGRAM_BUCKETS - 1; i++) {
		seen += row->histogram.bucket[i];
		if (seen >= wanted)
			return histogram_limit_us(i) * NSEC_PER_USEC;
	}
	return 0;
}

/* ---- as a user sees it ---- */

static json_t *quantile_text(const void *row, unsigned int permille)
{
	__u64 ns = histogram_quantile_ns(row, permille);
	char text[DURATION_TEXT_LEN], most[DURATION_TEXT_LEN + 4];

	if (!ns)
		return json_null();
	if (ns < NSEC_PER_MSEC)
		snprintf(text, sizeof(text), "%llu us", ns / NSEC_PER_USEC);
	else
		duration_text(ns, text);
	snprintf(most, sizeof(most), "<= %s", text);
	return json_string(most);
}

static json_t *row_median(const void *row)
{
	return quantile_text(row, 500);
}

static json_t *row_p99(const void *row)
{
	return quantile_text(row, 990);
}

static json_t *row_sum(const void *row)
{
	const struct histogram_row *of = row;

	return json_real((double)of->histogram.sum_ns / NSEC_PER_SEC);
}

/* Each with what it holds itself, where a Prometheus histogram adds the ones before. */
static json_t *row_buckets(const void *row)
{
	const struct histogram_row *of = row;
	json_t *buckets = json_array(), *limit;

	for (unsigned int i = 0; i < HISTOGRAM_BUCKETS; i++) {
		limit = i < HISTOGRAM_BUCKETS - 1 ? json_real((double)histogram_limit_us(i) / 1e6)
						  : json_null();
		json_array_append_new(buckets, json_pack("{s:o,s:I}", "up_to_s", limit, "count",
							 (json_int_t)of->histogram.bucket[i]));
	}
	return buckets;
}

#define ROW(TYPE, member) FIELD(TYPE, struct histogram_row, member)

const struct field histograms_fields[] = {
	{"latency", "LATENCY", ROW(ENUM, of), .name = histogram_name},
	{"count", "COUNT", ROW(NUMBER, count)},
	{"", "MEDIAN", FIELD_COMPUTED, .get = row_median},
	{"", "P99", FIELD_COMPUTED, .get = row_p99},
	{"sum_s", NULL, FIELD_COMPUTED, .get = row_sum},
	{"buckets", NULL, FIELD_COMPUTED, .get = row_buckets},
	{"help", "MEANING", ROW(ENUM, of), .name = histogram_help},
	{},
};
