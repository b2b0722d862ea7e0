// SPDX-License-Identifier: GPL-2.0-or-later
/* nd.h on whole messages: cut anywhere, with options in every order, behind tags; what is sent. */
#include <criterion/criterion.h>

#include "bpf/frame/nd_build.h"
#include "nd_bytes.h"

TestSuite(nd_forms);

enum { NONCE, LLADDR, UNKNOWN, ZERO, OVERLONG, OPTIONS };

static const __u8 nonce[NONCE_LEN] = {1, 2, 3, 4, 5, 6};

/* `lladdr`: the type of the link-layer address option, 1 or 2. */
static void put_option(struct bytes *options, int which, __u8 lladdr)
{
	const __u8 heads[OPTIONS][2] = {{14, 1}, {lladdr, 1}, {200, 2}, {201, 0}, {202, 33}};

	put(options, heads[which], 2);
	put(options, which == LLADDR ? other : nonce, MAC_LEN);
	if (which == UNKNOWN)
		put(options, "\x0e\x01zzzzzz", 8); /* no option: the inside of one */
}

/* Cut anywhere it is truncated and nothing else; whole, it is of this kind. */
static void every_length(const struct bytes *bytes, int kind)
{
	struct frame frame;
	unsigned int len;

	for (len = 0; len < bytes->len; len++) {
		frame = parse_exact(bytes, len);
		cr_assert_eq(frame.kind, FRAME_IGNORED, "%u bytes of %u", len, bytes->len);
		cr_assert_eq(frame.reason, COUNTER_truncated, "%u bytes of %u", len, bytes->len);
	}
	frame = parse_exact(bytes, bytes->len);
	cr_assert_eq(frame.kind, kind, "kind %u, reason %u", frame.kind, frame.reason);
	cr_assert_arr_eq(frame.addr.bytes, TARGET6, 16);
}

static void put_probe6(struct bytes *bytes, const struct bytes *options)
{
	put_ethernet(bytes, NODE_MAC, guest);
	put_nd(bytes, ND_SOLICITATION, 0, NOBODY6, NODE6, options);
}

static void put_question6(struct bytes *bytes, const struct bytes *options)
{
	put_ethernet(bytes, NODE_MAC, guest);
	put_nd(bytes, ND_SOLICITATION, 0, TARGET6, NODE6, options);
}

static void put_advertisement6(struct bytes *bytes, const struct bytes *options)
{
	put_ethernet(bytes, ALL_NODES_MAC, guest);
	put_nd(bytes, ND_ADVERTISEMENT, ND_FLAG_OVERRIDE, TARGET6, ALL_NODES6, options);
}

Test(nd_forms, every_length_of_a_solicitation)
{
	struct bytes bytes, options = {0};

	put_probe6(&bytes, &options);
	cr_assert_eq(bytes.len, 78);
	every_length(&bytes, FRAME_PROBE);
	put_option(&options, NONCE, 1);
	put_probe6(&bytes, &options);
	every_length(&bytes, FRAME_PROBE);
	put_option(&options, UNKNOWN, 1);
	put_probe6(&bytes, &options);
	every_length(&bytes, FRAME_PROBE);
	put_option(&options, LLADDR, 1);
	put_question6(&bytes, &options);
	every_length(&bytes, FRAME_ASSERTION);
}

Test(nd_forms, every_length_of_an_advertisement)
{
	struct bytes bytes, options = {0};

	put_advertisement6(&bytes, &options);
	every_length(&bytes, FRAME_ASSERTION);
	put(&options, "\x02\x01", 2);
	put(&options, guest, MAC_LEN);
	put_advertisement6(&bytes, &options);
	every_length(&bytes, FRAME_ANNOUNCEMENT);
	put_option(&options, UNKNOWN, 2);
	put_option(&options, NONCE, 2);
	put_advertisement6(&bytes, &options);
	every_length(&bytes, FRAME_ANNOUNCEMENT);
}

/* RFC 4861 7.2.5: it does not override what a cache has, and so is an answer like any other. */
Test(nd_forms, advertisement_without_override_is_no_announcement)
{
	struct bytes bytes, options = {0};

	put(&options, "\x02\x01", 2);
	put(&options, guest, MAC_LEN);
	put_ethernet(&bytes, ALL_NODES_MAC, guest);
	put_nd(&bytes, ND_ADVERTISEMENT, 0, TARGET6, ALL_NODES6, &options);
	cr_assert_eq(parse_exact(&bytes, bytes.len).kind, FRAME_ASSERTION);
}

Test(nd_forms, every_length_up_to_256_bytes_and_not_a_unit_more)
{
	struct bytes bytes, options = {0};
	struct frame frame;

	while (options.len < 256 - 24)
		put_option(&options, NONCE, 1);
	put_probe6(&bytes, &options);
	every_length(&bytes, FRAME_PROBE);
	put_option(&options, NONCE, 1);
	put_probe6(&bytes, &options);
	frame = parse_exact(&bytes, bytes.len);
	cr_assert_eq(frame.kind, FRAME_OBJECTION);
	cr_assert_arr_eq(frame.addr.bytes, TARGET6, 16);
	cr_assert_arr_eq(frame.mac, guest, MAC_LEN);
	cr_assert_arr_eq(frame.nonce, zeroes, NONCE_LEN);
}

/* ---- options: every order of every choice ---- */

static void check_options(const struct bytes *options, unsigned int has, int advertisement)
{
	struct frame frame;
	struct bytes bytes;

	if (advertisement)
		put_advertisement6(&bytes, options);
	else
		put_question6(&bytes, options);
	frame = parse_exact(&bytes, bytes.len);
	if (has & (1 << ZERO | 1 << OVERLONG)) {
		cr_assert_eq(frame.kind, FRAME_IGNORED, "options %#x", has);
		cr_assert_eq(frame.reason, COUNTER_nd_malformed, "options %#x", has);
		return;
	}
	cr_assert_eq(frame.kind, FRAME_ASSERTION, "options %#x", has);
	cr_assert_arr_eq(frame.mac, has & 1 << LLADDR ? other : guest, MAC_LEN);
	cr_assert_arr_eq(frame.nonce, has & 1 << NONCE ? nonce : zeroes, NONCE_LEN);
	cr_assert_eq(frame.relayed, !!(has & 1 << LLADDR));
}

/* How many orders there were. */
static unsigned int every_order(const struct bytes *options, unsigned int has, int advertisement)
{
	unsigned int orders = 1;
	int which;

	check_options(options, has, advertisement);
	for (which = 0; which < OPTIONS; which++) {
		struct bytes more = *options;

		if (has & 1 << which)
			continue;
		put_option(&more, which, advertisement ? 2 : 1);
		orders += every_order(&more, has | 1 << which, advertisement);
	}
	return orders;
}

Test(nd_forms, options_in_every_order)
{
	struct bytes none = {0};

	cr_assert_eq(every_order(&none, 0, 0), 326); /* 5!/5! + 5!/4! + ... + 5!/0! */
	cr_assert_eq(every_order(&none, 0, 1), 326);
}

/* ---- tags ---- */

Test(nd_forms, behind_one_and_two_tags_but_not_three)
{
	const struct bytes none = {0};
	struct frame frame;
	struct bytes bytes;
	unsigned int tags, i;

	for (tags = 1; tags <= 3; tags++) {
		put_ethernet(&bytes, NODE_MAC, guest);
		for (i = 0; i < tags; i++)
			put_tag(&bytes, i + 1 < tags ? 0x88a8 : 0x8100, 0x600a);
		put_nd(&bytes, ND_SOLICITATION, 0, NOBODY6, NODE6, &none);
		if (tags < 3) {
			every_length(&bytes, FRAME_PROBE);
			cr_assert_eq(parse_exact(&bytes, bytes.len).offset, 14 + 4 * tags);
			continue;
		}
		frame = parse_exact(&bytes, bytes.len);
		cr_assert_eq(frame.reason, COUNTER_too_many_tags);
	}
}

/* ---- what is sent ---- */

Test(nd_forms, announcement_byte_by_byte)
{
	static const __u8 head[] = {0x60, 0, 0, 0, 0, 32, 58, 255};
	static const __u8 message[] = {136, 0, 0x20, 0, 0, 0};
	struct nd_message *sent = malloc(sizeof(*sent));
	const __u8 *at = (const __u8 *)sent;
	struct addr addr;

	memset(sent, 0xa5, sizeof(*sent));
	memcpy(addr.bytes, TARGET6, 16);
	nd_announce(sent, &addr, guest);
	cr_assert_eq(sizeof(*sent), 72);
	cr_assert_arr_eq(at, head, sizeof(head));
	cr_assert_arr_eq(at + 8, TARGET6, 16);
	cr_assert_arr_eq(at + 24, ALL_NODES6, 16);
	cr_assert_arr_eq(at + 40, message, 2);
	cr_assert_arr_eq(at + 44, message + 2, 4);
	cr_assert_arr_eq(at + 48, TARGET6, 16);
	cr_assert_arr_eq(at + 64, "\x02\x01", 2);
	cr_assert_arr_eq(at + 66, guest, MAC_LEN);
	cr_assert_eq(sum6(at, 32), 0xffff);
	free(sent);
}
