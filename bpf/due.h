/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * due.h - what garpd_speak does for a claim: look again, say what has fallen due, nudge, take
 * notes.
 */
#ifndef GARPD_DUE_H
#define GARPD_DUE_H

#include "hear.h"
#include "outcome.h"
#include "speak.h"
#include "speak_nudge.h"

/* The port, where frames of the claim's guest, or of its defender on any port, may still enter. */
static __always_inline const struct port *speak_port(const struct outcome *outcome)
{
	const struct port *port = bpf_map_lookup_elem(&ports, &outcome->speech.port);

	if (!port || !port->forwarding || port->segment != outcome->event.key.segment)
		return NULL;
	if (!port_has_guests(port->role) && outcome->step.announce != ANNOUNCE_DEFENDER)
		return NULL;
	return port;
}

static __always_inline void speak_note(struct claim *claim, __u32 op)
{
	__u64 now_ns = bpf_ktime_get_ns();

	bpf_spin_lock(&claim->lock);
	claim_noted(claim, op == SPEAK_REFRESHED, now_ns);
	bpf_spin_unlock(&claim->lock);
	count(op == SPEAK_REFRESHED	  ? COUNTER_host_refreshed
	      : op == SPEAK_NOT_REFRESHED ? COUNTER_host_not_refreshed
					  : COUNTER_host_permanent);
}

/* Tells of a listener that never answered; else only the deadline is news, to outcome->event. */
static __always_inline void nudges_record(struct outcome *outcome, struct claim *claim,
					  const struct settings *set, __u64 now_ns)
{
	struct event *event = &outcome->listening.event;
	struct claim_step step = {.reason = COUNTER_no_claim};

	__builtin_memset(event, 0, sizeof(*event));
	bpf_spin_lock(&claim->lock);
	if (key_equal(&claim->key, &outcome->event.key)) {
		step = claim_nudged(claim, &outcome->nudges, set, now_ns);
		outcome->event.deadline_ns = claim->deadline_ns;
	}
	event_take(event, claim, &step, now_ns);
	bpf_spin_unlock(&claim->lock);
	count(step.reason);
	if (!step.changed)
		return;
	event->key = outcome->event.key;
	event->port = outcome->speech.port;
	__builtin_memcpy(event->mac, outcome->speech.mac, MAC_LEN);
	event_send(event);
}

/* Behind a router port the answers would go by unseen: there is nobody to nudge. */
static __always_inline void speak_nudges(struct __sk_buff *skb, struct outcome *outcome,
					 struct claim *claim, const struct settings *set,
					 __u64 now_ns)
{
	const struct port *port = speak_port(outcome);

	if (port && port->role == ROLE_GUEST) {
		nudge_add_gateways();
		nudge_round(skb, outcome);
	}
	nudges_record(outcome, claim, set, now_ns);
}

static __always_inline void speak_claim(struct __sk_buff *skb, struct claim *claim,
					struct speak_call *call, const struct settings *set)
{
	struct outcome *outcome = outcome_new(OUTCOME_OF_SPEAK);
	const struct port *port;
	__u8 mac[MAC_LEN];
	struct policy policy;
	__u64 now_ns, seen_ns;
	int sent;

	if (!outcome)
		return;
	outcome->event.key = call->key;
	outcome->speech.addr = call->key.addr;
	outcome->speech.form = set->form;
	bpf_spin_lock(&claim->lock);
	__builtin_memcpy(mac, claim_whom(claim), MAC_LEN);
	bpf_spin_unlock(&claim->lock);
	policy = policy_of(&call->key.addr, mac);
	seen_ns = seen_when(call->key.segment, mac);

	now_ns = bpf_ktime_get_ns();
	outcome->step.reason = COUNTER_not_due;
	bpf_spin_lock(&claim->lock);
	/* Judged was the MAC of a moment ago; if it is another one now, the daemon comes again. */
	if (key_equal(&claim->key, &call->key) && mac_equal(claim_whom(claim), mac)) {
		claim_seen(claim, seen_ns);
		outcome->step = call->op == SPEAK_NOW ? claim_asked(claim, policy, set, now_ns)
						      : claim_due(claim, policy, set, now_ns);
	}
	outcome_take(outcome, claim, now_ns);
	outcome->nudges.since_ns = claim->announced_since_ns;
	outcome->nudges.looks = claim_nudge_is_last(claim, set);
	bpf_spin_unlock(&claim->lock);

	__builtin_memcpy(outcome->event.mac, outcome->speech.mac, MAC_LEN);
	outcome->event.port = outcome->speech.port;
	if (outcome->step.announce) {
		port = speak_port(outcome);
		sent = port && round_sent(speak_from_nothing(skb, &outcome->speech, port), port);
		outcome_record(outcome, claim, sent, set, now_ns);
	}
	if (outcome->step.nudge)
		speak_nudges(skb, outcome, claim, set, now_ns);
	outcome_finish(outcome);
	call->result = outcome->event.reason; /* of a failure, what became of it */
	call->deadline_ns = outcome->event.deadline_ns;
}

#endif /* GARPD_DUE_H */
