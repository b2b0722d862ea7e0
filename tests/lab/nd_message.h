/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * nd_message.h - Neighbor Discovery as guests send it, for the lab and the benches. Written from
 * the RFCs, not with garpd's headers.
 */
#ifndef LAB_ND_MESSAGE_H
#define LAB_ND_MESSAGE_H

#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <netinet/ip6.h>
#include <stddef.h>
#include <stdint.h>

#define ND_NO_OPTION	    0
#define ND_OPTION_NONCE	    14 /* RFC 7527; not in netinet/icmp6.h */
#define ND_OPTION_VALUE_LEN 6  /* a MAC or the nonce: one unit of 8 bytes with its header */
#define ND_MAC_LEN	    6
#define ND_HOP_LIMIT	    255
#define ND_FLAG_SOLICITED   0x40
#define ND_FLAG_OVERRIDE    0x20

/* Hosts put one option at most into these messages. */
struct nd_words {
	uint8_t type;
	uint8_t flags;
	struct in6_addr src;
	struct in6_addr dst;
	struct in6_addr target;
	uint8_t option;
	const uint8_t *value;
};

/* Follows the Ethernet header. */
struct nd_message {
	struct ip6_hdr ip;
	uint8_t type;
	uint8_t code;
	uint16_t checksum; /* network byte order */
	uint8_t flags[4];
	struct in6_addr target;
	uint8_t option[2];
	uint8_t value[ND_OPTION_VALUE_LEN];
};
_Static_assert(sizeof(struct nd_message) == 72, "as on the wire: nothing needs padding");

/* ff02::1 */
extern const struct in6_addr nd_all_nodes;

/* ff02::1:ffXX:XXXX (RFC 4291 2.7.1) */
struct in6_addr nd_solicited_node(const struct in6_addr *target);

/* The Ethernet group of an IPv6 group (RFC 2464 7). */
void nd_group_mac(const struct in6_addr *group, uint8_t mac[ND_MAC_LEN]);

/* A solicitation of duplicate address detection (RFC 4862 5.4.2). nonce: NULL for none. */
struct nd_words nd_words_probe(const struct in6_addr *target, const uint8_t *nonce);

/* An unsolicited advertisement that `mac` has `addr`, to all nodes (RFC 4861 7.2.6). */
struct nd_words nd_words_announcement(const struct in6_addr *addr, const uint8_t *mac);

/*
 * The checksum of RFC 8200 8.1, with the pseudo header, in network byte order; 0 over a message
 * whose checksum is right.
 */
uint16_t nd_checksum(const struct ip6_hdr *ip, const void *icmp, size_t icmp_len);

/* Writes the message with its checksum; returns the length from the IPv6 header on. */
size_t nd_message_write(const struct nd_words *words, struct nd_message *message);

#endif
