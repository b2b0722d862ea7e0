/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * unanswered.h - a guest that was asked has not answered yet: it is asked again, ever more seldom,
 * until garpd gives up. Part of claim.h.
 */
#ifndef GARPD_CLAIM_UNANSWERED_H
#define GARPD_CLAIM_UNANSWERED_H

#include "asking.h"

/* How long the guest is asked: a claim that never was announced gives its place up sooner. */
static __always_inline __u64 claim_asks_until_ns(const struct claim *claim,
						 const struct settings *settings)
{
	if (claim_is_certain(claim->state))
		return claim->asking_ns + settings->ask_give_up_ns;
	return claim->last_probe_ns + settings->ask_give_up_ns;
}

/* It was not announced, and is not going to be: what waited for the answer is dropped. */
static __always_inline void claim_give_up(struct claim *claim, const struct settings *settings,
					  struct claim_step *step, __u64 now_ns)
{
	claim_stop_asking(claim);
	if (!claim_is_certain(claim->state)) {
		claim_lapse(claim, settings, step, now_ns);
		return;
	}
	claim_clear_deferred(claim);
	claim_stop_nudging(claim);
	claim_edge(claim, CLAIM_OWNED, COUNTER_ask_given_up, step, now_ns);
	claim_arm(claim, settings, now_ns);
}

/* The defender does not answer: it is not announced. The conflict goes on, or ends, without it. */
static __always_inline void claim_drop_defender(struct claim *claim,
						const struct settings *settings,
						struct claim_step *step, __u64 now_ns)
{
	claim_clear_deferred(claim);
	claim_stop_asking(claim);
	step->reason = COUNTER_unanswered;
	step->changed = 1;
	claim_arm(claim, settings, now_ns);
}

/* The next question of a series is due. */
static __always_inline void claim_ask_again(struct claim *claim, const struct claim_next *next,
					    const struct settings *settings,
					    struct claim_step *step, __u64 now_ns)
{
	int can_ask = next->forwards || claim_has_fallback(claim);
	int late = can_ask && !(claim->ask_flags & ASK_F_UNANSWERED) &&
		   claim_asked_for_ns(claim, now_ns) >= ASK_UNANSWERED_NS;

	if (next->policy.denied) {
		claim_edge(claim, CLAIM_DENIED, next->policy.denied, step, now_ns);
		claim_arm(claim, settings, now_ns);
		return;
	}
	if (claim->flags & CLAIM_F_DEFENDER &&
	    claim_asked_for_ns(claim, now_ns) >= ASK_UNANSWERED_NS) {
		claim_drop_defender(claim, settings, step, now_ns);
		return;
	}
	if (!(claim->flags & CLAIM_F_DEFENDER) && now_ns >= claim_asks_until_ns(claim, settings)) {
		claim_give_up(claim, settings, step, now_ns);
		return;
	}
	step->reason = COUNTER_ask_repeated;
	if (late) {
		claim->ask_flags |= ASK_F_UNANSWERED;
		claim_edge(claim, claim->state == CLAIM_ASKING ? CLAIM_UNANSWERED : claim->state,
			   COUNTER_unanswered, step, now_ns);
	}
	claim_ask(claim, next, settings, step, now_ns);
	claim_set_deadline(claim);
}

/* The question of the last step has to wait for its port's turn, until at_ns. */
static __always_inline struct claim_step claim_queue_question(struct claim *claim, __u64 at_ns)
{
	struct claim_step step = {.old_state = claim->state, .reason = COUNTER_ask_over_limit};

	/* Meanwhile another CPU may have heard the guest, or an objection. */
	if (!claim_is_asked(claim) || !claim->questions)
		return step;
	claim->questions--;
	claim->asked--;
	claim->ask_flags |= ASK_F_TURN;
	claim->ask_ns = at_ns;
	claim_set_deadline(claim);
	return step;
}

/*
 * A frame of the MAC, about any address, was heard on the port. A guest that was paused or boots
 * slowly is there again: it is asked at once.
 */
static __always_inline struct claim_step claim_hear_mac(struct claim *claim, const __u8 *mac,
							__u32 port, __u64 now_ns)
{
	struct claim_step step = {.old_state = claim->state};

	if (!claim_is_asked(claim) || !mac_equal(claim_next_mac(claim), mac) ||
	    claim_next_port(claim) != port)
		return step;
	/* One that waits for its port's turn, or a second one in doubt, goes on waiting. */
	if (claim->ask_flags & ASK_F_TURN || now_ns < claim->asking_ns || now_ns >= claim->ask_ns ||
	    now_ns < claim->asked_ns + ASK_HEARD_GAP_NS)
		return step;
	claim->ask_ns = now_ns;
	claim_set_deadline(claim);
	step.reason = COUNTER_ask_heard;
	step.changed = 1;
	return step;
}

/* The port of the guest forwards now, so a question can leave: at once, if one is waiting. */
static __always_inline void claim_hasten_question(struct claim *claim, __u64 now_ns)
{
	claim_hear_mac(claim, claim_next_mac(claim), claim_next_port(claim), now_ns);
}

#endif /* GARPD_CLAIM_UNANSWERED_H */
