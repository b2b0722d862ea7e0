/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * segment.h - takes a claim along to the segment that its port is in now, after bridges were joined
 * or parted.
 */
#ifndef GARPD_SEGMENT_H
#define GARPD_SEGMENT_H

#include "hear.h"
#include "maps.h"
#include "outcome.h"
#include "speak_ask.h"

/*
 * Gives the listener in that place of the address to the claim's new key. A global function, as
 * nudge_listener(). Returns 0.
 */
__noinline int segment_take_listener(__u32 place)
{
	struct outcome *outcome = outcome_of(OUTCOME_OF_SPEAK);
	struct listening *listening;
	struct listener *there;

	if (!outcome)
		return 0;
	listening = &outcome->listening;
	listening->key.claim = outcome->moved_from;
	listening->key.place = place;
	there = bpf_map_lookup_elem(&listeners, &listening->key);
	if (!there)
		return 0;
	listening->record = *there;
	bpf_map_delete_elem(&listeners, &listening->key);
	listening->key.claim = outcome->event.key;
	bpf_map_update_elem(&listeners, &listening->key, &listening->record, BPF_NOEXIST);
	return 0;
}

/* Sets outcome->event.key to where a frame of the claim's guest is now. 0, or -1: nowhere. */
static __always_inline int segment_find_key(struct outcome *outcome, struct claim *claim)
{
	const struct port *port;
	__u32 ifindex;

	bpf_spin_lock(&claim->lock);
	ifindex = claim->port;
	outcome->frame.tags = claim->tags;
	bpf_spin_unlock(&claim->lock);
	port = bpf_map_lookup_elem(&ports, &ifindex);
	outcome->event.key = outcome->moved_from;
	return port ? vlan_find_segment(port, ifindex, &outcome->frame.tags, &outcome->event.key)
		    : -1;
}

/* Deletes the claim of that key, which is buried; its place in the quota goes back to the port. */
static __always_inline void segment_drop(const struct claim_key *key, __u32 quota_port)
{
	if (!bpf_map_delete_elem(&claims, key))
		quota_give_claim_of(quota_port);
}

/*
 * Buries the claim that has the address there, if the one that comes is later. Returns 1; 0 if it
 * stays; or -1: another CPU is deleting it.
 */
static __always_inline int segment_replace(const struct claim_key *key, struct claim *there,
					   const struct claim *copy)
{
	int is_replaced = -1;

	bpf_spin_lock(&there->lock);
	if (key_equal(&there->key, key))
		is_replaced = !!claim_is_later(copy, there);
	if (is_replaced == 1)
		claim_bury(there);
	bpf_spin_unlock(&there->lock);
	return is_replaced;
}

/* Is it found there? Or may it be missed, as where a probe makes a claim? */
static __always_inline int segment_has_room(const struct claim *copy)
{
	__u32 ifindex = copy->port;
	const struct settings *settings;
	const struct port *port;

	if (claimed_note(OUTCOME_OF_SPEAK))
		return 1;
	port = bpf_map_lookup_elem(&ports, &ifindex);
	settings = port ? settings_at(port->settings) : NULL;
	return settings && claimed_may_be_missed(port, settings);
}

/*
 * Puts the copy of the claim under its new key; it counts against the same quota. Returns the enum
 * counter of what was done.
 */
static __always_inline __u16 segment_put(struct outcome *outcome, const struct claim *copy)
{
	const struct claim_key *key = &outcome->event.key;
	struct claim *there = bpf_map_lookup_elem(&claims, key);
	__u16 result = COUNTER_segment_moved;
	int is_replaced;

	if (!segment_has_room(copy))
		return COUNTER_probe_no_room;
	if (there) {
		result = COUNTER_segment_merged;
		is_replaced = segment_replace(key, there, copy);
		if (is_replaced < 0)
			return COUNTER_probe_no_room;
		if (!is_replaced) {
			segment_drop(&outcome->moved_from, copy->quota_port);
			return result;
		}
		segment_drop(key, there->quota_port);
	}
	if (bpf_map_update_elem(&claims, key, copy, BPF_NOEXIST))
		return COUNTER_probe_no_room;
	bpf_map_delete_elem(&claims, &outcome->moved_from);
	return result;
}

/*
 * Copies the claim, and buries it: what other CPUs do with it from now on would be lost. Returns 0
 * if it was deleted meanwhile.
 */
static __always_inline int segment_take(const struct outcome *outcome, struct claim *claim,
					struct claim *copy)
{
	int is_there;

	bpf_spin_lock(&claim->lock);
	is_there = key_equal(&claim->key, &outcome->moved_from);
	if (is_there) {
		claim_take_over(copy, claim, &outcome->event.key);
		claim_bury(claim);
	}
	bpf_spin_unlock(&claim->lock);
	return is_there;
}

/* It could not be taken along, and stays. */
static __always_inline void segment_leave(const struct outcome *outcome, struct claim *claim)
{
	bpf_spin_lock(&claim->lock);
	claim->key.segment = outcome->moved_from.segment;
	bpf_spin_unlock(&claim->lock);
}

/* The guest that is asked is found by its segment. */
static __always_inline void segment_note_asked(struct outcome *outcome, const struct claim *copy)
{
	outcome->quota_port = copy->quota_port;
	outcome->gives_way = claim_can_give_way(copy);
	__builtin_memcpy(outcome->next.mac, copy->mac, MAC_LEN);
	if (claim_is_asked(copy))
		ask_note(copy->key.addr.bytes[15]);
}

/* Returns the claim that has the address there now, with what the daemon has to know of it. */
static __always_inline void segment_report(const struct outcome *outcome, struct speak_call *call)
{
	const struct claim *claim = bpf_map_lookup_elem(&claims, &outcome->event.key);

	call->key = outcome->event.key;
	if (!claim)
		return;
	call->deadline_ns = claim->deadline_ns;
	call->port = claim->port;
}

/*
 * SPEAK_MOVE_SEGMENT. Frames of the port have the new key already; nothing is said and no event is
 * sent. Not inlined, as nd_parse().
 */
static __noinline void segment_move(struct speak_call *call)
{
	struct outcome *outcome = outcome_new(OUTCOME_OF_SPEAK);
	struct claim *claim = bpf_map_lookup_elem(&claims, &call->key), *copy;
	__u32 of = NEW_CLAIM_OF_SPEAK, place;

	copy = bpf_map_lookup_elem(&new_claim, &of);
	if (!outcome || !claim || !copy)
		return;
	call->result = COUNTER_not_due;
	outcome->moved_from = call->key;
	if (segment_find_key(outcome, claim) ||
	    key_equal(&outcome->event.key, &outcome->moved_from))
		return;
	if (!segment_take(outcome, claim, copy))
		return;
	call->result = segment_put(outcome, copy);
	count(call->result);
	if (call->result == COUNTER_probe_no_room)
		return segment_leave(outcome, claim);
	for (place = 0; place < LISTENERS; place++)
		segment_take_listener(place);
	segment_note_asked(outcome, copy);
	segment_report(outcome, call);
}

#endif /* GARPD_SEGMENT_H */
