// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * frame.h on bytes. Every frame is parsed from a heap block of exactly its length, so that
 * AddressSanitizer sees a read beyond it.
 */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "bytes.h"

TestSuite(frame_forms);

static const struct tags untagged;

static struct frame parse(const struct bytes *bytes, unsigned int len, const struct tags *metadata)
{
	__u8 *exact = malloc(len ? len : 1);
	struct frame frame;

	memset(&frame, 0xa5, sizeof(frame));
	memcpy(exact, bytes->at, len);
	frame_parse(exact, exact + len, metadata, &frame);
	free(exact);
	return frame;
}

/* Cut anywhere it is truncated and nothing else; whole, it is a probe with these tags. */
static void every_length(const struct bytes *bytes, const struct tags *metadata,
			 const struct tags *tags)
{
	struct frame frame;
	unsigned int len;

	for (len = 0; len < bytes->len; len++) {
		frame = parse(bytes, len, metadata);
		cr_assert_eq(frame.kind, FRAME_IGNORED, "%u bytes of %u", len, bytes->len);
		cr_assert_eq(frame.reason, COUNTER_truncated, "%u bytes of %u", len, bytes->len);
	}
	frame = parse(bytes, bytes->len, metadata);
	cr_assert_eq(frame.kind, FRAME_PROBE);
	cr_assert_eq(frame.offset, bytes->len - sizeof(struct arp_wire));
	cr_assert_eq(memcmp(&frame.tags, tags, sizeof(*tags)), 0);
	cr_assert_arr_eq(frame.mac, guest, MAC_LEN);
	cr_assert_arr_eq(frame.addr.bytes, "\0\0\0\0\0\0\0\0\0\0\xff\xff" SERVICE, 16);
}

Test(frame_forms, untagged)
{
	struct bytes bytes;

	put_ethernet(&bytes, ones, guest);
	put_probe(&bytes);
	cr_assert_eq(bytes.len, 42);
	every_length(&bytes, &untagged, &untagged);
}

Test(frame_forms, one_tag_in_metadata)
{
	struct tags tags = {.proto = ETH_P_8021Q, .tci = 0x600a};
	struct bytes bytes;

	put_ethernet(&bytes, ones, guest);
	put_probe(&bytes);
	every_length(&bytes, &tags, &tags);
}

Test(frame_forms, one_tag_inline)
{
	struct tags tags = {.proto = ETH_P_8021Q, .tci = 0x600a};
	struct bytes bytes;

	put_ethernet(&bytes, ones, guest);
	put_tag(&bytes, ETH_P_8021Q, 0x600a);
	put_probe(&bytes);
	cr_assert_eq(bytes.len, 46);
	every_length(&bytes, &untagged, &tags);
}

Test(frame_forms, outer_tag_in_metadata_and_inner_inline)
{
	struct tags outer = {.proto = ETH_P_8021AD, .tci = 0x0064};
	struct tags tags = {ETH_P_8021AD, 0x0064, ETH_P_8021Q, 0x200a};
	struct bytes bytes;

	put_ethernet(&bytes, ones, guest);
	put_tag(&bytes, ETH_P_8021Q, 0x200a);
	put_probe(&bytes);
	every_length(&bytes, &outer, &tags);
}

Test(frame_forms, two_tags_inline)
{
	struct tags tags = {ETH_P_8021AD, 0x0064, ETH_P_8021Q, 0x200a};
	struct bytes bytes;

	put_ethernet(&bytes, ones, guest);
	put_tag(&bytes, ETH_P_8021AD, 0x0064);
	put_tag(&bytes, ETH_P_8021Q, 0x200a);
	put_probe(&bytes);
	cr_assert_eq(bytes.len, 50);
	every_length(&bytes, &untagged, &tags);
}

/* VID 0 is a priority tag: kept, for the announcement carries it too. */
Test(frame_forms, priority_tag_of_vid_0)
{
	struct tags tags = {.proto = ETH_P_8021Q, .tci = 0xe000};
	struct bytes bytes;

	put_ethernet(&bytes, ones, guest);
	put_tag(&bytes, ETH_P_8021Q, 0xe000);
	put_probe(&bytes);
	every_length(&bytes, &untagged, &tags);
}

Test(frame_forms, frames_of_any_size_beyond_it)
{
	struct frame frame;
	struct bytes bytes;
	unsigned int i;

	put_ethernet(&bytes, ones, guest);
	put_probe(&bytes);
	memset(bytes.at + bytes.len, 0x5a, MAX_BYTES - bytes.len);
	for (i = 0; i < 4; i++) {
		frame = parse(&bytes, (unsigned int[]){43, 60, 1514, MAX_BYTES}[i], &untagged);
		cr_assert_eq(frame.kind, FRAME_PROBE);
		cr_assert_eq(frame.offset, ETH_HLEN);
	}
}

/* Three tags: cut within the third's place it is truncated or too deep, never an over-read. */
static void three_tags(unsigned int in_metadata)
{
	struct tags metadata = {};
	struct frame frame;
	struct bytes bytes;
	unsigned int len, whole = ETH_HLEN + 4 * (2 - in_metadata);

	put_ethernet(&bytes, ones, guest);
	if (in_metadata)
		metadata = (struct tags){.proto = ETH_P_8021Q, .tci = 1};
	for (len = in_metadata; len < 3; len++)
		put_tag(&bytes, ETH_P_8021Q, 1);
	put_probe(&bytes);
	for (len = 0; len <= bytes.len; len++) {
		frame = parse(&bytes, len, &metadata);
		cr_assert_eq(frame.kind, FRAME_IGNORED);
		if (len < whole)
			cr_assert_eq(frame.reason, COUNTER_truncated, "%u bytes", len);
		else if (len >= whole + 4)
			cr_assert_eq(frame.reason, COUNTER_too_many_tags, "%u bytes", len);
	}
}

Test(frame_forms, three_tags_inline)
{
	three_tags(0);
}

Test(frame_forms, three_tags_one_of_them_in_metadata)
{
	three_tags(1);
}

Test(frame_forms, every_byte_of_noise_is_harmless)
{
	struct bytes bytes;
	unsigned int i, len;

	srand(1);
	for (i = 0; i < 20000; i++) {
		put_ethernet(&bytes, ones, guest);
		put_tag(&bytes, ETH_P_8021Q, rand());
		put_probe(&bytes);
		bytes.at[rand() % bytes.len] = rand();
		bytes.at[rand() % bytes.len] = rand();
		len = rand() % (bytes.len + 1);
		cr_assert_leq(parse(&bytes, len, &untagged).kind, FRAME_OBJECTION);
	}
}
