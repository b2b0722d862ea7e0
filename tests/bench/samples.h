/* SPDX-License-Identifier: GPL-2.0-or-later */
/* samples.h - single measurements, for the benches. */
#ifndef GARPD_BENCH_SAMPLES_H
#define GARPD_BENCH_SAMPLES_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define NSEC_PER_USEC 1000
#define NSEC_PER_MSEC 1000000
#define NSEC_PER_SEC  1000000000

struct samples {
	int64_t *ns;
	size_t count;
};

/* A line for each, in microseconds; SAMPLE_NONE where nothing came. */
#define SAMPLE_NONE INT64_MIN

static inline void samples_print(const struct samples *samples)
{
	for (size_t i = 0; i < samples->count; i++) {
		if (samples->ns[i] == SAMPLE_NONE)
			puts("us=none");
		else
			printf("us=%.1f\n", (double)samples->ns[i] / NSEC_PER_USEC);
	}
}

#endif
