/* SPDX-License-Identifier: GPL-2.0-or-later */
/* relay_frame.h - what the relay reads and writes: ARP and Neighbor Discovery, untagged. */
#ifndef GARPD_BENCH_RELAY_FRAME_H
#define GARPD_BENCH_RELAY_FRAME_H

#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>

#define RELAY_MAC_LEN	 6
#define RELAY_FRAME_LEN	 86 /* an advertisement: the longest that it sends */
#define RELAY_FRAMES_MAX 2

/* What a frame says of an address. */
enum relay_word {
	RELAY_NOTHING,
	RELAY_PROBES,	 /* its sender looks for duplicates of it */
	RELAY_USES,	 /* its sender has it */
	RELAY_ANNOUNCES, /* its sender has it, and tells everybody */
};

/* IPv4 addresses are mapped ones (RFC 4291 2.5.5.2). */
struct relay_heard {
	enum relay_word word;
	struct in6_addr addr;
	uint8_t mac[RELAY_MAC_LEN];
};

struct relay_frame {
	uint8_t bytes[RELAY_FRAME_LEN];
	size_t len;
};

struct relay_heard relay_frame_read(const uint8_t *frame, size_t len);

/*
 * Writes the announcement that `mac` has `addr`: a gratuitous request and a gratuitous reply, or an
 * unsolicited advertisement. Returns how many frames.
 */
unsigned int relay_frames_write(const struct in6_addr *addr, const uint8_t *mac,
				struct relay_frame frames[RELAY_FRAMES_MAX]);

/* A dotted quad or an IPv6 address. 0 or -EINVAL. */
int relay_address_parse(const char *text, struct in6_addr *addr);

#endif
