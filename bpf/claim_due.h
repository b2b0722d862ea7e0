/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * claim_due.h - the claim machine when the daemon comes: a deadline has passed, an operator asks,
 * an announcement was sent or was not. Part of claim.h.
 */
#ifndef GARPD_CLAIM_DUE_H
#define GARPD_CLAIM_DUE_H

#include "claim_follow.h"

/* One more slot of the announcements, the last of which settles the claim. */
static __always_inline void claim_next_slot(struct claim *claim, const struct settings *settings,
					    struct claim_step *step, __u64 now_ns)
{
	claim->window_announcements++;
	if (claim->window_announcements < settings->announce_num)
		claim_edge(claim, CLAIM_ANNOUNCING, COUNTER_announce_next, step, now_ns);
	else
		claim_edge(claim, CLAIM_OWNED, COUNTER_announce_done, step, now_ns);
	step->announce = ANNOUNCE_GUEST;
	claim_arm(claim, settings, now_ns);
}

static __always_inline void claim_window_ends(struct claim *claim, const struct settings *settings,
					      struct claim_step *step, __u64 now_ns)
{
	/* An immediate address has been announced: its list of owners vouches for the rest. */
	int vouched = claim->flags & (CLAIM_F_IMMEDIATE | CLAIM_F_USED);

	if (claim->window_probes < claim_min_probes(claim, settings) && !vouched)
		claim_lapse(claim, settings, step, now_ns);
	else
		claim_start_announcing(claim, COUNTER_window_ended, settings, step, now_ns);
}

/* The quarrel is over when nobody has kept it up: who had the address before it has it still. */
static __always_inline void claim_quarrel_ends(struct claim *claim, const struct settings *settings,
					       struct claim_step *step, __u64 now_ns)
{
	if (claim_is_quarrel(claim, now_ns))
		claim_arm(claim, settings, now_ns);
	else
		claim_lapse(claim, settings, step, now_ns);
}

static __always_inline void claim_ages(struct claim *claim, struct policy policy,
				       const struct settings *settings, struct claim_step *step,
				       __u64 now_ns)
{
	if (now_ns < claim->last_seen_ns + settings->max_age_ns) {
		step->reason = COUNTER_not_due;
		if (claim->state == CLAIM_OWNED && settings->refresh_ns)
			claim_refresh(claim, policy, settings, step, now_ns);
		else
			claim_arm(claim, settings, now_ns);
		return;
	}
	claim_edge(claim, CLAIM_NONE, COUNTER_aged, step, now_ns);
	claim->due_ns = 0;
	step->forget = 1;
}

/* What is owed is said now, unless the policy has come to forbid it. */
static __always_inline void claim_pay(struct claim *claim, struct policy policy,
				      const struct settings *settings, struct claim_step *step,
				      __u64 now_ns)
{
	int defender = claim->flags & CLAIM_F_DEFENDER;

	claim_owe_nothing(claim);
	if (!policy.denied) {
		step->reason = COUNTER_announce_owed;
		step->announce = defender ? ANNOUNCE_DEFENDER : ANNOUNCE_GUEST;
	} else if (defender) {
		step->reason = policy.denied; /* the quarrel goes on all the same */
	} else {
		claim_edge(claim, CLAIM_DENIED, policy.denied, step, now_ns);
	}
	claim_arm(claim, settings, now_ns);
}

/* What the state's own clock brings. */
static __always_inline void claim_state_due(struct claim *claim, struct policy policy,
					    const struct settings *settings,
					    struct claim_step *step, __u64 now_ns)
{
	int pending = claim->state == CLAIM_PROBING || claim->state == CLAIM_ANNOUNCING;

	/* The end of the window says what its first probe is owed: not twice in one moment. */
	if (claim->state == CLAIM_PROBING && now_ns >= claim->window_ends_ns)
		claim_owe_nothing(claim);
	if (claim->flags & CLAIM_F_OWED) {
		claim_pay(claim, policy, settings, step, now_ns);
	} else if (policy.denied && pending) {
		claim_edge(claim, CLAIM_DENIED, policy.denied, step, now_ns);
		claim_arm(claim, settings, now_ns);
	} else if (claim->state == CLAIM_PROBING) {
		claim_window_ends(claim, settings, step, now_ns);
	} else if (claim->state == CLAIM_ANNOUNCING) {
		claim_next_slot(claim, settings, step, now_ns);
	} else if (claim->state == CLAIM_FROZEN) {
		claim->recent_moves = 0;
		claim_edge(claim, CLAIM_OWNED, COUNTER_thawed, step, now_ns);
		claim_arm(claim, settings, now_ns);
	} else if (claim->state == CLAIM_CONFLICT && claim_has_former_owner(claim)) {
		claim_quarrel_ends(claim, settings, step, now_ns);
	} else {
		claim_ages(claim, policy, settings, step, now_ns);
	}
}

/*
 * The clock says that the claim's deadline may have passed; `policy` judges claim_whom() as of now.
 * The slot is taken here, before anything is sent: nothing is ever announced twice in it.
 */
static __always_inline struct claim_step claim_due(struct claim *claim, struct policy policy,
						   const struct settings *settings, __u64 now_ns)
{
	struct claim_step step = {.old_state = claim->state, .reason = COUNTER_not_due};

	if (!claim->deadline_ns || now_ns < claim->deadline_ns)
		return step;
	if (now_ns >= claim->due_ns)
		claim_state_due(claim, policy, settings, &step, now_ns);
	if (policy.denied)
		claim_stop_nudging(claim);
	claim_take_nudge(claim, &step, now_ns);
	claim_wake(claim);
	return step;
}

/* An operator wants the owner announced now. Only a settled claim has one that is certain. */
static __always_inline struct claim_step claim_asked(struct claim *claim, struct policy policy,
						     const struct settings *settings, __u64 now_ns)
{
	struct claim_step step = {.old_state = claim->state, .reason = COUNTER_announce_refused};

	if (policy.denied) {
		step.reason = policy.denied;
	} else if (claim_may_nudge(claim->state)) {
		step.reason = COUNTER_announce_asked;
		step.announce = ANNOUNCE_GUEST;
		claim->announced_since_ns = now_ns;
		claim_start_nudging(claim, settings, now_ns);
		claim_take_nudge(claim, &step, now_ns);
	}
	return step;
}

/* Another CPU may have changed the claim while the announcement failed: is it still wanted? */
static __always_inline int claim_may_owe(const struct claim *claim, enum claim_announce announce)
{
	if (announce == ANNOUNCE_DEFENDER)
		return claim->state == CLAIM_CONFLICT;
	if (claim->state == CLAIM_PROBING)
		return claim->flags & CLAIM_F_IMMEDIATE;
	return claim->state == CLAIM_ANNOUNCING || claim->state == CLAIM_OWNED;
}

/*
 * What became of the announcement of the last step. One that the kernel could not queue is owed
 * and tried again in retry_ns, a few times. The step says what is to be counted.
 */
static __always_inline struct claim_step claim_recorded(struct claim *claim,
							enum claim_announce announce, int sent,
							const struct settings *settings,
							__u64 now_ns)
{
	struct claim_step step = {.old_state = claim->state, .changed = 1};
	int owes_other = !(claim->flags & CLAIM_F_DEFENDER) != (announce != ANNOUNCE_DEFENDER);

	claim->changed_ns = now_ns;
	if (sent) {
		claim->announcements++;
		claim->last_announcement_ns = now_ns;
		claim->retries = 0;
		step.reason = COUNTER_announced;
		if (claim->flags & CLAIM_F_OWED && !owes_other) {
			/* An operator was quicker than the retry. */
			claim_owe_nothing(claim);
			claim_arm(claim, settings, now_ns);
		}
	} else if (claim->retries < CLAIM_RETRIES && claim_may_owe(claim, announce)) {
		claim->retries++;
		claim_owe(claim, announce, now_ns + settings->retry_ns);
		step.reason = COUNTER_announce_failed;
	} else {
		claim->retries = 0;
		step.reason = COUNTER_announce_lost;
	}
	return step;
}

/* The daemon has looked at the host's own neighbour entry after an announcement. */
static __always_inline void claim_noted(struct claim *claim, int followed, __u64 now_ns)
{
	claim->refreshed += followed;
	claim->changed_ns = now_ns;
}

#endif /* GARPD_CLAIM_DUE_H */
