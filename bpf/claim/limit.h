/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * limit.h - how much a port may do: token buckets, each kept as one time, and a count of claims.
 *
 * Pure, as claim.h: the caller holds the lock and brings the time.
 */
#ifndef GARPD_CLAIM_LIMIT_H
#define GARPD_CLAIM_LIMIT_H

#include "bpf/abi/abi.h"
#include "bpf/frame/frame.h"

/*
 * A port that has used up more than this part of its burst of announcements says much, but not one
 * that has said a single one.
 */
#define LIMIT_BUSY_PART 8

/* The burst of a lane: half a second's worth. */
#define LANE_BURST_PART 2

/* What each one takes up, at so many a second; 0: nothing, there is no limit. */
static __always_inline __u64 limit_each_ns(__u32 per_second)
{
	return per_second ? NSEC_PER_SEC / per_second : 0;
}

/*
 * One more, now, of those that take up each_ns on the long run, and `burst` at once: 1 where it is
 * within the limit and has been counted, 0 where it is beyond (GCRA, ITU-T I.371 A).
 */
static __always_inline int limit_take(__u64 *tat_ns, __u64 each_ns, __u32 burst, __u64 now_ns)
{
	__u64 from_ns = *tat_ns > now_ns ? *tat_ns : now_ns;

	if (!each_ns)
		return 1;
	if (from_ns - now_ns + each_ns > burst * each_ns)
		return 0;
	*tat_ns = from_ns + each_ns;
	return 1;
}

/* The same, of what can wait: it is always counted, and the answer is when its turn has come. */
static __always_inline __u64 limit_reserve(__u64 *tat_ns, __u64 each_ns, __u32 burst, __u64 now_ns)
{
	__u64 from_ns = *tat_ns > now_ns ? *tat_ns : now_ns;
	__u64 burst_ns = burst * each_ns;

	if (!each_ns)
		return now_ns;
	*tat_ns = from_ns + each_ns;
	return *tat_ns > now_ns + burst_ns ? *tat_ns - burst_ns : now_ns;
}

/* ---- of one port ---- */

/* What is refused beyond a port's limit, and not queued. */
enum limit_kind { LIMIT_PROBE, LIMIT_NUDGE };

static __always_inline int limit_take_one(struct limit *limit, enum limit_kind what,
					  const struct settings *settings, __u64 now_ns)
{
	if (what == LIMIT_PROBE)
		return limit_take(&limit->probes_tat_ns, limit_each_ns(settings->probes_per_second),
				  settings->probes_burst, now_ns);
	/* Nudges are held to the numbers of the announcements that they go with. */
	return limit_take(&limit->nudges_tat_ns, limit_each_ns(settings->announcements_per_second),
			  settings->announcements_burst, now_ns);
}

static __always_inline __u64 limit_reserve_round(struct limit *limit,
						 const struct settings *settings, __u64 now_ns)
{
	return limit_reserve(&limit->rounds_tat_ns,
			     limit_each_ns(settings->announcements_per_second),
			     settings->announcements_burst, now_ns);
}

/* Questions are held to the numbers of the announcements, too, and wait as these do. */
static __always_inline __u64 limit_reserve_question(struct limit *limit,
						    const struct settings *settings, __u64 now_ns)
{
	return limit_reserve(&limit->questions_tat_ns,
			     limit_each_ns(settings->announcements_per_second),
			     settings->announcements_burst, now_ns);
}

/* Does the port say much, so that others go first? */
static __always_inline int limit_is_busy(const struct limit *limit, const struct settings *settings,
					 __u64 now_ns)
{
	__u64 each_ns = limit_each_ns(settings->announcements_per_second);
	__u64 part_ns = settings->announcements_burst * each_ns / LIMIT_BUSY_PART;

	if (part_ns < each_ns)
		part_ns = each_ns;
	return each_ns && limit->rounds_tat_ns > now_ns + part_ns;
}

/* One more claim: 1, or 0 where the port has all that it may have. */
static __always_inline int limit_take_claim(struct limit *limit, const struct settings *settings)
{
	if (limit->claims >= settings->claims_per_port)
		return 0;
	limit->claims++;
	return 1;
}

/* One more, however many it may have. */
static __always_inline void limit_inherit_claim(struct limit *limit)
{
	limit->claims++;
}

static __always_inline void limit_give_claim(struct limit *limit)
{
	if (limit->claims)
		limit->claims--;
}

/* ---- of all ports together ---- */

static __always_inline __u64 lane_reserve(struct lane_limit *lane, const struct settings *settings,
					  __u64 now_ns)
{
	__u32 total = settings->all_announcements_per_second;

	return limit_reserve(&lane->rounds_tat_ns, LANE_MAX * limit_each_ns(total),
			     total / LANE_MAX / LANE_BURST_PART + 1, now_ns);
}

#endif /* GARPD_CLAIM_LIMIT_H */
