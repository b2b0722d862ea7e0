/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * histograms.h - how long the steps of a failover took: the histograms map, summed over the CPUs.
 */
#ifndef GARPD_MAPS_HISTOGRAMS_H
#define GARPD_MAPS_HISTOGRAMS_H

#include "loader/base/err.h"
#include "loader/base/output.h"
#include "pins.h"

/* A histogram as a user sees it. */
struct histogram_row {
	enum histogram_of of;
	__u64 count;
	struct histogram histogram;
};

/* 0, or -errno with `why`. */
int histograms_read(const struct pins *pins, struct histogram_row rows[HISTOGRAM_MAX],
		    struct err *why);

/* What a bucket holds took so many microseconds or less; not of the last one. */
static inline __u64 histogram_limit_us(unsigned int bucket)
{
	return 1ull << bucket;
}

/*
 * So many of a thousand took this long or less, in ns, as exactly as the buckets are; 0: none or,
 * as in the last bucket, not known.
 */
__u64 histogram_quantile_ns(const struct histogram_row *row, unsigned int permille);

/* What `garpd show latency` prints of a struct histogram_row; ends with a NULL key. */
extern const struct field histograms_fields[];

#endif
