// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Neighbor Discovery: solicitations and advertisements directly after the IPv6 header. Written from
 * the RFCs, not with garpd's headers, so that tests on these lines check those.
 */
#include "frames.h"

#include <arpa/inet.h>
#include <net/ethernet.h>
#include <netinet/icmp6.h>
#include <netinet/ip6.h>
#include <stdio.h>
#include <string.h>

#define OPTION_NONCE 14 /* RFC 7527; not in netinet/icmp6.h */
#define NONCE_TEXT   64
#define OPTION_UNIT  8

struct message {
	struct ip6_hdr ip;
	const uint8_t *icmp;
	size_t len;
	uint8_t type;
	uint8_t code;
	uint8_t flags; /* of an advertisement: R S O from the top bit */
	struct in6_addr target;
	const uint8_t *slla, *tlla, *nonce;
	size_t nonce_len;
};

static uint32_t sum_add(uint32_t sum, const uint8_t *at, size_t len)
{
	for (size_t i = 0; i < len; i++)
		sum += i & 1 ? at[i] : (uint32_t)at[i] << 8;
	return sum;
}

/* RFC 8200 8.1: including the pseudo header. */
static bool checksum_is_right(const struct message *message)
{
	uint32_t sum = (uint32_t)message->len + IPPROTO_ICMPV6;

	sum = sum_add(sum, message->ip.ip6_src.s6_addr, sizeof(message->ip.ip6_src));
	sum = sum_add(sum, message->ip.ip6_dst.s6_addr, sizeof(message->ip.ip6_dst));
	sum = sum_add(sum, message->icmp, message->len);
	sum = (sum & 0xffff) + (sum >> 16);
	return ((sum & 0xffff) + (sum >> 16)) == 0xffff;
}

static void options_take(struct message *message)
{
	size_t at = sizeof(struct nd_neighbor_solicit), len;

	for (; at + OPTION_UNIT <= message->len; at += len) {
		const uint8_t *option = message->icmp + at;

		len = (size_t)option[1] * OPTION_UNIT;
		if (!len || at + len > message->len)
			return;
		if (option[0] == ND_OPT_SOURCE_LINKADDR)
			message->slla = option + 2;
		if (option[0] == ND_OPT_TARGET_LINKADDR)
			message->tlla = option + 2;
		if (option[0] != OPTION_NONCE)
			continue;
		message->nonce = option + 2;
		message->nonce_len = len - 2;
	}
}

static bool message_take(const struct frame *frame, struct message *message)
{
	size_t at = frame->at + sizeof(message->ip);

	if (frame->type != ETHERTYPE_IPV6 || at + sizeof(struct nd_neighbor_solicit) > frame->len)
		return false;
	memcpy(&message->ip, frame->bytes + frame->at, sizeof(message->ip));
	message->icmp = frame->bytes + at;
	message->len = ntohs(message->ip.ip6_plen);
	message->type = message->icmp[0];
	message->code = message->icmp[1];
	message->flags = message->icmp[4];
	memcpy(&message->target, message->icmp + 8, sizeof(message->target));
	if (message->ip.ip6_nxt != IPPROTO_ICMPV6 || at + message->len > frame->len ||
	    message->len < sizeof(struct nd_neighbor_solicit) ||
	    (message->type != ND_NEIGHBOR_SOLICIT && message->type != ND_NEIGHBOR_ADVERT))
		return false;
	options_take(message);
	return true;
}

/* The unsolicited form that changes caches: RFC 4861 7.2.6. */
static const char *kind_name(const struct message *message)
{
	static const struct in6_addr all_nodes = {
		.s6_addr = {0xff, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}};

	if (message->type == ND_NEIGHBOR_SOLICIT)
		return IN6_IS_ADDR_UNSPECIFIED(&message->ip.ip6_src) ? "probe" : "ns";
	if (IN6_ARE_ADDR_EQUAL(&message->ip.ip6_dst, &all_nodes) && message->flags & 0x20 &&
	    !(message->flags & 0x40))
		return "announce-na";
	return "na";
}

static const char *flags_text(const struct message *message, char text[4])
{
	size_t len = 0;

	for (size_t i = 0; i < 3 && message->type == ND_NEIGHBOR_ADVERT; i++) {
		if (message->flags & 0x80 >> i)
			text[len++] = "RSO"[i];
	}
	if (!len)
		text[len++] = '-';
	text[len] = '\0';
	return text;
}

static const char *nonce_text(const struct message *message, char text[NONCE_TEXT])
{
	snprintf(text, NONCE_TEXT, "-");
	for (size_t i = 0; i < message->nonce_len && 2 * i + 2 < NONCE_TEXT; i++)
		snprintf(text + 2 * i, 3, "%02x", message->nonce[i]);
	return text;
}

bool frames_nd(const struct frame *frame, char line[FRAMES_LINE_LEN])
{
	char src[FRAMES_MAC_LEN], dst[FRAMES_MAC_LEN], slla[FRAMES_MAC_LEN], tlla[FRAMES_MAC_LEN];
	char src6[INET6_ADDRSTRLEN], dst6[INET6_ADDRSTRLEN], target[INET6_ADDRSTRLEN];
	char flags[4], nonce[NONCE_TEXT];
	struct message message = {};

	if (!message_take(frame, &message))
		return false;
	inet_ntop(AF_INET6, &message.ip.ip6_src, src6, sizeof(src6));
	inet_ntop(AF_INET6, &message.ip.ip6_dst, dst6, sizeof(dst6));
	inet_ntop(AF_INET6, &message.target, target, sizeof(target));
	snprintf(line, FRAMES_LINE_LEN,
		 "kind=%s src=%s dst=%s vlan=%s op=%u code=%u src6=%s dst6=%s hlim=%u target=%s "
		 "flags=%s slla=%s tlla=%s nonce=%s csum=%s len=%u",
		 kind_name(&message), frames_mac_text(frame->bytes + ETH_ALEN, src),
		 frames_mac_text(frame->bytes, dst), frame->vlan, message.type, message.code, src6,
		 dst6, message.ip.ip6_hlim, target, flags_text(&message, flags),
		 message.slla ? frames_mac_text(message.slla, slla) : "-",
		 message.tlla ? frames_mac_text(message.tlla, tlla) : "-",
		 nonce_text(&message, nonce), checksum_is_right(&message) ? "ok" : "bad",
		 frame->wire_len);
	return true;
}
