/* SPDX-License-Identifier: GPL-2.0-only */
/* quota.h - applies limit.h to the maps `port_limits` and `lanes`, under their locks. */
#ifndef GARPD_QUOTA_H
#define GARPD_QUOTA_H

#include "bpf/abi/abi.h"
#include "bpf/claim/limit.h"
#include "maps.h"

static __always_inline struct limit *quota_of(__u32 port)
{
	return bpf_map_lookup_elem(&port_limits, &port);
}

/* Is the port beyond its limit? If not, this one is counted. */
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

/* Takes one claim of the port's quota. Returns 0 if the quota is used up. */
static __always_inline int quota_take_claim(struct limit *limit, const struct settings *settings)
{
	int taken;

	bpf_spin_lock(&limit->lock);
	taken = limit_take_claim(limit, settings);
	bpf_spin_unlock(&limit->lock);
	return taken;
}

/* Gives one claim back. */
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

/* The claim gives way when the port's quota is used up. */
static __always_inline void quota_note_unanswered(__u32 port, const struct claim_key *key)
{
	struct limit *limit = quota_of(port);

	if (!limit)
		return;
	bpf_spin_lock(&limit->lock);
	limit->unanswered = *key;
	bpf_spin_unlock(&limit->lock);
}

/* Takes the claim that gives way first; all zero: none. Another one follows with its question. */
static __always_inline void quota_take_unanswered(struct limit *limit, struct claim_key *key)
{
	bpf_spin_lock(&limit->lock);
	*key = limit->unanswered;
	__builtin_memset(&limit->unanswered, 0, sizeof(limit->unanswered));
	bpf_spin_unlock(&limit->lock);
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
 * Returns when a round of announcements on the port may be sent: now_ns or later. *queued (enum
 * queued) holds the limits already waited for and is updated. The port's own limit comes first,
 * so that a busy port queues behind itself before it queues with all others.
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

/* Returns when a question may be sent on the port: now_ns or later. */
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
