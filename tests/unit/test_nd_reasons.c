// SPDX-License-Identifier: GPL-2.0-or-later
/* nd.h: each field broken in turn, and why the message is ignored. */
#include <criterion/criterion.h>

#include "nd_bytes.h"

TestSuite(nd_reasons);

/* From the Ethernet header. */
enum {
	DST_MAC = 0,
	SRC_MAC = 6,
	IP = 14,
	LENGTH = 18,
	NEXT = 20,
	HOPS = 21,
	SRC = 22,
	DST = 38,
	ICMP = 54,
	CODE = 55,
	SUM = 56,
	TARGET = 62,
	OPTION = 78
};

/* A probe with a nonce. */
static void put_whole(struct bytes *bytes)
{
	struct bytes options = {0};

	put(&options, "\x0e\x01nonce1", 8);
	put_ethernet(bytes, NODE_MAC, guest);
	put_nd(bytes, ND_SOLICITATION, 0, NOBODY6, NODE6, &options);
}

/* With some bytes replaced, the checksum right for them. */
static struct frame parse_with(unsigned int at, const void *instead, unsigned int len)
{
	struct bytes bytes;

	put_whole(&bytes);
	memcpy(bytes.at + at, instead, len);
	seal6(bytes.at + IP, 32);
	return parse_exact(&bytes, bytes.len);
}

static int reason_with(unsigned int at, const void *instead, unsigned int len)
{
	struct frame frame = parse_with(at, instead, len);

	cr_assert_eq(frame.kind, FRAME_IGNORED);
	return frame.reason;
}

Test(nd_reasons, none_of_the_whole_message)
{
	struct frame frame = parse_with(HOPS, "\xff", 1);

	cr_assert_eq(frame.kind, FRAME_PROBE);
	cr_assert_arr_eq(frame.nonce, "nonce1", NONCE_LEN);
	cr_assert_arr_eq(frame.mac, guest, MAC_LEN);
}

Test(nd_reasons, headers)
{
	cr_assert_eq(reason_with(IP, "\x40", 1), COUNTER_nd_malformed);
	cr_assert_eq(reason_with(HOPS, "\xfe", 1), COUNTER_nd_hop_limit);
	cr_assert_eq(reason_with(HOPS, "\x00", 1), COUNTER_nd_hop_limit);
	cr_assert_eq(reason_with(CODE, "\x01", 1), COUNTER_nd_malformed);
	cr_assert_eq(reason_with(SRC_MAC, ones, 6), COUNTER_nd_malformed);
	cr_assert_eq(reason_with(SRC_MAC, zeroes, 6), COUNTER_nd_malformed);
}

Test(nd_reasons, other_icmpv6)
{
	cr_assert_eq(reason_with(ICMP, "\x80", 1), COUNTER_other_protocol);
	cr_assert_eq(reason_with(ICMP, "\x86", 1), COUNTER_other_protocol);
	cr_assert_eq(reason_with(ICMP, "\x89", 1), COUNTER_other_protocol);
}

Test(nd_reasons, checksum_any_bit_of_the_message)
{
	struct frame frame;
	struct bytes bytes;
	unsigned int bit;

	for (bit = SUM * 8; bit < OPTION * 8; bit++) {
		put_whole(&bytes);
		bytes.at[bit / 8] ^= 1 << bit % 8;
		frame = parse_exact(&bytes, bytes.len);
		cr_assert_eq(frame.reason, COUNTER_nd_checksum, "byte %u", bit / 8);
	}
}

Test(nd_reasons, target_and_destination)
{
	cr_assert_eq(reason_with(TARGET, "\xff", 1), COUNTER_nd_malformed);
	cr_assert_eq(reason_with(DST, ALL_NODES6, 16), COUNTER_nd_malformed);
	cr_assert_eq(reason_with(DST + 1, "\x05", 1), COUNTER_nd_malformed);
	cr_assert_eq(reason_with(DST + 15, "\x08", 1), COUNTER_nd_malformed);
	cr_assert_eq(reason_with(DST, TARGET6, 16), COUNTER_nd_malformed);
	cr_assert_eq(reason_with(DST_MAC, other, 6), COUNTER_probe_unicast);
}

/* ::ffff:192.0.2.7 would be the claim of an IPv4 address. */
Test(nd_reasons, target_that_is_an_ipv4_address)
{
	struct bytes bytes;

	put_whole(&bytes);
	memcpy(bytes.at + TARGET, "\0\0\0\0\0\0\0\0\0\0\xff\xff\xc0\x00\x02\x07", 16);
	memcpy(bytes.at + DST + 13, bytes.at + TARGET + 13, 3);
	memcpy(bytes.at + DST_MAC + 3, bytes.at + TARGET + 13, 3);
	seal6(bytes.at + IP, 32);
	cr_assert_eq(parse_exact(&bytes, bytes.len).reason, COUNTER_probe_target);
}

/* Not from ::, it is no probe but tells whose address the sender has. */
Test(nd_reasons, source)
{
	struct frame frame = parse_with(SRC, TARGET6, 16);

	cr_assert_eq(frame.kind, FRAME_ASSERTION);
	cr_assert_eq(reason_with(SRC, ALL_NODES6, 16), COUNTER_nd_malformed);
	cr_assert_eq(reason_with(SRC + 15, "\x01", 1), COUNTER_nd_malformed);
}

Test(nd_reasons, options)
{
	cr_assert_eq(reason_with(OPTION + 1, "\x00", 1), COUNTER_nd_malformed);
	cr_assert_eq(reason_with(OPTION + 1, "\x02", 1), COUNTER_nd_malformed);
	/* RFC 4861 7.1.1: a probe names no link-layer address. */
	cr_assert_eq(reason_with(OPTION, "\x01\x01\x52\x54\0\x01\x02\x03", 8),
		     COUNTER_nd_malformed);
	cr_assert_eq(reason_with(OPTION, "\x01\x01\xff\xff\xff\xff\xff\xff", 8),
		     COUNTER_nd_malformed);
}

Test(nd_reasons, payload_length_unlike_the_frame)
{
	cr_assert_eq(reason_with(LENGTH, "\x00\x00", 2), COUNTER_nd_malformed);
	cr_assert_eq(reason_with(LENGTH, "\x00\x10", 2), COUNTER_nd_malformed);
	cr_assert_eq(reason_with(LENGTH, "\x00\x1f", 2), COUNTER_nd_malformed);
	cr_assert_eq(reason_with(LENGTH, "\x00\x21", 2), COUNTER_nd_malformed);
	cr_assert_eq(reason_with(LENGTH, "\x00\x28", 2), COUNTER_truncated);
	cr_assert_eq(reason_with(LENGTH, "\x01\x08", 2), COUNTER_truncated);
}

Test(nd_reasons, extension_headers)
{
	static const __u8 headers[] = {0, 43, 44, 51, 60};
	unsigned int i;

	for (i = 0; i < sizeof(headers); i++) {
		struct bytes bytes;

		put_whole(&bytes);
		bytes.at[NEXT] = headers[i];
		bytes.at[ICMP] = 58;
		cr_assert_eq(parse_exact(&bytes, bytes.len).reason, COUNTER_nd_extension,
			     "header %u", headers[i]);
		bytes.at[ICMP] = 6; /* TCP behind it */
		cr_assert_eq(parse_exact(&bytes, bytes.len).reason, COUNTER_other_protocol,
			     "header %u", headers[i]);
	}
}
