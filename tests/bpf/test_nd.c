// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Neighbor Discovery through garpd_tc and garpd_xdp: solicitations handed back as they were
 * (rig_hear asserts that of every frame), advertisements byte by byte at the other ports.
 */
#include <criterion/criterion.h>

#include "says.h"
#include "tests/unit/nd_bytes.h"

#define ADDRESS6 "2001:db8::7"

static const __u8 *const owners[] = {guest};

TestSuite(bpf_nd, .init = rig_setup, .timeout = 60);

/* `nonces`: how many of these options. */
static struct bytes probe6(unsigned int nonces, const struct tags *tags)
{
	struct bytes frame = says_from(NODE_MAC, guest, tags), options = {0};

	while (nonces--)
		put(&options, "\x0e\x01nonce1", 8);
	put_nd(&frame, ND_SOLICITATION, 0, NOBODY6, NODE6, &options);
	return frame;
}

/* RFC 4861 4.4: unsolicited, overriding, with the guest's MAC. */
static void expect_announced(const struct tags *tags)
{
	struct bytes frame = says_from(ALL_NODES_MAC, guest, tags), options = {0};
	int at;

	put(&options, "\x02\x01", 2);
	put(&options, guest, MAC_LEN);
	put_nd(&frame, ND_ADVERTISEMENT, 0x20, TARGET6, ALL_NODES6, &options);
	for (at = PORT_B; at < PORT_MAX; at++) {
		rig_expect(at, &frame, "advertisement");
		rig_expect_silence(at);
	}
	rig_expect_silence(PORT_A);
}

static void announced_at_once(unsigned int nonces, const struct tags *tags)
{
	struct bytes frame = probe6(nonces, tags);

	rig_rule_out_echo(vlan_of_tag(tags->proto, tags->tci),
			  vlan_of_tag(tags->inner_proto, tags->inner_tci));
	rig_declare(ADDRESS6, ANNOUNCE_IMMEDIATE, owners, 1);
	rig_hear(PORT_A, &frame);
	expect_announced(tags);
}

Test(bpf_nd, declared_address_at_once_without_option)
{
	announced_at_once(0, &untagged);
}

Test(bpf_nd, declared_address_at_once_with_nonce)
{
	announced_at_once(1, &untagged);
}

Test(bpf_nd, declared_address_at_once_behind_two_tags)
{
	struct tags tags = {ETH_P_8021AD, 0x6064, ETH_P_8021Q, 0x200a};

	announced_at_once(1, &tags);
}

Test(bpf_nd, longest_options_open_a_window)
{
	struct bytes frame = probe6(29, &untagged);

	rig_hear(PORT_A, &frame);
	rig_counted_only(COUNTER_window_opened);
	cr_assert_eq(rig_state(ADDRESS6), CLAIM_PROBING);
	frame = probe6(30, &untagged); /* longer, it is no probe of the guest's */
	rig_hear(PORT_A, &frame);
	rig_counted_only(COUNTER_own_objection);
}

/* ---- objections that no cache takes: Linux gives the address up for each of them ---- */

#define NA_SOLICITED 0x60
#define CLIENT6	     "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x63"

/* An owner's advertisement to the guest; or, unsolicited, to everybody. */
static struct bytes defence(__u8 flags, const struct bytes *options, const struct tags *tags)
{
	struct bytes frame = says_from(ALL_NODES_MAC, other, tags);

	put_nd(&frame, ND_ADVERTISEMENT, flags, TARGET6, ALL_NODES6, options);
	return frame;
}

static void contradicts(const struct bytes *objection, const struct tags *tags, int xdp,
			enum counter reason)
{
	struct bytes frame = probe6(1, tags);

	rig_hear(PORT_A, &frame);
	rig_counted_only(COUNTER_window_opened);
	if (xdp)
		cr_assert_eq(rig_hear_xdp(PORT_UPLINK, objection), XDP_PASS);
	else
		rig_hear(PORT_UPLINK, objection);
	rig_counted_only(reason);
}

Test(bpf_nd, advertisement_with_a_group_mac_contradicts)
{
	struct bytes objection, options = {0};

	put(&options, "\x02\x01\x03\xbf\xc0\x00\x02\x07", 8);
	objection = defence(ND_FLAG_OVERRIDE, &options, &untagged);
	contradicts(&objection, &untagged, 0, COUNTER_conflict_objected);
	cr_assert_eq(rig_state(ADDRESS6), CLAIM_CONFLICT);
}

Test(bpf_nd, advertisement_without_option_contradicts)
{
	struct bytes objection, options = {0};

	objection = defence(ND_FLAG_OVERRIDE, &options, &untagged);
	contradicts(&objection, &untagged, 0, COUNTER_conflict_asserted);
}

static void options_of_288_bytes(int xdp, const struct tags *tags)
{
	struct bytes objection, options = {0};

	while (options.len < 288)
		put(&options, "\x02\x01\x52\x54\x00\x0a\x0b\x0c", 8);
	objection = defence(ND_FLAG_OVERRIDE, &options, tags);
	contradicts(&objection, tags, xdp, COUNTER_conflict_objected);
}

Test(bpf_nd, advertisement_with_options_of_288_bytes_contradicts)
{
	options_of_288_bytes(0, &untagged);
}

Test(bpf_nd, advertisement_with_options_of_288_bytes_contradicts_behind_two_tags)
{
	struct tags tags = {ETH_P_8021AD, 0x6064, ETH_P_8021Q, 0x200a};

	options_of_288_bytes(0, &tags);
}

Test(bpf_nd, advertisement_with_options_of_288_bytes_contradicts_in_xdp)
{
	options_of_288_bytes(1, &untagged);
}

/* Behind a hop-by-hop header with a router alert, and destination options. */
static void extension_headers(int xdp, const struct tags *tags)
{
	static const __u8 headers[] = {60, 0, 5, 2, 0, 0, 1, 0, 58, 0, 1, 4, 0, 0, 0, 0};
	struct bytes options = {0}, objection = defence(ND_FLAG_OVERRIDE, &options, tags);
	unsigned int at = objection.len - 24, ip = at - 40;

	memmove(objection.at + at + sizeof(headers), objection.at + at, 24);
	memcpy(objection.at + at, headers, sizeof(headers));
	objection.len += sizeof(headers);
	objection.at[ip + 5] = 24 + sizeof(headers);
	objection.at[ip + 6] = IPV6_HOP_BY_HOP;
	contradicts(&objection, tags, xdp, COUNTER_conflict_objected);
}

Test(bpf_nd, advertisement_behind_extension_headers_contradicts)
{
	extension_headers(0, &untagged);
}

Test(bpf_nd, advertisement_behind_extension_headers_contradicts_behind_a_tag)
{
	struct tags tags = {.proto = ETH_P_8021Q, .tci = 0x600a};

	extension_headers(0, &tags);
}

Test(bpf_nd, advertisement_behind_extension_headers_contradicts_in_xdp)
{
	extension_headers(1, &untagged);
}

Test(bpf_nd, solicited_advertisement_contradicts)
{
	struct bytes objection = says_from(guest, other, &untagged), options = {0};
	struct bytes frame = probe6(1, &untagged);

	put(&options, "\x02\x01\x52\x54\x00\x0a\x0b\x0c", 8);
	put_nd(&objection, ND_ADVERTISEMENT, NA_SOLICITED, TARGET6, CLIENT6, &options);
	rig_hear(PORT_A, &frame);
	rig_hear(PORT_UPLINK, &objection);
	cr_assert_eq(rig_counted().conflict_asserted, 1);
	cr_assert_eq(rig_state(ADDRESS6), CLAIM_CONFLICT);
}

Test(bpf_nd, xdp_owes_and_sends_nothing)
{
	struct bytes frame = probe6(1, &untagged);
	int at;

	rig_declare(ADDRESS6, ANNOUNCE_IMMEDIATE, owners, 1);
	cr_assert_eq(rig_hear_xdp(PORT_A, &frame), XDP_PASS);
	cr_assert_eq(rig_state(ADDRESS6), CLAIM_PROBING);
	for (at = 0; at < PORT_MAX; at++)
		rig_expect_silence(at);
}

Test(bpf_nd, other_ipv6_passes_uncounted)
{
	static const __u8 others[][2] = {{6, 0}, {17, 0}, {58, 128}, {58, 129}};
	struct counters gained;
	unsigned int i, j;

	for (i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		struct bytes frame = probe6(1, &untagged);

		frame.at[20] = others[i][0];
		frame.at[54] = others[i][1];
		rig_counted();
		rig_hear(PORT_A, &frame);
		gained = rig_counted();
		for (j = 0; j < sizeof(gained) / sizeof(__u64); j++)
			cr_assert_eq(((__u64 *)&gained)[j], 0, "frame %u counter %u", i, j);
	}
}
