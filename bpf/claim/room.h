/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * room.h - claims that give their place in the quota of their port to others. Part of claim.h.
 */
#ifndef GARPD_CLAIM_ROOM_H
#define GARPD_CLAIM_ROOM_H

#include "state.h"

/* May the claim give its place in its port's quota to a new one? No guest has had the address. */
static __always_inline int claim_can_give_way(const struct claim *claim)
{
	return claim->state == CLAIM_UNANSWERED && mac_is_zero(claim->owner);
}

/* The quota of the port is used up: a guest that has never answered gives way. */
static __always_inline struct claim_step claim_give_way(struct claim *claim, __u32 port,
							__u64 now_ns)
{
	struct claim_step step = {.old_state = claim->state};

	if (!claim_can_give_way(claim) || claim->quota_port != port)
		return step;
	claim_forget(claim, COUNTER_ask_gave_way, &step, now_ns);
	return step;
}

/*
 * Can the claim be forgotten with little harm? Its guest has the address, and garpd has nothing
 * left to say for it: whoever takes the address next probes for it. Without the claim the owner is
 * not refreshed, and so one whose owner announces itself goes first (claim_announces_itself()).
 */
static __always_inline int claim_can_make_room(const struct claim *claim)
{
	return claim->state == CLAIM_OWNED &&
	       !(claim->flags & (CLAIM_F_DECLARED | CLAIM_F_DEFERRED)) && !claim->nudge_ns &&
	       !claim_is_asked(claim);
}

/* Has its guest announced itself, whether or not garpd has announced it, too? */
static __always_inline int claim_announces_itself(const struct claim *claim)
{
	return claim->self_announced != 0;
}

/* The quota of its port is nearly used up, and it is among the quietest. */
static __always_inline struct claim_step claim_make_room(struct claim *claim, __u64 now_ns)
{
	struct claim_step step = {.old_state = claim->state, .reason = COUNTER_not_due};

	if (!claim_can_make_room(claim))
		return step;
	claim_forget(claim, COUNTER_made_room, &step, now_ns);
	return step;
}

#endif /* GARPD_CLAIM_ROOM_H */
