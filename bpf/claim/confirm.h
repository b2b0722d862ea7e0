/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * confirm.h - the claim machine after an announcement: nudges, the listeners' replies, and
 * refresh. Part of claim.h.
 */
#ifndef GARPD_CLAIM_CONFIRM_H
#define GARPD_CLAIM_CONFIRM_H

#include "state.h"

/* A round of nudges and its result (speak_nudge.h). */
struct nudges {
	__u64 since_ns;	  /* replies before this time prove nothing */
	__u32 count_only; /* 1: the last round, which only counts replies and nudges no listener */
	__u32 offset;	  /* of ARP or IPv6 in the frame that is sent */
	__u32 sent;
	__u32 waiting; /* listeners without a reply, nudged in this round or not */
};

/*
 * Unlike a slot, the round stays due until claim_finish_nudges(): two callers at once both send
 * it.
 */
static __always_inline void claim_take_nudge(struct claim *claim, struct claim_step *step,
					     __u64 now_ns)
{
	if (!claim_has_nudges(claim) || now_ns < claim->nudge_ns)
		return;
	claim->nudged_ns = now_ns;
	step->nudge = 1;
}

/* The last round only counts replies. */
static __always_inline int claim_nudge_is_last(const struct claim *claim,
					       const struct settings *settings)
{
	return claim->nudge_round > settings->nudge_num;
}

/*
 * Ends a round. When all listeners have replied there is no further round. Only the last round
 * changes the claim visibly.
 */
static __always_inline struct claim_step claim_finish_nudges(struct claim *claim,
							     const struct nudges *nudges,
							     const struct settings *settings,
							     __u64 now_ns)
{
	struct claim_step step = {.old_state = claim->state, .reason = COUNTER_nudge_round};
	int last = claim_nudge_is_last(claim, settings);

	/* Another CPU may have ended the rounds, or started those of another owner. */
	if (!claim->nudge_ns || claim->nudge_ns > claim->nudged_ns)
		return step;
	claim->nudges += nudges->sent;
	claim->unconfirmed = nudges->waiting;
	if (nudges->waiting && !last) {
		claim->nudge_round++;
		claim->nudge_ns = now_ns + settings->nudge_interval_ns;
	} else {
		claim_stop_nudging(claim);
	}
	claim_set_deadline(claim);
	if (nudges->waiting && last) {
		step.reason = COUNTER_unconfirmed;
		step.changed = 1;
		claim->changed_ns = now_ns;
	}
	return step;
}

/*
 * So many replies of listeners that were not nudged become events: a guest can invent hosts that
 * reply.
 */
#define CLAIM_MAX_UNSOLICITED LISTENERS

static __always_inline int claim_accept_reply(struct claim *claim, const struct listener *known)
{
	if (!claim_is_certain(claim->state) || !claim->announced_since_ns)
		return 0;
	if (known && known->answered_ns >= claim->announced_since_ns)
		return 0;
	if (known && known->nudged_ns >= claim->announced_since_ns)
		return 1;
	if (claim->unsolicited >= CLAIM_MAX_UNSOLICITED)
		return 0;
	claim->unsolicited++;
	return 1;
}

/*
 * A host replied to `to_mac`, the MAC in its cache for the claim's address. `known` is its
 * listener record, or NULL. Only its first reply since the announcement is a confirmation.
 */
static __always_inline struct claim_step claim_confirm(struct claim *claim, const __u8 *to_mac,
						       const struct addr *listener,
						       const struct listener *known, __u64 now_ns)
{
	struct claim_step step = {.old_state = claim->state, .reason = COUNTER_answer_seen};

	if (!mac_equal(claim->mac, to_mac) || !claim_accept_reply(claim, known))
		return step;
	claim->confirmations++;
	if (claim->unconfirmed)
		claim->unconfirmed--;
	claim->confirmed_by = *listener;
	claim->confirmed_ns = now_ns;
	claim->changed_ns = now_ns;
	step.reason = COUNTER_confirmed;
	step.changed = 1;
	return step;
}

/*
 * Announces the owner again if refresh is on and it has named the address since the last time,
 * which a guest that is asked does in its answer; on a guest or router port. Not while the claim is
 * in doubt: the address may have moved unheard, and the former owner, still alive, would take it
 * back.
 */
static __always_inline void claim_refresh(struct claim *claim, const struct claim_next *next,
					  const struct settings *settings, struct claim_step *step,
					  __u64 now_ns)
{
	int heard = now_ns <= claim->last_seen_ns + settings->refresh_ns;

	if (next->policy.denied) {
		claim_edge(claim, CLAIM_DENIED, next->policy.denied, step, now_ns);
	} else if (now_ns < claim->last_announcement_ns + settings->refresh_ns) {
		step->reason = COUNTER_not_due; /* the owner was silent when the deadline was set */
	} else if (settings->observe) {
		step->reason = COUNTER_observed;
	} else if (claim->flags & CLAIM_F_DOUBTED) {
		step->reason = COUNTER_refresh_doubted;
	} else if (heard && next->live_port) {
		step->reason = COUNTER_announce_refresh;
		claim->is_timed = 0; /* that of its window was lost, or only observed */
		claim_announce(claim, ANNOUNCE_GUEST, settings, step, now_ns);
	} else {
		step->reason = COUNTER_refresh_silent;
	}
	claim_arm(claim, settings, now_ns);
}

/*
 * A frame of the host that has `mac` names the address and has come through the bridge's filters,
 * to the bridge's own device. Nothing in the claim machine depends on it: the daemon reads it, and
 * is told of the first such frame of each announcing.
 */
static __always_inline struct claim_step claim_come_through(struct claim *claim, const __u8 *mac,
							    __u64 now_ns)
{
	struct claim_step step = {.old_state = claim->state};

	if (!mac_equal(claim->mac, mac))
		return step;
	step.reason = COUNTER_came_through;
	step.changed = claim_is_certain(claim->state) &&
		       (!mac_equal(claim->through_mac, mac) ||
			claim->came_through_ns < claim->announced_since_ns);
	claim_copy_mac(claim->through_mac, mac);
	claim->came_through_ns = now_ns;
	return step;
}

#endif /* GARPD_CLAIM_CONFIRM_H */
