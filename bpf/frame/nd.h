/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * nd.h - classifies Neighbor Discovery: Neighbor Solicitations and Advertisements (RFC 4861 4.3,
 * 4.4, 7.1), duplicate address detection (RFC 4862 5.4), its nonce (RFC 7527).
 */
#ifndef GARPD_FRAME_ND_H
#define GARPD_FRAME_ND_H

#include <stddef.h>

#include "frame.h"
#include "ipv6.h"

#define ND_SOLICITATION	  135
#define ND_ADVERTISEMENT  136
#define ND_HOP_LIMIT	  255
#define ND_FLAG_SOLICITED 0x40 /* S, O: of an advertisement's first flag byte */
#define ND_FLAG_OVERRIDE  0x20
#define ND_OPTION_SOURCE  1 /* link-layer addresses: SLLAO, TLLAO */
#define ND_OPTION_TARGET  2
#define ND_OPTION_NONCE	  14

#define ND_UNIT	     8	/* what options are counted in */
#define ND_UNITS_MAX 32 /* the message of 24 bytes and its options: 256 bytes */

#define ND_EXTENSIONS 4 /* the most extension headers that we look behind */

struct nd_wire {
	__u8 type;
	__u8 code;
	__u8 checksum[2];
	__u8 flags[4]; /* of an advertisement */
	__u8 target[16];
} __attribute__((packed));
_Static_assert(sizeof(struct nd_wire) == 3 * ND_UNIT, "RFC 4861 4.3, 4.4");

/* A link-layer address option, RFC 4861 4.6.1. */
struct nd_lladdr_wire {
	__u8 type;
	__u8 units;
	__u8 mac[MAC_LEN];
} __attribute__((packed));
_Static_assert(sizeof(struct nd_lladdr_wire) == ND_UNIT, "RFC 4861 4.6.1");

/*
 * Can an IPv6 frame be ND? Decided by its Next Header and the byte behind the IPv6 header: the
 * type of ICMPv6, or the Next Header of an extension header.
 */
static __always_inline int nd_is_likely(__u8 next_header, __u8 behind)
{
	if (next_header == IPV6_TCP || next_header == IPV6_UDP)
		return 0;
	if (next_header == IPV6_ICMP)
		return behind == ND_SOLICITATION || behind == ND_ADVERTISEMENT;
	return ipv6_is_extension(next_header) && (behind == IPV6_ICMP || ipv6_is_extension(behind));
}

/* ---- the checksum: one's complement of 16-bit words (RFC 1071), here not yet folded ---- */

static __always_inline __u32 nd_sum_unit(const __u8 *p)
{
	return ((__u32)p[0] << 8 | p[1]) + ((__u32)p[2] << 8 | p[3]) + ((__u32)p[4] << 8 | p[5]) +
	       ((__u32)p[6] << 8 | p[7]);
}

/* The pseudo header (RFC 8200 8.1). */
static __always_inline __u32 nd_sum_pseudo(const struct ipv6_wire *ip, __u32 len)
{
	return nd_sum_unit(ip->src) + nd_sum_unit(ip->src + 8) + nd_sum_unit(ip->dst) +
	       nd_sum_unit(ip->dst + 8) + len + IPV6_ICMP;
}

/* Of at most 64 KiB: 0xffff where the checksum was part of it and is right. */
static __always_inline __u16 nd_sum_fold(__u32 sum)
{
	sum = (sum & 0xffff) + (sum >> 16);
	return (sum & 0xffff) + (sum >> 16);
}

/* ---- the options ---- */

/* Notes where the first option of a kind begins; later ones are ignored, as in Linux. */
static __always_inline void nd_note_option(struct nd_options *options, const __u8 *option, __u8 at)
{
	if (option[0] == options->wanted && !options->lladdr)
		options->lladdr = at;
	else if (option[0] == ND_OPTION_NONCE && option[1] == 1 && !options->nonce)
		options->nonce = at;
}

/*
 * Walks the message and its options, `units` units from `p` but at most ND_UNITS_MAX: adds them to
 * `sum` and notes the wanted options. Returns 0, or the enum counter to count.
 */
static __always_inline __u32 nd_walk(struct nd_options *options, const __u8 *p,
				     const void *data_end, __u32 units, __u32 *sum)
{
	__u32 i;

	options->next = sizeof(struct nd_wire) / ND_UNIT;
	for (i = 0; i < ND_UNITS_MAX; i++) {
		if (i == units)
			break;
		if ((const void *)(p + ND_UNIT) > data_end)
			return COUNTER_truncated;
		*sum += nd_sum_unit(p);
		if (i == *(volatile __u8 *)&options->next) {
			if (!p[1] || p[1] > units - i)
				return COUNTER_nd_malformed;
			nd_note_option(options, p, i);
			options->next += p[1];
		}
		p += ND_UNIT;
	}
	return 0;
}

/* The option that begins at unit *at of the message, or NULL. */
static __always_inline const __u8 *nd_option(const __u8 *message, const void *data_end,
					     const __u8 *at)
{
	__u32 unit = *(volatile const __u8 *)at;
	const __u8 *option = message + unit * ND_UNIT;

	return !unit || (const void *)(option + ND_UNIT) > data_end ? NULL : option;
}

/*
 * Copies link-layer address and nonce from the options. A link-layer address that no host has makes
 * the frame a FRAME_OBJECTION. Returns 0, or -1 if receivers must ignore the message.
 */
static __always_inline int nd_take_options(struct frame *frame, const __u8 *message,
					   const void *data_end)
{
	const __u8 *lladdr = nd_option(message, data_end, &frame->options.lladdr);
	const __u8 *nonce = nd_option(message, data_end, &frame->options.nonce);

	if (lladdr && lladdr[1] != 1)
		return -1;
	if (lladdr && !mac_is_host(lladdr + 2))
		frame->kind = FRAME_OBJECTION;
	else if (lladdr)
		__builtin_memcpy(frame->mac, lladdr + 2, MAC_LEN);
	if (nonce)
		__builtin_memcpy(frame->nonce, nonce + 2, NONCE_LEN);
	return 0;
}

/* ---- classification ---- */

/* A Neighbor Solicitation from ::, RFC 4861 7.1.1 and RFC 4862 5.4.3. */
static __always_inline void nd_classify_probe(struct frame *frame, const struct eth_wire *eth,
					      const struct ipv6_wire *ip, const struct nd_wire *nd)
{
	if (frame->options.lladdr || !ipv6_is_solicited_node(ip->dst, nd->target))
		return frame_ignore(frame, COUNTER_nd_malformed);
	if (!mac_is_group_of(eth->dst, ip->dst))
		return frame_ignore(frame, COUNTER_probe_unicast);
	if (!ipv6_is_host(nd->target))
		return frame_ignore(frame, COUNTER_probe_target);
	__builtin_memcpy(frame->addr.bytes, nd->target, sizeof(nd->target));
	frame->kind = FRAME_PROBE;
}

/* The sender has the address `whose`. */
static __always_inline void nd_classify_assertion(struct frame *frame, const struct eth_wire *eth,
						  const __u8 *whose)
{
	if (!ipv6_is_host(whose))
		return frame_ignore(frame, COUNTER_nd_malformed);
	frame->relayed = !mac_equal(frame->mac, eth->src);
	__builtin_memcpy(frame->addr.bytes, whose, sizeof(frame->addr.bytes));
	frame->kind = FRAME_ASSERTION;
}

static __always_inline void nd_address(struct frame *frame, enum frame_to to, const __u8 *target)
{
	if (!ipv6_is_host(target))
		return;
	__builtin_memcpy(frame->target.bytes, target, sizeof(frame->target.bytes));
	frame->to = to;
}

/* RFC 4861 7.1.2. Caches take an unsolicited, overriding advertisement to all nodes: 7.2.6. */
static __always_inline void nd_classify_advertisement(struct frame *frame,
						      const struct eth_wire *eth,
						      const struct ipv6_wire *ip,
						      const struct nd_wire *nd)
{
	if (ip->dst[0] == 0xff && nd->flags[0] & ND_FLAG_SOLICITED)
		return frame_ignore(frame, COUNTER_nd_malformed);
	nd_classify_assertion(frame, eth, nd->target);
	frame->tentative = !(nd->flags[0] & ND_FLAG_OVERRIDE);
	if (frame->kind == FRAME_ASSERTION && frame->options.lladdr && !frame->relayed &&
	    nd->flags[0] & ND_FLAG_OVERRIDE && ipv6_is_all_nodes(ip->dst))
		frame->kind = FRAME_ANNOUNCEMENT;
	if (frame->kind == FRAME_ASSERTION && nd->flags[0] & ND_FLAG_SOLICITED)
		nd_address(frame, FRAME_REPLY, ip->dst);
}

/* A Neighbor Solicitation from an assigned address, RFC 4861 7.2.2. */
static __always_inline void nd_classify_solicitation(struct frame *frame,
						     const struct eth_wire *eth,
						     const struct ipv6_wire *ip,
						     const struct nd_wire *nd)
{
	nd_classify_assertion(frame, eth, ip->src);
	if (frame->kind == FRAME_ASSERTION)
		nd_address(frame, FRAME_REQUEST, nd->target);
}

/* Checks common to both messages, RFC 4861 7.1. Returns 0, or the enum counter to count. */
static __always_inline __u32 nd_check(const struct eth_wire *eth, const struct ipv6_wire *ip,
				      const struct nd_wire *nd)
{
	if (ip->version >> 4 != 6 || nd->code || nd->target[0] == 0xff || !mac_is_host(eth->src))
		return COUNTER_nd_malformed;
	if (ip->hop_limit != ND_HOP_LIMIT)
		return COUNTER_nd_hop_limit;
	return 0;
}

/*
 * A message that receivers in duplicate address detection heed, but that garpd does not read to its
 * end, that is behind extension headers, or whose link-layer address no host has: Linux gives the
 * address up for each of them (ndisc_recv_na(), ndisc_recv_ns()). Its checksum may be wrong. Not
 * inlined, as nd_parse().
 */
static __noinline void nd_classify_objection(struct frame *frame, const struct eth_wire *eth,
					     const struct ipv6_wire *ip, const struct nd_wire *nd)
{
	int advertises = nd->type == ND_ADVERTISEMENT;
	int probes = !advertises && ipv6_is_zero(ip->src);
	const __u8 *whose = advertises || probes ? nd->target : ip->src;
	__u32 reason = nd_check(eth, ip, nd);

	if (reason)
		return frame_ignore(frame, reason);
	if (advertises && ip->dst[0] == 0xff && nd->flags[0] & ND_FLAG_SOLICITED)
		return frame_ignore(frame, COUNTER_nd_malformed);
	if (probes && (frame->options.lladdr || !ipv6_is_solicited_node(ip->dst, nd->target)))
		return frame_ignore(frame, COUNTER_nd_malformed);
	if (!ipv6_is_host(whose))
		return frame_ignore(frame, COUNTER_nd_malformed);
	__builtin_memcpy(frame->mac, eth->src, MAC_LEN);
	__builtin_memset(frame->nonce, 0, NONCE_LEN);
	__builtin_memcpy(frame->addr.bytes, whose, sizeof(frame->addr.bytes));
	frame->kind = FRAME_OBJECTION;
}

/* Returns the header at that unit behind the IPv6 header, which is at most 255. */
static __always_inline const __u8 *nd_behind(const struct ipv6_wire *ip, const __u8 *unit)
{
	return (const __u8 *)(ip + 1) + *(volatile const __u8 *)unit * ND_UNIT;
}

/*
 * ND behind extension headers. Not behind a fragment header: RFC 6980 5 has receivers ignore it;
 * nor an authentication header, which needs a key.
 */
static __noinline void nd_parse_extended(struct frame *frame, const struct eth_wire *eth,
					 const struct ipv6_wire *ip, const void *data_end)
{
	__u8 *unit = &frame->options.next;
	const __u8 *header = (const __u8 *)(ip + 1);
	__u8 kind = ip->next_header;
	__u32 i;

	for (i = 0; i < ND_EXTENSIONS && kind != IPV6_ICMP; i++) {
		if (kind != IPV6_HOP_BY_HOP && kind != IPV6_ROUTING && kind != IPV6_DESTINATION)
			break;
		if ((const void *)(header + 2) > data_end)
			return frame_ignore(frame, COUNTER_truncated);
		kind = header[0];
		if (*(volatile __u8 *)unit + header[1] + 1u > ND_UNITS_MAX)
			return frame_ignore(frame, COUNTER_nd_extension);
		*unit += header[1] + 1;
		header = nd_behind(ip, unit);
	}
	if (kind != IPV6_ICMP)
		return frame_ignore(frame, COUNTER_nd_extension);
	if ((const void *)(header + sizeof(struct nd_wire)) > data_end)
		return frame_ignore(frame, COUNTER_truncated);
	if (header[0] != ND_SOLICITATION && header[0] != ND_ADVERTISEMENT)
		return frame_ignore(frame, COUNTER_nd_extension);
	nd_classify_objection(frame, eth, ip, (const struct nd_wire *)header);
}

/*
 * Parses from the IPv6 header at `at` into `frame`, whose tags are already set. Not inlined: its
 * variables and those of its callers do not fit into one BPF stack frame.
 */
static __noinline void nd_parse(struct frame *frame, const struct eth_wire *eth, const void *at,
				const void *data_end)
{
	const struct ipv6_wire *ip = at;
	const struct nd_wire *nd = (const void *)(ip + 1);
	__u32 reason, len, sum;

	/*
	 * Only the first byte behind the header is checked yet: other protocols may be shorter
	 * than ND.
	 */
	if ((const void *)(&nd->type + 1) > data_end)
		return frame_ignore(frame, COUNTER_truncated);
	if (!nd_is_likely(ip->next_header, nd->type))
		return frame_ignore(frame, COUNTER_other_protocol);
	if (ip->next_header != IPV6_ICMP)
		return nd_parse_extended(frame, eth, ip, data_end);
	if ((const void *)(nd + 1) > data_end)
		return frame_ignore(frame, COUNTER_truncated);

	len = frame_be16(ip->payload_len);
	reason = nd_check(eth, ip, nd);
	if (!reason && (len < sizeof(*nd) || len % ND_UNIT))
		reason = COUNTER_nd_malformed;
	if (reason)
		return frame_ignore(frame, reason);
	__builtin_memcpy(frame->mac, eth->src, MAC_LEN);
	frame->options.wanted = nd->type == ND_SOLICITATION ? ND_OPTION_SOURCE : ND_OPTION_TARGET;
	sum = nd_sum_pseudo(ip, len);
	reason = nd_walk(&frame->options, (const __u8 *)nd, data_end, len / ND_UNIT, &sum);
	if (len > ND_UNITS_MAX * ND_UNIT)
		frame->kind = FRAME_OBJECTION;
	else if (!reason && nd_sum_fold(sum) != 0xffff)
		reason = COUNTER_nd_checksum;
	if (!reason && nd_take_options(frame, (const __u8 *)nd, data_end))
		reason = COUNTER_nd_malformed;
	if (reason)
		return frame_ignore(frame, reason);

	if (frame->kind == FRAME_OBJECTION)
		nd_classify_objection(frame, eth, ip, nd);
	else if (nd->type == ND_ADVERTISEMENT)
		nd_classify_advertisement(frame, eth, ip, nd);
	else if (ipv6_is_zero(ip->src))
		nd_classify_probe(frame, eth, ip, nd);
	else
		nd_classify_solicitation(frame, eth, ip, nd);
}

#endif /* GARPD_FRAME_ND_H */
