/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * asking.h - the guest is asked for the address before it is announced, and only its answer lets
 * the announcement out: when a question is due, from which sender, and when garpd gives up. Part of
 * claim.h.
 *
 * After a quiet window that is a state (CLAIM_ASKING, CLAIM_UNANSWERED). Before every further frame
 * in the name of a settled claim's guest it is a clock of its own (ask_ns), for which the others
 * wait: what was due then stays due until the answer comes.
 */
#ifndef GARPD_CLAIM_ASKING_H
#define GARPD_CLAIM_ASKING_H

#include "confirm.h"
#include "window.h"

/*
 * Questions leave 0, 50, 100, 200, 400, 800 ms, 1.6, 4, 12, 30, 60 s after the first one, and then
 * once a minute.
 */
#define ASK_FIRST_GAP_NS   (50 * NSEC_PER_MSEC)
#define ASK_DOUBLED	   6 /* so many times the next one comes twice as late */
#define ASK_LAST_GAP_NS	   (60 * NSEC_PER_SEC)
#define ASK_NO_PORT_GAP_NS (1 * NSEC_PER_SEC) /* until the port forwards */
#define ASK_HEARD_GAP_NS   (1 * NSEC_PER_SEC) /* at most so often because the guest is heard */
#define ASK_TWICE_GAP_NS   (1 * NSEC_PER_SEC) /* from an answer in doubt to the second question */
#define ASK_UNANSWERED_NS  (ASK_FIRST_GAP_NS << (ASK_DOUBLED - 1))

/* A slow prober is through with its detection after this many tenths of its longest gap. */
#define ASK_GAP_TENTHS 22

/* Of a series that began so long ago: when its next question is due, counted from its beginning. */
static __always_inline __u64 claim_ask_at_ns(__u64 elapsed_ns)
{
	__u64 at_ns = ASK_FIRST_GAP_NS;
	__u32 i;

	for (i = 0; i < ASK_DOUBLED; i++, at_ns *= 2)
		if (elapsed_ns < at_ns)
			return at_ns;
	if (elapsed_ns < 4 * NSEC_PER_SEC)
		return 4 * NSEC_PER_SEC;
	if (elapsed_ns < 12 * NSEC_PER_SEC)
		return 12 * NSEC_PER_SEC;
	if (elapsed_ns < 30 * NSEC_PER_SEC)
		return 30 * NSEC_PER_SEC;
	return (elapsed_ns / ASK_LAST_GAP_NS + 1) * ASK_LAST_GAP_NS;
}

/* Is the guest asked because its window has passed? */
static __always_inline int claim_is_new(const struct claim *claim)
{
	return claim->state == CLAIM_ASKING || claim->state == CLAIM_UNANSWERED;
}

/* How long the present series has lasted; another CPU may have begun it after `now_ns`. */
static __always_inline __u64 claim_asked_for_ns(const struct claim *claim, __u64 now_ns)
{
	return now_ns > claim->asking_ns ? now_ns - claim->asking_ns : 0;
}

/* When even a slow prober is through with its detection: a question from 0.0.0.0 costs nothing. */
static __always_inline __u64 claim_is_through_ns(const struct claim *claim,
						 const struct settings *settings)
{
	__u64 wait_ns = settings->window_ns + settings->grace_ns;
	__u64 slow_ns = claim->probe_gap_ns * ASK_GAP_TENTHS / 10;

	return claim->last_probe_ns + (slow_ns > wait_ns ? slow_ns : wait_ns);
}

/* Is the guest's last answer still good? */
static __always_inline int claim_has_answer(const struct claim *claim,
					    const struct settings *settings, __u64 now_ns)
{
	return claim->answered_ns && now_ns < claim->answered_ns + settings->answer_ns;
}

/*
 * Who is to ask, of the two senders that there are: they take turns once 0.0.0.0 may, in IPv4. The
 * one that was answered last begins. Where the former owner is asked in between, the guest gets the
 * sender that it got: both hosts are asked from both.
 */
static __always_inline enum asker_kind claim_choose_asker(const struct claim *claim,
							  enum asker_kind asker,
							  const struct settings *settings,
							  __u64 now_ns)
{
	int was_zero = claim->asked_as == ASKER_ZERO;
	int zero_is_next = claim->ask_flags & ASK_F_OWNER ? was_zero : !was_zero;

	if (!claim->questions)
		zero_is_next = claim->answered_to == ASKER_ZERO;

	if (asker == ASKER_NONE || claim_is_ipv6(claim) ||
	    now_ns < claim_is_through_ns(claim, settings))
		return asker;
	return zero_is_next ? ASKER_ZERO : asker;
}

/* The host that is announced next. */
static __always_inline enum ask claim_ask_next_mac(const struct claim *claim)
{
	return claim->flags & CLAIM_F_DEFENDER ? ASK_DEFENDER : ASK_GUEST;
}

/*
 * Chooses which host to ask: the one that is announced next. If the guest was announced at its
 * first probe and does not answer, the owner before it in turn: its answer is an objection, upon
 * which it is announced again.
 */
static __always_inline enum ask claim_choose_asked(const struct claim *claim)
{
	if (claim->state == CLAIM_UNANSWERED && claim->flags & CLAIM_F_IMMEDIATE &&
	    claim_has_former_owner(claim) && !(claim->ask_flags & ASK_F_OWNER))
		return ASK_FORMER_OWNER;
	return claim_ask_next_mac(claim);
}

/* Does the former owner answer the question that went to it? The answer is to the asker alone. */
static __always_inline int claim_is_former_answer(const struct claim *claim,
						  const struct heard *heard)
{
	return claim->state == CLAIM_UNANSWERED && claim->ask_flags & ASK_F_OWNER &&
	       heard->port == claim->owner_port && mac_equal(claim->owner, heard->frame->mac);
}

/* The next question after the one of now: a slow prober's detection ends in a question, too. */
static __always_inline __u64 claim_next_question_ns(const struct claim *claim,
						    const struct settings *settings, __u64 now_ns)
{
	__u64 next_ns = claim->asking_ns + claim_ask_at_ns(claim_asked_for_ns(claim, now_ns));
	__u64 through_ns = claim_is_through_ns(claim, settings);

	if (!claim_is_ipv6(claim) && now_ns < through_ns && through_ns < next_ns)
		return through_ns;
	return next_ns;
}

/*
 * Chooses the question: which host is asked, and from which sender. One that has waited for its
 * port's turn is the one that was chosen then.
 */
static __always_inline void claim_choose_question(struct claim *claim,
						  const struct claim_next *next,
						  const struct settings *settings,
						  struct claim_step *step, __u64 now_ns)
{
	if (step->ask_waited && next->asker != ASKER_NONE) {
		step->asker = claim->asked_as == ASKER_ZERO ? ASKER_ZERO : next->asker;
		step->ask = claim->ask_flags & ASK_F_OWNER ? ASK_FORMER_OWNER
							   : claim_ask_next_mac(claim);
		return;
	}
	step->asker = claim_choose_asker(claim, next->asker, settings, now_ns);
	step->ask = claim_choose_asked(claim);
	claim->ask_flags &= ~ASK_F_OWNER;
	if (step->ask == ASK_FORMER_OWNER)
		claim->ask_flags |= ASK_F_OWNER;
}

/* One more question. It is noted before it leaves: the answer may come while it is being sent. */
static __always_inline void claim_ask(struct claim *claim, const struct claim_next *next,
				      const struct settings *settings, struct claim_step *step,
				      __u64 now_ns)
{
	if (!next->forwards) {
		/* A new guest's series begins once a question can leave. */
		if (!claim->questions && claim_is_new(claim))
			claim->asking_ns = now_ns;
		if (step->reason == COUNTER_ask_repeated)
			step->reason = COUNTER_ask_no_port;
		claim->ask_ns = now_ns + ASK_NO_PORT_GAP_NS;
		return;
	}
	step->ask_waited = claim->ask_flags & ASK_F_TURN;
	claim->ask_flags &= ~ASK_F_TURN;
	claim_choose_question(claim, next, settings, step, now_ns);
	if (claim->questions < 0xff)
		claim->questions++;
	claim->ask_ns = claim_next_question_ns(claim, settings, now_ns);
	if (step->asker == ASKER_NONE) {
		if (step->reason == COUNTER_ask_repeated)
			step->reason = COUNTER_ask_no_sender;
		step->ask = ASK_NOBODY;
		return;
	}
	claim->asked_as = step->asker;
	claim->asked_ns = now_ns;
	claim->asked++;
}

/* The first question of a series, which the step's reason names already. */
static __always_inline void claim_begin_asking(struct claim *claim, const struct claim_next *next,
					       const struct settings *settings,
					       struct claim_step *step, __u64 now_ns)
{
	claim_stop_asking(claim);
	claim->asking_ns = now_ns;
	claim_ask(claim, next, settings, step, now_ns);
	claim_set_deadline(claim);
}

/* The window passed quietly. */
static __always_inline void claim_ask_after_window(struct claim *claim,
						   const struct claim_next *next,
						   const struct settings *settings,
						   struct claim_step *step, __u64 now_ns)
{
	claim_edge(claim, CLAIM_ASKING, COUNTER_asking, step, now_ns);
	claim_arm(claim, settings, now_ns);
	claim_begin_asking(claim, next, settings, step, now_ns);
}

/* ---- in doubt the guest is asked twice ---- */

/*
 * The guest has answered, but another host has named the address to a third one: it has to answer
 * a question of a second later, too. The owner, if it lives, was heard by the guest until then.
 */
static __always_inline void claim_ask_twice(struct claim *claim, struct claim_step *step,
					    __u64 now_ns)
{
	claim_stop_asking(claim);
	claim->flags &= ~CLAIM_F_DOUBTED;
	claim->ask_flags = ASK_F_TWICE;
	claim->asking_ns = now_ns + ASK_TWICE_GAP_NS;
	claim->ask_ns = claim->asking_ns;
	claim_edge(claim, CLAIM_ASKING, COUNTER_answered_once, step, now_ns);
	claim_set_deadline(claim);
}

/* Is this answer another one to the first question? The second one has not left yet. */
static __always_inline int claim_is_answered_too_soon(const struct claim *claim)
{
	return claim->ask_flags & ASK_F_TWICE && !(claim->flags & CLAIM_F_DOUBTED) &&
	       (!claim->questions || claim->asked_ns < claim->asking_ns);
}

/* ---- what a settled claim's guest is asked for ---- */

/* Would the state's own step, which is due, announce the guest? */
static __always_inline int claim_is_due_to_announce(const struct claim *claim,
						    const struct claim_next *next,
						    const struct settings *settings, __u64 now_ns)
{
	if (claim->flags & CLAIM_F_DEFERRED)
		return claim_is_certain(claim->state) || claim->flags & CLAIM_F_DEFENDER;
	if (claim->state == CLAIM_ANNOUNCING)
		return 1;
	return claim->state == CLAIM_OWNED && settings->refresh_ns && next->live_port &&
	       now_ns >= claim->last_announcement_ns + settings->refresh_ns &&
	       now_ns < claim->last_seen_ns + claim_max_age_ns(claim, settings);
}

/* Has the guest to be asked before what is due is done? */
static __always_inline int claim_must_ask(const struct claim *claim, const struct claim_next *next,
					  const struct settings *settings, __u64 now_ns)
{
	if (!settings->ask || settings->observe || next->policy.denied ||
	    claim_has_answer(claim, settings, now_ns))
		return 0;
	if (claim_has_nudges(claim) && now_ns >= claim->nudge_ns &&
	    !claim_nudge_is_last(claim, settings))
		return 1;
	return now_ns >= claim->due_ns && claim_is_due_to_announce(claim, next, settings, now_ns);
}

/* ---- no answer ---- */

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
	int late = next->forwards && !(claim->ask_flags & ASK_F_UNANSWERED) &&
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

#endif /* GARPD_CLAIM_ASKING_H */
