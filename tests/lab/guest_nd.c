// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The guest's script in IPv6: duplicate address detection (RFC 4862 5.4), then Windows' unsolicited
 * advertisement. Written from the RFCs, not with garpd's own headers.
 */
#include "guest_parts.h"

#include <arpa/inet.h>
#include <net/ethernet.h>
#include <netinet/icmp6.h>
#include <netinet/ip6.h>
#include <string.h>

#define HOP_LIMIT	 255
#define OPTION_NONCE	 14 /* RFC 7527 */
#define FLAG_SOLICITED	 0x40
#define FLAG_OVERRIDE	 0x20
#define NO_OPTION	 0
#define OPTION_VALUE_LEN 6 /* a MAC or the nonce: one unit of 8 bytes with its head */

static const struct in6_addr all_nodes = {
	.s6_addr = {0xff, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}};

/* One option at most is all that hosts put into these messages. */
struct nd_words {
	uint8_t type;
	uint8_t flags;
	struct in6_addr src;
	struct in6_addr dst;
	const uint8_t *dst_mac; /* NULL: the group's */
	struct in6_addr target;
	uint8_t option;
	const uint8_t *value;
};

struct nd_message {
	struct ip6_hdr ip;
	uint8_t type;
	uint8_t code;
	uint8_t checksum[2];
	uint8_t flags[4];
	struct in6_addr target;
	uint8_t option[2];
	uint8_t value[OPTION_VALUE_LEN];
};
_Static_assert(sizeof(struct nd_message) == 72, "as on the wire: nothing needs padding");

static struct in6_addr solicited_node(const struct in6_addr *target)
{
	struct in6_addr group = {.s6_addr = {0xff, 0x02, [11] = 0x01, [12] = 0xff}};

	memcpy(group.s6_addr + 13, target->s6_addr + 13, 3);
	return group;
}

static uint32_t sum_add(uint32_t sum, const void *from, size_t len)
{
	const uint8_t *at = from;

	for (size_t i = 0; i < len; i++)
		sum += i & 1 ? at[i] : (uint32_t)at[i] << 8;
	return sum;
}

/* RFC 8200 8.1, with the pseudo header. */
static void checksum_write(struct nd_message *message, size_t icmp_len)
{
	uint32_t sum = (uint32_t)icmp_len + IPPROTO_ICMPV6;

	sum = sum_add(sum, &message->ip.ip6_src, 2 * sizeof(struct in6_addr));
	sum = sum_add(sum, &message->type, icmp_len);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	put_be16(message->checksum, (uint16_t)~sum);
}

static size_t message_write(const struct nd_words *words, struct nd_message *message)
{
	size_t len = sizeof(*message);

	if (words->option == NO_OPTION)
		len -= sizeof(message->option) + sizeof(message->value);
	*message = (struct nd_message){
		.ip = {.ip6_src = words->src, .ip6_dst = words->dst},
		.type = words->type,
		.flags = {words->flags},
		.target = words->target,
	};
	message->ip.ip6_flow = htonl(6U << 28);
	message->ip.ip6_plen = htons((uint16_t)(len - sizeof(message->ip)));
	message->ip.ip6_nxt = IPPROTO_ICMPV6;
	message->ip.ip6_hlim = HOP_LIMIT;
	if (words->option != NO_OPTION) {
		message->option[0] = words->option;
		message->option[1] = 1;
		memcpy(message->value, words->value, sizeof(message->value));
	}
	checksum_write(message, len - sizeof(message->ip));
	return len;
}

static void nd_send(const struct guest *guest, const struct nd_words *words, const char *what)
{
	uint8_t group[GUEST_MAC_LEN] = {0x33, 0x33}, frame[GUEST_FRAME_MAX];
	union guest_addr target = {.v6 = words->target};
	struct nd_message message;
	size_t at, len = message_write(words, &message);

	memcpy(group + 2, words->dst.s6_addr + 12, 4); /* RFC 2464 7 */
	at = frame_begin(guest, words->dst_mac ? words->dst_mac : group, ETHERTYPE_IPV6, frame);
	memcpy(frame + at, &message, len);
	frame_send(guest, frame, at + len, what, &target);
}

static void nd_probe(const struct guest *guest, const union guest_addr *addr)
{
	struct nd_words words = {
		.type = ND_NEIGHBOR_SOLICIT,
		.dst = solicited_node(&addr->v6),
		.target = addr->v6,
		.option = guest->has_nonce ? OPTION_NONCE : NO_OPTION,
		.value = guest->nonce,
	};

	nd_send(guest, &words, "probe");
}

static void nd_use(const struct guest *guest, const union guest_addr *addr,
		   const union guest_addr *target)
{
	struct nd_words words = {
		.type = ND_NEIGHBOR_SOLICIT,
		.src = addr->v6,
		.dst = solicited_node(&target->v6),
		.target = target->v6,
		.option = ND_OPT_SOURCE_LINKADDR,
		.value = guest->mac,
	};

	nd_send(guest, &words, "use");
}

static void advertisement_send(const struct guest *guest, const struct in6_addr *addr,
			       const struct in6_addr *dst, const uint8_t *dst_mac, const char *what)
{
	struct nd_words words = {
		.type = ND_NEIGHBOR_ADVERT,
		.flags = FLAG_OVERRIDE | (dst_mac ? FLAG_SOLICITED : 0),
		.src = *addr,
		.dst = *dst,
		.dst_mac = dst_mac,
		.target = *addr,
		.option = ND_OPT_TARGET_LINKADDR,
		.value = guest->mac,
	};

	nd_send(guest, &words, what);
}

static void nd_announce(const struct guest *guest, const union guest_addr *addr)
{
	advertisement_send(guest, &addr->v6, &all_nodes, NULL, "announcement");
}

/* A solicitation from :: is answered to all nodes (RFC 4861 7.2.4), any other one to its sender. */
static void nd_answer(const struct guest *guest, const uint8_t *frame, size_t len)
{
	size_t at = frame_payload(frame, len, ETHERTYPE_IPV6);
	struct nd_message asked;

	if (!at || at + offsetof(struct nd_message, option) > len)
		return;
	memcpy(&asked, frame + at, offsetof(struct nd_message, option));
	if (asked.ip.ip6_nxt != IPPROTO_ICMPV6 || asked.type != ND_NEIGHBOR_SOLICIT ||
	    asked.ip.ip6_hlim != HOP_LIMIT || !guest_has(guest, &asked.target) ||
	    !memcmp(frame + GUEST_MAC_LEN, guest->mac, GUEST_MAC_LEN))
		return;
	if (IN6_IS_ADDR_UNSPECIFIED(&asked.ip.ip6_src))
		advertisement_send(guest, &asked.target, &all_nodes, NULL, "defence");
	else
		advertisement_send(guest, &asked.target, &asked.ip.ip6_src, frame + GUEST_MAC_LEN,
				   "reply");
}

const struct guest_protocol guest_nd = {
	.family = AF_INET6,
	.probes = 1,
	.use_target = "2001:db8:10::fe",
	.probe = nd_probe,
	.use = nd_use,
	.announce = nd_announce,
	.answer = nd_answer,
};
