/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * speak_nudge.h - nudges: an ordinary request from the address to each of its listeners. RFC 826
 * and RFC 4861 7.2.3 oblige them to take over the sender's MAC, even if they ignore gratuitous
 * ARP or have no entry. The reply, unicast to the guest's MAC, is the proof (listen.h).
 */
#ifndef GARPD_SPEAK_NUDGE_H
#define GARPD_SPEAK_NUDGE_H

#include "listen.h"
#include "speak.h"

/* The longest time that receivers keep an entry without asking again: Cisco IOS's ARP timeout. */
#define LISTENER_AGE_NS (4 * 3600 * NSEC_PER_SEC)

/* To the listener alone if its MAC is known, else broadcast or to its solicited-node group. */
static __always_inline int nudge_set_macs(struct __sk_buff *skb, const struct speech *speech,
					  const struct listener *listener)
{
	__u8 dst[MAC_LEN], group[16];

	__builtin_memset(dst, 0xff, MAC_LEN);
	if (!mac_is_zero(listener->mac)) {
		__builtin_memcpy(dst, listener->mac, MAC_LEN);
	} else if (speech_is_ipv6(speech)) {
		ipv6_set_solicited_node(group, &listener->addr);
		mac_from_group(dst, group);
	}
	return speech_set_macs(skb, speech, dst);
}

static __always_inline int nudge_arp(struct __sk_buff *skb, const struct speech *speech,
				     const struct listener *listener, __u32 offset)
{
	struct arp_wire arp;

	arp_begin(&arp, ARP_REQUEST, &speech->addr, speech->mac);
	__builtin_memcpy(arp.tpa, listener->addr.bytes + 12, 4);
	return bpf_skb_store_bytes(skb, offset, &arp, sizeof(arp), BPF_F_RECOMPUTE_CSUM);
}

static __always_inline int nudge_nd(struct __sk_buff *skb, struct speech *speech,
				    const struct listener *listener, __u32 offset)
{
	nd_nudge(&speech->message, &speech->addr, speech->mac, &listener->addr,
		 !mac_is_zero(listener->mac));
	return bpf_skb_store_bytes(skb, offset, &speech->message, sizeof(speech->message),
				   BPF_F_RECOMPUTE_CSUM);
}

/* Is the listener to be nudged? Not if it has replied, is the guest itself, or has aged out. */
static __always_inline int nudge_is_wanted(const struct listener *listener,
					   const struct speech *speech, __u64 since_ns,
					   __u64 now_ns)
{
	return listener->answered_ns < since_ns && !mac_equal(listener->mac, speech->mac) &&
	       !addr_equal(&listener->addr, &speech->addr) &&
	       (listener->gateway || listener_is_recent(listener, LISTENER_AGE_NS, now_ns));
}

/* ---- gateways, which have every address in their cache ---- */

static __always_inline void nudge_add_gateway(struct outcome *outcome, const struct addr *addr,
					      const __u8 *mac, __u64 now_ns)
{
	struct listening *listening = &outcome->listening;

	if (addr_is_ipv4(addr) != addr_is_ipv4(&outcome->event.key.addr))
		return;
	listening->key.claim = outcome->event.key;
	__builtin_memset(&listening->record, 0, sizeof(listening->record));
	listening->record.addr = *addr;
	listening->record.gateway = 1;
	if (mac)
		__builtin_memcpy(listening->record.mac, mac, MAC_LEN);
	listener_note(&listeners, listening, now_ns);
}

/* Adds a gateway that the configuration names. A global function, as nudge_listener(). */
__noinline int nudge_add_named(__u32 at)
{
	struct outcome *outcome = outcome_of(OUTCOME_OF_SPEAK);
	const struct addr *named = bpf_map_lookup_elem(&gateways, &at);

	if (outcome && named && !addr_is_none(named))
		nudge_add_gateway(outcome, named, NULL, bpf_ktime_get_ns());
	return 0;
}

/* Adds a gateway that was heard in the segment. A global function, as nudge_listener(). */
__noinline int nudge_add_heard(__u32 place)
{
	struct outcome *outcome = outcome_of(OUTCOME_OF_SPEAK);
	__u64 now_ns = bpf_ktime_get_ns();
	const struct listener *there;

	if (!outcome)
		return 0;
	outcome->listening.key.claim = outcome->event.key;
	__builtin_memset(&outcome->listening.key.claim.addr, 0, sizeof(struct addr));
	outcome->listening.key.place = place;
	there = bpf_map_lookup_elem(&gateways_heard, &outcome->listening.key);
	if (there && listener_is_recent(there, LISTENER_AGE_NS, now_ns))
		nudge_add_gateway(outcome, &there->addr, there->mac, now_ns);
	return 0;
}

static __always_inline void nudge_add_gateways(void)
{
	__u32 i;

	for (i = 0; i < GARPD_MAX_GATEWAYS; i++)
		nudge_add_named(i);
	for (i = 0; i < LISTENERS; i++)
		nudge_add_heard(i);
}

/* ---- a round ---- */

static __always_inline int nudge_send(struct __sk_buff *skb, struct speech *speech,
				      const struct listener *listener, __u32 offset)
{
	int err = nudge_set_macs(skb, speech, listener);

	if (!err)
		err = speech_is_ipv6(speech) ? nudge_nd(skb, speech, listener, offset)
					     : nudge_arp(skb, speech, listener, offset);
	return err ? err : speech_send(skb, speech, BPF_F_INGRESS);
}

/* Counts one more nudge since the announcing began, before it leaves: the reply may be as quick. */
static __always_inline void nudge_note(struct listener *listener, __u64 since_ns, __u64 now_ns)
{
	if (listener->nudged_ns < since_ns)
		listener->tries = 0;
	if (listener->tries < 0xff)
		listener->tries++;
	listener->nudged_ns = now_ns;
}

/*
 * Nudges the listener in one place of the address of outcomes[OUTCOME_OF_SPEAK], if it is to be
 * nudged, with the frame at outcome->nudges.offset. A global function, so that the verifier
 * walks it once and not once per listener.
 */
__noinline int nudge_listener(struct __sk_buff *skb, __u32 place)
{
	struct outcome *outcome = outcome_of(OUTCOME_OF_SPEAK);
	const struct settings *settings = settings_now();
	__u64 now_ns = bpf_ktime_get_ns();
	struct listener *listener;
	struct nudges *nudges;
	__u64 before_ns;

	if (!outcome || !settings)
		return 0;
	nudges = &outcome->nudges;
	outcome->listening.key.claim = outcome->event.key;
	outcome->listening.key.place = place;
	listener = bpf_map_lookup_elem(&listeners, &outcome->listening.key);
	if (!listener || !nudge_is_wanted(listener, &outcome->speech, nudges->since_ns, now_ns))
		return 0;
	nudges->waiting++;
	if (nudges->count_only)
		return 0;
	if (quota_is_exceeded(outcome->speech.port, LIMIT_NUDGE, settings, now_ns)) {
		count(COUNTER_nudge_over_limit);
		return 0;
	}
	before_ns = listener->nudged_ns;
	nudge_note(listener, nudges->since_ns, now_ns);
	if (nudge_send(skb, &outcome->speech, listener, nudges->offset)) {
		listener->nudged_ns = before_ns;
		listener->tries--;
		count(COUNTER_nudge_failed);
		return 0;
	}
	nudges->sent++;
	count(COUNTER_nudged);
	return 0;
}

/* Sends a round of nudges as outcome->nudges says, with a struct speak_frame, which is restored. */
static __always_inline void nudge_round(struct __sk_buff *skb, struct outcome *outcome)
{
	__u32 mark = skb->mark, place;
	int err = speak_make(skb, &outcome->speech, &outcome->nudges.offset);

	skb->mark = GARPD_MARK;
	for (place = 0; !err && place < LISTENERS; place++)
		nudge_listener(skb, place);
	skb->mark = mark;
	speak_unmake(skb, &outcome->speech);
}

#endif /* GARPD_SPEAK_NUDGE_H */
