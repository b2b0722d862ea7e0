/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * quota.h - what the ports may do, looked up, and counted under the locks (limit.h).
 */
#ifndef GARPD_QUOTA_H
#define GARPD_QUOTA_H

#include "bpf/abi/abi.h"
#include "bpf/claim/limit.h"
#include "maps.h"

static __always_inline struct limit *quota_of(__u32 port)
{
	return bpf_map_lookup_elem(&port_limits, &port);
}

/* Is this one too many for its port? Those that are not have been counted. */
static __always_inline int quota_is_exceeded(__u32 port, enum limit_kind what,
					     const struct settings *settings, __u64 now_ns)
{
	struct limit *limit = quota_of(port);
	int allowed;

	if (!limit)
		return 0;
	bpf_spin_lock(&limit->lock);
	allowed = limit_take_one(limit, what, settings, now_ns);
	bpf_spin_unlock(&limit->lock);
	return !allowed;
}

/* One more claim of the port: 1, or 0 where it has all that it may have. */
static __always_inline int quota_take_claim(struct limit *limit, const struct settings *settings)
{
	int taken;

	bpf_spin_lock(&limit->lock);
	taken = limit_take_claim(limit, settings);
	bpf_spin_unlock(&limit->lock);
	return taken;
}

/* One less. */
static __always_inline void quota_give_claim(struct limit *limit)
{
	bpf_spin_lock(&limit->lock);
	limit_give_claim(limit);
	bpf_spin_unlock(&limit->lock);
}

static __always_inline void quota_give_claim_of(__u32 port)
{
	struct limit *limit = quota_of(port);

	if (limit)
		quota_give_claim(limit);
}

static __always_inline void quota_inherit_claim(__u32 port)
{
	struct limit *limit = quota_of(port);

	if (!limit)
		return;
	bpf_spin_lock(&limit->lock);
	limit_inherit_claim(limit);
	bpf_spin_unlock(&limit->lock);
}

/*
 * When a round that is to be said on the port has its turn: now_ns, or later. *queued is what it
 * has waited for already, and what it waits for now. The port's own turn comes first, so that a
 * port that says much stands in its own line before it stands in the one of all.
 */
static __always_inline __u64 quota_reserve_round(__u32 port, __u32 *queued,
						 const struct settings *settings, __u64 now_ns)
{
	struct limit *limit = quota_of(port);
	__u32 which = LANE_QUIET;
	struct lane_limit *lane;
	__u64 at_ns = now_ns;

	if (*queued == QUEUED_ALL)
		return now_ns;
	if (limit) {
		bpf_spin_lock(&limit->lock);
		if (*queued == QUEUED_NOT)
			at_ns = limit_reserve_round(limit, settings, now_ns);
		if (limit_is_busy(limit, settings, now_ns))
			which = LANE_BUSY;
		bpf_spin_unlock(&limit->lock);
	}
	*queued = QUEUED_PORT;
	if (at_ns > now_ns)
		return at_ns;
	lane = bpf_map_lookup_elem(&lanes, &which);
	if (!lane)
		return now_ns;
	*queued = QUEUED_ALL;
	bpf_spin_lock(&lane->lock);
	at_ns = lane_reserve(lane, settings, now_ns);
	bpf_spin_unlock(&lane->lock);
	return at_ns;
}

/* When a question may leave on the port: now_ns, or later. */
static __always_inline __u64 quota_question_turn(__u32 port, const struct settings *settings,
						 __u64 now_ns)
{
	struct limit *limit = quota_of(port);
	__u64 at_ns;

	if (!limit)
		return now_ns;
	bpf_spin_lock(&limit->lock);
	at_ns = limit_reserve_question(limit, settings, now_ns);
	bpf_spin_unlock(&limit->lock);
	return at_ns;
}

#endif /* GARPD_QUOTA_H */
