// SPDX-License-Identifier: GPL-2.0-or-later
/* The guest's script in IPv4: RFC 5227 probes and announcements. */
#include "guest_parts.h"

#include <arpa/inet.h>
#include <net/ethernet.h>
#include <net/if_arp.h>
#include <netinet/if_ether.h>
#include <string.h>

static const uint8_t broadcast_mac[GUEST_MAC_LEN] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
static const uint8_t zero_mac[GUEST_MAC_LEN];

struct arp_words {
	uint16_t op;
	const uint8_t *dst;
	const uint8_t *sha; /* NULL: the guest's */
	struct in_addr spa;
	const uint8_t *tha;
	struct in_addr tpa;
};

static void arp_send(const struct guest *guest, const struct arp_words *words, const char *what)
{
	uint8_t frame[GUEST_FRAME_MAX];
	size_t len = frame_begin(guest, words->dst, ETHERTYPE_ARP, frame);
	union guest_addr target = {.v4 = words->tpa};
	struct ether_arp arp = {};

	arp.arp_hrd = htons(ARPHRD_ETHER);
	arp.arp_pro = htons(ETHERTYPE_IP);
	arp.arp_hln = GUEST_MAC_LEN;
	arp.arp_pln = sizeof(struct in_addr);
	arp.arp_op = htons(words->op);
	memcpy(arp.arp_sha, words->sha ? words->sha : guest->mac, GUEST_MAC_LEN);
	memcpy(arp.arp_spa, &words->spa, sizeof(words->spa));
	memcpy(arp.arp_tha, words->tha, GUEST_MAC_LEN);
	memcpy(arp.arp_tpa, &words->tpa, sizeof(words->tpa));
	memcpy(frame + len, &arp, sizeof(arp));
	frame_send(guest, frame, len + sizeof(arp), what, &target);
}

static void arp_probe(const struct guest *guest, const union guest_addr *addr)
{
	uint8_t tha[GUEST_MAC_LEN];
	struct arp_words words = {
		.op = ARPOP_REQUEST, .dst = broadcast_mac, .tha = tha, .tpa = addr->v4};

	memset(tha, guest->probe_tha, sizeof(tha));
	arp_send(guest, &words, "probe");
}

static void request_send(const struct guest *guest, struct in_addr addr, struct in_addr target,
			 const char *what)
{
	struct arp_words words = {.op = ARPOP_REQUEST,
				  .dst = broadcast_mac,
				  .spa = addr,
				  .tha = zero_mac,
				  .tpa = target};

	arp_send(guest, &words, what);
}

static void arp_use(const struct guest *guest, const union guest_addr *addr,
		    const union guest_addr *target)
{
	request_send(guest, addr->v4, target->v4, "use");
}

static void arp_announce(const struct guest *guest, const union guest_addr *addr)
{
	request_send(guest, addr->v4, addr->v4, "announcement");
}

static bool arp_read(const struct guest *guest, const uint8_t *frame, size_t len,
		     struct ether_arp *arp)
{
	size_t at = frame_payload(guest, frame, len, ETHERTYPE_ARP);

	if (!at || at + sizeof(*arp) > len)
		return false;
	memcpy(arp, frame + at, sizeof(*arp));
	return true;
}

/* RFC 5227 2.1.1: ARP of another host from the address, or another host's probe for it. */
static int arp_duplicate(const struct guest *guest, const uint8_t *frame, size_t len)
{
	static const uint8_t no_addr[sizeof(struct in_addr)];
	struct ether_arp arp;

	if (!arp_read(guest, frame, len, &arp) || !memcmp(arp.arp_sha, guest->mac, GUEST_MAC_LEN))
		return -1;
	if (memcmp(arp.arp_spa, no_addr, sizeof(no_addr)))
		return guest_find(guest, arp.arp_spa);
	return arp.arp_op == htons(ARPOP_REQUEST) ? guest_find(guest, arp.arp_tpa) : -1;
}

static void arp_answer(const struct guest *guest, const uint8_t *frame, size_t len)
{
	static const uint8_t group[GUEST_MAC_LEN] = GUEST_GROUP_MAC;
	struct arp_words words = {.op = ARPOP_REPLY};
	struct ether_arp arp;

	if (!arp_read(guest, frame, len, &arp))
		return;
	memcpy(&words.spa, arp.arp_tpa, sizeof(words.spa));
	memcpy(&words.tpa, arp.arp_spa, sizeof(words.tpa));
	if (arp.arp_op != htons(ARPOP_REQUEST) || guest_find(guest, &words.spa) < 0 ||
	    words.spa.s_addr == words.tpa.s_addr || !memcmp(arp.arp_sha, guest->mac, GUEST_MAC_LEN))
		return;
	if (guest->gratuitous && !words.tpa.s_addr) {
		request_send(guest, words.spa, words.spa, "gratuitous-defence");
		return;
	}
	if (guest->objection == OBJECT_GROUP && !words.tpa.s_addr)
		words.sha = group;
	words.dst = arp.arp_sha;
	words.tha = arp.arp_sha;
	arp_send(guest, &words, "reply");
}

const struct guest_protocol guest_arp = {
	.family = AF_INET,
	.probes = 3,
	.use_target = "192.0.2.254",
	.probe = arp_probe,
	.use = arp_use,
	.announce = arp_announce,
	.answer = arp_answer,
	.duplicate = arp_duplicate,
};
