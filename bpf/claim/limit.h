/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * limit.h - limits of a port: token buckets, each kept as one time, and a count of claims. Pure,
 * as claim.h: the caller holds the lock and passes the time.
 */
#ifndef GARPD_CLAIM_LIMIT_H
#define GARPD_CLAIM_LIMIT_H

#include "bpf/abi/abi.h"
#include "bpf/frame/frame.h"

/*
 * A port is busy when it has used more than this part of its burst of announcements, and more
 * than one announcement.
 */
#define LIMIT_BUSY_PART 8

/* Burst of a lane: announcements of half a second. */
#define LANE_BURST_PART 2

/* Nanoseconds per item at this rate; 0: no limit. */
static __always_inline __u64 limit_each_ns(__u32 per_second)
{
	return per_second ? NSEC_PER_SEC / per_second : 0;
}

/*
 * Takes one token now; one per each_ns is refilled, `burst` fit in. Returns 1 if taken, 0 if
 * beyond the limit (GCRA, ITU-T I.371 A).
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

/* Reserves one token for something that can wait. Returns when it may go: now_ns or later. */
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

/* Kinds that are refused beyond the limit, not queued. */
enum limit_kind { LIMIT_PROBE, LIMIT_NUDGE, LIMIT_EVENT };

static __always_inline int limit_take_one(struct limit *limit, enum limit_kind what,
					  const struct settings *settings, __u64 now_ns)
{
	if (what == LIMIT_PROBE)
		return limit_take(&limit->probes_tat_ns, limit_each_ns(settings->probes_per_second),
				  settings->probes_burst, now_ns);
	if (what == LIMIT_EVENT)
		return limit_take(&limit->events_tat_ns, limit_each_ns(EVENTS_PER_SECOND),
				  EVENTS_BURST, now_ns);
	/* Nudges have the same numbers as announcements, in a bucket of their own. */
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

/* Questions have the same numbers as announcements, in a bucket of their own, and also wait. */
static __always_inline __u64 limit_reserve_question(struct limit *limit,
						    const struct settings *settings, __u64 now_ns)
{
	return limit_reserve(&limit->questions_tat_ns,
			     limit_each_ns(settings->announcements_per_second),
			     settings->announcements_burst, now_ns);
}

/* Is the port busy, so that others go first? */
static __always_inline int limit_is_busy(const struct limit *limit, const struct settings *settings,
					 __u64 now_ns)
{
	__u64 each_ns = limit_each_ns(settings->announcements_per_second);
	__u64 part_ns = settings->announcements_burst * each_ns / LIMIT_BUSY_PART;

	if (part_ns < each_ns)
		part_ns = each_ns;
	return each_ns && limit->rounds_tat_ns > now_ns + part_ns;
}

/* Takes one claim of the quota. Returns 0 if it is used up. */
static __always_inline int limit_take_claim(struct limit *limit, const struct settings *settings)
{
	if (limit->claims >= settings->claims_per_port)
		return 0;
	limit->claims++;
	return 1;
}

/* Is the quota nearly used up? The daemon is told from 7/8 of it on, and makes room down to 3/4. */
#define LIMIT_FILLING_PART 8

static __always_inline int limit_is_filling(const struct limit *limit,
					    const struct settings *settings)
{
	__u32 quota = settings->claims_per_port;

	return limit->claims >= quota - quota / LIMIT_FILLING_PART;
}

static __always_inline __u32 limit_room_from(const struct settings *settings)
{
	return settings->claims_per_port - settings->claims_per_port / LIMIT_FILLING_PART * 2;
}

/* Takes one claim, even beyond the quota. */
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
