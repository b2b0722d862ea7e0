// SPDX-License-Identifier: GPL-2.0-or-later
#include "wire_kinds.h"

#include "../lab/nd_message.h"

#include <arpa/inet.h>
#include <net/ethernet.h>
#include <netinet/if_ether.h>
#include <stdbool.h>
#include <string.h>

static enum kind arp_classify(const uint8_t *frame, size_t len, uint8_t *addr)
{
	static const uint8_t nobody[4];
	struct ether_arp arp;

	if (len < ETHER_HDR_LEN + sizeof(arp))
		return KIND_OTHER;
	memcpy(&arp, frame + ETHER_HDR_LEN, sizeof(arp));
	memcpy(addr, arp.arp_tpa, sizeof(arp.arp_tpa));
	if (!memcmp(arp.arp_spa, nobody, sizeof(nobody)))
		return KIND_PROBE;
	if (memcmp(arp.arp_spa, arp.arp_tpa, sizeof(arp.arp_spa)))
		return arp.arp_op == htons(ARPOP_REPLY) ? KIND_CONFIRMATION : KIND_OTHER;
	return arp.arp_op == htons(ARPOP_REQUEST) ? KIND_ANNOUNCEMENT : KIND_ANNOUNCEMENT_REPLY;
}

/* The unsolicited form that changes caches: RFC 4861 7.2.6. */
static bool nd_announces(const struct nd_message *nd)
{
	return nd->type == ND_NEIGHBOR_ADVERT && nd->flags[0] & ND_FLAG_OVERRIDE &&
	       !(nd->flags[0] & ND_FLAG_SOLICITED) &&
	       IN6_ARE_ADDR_EQUAL(&nd->ip.ip6_dst, &nd_all_nodes);
}

static enum kind nd_classify(const uint8_t *frame, size_t len, uint8_t *addr)
{
	const size_t least = offsetof(struct nd_message, option);
	struct nd_message nd;

	if (len < ETHER_HDR_LEN + least)
		return KIND_OTHER;
	memcpy(&nd, frame + ETHER_HDR_LEN, least);
	memcpy(addr, &nd.target, sizeof(nd.target));
	if (nd.type == ND_NEIGHBOR_SOLICIT && IN6_IS_ADDR_UNSPECIFIED(&nd.ip.ip6_src))
		return KIND_PROBE;
	return nd_announces(&nd) ? KIND_ANNOUNCEMENT : KIND_OTHER;
}

const struct wire_protocol wire_arp = {
	.filter = "arp",
	.last = KIND_ANNOUNCEMENT_REPLY,
	.classify = arp_classify,
};

const struct wire_protocol wire_nd = {
	.filter = "icmp6",
	.last = KIND_ANNOUNCEMENT,
	.classify = nd_classify,
};
