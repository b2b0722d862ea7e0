/* SPDX-License-Identifier: GPL-2.0-only */
/* arp.h - classifies ARP for IPv4 over Ethernet (RFC 826, RFC 5227). */
#ifndef GARPD_FRAME_ARP_H
#define GARPD_FRAME_ARP_H

#include "frame.h"

#define ARP_ETHERNET 1 /* RFC 826, ar$hrd */
#define ARP_REQUEST  1
#define ARP_REPLY    2

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

static __always_inline int ipv4_is_zero(const __u8 *ip)
{
	return !(ip[0] | ip[1] | ip[2] | ip[3]);
}

static __always_inline int ipv4_equal(const __u8 *a, const __u8 *b)
{
	return !((a[0] ^ b[0]) | (a[1] ^ b[1]) | (a[2] ^ b[2]) | (a[3] ^ b[3]));
}

/* An address that a host can have: not 0/8, 127/8 or 224/3 (multicast, reserved, broadcast). */
static __always_inline int ipv4_is_host(const __u8 *ip)
{
	return ip[0] != 0 && ip[0] != 127 && ip[0] < 224;
}

/* Classifies an ARP with SPA 0.0.0.0: a probe (RFC 5227 2.1.1), or ignored. */
static __always_inline void arp_classify_probe(struct frame *frame, const struct eth_wire *eth,
					       const struct arp_wire *arp)
{
	if (arp->op != frame_be16(ARP_REQUEST))
		return frame_ignore(frame, COUNTER_probe_reply);
	if (!mac_is_broadcast(eth->dst))
		return frame_ignore(frame, COUNTER_probe_unicast);
	if (frame->relayed)
		return frame_ignore(frame, COUNTER_probe_spoofed);
	/* RFC 5227 asks for zeros and tells receivers to ignore them; arping -D sends ones. */
	if (!mac_is_zero(arp->tha) && !mac_is_broadcast(arp->tha))
		return frame_ignore(frame, COUNTER_probe_tha);
	if (!ipv4_is_host(arp->tpa))
		return frame_ignore(frame, COUNTER_probe_target);
	addr_from_ipv4(&frame->addr, arp->tpa);
	frame->kind = FRAME_PROBE;
}

/*
 * RFC 826: the sender of a request gets an entry for the target, and the target one for the
 * sender.
 */
static __always_inline void arp_classify_assertion(struct frame *frame, const struct arp_wire *arp)
{
	frame->kind = FRAME_ASSERTION;
	if (ipv4_equal(arp->spa, arp->tpa) || !ipv4_is_host(arp->tpa))
		return;
	addr_from_ipv4(&frame->target, arp->tpa);
	frame->to = arp->op == frame_be16(ARP_REQUEST) ? FRAME_REQUEST : FRAME_REPLY;
}

/*
 * SHA is a group, or zero: a cluster in multicast mode (Windows NLB, CLUSTERIP). RFC 5227 2.1.1
 * heeds any SHA but the prober's own.
 */
static __always_inline void arp_classify_objection(struct frame *frame, const struct eth_wire *eth,
						   const struct arp_wire *arp)
{
	if (!ipv4_is_host(arp->spa) || !mac_is_host(eth->src))
		return frame_ignore(frame, COUNTER_malformed);
	__builtin_memcpy(frame->mac, eth->src, MAC_LEN);
	addr_from_ipv4(&frame->addr, arp->spa);
	frame->kind = FRAME_OBJECTION;
}

static __always_inline void arp_classify(struct frame *frame, const struct eth_wire *eth,
					 const struct arp_wire *arp)
{
	if (arp->hrd != frame_be16(ARP_ETHERNET) || arp->pro != frame_be16(ETH_P_IP) ||
	    arp->hln != MAC_LEN || arp->pln != 4)
		return frame_ignore(frame, COUNTER_malformed);
	if (arp->op != frame_be16(ARP_REQUEST) && arp->op != frame_be16(ARP_REPLY))
		return frame_ignore(frame, COUNTER_malformed);
	if (!mac_is_host(arp->sha))
		return arp_classify_objection(frame, eth, arp);

	__builtin_memcpy(frame->mac, arp->sha, MAC_LEN);
	frame->relayed = !mac_equal(arp->sha, eth->src);
	if (ipv4_is_zero(arp->spa))
		return arp_classify_probe(frame, eth, arp);
	if (!ipv4_is_host(arp->spa))
		return frame_ignore(frame, COUNTER_malformed);

	addr_from_ipv4(&frame->addr, arp->spa);
	if (ipv4_equal(arp->spa, arp->tpa) && mac_is_broadcast(eth->dst) && !frame->relayed)
		frame->kind = FRAME_ANNOUNCEMENT;
	else
		arp_classify_assertion(frame, arp);
}

#endif /* GARPD_FRAME_ARP_H */
