/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * asking.h - the guest is asked for the address before it is announced, and only its answer lets
 * the announcement out: when a question is due, to which host, and from which sender. Part of
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
#define ASK_OWNER_GAP_NS   ASK_FIRST_GAP_NS   /* from the guest to its former owner */
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
 * one that was answered last begins. The former owner, who is asked behind the guest, gets the
 * sender that the guest got: both hosts are asked from both.
 */
static __always_inline enum asker_kind claim_choose_asker(const struct claim *claim,
							  enum asker_kind asker,
							  const struct settings *settings,
							  __u64 now_ns)
{
	int was_zero = claim->asked_as == ASKER_ZERO;
	int is_behind = claim->ask_flags & ASK_F_OWNER_NEXT && !(claim->ask_flags & ASK_F_OWNER);
	int zero_is_next = is_behind ? was_zero : !was_zero;

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

/* May the guest, announced at its first probe, give the address back to the owner before it? */
static __always_inline int claim_has_fallback(const struct claim *claim)
{
	return claim_is_new(claim) && claim->flags & CLAIM_F_IMMEDIATE &&
	       claim_has_former_owner(claim);
}

/*
 * Chooses which host to ask: the one that is announced next. If the guest was announced at its
 * first probe and does not answer, then also the owner before it, a moment after each question to
 * the guest: its answer is an objection, upon which it is announced again.
 */
static __always_inline enum ask claim_choose_asked(const struct claim *claim)
{
	if (claim->ask_flags & ASK_F_OWNER_NEXT && claim_has_fallback(claim))
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

/* The guest can't be asked: its port is gone, or does not forward. */
static __always_inline void claim_put_question_off(struct claim *claim, struct claim_step *step,
						   __u64 now_ns)
{
	/* A new guest's series begins once a question can leave. */
	if (!claim->questions && claim_is_new(claim) && !claim_has_fallback(claim))
		claim->asking_ns = now_ns;
	if (step->reason == COUNTER_ask_repeated)
		step->reason = COUNTER_ask_no_port;
	claim->ask_ns = now_ns + ASK_NO_PORT_GAP_NS;
}

/*
 * Sets when the question after that of the step is due, and to which host it goes: the guest's
 * times stay what they are, however late the daemon comes with the former owner's.
 */
static __always_inline void claim_set_next_question(struct claim *claim,
						    const struct claim_step *step,
						    const struct settings *settings, __u64 now_ns)
{
	int is_asked = step->asker != ASKER_NONE, is_owner = step->ask == ASK_FORMER_OWNER;

	claim->ask_flags &= ~ASK_F_OWNER_NEXT;
	claim->ask_ns = claim_next_question_ns(claim, settings,
					       is_asked && is_owner ? claim->asked_ns : now_ns);
	if (!is_asked || is_owner || claim->state != CLAIM_UNANSWERED || !claim_has_fallback(claim))
		return;
	claim->ask_flags |= ASK_F_OWNER_NEXT;
	claim->ask_ns = now_ns + ASK_OWNER_GAP_NS;
}

/* One more question. It is noted before it leaves: the answer may come while it is being sent. */
static __always_inline void claim_ask(struct claim *claim, const struct claim_next *next,
				      const struct settings *settings, struct claim_step *step,
				      __u64 now_ns)
{
	/* The former owner is on another port. */
	if (!next->forwards && claim_has_fallback(claim) && claim->state == CLAIM_UNANSWERED)
		claim->ask_flags |= ASK_F_OWNER_NEXT;
	else if (!next->forwards)
		return claim_put_question_off(claim, step, now_ns);
	step->ask_waited = claim->ask_flags & ASK_F_TURN;
	claim->ask_flags &= ~ASK_F_TURN;
	claim_choose_question(claim, next, settings, step, now_ns);
	if (claim->questions < 0xff)
		claim->questions++;
	claim_set_next_question(claim, step, settings, now_ns);
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

#endif /* GARPD_CLAIM_ASKING_H */
