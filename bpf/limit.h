/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * limit.h - how much a port may do: token buckets, each kept as one time, and a count of claims.
 *
 * Pure, as claim.h: the caller holds the lock and brings the time.
 */
#ifndef GARPD_LIMIT_H
#define GARPD_LIMIT_H

#include "abi.h"
#include "frame.h"

/* A port that has used up more than this part of its burst of announcements says much. */
#define LIMIT_BUSY_PART 8

/* The burst of a lane: half a second's worth. */
#define LANE_BURST_PART 2

/*
 * One more, now, at `per_second` on the long run and `burst` at once: 1 where it is within the
 * limit and has been counted, 0 where it is beyond (GCRA, ITU-T I.371 A: each one that is let in
 * takes up its share of a second). A rate of 0 is no limit.
 */
static __always_inline int limit_allows(__u64 *paid_ns, __u32 per_second, __u32 burst, __u64 now_ns)
{
	__u64 from_ns = *paid_ns > now_ns ? *paid_ns : now_ns;
	__u64 each_ns;

	if (!per_second)
		return 1;
	each_ns = NSEC_PER_SEC / per_second;
	if (from_ns - now_ns + each_ns > burst * each_ns)
		return 0;
	*paid_ns = from_ns + each_ns;
	return 1;
}

/* The same, of what can wait: it is always counted, and the answer is when its turn has come. */
static __always_inline __u64 limit_reserve(__u64 *paid_ns, __u32 per_second, __u32 burst,
					   __u64 now_ns)
{
	__u64 from_ns = *paid_ns > now_ns ? *paid_ns : now_ns;
	__u64 each_ns, burst_ns;

	if (!per_second)
		return now_ns;
	each_ns = NSEC_PER_SEC / per_second;
	burst_ns = burst * each_ns;
	*paid_ns = from_ns + each_ns;
	return *paid_ns > now_ns + burst_ns ? *paid_ns - burst_ns : now_ns;
}

/* ---- of one port ---- */

/* What is refused beyond a port's limit, and not queued. */
enum limit_what { LIMIT_PROBE, LIMIT_NUDGE };

static __always_inline int limit_allows_one(struct limit *limit, enum limit_what what,
					    const struct settings *settings, __u64 now_ns)
{
	if (what == LIMIT_PROBE)
		return limit_allows(&limit->probes_paid_ns, settings->probes_per_second,
				    settings->probes_burst, now_ns);
	/* Nudges are held to the numbers of the announcements that they go with. */
	return limit_allows(&limit->nudges_paid_ns, settings->announcements_per_second,
			    settings->announcements_burst, now_ns);
}

static __always_inline __u64 limit_reserve_round(struct limit *limit,
						 const struct settings *settings, __u64 now_ns)
{
	return limit_reserve(&limit->rounds_paid_ns, settings->announcements_per_second,
			     settings->announcements_burst, now_ns);
}

/* Does the port say much, so that others go first? */
static __always_inline int limit_is_busy(const struct limit *limit, const struct settings *settings,
					 __u64 now_ns)
{
	__u32 per_second = settings->announcements_per_second;

	if (!per_second || limit->rounds_paid_ns <= now_ns)
		return 0;
	return limit->rounds_paid_ns - now_ns >
	       settings->announcements_burst / LIMIT_BUSY_PART * (NSEC_PER_SEC / per_second);
}

/* One more claim: 1, or 0 where the port has all that it may have. */
static __always_inline int limit_takes_claim(struct limit *limit, const struct settings *settings)
{
	if (limit->claims >= settings->claims_per_port)
		return 0;
	limit->claims++;
	return 1;
}

/* One more, however many it may have. */
static __always_inline void limit_inherits_claim(struct limit *limit)
{
	limit->claims++;
}

static __always_inline void limit_gives_claim(struct limit *limit)
{
	if (limit->claims)
		limit->claims--;
}

/* ---- of all ports together ---- */

static __always_inline __u64 lane_reserve(struct lane_limit *lane, const struct settings *settings,
					  __u64 now_ns)
{
	__u32 total = settings->all_announcements_per_second;
	__u32 per_second = total / LANE_MAX;

	if (total && !per_second)
		per_second = 1;
	return limit_reserve(&lane->rounds_paid_ns, per_second, per_second / LANE_BURST_PART + 1,
			     now_ns);
}

#endif /* GARPD_LIMIT_H */
