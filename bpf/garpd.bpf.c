// SPDX-License-Identifier: GPL-2.0-only
/*
 * garpd.bpf.c - the entry points.
 *
 *	garpd_tc	on the ingress of every port: frame -> claim -> announcement. Passes
 *			every frame on, unchanged.
 *	garpd_xdp	the same in XDP modes. XDP cannot send: announcements are deferred, and
 *			sent by garpd_speak as soon as the daemon has read the event. Drops only
 *			probes beyond the port's limit, and only with xdp_drop_over_limit.
 *	garpd_host_out
 *			on the egress of every bridge, in every mode: what the host's stack, and
 *			the macvlans, VLAN devices and bridges above it say. It can only contradict
 *			a claim; a defender's announcement is deferred, as in XDP.
 *	garpd_host_in	on the ingress of every bridge: notes that an owner's frame has come through
 *			the bridge's filters. It is no probe, no objection, and no sign of life.
 *	garpd_speak	run by the daemon when deadlines have passed; see struct speak_call.
 */
#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>

#include "bpf/abi/abi.h"
#include "call.h"
#include "bpf/frame/frame.h"
#include "hear.h"
#include "maps.h"
#include "outcome.h"
#include "bpf/frame/parse.h"
#include "speak.h"

/* The most bytes that parse.h reads: behind two inline tags. */
#define FRAME_BYTES \
	(ETH_HLEN + 2 * sizeof(struct tag_wire) + sizeof(struct ipv6_wire) + ND_UNITS_MAX * ND_UNIT)

#define IPV6_NEXT_HEADER (ETH_HLEN + __builtin_offsetof(struct ipv6_wire, next_header))
#define IPV6_BEHIND	 (ETH_HLEN + sizeof(struct ipv6_wire))

/* Makes the headers directly readable; they nearly always are. */
static __always_inline void hear_pull(struct __sk_buff *skb)
{
	__u32 linear = skb->data_end - skb->data;

	if (linear < FRAME_BYTES && linear < skb->len)
		bpf_skb_pull_data(skb, skb->len < FRAME_BYTES ? skb->len : FRAME_BYTES);
}

/*
 * Runs the step of the claim and carries it out: an announcement is sent with the frame itself,
 * and recorded. Not inlined, as nd_parse().
 */
static __noinline void hear_and_speak(struct __sk_buff *skb, struct outcome *outcome,
				      const struct port *port)
{
	enum hook hook = HOOK_TC;
	struct hear_ctx ctx = {};
	int sent;

	if (!outcome)
		return;
	if (!speak_fits(&outcome->frame, skb->len))
		hook = HOOK_DEFERS;
	if (!port || hear_frame(outcome, skb->ifindex, port, hook, &ctx))
		return;
	if (hook == HOOK_TC && outcome->step.announce &&
	    outcome_reserve_round(outcome, ctx.claim, ctx.settings, ctx.now_ns)) {
		/* The announcement goes into the port that the frame came from. */
		sent = round_is_sent(
			speak_with_frame(skb, &outcome->speech, port, outcome->frame.offset), port);
		outcome_record(outcome, ctx.claim, sent, ctx.settings, ctx.now_ns);
		if (sent && outcome->step.announce == ANNOUNCE_GUEST)
			echo_note_announced(OUTCOME_OF_FRAME);
	}
	outcome_limit_event();
	outcome_finish(outcome, ctx.claim);
}

/* Parses the frame. Returns the outcome, which has it. */
static __always_inline struct outcome *hear_parse(struct __sk_buff *skb)
{
	struct tags metadata = {};
	struct outcome *outcome;

	if (skb->vlan_present) {
		metadata.proto = bpf_ntohs(skb->vlan_proto);
		metadata.tci = skb->vlan_tci;
	}
	hear_pull(skb);
	outcome = outcome_new(OUTCOME_OF_FRAME);
	if (outcome)
		frame_parse((void *)(long)skb->data, (void *)(long)skb->data_end, &metadata,
			    &outcome->frame);
	return outcome;
}

/* The port of the frame, which *outcome has then; NULL, counted: the frame does not count. */
static __always_inline const struct port *hear_begin(struct __sk_buff *skb,
						     struct outcome **outcome)
{
	__u32 ifindex = skb->ifindex, reason = COUNTER_own_frame;
	const struct port *port;

	if (skb->mark == GARPD_MARK)
		goto ignored;
	reason = COUNTER_other_port;
	port = bpf_map_lookup_elem(&ports, &ifindex);
	if (!port)
		goto ignored;
	*outcome = hear_parse(skb);
	if (!*outcome)
		return NULL;
	reason = (*outcome)->frame.reason;
	if ((*outcome)->frame.kind == FRAME_IGNORED)
		goto ignored;
	return hear_is_taken(port, ifindex) ? port : NULL;
ignored:
	count(reason);
	return NULL;
}

static __always_inline void hear(struct __sk_buff *skb)
{
	struct outcome *outcome;
	const struct port *port = hear_begin(skb, &outcome);

	if (!port)
		return;
	if (port_knows_vlan(port)) {
		hear_and_speak(skb, outcome, port);
		hear_passive(port->role);
	}
	if (port->any[0])
		claimed_hear(skb->ifindex);
}

/* Two bytes decide, and they are nearly always directly readable. */
static __always_inline int hear_is_likely_nd(struct __sk_buff *skb)
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

/* Can the frame be ARP or ND? This check is all that other frames cost. */
static __always_inline int hear_is_likely(struct __sk_buff *skb)
{
	/* The protocol behind the outer tag, which the kernel has moved into the skb. */
	__u32 proto = skb->protocol;

	if (proto == bpf_htons(ETH_P_IPV6))
		return hear_is_likely_nd(skb);
	return proto == bpf_htons(ETH_P_ARP) || proto == bpf_htons(ETH_P_8021Q) ||
	       proto == bpf_htons(ETH_P_8021AD);
}

SEC("tc")
int garpd_tc(struct __sk_buff *skb)
{
	if (hear_is_likely(skb))
		hear(skb);
	return TC_ACT_UNSPEC; /* continue with the next program */
}

/*
 * Runs the step of the claim; an announcement is deferred. Returns 0 or enum hear_result. Not
 * inlined, as nd_parse().
 */
static __noinline int hear_and_defer(struct outcome *outcome, __u32 ifindex,
				     const struct port *port, enum hook hook)
{
	struct hear_ctx ctx = {};
	int none;

	if (!port || !outcome)
		return HEAR_NO_STEP;
	none = hear_frame(outcome, ifindex, port, hook, &ctx);
	if (none)
		return none;
	outcome_limit_event();
	outcome_finish(outcome, ctx.claim);
	return 0;
}

/* ---- the bridge's own device ---- */

/*
 * Learns no listeners: the host's own cache is read directly, and what else is above the bridge
 * only contradicts.
 */
static __always_inline void hear_above(struct __sk_buff *skb)
{
	struct outcome *outcome;
	const struct port *port = hear_begin(skb, &outcome);

	if (!port)
		return;
	hear_and_defer(outcome, skb->ifindex, port, HOOK_DEFERS);
	if (port->any[0])
		claimed_hear(skb->ifindex);
}

SEC("tc")
int garpd_host_out(struct __sk_buff *skb)
{
	if (hear_is_likely(skb))
		hear_above(skb);
	return TC_ACT_UNSPEC;
}

/*
 * Does the frame say that its sender has the address? garpd's own announcement does, too: the same
 * filters have judged it.
 */
static __always_inline int through_is_meant(const struct frame *frame)
{
	return (frame->kind == FRAME_ANNOUNCEMENT || frame->kind == FRAME_ASSERTION) &&
	       !frame->relayed && !frame->tentative;
}

/* Not inlined, as nd_parse(). Counts nothing else: the frame was counted at its port. */
static __noinline void hear_through(struct outcome *outcome, __u32 ifindex, const struct port *port)
{
	struct event *event;
	struct claim *claim;
	__u64 now_ns;

	/* The filters of an inner bridge are not all that the host's entry is behind. */
	if (!outcome || !port || port->inner)
		return;
	event = &outcome->event;
	event->key.segment = port->segment;
	event->key.addr = outcome->frame.addr;
	event->port = ifindex;
	if (vlan_find(port, ifindex, &outcome->frame.tags, &event->key))
		return;
	claim = bpf_map_lookup_elem(&claims, &event->key);
	if (!claim)
		return;
	now_ns = bpf_ktime_get_ns();
	bpf_spin_lock(&claim->lock);
	if (key_equal(&claim->key, &event->key))
		outcome->step = claim_come_through(claim, outcome->frame.mac, now_ns);
	event_take(event, claim, &outcome->step, now_ns);
	bpf_spin_unlock(&claim->lock);
	if (!outcome->step.changed)
		return;
	count(outcome->step.reason);
	__builtin_memcpy(event->mac, outcome->frame.mac, MAC_LEN);
	event_send(event);
}

SEC("tc")
int garpd_host_in(struct __sk_buff *skb)
{
	__u32 ifindex = skb->ifindex;
	struct outcome *outcome;

	if (!hear_is_likely(skb))
		return TC_ACT_UNSPEC;
	outcome = hear_parse(skb);
	if (outcome && through_is_meant(&outcome->frame))
		hear_through(outcome, ifindex, bpf_map_lookup_elem(&ports, &ifindex));
	return TC_ACT_UNSPEC;
}

/* ---- XDP ---- */

static __always_inline int hear_xdp(void *data, void *data_end, __u32 ifindex)
{
	const struct port *port = bpf_map_lookup_elem(&ports, &ifindex);
	struct outcome *outcome = outcome_new(OUTCOME_OF_FRAME);
	const struct settings *settings;
	struct tags inline_only = {};
	int none = 0;

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
	if (!hear_is_taken(port, ifindex))
		return XDP_PASS;
	if (port_knows_vlan(port)) {
		none = hear_and_defer(outcome, ifindex, port, HOOK_XDP);
		hear_passive(port->role);
	}
	if (port->any[0])
		claimed_hear(ifindex);
	if (none == HEAR_OVER_LIMIT) {
		settings = settings_at(port->settings);
		if (settings && settings->xdp_drop)
			return XDP_DROP;
	}
	return XDP_PASS;
}

/* As hear_is_likely(). Truncated frames are not ARP or ND. */
static __always_inline int hear_is_likely_xdp(const __u8 *data, const void *data_end)
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

	if (hear_is_likely_xdp(data, data_end))
		return hear_xdp(data, data_end, ctx->ingress_ifindex);
	return XDP_PASS;
}

/* ---- garpd_speak ---- */

/*
 * Many calls are run in one go, before the kernel delivers what they have sent: a burst takes a
 * fifth less time so than with a BPF_PROG_RUN for each. But not more than it can queue. Reads no
 * whole call, for which Linux 5.10 would have no stack here.
 */
SEC("tc")
int garpd_speak(struct __sk_buff *skb)
{
	__u32 count = 0, frames = 0;
	__u16 op = 0;

	if (skb->len < sizeof(struct speak_frame) ||
	    bpf_skb_load_bytes(skb, SPEAK_OP_OFFSET, &op, sizeof(op)) ||
	    bpf_skb_load_bytes(skb, SPEAK_PORT_OFFSET, &count, sizeof(count)))
		return -1;
	if (op != SPEAK_LISTED)
		return call_run(skb, SPEAK_LIST_MAX) ? 0 : -1;
	for (__u32 place = 0; place < SPEAK_LIST_MAX && place < count && frames < SPEAK_FRAMES_MAX;
	     place++)
		frames += call_run(skb, place);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
