/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * frame.h - what a frame says about an address: Ethernet, VLAN tags, ARP.
 *
 * Pure: bytes in, struct frame out. Compiled into the BPF programs, the unit tests and the
 * fuzzers, so every read is checked against `data_end` and nothing is called.
 */
#ifndef GARPD_FRAME_H
#define GARPD_FRAME_H

#include <linux/if_ether.h>

#include "abi.h"

#ifndef __always_inline
#define __always_inline inline __attribute__((always_inline))
#endif

/* Constant arguments only: the switch of byte order that both compilers fold. */
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define frame_be16(x) ((__u16)__builtin_bswap16(x))
#else
#define frame_be16(x) ((__u16)(x))
#endif

#define ARP_ETHERNET 1 /* RFC 826, ar$hrd */
#define ARP_REQUEST  1
#define ARP_REPLY    2
#define VLAN_VID     0x0fff /* of a TCI */
#define FRAME_TAGS   2	    /* the most that we look behind */

struct eth_wire {
	__u8 dst[MAC_LEN];
	__u8 src[MAC_LEN];
	__u16 proto; /* network byte order */
} __attribute__((packed));

struct tag_wire {
	__u16 tci;   /* network byte order */
	__u16 proto; /* of what follows, network byte order */
} __attribute__((packed));

/* ARP for IPv4 over Ethernet, RFC 826. */
struct arp_wire {
	__u16 hrd; /* this and the next, network byte order */
	__u16 pro;
	__u8 hln;
	__u8 pln;
	__u16 op; /* network byte order */
	__u8 sha[MAC_LEN];
	__u8 spa[4];
	__u8 tha[MAC_LEN];
	__u8 tpa[4];
} __attribute__((packed));
_Static_assert(sizeof(struct arp_wire) == 28, "RFC 826");

enum frame_kind {
	FRAME_IGNORED,	    /* says nothing that counts; `reason` says why */
	FRAME_PROBE,	    /* its sender would like the address */
	FRAME_ANNOUNCEMENT, /* its sender tells everybody that it has the address */
	FRAME_ASSERTION,    /* its sender has the address, as any ordinary ARP shows */
};

struct frame {
	__u8 kind;	 /* enum frame_kind */
	__u8 reason;	 /* enum counter, of a FRAME_IGNORED */
	__u8 relayed;	 /* the Ethernet source is not the MAC that the ARP speaks of */
	__u8 arp_offset; /* bytes from the Ethernet header to the ARP, inline tags included */
	struct tags tags;
	__u8 mac[MAC_LEN]; /* who has or wants it: SHA */
	__u8 pad[2];
	struct addr addr; /* what it is about: TPA of a probe, else SPA */
};

static __always_inline int frame_is_tag(__u16 proto)
{
	return proto == frame_be16(ETH_P_8021Q) || proto == frame_be16(ETH_P_8021AD);
}

static __always_inline int mac_equal(const __u8 *a, const __u8 *b)
{
	return !((a[0] ^ b[0]) | (a[1] ^ b[1]) | (a[2] ^ b[2]) | (a[3] ^ b[3]) | (a[4] ^ b[4]) |
		 (a[5] ^ b[5]));
}

static __always_inline int mac_is_zero(const __u8 *mac)
{
	return !(mac[0] | mac[1] | mac[2] | mac[3] | mac[4] | mac[5]);
}

static __always_inline int mac_is_broadcast(const __u8 *mac)
{
	return (mac[0] & mac[1] & mac[2] & mac[3] & mac[4] & mac[5]) == 0xff;
}

/* Unicast and not zero: a MAC that a host can have. */
static __always_inline int mac_is_host(const __u8 *mac)
{
	return !(mac[0] & 1) && !mac_is_zero(mac);
}

static __always_inline int ipv4_is_zero(const __u8 *ip)
{
	return !(ip[0] | ip[1] | ip[2] | ip[3]);
}

static __always_inline int ipv4_equal(const __u8 *a, const __u8 *b)
{
	return !((a[0] ^ b[0]) | (a[1] ^ b[1]) | (a[2] ^ b[2]) | (a[3] ^ b[3]));
}

/* Not 0/8, 127/8 nor 224/3 (multicast, reserved, broadcast): an address that a host can have. */
static __always_inline int ipv4_is_host(const __u8 *ip)
{
	return ip[0] != 0 && ip[0] != 127 && ip[0] < 224;
}

/* ::ffff:a.b.c.d */
static __always_inline void addr_from_ipv4(struct addr *addr, const __u8 *ip)
{
	__builtin_memset(addr->bytes, 0, 10);
	addr->bytes[10] = 0xff;
	addr->bytes[11] = 0xff;
	__builtin_memcpy(addr->bytes + 12, ip, 4);
}

static __always_inline int addr_is_link_local(const struct addr *addr)
{
	return addr->bytes[12] == 169 && addr->bytes[13] == 254;
}

static __always_inline void frame_ignore(struct frame *frame, enum counter reason)
{
	frame->kind = FRAME_IGNORED;
	frame->reason = reason;
}

/* The rules of DESIGN 4 for an ARP that claims no sender address, RFC 5227 2.1.1. */
static __always_inline void frame_classify_probe(struct frame *frame, const struct eth_wire *eth,
						 const struct arp_wire *arp)
{
	if (arp->op != frame_be16(ARP_REQUEST))
		return frame_ignore(frame, COUNTER_probe_reply);
	if (!mac_is_broadcast(eth->dst))
		return frame_ignore(frame, COUNTER_probe_unicast);
	if (frame->relayed)
		return frame_ignore(frame, COUNTER_probe_spoofed);
	/* RFC 5227 wants zero and tells receivers not to look; arping -D sends ones. */
	if (!mac_is_zero(arp->tha) && !mac_is_broadcast(arp->tha))
		return frame_ignore(frame, COUNTER_probe_tha);
	if (!ipv4_is_host(arp->tpa))
		return frame_ignore(frame, COUNTER_probe_target);
	addr_from_ipv4(&frame->addr, arp->tpa);
	frame->kind = FRAME_PROBE;
}

static __always_inline void frame_classify_arp(struct frame *frame, const struct eth_wire *eth,
					       const struct arp_wire *arp)
{
	if (arp->hrd != frame_be16(ARP_ETHERNET) || arp->pro != frame_be16(ETH_P_IP) ||
	    arp->hln != MAC_LEN || arp->pln != 4)
		return frame_ignore(frame, COUNTER_malformed);
	if (arp->op != frame_be16(ARP_REQUEST) && arp->op != frame_be16(ARP_REPLY))
		return frame_ignore(frame, COUNTER_malformed);
	if (!mac_is_host(arp->sha))
		return frame_ignore(frame, COUNTER_malformed);

	__builtin_memcpy(frame->mac, arp->sha, MAC_LEN);
	frame->relayed = !mac_equal(arp->sha, eth->src);
	if (ipv4_is_zero(arp->spa))
		return frame_classify_probe(frame, eth, arp);
	if (!ipv4_is_host(arp->spa))
		return frame_ignore(frame, COUNTER_malformed);

	addr_from_ipv4(&frame->addr, arp->spa);
	if (ipv4_equal(arp->spa, arp->tpa) && mac_is_broadcast(eth->dst) && !frame->relayed)
		frame->kind = FRAME_ANNOUNCEMENT;
	else
		frame->kind = FRAME_ASSERTION;
}

/* Appends a tag below those already there; their order is outer, inner. 0, or -1: no room. */
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
 * Parses the frame from its Ethernet header at `data`. `frame` is whole afterwards, whatever the
 * frame was. `tags` on entry: the tag that the kernel already took out of the packet (tc: skb
 * metadata), else zero; proto and tci in host order.
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
	if (proto != frame_be16(ETH_P_ARP))
		return frame_ignore(frame, COUNTER_not_arp);
	if ((const void *)(next + sizeof(struct arp_wire)) > data_end)
		return frame_ignore(frame, COUNTER_truncated);
	frame->arp_offset = next - (const __u8 *)data;
	frame_classify_arp(frame, eth, (const struct arp_wire *)next);
}

#endif /* GARPD_FRAME_H */
