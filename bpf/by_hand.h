/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * by_hand.h - the claim of a guest that was not heard: an operator names its MAC and port. Guarded
 * as a probe from there would be.
 */
#ifndef GARPD_BY_HAND_H
#define GARPD_BY_HAND_H

#include "bpf/claim/claim.h"
#include "bpf/frame/arp.h"
#include "bpf/frame/ipv6.h"
#include "guard.h"
#include "hear.h"
#include "maps.h"
#include "outcome.h"
#include "speech.h"

/* The probe that the guest did not send. */
static __always_inline void by_hand_fill_frame(struct outcome *outcome, const struct port *port,
					       const struct speak_call *call)
{
	struct frame *frame = &outcome->frame;

	__builtin_memset(frame, 0, sizeof(*frame));
	frame->kind = FRAME_PROBE;
	__builtin_memset(frame->to_mac, 0xff, MAC_LEN);
	frame->addr = call->key.addr;
	speech_set_tags(&frame->tags, port, call->key.vlan);
	__builtin_memcpy(frame->mac, outcome->speech.mac, MAC_LEN);
}

/* Can a host have it? Probes for other addresses are ignored, too. */
static __always_inline int by_hand_is_host(const struct addr *addr)
{
	return addr_is_ipv4(addr) ? ipv4_is_host(addr->bytes + 12) : ipv6_is_host(addr->bytes);
}

/* Returns the enum counter of the guard that is against it, or 0. Sets the key of the event. */
static __always_inline __u16 by_hand_refused(struct outcome *outcome, const struct port *port,
					     const struct speak_call *call,
					     const struct settings *settings, struct heard *heard)
{
	struct claim_key *key = &outcome->event.key;

	if (!by_hand_is_host(&call->key.addr) || !mac_is_host(outcome->frame.mac))
		return COUNTER_probe_target;
	if (!settings->link_local && addr_is_link_local(&call->key.addr))
		return COUNTER_probe_link_local;
	key->addr = call->key.addr;
	if (vlan_find_segment(port, call->port, &outcome->frame.tags, key))
		return COUNTER_vlan_not_member;
	heard->policy = guard_judge(&outcome->guard_work, key, outcome->frame.mac, port);
	heard->policy.immediate = 0; /* it is asked first */
	return heard->policy.denied;
}

/*
 * The claim of the address, or a new one that counts against the quota of the port; no other gives
 * way to it. NULL: no room.
 */
static __always_inline struct claim *by_hand_find_claim(const struct claim_key *key, __u32 port,
							const struct settings *settings)
{
	struct claim *claim = bpf_map_lookup_elem(&claims, key);
	__u32 of = NEW_CLAIM_BY_HAND;
	struct limit *limit;

	if (claim)
		return claim;
	claim = bpf_map_lookup_elem(&new_claim, &of);
	limit = quota_of(port);
	if (!claim || (limit && !quota_take_claim(limit, settings)))
		return NULL;
	claim->key = *key; /* all other bytes are zero and never written */
	claim->quota_port = limit ? port : 0;
	if (bpf_map_update_elem(&claims, key, claim, BPF_NOEXIST) && limit)
		quota_give_claim(limit);
	return bpf_map_lookup_elem(&claims, key);
}

static __always_inline __u16 by_hand_run(struct outcome *outcome, const struct port *port,
					 const struct speak_call *call,
					 const struct settings *settings)
{
	struct heard heard = {.frame = &outcome->frame, .port = call->port, .role = port->role};
	__u16 refused = by_hand_refused(outcome, port, call, settings, &heard);
	struct claim *claim;
	__u64 now_ns;

	if (refused)
		return refused;
	if (!claimed_note(OUTCOME_OF_SPEAK) && !claimed_may_be_missed(port, settings))
		return COUNTER_probe_many_vlans;
	claim = by_hand_find_claim(&outcome->event.key, call->port, settings);
	if (!claim)
		return COUNTER_probe_over_quota;
	outcome->step.reason = COUNTER_no_claim;
	now_ns = bpf_ktime_get_ns();
	bpf_spin_lock(&claim->lock);
	if (key_equal(&claim->key, &outcome->event.key))
		outcome->step = claim_make_by_hand(claim, &heard, settings, now_ns);
	event_take(&outcome->event, claim, &outcome->step, now_ns);
	bpf_spin_unlock(&claim->lock);
	if (outcome->step.changed)
		event_send(&outcome->event);
	return outcome->step.reason;
}

/*
 * SPEAK_CLAIM. Sets call->result, which is counted, and the key of the claim that was made; its
 * window is over, so SPEAK_DUE goes on. Not inlined, as nd_parse().
 */
static __noinline void by_hand_claim(struct __sk_buff *skb, struct speak_call *call)
{
	const struct port *port = bpf_map_lookup_elem(&ports, &call->port);
	struct outcome *outcome = outcome_new(OUTCOME_OF_SPEAK);
	const struct settings *settings;

	call->result = COUNTER_claim_no_port;
	if (!outcome || !port || !port_has_guests(port->role) || !port->forwarding ||
	    bpf_skb_load_bytes(skb, SPEAK_MAC_OFFSET, outcome->speech.mac, MAC_LEN))
		return count(call->result);
	settings = settings_at(port->settings);
	if (!settings)
		return;
	by_hand_fill_frame(outcome, port, call);
	outcome->event.port = call->port;
	__builtin_memcpy(outcome->event.mac, outcome->frame.mac, MAC_LEN);
	call->result = by_hand_run(outcome, port, call, settings);
	if (call->result == COUNTER_claim_by_hand)
		call->key = outcome->event.key;
	count(call->result);
}

#endif /* GARPD_BY_HAND_H */
