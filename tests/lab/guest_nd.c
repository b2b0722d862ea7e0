// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The guest's script in IPv6: duplicate address detection (RFC 4862 5.4), then Windows' unsolicited
 * advertisement.
 */
#include "guest_parts.h"
#include "nd_message.h"

#include <arpa/inet.h>
#include <net/ethernet.h>
#include <string.h>

/* To dst_mac; NULL: to the MAC of the destination group. */
static void nd_send(const struct guest *guest, const struct nd_words *words, const uint8_t *dst_mac,
		    const char *what)
{
	uint8_t group[ND_MAC_LEN], frame[GUEST_FRAME_MAX];
	union guest_addr target = {.v6 = words->target};
	struct nd_message message;
	size_t at, len = nd_message_write(words, &message);

	nd_group_mac(&words->dst, group);
	at = frame_begin(guest, dst_mac ? dst_mac : group, ETHERTYPE_IPV6, frame);
	memcpy(frame + at, &message, len);
	frame_send(guest, frame, at + len, what, &target);
}

static void nd_probe(const struct guest *guest, const union guest_addr *addr)
{
	struct nd_words words = nd_words_probe(&addr->v6, guest->has_nonce ? guest->nonce : NULL);

	nd_send(guest, &words, NULL, "probe");
}

static void nd_use(const struct guest *guest, const union guest_addr *addr,
		   const union guest_addr *target)
{
	struct nd_words words = {
		.type = ND_NEIGHBOR_SOLICIT,
		.src = addr->v6,
		.dst = nd_solicited_node(&target->v6),
		.target = target->v6,
		.option = ND_OPT_SOURCE_LINKADDR,
		.value = guest->mac,
	};

	nd_send(guest, &words, NULL, "use");
}

static void advertisement_send(const struct guest *guest, const struct in6_addr *addr,
			       const char *what)
{
	struct nd_words words = nd_words_announcement(addr, guest->mac);

	nd_send(guest, &words, NULL, what);
}

static void nd_announce(const struct guest *guest, const union guest_addr *addr)
{
	advertisement_send(guest, &addr->v6, "announcement");
}

static void reply_send(const struct guest *guest, const struct nd_message *asked,
		       const uint8_t *dst_mac)
{
	struct nd_words words = nd_words_announcement(&asked->target, guest->mac);

	words.flags |= ND_FLAG_SOLICITED;
	words.dst = asked->ip.ip6_src;
	nd_send(guest, &words, dst_mac, "reply");
}

/* Reads one, also behind extension headers, which hosts skip. Options after the first are left. */
static bool nd_read(const struct guest *guest, const uint8_t *frame, size_t len,
		    struct nd_message *message)
{
	const size_t fixed = offsetof(struct nd_message, option) - sizeof(message->ip);
	const size_t whole = sizeof(*message) - sizeof(message->ip);
	size_t at = frame_payload(guest, frame, len, ETHERTYPE_IPV6), end;
	uint8_t next;

	if (!at || at + sizeof(message->ip) > len)
		return false;
	memcpy(&message->ip, frame + at, sizeof(message->ip));
	at += sizeof(message->ip);
	end = at + ntohs(message->ip.ip6_plen);
	next = message->ip.ip6_nxt;
	while ((next == IPPROTO_HOPOPTS || next == IPPROTO_DSTOPTS) && at + fixed <= len) {
		next = frame[at];
		at += 8 * (frame[at + 1] + 1U);
	}
	if (next != IPPROTO_ICMPV6 || message->ip.ip6_hlim != ND_HOP_LIMIT || end > len ||
	    at + fixed > end || nd_checksum(&message->ip, frame + at, end - at))
		return false;
	memcpy((uint8_t *)message + sizeof(message->ip), frame + at,
	       at + whole > end ? fixed : whole);
	return true;
}

static bool has_own_nonce(const struct guest *guest, const struct nd_message *message)
{
	return guest->has_nonce && message->option[0] == ND_OPTION_NONCE &&
	       !memcmp(message->value, guest->nonce, GUEST_NONCE_LEN);
}

/*
 * RFC 4862 5.4.3 and 5.4.4: another host's solicitation for the tentative address, or any
 * advertisement. Its own solicitation may have come back (RFC 7527).
 */
static int nd_duplicate(const struct guest *guest, const uint8_t *frame, size_t len)
{
	struct nd_message heard = {};

	if (!nd_read(guest, frame, len, &heard))
		return -1;
	if (heard.type == ND_NEIGHBOR_ADVERT)
		return guest_find(guest, &heard.target);
	if (heard.type != ND_NEIGHBOR_SOLICIT || !IN6_IS_ADDR_UNSPECIFIED(&heard.ip.ip6_src) ||
	    !memcmp(frame + GUEST_MAC_LEN, guest->mac, GUEST_MAC_LEN) ||
	    has_own_nonce(guest, &heard))
		return -1;
	return guest_find(guest, &heard.target);
}

/* Puts the options and headers of the guest's form around a plain defence of `len` bytes. */
static size_t objection_write(const struct guest *guest, struct nd_message *plain, size_t len,
			      uint8_t *to)
{
	const size_t ip_len = sizeof(plain->ip), icmp_len = len - ip_len;
	size_t hop_len = guest->objection == OBJECT_HOP ? 8 : 0;
	size_t more_len = guest->objection == OBJECT_LONG ? 280 : 0;
	uint8_t *icmp = to + ip_len + hop_len;

	plain->ip.ip6_plen = htons((uint16_t)(hop_len + icmp_len + more_len));
	plain->checksum = 0;
	memset(to, 0, ip_len + hop_len + icmp_len + more_len);
	memcpy(icmp, &plain->type, icmp_len);
	/* An option of an unknown type, which receivers skip (RFC 4861 4.6); PadN. */
	if (more_len)
		memcpy(icmp + icmp_len, (uint8_t[]){253, (uint8_t)(more_len / 8)}, 2);
	if (hop_len) {
		plain->ip.ip6_nxt = IPPROTO_HOPOPTS;
		memcpy(to + ip_len, (uint8_t[]){IPPROTO_ICMPV6, 0, 1, 4}, 4);
	}
	memcpy(to, &plain->ip, ip_len);
	plain->checksum = nd_checksum(&plain->ip, icmp, icmp_len + more_len);
	memcpy(icmp + 2, &plain->checksum, sizeof(plain->checksum));
	return ip_len + hop_len + icmp_len + more_len;
}

static void objection_send(const struct guest *guest, const struct in6_addr *addr)
{
	static const uint8_t group[GUEST_MAC_LEN] = GUEST_GROUP_MAC;
	struct nd_words words = nd_words_announcement(addr, guest->mac);
	uint8_t all_nodes[ND_MAC_LEN], frame[GUEST_FRAME_MAX];
	union guest_addr target = {.v6 = *addr};
	struct nd_message message;
	size_t at, len;

	if (guest->objection == OBJECT_GROUP)
		words.value = group;
	if (guest->objection == OBJECT_BARE)
		words.option = ND_NO_OPTION;
	if (guest->objection == OBJECT_SOLICITED)
		words.flags |= ND_FLAG_SOLICITED;
	len = nd_message_write(&words, &message);
	nd_group_mac(&words.dst, all_nodes);
	at = frame_begin(guest, all_nodes, ETHERTYPE_IPV6, frame);
	len = objection_write(guest, &message, len, frame + at);
	frame_send(guest, frame, at + len, "defence", &target);
}

/* Replies to a solicitation from :: go to all nodes (RFC 4861 7.2.4), others to the sender. */
static void nd_answer(const struct guest *guest, const uint8_t *frame, size_t len)
{
	struct nd_message asked = {};

	if (!nd_read(guest, frame, len, &asked) || asked.type != ND_NEIGHBOR_SOLICIT ||
	    guest_find(guest, &asked.target) < 0 ||
	    !memcmp(frame + GUEST_MAC_LEN, guest->mac, GUEST_MAC_LEN))
		return;
	if (IN6_IS_ADDR_UNSPECIFIED(&asked.ip.ip6_src))
		objection_send(guest, &asked.target);
	else
		reply_send(guest, &asked, frame + GUEST_MAC_LEN);
}

const struct guest_protocol guest_nd = {
	.family = AF_INET6,
	.probes = 1,
	.use_target = "2001:db8:10::fe",
	.probe = nd_probe,
	.use = nd_use,
	.announce = nd_announce,
	.answer = nd_answer,
	.duplicate = nd_duplicate,
};
