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
	frame = probe6(30, &untagged);
	rig_hear(PORT_A, &frame);
	rig_counted_only(COUNTER_nd_too_long);
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
