// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * nd.h: what a host in duplicate address detection heeds although no cache takes it, or garpd does
 * not read it to its end.
 */
#include <criterion/criterion.h>

#include "nd_bytes.h"

TestSuite(nd_objects);

/* Of an advertisement's sender. */
static const __u8 nlb[MAC_LEN] = {0x03, 0xbf, 0xc0, 0x00, 0x02, 0x07};

static void put_lladdr(struct bytes *options, __u8 type, const __u8 *mac)
{
	const __u8 head[] = {type, 1};

	put(options, head, sizeof(head));
	put(options, mac, MAC_LEN);
}

static struct bytes advertisement(__u8 flags, const struct bytes *options)
{
	struct bytes bytes;

	put_ethernet(&bytes, flags & 0x40 ? guest : ALL_NODES_MAC, other);
	put_nd(&bytes, ND_ADVERTISEMENT, flags, TARGET6, flags & 0x40 ? TARGET6 : ALL_NODES6,
	       options);
	return bytes;
}

static struct bytes solicitation(const char *src, const struct bytes *options)
{
	struct bytes bytes;

	put_ethernet(&bytes, NODE_MAC, other);
	put_nd(&bytes, ND_SOLICITATION, 0, src, NODE6, options);
	return bytes;
}

/* Puts extension headers, `len` bytes, in front of the message. */
static struct bytes behind(const struct bytes *message, __u8 first, const void *headers,
			   unsigned int len)
{
	struct bytes bytes = *message;
	unsigned int payload = 24 + len;

	memmove(bytes.at + 54 + len, bytes.at + 54, bytes.len - 54);
	memcpy(bytes.at + 54, headers, len);
	bytes.len += len;
	bytes.at[18] = payload >> 8;
	bytes.at[19] = payload & 0xff;
	bytes.at[20] = first;
	return bytes;
}

static void assert_objects(const struct bytes *bytes)
{
	struct frame frame = parse_exact(bytes, bytes->len);

	cr_assert_eq(frame.kind, FRAME_OBJECTION, "kind %u, reason %u", frame.kind, frame.reason);
	cr_assert_eq(frame.to, FRAME_UNADDRESSED);
	cr_assert_eq(frame.relayed, 0);
	cr_assert_arr_eq(frame.mac, other, MAC_LEN);
	cr_assert_arr_eq(frame.nonce, zeroes, NONCE_LEN);
	cr_assert_arr_eq(frame.addr.bytes, TARGET6, 16);
	cr_assert_arr_eq(frame.to_mac, bytes->at, MAC_LEN);
}

static void assert_ignored(const struct bytes *bytes, enum counter reason)
{
	struct frame frame = parse_exact(bytes, bytes->len);

	cr_assert_eq(frame.kind, FRAME_IGNORED);
	cr_assert_eq(frame.reason, reason, "%u", frame.reason);
}

Test(nd_objects, link_layer_address_that_no_host_has)
{
	const __u8 *const macs[] = {nlb, ones, zeroes};
	struct bytes bytes;
	unsigned int i;

	for (i = 0; i < 3; i++) {
		struct bytes source = {0}, target = {0};

		put_lladdr(&target, 2, macs[i]);
		bytes = advertisement(0x60, &target);
		assert_objects(&bytes);
		bytes = advertisement(0x20, &target);
		assert_objects(&bytes);
		put_lladdr(&source, 1, macs[i]);
		bytes = solicitation(TARGET6, &source);
		assert_objects(&bytes);
		bytes = solicitation(NOBODY6, &source); /* RFC 4861 7.1.1 */
		assert_ignored(&bytes, COUNTER_nd_malformed);
		bytes = advertisement(0x60, &target);
		bytes.at[56] ^= 1;
		assert_ignored(&bytes, COUNTER_nd_checksum);
	}
}

/* It is the sender's own frame: it owns what it names. */
Test(nd_objects, without_the_option_it_is_an_assertion)
{
	struct bytes bytes, none = {0};

	bytes = advertisement(0x60, &none);
	cr_assert_eq(parse_exact(&bytes, bytes.len).kind, FRAME_ASSERTION);
}

Test(nd_objects, options_of_288_bytes)
{
	struct bytes bytes, options = {0};

	while (options.len < 288)
		put_lladdr(&options, options.len ? 14 : 2, other);
	bytes = advertisement(0x60, &options);
	assert_objects(&bytes);
	bytes = solicitation(NOBODY6, &options);
	assert_objects(&bytes);
	bytes = solicitation(TARGET6, &options);
	assert_objects(&bytes);
	options.at[9] = 0; /* an option of no length: receivers ignore the message */
	bytes = advertisement(0x60, &options);
	assert_ignored(&bytes, COUNTER_nd_malformed);
}

Test(nd_objects, behind_extension_headers)
{
	static const __u8 headers[] = {58, 0, 1, 4, 0, 0, 0, 0};
	static const __u8 chain[] = {60, 1, 1, 12, 0,  0, 0, 0, 0, 0, 0, 0,
				     0,	 0, 0, 0,  58, 0, 1, 4, 0, 0, 0, 0};
	static const __u8 kinds[] = {IPV6_HOP_BY_HOP, IPV6_ROUTING, IPV6_DESTINATION};
	struct bytes none = {0}, bare = advertisement(0x60, &none), bytes;
	unsigned int i;

	for (i = 0; i < sizeof(kinds); i++) {
		bytes = behind(&bare, kinds[i], headers, sizeof(headers));
		assert_objects(&bytes);
	}
	bytes = behind(&bare, IPV6_HOP_BY_HOP, chain, sizeof(chain));
	assert_objects(&bytes);
	bare = solicitation(NOBODY6, &none);
	bytes = behind(&bare, IPV6_HOP_BY_HOP, headers, sizeof(headers));
	assert_objects(&bytes);
	bytes.at[21] = 254;
	assert_ignored(&bytes, COUNTER_nd_hop_limit);
}

/* Cut anywhere it is truncated and nothing else. */
Test(nd_objects, every_length_behind_extension_headers)
{
	static const __u8 chain[] = {60, 0, 1, 4, 0, 0, 0, 0, 58, 0, 1, 4, 0, 0, 0, 0};
	struct bytes none = {0}, bare = advertisement(0x60, &none), bytes;

	bytes = behind(&bare, IPV6_HOP_BY_HOP, chain, sizeof(chain));
	assert_objects(&bytes);
	while (bytes.len--)
		assert_ignored(&bytes, COUNTER_truncated);
}

/* RFC 6980 5: receivers ignore a fragment. AH needs a key. Behind too much garpd does not look. */
Test(nd_objects, not_behind_other_headers)
{
	static const __u8 header[] = {58, 0, 0, 0, 0, 0, 0, 0};
	__u8 chain[8 * 5] = {}, wide[264] = {58, 32};
	struct bytes none = {0}, bare = advertisement(0x60, &none), bytes;
	unsigned int i;

	bytes = behind(&bare, IPV6_FRAGMENT, header, sizeof(header));
	assert_ignored(&bytes, COUNTER_nd_extension);
	bytes = behind(&bare, IPV6_AUTHENTICATION, header, sizeof(header));
	assert_ignored(&bytes, COUNTER_nd_extension);
	for (i = 0; i < 5; i++)
		chain[8 * i] = i < 4 ? IPV6_DESTINATION : IPV6_ICMP;
	bytes = behind(&bare, IPV6_HOP_BY_HOP, chain, sizeof(chain));
	assert_ignored(&bytes, COUNTER_nd_extension);
	bytes = behind(&bare, IPV6_HOP_BY_HOP, wide, sizeof(wide));
	assert_ignored(&bytes, COUNTER_nd_extension);
}

/* RFC 4861 7.1.2 and RFC 4862 5.4.3: nobody heeds these. */
Test(nd_objects, what_receivers_ignore)
{
	struct bytes bytes, options = {0};

	put_lladdr(&options, 2, nlb);
	bytes = advertisement(0x60, &options);
	memcpy(bytes.at + 38, ALL_NODES6, 16);
	seal6(bytes.at + 14, 32);
	assert_ignored(&bytes, COUNTER_nd_malformed); /* solicited, to a group */
	options.at[0] = 14;
	while (options.len < 288)
		put_lladdr(&options, 14, other);
	bytes = solicitation(NOBODY6, &options);
	bytes.at[38 + 15] ^= 1;
	assert_ignored(&bytes, COUNTER_nd_malformed); /* from ::, to another group */
	bytes = solicitation(NOBODY6, &options);
	memcpy(bytes.at + 62, ALL_NODES6, 16);
	assert_ignored(&bytes, COUNTER_nd_malformed);
}
