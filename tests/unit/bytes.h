/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bytes.h - frames, byte by byte, as guests and their peers put them on the wire. */
#ifndef GARPD_TEST_BYTES_H
#define GARPD_TEST_BYTES_H

#include <string.h>

#include "bpf/frame/parse.h"

#define MAX_BYTES 9000

struct bytes {
	unsigned int len;
	__u8 at[MAX_BYTES];
};

static const __u8 guest[MAC_LEN] __attribute__((unused)) = {0x52, 0x54, 0x00, 0x01, 0x02, 0x03};
static const __u8 other[MAC_LEN] __attribute__((unused)) = {0x52, 0x54, 0x00, 0x0a, 0x0b, 0x0c};
static const __u8 zeroes[MAC_LEN] __attribute__((unused));
static const __u8 ones[MAC_LEN] __attribute__((unused)) = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};

static inline void put(struct bytes *frame, const void *bytes, unsigned int len)
{
	memcpy(frame->at + frame->len, bytes, len);
	frame->len += len;
}

static inline void put16(struct bytes *frame, __u16 value)
{
	__u8 bytes[] = {value >> 8, value & 0xff};

	put(frame, bytes, sizeof(bytes));
}

static inline void put_ethernet(struct bytes *frame, const __u8 *dst, const __u8 *src)
{
	frame->len = 0;
	put(frame, dst, MAC_LEN);
	put(frame, src, MAC_LEN);
}

static inline void put_tag(struct bytes *frame, __u16 proto, __u16 tci)
{
	put16(frame, proto);
	put16(frame, tci);
}

static inline void put_arp(struct bytes *frame, __u16 op, const __u8 *sha, const char *spa,
			   const __u8 *tha, const char *tpa)
{
	put16(frame, ETH_P_ARP);
	put16(frame, ARP_ETHERNET);
	put16(frame, ETH_P_IP);
	put16(frame, MAC_LEN << 8 | 4);
	put16(frame, op);
	put(frame, sha, MAC_LEN);
	put(frame, spa, 4);
	put(frame, tha, MAC_LEN);
	put(frame, tpa, 4);
}

#define NOBODY	"\x00\x00\x00\x00"
#define SERVICE "\xc0\x00\x02\x07" /* 192.0.2.7 */
#define CLIENT	"\xc0\x00\x02\x63"

static inline void put_probe(struct bytes *frame)
{
	put_arp(frame, ARP_REQUEST, guest, NOBODY, zeroes, SERVICE);
}

#endif /* GARPD_TEST_BYTES_H */
