/* SPDX-License-Identifier: GPL-2.0-or-later */
/* range.h - consecutive addresses of either family, for the benches. */
#ifndef GARPD_BENCH_RANGE_H
#define GARPD_BENCH_RANGE_H

#include <arpa/inet.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

struct range {
	uint8_t first[sizeof(struct in6_addr)]; /* IPv4: the first four bytes */
	bool is_ipv6;
};

/* The part of an address that counts up: its last 32 bits. */
static inline size_t range_fixed(const struct range *range)
{
	return range->is_ipv6 ? sizeof(struct in6_addr) - sizeof(uint32_t) : 0;
}

static inline uint32_t range_number(const struct range *range, const uint8_t *addr)
{
	uint32_t number;

	memcpy(&number, addr + range_fixed(range), sizeof(number));
	return ntohl(number);
}

/* 0 or -EINVAL. */
static inline int range_parse(struct range *range, const char *first)
{
	int family = strchr(first, ':') ? AF_INET6 : AF_INET;

	range->is_ipv6 = family == AF_INET6;
	return inet_pton(family, first, range->first) == 1 ? 0 : -EINVAL;
}

/* Writes the address at `index`: 4 bytes, or 16. */
static inline void range_address(const struct range *range, uint32_t index, uint8_t *addr)
{
	uint32_t number = htonl(range_number(range, range->first) + index);

	memcpy(addr, range->first, range_fixed(range));
	memcpy(addr + range_fixed(range), &number, sizeof(number));
}

/* The index of an address; larger than any range if it is not in it. */
static inline uint32_t range_index(const struct range *range, const uint8_t *addr)
{
	if (memcmp(addr, range->first, range_fixed(range)))
		return UINT32_MAX;
	return range_number(range, addr) - range_number(range, range->first);
}

#endif
