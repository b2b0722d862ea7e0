/* SPDX-License-Identifier: GPL-2.0-only */
/* room.h - room in the quota of a port: which claims give way, and the word to the daemon. */
#ifndef GARPD_ROOM_H
#define GARPD_ROOM_H

#include "bpf/claim/claim.h"
#include "maps.h"
#include "outcome.h"
#include "quota.h"

/*
 * Makes room in the port's quota: a claim whose guest has not answered is forgotten. Returns 1 if
 * there is room for one more. A global function, so that the verifier walks it once; its scratch
 * space is outcomes[OUTCOME_OF_FRAME].
 */
__noinline int hear_give_way(__u32 port)
{
	struct outcome *outcome = outcome_of(OUTCOME_OF_FRAME);
	struct limit *limit = quota_of(port);
	struct claim_step step = {};
	struct claim *claim;
	struct event *event;
	__u64 now_ns;

	if (!outcome || !limit)
		return 0;
	quota_take_unanswered(limit, &outcome->unanswered);
	claim = bpf_map_lookup_elem(&claims, &outcome->unanswered);
	if (!claim)
		return 0;
	event = &outcome->listening.event;
	__builtin_memset(event, 0, sizeof(*event));
	now_ns = bpf_ktime_get_ns();
	bpf_spin_lock(&claim->lock);
	if (key_equal(&claim->key, &outcome->unanswered))
		step = claim_give_way(claim, port, now_ns);
	if (step.forget)
		claim_bury(claim);
	event_take(event, claim, &step, now_ns);
	__builtin_memcpy(event->mac, claim->mac, MAC_LEN);
	bpf_spin_unlock(&claim->lock);
	if (!step.forget)
		return 0;
	count(step.reason);
	event->key = outcome->unanswered;
	event->port = port;
	event_send(event);
	return !bpf_map_delete_elem(&claims, &outcome->unanswered);
}

/*
 * Tells the daemon that the port's quota is nearly used up, so that it makes room. A global
 * function, as hear_give_way(). Returns 0.
 */
__noinline int hear_tell_filling(__u32 port)
{
	struct outcome *outcome = outcome_of(OUTCOME_OF_FRAME);
	const struct settings *settings = settings_now();
	struct limit *limit = quota_of(port);
	struct event *event;

	if (!outcome || !settings || !limit || !limit_is_filling(limit, settings))
		return 0;
	event = &outcome->listening.event;
	__builtin_memset(event, 0, sizeof(*event));
	event->time_ns = bpf_ktime_get_ns();
	event->key = outcome->event.key;
	event->port = port;
	event->reason = COUNTER_port_filling;
	__builtin_memcpy(event->mac, outcome->frame.mac, MAC_LEN);
	count(COUNTER_port_filling);
	event_send(event);
	return 0;
}

#endif /* GARPD_ROOM_H */
