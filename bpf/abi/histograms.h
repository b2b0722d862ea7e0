/* SPDX-License-Identifier: GPL-2.0-only */
/* histograms.h - how long the steps of a failover took. Part of abi.h. */
#ifndef GARPD_ABI_HISTOGRAMS_H
#define GARPD_ABI_HISTOGRAMS_H

#include <linux/types.h>

#include "constants.h"

/*
 * The names are printed by `garpd show latency` and are those of the metrics, so they are a
 * contract; each help text is also the HELP line of a metric. X(name, help).
 */
#define HISTOGRAMS(X)                                                                              \
	X(window_to_announcement,                                                                  \
	  "time from the end of a quiet window to the announcement, the guest's answer included")  \
	X(announcement_to_confirmation,                                                            \
	  "time from a guest's announcement to a listener's answer to its new MAC, each listener " \
	  "once")

#define HISTOGRAM_ENUM(name, what) HISTOGRAM_##name,
enum histogram_of { HISTOGRAMS(HISTOGRAM_ENUM) HISTOGRAM_MAX };

/* Up to 2^30 us, 18 minutes: a guest is asked for ten. The last bucket has what took longer. */
#define HISTOGRAM_BUCKETS 32

#define HISTOGRAM_NOTHING (~0ull) /* no duration: it is not counted */

/* Bucket i has what took 2^i us or less, and more than the bucket before. Map `histograms`. */
struct histogram {
	__u64 bucket[HISTOGRAM_BUCKETS];
	__u64 sum_ns;
};
_Static_assert(sizeof(struct histogram) == (HISTOGRAM_BUCKETS + 1) * sizeof(__u64),
	       "histogram has no holes");

/*
 * The bucket of a duration: how many bits it has in us, less a ns, so that a limit is in its own
 * bucket. BPF has no instruction that counts them.
 */
static inline __u32 histogram_bucket(__u64 took_ns)
{
	__u64 rest = took_ns ? (took_ns - 1) / NSEC_PER_USEC : 0;
	__u32 bits = 0;

	if (rest >> (HISTOGRAM_BUCKETS - 2))
		return HISTOGRAM_BUCKETS - 1;
	for (__u32 half = HISTOGRAM_BUCKETS / 2; half; half /= 2) {
		if (!(rest >> half))
			continue;
		rest >>= half;
		bits += half;
	}
	return bits + (rest != 0);
}

#endif /* GARPD_ABI_HISTOGRAMS_H */
