/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * speak.h - sends announcements: re-injects them into the receive path of the guest's port, as
 * if the guest had sent them. The kernel does the rest: the bridge learns, floods and filters
 * the frame, and the host's own ARP or ND processes it. On a router port only the router's own
 * ARP or ND gets it; with relay it is also sent to the other hosts on the LAN.
 */
#ifndef GARPD_SPEAK_H
#define GARPD_SPEAK_H

#include "outcome.h"
#include "speak_arp.h"
#include "speak_nd.h"
#include "speech.h"

static __always_inline int speak_forms(struct __sk_buff *skb, struct speech *speech, __u32 offset,
				       __u64 flags)
{
	if (speech_is_ipv6(speech))
		return speak_nd(skb, speech, offset, flags);
	return speak_arp(skb, speech, offset, flags);
}

/*
 * Sends to the other hosts on a router port's wire, with the router's own MAC as Ethernet
 * source: the guest's MAC would move its FDB entry on every switch to the router's port and cut
 * it off. Receivers go by the SHA (RFC 826) or the option (RFC 4861 7.2.5).
 */
static __always_inline int speak_relay(struct __sk_buff *skb, struct speech *speech,
				       const struct port *port, __u32 offset)
{
	int err = bpf_skb_store_bytes(skb, MAC_LEN, port->mac, MAC_LEN, 0);

	return err ? err : speak_forms(skb, speech, offset, 0);
}

/* The destination MAC of announcements: broadcast, or the group of all nodes. */
static __always_inline int speak_set_macs(struct __sk_buff *skb, const struct speech *speech)
{
	__u8 dst[MAC_LEN], group[16];

	__builtin_memset(dst, 0xff, MAC_LEN);
	if (speech_is_ipv6(speech)) {
		ipv6_set_all_nodes(group);
		mac_from_group(dst, group);
	}
	return speech_set_macs(skb, speech, dst);
}

/*
 * Sends one round, from the guest's MAC to all hosts, with GARPD_MARK, written at `offset`.
 * `port` describes speech->port. Returns 0 or the kernel's error.
 */
static __always_inline int speak_round(struct __sk_buff *skb, struct speech *speech,
				       const struct port *port, __u32 offset)
{
	__u32 mark = skb->mark;
	int err = speak_set_macs(skb, speech);

	if (err)
		return err;
	skb->mark = GARPD_MARK;
	err = speak_forms(skb, speech, offset, speech_from(port));
	if (port->relay)
		err |= speak_relay(skb, speech, port, offset);
	skb->mark = mark;
	return err;
}

/* ---- with the guest's own frame, whose tags and priority it keeps ---- */

static __always_inline int speak_over_arp(struct __sk_buff *skb, struct speech *speech,
					  const struct port *port, __u32 offset)
{
	struct arp_wire arp;
	int err = bpf_skb_load_bytes(skb, offset, &arp, sizeof(arp));

	if (err)
		return err;
	err = speak_round(skb, speech, port, offset);
	bpf_skb_store_bytes(skb, offset, &arp, sizeof(arp), BPF_F_RECOMPUTE_CSUM);
	return err;
}

static __always_inline int speak_over_nd(struct __sk_buff *skb, struct speech *speech,
					 const struct port *port, __u32 offset)
{
	__u32 len = skb->len;
	int err = speak_nd_keep(skb, speech, offset, len);

	if (err)
		return err;
	err = speak_round(skb, speech, port, offset);
	speak_nd_restore(skb, speech, offset, len);
	return err;
}

/* Can a frame of this length carry the announcement and be restored afterwards? */
static __always_inline int speak_fits(const struct frame *frame, __u32 len)
{
	return addr_is_ipv4(&frame->addr) || len == frame->offset + ND_DAD_NONCE_BYTES ||
	       len == frame->offset + ND_DAD_BYTES;
}

/*
 * Announces with the guest's own frame and restores it. After the first store, which makes the
 * packet writable, no store can fail.
 */
static __always_inline int speak_with_frame(struct __sk_buff *skb, struct speech *speech,
					    const struct port *port, __u32 offset)
{
	__u8 macs[2 * MAC_LEN];
	int err;

	if (bpf_skb_load_bytes(skb, 0, macs, sizeof(macs)))
		return -1;
	if (speech_is_ipv6(speech))
		err = speak_over_nd(skb, speech, port, offset);
	else
		err = speak_over_arp(skb, speech, port, offset);
	bpf_skb_store_bytes(skb, 0, macs, sizeof(macs), 0);
	return err;
}

/* ---- with a frame made from nothing ---- */

/* The inner tag first: the kernel keeps the last one pushed outside the packet. */
static __always_inline int speak_push_tags(struct __sk_buff *skb, const struct tags *tags)
{
	int err = 0;

	if (tags->inner_proto)
		err = bpf_skb_vlan_push(skb, bpf_htons(tags->inner_proto), tags->inner_tci);
	if (!err && tags->proto)
		err = bpf_skb_vlan_push(skb, bpf_htons(tags->proto), tags->tci);
	return err;
}

static __always_inline void speak_pop_tags(struct __sk_buff *skb, const struct tags *tags)
{
	if (tags->proto)
		bpf_skb_vlan_pop(skb);
	if (tags->inner_proto)
		bpf_skb_vlan_pop(skb);
}

/* Makes an empty frame of the right length from a struct speak_frame, which is not shared. */
static __always_inline int speak_blank(struct __sk_buff *skb, struct speech *speech)
{
	__u16 proto = speech_is_ipv6(speech) ? bpf_htons(ETH_P_IPV6) : bpf_htons(ETH_P_ARP);
	int err;

	/* In the map: the stack of garpd_speak has no room for it. */
	__builtin_memset(&speech->kept, 0, sizeof(speech->kept));
	err = bpf_skb_store_bytes(skb, ETH_HLEN, &speech->kept,
				  sizeof(struct speak_frame) - ETH_HLEN, 0);
	if (!err)
		err = bpf_skb_store_bytes(skb, 2 * MAC_LEN, &proto, sizeof(proto), 0);
	if (!err && speech_is_ipv6(speech))
		err = speak_nd_grow(skb, ETH_HLEN);
	return err;
}

/*
 * Makes an empty frame with the guest's tags; ARP or IPv6 begins at *offset. Call speak_unmake()
 * afterwards, also on error.
 */
static __always_inline int speak_make(struct __sk_buff *skb, struct speech *speech, __u32 *offset)
{
	int err = speak_blank(skb, speech);

	*offset = ETH_HLEN + (speech->tags.inner_proto ? sizeof(struct tag_wire) : 0);
	return err ? err : speak_push_tags(skb, &speech->tags);
}

/* Restores the length of the struct speak_frame. */
static __always_inline void speak_unmake(struct __sk_buff *skb, const struct speech *speech)
{
	speak_pop_tags(skb, &speech->tags);
	if (speech_is_ipv6(speech))
		bpf_skb_change_tail(skb, sizeof(struct speak_frame), 0);
}

/*
 * Announces outcomes[OUTCOME_OF_SPEAK].speech with a struct speak_frame. A global function, with
 * a stack frame of its own. Returns 0 or the kernel's error.
 */
__noinline int speak_with_blank(struct __sk_buff *skb)
{
	struct outcome *outcome = outcome_of(OUTCOME_OF_SPEAK);
	const struct port *port;
	__u32 offset;
	int err;

	if (!outcome)
		return -1;
	port = bpf_map_lookup_elem(&ports, &outcome->speech.port);
	if (!port)
		return -1;
	err = speak_make(skb, &outcome->speech, &offset);
	if (!err)
		err = speak_round(skb, &outcome->speech, port, offset);
	speak_unmake(skb, &outcome->speech);
	return err;
}

#endif /* GARPD_SPEAK_H */
