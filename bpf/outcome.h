/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * outcome.h - carries out a step of the claim machine after the claim's lock is released:
 * records what was sent, counts, and sends the event to the daemon.
 */
#ifndef GARPD_OUTCOME_H
#define GARPD_OUTCOME_H

#include "bpf/abi/abi.h"
#include "bpf/claim/claim.h"
#include "guard.h"
#include "maps.h"
#include "quota.h"
#include "speech.h"

/*
 * Scratch space to look up and build a listener (listen.h). The state of the search is kept here
 * for the verifier, as in struct nd_options.
 */
struct listening {
	struct listener_key key;
	__u32 place; /* best place so far, LISTENERS: none; and its listener_worth() */
	__u64 worth;
	struct listener record;
	struct event event; /* about the confirmed claim */
};

/* A copy of what is needed from the claim after its lock is released. */
struct outcome {
	struct frame frame; /* the frame heard; in garpd_speak only a move learned from EVPN */
	struct guard_work guard_work;
	struct speak_call call; /* of garpd_speak: the one that is run */
	struct claim_next next; /* the same */
	struct asker asker;	/* the same: who asks in the claim's segment */
	struct claim_step step;
	struct nudges nudges;
	struct speech speech;
	struct event event;
	struct listening listening;
	struct asked_key asked_key;	/* of the map `asked`, put together here */
	struct asked asked;		/* a new element of it */
	struct claimed_key claimed_key; /* of the map `claimed`, put together here */
	struct claimed claimed;		/* a new element of it */
	struct claim_key claimed_there; /* key of the claim that an element names */
	struct claim_key unanswered;	/* the claim that gives way */
	struct claim_key moved_from;	/* the former key of a claim in another segment */
	__u64 deadline_was_ns;		/* of the claim, before the step of a frame */
	__u64 waited_ns;		/* claim_waited_ns() of the announcement that is recorded */
	__u32 is_asked;			/* 1: the claim's guest is asked */
	__u32 gives_way;  /* 1: the claim is the next to give way in its port's quota */
	__u32 quota_port; /* of the claim */
	__u32 queued;	  /* enum queued: what the announcement has waited for */
	__u32 settings;	  /* of garpd_speak: the element of map `settings` for the segment */
};

/*
 * Users of the scratch space, one element each: a frame may interrupt garpd_speak on the same
 * CPU. A preemptible kernel could even run two calls of garpd_speak on one CPU, so callers make
 * one call, or list of them, at a time (loader/maps/speak.h).
 */
enum outcome_of {
	OUTCOME_OF_FRAME,
	OUTCOME_OF_SPEAK,
	OUTCOME_OF_MAX,
};

/*
 * Scratch space for outcomes, too large for the stack; and in a map the verifier sees one state
 * of it, however many paths lead there. One element per CPU and enum outcome_of; nothing is kept
 * from one frame to the next. Not pinned.
 */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, OUTCOME_OF_MAX);
	__type(key, __u32);
	__type(value, struct outcome);
} outcomes SEC(".maps");

/* The current outcome. Never NULL, but the verifier needs the check. */
static __always_inline struct outcome *outcome_of(__u32 of)
{
	return bpf_map_lookup_elem(&outcomes, &of);
}

/* The outcome, reset for a new step. */
static __always_inline struct outcome *outcome_new(__u32 of)
{
	struct outcome *outcome = outcome_of(of);

	if (outcome) {
		__builtin_memset(&outcome->step, 0, sizeof(outcome->step));
		__builtin_memset(&outcome->nudges, 0, sizeof(outcome->nudges));
		__builtin_memset(&outcome->event, 0, sizeof(outcome->event));
	}
	return outcome;
}

static __always_inline int key_equal(const struct claim_key *a, const struct claim_key *b)
{
	const __u32 *x = (const __u32 *)a, *y = (const __u32 *)b;

	return !((x[0] ^ y[0]) | (x[1] ^ y[1]) | (x[2] ^ y[2]) | (x[3] ^ y[3]) | (x[4] ^ y[4]) |
		 (x[5] ^ y[5]));
}

/* ---- events ---- */

/* Call with the claim's lock held. */
static __always_inline void event_take(struct event *event, const struct claim *claim,
				       const struct claim_step *step, __u64 now_ns)
{
	event->time_ns = now_ns;
	event->deadline_ns = claim->deadline_ns;
	event->reason = step->reason;
	event->old_state = step->old_state;
	event->state = claim->state;
	event->window_probes = claim->window_probes;
	event->announcements = claim->announcements;
}

static __always_inline void event_send(const struct event *event)
{
	struct event *record = bpf_ringbuf_reserve(&events, sizeof(*record), 0);

	if (!record)
		return count(COUNTER_event_lost);
	*record = *event;
	bpf_ringbuf_submit(record, 0);
}

/* ---- after a step ---- */

/* Call with the claim's lock held: copies what is needed after it is released. */
static __always_inline void outcome_take(struct outcome *outcome, const struct claim *claim,
					 __u64 now_ns)
{
	event_take(&outcome->event, claim, &outcome->step, now_ns);
	outcome->quota_port = claim->quota_port;
	outcome->queued = outcome->step.queued;
	if (outcome->step.announce == ANNOUNCE_DEFENDER || outcome->step.ask == ASK_DEFENDER) {
		__builtin_memcpy(outcome->speech.mac, claim->rival, MAC_LEN);
		outcome->speech.tags = claim->rival_tags;
		outcome->speech.port = claim->rival_port;
	} else if (outcome->step.ask == ASK_FORMER_OWNER) {
		__builtin_memcpy(outcome->speech.mac, claim->owner, MAC_LEN);
		outcome->speech.tags = claim->owner_tags;
		outcome->speech.port = claim->owner_port;
	} else {
		__builtin_memcpy(outcome->speech.mac, claim->mac, MAC_LEN);
		outcome->speech.tags = claim->tags;
		outcome->speech.port = claim->port;
	}
}

/* Counts a round that was also sent on the wire. Returns 1 if the round was sent. */
static __always_inline int round_is_sent(int err, const struct port *port)
{
	if (!err && port->relay)
		count(COUNTER_relayed);
	return !err;
}

/* The announcement of the step. */
static __always_inline struct said outcome_said(const struct outcome *outcome)
{
	return (struct said){outcome->step.announce, outcome->speech.mac, outcome->speech.port};
}

/* Records in claim and event whether the announcement of the step was sent. */
static __always_inline void outcome_record(struct outcome *outcome, struct claim *claim, int sent,
					   const struct settings *settings, __u64 now_ns)
{
	struct claim_step recorded = {.reason = COUNTER_no_claim};
	struct said said = outcome_said(outcome);

	outcome->waited_ns = HISTOGRAM_NOTHING;
	bpf_spin_lock(&claim->lock);
	if (key_equal(&claim->key, &outcome->event.key)) {
		outcome->waited_ns = claim_waited_ns(claim, &said, now_ns);
		recorded = claim_record_sent(claim, &said, sent, settings, now_ns);
		outcome->event.deadline_ns = claim->deadline_ns;
		outcome->event.announcements = claim->announcements;
	}
	bpf_spin_unlock(&claim->lock);
	count(recorded.reason);
	if (sent)
		histogram_note(HISTOGRAM_window_to_announcement, outcome->waited_ns);
	outcome->event.sent = sent;
	if (!sent)
		outcome->event.reason = recorded.reason;
}

/*
 * Returns 1 if the announcement may be sent now. Else 0: it is deferred, and the event carries
 * its new deadline to the daemon.
 */
static __always_inline int outcome_reserve_round(struct outcome *outcome, struct claim *claim,
						 const struct settings *settings, __u64 now_ns)
{
	struct claim_step step = {.reason = COUNTER_no_claim};
	struct said said = outcome_said(outcome);
	__u64 at_ns = quota_reserve_round(outcome->speech.port, &outcome->queued, settings, now_ns);

	if (at_ns <= now_ns)
		return 1;
	bpf_spin_lock(&claim->lock);
	if (key_equal(&claim->key, &outcome->event.key)) {
		step = claim_queue(claim, &said, outcome->queued, at_ns, now_ns);
		outcome->event.deadline_ns = claim->deadline_ns;
	}
	bpf_spin_unlock(&claim->lock);
	count(step.reason);
	outcome->event.reason = step.reason;
	return 0;
}

/*
 * Deletes the claim, unless a probe since the step has opened it again, or another CPU has buried
 * it. Only the CPU that deletes the element gives its place in the port's quota back.
 */
static __always_inline void outcome_forget(const struct outcome *outcome, struct claim *claim)
{
	int is_over;

	bpf_spin_lock(&claim->lock);
	is_over = key_equal(&claim->key, &outcome->event.key) && claim->state == CLAIM_NONE;
	if (is_over)
		claim_bury(claim);
	bpf_spin_unlock(&claim->lock);
	if (is_over && !bpf_map_delete_elem(&claims, &outcome->event.key))
		quota_give_claim_of(outcome->quota_port);
}

/*
 * Does the event of a frame only inform? The daemon's timer of a claim is never later than the
 * claim's deadline, and when it calls too early it learns of a later one, or that nothing is due.
 * So an event has to reach it that brings the deadline forward, or is about something sent.
 */
static __always_inline int event_only_informs(const struct outcome *outcome)
{
	__u64 deadline_ns = outcome->event.deadline_ns, was_ns = outcome->deadline_was_ns;

	return !outcome->step.announce && (!deadline_ns || (was_ns && was_ns <= deadline_ns));
}

/*
 * Drops the event of the frame if it only informs and its port has sent too many of them. A global
 * function, so that the verifier walks it once. Returns 0.
 */
__noinline int outcome_limit_event(void)
{
	struct outcome *outcome = outcome_of(OUTCOME_OF_FRAME);
	const struct settings *settings = settings_now();

	if (!outcome || !settings || !outcome->step.changed || !event_only_informs(outcome) ||
	    !quota_is_exceeded(outcome->event.port, LIMIT_EVENT, settings, outcome->event.time_ns))
		return 0;
	count(COUNTER_event_over_limit);
	outcome->step.changed = 0;
	return 0;
}

/*
 * The event is sent before the claim is deleted: a frame may then make a new claim of the same
 * address, whose event has to come later.
 */
static __always_inline void outcome_finish(const struct outcome *outcome, struct claim *claim)
{
	count(outcome->step.reason);
	if (outcome->step.moved)
		count(COUNTER_moved);
	if (outcome->step.answered)
		count(COUNTER_answered_host + outcome->step.answered - ASKER_HOST);
	/* Also after a failure, because the deadline has changed. */
	if (outcome->step.changed || outcome->step.announce)
		event_send(&outcome->event);
	if (outcome->step.forget)
		outcome_forget(outcome, claim);
}

#endif /* GARPD_OUTCOME_H */
