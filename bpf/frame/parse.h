/* SPDX-License-Identifier: GPL-2.0-only */
/* parse.h - parses a frame: Ethernet and VLAN tags here, then ARP or ND. */
#ifndef GARPD_FRAME_PARSE_H
#define GARPD_FRAME_PARSE_H

#include "arp.h"
#include "frame.h"
#include "nd.h"

/* Appends a tag: outer first, then inner. Returns 0, or -1 for a third one. */
static __always_inline int frame_add_tag(struct tags *tags, __u16 proto, __u16 tci)
{
	if (!tags->proto) {
		tags->proto = proto;
		tags->tci = tci;
	} else if (!tags->inner_proto) {
		tags->inner_proto = proto;
		tags->inner_tci = tci;
	} else {
		return -1;
	}
	return 0;
}

/*
 * Parses from the Ethernet header at `data`. All of `frame` is set, also for an ignored one.
 * `metadata` is the tag that the kernel has moved from the packet into the skb (tc), else zero;
 * proto and tci in host order.
 */
static __always_inline void frame_parse(const void *data, const void *data_end,
					const struct tags *metadata, struct frame *frame)
{
	const struct eth_wire *eth = data;
	const __u8 *next = (const __u8 *)(eth + 1);
	__u16 proto;
	int i;

	__builtin_memset(frame, 0, sizeof(*frame));
	frame->tags = *metadata;
	if ((const void *)next > data_end)
		return frame_ignore(frame, COUNTER_truncated);
	proto = eth->proto;
	__builtin_memcpy(frame->to_mac, eth->dst, MAC_LEN);

	for (i = 0; i < FRAME_TAGS; i++) {
		const struct tag_wire *tag = (const void *)next;

		if (!frame_is_tag(proto))
			break;
		if ((const void *)(tag + 1) > data_end)
			return frame_ignore(frame, COUNTER_truncated);
		if (frame_add_tag(&frame->tags, frame_be16(proto), frame_be16(tag->tci)))
			return frame_ignore(frame, COUNTER_too_many_tags);
		proto = tag->proto;
		next += sizeof(*tag);
	}
	if (frame_is_tag(proto))
		return frame_ignore(frame, COUNTER_too_many_tags);
	frame->offset = next - (const __u8 *)data;
	/*
	 * Read back from the map, so that the verifier walks the rest once and not once per
	 * number of tags.
	 */
	next = (const __u8 *)data + *(volatile __u8 *)&frame->offset;
	if (proto == frame_be16(ETH_P_IPV6))
		return nd_parse(frame, eth, next, data_end);
	if (proto != frame_be16(ETH_P_ARP))
		return frame_ignore(frame, COUNTER_other_protocol);
	if ((const void *)(next + sizeof(struct arp_wire)) > data_end)
		return frame_ignore(frame, COUNTER_truncated);
	arp_classify(frame, eth, (const struct arp_wire *)next);
}

#endif /* GARPD_FRAME_PARSE_H */
