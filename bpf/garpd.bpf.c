// SPDX-License-Identifier: GPL-2.0-only
/*
 * garpd.bpf.c - the entry points.
 *
 *	garpd_tc	on the ingress of every port: frame -> claim -> announcement. Passes
 *			every frame on, unchanged.
 *	garpd_xdp	the same in XDP modes. XDP cannot send: what is to be announced is owed,
 *			and said by garpd_speak as soon as the daemon has read the event. Drops
 *			probes beyond the port's limit where an operator wants that, else nothing.
 *	garpd_speak	run by the daemon when a deadline has passed, see struct speak_call.
 */
#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>

#include "abi.h"
#include "fabric.h"
#include "frame.h"
#include "hear.h"
#include "limit.h"
#include "maps.h"
#include "outcome.h"
#include "parse.h"
#include "speak.h"

/* Behind two inline tags: the most that parse.h looks at. */
#define FRAME_BYTES \
	(ETH_HLEN + 2 * sizeof(struct tag_wire) + sizeof(struct ipv6_wire) + ND_UNITS_MAX * ND_UNIT)

#define IPV6_NEXT_HEADER (ETH_HLEN + __builtin_offsetof(struct ipv6_wire, next_header))
#define IPV6_BEHIND	 (ETH_HLEN + sizeof(struct ipv6_wire))

/* Makes sure that the headers can be read directly; they nearly always can. */
static __always_inline void hear_pull(struct __sk_buff *skb)
{
	__u32 linear = skb->data_end - skb->data;

	if (linear < FRAME_BYTES && linear < skb->len)
		bpf_skb_pull_data(skb, skb->len < FRAME_BYTES ? skb->len : FRAME_BYTES);
}

/* Counts a round that went on the wire as well. Was it sent? */
static __always_inline int round_sent(int err, const struct port *port)
{
	if (!err && port->relay)
		count(COUNTER_relayed);
	return !err;
}

/*
 * The claim takes its step, which is then carried out: what is to be said is said with the very
 * frame, and recorded. Not inlined, as frame_parse().
 */
static __noinline void hear_and_speak(struct __sk_buff *skb, struct outcome *outcome,
				      const struct port *port)
{
	struct hearing hearing = {};
	int sent;

	if (!port || !outcome || hear_frame(outcome, skb->ifindex, port, HOOK_SPEAKS, &hearing))
		return;
	if (outcome->step.announce) {
		/* Whoever is announced for a frame, it is on the port that the frame came from. */
		sent = round_sent(
			speak_with_frame(skb, &outcome->speech, port, outcome->frame.offset), port);
		outcome_record(outcome, hearing.claim, sent, hearing.settings, hearing.now_ns);
	}
	outcome_finish(outcome);
}

static __always_inline void hear(struct __sk_buff *skb)
{
	__u32 ifindex = skb->ifindex;
	struct tags metadata = {};
	struct outcome *outcome;
	const struct port *port;

	if (skb->mark == GARPD_MARK)
		return count(COUNTER_own_frame);
	port = bpf_map_lookup_elem(&ports, &ifindex);
	if (!port)
		return count(COUNTER_other_port);
	if (skb->vlan_present) {
		metadata.proto = bpf_ntohs(skb->vlan_proto);
		metadata.tci = skb->vlan_tci;
	}
	hear_pull(skb);
	outcome = outcome_new(OUTCOME_OF_FRAME);
	if (!outcome)
		return;
	frame_parse((void *)(long)skb->data, (void *)(long)skb->data_end, &metadata,
		    &outcome->frame);
	if (outcome->frame.kind == FRAME_IGNORED)
		return count(outcome->frame.reason);
	hear_and_speak(skb, outcome, port);
}

/* Two bytes tell, and nearly always they can be read directly. */
static __always_inline int hear_likely_nd(struct __sk_buff *skb)
{
	const __u8 *data = (void *)(long)skb->data, *data_end = (void *)(long)skb->data_end;
	__u8 next_header, behind;

	if (data + IPV6_BEHIND + 1 <= data_end)
		return nd_is_likely(data[IPV6_NEXT_HEADER], data[IPV6_BEHIND]);
	if (bpf_skb_load_bytes(skb, IPV6_NEXT_HEADER, &next_header, 1) ||
	    bpf_skb_load_bytes(skb, IPV6_BEHIND, &behind, 1))
		return 0;
	return nd_is_likely(next_header, behind);
}

/* Can the frame say something to us? All others are passed for what this costs. */
static __always_inline int hear_likely(struct __sk_buff *skb)
{
	/* What is behind the outer tag, which the kernel has taken out by now. */
	__u32 proto = skb->protocol;

	if (proto == bpf_htons(ETH_P_IPV6))
		return hear_likely_nd(skb);
	return proto == bpf_htons(ETH_P_ARP) || proto == bpf_htons(ETH_P_8021Q) ||
	       proto == bpf_htons(ETH_P_8021AD);
}

SEC("tc")
int garpd_tc(struct __sk_buff *skb)
{
	if (hear_likely(skb))
		hear(skb);
	return TC_ACT_UNSPEC; /* the next program's turn, if there is one */
}

/* ---- XDP ---- */

/* Is this probe one too many for its port? Only where the operator wants such ones dropped. */
static __always_inline int hear_over_limit(const struct frame *frame, __u32 ifindex)
{
	const struct settings *set = settings_now();
	struct limit *limit;
	__u64 now_ns;
	int allowed;

	if (frame->kind != FRAME_PROBE || !set || !set->xdp_drop)
		return 0;
	limit = bpf_map_lookup_elem(&port_limits, &ifindex);
	if (!limit)
		return 0;
	now_ns = bpf_ktime_get_ns();
	bpf_spin_lock(&limit->lock);
	allowed = limit_allows(limit, set->probes_per_second, now_ns);
	bpf_spin_unlock(&limit->lock);
	if (!allowed)
		count(COUNTER_probe_over_limit);
	return !allowed;
}

/* The claim takes its step; what is to be said is owed. Not inlined, as frame_parse(). */
static __noinline void hear_and_owe(struct outcome *outcome, __u32 ifindex, const struct port *port)
{
	struct hearing hearing = {};

	if (port && outcome && !hear_frame(outcome, ifindex, port, HOOK_OWES, &hearing))
		outcome_finish(outcome);
}

static __always_inline int hear_xdp(void *data, void *data_end, __u32 ifindex)
{
	const struct port *port = bpf_map_lookup_elem(&ports, &ifindex);
	struct outcome *outcome = outcome_new(OUTCOME_OF_FRAME);
	struct tags inline_only = {};

	if (!outcome)
		return XDP_PASS;
	if (!port) {
		count(COUNTER_other_port);
		return XDP_PASS;
	}
	frame_parse(data, data_end, &inline_only, &outcome->frame);
	if (outcome->frame.kind == FRAME_IGNORED) {
		count(outcome->frame.reason);
		return XDP_PASS;
	}
	if (hear_over_limit(&outcome->frame, ifindex))
		return XDP_DROP;
	hear_and_owe(outcome, ifindex, port);
	return XDP_PASS;
}

/* As hear_likely(). What is cut short behind its first bytes is not ours. */
static __always_inline int hear_xdp_likely(const __u8 *data, const void *data_end)
{
	const struct eth_wire *eth = (const void *)data;

	if ((const void *)(eth + 1) > data_end)
		return 0;
	if (eth->proto != bpf_htons(ETH_P_IPV6))
		return eth->proto == bpf_htons(ETH_P_ARP) || frame_is_tag(eth->proto);
	return (const void *)(data + IPV6_BEHIND + 1) <= data_end &&
	       nd_is_likely(data[IPV6_NEXT_HEADER], data[IPV6_BEHIND]);
}

SEC("xdp")
int garpd_xdp(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *data_end = (void *)(long)ctx->data_end;

	if (hear_xdp_likely(data, data_end))
		return hear_xdp(data, data_end, ctx->ingress_ifindex);
	return XDP_PASS;
}

/* ---- speaking when it is due ---- */

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
	claim_noted(claim, op == SPEAK_REFRESHED || op == SPEAK_REPAIRED, now_ns);
	bpf_spin_unlock(&claim->lock);
	count(COUNTER_host_refreshed + op - SPEAK_REFRESHED);
}

static __always_inline void speak_claim(struct __sk_buff *skb, struct claim *claim,
					struct speak_call *call, const struct settings *set)
{
	struct outcome *outcome = outcome_new(OUTCOME_OF_SPEAK);
	const struct port *port;
	__u8 mac[MAC_LEN];
	struct policy policy;
	__u64 now_ns;
	int sent;

	if (!outcome)
		return;
	outcome->event.key = call->key;
	bpf_spin_lock(&claim->lock);
	__builtin_memcpy(mac, claim_whom(claim), MAC_LEN);
	bpf_spin_unlock(&claim->lock);
	policy = policy_of(&call->key.addr, mac);

	now_ns = bpf_ktime_get_ns();
	outcome->step.reason = COUNTER_not_due;
	bpf_spin_lock(&claim->lock);
	/* Judged was the MAC of a moment ago; if it is another one now, the daemon comes again. */
	if (key_equal(&claim->key, &call->key) && mac_equal(claim_whom(claim), mac))
		outcome->step = call->op == SPEAK_NOW ? claim_asked(claim, policy)
						      : claim_due(claim, policy, set, now_ns);
	outcome_take(outcome, claim, now_ns);
	bpf_spin_unlock(&claim->lock);

	__builtin_memcpy(outcome->event.mac, outcome->speech.mac, MAC_LEN);
	outcome->event.port = outcome->speech.port;
	if (outcome->step.announce) {
		outcome->speech.addr = call->key.addr;
		outcome->speech.form = set->form;
		port = speak_port(outcome);
		sent = port && round_sent(speak_from_nothing(skb, &outcome->speech, port), port);
		outcome_record(outcome, claim, sent, set, now_ns);
	}
	outcome_finish(outcome);
	call->result = outcome->event.reason; /* of a failure, what became of it */
	call->deadline_ns = outcome->event.deadline_ns;
}

SEC("tc")
int garpd_speak(struct __sk_buff *skb)
{
	const struct settings *set = settings_now();
	struct speak_call call = {};
	struct claim *claim;

	if (!set || skb->len < sizeof(struct speak_frame) ||
	    bpf_skb_load_bytes(skb, SPEAK_CALL_OFFSET, &call, sizeof(call)))
		return -1;
	call.deadline_ns = 0;
	call.result = COUNTER_no_claim;
	claim = bpf_map_lookup_elem(&claims, &call.key);
	if (call.op == SPEAK_FABRIC)
		fabric_announce(skb, claim, &call, set);
	else if (claim && call.op < SPEAK_FABRIC)
		speak_claim(skb, claim, &call, set);
	else if (claim && call.op < SPEAK_OPS)
		speak_note(claim, call.op);
	bpf_skb_store_bytes(skb, SPEAK_CALL_OFFSET, &call, sizeof(call), 0);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
