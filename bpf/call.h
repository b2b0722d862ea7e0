/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * call.h - the calls of garpd_speak (struct speak_call): one in its frame, or a list of them.
 */
#ifndef GARPD_CALL_H
#define GARPD_CALL_H

#include "by_hand.h"
#include "due.h"
#include "fabric.h"
#include "segment.h"

/*
 * The calls of garpd_speak that one BPF_PROG_RUN makes (SPEAK_LISTED). Written by the daemon, which
 * maps it into its own memory, and answered in place by garpd_speak. Not pinned: each daemon has
 * its own.
 */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, SPEAK_LIST_MAX);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, struct speak_call);
} speak_list SEC(".maps");

/* Is the frame one of the call's family? Nothing can change its protocol any more. */
static __always_inline int call_fits(const struct __sk_buff *skb, const struct speak_call *call)
{
	return addr_is_ipv4(&call->key.addr) == (skb->protocol == bpf_htons(ETH_P_ARP));
}

/*
 * The call at this place of the list; with SPEAK_LIST_MAX that in the frame. 0, or -1: it is not to
 * be run.
 */
static __always_inline int call_read(struct __sk_buff *skb, __u32 place, struct speak_call *call)
{
	const struct speak_call *listed = bpf_map_lookup_elem(&speak_list, &place);

	if (!listed)
		return bpf_skb_load_bytes(skb, SPEAK_CALL_OFFSET, call, sizeof(*call)) ? -1 : 0;
	*call = *listed;
	return call->op == SPEAK_DONE || !call_fits(skb, call) ? -1 : 0;
}

/* Where the call was. */
static __always_inline void call_answer(struct __sk_buff *skb, __u32 place, struct speak_call *call)
{
	struct speak_call *listed = bpf_map_lookup_elem(&speak_list, &place);

	if (!listed) {
		bpf_skb_store_bytes(skb, SPEAK_CALL_OFFSET, call, sizeof(*call), 0);
		return;
	}
	call->op = SPEAK_DONE;
	*listed = *call;
}

/*
 * How many frames the kernel may have to queue for the call: a round of two, also if it has only
 * asked, since a guest may answer before the next call; and nudges, which may be broadcasts. Each
 * at every port of the segment. At least 1.
 */
static __always_inline __u32 call_frames(const struct outcome *outcome)
{
	__u32 ports = GARPD_MAX_PORTS;
	const struct segment *segment;

	segment = bpf_map_lookup_elem(&segments, &outcome->call.key.segment);
	if (segment)
		ports = segment->ports + segment->missing;
	return ((2 + outcome->nudges.sent) * ports) ?: 1;
}

/*
 * Does what one call says; its place as in call_read(). A global function, so that the verifier
 * walks it once. Returns call_frames(); 0: it was not run.
 */
__noinline int call_run(struct __sk_buff *skb, __u32 place)
{
	struct outcome *outcome = outcome_of(OUTCOME_OF_SPEAK);
	const struct settings *settings = settings_now();
	struct speak_call *call;
	struct claim *claim;

	if (!outcome || !settings)
		return 0;
	call = &outcome->call;
	if (call_read(skb, place, call))
		return 0;
	outcome->nudges.sent = 0;
	call->deadline_ns = 0;
	call->result = COUNTER_no_claim;
	claim = bpf_map_lookup_elem(&claims, &call->key);
	if (call->op == SPEAK_FABRIC)
		fabric_announce(skb, claim, call);
	else if (call->op == SPEAK_MOVE_SEGMENT)
		segment_move(call);
	else if (call->op == SPEAK_CLAIM)
		by_hand_claim(skb, call);
	else if (claim && due_is_note(call->op))
		due_note(claim, &call->key, call->op);
	else if (claim)
		due_run_claim(skb, claim, call, settings);
	call_answer(skb, place, call);
	return call_frames(outcome);
}

#endif /* GARPD_CALL_H */
