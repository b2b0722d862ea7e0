/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * speak.h - saying it: an announcement is re-injected into the receive path of the guest's port,
 * as if the guest had sent it (DESIGN 1). The bridge then learns, floods and filters it, and the
 * host's own ARP processes it, with no code of ours. On a router port the router's ARP does; the
 * other hosts out there hear of it where the port relays.
 */
#ifndef GARPD_SPEAK_H
#define GARPD_SPEAK_H

#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>

#include "abi.h"
#include "frame.h"

#define NET_XMIT_CN 2 /* linux/netdevice.h: queued, but the queue is getting long */

/* Who is announced, with what, where. */
struct speech {
	__u8 mac[MAC_LEN];
	__u8 pad[2];
	struct addr addr;
	struct tags tags;
	__u32 port; /* ifindex */
	__u32 form; /* enum announce_form */
};

/*
 * Writes the ARP of one form over `arp_offset` and sends a clone: with BPF_F_INGRESS into the
 * port's receive path, with 0 out on its wire. 0, or the kernel's error.
 */
static __always_inline int speak_arp(struct __sk_buff *skb, const struct speech *speech,
				     __u32 arp_offset, __u16 op, __u64 flags)
{
	struct arp_wire arp = {
		.hrd = bpf_htons(ARP_ETHERNET),
		.pro = bpf_htons(ETH_P_IP),
		.hln = MAC_LEN,
		.pln = 4,
		.op = bpf_htons(op),
	};
	int err;

	__builtin_memcpy(arp.sha, speech->mac, MAC_LEN);
	__builtin_memcpy(arp.spa, speech->addr.bytes + 12, 4);
	__builtin_memcpy(arp.tpa, speech->addr.bytes + 12, 4);
	/* THA = SHA: with anything else Linux takes a reply for solicited and obeys its locktime.
	 */
	if (op == ARP_REPLY)
		__builtin_memcpy(arp.tha, speech->mac, MAC_LEN);
	err = bpf_skb_store_bytes(skb, arp_offset, &arp, sizeof(arp), BPF_F_RECOMPUTE_CSUM);
	if (err)
		return err;
	err = bpf_clone_redirect(skb, speech->port, flags);
	return err == NET_XMIT_CN ? 0 : err;
}

/* Each form that is wanted. */
static __always_inline int speak_forms(struct __sk_buff *skb, const struct speech *speech,
				       __u32 arp_offset, __u64 flags)
{
	int err = 0;

	if (speech->form & FORM_REQUEST)
		err = speak_arp(skb, speech, arp_offset, ARP_REQUEST, flags);
	if (speech->form & FORM_REPLY)
		err |= speak_arp(skb, speech, arp_offset, ARP_REPLY, flags);
	return err;
}

/*
 * To the other hosts on a router port's wire. With the router's own MAC as Ethernet source: the
 * guest's would move its entry on every switch in between to the router's port, and nothing would
 * reach it any more. Receivers go by the SHA (RFC 826).
 */
static __always_inline int speak_relay(struct __sk_buff *skb, const struct speech *speech,
				       const struct port *port, __u32 arp_offset)
{
	int err = bpf_skb_store_bytes(skb, MAC_LEN, port->mac, MAC_LEN, 0);

	return err ? err : speak_forms(skb, speech, arp_offset, 0);
}

/* One round: from the guest's MAC to everybody, marked as ours. `port` describes speech->port. */
static __always_inline int speak_round(struct __sk_buff *skb, const struct speech *speech,
				       const struct port *port, __u32 arp_offset)
{
	/* With an initialiser: a .rodata without variables, whose BTF Linux 5.10 refuses. */
	__u8 macs[2 * MAC_LEN];
	__u32 mark = skb->mark;
	int err;

	__builtin_memset(macs, 0xff, MAC_LEN);
	__builtin_memcpy(macs + MAC_LEN, speech->mac, MAC_LEN);
	err = bpf_skb_store_bytes(skb, 0, macs, sizeof(macs), 0);
	if (err)
		return err;
	skb->mark = GARPD_MARK;
	err = speak_forms(skb, speech, arp_offset, BPF_F_INGRESS);
	if (port->relay)
		err |= speak_relay(skb, speech, port, arp_offset);
	skb->mark = mark;
	return err;
}

/*
 * Announces with the guest's own frame, whose tags and priority it keeps, and gives the frame back
 * as it was. Neither store can fail once the first one has made the packet ours to write.
 */
static __always_inline int speak_with_frame(struct __sk_buff *skb, const struct speech *speech,
					    const struct port *port, __u32 arp_offset)
{
	__u8 macs[2 * MAC_LEN];
	struct arp_wire arp;
	int err;

	if (bpf_skb_load_bytes(skb, 0, macs, sizeof(macs)) ||
	    bpf_skb_load_bytes(skb, arp_offset, &arp, sizeof(arp)))
		return -1;
	err = speak_round(skb, speech, port, arp_offset);
	bpf_skb_store_bytes(skb, arp_offset, &arp, sizeof(arp), BPF_F_RECOMPUTE_CSUM);
	bpf_skb_store_bytes(skb, 0, macs, sizeof(macs), 0);
	return err;
}

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

/* Announces with a frame made here, out of a struct speak_frame that nobody else holds. */
static __always_inline int speak_from_nothing(struct __sk_buff *skb, const struct speech *speech,
					      const struct port *port)
{
	__u8 blank[sizeof(struct speak_frame) - ETH_HLEN] = {};
	__u16 proto = bpf_htons(ETH_P_ARP);
	__u32 arp_offset = ETH_HLEN;
	int err;

	if (speech->tags.inner_proto)
		arp_offset += sizeof(struct tag_wire);
	if (bpf_skb_store_bytes(skb, ETH_HLEN, blank, sizeof(blank), 0) ||
	    bpf_skb_store_bytes(skb, 2 * MAC_LEN, &proto, sizeof(proto), 0))
		return -1;
	err = speak_push_tags(skb, &speech->tags);
	if (!err)
		err = speak_round(skb, speech, port, arp_offset);
	speak_pop_tags(skb, &speech->tags);
	return err;
}

#endif /* GARPD_SPEAK_H */
