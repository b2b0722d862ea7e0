// SPDX-License-Identifier: GPL-2.0-or-later
#include "relay_frame.h"

#include "../lab/nd_message.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/ethernet.h>
#include <netinet/if_ether.h>
#include <stdbool.h>
#include <string.h>

#define IPV4_AT 12 /* in a mapped address */

static struct in6_addr mapped(const void *ipv4)
{
	struct in6_addr addr = {.s6_addr = {[10] = 0xff, [11] = 0xff}};

	memcpy(addr.s6_addr + IPV4_AT, ipv4, sizeof(struct in_addr));
	return addr;
}

static struct relay_heard arp_read(const uint8_t *frame, size_t len)
{
	static const uint8_t none[sizeof(struct in_addr)];
	struct relay_heard heard = {};
	struct ether_arp arp;
	bool from_none;

	if (len < ETH_HLEN + sizeof(arp))
		return heard;
	memcpy(&arp, frame + ETH_HLEN, sizeof(arp));
	if (arp.arp_hrd != htons(ARPHRD_ETHER) || arp.arp_pro != htons(ETHERTYPE_IP) ||
	    arp.arp_hln != RELAY_MAC_LEN || arp.arp_pln != sizeof(none))
		return heard;
	from_none = !memcmp(arp.arp_spa, none, sizeof(none));
	if (from_none && (arp.arp_op != htons(ARPOP_REQUEST) ||
			  !memcmp(arp.arp_tpa, none, sizeof(none)) || !(frame[0] & 1)))
		return heard;
	heard.addr = mapped(from_none ? arp.arp_tpa : arp.arp_spa);
	memcpy(heard.mac, arp.arp_sha, RELAY_MAC_LEN);
	heard.word = RELAY_USES;
	if (from_none)
		heard.word = RELAY_PROBES;
	else if (!memcmp(arp.arp_spa, arp.arp_tpa, sizeof(none)))
		heard.word = RELAY_ANNOUNCES;
	return heard;
}

static struct relay_heard nd_read(const uint8_t *frame, size_t len)
{
	struct relay_heard heard = {};
	struct nd_message message = {};
	size_t left = len - ETH_HLEN;

	if (left < offsetof(struct nd_message, option))
		return heard;
	memcpy(&message, frame + ETH_HLEN, left < sizeof(message) ? left : sizeof(message));
	if (message.ip.ip6_nxt != IPPROTO_ICMPV6 || message.ip.ip6_hlim != ND_HOP_LIMIT)
		return heard;
	memcpy(heard.mac, frame + ETH_ALEN, RELAY_MAC_LEN);
	if (message.type == ND_NEIGHBOR_ADVERT) {
		heard.addr = message.target;
		heard.word = message.flags[0] & ND_FLAG_SOLICITED ? RELAY_USES : RELAY_ANNOUNCES;
		return heard;
	}
	if (message.type != ND_NEIGHBOR_SOLICIT)
		return heard;
	heard.word = IN6_IS_ADDR_UNSPECIFIED(&message.ip.ip6_src) ? RELAY_PROBES : RELAY_USES;
	heard.addr = heard.word == RELAY_PROBES ? message.target : message.ip.ip6_src;
	return heard;
}

struct relay_heard relay_frame_read(const uint8_t *frame, size_t len)
{
	struct ether_header ether;

	if (len < sizeof(ether))
		return (struct relay_heard){};
	memcpy(&ether, frame, sizeof(ether));
	if (ether.ether_type == htons(ETHERTYPE_ARP))
		return arp_read(frame, len);
	if (ether.ether_type == htons(ETHERTYPE_IPV6))
		return nd_read(frame, len);
	return (struct relay_heard){};
}

/* The target hardware address: 0 in a request (RFC 5227 2.3), the sender's in a reply. */
static void arp_write(const struct in6_addr *addr, const uint8_t *mac, uint16_t op,
		      struct relay_frame *frame)
{
	struct ether_header ether = {.ether_type = htons(ETHERTYPE_ARP)};
	struct ether_arp arp = {.ea_hdr = {htons(ARPHRD_ETHER), htons(ETHERTYPE_IP), RELAY_MAC_LEN,
					   sizeof(struct in_addr), htons(op)}};

	memset(ether.ether_dhost, 0xff, ETH_ALEN);
	memcpy(ether.ether_shost, mac, ETH_ALEN);
	memcpy(arp.arp_sha, mac, RELAY_MAC_LEN);
	memcpy(arp.arp_spa, addr->s6_addr + IPV4_AT, sizeof(arp.arp_spa));
	memcpy(arp.arp_tpa, addr->s6_addr + IPV4_AT, sizeof(arp.arp_tpa));
	if (op == ARPOP_REPLY)
		memcpy(arp.arp_tha, mac, RELAY_MAC_LEN);
	memcpy(frame->bytes, &ether, sizeof(ether));
	memcpy(frame->bytes + ETH_HLEN, &arp, sizeof(arp));
	frame->len = ETH_HLEN + sizeof(arp);
}

static void nd_write(const struct in6_addr *addr, const uint8_t *mac, struct relay_frame *frame)
{
	struct nd_words words = nd_words_announcement(addr, mac);
	struct ether_header ether = {.ether_type = htons(ETHERTYPE_IPV6)};
	struct nd_message message;
	size_t len = nd_message_write(&words, &message);

	nd_group_mac(&words.dst, ether.ether_dhost);
	memcpy(ether.ether_shost, mac, ETH_ALEN);
	memcpy(frame->bytes, &ether, sizeof(ether));
	memcpy(frame->bytes + ETH_HLEN, &message, len);
	frame->len = ETH_HLEN + len;
}

unsigned int relay_frames_write(const struct in6_addr *addr, const uint8_t *mac,
				struct relay_frame frames[RELAY_FRAMES_MAX])
{
	if (!IN6_IS_ADDR_V4MAPPED(addr)) {
		nd_write(addr, mac, &frames[0]);
		return 1;
	}
	arp_write(addr, mac, ARPOP_REQUEST, &frames[0]);
	arp_write(addr, mac, ARPOP_REPLY, &frames[1]);
	return 2;
}

int relay_address_parse(const char *text, struct in6_addr *addr)
{
	struct in_addr ipv4;

	if (inet_pton(AF_INET, text, &ipv4) == 1)
		*addr = mapped(&ipv4);
	else if (inet_pton(AF_INET6, text, addr) != 1)
		return -EINVAL;
	return 0;
}
