/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * limit.h - how many probes of a port are let in: a token bucket, kept as one time.
 *
 * Pure, as claim.h: the caller holds the limit's lock and brings the time.
 */
#ifndef GARPD_LIMIT_H
#define GARPD_LIMIT_H

#include "abi.h"
#include "frame.h"

/* How many seconds' worth may come at once. */
#define LIMIT_BURST_NS NSEC_PER_SEC

/*
 * One more, at `per_second` on the long run: 1 where it is within the limit and has been counted, 0
 * where it is beyond (GCRA, ITU-T I.371 A: each one that is let in takes up its share of a second).
 */
static __always_inline int limit_allows(struct limit *limit, __u32 per_second, __u64 now_ns)
{
	__u64 from_ns = limit->paid_ns > now_ns ? limit->paid_ns : now_ns;

	if (!per_second)
		return 1;
	if (from_ns - now_ns + NSEC_PER_SEC / per_second > LIMIT_BURST_NS)
		return 0;
	limit->paid_ns = from_ns + NSEC_PER_SEC / per_second;
	return 1;
}

#endif /* GARPD_LIMIT_H */
