/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * on_deadline.h - the claim machine when the daemon runs garpd_speak: a deadline has passed, or
 * an operator requests something. Part of claim.h.
 */
#ifndef GARPD_CLAIM_ON_DEADLINE_H
#define GARPD_CLAIM_ON_DEADLINE_H

#include "confirm.h"
#include "conflict.h"
#include "unanswered.h"

/* Takes the next announcement slot; the last one settles the claim. */
static __always_inline void claim_next_slot(struct claim *claim, const struct settings *settings,
					    struct claim_step *step, __u64 now_ns)
{
	claim->window_announcements++;
	if (claim->window_announcements < settings->announce_num)
		claim_edge(claim, CLAIM_ANNOUNCING, COUNTER_announce_next, step, now_ns);
	else
		claim_edge(claim, CLAIM_OWNED, COUNTER_announce_done, step, now_ns);
	claim_announce(claim, ANNOUNCE_GUEST, settings, step, now_ns);
	claim_arm(claim, settings, now_ns);
}

static __always_inline void claim_end_window(struct claim *claim, const struct claim_next *next,
					     const struct settings *settings,
					     struct claim_step *step, __u64 now_ns)
{
	/* An immediate address is already announced: its list of owners replaces missing probes. */
	int vouched = claim->flags & (CLAIM_F_IMMEDIATE | CLAIM_F_USED);

	claim->is_timed = !settings->observe;
	if (claim->window_probes < claim_min_probes(claim, settings) && !vouched)
		claim_lapse(claim, settings, step, now_ns);
	else if (settings->ask && !settings->observe)
		claim_ask_after_window(claim, next, settings, step, now_ns);
	else
		claim_start_announcing(claim, COUNTER_window_ended, settings, step, now_ns);
}

/*
 * The conflict ends when a window has passed without a sign of another host. The guest has not
 * probed for a whole attempt since: the last owner has the address.
 */
static __always_inline void claim_end_conflict(struct claim *claim, const struct settings *settings,
					       struct claim_step *step, __u64 now_ns)
{
	if (claim_has_conflict(claim, now_ns))
		claim_arm(claim, settings, now_ns);
	else
		claim_lapse(claim, settings, step, now_ns);
}

static __always_inline void claim_check_age(struct claim *claim, const struct claim_next *next,
					    const struct settings *settings,
					    struct claim_step *step, __u64 now_ns)
{
	if (now_ns < claim->last_seen_ns + claim_max_age_ns(claim, settings)) {
		step->reason = COUNTER_not_due;
		if (claim->state == CLAIM_OWNED && settings->refresh_ns)
			claim_refresh(claim, next, settings, step, now_ns);
		else
			claim_arm(claim, settings, now_ns);
		return;
	}
	claim_forget(claim, COUNTER_aged, step, now_ns);
}

/* Sends the deferred announcement, unless the policy forbids it by now. */
static __always_inline void claim_send_deferred(struct claim *claim, const struct claim_next *next,
						const struct settings *settings,
						struct claim_step *step, __u64 now_ns)
{
	int defender = claim->flags & CLAIM_F_DEFENDER;
	__u8 retries = claim->retries;

	step->queued = claim->queued;
	claim_clear_deferred(claim);
	if (!next->policy.denied) {
		step->reason = settings->observe ? COUNTER_observed : COUNTER_announce_deferred;
		claim_announce(claim, defender ? ANNOUNCE_DEFENDER : ANNOUNCE_GUEST, settings, step,
			       now_ns);
		claim->retries = retries; /* it is the same announcement */
	} else if (defender) {
		step->reason = next->policy.denied; /* the conflict continues */
	} else {
		claim_edge(claim, CLAIM_DENIED, next->policy.denied, step, now_ns);
	}
	claim_arm(claim, settings, now_ns);
}

/* Runs the state's own clock. */
static __always_inline void claim_run_state(struct claim *claim, const struct claim_next *next,
					    const struct settings *settings,
					    struct claim_step *step, __u64 now_ns)
{
	int window_ends = claim->state == CLAIM_PROBING ||
			  (claim_has_probed_alone(claim, settings) &&
			   now_ns >= claim->window_end_ns);
	int pending = window_ends || claim->state == CLAIM_ANNOUNCING;

	/*
	 * The end of the window includes the announcement that its first probe deferred: one
	 * announcement, and the limits that it has waited for count.
	 */
	if (claim->state == CLAIM_PROBING && now_ns >= claim->window_end_ns) {
		step->queued = claim->queued;
		claim_clear_deferred(claim);
	}
	if (claim->flags & CLAIM_F_DEFERRED) {
		claim_send_deferred(claim, next, settings, step, now_ns);
	} else if (next->policy.denied && pending) {
		claim_edge(claim, CLAIM_DENIED, next->policy.denied, step, now_ns);
		claim_arm(claim, settings, now_ns);
	} else if (window_ends) {
		claim_end_window(claim, next, settings, step, now_ns);
	} else if (claim->state == CLAIM_ANNOUNCING && settings->observe) {
		claim_edge(claim, CLAIM_OWNED, COUNTER_observed, step, now_ns);
		claim_arm(claim, settings, now_ns);
	} else if (claim->state == CLAIM_ANNOUNCING) {
		claim_next_slot(claim, settings, step, now_ns);
	} else if (claim->state == CLAIM_FROZEN) {
		claim->recent_moves = 0;
		claim_edge(claim, CLAIM_OWNED, COUNTER_thawed, step, now_ns);
		claim_arm(claim, settings, now_ns);
	} else if (claim_conflict_has_end(claim)) {
		claim_end_conflict(claim, settings, step, now_ns);
	} else {
		claim_check_age(claim, next, settings, step, now_ns);
	}
}

/* The clocks of the state and of the nudges: nothing has to be asked before. */
static __always_inline void claim_clocks_due(struct claim *claim, const struct claim_next *next,
					     const struct settings *settings,
					     struct claim_step *step, __u64 now_ns)
{
	if (now_ns >= claim->due_ns)
		claim_run_state(claim, next, settings, step, now_ns);
	/* Only a round that is due: a later one may be allowed by then. */
	if ((next->policy.denied || settings->observe) && now_ns >= claim->nudge_ns)
		claim_stop_nudging(claim);
	claim_take_nudge(claim, step, now_ns);
	if (step->nudge && step->reason == COUNTER_not_due)
		step->reason = COUNTER_nudge_round;
	claim_set_deadline(claim);
}

/* Whether it may be asked has changed since: what waits for the answer is looked at anew. */
static __always_inline int claim_is_asked_in_vain(const struct claim *claim,
						  const struct claim_next *next,
						  const struct settings *settings)
{
	if (!claim_is_asked(claim))
		return 0;
	/* A new guest that is denied by now is not observed as the owner. */
	if (next->policy.denied)
		return !claim_is_new(claim);
	return settings->observe;
}

/*
 * Runs what is due at now_ns; `next` are the inputs for claim_next_mac(), looked up before
 * locking. A slot is taken here, before anything is sent, so nothing is announced twice in it.
 */
static __always_inline struct claim_step claim_run_deadline(struct claim *claim,
							    const struct claim_next *next,
							    const struct settings *settings,
							    __u64 now_ns)
{
	struct claim_step step = {.old_state = claim->state, .reason = COUNTER_not_due};

	if (!claim->deadline_ns || now_ns < claim->deadline_ns)
		return step;
	if (claim_is_asked_in_vain(claim, next, settings)) {
		claim_stop_asking(claim);
		if (claim_is_new(claim)) {
			claim_start_announcing(claim, COUNTER_observed, settings, &step, now_ns);
			return step;
		}
	}
	if (claim_is_asked(claim)) {
		claim_ask_again(claim, next, settings, &step, now_ns);
	} else if (claim_must_ask(claim, next, settings, now_ns)) {
		step.reason = COUNTER_asking_again;
		claim_begin_asking(claim, next, settings, &step, now_ns);
	} else {
		claim_clocks_due(claim, next, settings, &step, now_ns);
	}
	return step;
}

/* Why the owner is to be announced now. */
enum request {
	REQUEST_BY_HAND, /* an operator says so */
	/*
	 * An uplink of the segment came back or changed its active member: the switches beyond have
	 * to learn where the owner is. No cache has changed, so no listener is nudged.
	 */
	REQUEST_LINK,
};

static __always_inline void claim_follow_request(struct claim *claim, enum request request,
						 const struct settings *settings, __u64 now_ns)
{
	if (request == REQUEST_LINK)
		return;
	claim_begin_announcing(claim, now_ns);
	claim_start_nudging(claim, settings, now_ns);
}

/* The announcement waits for the owner's answer. */
static __always_inline void claim_ask_for_request(struct claim *claim, enum request request,
						  const struct claim_next *next,
						  const struct settings *settings,
						  struct claim_step *step, __u64 now_ns)
{
	step->reason = request == REQUEST_LINK ? COUNTER_asking_link : COUNTER_asking_by_hand;
	step->changed = 1;
	claim_defer(claim, ANNOUNCE_GUEST, now_ns);
	claim->retries = 0;
	claim_follow_request(claim, request, settings, now_ns);
	claim_begin_asking(claim, next, settings, step, now_ns);
}

/*
 * Its window's announcement was lost, dropped, or only observed: what is requested is another one.
 */
static __always_inline void claim_stop_timing_settled(struct claim *claim)
{
	if (claim->state == CLAIM_OWNED && !(claim->flags & CLAIM_F_DEFERRED) &&
	    !claim_is_asked(claim))
		claim->is_timed = 0;
}

/* Is it announced soon anyway? An operator does not wait for that. */
static __always_inline int claim_is_announced_soon(const struct claim *claim, enum request request)
{
	return request == REQUEST_LINK &&
	       (claim->flags & CLAIM_F_DEFERRED || claim_is_asked(claim));
}

/*
 * Announces the owner now. Refused unless the claim is settled, its owner is on a guest or router
 * port, and no other host has used the address since the owner did.
 */
static __always_inline struct claim_step claim_announce_now(struct claim *claim,
							    enum request request,
							    const struct claim_next *next,
							    const struct settings *settings,
							    __u64 now_ns)
{
	struct claim_step step = {.old_state = claim->state, .reason = COUNTER_not_due};

	claim_stop_timing_settled(claim);
	if (next->policy.denied) {
		step.reason = next->policy.denied;
	} else if (!claim_is_certain(claim->state) || !next->live_port) {
		step.reason = COUNTER_announce_refused;
	} else if (settings->observe) {
		step.reason = COUNTER_observed;
	} else if (claim_is_announced_soon(claim, request)) {
		return step;
	} else if (settings->ask && !claim_has_answer(claim, settings, now_ns)) {
		claim_ask_for_request(claim, request, next, settings, &step, now_ns);
	} else if (claim->flags & CLAIM_F_DOUBTED) {
		step.reason = COUNTER_announce_doubted;
	} else {
		step.reason = request == REQUEST_LINK ? COUNTER_announce_link
						      : COUNTER_announce_by_hand;
		claim_announce(claim, ANNOUNCE_GUEST, settings, &step, now_ns);
		claim_follow_request(claim, request, settings, now_ns);
		claim_take_nudge(claim, &step, now_ns);
		claim_set_deadline(claim); /* of the nudges, whatever becomes of the announcement */
	}
	return step;
}

/* Thaws a frozen claim, for an operator. */
static __always_inline struct claim_step claim_thaw(struct claim *claim,
						    const struct settings *settings, __u64 now_ns)
{
	struct claim_step step = {.old_state = claim->state, .reason = COUNTER_thaw_refused};

	if (claim->state != CLAIM_FROZEN)
		return step;
	claim->recent_moves = 0;
	claim_edge(claim, CLAIM_OWNED, COUNTER_thaw_by_hand, &step, now_ns);
	claim_arm(claim, settings, now_ns);
	return step;
}

/*
 * The port that the claim counts against is gone. If the guest is on `live_port` now, the claim
 * counts against that one; 0: no port is left, and the claim is deleted.
 */
static __always_inline struct claim_step claim_drop_port(struct claim *claim, __u32 live_port,
							 __u64 now_ns)
{
	struct claim_step step = {.old_state = claim->state, .reason = COUNTER_port_inherited};

	if (live_port) {
		claim->quota_port = live_port;
		return step;
	}
	claim_forget(claim, COUNTER_port_gone, &step, now_ns);
	return step;
}

#endif /* GARPD_CLAIM_ON_DEADLINE_H */
