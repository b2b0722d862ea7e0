/* SPDX-License-Identifier: GPL-2.0-or-later */
/* samples.h - order statistics, for the benches. */
#ifndef GARPD_BENCH_SAMPLES_H
#define GARPD_BENCH_SAMPLES_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#define NSEC_PER_USEC 1000
#define NSEC_PER_MSEC 1000000
#define NSEC_PER_SEC  1000000000

struct samples {
	int64_t *ns;
	size_t count;
};

static inline int samples_order(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static inline void samples_sort(struct samples *samples)
{
	qsort(samples->ns, samples->count, sizeof(*samples->ns), samples_order);
}

static inline int64_t samples_median(int64_t *ns, size_t count)
{
	struct samples samples = {.ns = ns, .count = count};

	samples_sort(&samples);
	return samples.ns[count / 2];
}

/*
 * In microseconds, of sorted samples: the smallest that `percent` of all do not exceed (nearest
 * rank, so that it is a measured value). 0 without samples.
 */
static inline double samples_us(const struct samples *samples, unsigned int percent)
{
	size_t rank = (samples->count * percent + 99) / 100;

	if (!samples->count)
		return 0;
	return (double)samples->ns[rank ? rank - 1 : 0] / NSEC_PER_USEC;
}

#endif
