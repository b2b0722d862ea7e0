// SPDX-License-Identifier: GPL-2.0-or-later
/* frame.h: why a frame is ignored, and what is read from the others. */
#include <criterion/criterion.h>

#include "bytes.h"

TestSuite(frame_reasons);
TestSuite(frame_kinds);

static struct frame parse_all(const struct bytes *bytes)
{
	static const struct tags untagged;
	struct frame frame;

	frame_parse(bytes->at, bytes->at + bytes->len, &untagged, &frame);
	return frame;
}

/* ---- reasons ---- */

/* A probe with some bytes of it replaced; `at` counts from the Ethernet header. */
static int reason_with(unsigned int at, const void *instead, unsigned int len)
{
	struct frame frame;
	struct bytes bytes;

	put_ethernet(&bytes, ones, guest);
	put_probe(&bytes);
	memcpy(bytes.at + at, instead, len);
	frame = parse_all(&bytes);
	cr_assert_eq(frame.kind, FRAME_IGNORED);
	return frame.reason;
}

enum {
	DST = 0,
	SRC = 6,
	TYPE = 12,
	HRD = 14,
	PRO = 16,
	HLN = 18,
	PLN = 19,
	OP = 20,
	SHA = 22,
	SPA = 28,
	THA = 32,
	TPA = 38
};

Test(frame_reasons, other_protocol)
{
	cr_assert_eq(reason_with(TYPE, "\x08\x00", 2), COUNTER_other_protocol);
	cr_assert_eq(reason_with(TYPE, "\x06\x08", 2), COUNTER_other_protocol);
}

Test(frame_reasons, malformed_one_field_at_a_time)
{
	cr_assert_eq(reason_with(HRD, "\x00\x06", 2), COUNTER_malformed);
	cr_assert_eq(reason_with(HRD, "\x01\x00", 2), COUNTER_malformed);
	cr_assert_eq(reason_with(PRO, "\x86\xdd", 2), COUNTER_malformed);
	cr_assert_eq(reason_with(HLN, "\x08", 1), COUNTER_malformed);
	cr_assert_eq(reason_with(PLN, "\x10", 1), COUNTER_malformed);
	cr_assert_eq(reason_with(OP, "\x00\x00", 2), COUNTER_malformed);
	cr_assert_eq(reason_with(OP, "\x00\x03", 2), COUNTER_malformed); /* RARP */
	cr_assert_eq(reason_with(OP, "\x01\x00", 2), COUNTER_malformed);
	cr_assert_eq(reason_with(SHA, zeroes, 6), COUNTER_malformed);
	cr_assert_eq(reason_with(SHA, ones, 6), COUNTER_malformed); /* and a probe */
	cr_assert_eq(reason_with(SHA, "\x01\x00\x5e\x00\x00\x01", 6), COUNTER_malformed);
	cr_assert_eq(reason_with(SPA, "\x7f\x00\x00\x01", 4), COUNTER_malformed);
	cr_assert_eq(reason_with(SPA, "\xe0\x00\x00\x01", 4), COUNTER_malformed);
	cr_assert_eq(reason_with(SPA, "\x00\x00\x00\x01", 4), COUNTER_malformed);
}

Test(frame_reasons, probe_that_is_a_reply)
{
	cr_assert_eq(reason_with(OP, "\x00\x02", 2), COUNTER_probe_reply);
}

/* Cisco device tracking asks so, every 30 s. */
Test(frame_reasons, probe_to_one_host)
{
	cr_assert_eq(reason_with(DST, other, 6), COUNTER_probe_unicast);
	cr_assert_eq(reason_with(DST, "\x01\x00\x5e\x00\x00\x01", 6), COUNTER_probe_unicast);
	cr_assert_eq(reason_with(DST, "\xff\xff\xff\xff\xff\xfe", 6), COUNTER_probe_unicast);
}

Test(frame_reasons, probe_of_another_ethernet_source)
{
	cr_assert_eq(reason_with(SRC, other, 6), COUNTER_probe_spoofed);
	cr_assert_eq(reason_with(SHA, other, 6), COUNTER_probe_spoofed);
	cr_assert_eq(reason_with(SRC, "\x52\x54\x00\x01\x02\x04", 6), COUNTER_probe_spoofed);
}

Test(frame_reasons, probe_with_a_target_mac)
{
	cr_assert_eq(reason_with(THA, other, 6), COUNTER_probe_tha);
	cr_assert_eq(reason_with(THA, guest, 6), COUNTER_probe_tha);
	cr_assert_eq(reason_with(THA, "\x00\x00\x00\x00\x00\x01", 6), COUNTER_probe_tha);
	cr_assert_eq(reason_with(THA, "\x7f\xff\xff\xff\xff\xff", 6), COUNTER_probe_tha);
}

Test(frame_reasons, probe_for_no_host)
{
	cr_assert_eq(reason_with(TPA, "\x00\x00\x00\x00", 4), COUNTER_probe_target);
	cr_assert_eq(reason_with(TPA, "\x00\xff\xff\xff", 4), COUNTER_probe_target);
	cr_assert_eq(reason_with(TPA, "\x7f\x00\x00\x01", 4), COUNTER_probe_target);
	cr_assert_eq(reason_with(TPA, "\xe0\x00\x00\x00", 4), COUNTER_probe_target);
	cr_assert_eq(reason_with(TPA, "\xff\xff\xff\xff", 4), COUNTER_probe_target);
}

/* ---- kinds ---- */

static struct frame arp(const __u8 *dst, const __u8 *src, __u16 op, const __u8 *sha,
			const char *spa, const __u8 *tha, const char *tpa)
{
	struct bytes bytes;

	put_ethernet(&bytes, dst, src);
	put_arp(&bytes, op, sha, spa, tha, tpa);
	return parse_all(&bytes);
}

Test(frame_kinds, probe_with_tha_of_ones_as_arping_sends_it)
{
	struct frame frame = arp(ones, guest, ARP_REQUEST, guest, NOBODY, ones, SERVICE);

	cr_assert_eq(frame.kind, FRAME_PROBE);
	cr_assert_eq(frame.relayed, 0);
}

Test(frame_kinds, probe_for_the_first_and_last_addresses_of_a_host)
{
	static const char *const hosts[] = {"\x01\x00\x00\x00", "\x7e\xff\xff\xff",
					    "\x80\x00\x00\x00", "\xdf\xff\xff\xff",
					    "\xa9\xfe\x00\x01"};
	unsigned int i;

	for (i = 0; i < 5; i++)
		cr_assert_eq(arp(ones, guest, ARP_REQUEST, guest, NOBODY, zeroes, hosts[i]).kind,
			     FRAME_PROBE, "host %u", i);
}

Test(frame_kinds, announcement_request_or_reply_whatever_the_tha)
{
	const __u8 *const thas[] = {zeroes, ones, guest, other};
	struct frame frame;
	unsigned int i;

	for (i = 0; i < 8; i++) {
		frame = arp(ones, guest, i & 1 ? ARP_REPLY : ARP_REQUEST, guest, SERVICE,
			    thas[i / 2], SERVICE);
		cr_assert_eq(frame.kind, FRAME_ANNOUNCEMENT);
		cr_assert_arr_eq(frame.mac, guest, MAC_LEN);
		cr_assert_arr_eq(frame.addr.bytes + 12, SERVICE, 4);
	}
}

Test(frame_kinds, unicast_or_relayed_announcement_is_an_assertion)
{
	struct frame frame = arp(other, guest, ARP_REPLY, guest, SERVICE, other, SERVICE);

	cr_assert_eq(frame.kind, FRAME_ASSERTION);
	cr_assert_eq(frame.relayed, 0);
	frame = arp(ones, other, ARP_REQUEST, guest, SERVICE, zeroes, SERVICE);
	cr_assert_eq(frame.kind, FRAME_ASSERTION);
	cr_assert_eq(frame.relayed, 1);
	cr_assert_arr_eq(frame.mac, guest, MAC_LEN);
}

Test(frame_kinds, ordinary_request_and_reply_are_assertions_of_the_sender)
{
	struct frame frame = arp(ones, guest, ARP_REQUEST, guest, SERVICE, zeroes, CLIENT);

	cr_assert_eq(frame.kind, FRAME_ASSERTION);
	cr_assert_arr_eq(frame.addr.bytes + 12, SERVICE, 4);
	frame = arp(other, guest, ARP_REPLY, guest, SERVICE, other, CLIENT);
	cr_assert_eq(frame.kind, FRAME_ASSERTION);
	cr_assert_arr_eq(frame.addr.bytes + 12, SERVICE, 4);
}

/* A cluster in multicast mode: Windows NLB, CLUSTERIP. No host has that MAC, and it objects. */
Test(frame_kinds, sha_of_a_group_or_zero_objects)
{
	static const __u8 nlb[MAC_LEN] = {0x03, 0xbf, 0xc0, 0x00, 0x02, 0x07};
	const __u8 *const shas[] = {nlb, ones, zeroes};
	struct frame frame;
	unsigned int i;

	for (i = 0; i < 6; i++) {
		frame = arp(i & 1 ? ones : guest, other, i & 1 ? ARP_REQUEST : ARP_REPLY,
			    shas[i / 2], SERVICE, guest, i & 1 ? SERVICE : CLIENT);
		cr_assert_eq(frame.kind, FRAME_OBJECTION);
		cr_assert_eq(frame.to, FRAME_UNADDRESSED);
		cr_assert_arr_eq(frame.mac, other, MAC_LEN);
		cr_assert_arr_eq(frame.to_mac, i & 1 ? ones : guest, MAC_LEN);
		cr_assert_arr_eq(frame.addr.bytes + 12, SERVICE, 4);
	}
	frame = arp(ones, nlb, ARP_REQUEST, nlb, SERVICE, zeroes, SERVICE);
	cr_assert_eq(frame.kind, FRAME_IGNORED); /* a bridge drops it */
	cr_assert_eq(frame.reason, COUNTER_malformed);
}

Test(frame_kinds, link_local_is_told_apart_by_its_address)
{
	struct frame frame = arp(ones, guest, ARP_REQUEST, guest, NOBODY, zeroes,
				 "\xa9\xfe\x01\x02");

	cr_assert(addr_is_link_local(&frame.addr));
	frame = arp(ones, guest, ARP_REQUEST, guest, NOBODY, zeroes, "\xa9\xfd\x01\x02");
	cr_assert_not(addr_is_link_local(&frame.addr));
}

/* ---- its receiver ---- */

Test(frame_kinds, reaches_a_host_by_its_mac_or_in_a_group)
{
	struct frame frame = arp(other, guest, ARP_REPLY, guest, SERVICE, other, CLIENT);

	cr_assert(frame_reaches(&frame, other));
	cr_assert_not(frame_reaches(&frame, guest));
	frame = arp(ones, guest, ARP_REQUEST, guest, SERVICE, zeroes, SERVICE);
	cr_assert(frame_reaches(&frame, other));
}

static void assert_to(__u16 op, const char *spa, const char *tpa, const __u8 *dst,
		      enum frame_to expected)
{
	struct frame frame;
	struct bytes bytes;
	struct addr target;

	put_ethernet(&bytes, dst, guest);
	put_arp(&bytes, op, guest, spa, zeroes, tpa);
	frame = parse_all(&bytes);
	cr_assert_eq(frame.to, expected);
	if (expected == FRAME_UNADDRESSED)
		return;
	addr_from_ipv4(&target, (const __u8 *)tpa);
	cr_assert_eq(memcmp(&frame.target, &target, sizeof(target)), 0);
	cr_assert_eq(memcmp(frame.to_mac, dst, MAC_LEN), 0);
	cr_assert_eq(frame.kind, FRAME_ASSERTION);
}

Test(frame_kinds, question_and_answer_have_another_end)
{
	assert_to(ARP_REQUEST, SERVICE, CLIENT, ones, FRAME_REQUEST);
	assert_to(ARP_REQUEST, SERVICE, CLIENT, other, FRAME_REQUEST);
	assert_to(ARP_REPLY, SERVICE, CLIENT, other, FRAME_REPLY);
}

Test(frame_kinds, probe_and_announcement_have_none)
{
	assert_to(ARP_REQUEST, NOBODY, SERVICE, ones, FRAME_UNADDRESSED);
	assert_to(ARP_REQUEST, SERVICE, SERVICE, ones, FRAME_UNADDRESSED);
	assert_to(ARP_REPLY, SERVICE, SERVICE, other, FRAME_UNADDRESSED);
	assert_to(ARP_REPLY, SERVICE, NOBODY, other, FRAME_UNADDRESSED);
	assert_to(ARP_REQUEST, SERVICE, "\xe0\x00\x00\x01", ones, FRAME_UNADDRESSED);
}
