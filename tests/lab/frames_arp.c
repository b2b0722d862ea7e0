// SPDX-License-Identifier: GPL-2.0-or-later
#include "frames.h"

#include <arpa/inet.h>
#include <net/ethernet.h>
#include <net/if_arp.h>
#include <netinet/if_ether.h>
#include <stdio.h>
#include <string.h>

static const char *kind_name(const struct ether_arp *arp)
{
	static const uint8_t zero[4];
	bool request = arp->arp_op == htons(ARPOP_REQUEST);

	if (!request && arp->arp_op != htons(ARPOP_REPLY))
		return "other";
	if (request && !memcmp(arp->arp_spa, zero, sizeof(zero)))
		return "probe";
	if (!memcmp(arp->arp_spa, arp->arp_tpa, sizeof(arp->arp_spa)))
		return request ? "announce-request" : "announce-reply";
	return request ? "request" : "reply";
}

bool frames_arp(const struct frame *frame, char line[FRAMES_LINE_LEN])
{
	char src[FRAMES_MAC_LEN], dst[FRAMES_MAC_LEN], sha[FRAMES_MAC_LEN], tha[FRAMES_MAC_LEN];
	char spa[INET_ADDRSTRLEN], tpa[INET_ADDRSTRLEN];
	struct ether_arp arp;

	if (frame->type != ETHERTYPE_ARP || frame->at + sizeof(arp) > frame->len)
		return false;
	memcpy(&arp, frame->bytes + frame->at, sizeof(arp));
	if (arp.arp_pro != htons(ETHERTYPE_IP))
		return false;
	inet_ntop(AF_INET, arp.arp_spa, spa, sizeof(spa));
	inet_ntop(AF_INET, arp.arp_tpa, tpa, sizeof(tpa));
	snprintf(line, FRAMES_LINE_LEN,
		 "kind=%s src=%s dst=%s vlan=%s op=%u sha=%s spa=%s tha=%s tpa=%s len=%u",
		 kind_name(&arp), frames_mac_text(frame->bytes + ETH_ALEN, src),
		 frames_mac_text(frame->bytes, dst), frame->vlan, ntohs(arp.arp_op),
		 frames_mac_text(arp.arp_sha, sha), spa, frames_mac_text(arp.arp_tha, tha), tpa,
		 frame->wire_len);
	return true;
}
