/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * due.h - what garpd_speak does for one claim: what has fallen due, or what an operator asks;
 * nudges, and notes.
 */
#ifndef GARPD_DUE_H
#define GARPD_DUE_H

#include "hear.h"
#include "outcome.h"
#include "speak.h"
#include "speak_nudge.h"

/* The port, where frames of the claim's guest, or of its defender on any port, may still enter. */
static __always_inline const struct port *due_port(const struct outcome *outcome)
{
	const struct port *port = bpf_map_lookup_elem(&ports, &outcome->speech.port);

	if (!port || !port->forwarding || port->segment != outcome->event.key.segment)
		return NULL;
	if (!port_has_guests(port->role) && outcome->step.say != SAY_DEFENDER)
		return NULL;
	return port;
}

static __always_inline int due_is_note(__u32 op)
{
	return op >= SPEAK_REFRESHED && op < SPEAK_OPS;
}

static __always_inline void due_note(struct claim *claim, const struct claim_key *key, __u32 op)
{
	__u64 now_ns = bpf_ktime_get_ns();

	bpf_spin_lock(&claim->lock);
	if (key_equal(&claim->key, key))
		claim_noted(claim, op == SPEAK_REFRESHED || op == SPEAK_REPAIRED, now_ns);
	bpf_spin_unlock(&claim->lock);
	count(COUNTER_host_refreshed + op - SPEAK_REFRESHED);
}

/* Tells of a listener that never answered; else only the deadline is news, to outcome->event. */
static __always_inline void nudges_record(struct outcome *outcome, struct claim *claim,
					  const struct settings *set, __u64 now_ns)
{
	struct event *event = &outcome->listening.event;
	struct claim_step step = {};

	__builtin_memset(event, 0, sizeof(*event));
	bpf_spin_lock(&claim->lock);
	if (key_equal(&claim->key, &outcome->event.key)) {
		step = claim_nudged(claim, &outcome->nudges, set, now_ns);
		outcome->event.deadline_ns = claim->deadline_ns;
	}
	event_take(event, claim, &step, now_ns);
	bpf_spin_unlock(&claim->lock);
	if (!step.changed)
		return;
	count(step.reason);
	event->key = outcome->event.key;
	event->port = outcome->speech.port;
	__builtin_memcpy(event->mac, outcome->speech.mac, MAC_LEN);
	event_send(event);
}

/* Behind a router port the answers would go by unseen: there is nobody to nudge. */
static __always_inline void due_nudges(struct __sk_buff *skb, struct outcome *outcome,
				       struct claim *claim, const struct settings *set,
				       __u64 now_ns)
{
	const struct port *port = due_port(outcome);

	if (port && port->role == ROLE_GUEST) {
		nudge_add_gateways();
		nudge_round(skb, outcome);
	}
	nudges_record(outcome, claim, set, now_ns);
}

static __always_inline void due_judge(struct claim *claim, struct outcome *outcome)
{
	struct judged *judged = &outcome->judged;
	const struct port *port;
	__u32 quota_port;

	__builtin_memset(judged, 0, sizeof(*judged));
	bpf_spin_lock(&claim->lock);
	__builtin_memcpy(judged->mac, claim_whom(claim), MAC_LEN);
	judged->port = claim_where(claim);
	quota_port = claim->quota_port;
	bpf_spin_unlock(&claim->lock);
	port = bpf_map_lookup_elem(&ports, &judged->port);
	judged->policy = guard_judge(&outcome->guard_work, &outcome->event.key, judged->mac, port);
	if (port && port_has_guests(port->role) && port->segment == outcome->event.key.segment)
		judged->heir = judged->port;
	port = bpf_map_lookup_elem(&ports, &quota_port);
	judged->left = !port || port->segment != outcome->event.key.segment;
	judged->seen = seen_last(outcome->event.key.segment, judged->mac);
}

/* Judged was who it was a moment ago; if it is another one now, the daemon comes again. */
static __always_inline struct claim_step due_step(struct claim *claim, const struct judged *judged,
						  __u32 op, const struct settings *set,
						  __u64 now_ns)
{
	struct claim_step later = {.old_state = claim->state, .reason = COUNTER_not_due};

	if (!mac_equal(claim_whom(claim), judged->mac) || claim_where(claim) != judged->port)
		return later;
	claim_seen(claim, &judged->seen);
	if (op == SPEAK_NOW)
		return claim_asked(claim, judged, set, now_ns);
	if (op == SPEAK_THAW)
		return claim_thaw(claim, set, now_ns);
	if (op == SPEAK_LEFT)
		return judged->left ? claim_left(claim, judged->heir, now_ns) : later;
	return claim_due(claim, judged, set, now_ns);
}

/* The announcement of the step, where its port takes frames. 1: sent; 0: it waits, or failed. */
static __always_inline int due_announcement(struct __sk_buff *skb, struct outcome *outcome,
					    struct claim *claim, const struct settings *set,
					    __u64 now_ns)
{
	const struct port *port = due_port(outcome);
	int sent;

	if (port && !outcome_has_turn(outcome, claim, set, now_ns))
		return 0;
	sent = port && round_sent(speak_from_nothing(skb, &outcome->speech, port), port);
	outcome_record(outcome, claim, sent, set, now_ns);
	return sent;
}

static __always_inline void due_claim(struct __sk_buff *skb, struct claim *claim,
				      struct speak_call *call, const struct settings *set)
{
	struct outcome *outcome = outcome_new(OUTCOME_OF_SPEAK);
	__u64 now_ns;
	int said = 1;

	if (!outcome)
		return;
	outcome->event.key = call->key;
	outcome->speech.addr = call->key.addr;
	outcome->speech.form = set->form;
	due_judge(claim, outcome);
	now_ns = bpf_ktime_get_ns();
	outcome->step.reason = COUNTER_not_due;
	bpf_spin_lock(&claim->lock);
	if (key_equal(&claim->key, &call->key))
		outcome->step = due_step(claim, &outcome->judged, call->op, set, now_ns);
	outcome_take(outcome, claim, now_ns);
	outcome->nudges.since_ns = claim->announced_since_ns;
	outcome->nudges.looks = claim_nudge_is_last(claim, set);
	bpf_spin_unlock(&claim->lock);

	__builtin_memcpy(outcome->event.mac, outcome->speech.mac, MAC_LEN);
	outcome->event.port = outcome->speech.port;
	if (outcome->step.reason == COUNTER_left_to_other)
		quota_inherit_claim(outcome->judged.heir);
	if (outcome->step.say)
		said = due_announcement(skb, outcome, claim, set, now_ns);
	if (outcome->step.nudge && said)
		due_nudges(skb, outcome, claim, set, now_ns);
	outcome_finish(outcome, claim);
	call->result = outcome->event.reason; /* of a failure, what became of it */
	call->deadline_ns = outcome->event.deadline_ns;
}

#endif /* GARPD_DUE_H */
