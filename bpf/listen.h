/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * listen.h - learns listeners, the hosts that probably have an address in their cache, from
 * requests and replies; and takes the replies that prove a listener has the announced MAC.
 */
#ifndef GARPD_LISTEN_H
#define GARPD_LISTEN_H

#include "bpf/claim/claim.h"
#include "maps.h"
#include "outcome.h"

/* A listener that is heard often is recorded at most once in this time. */
#define LISTENER_FRESH_NS NSEC_PER_SEC

/* Heard in the last span_ns? heard_ns may be later than now_ns, from another CPU. */
static __always_inline int listener_is_recent(const struct listener *listener, __u64 span_ns,
					      __u64 now_ns)
{
	return now_ns < listener->heard_ns + span_ns;
}

/* The lower, the sooner the place is given to a new listener: empty first, then the oldest. */
static __always_inline __u64 listener_worth(const struct listener *there, __u32 gateway)
{
	if (!there)
		return 0;
	return there->gateway && !gateway ? ~0ull : there->heard_ns;
}

/*
 * Finds `addr` under `listening->key` of `map` (`listeners` or `gateways_heard`). If it returns
 * NULL, key.place is the place for it, or LISTENERS if all are taken.
 */
static __always_inline struct listener *listener_find(void *map, struct listening *listening,
						      const struct addr *addr, __u32 gateway)
{
	struct listener *there;
	__u64 worth;
	__u32 i;

	listening->place = LISTENERS;
	listening->worth = ~0ull;
	for (i = 0; i < LISTENERS; i++) {
		listening->key.place = i;
		there = bpf_map_lookup_elem(map, &listening->key);
		if (there && addr_equal(&there->addr, addr))
			return there;
		worth = listener_worth(there, gateway);
		if (worth < *(volatile __u64 *)&listening->worth) {
			listening->worth = worth;
			listening->place = i;
		}
	}
	listening->key.place = *(volatile __u32 *)&listening->place;
	return NULL;
}

/*
 * Writes `listening->record` under `listening->key` of `map`, unless the entry there is fresh. A
 * record without a MAC keeps the known MAC. If another CPU takes the same place at the same
 * time, one of the two records wins, whole.
 */
static __always_inline void listener_note(void *map, struct listening *listening, __u64 now_ns)
{
	struct listener *record = &listening->record;
	struct listener *there = listener_find(map, listening, &record->addr, record->gateway);

	if (listening->key.place >= LISTENERS)
		return;
	if (there && mac_is_zero(record->mac))
		__builtin_memcpy(record->mac, there->mac, MAC_LEN);
	if (there && mac_equal(there->mac, record->mac) &&
	    listener_is_recent(there, LISTENER_FRESH_NS, now_ns))
		return;
	record->heard_ns = now_ns;
	if (there) {
		record->gateway |= there->gateway;
		record->tries = there->tries;
		record->nudged_ns = there->nudged_ns;
		record->answered_ns = there->answered_ns;
	} else {
		count(COUNTER_listener_learned);
	}
	bpf_map_update_elem(map, &listening->key, record, BPF_ANY);
}

/* Makes the frame's sender a record for a listener of `addr` in its segment. */
static __always_inline void listen_begin(struct outcome *outcome, const struct addr *addr)
{
	struct listening *listening = &outcome->listening;

	listening->key.claim = outcome->event.key;
	listening->key.claim.addr = *addr;
	__builtin_memset(&listening->record, 0, sizeof(listening->record));
	listening->record.addr = outcome->frame.addr;
	__builtin_memcpy(listening->record.mac, outcome->frame.mac, MAC_LEN);
}

/*
 * The sender replied to the host that it has in its cache for the target. If that is the claim's
 * guest, the listener has followed.
 */
static __always_inline void listen_note_reply(struct outcome *outcome, __u64 now_ns)
{
	struct listening *listening = &outcome->listening;
	struct listener *there = listener_find(&listeners, listening, &outcome->frame.addr, 0);
	struct claim *claim = bpf_map_lookup_elem(&claims, &listening->key.claim);
	struct claim_step step = {.reason = COUNTER_no_claim};
	struct event *event = &listening->event;

	if (!claim)
		return;
	__builtin_memset(event, 0, sizeof(*event));
	bpf_spin_lock(&claim->lock);
	if (now_ns < claim->announced_since_ns) /* set by another CPU meanwhile */
		now_ns = claim->announced_since_ns;
	if (key_equal(&claim->key, &listening->key.claim)) {
		step = claim_confirm(claim, outcome->frame.to_mac, &outcome->frame.addr, there,
				     now_ns);
		if (there && mac_equal(claim->mac, outcome->frame.to_mac)) {
			if (there->answered_ns < claim->announced_since_ns)
				there->answered_ns = now_ns;
			there->tries = 0;
		}
	}
	event->took_ns = now_ns - claim->announced_since_ns;
	event_take(event, claim, &step, now_ns);
	__builtin_memcpy(event->mac, claim->mac, MAC_LEN);
	event->port = claim->port;
	bpf_spin_unlock(&claim->lock);
	count(step.reason);
	if (!step.changed)
		return;
	histogram_note(HISTOGRAM_announcement_to_confirmation, event->took_ns);
	event->key = listening->key.claim;
	event->listener = outcome->frame.addr;
	event_send(event);
}

/* ---- spoofed senders ---- */

/* Does the port's rule forbid the sender's MAC or address? */
static __always_inline int listen_is_forbidden(struct outcome *outcome)
{
	const struct port *port = bpf_map_lookup_elem(&ports, &outcome->event.port);

	if (!port || !(port->guards & GUARD_RULE))
		return 0;
	listen_begin(outcome, &outcome->frame.addr);
	guard_find(&outcome->guard_work, &outcome->listening.key.claim, outcome->frame.mac, port,
		   GUARD_RULE);
	return guard_check(&outcome->guard_work.guard, NULL) != 0;
}

/* Is the sender the guest that garpd announces for its address? */
static __always_inline int listen_is_owner(struct outcome *outcome)
{
	struct claim *claim;
	int is_owner;

	listen_begin(outcome, &outcome->frame.addr);
	claim = bpf_map_lookup_elem(&claims, &outcome->listening.key.claim);
	if (!claim)
		return 0;
	bpf_spin_lock(&claim->lock);
	is_owner = key_equal(&claim->key, &outcome->listening.key.claim) &&
		   claim_is_certain(claim->state) && mac_equal(claim->mac, outcome->frame.mac);
	bpf_spin_unlock(&claim->lock);
	return is_owner;
}

/* Does a guest use the address of a gateway that an uplink knows with another MAC? */
static __always_inline int listen_is_false_gateway(struct outcome *outcome)
{
	const struct listener *gateway;
	struct addr everybody = {};

	listen_begin(outcome, &everybody);
	gateway = listener_find(&gateways_heard, &outcome->listening, &outcome->frame.addr, 1);
	return gateway && !mac_equal(gateway->mac, outcome->frame.mac) && !listen_is_owner(outcome);
}

/* Is the sender a guest with a spoofed address? A global function, as hear_passive(). */
__noinline int listen_is_spoofed(__u32 role)
{
	struct outcome *outcome = outcome_of(OUTCOME_OF_FRAME);

	if (!outcome)
		return 1;
	return port_has_guests(role) &&
	       (listen_is_forbidden(outcome) || listen_is_false_gateway(outcome));
}

/* ---- learning ---- */

/*
 * Learns from an ordinary request or reply. The sender of a request for an address will have it
 * in its cache, and so does a host that replies to it (RFC 826, RFC 4861 7.2.3). A host that
 * replies from an uplink may be a gateway, which has every address in its cache.
 */
static __always_inline void listen_frame(struct outcome *outcome, __u32 role)
{
	struct addr everybody = {};
	__u64 now_ns;

	if (outcome->step.answered)
		return; /* the reply to garpd's own question */
	if (bpf_map_lookup_elem(&host, &outcome->frame.target))
		return; /* the host's own cache is read directly, and its addresses do not move */
	if (listen_is_spoofed(role))
		return count(COUNTER_listener_spoofed);
	now_ns = bpf_ktime_get_ns();
	listen_begin(outcome, &outcome->frame.target);
	listener_note(&listeners, &outcome->listening, now_ns);
	if (outcome->frame.to != FRAME_REPLY)
		return;
	listen_note_reply(outcome, now_ns);
	if (role != ROLE_UPLINK)
		return;
	listen_begin(outcome, &everybody);
	outcome->listening.record.gateway = 1;
	listener_note(&gateways_heard, &outcome->listening, now_ns);
}

#endif /* GARPD_LISTEN_H */
