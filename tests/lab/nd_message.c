// SPDX-License-Identifier: GPL-2.0-or-later
#include "nd_message.h"

#include <arpa/inet.h>
#include <string.h>

const struct in6_addr nd_all_nodes = {
	.s6_addr = {0xff, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}};

struct in6_addr nd_solicited_node(const struct in6_addr *target)
{
	struct in6_addr group = {.s6_addr = {0xff, 0x02, [11] = 0x01, [12] = 0xff}};

	memcpy(group.s6_addr + 13, target->s6_addr + 13, 3);
	return group;
}

void nd_group_mac(const struct in6_addr *group, uint8_t mac[ND_MAC_LEN])
{
	mac[0] = 0x33;
	mac[1] = 0x33;
	memcpy(mac + 2, group->s6_addr + 12, 4);
}

struct nd_words nd_words_probe(const struct in6_addr *target, const uint8_t *nonce)
{
	return (struct nd_words){
		.type = ND_NEIGHBOR_SOLICIT,
		.dst = nd_solicited_node(target),
		.target = *target,
		.option = nonce ? ND_OPTION_NONCE : ND_NO_OPTION,
		.value = nonce,
	};
}

struct nd_words nd_words_announcement(const struct in6_addr *addr, const uint8_t *mac)
{
	return (struct nd_words){
		.type = ND_NEIGHBOR_ADVERT,
		.flags = ND_FLAG_OVERRIDE,
		.src = *addr,
		.dst = nd_all_nodes,
		.target = *addr,
		.option = ND_OPT_TARGET_LINKADDR,
		.value = mac,
	};
}

static uint32_t sum_add(uint32_t sum, const void *from, size_t len)
{
	const uint8_t *at = from;

	for (size_t i = 0; i < len; i++)
		sum += i & 1 ? at[i] : (uint32_t)at[i] << 8;
	return sum;
}

uint16_t nd_checksum(const struct ip6_hdr *ip, const void *icmp, size_t icmp_len)
{
	uint32_t sum = (uint32_t)icmp_len + IPPROTO_ICMPV6;

	sum = sum_add(sum, &ip->ip6_src, 2 * sizeof(struct in6_addr));
	sum = sum_add(sum, icmp, icmp_len);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return htons((uint16_t)~sum);
}

size_t nd_message_write(const struct nd_words *words, struct nd_message *message)
{
	size_t len = sizeof(*message);

	if (words->option == ND_NO_OPTION)
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
	message->ip.ip6_hlim = ND_HOP_LIMIT;
	if (words->option != ND_NO_OPTION) {
		message->option[0] = words->option;
		message->option[1] = 1;
		memcpy(message->value, words->value, sizeof(message->value));
	}
	message->checksum = nd_checksum(&message->ip, &message->type, len - sizeof(message->ip));
	return len;
}
