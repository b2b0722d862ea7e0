/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * due.h - the work of garpd_speak for one claim: what is due, what an operator requests, nudges,
 * and results about the host's own entry.
 */
#ifndef GARPD_DUE_H
#define GARPD_DUE_H

#include "hear.h"
#include "outcome.h"
#include "speak.h"
#include "speak_ask.h"
#include "speak_nudge.h"

/*
 * The port where the claim's guest (or a defender, on any role) is announced; NULL if it is gone
 * or does not forward.
 */
static __always_inline const struct port *due_find_port(const struct outcome *outcome)
{
	const struct port *port = bpf_map_lookup_elem(&ports, &outcome->speech.port);

	if (!port || !port->forwarding || !port_is_in(port, outcome->event.key.segment))
		return NULL;
	if (!port_has_guests(port->role) && outcome->step.announce != ANNOUNCE_DEFENDER)
		return NULL;
	return port;
}

static __always_inline int due_is_note(__u32 op)
{
	return op >= SPEAK_REFRESHED && op < SPEAK_NOTES_END;
}

static __always_inline void due_note(struct claim *claim, const struct claim_key *key, __u32 op)
{
	__u64 now_ns = bpf_ktime_get_ns();

	bpf_spin_lock(&claim->lock);
	if (key_equal(&claim->key, key))
		claim_note_host(claim, op == SPEAK_REFRESHED, now_ns);
	bpf_spin_unlock(&claim->lock);
	count(COUNTER_host_refreshed + op - SPEAK_REFRESHED);
}

/*
 * Records a round of nudges. Sends an event if a listener never replied; else only the deadline
 * in outcome->event changes.
 */
static __always_inline void due_record_nudges(struct outcome *outcome, struct claim *claim,
					      const struct settings *settings, __u64 now_ns)
{
	struct event *event = &outcome->listening.event;
	struct claim_step step = {};

	__builtin_memset(event, 0, sizeof(*event));
	bpf_spin_lock(&claim->lock);
	if (key_equal(&claim->key, &outcome->event.key)) {
		step = claim_finish_nudges(claim, &outcome->nudges, settings, now_ns);
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

/* Behind a router port replies would not be seen, so no listener is nudged. */
static __always_inline void due_send_nudges(struct __sk_buff *skb, struct outcome *outcome,
					    struct claim *claim, const struct settings *settings,
					    __u64 now_ns)
{
	const struct port *port = due_find_port(outcome);

	if (port && port->role == ROLE_GUEST) {
		nudge_add_gateways();
		nudge_round(skb, outcome);
	}
	due_record_nudges(outcome, claim, settings, now_ns);
}

/* Of a port that is gone nothing is sent, whatever the settings of its segment were. */
static __always_inline void due_find_next(struct claim *claim, struct outcome *outcome)
{
	struct claim_next *next = &outcome->next;
	const struct port *port;
	__u32 quota_port;

	__builtin_memset(next, 0, sizeof(*next));
	bpf_spin_lock(&claim->lock);
	__builtin_memcpy(next->mac, claim_next_mac(claim), MAC_LEN);
	next->port = claim_next_port(claim);
	quota_port = claim->quota_port;
	bpf_spin_unlock(&claim->lock);
	port = bpf_map_lookup_elem(&ports, &next->port);
	next->policy = guard_judge(&outcome->guard_work, &outcome->event.key, next->mac, port);
	outcome->settings = SETTINGS_OF_ALL;
	if (port && port_is_in(port, outcome->event.key.segment)) {
		outcome->settings = port->settings;
		next->forwards = port->forwarding;
		if (port_has_guests(port->role))
			next->live_port = next->port;
	}
	port = bpf_map_lookup_elem(&ports, &quota_port);
	next->port_left = !port || !port_is_in(port, outcome->event.key.segment);
	ask_find_asker(outcome);
	next->asker = outcome->asker.kind;
}

/*
 * `next` was looked up before locking. If the claim is about another MAC or port now, nothing is
 * done and the daemon comes again.
 */
static __always_inline struct claim_step due_run_step(struct claim *claim,
						      const struct claim_next *next, __u32 op,
						      const struct settings *settings, __u64 now_ns)
{
	struct claim_step later = {.old_state = claim->state, .reason = COUNTER_not_due};

	if (!mac_equal(claim_next_mac(claim), next->mac) || claim_next_port(claim) != next->port)
		return later;
	if (op == SPEAK_NOW || op == SPEAK_LINK)
		return claim_announce_now(claim, op == SPEAK_LINK ? REQUEST_LINK : REQUEST_BY_HAND,
					  next, settings, now_ns);
	if (op == SPEAK_THAW)
		return claim_thaw(claim, settings, now_ns);
	if (op == SPEAK_PORT_LEFT)
		return next->port_left ? claim_drop_port(claim, next->live_port, now_ns) : later;
	if (op == SPEAK_MAKE_ROOM)
		return claim_make_room(claim, now_ns);
	if (op == SPEAK_PORT_OPEN)
		claim_hasten_question(claim, now_ns);
	return claim_run_deadline(claim, next, settings, now_ns);
}

/* Sends the announcement of the step. Returns 1 if sent, 0 if it is deferred or failed. */
static __always_inline int due_announce(struct __sk_buff *skb, struct outcome *outcome,
					struct claim *claim, const struct settings *settings,
					__u64 now_ns)
{
	const struct port *port = due_find_port(outcome);
	int sent;

	if (port && !outcome_reserve_round(outcome, claim, settings, now_ns))
		return 0;
	sent = port && round_is_sent(speak_with_blank(skb), port);
	outcome_record(outcome, claim, sent, settings, now_ns);
	if (sent && outcome->step.announce == ANNOUNCE_GUEST)
		echo_note_announced(OUTCOME_OF_SPEAK);
	return sent;
}

/* Where the question of the step may leave: no guest is asked on a port that does not forward. */
static __always_inline int due_may_ask(const struct outcome *outcome)
{
	const struct port *port = bpf_map_lookup_elem(&ports, &outcome->speech.port);

	return port && port->forwarding && port_is_in(port, outcome->event.key.segment) &&
	       (port_has_guests(port->role) || outcome->step.ask != ASK_GUEST);
}

/* Has the question of the step its port's turn? If not, the claim's deadline is when it has. */
static __always_inline int due_question_has_turn(struct outcome *outcome, struct claim *claim,
						 const struct settings *settings, __u64 now_ns)
{
	struct claim_step step = {.reason = COUNTER_no_claim};
	__u64 at_ns;

	if (outcome->step.ask_waited)
		return 1;
	at_ns = quota_question_turn(outcome->speech.port, settings, now_ns);
	if (at_ns <= now_ns)
		return 1;
	bpf_spin_lock(&claim->lock);
	if (key_equal(&claim->key, &outcome->event.key))
		step = claim_queue_question(claim, at_ns);
	bpf_spin_unlock(&claim->lock);
	count(step.reason);
	return 0;
}

/*
 * The question of the step, after its event: the answer may come, and be announced, before this one
 * has returned. outcome->event.deadline_ns is then what the claim has made of it.
 */
static __always_inline void due_question(struct __sk_buff *skb, struct outcome *outcome,
					 struct claim *claim, const struct settings *settings,
					 __u64 now_ns)
{
	if (!due_may_ask(outcome))
		count(COUNTER_ask_failed);
	else if (due_question_has_turn(outcome, claim, settings, now_ns))
		count(ask_send(skb) ? COUNTER_ask_failed : COUNTER_asked);
	bpf_spin_lock(&claim->lock);
	if (key_equal(&claim->key, &outcome->event.key))
		outcome->event.deadline_ns = claim->deadline_ns;
	bpf_spin_unlock(&claim->lock);
}

static __always_inline void due_run_claim(struct __sk_buff *skb, struct claim *claim,
					  struct speak_call *call, const struct settings *settings)
{
	struct outcome *outcome = outcome_new(OUTCOME_OF_SPEAK);
	__u64 now_ns;
	int sent = 1;

	if (!outcome)
		return;
	outcome->event.key = call->key;
	outcome->speech.addr = call->key.addr;
	outcome->speech.form = settings->form;
	due_find_next(claim, outcome);
	settings = settings_at(outcome->settings);
	if (!settings)
		return;
	now_ns = bpf_ktime_get_ns();
	outcome->step.reason = COUNTER_not_due;
	bpf_spin_lock(&claim->lock);
	if (key_equal(&claim->key, &call->key))
		outcome->step = due_run_step(claim, &outcome->next, call->op, settings, now_ns);
	outcome_take(outcome, claim, now_ns);
	outcome->is_asked = claim_is_asked(claim);
	outcome->gives_way = claim_can_give_way(claim);
	outcome->nudges.since_ns = claim->announced_since_ns;
	outcome->nudges.count_only = claim_nudge_is_last(claim, settings);
	bpf_spin_unlock(&claim->lock);

	__builtin_memcpy(outcome->event.mac, outcome->speech.mac, MAC_LEN);
	outcome->event.port = outcome->speech.port;
	if (outcome->step.ask == ASK_FORMER_OWNER) { /* the event is about the guest */
		__builtin_memcpy(outcome->event.mac, outcome->next.mac, MAC_LEN);
		outcome->event.port = outcome->next.port;
	}
	if (outcome->step.reason == COUNTER_port_inherited)
		quota_inherit_claim(outcome->next.live_port);
	if (outcome->step.announce)
		sent = due_announce(skb, outcome, claim, settings, now_ns);
	if (outcome->step.nudge && sent)
		due_send_nudges(skb, outcome, claim, settings, now_ns);
	outcome_finish(outcome, claim);
	if (outcome->is_asked)
		ask_note(call->key.addr.bytes[15]);
	if (outcome->step.ask)
		due_question(skb, outcome, claim, settings, now_ns);
	call->result = outcome->event.reason; /* after a failure, what became of the announcement */
	call->deadline_ns = outcome->event.deadline_ns;
}

#endif /* GARPD_DUE_H */
