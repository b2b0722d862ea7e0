// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Announcements on the wire, byte by byte, at the far ends of the other ports; and the frame that
 * caused them, handed back as it was (rig_hear asserts that of every one).
 */
#include <criterion/criterion.h>

#include "says.h"

static const __u8 *const both[] = {guest, other};

static void setup(void)
{
	rig_setup();
	rig_declare("192.0.2.7", ANNOUNCE_IMMEDIATE, both, 2);
}

TestSuite(bpf_announce, .init = setup, .timeout = 60);

/* Made of the frame: what stood behind its ARP stands behind the announcement too. */
static void expect_made_of(const struct bytes *frame, const __u8 *mac, enum rig_port here,
			   const struct tags *tags)
{
	unsigned int len = says_announcement(mac, ARP_REQUEST, tags).len;

	says_expect(mac, here, tags, frame->at + len, frame->len - len);
}

static void immediate(struct bytes *frame, const struct tags *tags)
{
	struct counters gained;

	rig_counted();
	rig_hear(PORT_A, frame);
	gained = rig_counted();
	cr_assert_eq(gained.immediate, 1);
	cr_assert_eq(gained.announced, 1);
	cr_assert_eq(gained.announce_failed, 0);
	expect_made_of(frame, guest, PORT_A, tags);
}

Test(bpf_announce, probe_of_42_bytes)
{
	struct bytes frame = says_probe(&untagged);

	immediate(&frame, &untagged);
}

Test(bpf_announce, probe_of_60_bytes)
{
	struct bytes frame = says_probe(&untagged);

	memset(frame.at + frame.len, 0x5a, 60 - frame.len);
	frame.len = 60;
	immediate(&frame, &untagged);
}

Test(bpf_announce, probe_with_tha_of_ones)
{
	struct bytes frame = says_from(ones, guest, &untagged);

	put_arp(&frame, ARP_REQUEST, guest, NOBODY, ones, SERVICE);
	immediate(&frame, &untagged);
}

Test(bpf_announce, tag_and_priority_are_kept)
{
	struct tags tags = {.proto = ETH_P_8021Q, .tci = 0xa00a};
	struct bytes frame = says_probe(&tags);
	struct claim_key key = rig_key("192.0.2.7", 10, 0);
	struct claim claim;

	immediate(&frame, &tags);
	cr_assert_eq(rig_claim(&key, &claim), 0);
	cr_assert_eq(memcmp(&claim.tags, &tags, sizeof(tags)), 0);
}

Test(bpf_announce, two_tags_are_kept)
{
	struct tags tags = {ETH_P_8021AD, 0x6064, ETH_P_8021Q, 0x200a};
	struct bytes frame = says_probe(&tags);
	struct claim_key key = rig_key("192.0.2.7", 100 | VLAN_AD, 10);
	struct claim claim;

	immediate(&frame, &tags);
	cr_assert_eq(rig_claim(&key, &claim), 0);
	cr_assert_eq(memcmp(&claim.tags, &tags, sizeof(tags)), 0);
}

Test(bpf_announce, form_request_only)
{
	struct settings settings = rig_defaults();
	struct bytes frame = says_probe(&untagged),
		     request = says_announcement(guest, ARP_REQUEST, &untagged);

	settings.form = FORM_REQUEST;
	rig_settings(&settings);
	rig_hear(PORT_A, &frame);
	rig_expect(PORT_B, &request, "request");
	rig_expect_silence(PORT_B);
}

Test(bpf_announce, form_reply_only)
{
	struct settings settings = rig_defaults();
	struct bytes frame = says_probe(&untagged),
		     reply = says_announcement(guest, ARP_REPLY, &untagged);

	settings.form = FORM_REPLY;
	rig_settings(&settings);
	rig_hear(PORT_A, &frame);
	rig_expect(PORT_B, &reply, "reply");
	rig_expect_silence(PORT_B);
}

Test(bpf_announce, second_probe_of_the_window_is_only_counted)
{
	struct settings settings = rig_defaults();
	struct bytes frame = says_probe(&untagged);

	settings.duplicate_ns = 0;
	rig_settings(&settings);
	immediate(&frame, &untagged);
	rig_hear(PORT_A, &frame);
	rig_counted_only(COUNTER_window_continued);
	rig_expect_silence(PORT_B);
}

/* It is announced when its window ends, by garpd_speak; nothing is made of the answer itself. */
Test(bpf_announce, use_of_the_address_says_nothing_yet)
{
	struct bytes frame = says_probe(&untagged), answer = says_from(other, guest, &untagged);
	struct claim_key key = rig_key("192.0.2.7", 0, 0);
	struct claim claim;

	put_arp(&answer, ARP_REPLY, guest, SERVICE, other, CLIENT);
	immediate(&frame, &untagged);
	rig_hear(PORT_A, &answer);
	rig_counted_only(COUNTER_window_used);
	rig_expect_silence(PORT_B);
	cr_assert_eq(rig_claim(&key, &claim), 0);
	cr_assert_eq(claim.state, CLAIM_PROBING);
}

Test(bpf_announce, defender_from_its_own_port)
{
	struct bytes frame = says_probe(&untagged), answer = says_from(guest, other, &untagged);
	struct claim_key key = rig_key("192.0.2.7", 0, 0);
	struct counters gained;
	struct claim claim;

	put_arp(&answer, ARP_REPLY, other, SERVICE, guest, NOBODY);
	immediate(&frame, &untagged);
	rig_hear(PORT_B, &answer);
	gained = rig_counted();
	cr_assert_eq(gained.defended, 1);
	cr_assert_eq(gained.announced, 1);
	expect_made_of(&answer, other, PORT_B, &untagged);
	cr_assert_eq(rig_claim(&key, &claim), 0);
	cr_assert_eq(claim.state, CLAIM_CONFLICT);
	cr_assert_eq(claim.announcements, 2);
	cr_assert_arr_eq(claim.rival, other, MAC_LEN);
}

Test(bpf_announce, defender_behind_the_uplink_with_its_tags)
{
	struct tags tags = {.proto = ETH_P_8021Q, .tci = 0x200a};
	struct bytes frame = says_probe(&tags), answer = says_from(guest, other, &tags);
	struct counters gained;

	put_arp(&answer, ARP_REPLY, other, SERVICE, guest, NOBODY);
	immediate(&frame, &tags);
	rig_hear(PORT_UPLINK, &answer);
	gained = rig_counted();
	cr_assert_eq(gained.defended, 1);
	cr_assert_eq(gained.announced, 1);
	expect_made_of(&answer, other, PORT_UPLINK, &tags);
}

/* ---- on the real ingress, where the outer tag is in the skb's metadata ---- */

static void on_the_wire(const struct tags *tags, __u16 vlan, __u16 inner_vlan)
{
	struct claim_key key = rig_key("192.0.2.7", vlan, inner_vlan);
	struct bytes frame = says_probe(tags),
		     request = says_announcement(guest, ARP_REQUEST, tags);
	struct bytes reply = says_announcement(guest, ARP_REPLY, tags);
	struct counters gained;
	struct claim claim;

	rig_attach(PORT_A);
	rig_counted();
	rig_send(PORT_A, &frame);
	rig_expect(PORT_B, &frame, "the probe itself");
	rig_expect(PORT_B, &request, "request");
	rig_expect(PORT_B, &reply, "reply");
	rig_expect_silence(PORT_B);
	rig_expect_silence(PORT_A);
	gained = rig_counted();
	cr_assert_eq(gained.immediate, 1);
	cr_assert_eq(gained.own_frame, 2);
	cr_assert_eq(rig_claim(&key, &claim), 0);
	cr_assert_eq(claim.announcements, 1);
}

Test(bpf_announce, real_ingress_untagged)
{
	on_the_wire(&untagged, 0, 0);
}

Test(bpf_announce, real_ingress_one_tag)
{
	on_the_wire(&(struct tags){.proto = ETH_P_8021Q, .tci = 0xa00a}, 10, 0);
}

Test(bpf_announce, real_ingress_two_tags)
{
	on_the_wire(&(struct tags){ETH_P_8021AD, 0x6064, ETH_P_8021Q, 0x200a}, 100 | VLAN_AD, 10);
}

Test(bpf_announce, real_ingress_priority_tag_of_vid_0)
{
	on_the_wire(&(struct tags){.proto = ETH_P_8021Q, .tci = 0xe000}, 0, 0);
}
