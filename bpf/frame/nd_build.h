/* SPDX-License-Identifier: GPL-2.0-only */
/* nd_build.h - builds the ND messages that garpd sends. Pure, as nd.h. */
#ifndef GARPD_FRAME_ND_BUILD_H
#define GARPD_FRAME_ND_BUILD_H

#include "nd.h"

/* A message, from the IPv6 header on. */
struct nd_message {
	struct ipv6_wire ip;
	struct nd_wire nd;
	struct nd_lladdr_wire lladdr;
} __attribute__((packed));

#define ND_MESSAGE_LEN (sizeof(struct nd_wire) + sizeof(struct nd_lladdr_wire))

/* The Ethernet group of an IPv6 group (RFC 2464 7): what mac_is_group_of() looks for. */
static __always_inline void mac_from_group(__u8 *mac, const __u8 *ip)
{
	mac[0] = 0x33;
	mac[1] = 0x33;
	__builtin_memcpy(mac + 2, ip + 12, 4);
}

/* ff02::1, all nodes (RFC 4291 2.7.1) */
static __always_inline void ipv6_set_all_nodes(__u8 *ip)
{
	__builtin_memset(ip, 0, 16);
	ip[0] = 0xff;
	ip[1] = 0x02;
	ip[15] = 0x01;
}

/* ff02::1:ffXX:XXXX (the same) */
static __always_inline void ipv6_set_solicited_node(__u8 *ip, const struct addr *target)
{
	__builtin_memset(ip, 0, 16);
	ip[0] = 0xff;
	ip[1] = 0x02;
	ip[11] = 0x01;
	ip[12] = 0xff;
	__builtin_memcpy(ip + 13, target->bytes + 13, 3);
}

/*
 * Starts a message from `addr` with link-layer address `mac`. The caller fills in the rest and
 * calls nd_seal().
 */
static __always_inline void nd_begin(struct nd_message *message, const struct addr *addr,
				     const __u8 *mac)
{
	__builtin_memset(message, 0, sizeof(*message));
	message->ip.version = 6 << 4;
	message->ip.payload_len = frame_be16(ND_MESSAGE_LEN);
	message->ip.next_header = IPV6_ICMP;
	message->ip.hop_limit = ND_HOP_LIMIT;
	__builtin_memcpy(message->ip.src, addr->bytes, sizeof(message->ip.src));
	message->lladdr.units = 1;
	__builtin_memcpy(message->lladdr.mac, mac, MAC_LEN);
}

/* Sets the checksum; all other fields have to be set before. */
static __always_inline void nd_seal(struct nd_message *message)
{
	const __u8 *unit = (const __u8 *)&message->nd;
	__u32 i, sum = nd_sum_pseudo(&message->ip, ND_MESSAGE_LEN);

	for (i = 0; i < ND_MESSAGE_LEN / ND_UNIT; i++)
		sum += nd_sum_unit(unit + i * ND_UNIT);
	sum = ~nd_sum_fold(sum) & 0xffff;
	message->nd.checksum[0] = sum >> 8;
	message->nd.checksum[1] = sum & 0xff;
}

/*
 * The announcement that `mac` has `addr`: unsolicited (S=0), overriding (O=1), to all nodes,
 * from the address itself. R=0: it is not known to be a router. RFC 4861 7.2.6.
 */
static __always_inline void nd_announce(struct nd_message *message, const struct addr *addr,
					const __u8 *mac)
{
	nd_begin(message, addr, mac);
	ipv6_set_all_nodes(message->ip.dst);
	message->nd.type = ND_ADVERTISEMENT;
	message->nd.flags[0] = ND_FLAG_OVERRIDE;
	__builtin_memcpy(message->nd.target, addr->bytes, sizeof(message->nd.target));
	message->lladdr.type = ND_OPTION_TARGET;
	nd_seal(message);
}

/*
 * The nudge: a solicitation for `listener` from `addr` at `mac`. With `to_it` it is sent to the
 * listener alone, else to its solicited-node group. RFC 4861 7.2.2, 7.2.3.
 */
static __always_inline void nd_nudge(struct nd_message *message, const struct addr *addr,
				     const __u8 *mac, const struct addr *listener, int to_it)
{
	nd_begin(message, addr, mac);
	if (to_it)
		__builtin_memcpy(message->ip.dst, listener->bytes, sizeof(message->ip.dst));
	else
		ipv6_set_solicited_node(message->ip.dst, listener);
	message->nd.type = ND_SOLICITATION;
	__builtin_memcpy(message->nd.target, listener->bytes, sizeof(message->nd.target));
	message->lladdr.type = ND_OPTION_SOURCE;
	nd_seal(message);
}

#endif /* GARPD_FRAME_ND_BUILD_H */
