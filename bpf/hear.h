/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * hear.h - from a parsed frame to a step of its claim: finds segment, claim and policy. The same
 * for every kind of hook.
 */
#ifndef GARPD_HEAR_H
#define GARPD_HEAR_H

#include <linux/errno.h>

#include "bpf/abi/abi.h"
#include "bpf/claim/claim.h"
#include "bpf/frame/frame.h"
#include "claimed.h"
#include "echo.h"
#include "guard.h"
#include "listen.h"
#include "maps.h"
#include "outcome.h"
#include "quota.h"
#include "room.h"
#include "vlan.h"

/* Can the hook that heard the frame send one? If not, announcements are deferred. */
enum hook {
	HOOK_TC,
	HOOK_DEFERS, /* the frame cannot be made into an announcement */
	HOOK_XDP,    /* XDP: it cannot send, and does not see skb->mark */
};

/* Why a frame led to no step of a claim. Counted by the callee. */
enum hear_result {
	HEAR_NO_STEP = -1,
	HEAR_OVER_LIMIT = -2,
};

/* The claim and settings of a frame, and the outcome of its step. */
struct hear_ctx {
	struct claim *claim;
	const struct settings *settings;
	struct outcome *outcome;
	__u64 now_ns;
};

/*
 * Makes a claim that counts against the quota of `port`. The quota is given back if no element
 * was added: the map is full, or another CPU was first and its claim is used. Returns NULL,
 * counted, on failure.
 */
static __always_inline struct claim *hear_make_claim(const struct claim_key *key, __u32 port,
						     const struct settings *settings)
{
	__u32 of = NEW_CLAIM_OF_FRAME;
	struct claim *claim = bpf_map_lookup_elem(&new_claim, &of);
	struct limit *limit = quota_of(port);
	long err;

	if (!claim)
		return NULL;
	/* A claim that gave way leaves its place to this one. */
	if (limit && !quota_take_claim(limit, settings) && !hear_give_way(port)) {
		count(COUNTER_probe_over_quota);
		return NULL;
	}
	hear_tell_filling(port);
	claim->key = *key; /* all other bytes are zero and never written */
	claim->quota_port = limit ? port : 0;
	err = bpf_map_update_elem(&claims, key, claim, BPF_NOEXIST);
	if (err && limit)
		quota_give_claim(limit);
	claim = bpf_map_lookup_elem(&claims, key);
	if (!claim) /* or the other CPU's claim is deleted already */
		count(err && err != -EEXIST ? COUNTER_probe_no_room : COUNTER_probe_forgotten);
	return claim;
}

/* Finds the claim that the frame is about; a probe of a guest makes one. NULL, counted, if none. */
static __always_inline struct claim *hear_find_claim(const struct claim_key *key,
						     const struct heard *heard,
						     const struct settings *settings)
{
	struct claim *claim = bpf_map_lookup_elem(&claims, key);

	if (claim)
		return claim;
	if (heard->frame->kind != FRAME_PROBE) {
		count(COUNTER_no_claim);
		return NULL;
	}
	if (!port_has_guests(heard->role)) {
		count(COUNTER_probe_uplink);
		return NULL;
	}
	return hear_make_claim(key, heard->port, settings);
}

/* Runs the claim machine. Returns 0, or HEAR_NO_STEP, counted, if the claim was just deleted. */
static __always_inline int hear_claim(struct hear_ctx *ctx, const struct heard *heard,
				      enum hook hook)
{
	struct outcome *outcome = ctx->outcome;
	struct claim *claim = ctx->claim;
	int ours;

	ctx->now_ns = bpf_ktime_get_ns();
	bpf_spin_lock(&claim->lock);
	ours = key_equal(&claim->key, &outcome->event.key);
	barrier(); /* or bytes of the key, read by now, fill a quarter of the stack */
	if (ours) {
		outcome->deadline_was_ns = claim->deadline_ns;
		if (heard->frame->kind == FRAME_PROBE)
			outcome->step = claim_hear_probe(claim, heard, ctx->settings, ctx->now_ns);
		else
			outcome->step = claim_hear_assertion(claim, heard, ctx->settings,
							     ctx->now_ns);
		if (hook != HOOK_TC && outcome->step.announce)
			claim_defer(claim, outcome->step.announce, ctx->now_ns);
		outcome_take(outcome, claim, ctx->now_ns);
	}
	bpf_spin_unlock(&claim->lock);
	if (!ours) { /* it is being deleted: the guest's next probe makes a new one */
		count(heard->frame->kind == FRAME_PROBE ? COUNTER_probe_forgotten
							: COUNTER_no_claim);
		return HEAR_NO_STEP;
	}
	__builtin_memcpy(outcome->event.mac, heard->frame->mac, MAC_LEN);
	/* An announcement made of a frame is always its sender's, on the port that it came from. */
	__builtin_memcpy(outcome->speech.mac, heard->frame->mac, MAC_LEN);
	outcome->speech.addr = outcome->event.key.addr;
	outcome->speech.port = heard->port;
	outcome->speech.form = ctx->settings->form;
	return 0;
}

/*
 * Does a frame count that is heard on a port that does not forward? A probe does while STP has the
 * port listen or learn: its guest is asked once it forwards. The bridge drops the frame, so nobody
 * has heard it: nothing else counts, and without a question neither does the probe. A global
 * function, with a stack frame of its own.
 */
__noinline int hear_on_closed_port(__u32 ifindex)
{
	struct outcome *outcome = outcome_of(OUTCOME_OF_FRAME);
	const struct port *port = bpf_map_lookup_elem(&ports, &ifindex);
	const struct settings *settings;

	if (!outcome || !port || !port->starting || port->role != ROLE_GUEST ||
	    outcome->frame.kind != FRAME_PROBE)
		return 0;
	settings = settings_at(port->settings);
	return settings && settings->ask && !settings->observe;
}

/* Does the frame of `outcome` count in the state that its port is in? If not, it is counted. */
static __always_inline int hear_is_taken(const struct port *port, __u32 ifindex)
{
	if (port->forwarding || hear_on_closed_port(ifindex))
		return 1;
	count(COUNTER_not_forwarding);
	return 0;
}

/*
 * Sets segment, port and address of the outcome. Returns 0, or HEAR_NO_STEP, counted, if the
 * bridge does not accept the frame there.
 */
static __always_inline int hear_locate(struct outcome *outcome, __u32 ifindex,
				       const struct port *port)
{
	struct claim_key *key = &outcome->event.key;

	key->addr = outcome->frame.addr;
	outcome->event.port = ifindex;
	if (vlan_find_segment(port, ifindex, &outcome->frame.tags, key)) {
		count(COUNTER_vlan_not_member);
		return HEAR_NO_STEP;
	}
	return 0;
}

/*
 * Is this probe beyond the limit of its port? Then it is ignored, or dropped with xdp_drop. Other
 * frames, which can only contradict a claim, are always heard; outcome_limit_event() limits events.
 */
static __always_inline int hear_is_over_limit(const struct heard *heard,
					      const struct settings *settings)
{
	if (heard->frame->kind != FRAME_PROBE || !port_has_guests(heard->role) ||
	    !quota_is_exceeded(heard->port, LIMIT_PROBE, settings, bpf_ktime_get_ns()))
		return 0;
	count(COUNTER_probe_over_limit);
	return 1;
}

/*
 * Returns the claim's port if it is no longer in the segment, else 0. Compared again under the
 * claim's lock.
 */
static __always_inline __u32 hear_gone_port(const struct claim *claim, __u32 segment)
{
	__u32 ifindex = claim->port;
	const struct port *port = bpf_map_lookup_elem(&ports, &ifindex);

	return port && port_is_in(port, segment) ? 0 : ifindex;
}

/*
 * From the place where the frame was heard to the step of its claim. Returns 0 or enum
 * hear_result.
 */
static __always_inline int hear_step(struct outcome *outcome, __u32 ifindex,
				     const struct port *port, enum hook hook, struct hear_ctx *ctx)
{
	const struct frame *frame = &outcome->frame;
	struct heard heard = {
		.frame = frame,
		.port = ifindex,
		.role = port->role,
		.markless = hook == HOOK_XDP,
	};

	if (frame->kind == FRAME_PROBE && !ctx->settings->link_local &&
	    addr_is_link_local(&frame->addr)) {
		count(COUNTER_probe_link_local);
		return HEAR_NO_STEP;
	}
	if (hear_is_over_limit(&heard, ctx->settings))
		return HEAR_OVER_LIMIT;
	if (frame->kind == FRAME_PROBE && port_has_guests(port->role) &&
	    !claimed_note(OUTCOME_OF_FRAME)) {
		count(COUNTER_probe_many_vlans);
		if (!claimed_may_be_missed(port, ctx->settings))
			return HEAR_NO_STEP;
	}
	ctx->claim = hear_find_claim(&outcome->event.key, &heard, ctx->settings);
	if (!ctx->claim)
		return HEAR_NO_STEP;
	heard.gone_port = hear_gone_port(ctx->claim, outcome->event.key.segment);
	heard.policy = guard_judge(&outcome->guard_work, &outcome->event.key, frame->mac, port);
	/* A guest in detection gives the address up if the announcement comes back to it. */
	if (heard.policy.immediate && frame->kind == FRAME_PROBE && !addr_is_ipv4(&frame->addr) &&
	    echo_is_possible(ifindex)) {
		heard.policy.immediate = 0;
		count(COUNTER_immediate_waits);
	}
	return hear_claim(ctx, &heard, hook);
}

/*
 * Hears the frame of `outcome` on a port. Returns 0 if its claim made a step, which the caller
 * carries out; else enum hear_result.
 */
static __always_inline int hear_frame(struct outcome *outcome, __u32 ifindex,
				      const struct port *port, enum hook hook, struct hear_ctx *ctx)
{
	ctx->outcome = outcome;
	ctx->settings = settings_at(port->settings);
	if (!ctx->settings || hear_locate(outcome, ifindex, port))
		return HEAR_NO_STEP;
	return hear_step(outcome, ifindex, port, hook, ctx);
}

/*
 * Asks the guest at once that outcome->asked_key names, for one of its claims. A global function,
 * as hear_passive(). Returns 0.
 */
__noinline int hear_asked_claim(__u32 place)
{
	struct outcome *outcome = outcome_of(OUTCOME_OF_FRAME);
	struct claim_step step = {};
	struct asked *there;
	struct claim *claim;
	struct event *event;
	__u64 now_ns;

	if (!outcome)
		return 0;
	there = bpf_map_lookup_elem(&asked, &outcome->asked_key);
	if (!there)
		return 0;
	claim = bpf_map_lookup_elem(&claims, &there->claim[place % ASKED_CLAIMS]);
	if (!claim)
		return 0;
	event = &outcome->listening.event;
	__builtin_memset(event, 0, sizeof(*event));
	now_ns = bpf_ktime_get_ns();
	bpf_spin_lock(&claim->lock);
	if (claim->key.segment == outcome->asked_key.segment)
		step = claim_hear_mac(claim, outcome->asked_key.mac, outcome->event.port, now_ns);
	event_take(event, claim, &step, now_ns);
	event->key = claim->key;
	bpf_spin_unlock(&claim->lock);
	if (!step.changed)
		return 0;
	count(step.reason);
	event->port = outcome->event.port;
	__builtin_memcpy(event->mac, outcome->asked_key.mac, MAC_LEN);
	event_send(event);
	return 0;
}

/* The sender of the frame was heard. Hosts that are not asked cost one lookup. */
static __always_inline void hear_asked(struct outcome *outcome)
{
	struct asked_key *key = &outcome->asked_key;
	__u32 place;

	key->segment = outcome->event.key.segment;
	__builtin_memcpy(key->mac, outcome->frame.mac, MAC_LEN);
	if (!bpf_map_lookup_elem(&asked, key))
		return;
	for (place = 0; place < ASKED_CLAIMS; place++)
		hear_asked_claim(place);
}

/*
 * Learns listeners, and asks guests that are silent no longer; called last.
 * A global function, so that the verifier walks it once and not once per path that leads here; its
 * input is outcomes[OUTCOME_OF_FRAME]. Returns 0.
 */
__noinline int hear_passive(__u32 role)
{
	struct outcome *outcome = outcome_of(OUTCOME_OF_FRAME);
	const struct settings *settings = settings_now();

	/* No segment: the bridge drops it. And garpd's own frame is not a frame of its guest. */
	if (!outcome || !settings || !outcome->event.key.segment ||
	    outcome->step.reason == COUNTER_own_frame)
		return 0;
	echo_hear(role);
	/* What came back is no sign of anybody. */
	if (outcome->step.reason == COUNTER_came_back)
		return 0;
	if (outcome->frame.to && settings->nudge != NUDGE_NEVER)
		listen_frame(outcome, role);
	/* Nor is an objection a sign of life: its Ethernet source is all that is known. */
	if (outcome->frame.relayed || outcome->frame.kind == FRAME_OBJECTION)
		return 0;
	hear_asked(outcome);
	return 0;
}

#endif /* GARPD_HEAR_H */
