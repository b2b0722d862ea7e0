/* SPDX-License-Identifier: GPL-2.0-only */
/* ipv6.h - the IPv6 header, and predicates on its addresses and next headers. Pure, as frame.h. */
#ifndef GARPD_FRAME_IPV6_H
#define GARPD_FRAME_IPV6_H

#include "frame.h"

#define IPV6_HOP_BY_HOP	    0 /* RFC 8200: the extension headers that may stand before ICMPv6 */
#define IPV6_TCP	    6
#define IPV6_UDP	    17
#define IPV6_ROUTING	    43
#define IPV6_FRAGMENT	    44
#define IPV6_AUTHENTICATION 51
#define IPV6_ICMP	    58
#define IPV6_DESTINATION    60

struct ipv6_wire {
	__u8 version; /* and traffic class, flow label, not read */
	__u8 flow[3];
	__u16 payload_len; /* network byte order */
	__u8 next_header;
	__u8 hop_limit;
	__u8 src[16];
	__u8 dst[16];
} __attribute__((packed));
_Static_assert(sizeof(struct ipv6_wire) == 40, "RFC 8200");

static __always_inline int ipv6_is_zero(const __u8 *ip)
{
	return addr_begins_with_zeros((const struct addr *)ip) &&
	       !(ip[10] | ip[11] | ip[12] | ip[13] | ip[14] | ip[15]);
}

/*
 * An address that a host can have: not multicast, :: or ::1. An IPv4-mapped one would be mixed
 * up with the ARP claim of that address.
 */
static __always_inline int ipv6_is_host(const __u8 *ip)
{
	const struct addr *addr = (const struct addr *)ip;
	int loopback = addr_begins_with_zeros(addr) &&
		       !(ip[10] | ip[11] | ip[12] | ip[13] | ip[14] | (ip[15] & 0xfe));

	return ip[0] != 0xff && !loopback && !addr_is_ipv4(addr);
}

/* ff02::1:ffXX:XXXX with the last three bytes of the target (RFC 4291 2.7.1). */
static __always_inline int ipv6_is_solicited_node(const __u8 *ip, const __u8 *target)
{
	int link_scope = ip[0] == 0xff && ip[1] == 0x02;
	int zero = !(ip[2] | ip[3] | ip[4] | ip[5] | ip[6] | ip[7] | ip[8] | ip[9] | ip[10]);
	int group = ip[11] == 0x01 && ip[12] == 0xff;

	return link_scope && zero && group && ip[13] == target[13] && ip[14] == target[14] &&
	       ip[15] == target[15];
}

/* ff02::1 */
static __always_inline int ipv6_is_all_nodes(const __u8 *ip)
{
	return ip[0] == 0xff && ip[1] == 0x02 &&
	       !(ip[2] | ip[3] | ip[4] | ip[5] | ip[6] | ip[7] | ip[8] | ip[9] | ip[10] | ip[11] |
		 ip[12] | ip[13] | ip[14]) &&
	       ip[15] == 1;
}

/* The Ethernet group of an IPv6 group (RFC 2464 7). */
static __always_inline int mac_is_group_of(const __u8 *mac, const __u8 *ip)
{
	return mac[0] == 0x33 && mac[1] == 0x33 && mac[2] == ip[12] && mac[3] == ip[13] &&
	       mac[4] == ip[14] && mac[5] == ip[15];
}

static __always_inline int ipv6_is_extension(__u8 next_header)
{
	return next_header == IPV6_HOP_BY_HOP || next_header == IPV6_ROUTING ||
	       next_header == IPV6_FRAGMENT || next_header == IPV6_AUTHENTICATION ||
	       next_header == IPV6_DESTINATION;
}

#endif /* GARPD_FRAME_IPV6_H */
