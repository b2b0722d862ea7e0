/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * nd_bytes.h - Neighbor Discovery, byte by byte. The checksum is the test's own: over the bytes as
 * RFC 1071 and RFC 8200 8.1 put it, with nothing of nd.h.
 */
#ifndef GARPD_TEST_ND_BYTES_H
#define GARPD_TEST_ND_BYTES_H

#include <stdlib.h>

#include "bytes.h"

#define TARGET6	   "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x07"
#define NOBODY6	   "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
#define NODE6	   "\xff\x02\0\0\0\0\0\0\0\0\0\x01\xff\0\0\x07" /* TARGET6's solicited-node address */
#define ALL_NODES6 "\xff\x02\0\0\0\0\0\0\0\0\0\0\0\0\0\x01"

#define NODE_MAC      ((const __u8 *)"\x33\x33\xff\0\0\x07")
#define ALL_NODES_MAC ((const __u8 *)"\x33\x33\0\0\0\x01")

/* The one's-complement sum of `len` bytes and their pseudo header; 0xffff: the checksum is right.
 */
static inline unsigned int sum6(const __u8 *ip, unsigned int len)
{
	unsigned long sum = len + 58;
	unsigned int i;

	for (i = 8; i < 40 + len; i++)
		sum += i & 1 ? ip[i] : ip[i] * 256UL;
	while (sum > 0xffff)
		sum = sum % 0x10000 + sum / 0x10000;
	return (unsigned int)sum;
}

static inline void seal6(__u8 *ip, unsigned int len)
{
	unsigned int sum;

	ip[42] = ip[43] = 0;
	sum = 0xffff - sum6(ip, len);
	ip[42] = sum >> 8;
	ip[43] = sum & 0xff;
}

/* The message behind the Ethernet addresses and tags, with these options; sealed. */
static inline void put_nd(struct bytes *frame, __u8 type, __u8 flags, const char *src,
			  const char *dst, const struct bytes *options)
{
	const __u8 head[] = {type, 0, 0, 0, flags, 0, 0, 0};
	unsigned int ip;

	put16(frame, 0x86dd);
	ip = frame->len;
	put(frame, "\x60\0\0\0", 4);
	put16(frame, 24 + options->len);
	put(frame, "\x3a\xff", 2);
	put(frame, src, 16);
	put(frame, dst, 16);
	put(frame, head, sizeof(head));
	put(frame, TARGET6, 16);
	put(frame, options->at, options->len);
	seal6(frame->at + ip, 24 + options->len);
}

/* From a block of exactly `len` bytes, so that AddressSanitizer sees a read beyond it. */
static inline struct frame parse_exact(const struct bytes *bytes, unsigned int len)
{
	static const struct tags untagged;
	__u8 *exact = malloc(len ? len : 1);
	struct frame frame;

	memset(&frame, 0xa5, sizeof(frame));
	memcpy(exact, bytes->at, len);
	frame_parse(exact, exact + len, &untagged, &frame);
	free(exact);
	return frame;
}

#endif /* GARPD_TEST_ND_BYTES_H */
