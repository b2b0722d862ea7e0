// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "bpf/frame/arp.h"
#include "bpf/frame/ipv6.h"
#include "cooked.h"

/* https://www.tcpdump.org/linktypes/LINKTYPE_LINUX_SLL.html and _SLL2.html; network byte order. */
struct sll {
	__u16 packet, hardware, address_len;
	__u8 address[8];
	__u16 proto;
} __attribute__((packed));

struct sll2 {
	__u16 proto, zero;
	__u32 ifindex;
	__u16 hardware;
	__u8 packet, address_len;
	__u8 address[8];
} __attribute__((packed));

#define PACKET_IS_BROADCAST 1

/* What of both headers is needed. */
struct cooked {
	const __u8 *sender, *rest;
	__u16 hardware, address_len, proto; /* the latter in network byte order */
	__u32 packet, len;
};

static bool cooked_read(bool is_sll2, const struct replay_frame *frame, struct cooked *cooked)
{
	const struct sll2 *sll2 = (const void *)frame->at;
	const struct sll *sll = (const void *)frame->at;
	__u32 header = is_sll2 ? sizeof(*sll2) : sizeof(*sll);

	if (frame->len < header || frame->wire_len < header)
		return false;
	cooked->rest = frame->at + header;
	cooked->len = frame->len - header;
	if (is_sll2) {
		cooked->sender = sll2->address;
		cooked->hardware = frame_be16(sll2->hardware);
		cooked->address_len = sll2->address_len;
		cooked->proto = sll2->proto;
		cooked->packet = sll2->packet;
	} else {
		cooked->sender = sll->address;
		cooked->hardware = frame_be16(sll->hardware);
		cooked->address_len = frame_be16(sll->address_len);
		cooked->proto = sll->proto;
		cooked->packet = frame_be16(sll->packet);
	}
	return cooked->hardware == ARP_ETHERNET && cooked->address_len == MAC_LEN;
}

/* What follows the tags; NULL: too short. */
static const __u8 *cooked_payload(const struct cooked *cooked, __u32 room, __u16 *proto)
{
	const __u8 *rest = cooked->rest;
	struct tag_wire tag;

	*proto = cooked->proto;
	for (; frame_is_tag(*proto); rest += sizeof(tag)) {
		if (rest + sizeof(tag) > cooked->rest + cooked->len)
			return NULL;
		memcpy(&tag, rest, sizeof(tag));
		*proto = tag.proto;
	}
	return rest + room <= cooked->rest + cooked->len ? rest : NULL;
}

/*
 * The receiver. ARP requests are broadcast, but for those of device tracking and the like, which
 * carry the target's MAC; an answer goes to it. ND to a group goes to that group's MAC. What goes
 * to one host gets a MAC that no host has, since the capture does not tell.
 */
static void cooked_receiver(const struct cooked *cooked, __u8 to[MAC_LEN])
{
	const struct ipv6_wire *ip;
	const struct arp_wire *arp;
	const __u8 *payload;
	__u16 proto;

	memset(to, 0, MAC_LEN);
	if (cooked->packet == PACKET_IS_BROADCAST)
		memset(to, 0xff, MAC_LEN);
	payload = cooked_payload(cooked, sizeof(*arp), &proto);
	if (proto == frame_be16(ETH_P_ARP) && payload) {
		arp = (const void *)payload;
		if (!mac_is_host(arp->tha))
			memset(to, 0xff, MAC_LEN);
		else if (cooked->packet != PACKET_IS_BROADCAST)
			memcpy(to, arp->tha, MAC_LEN);
	}
	payload = cooked_payload(cooked, sizeof(*ip), &proto);
	if (proto == frame_be16(ETH_P_IPV6) && payload) {
		ip = (const void *)payload;
		if (ip->dst[0] == 0xff) {
			memset(to, 0x33, 2);
			memcpy(to + 2, ip->dst + 12, 4);
		}
	}
}

bool cooked_make(bool is_sll2, struct replay_frame *frame, __u8 made[COOKED_MAX])
{
	struct eth_wire eth = {};
	struct cooked cooked;
	__u32 header;

	if (!cooked_read(is_sll2, frame, &cooked))
		return false;
	cooked_receiver(&cooked, eth.dst);
	memcpy(eth.src, cooked.sender, MAC_LEN);
	eth.proto = cooked.proto;
	header = frame->len - cooked.len;
	if (cooked.len > COOKED_MAX - sizeof(eth))
		cooked.len = COOKED_MAX - sizeof(eth);
	memcpy(made, &eth, sizeof(eth));
	memcpy(made + sizeof(eth), cooked.rest, cooked.len);
	frame->at = made;
	frame->len = sizeof(eth) + cooked.len;
	frame->wire_len = frame->wire_len - header + sizeof(eth);
	return true;
}
