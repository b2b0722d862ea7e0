// SPDX-License-Identifier: GPL-2.0-or-later
/* garpd_tc on real bytes: every reason for which a frame does not count, and the first edges. */
#include <criterion/criterion.h>
#include <errno.h>

#include "rig.h"

TestSuite(bpf_hear, .init = rig_setup, .timeout = 60);

enum {
	DST = 0,
	SRC = 6,
	TYPE = 12,
	HRD = 14,
	OP = 20,
	SHA = 22,
	SPA = 28,
	THA = 32,
	TPA = 38,
};

static struct bytes probe(void)
{
	struct bytes frame;

	put_ethernet(&frame, ones, guest);
	put_probe(&frame);
	return frame;
}

/* ARP of a host that has the address. */
static struct bytes has(const __u8 *who, const __u8 *dst, __u16 op, const char *tpa)
{
	struct bytes frame;

	put_ethernet(&frame, dst, who);
	put_arp(&frame, op, who, SERVICE, zeroes, tpa);
	return frame;
}

static void counts(enum rig_port at, const struct bytes *frame, enum counter reason)
{
	rig_hear(at, frame);
	rig_counted_only(reason);
}

Test(bpf_hear, frames_that_do_not_count)
{
	static const struct {
		unsigned int at, len;
		const char *instead;
		enum counter reason;
	} wrong[] = {
		{HRD, 2, "\x00\x06", COUNTER_malformed},
		{OP, 2, "\x00\x03", COUNTER_malformed},
		{SHA, 6, "\x01\x00\x5e\x00\x00\x01", COUNTER_malformed},
		{SPA, 4, "\x7f\x00\x00\x01", COUNTER_malformed},
		{OP, 2, "\x00\x02", COUNTER_probe_reply},
		{DST, 6, "\x52\x54\x00\x0a\x0b\x0c", COUNTER_probe_unicast},
		{SRC, 6, "\x52\x54\x00\x0a\x0b\x0c", COUNTER_probe_spoofed},
		{THA, 6, "\x52\x54\x00\x0a\x0b\x0c", COUNTER_probe_tha},
		{TPA, 4, "\x00\x00\x00\x00", COUNTER_probe_target},
		{TPA, 4, "\xe0\x00\x00\x01", COUNTER_probe_target},
		{TPA, 4, "\xa9\xfe\x01\x02", COUNTER_probe_link_local},
		{SPA, 4, SERVICE, COUNTER_no_claim},
	};
	struct bytes frame;
	unsigned int i;

	for (i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		frame = probe();
		memcpy(frame.at + wrong[i].at, wrong[i].instead, wrong[i].len);
		counts(PORT_A, &frame, wrong[i].reason);
	}
	cr_assert_eq(rig_state("192.0.2.7"), -ENOENT);
	rig_expect_silence(PORT_B);
}

Test(bpf_hear, arp_cut_short_at_every_length)
{
	struct bytes frame = probe();

	for (frame.len = ETH_HLEN; frame.len < 42; frame.len++)
		counts(PORT_A, &frame, COUNTER_truncated);
}

Test(bpf_hear, tagged_arp_cut_short_at_every_length)
{
	struct bytes frame;
	unsigned int whole;

	put_ethernet(&frame, ones, guest);
	put_tag(&frame, ETH_P_8021AD, 100);
	put_tag(&frame, ETH_P_8021Q, 10);
	put_probe(&frame);
	whole = frame.len;
	for (frame.len = ETH_HLEN; frame.len < whole; frame.len++)
		counts(PORT_A, &frame, COUNTER_truncated);
	counts(PORT_A, &frame, COUNTER_window_opened);
}

Test(bpf_hear, oversize_probe_counts)
{
	struct bytes frame = probe();

	memset(frame.at + frame.len, 0x5a, 1514 - frame.len);
	frame.len = 1514;
	counts(PORT_A, &frame, COUNTER_window_opened);
}

Test(bpf_hear, three_tags)
{
	struct bytes frame;

	put_ethernet(&frame, ones, guest);
	put_tag(&frame, ETH_P_8021Q, 1);
	put_tag(&frame, ETH_P_8021Q, 2);
	put_tag(&frame, ETH_P_8021Q, 3);
	put_probe(&frame);
	counts(PORT_A, &frame, COUNTER_too_many_tags);
}

Test(bpf_hear, ip_is_not_even_counted_and_tagged_ip_is)
{
	struct counters gained;
	struct bytes frame;

	frame = probe();
	memcpy(frame.at + TYPE, "\x08\x00", 2);
	rig_hear(PORT_A, &frame);
	gained = rig_counted();
	cr_assert_eq(memcmp(&gained, &(struct counters){}, sizeof(gained)), 0);
	put_ethernet(&frame, ones, guest);
	put_tag(&frame, ETH_P_8021Q, 10);
	put16(&frame, ETH_P_IP);
	put(&frame, zeroes, sizeof(zeroes));
	counts(PORT_A, &frame, COUNTER_other_protocol);
}

Test(bpf_hear, our_own_frames_by_their_mark)
{
	struct bytes frame = probe();

	cr_assert_eq(rig_hear_marked(PORT_A, &frame, GARPD_MARK), (int)GARPD_MARK);
	rig_counted_only(COUNTER_own_frame);
	cr_assert_eq(rig_hear_marked(PORT_A, &frame, GARPD_MARK + 1), (int)GARPD_MARK + 1);
	rig_counted_only(COUNTER_window_opened);
}

Test(bpf_hear, port_that_nobody_described)
{
	struct bytes frame = probe();

	cr_assert_eq(bpf_map_delete_elem(rig.ports, &rig.ifindex[PORT_A]), 0);
	counts(PORT_A, &frame, COUNTER_other_port);
}

Test(bpf_hear, port_that_the_bridge_takes_nothing_from)
{
	struct bytes frame = probe();

	rig_port(PORT_A, &(struct port){.segment = rig.bridge, .role = ROLE_GUEST});
	counts(PORT_A, &frame, COUNTER_not_forwarding);
}

Test(bpf_hear, uplink_makes_no_claim)
{
	struct bytes frame = probe();

	counts(PORT_UPLINK, &frame, COUNTER_probe_uplink);
	cr_assert_eq(rig_state("192.0.2.7"), -ENOENT);
}

Test(bpf_hear, probe_opens_a_window)
{
	struct claim_key key = rig_key("192.0.2.7", 0, 0);
	__u64 before_ns = rig_now_ns(), after_ns;
	struct bytes frame = probe();
	struct claim claim;

	counts(PORT_A, &frame, COUNTER_window_opened);
	after_ns = rig_now_ns();
	cr_assert_eq(rig_claim(&key, &claim), 0);
	cr_assert_eq(claim.state, CLAIM_PROBING);
	cr_assert_eq(claim.reason, COUNTER_window_opened);
	cr_assert_arr_eq(claim.mac, guest, MAC_LEN);
	cr_assert_eq(claim.port, rig.ifindex[PORT_A]);
	cr_assert_eq(memcmp(&claim.key, &key, sizeof(key)), 0);
	cr_assert(claim.first_probe_ns >= before_ns && claim.first_probe_ns <= after_ns);
	cr_assert_eq(claim.deadline_ns, claim.first_probe_ns + 2300 * NSEC_PER_MSEC);
	rig_expect_silence(PORT_B);
}

Test(bpf_hear, link_local_where_the_configuration_wants_it)
{
	struct settings settings = rig_defaults();
	struct bytes frame = probe();

	settings.link_local = 1;
	rig_settings(&settings);
	memcpy(frame.at + TPA, "\xa9\xfe\x01\x02", 4);
	counts(PORT_A, &frame, COUNTER_window_opened);
}

Test(bpf_hear, mirrored_copy_is_a_duplicate)
{
	struct settings settings = rig_defaults();
	struct bytes frame = probe();

	/* An hour: this machine may be slow. */
	settings.duplicate_ns = 3600 * NSEC_PER_SEC;
	rig_settings(&settings);
	counts(PORT_A, &frame, COUNTER_window_opened);
	counts(PORT_A, &frame, COUNTER_probe_duplicate);
	settings.duplicate_ns = 0;
	rig_settings(&settings);
	counts(PORT_A, &frame, COUNTER_window_continued);
}

Test(bpf_hear, two_that_probe)
{
	struct settings settings = rig_defaults();
	struct bytes a = probe(), b = probe();

	settings.duplicate_ns = 0;
	rig_settings(&settings);
	memcpy(b.at + SRC, other, MAC_LEN);
	memcpy(b.at + SHA, other, MAC_LEN);
	counts(PORT_A, &a, COUNTER_window_opened);
	counts(PORT_B, &b, COUNTER_rival_probe);
	counts(PORT_A, &a, COUNTER_conflict_probe);
	cr_assert_eq(rig_state("192.0.2.7"), CLAIM_CONFLICT);
}

Test(bpf_hear, reply_of_the_owner_contradicts)
{
	struct bytes answer = has(other, guest, ARP_REPLY, NOBODY), frame = probe();
	struct claim_key key = rig_key("192.0.2.7", 0, 0);
	struct claim claim;

	counts(PORT_A, &frame, COUNTER_window_opened);
	counts(PORT_UPLINK, &answer, COUNTER_conflict_asserted);
	cr_assert_eq(rig_claim(&key, &claim), 0);
	cr_assert_eq(claim.state, CLAIM_CONFLICT);
	cr_assert_arr_eq(claim.rival, other, MAC_LEN);
	cr_assert_eq(claim.rival_port, rig.ifindex[PORT_UPLINK]);
}

/* Windows NLB in multicast mode, CLUSTERIP: no host has the MAC, and the guest gives up. */
static void group_sha_contradicts(int xdp)
{
	static const __u8 nlb[MAC_LEN] = {0x03, 0xbf, 0xc0, 0x00, 0x02, 0x07};
	struct claim_key key = rig_key("192.0.2.7", 0, 0);
	struct bytes frame = probe(), answer;
	struct claim claim;

	put_ethernet(&answer, guest, other);
	put_arp(&answer, ARP_REPLY, nlb, SERVICE, guest, NOBODY);
	counts(PORT_UPLINK, &answer, COUNTER_no_claim);
	counts(PORT_A, &frame, COUNTER_window_opened);
	if (xdp) {
		cr_assert_eq(rig_hear_xdp(PORT_UPLINK, &answer), XDP_PASS);
		rig_counted_only(COUNTER_conflict_objected);
	} else {
		counts(PORT_UPLINK, &answer, COUNTER_conflict_objected);
	}
	cr_assert_eq(rig_claim(&key, &claim), 0);
	cr_assert_eq(claim.state, CLAIM_CONFLICT);
	cr_assert_arr_eq(claim.rival, other, MAC_LEN);
	cr_assert_eq(claim.rival_port, rig.ifindex[PORT_UPLINK]);
}

Test(bpf_hear, reply_with_a_group_sha_contradicts)
{
	group_sha_contradicts(0);
}

Test(bpf_hear, reply_with_a_group_sha_contradicts_in_xdp)
{
	group_sha_contradicts(1);
}

/* Proxy ARP: a router answers a client, and the guest does not hear it. */
Test(bpf_hear, reply_to_a_third_host_is_only_a_doubt_where_guests_are_asked)
{
	struct bytes answer = has(other, zeroes, ARP_REPLY, CLIENT), frame = probe();
	struct settings settings = rig_defaults();
	struct claim_key key = rig_key("192.0.2.7", 0, 0);
	struct claim claim;

	settings.ask = 1;
	rig_settings(&settings);
	answer.at[DST] = 0x52;
	counts(PORT_A, &frame, COUNTER_window_opened);
	rig_hear(PORT_UPLINK, &answer);
	cr_assert_eq(rig_counted().other_doubted, 1);
	cr_assert_eq(rig_claim(&key, &claim), 0);
	cr_assert_eq(claim.state, CLAIM_PROBING);
	cr_assert(claim.flags & CLAIM_F_DOUBTED);
	memcpy(answer.at + DST, guest, MAC_LEN);
	rig_hear(PORT_UPLINK, &answer);
	cr_assert_eq(rig_counted().conflict_asserted, 1);
}

Test(bpf_hear, gratuitous_request_of_the_owner_contradicts)
{
	struct bytes answer = has(other, ones, ARP_REQUEST, SERVICE), frame = probe();

	counts(PORT_A, &frame, COUNTER_window_opened);
	counts(PORT_B, &answer, COUNTER_conflict_asserted);
	cr_assert_eq(rig_state("192.0.2.7"), CLAIM_CONFLICT);
}

Test(bpf_hear, guest_that_announces_itself)
{
	struct bytes announcement = has(guest, ones, ARP_REQUEST, SERVICE), frame = probe();
	struct bytes asks = has(guest, ones, ARP_REQUEST, CLIENT);
	struct bytes stranger = has(other, ones, ARP_REQUEST, CLIENT);

	counts(PORT_A, &frame, COUNTER_window_opened);
	counts(PORT_A, &announcement, COUNTER_self_announced);
	cr_assert_eq(rig_state("192.0.2.7"), CLAIM_OWNED);
	counts(PORT_A, &asks, COUNTER_seen);
	counts(PORT_B, &stranger, COUNTER_other_seen);
	rig_expect_silence(PORT_B);
	rig_expect_silence(PORT_UPLINK);
}

Test(bpf_hear, address_that_moves_is_counted)
{
	struct bytes first = has(guest, ones, ARP_REQUEST, SERVICE), frame = probe();
	struct bytes second = has(other, ones, ARP_REQUEST, SERVICE);
	struct counters gained;

	rig_hear(PORT_A, &frame);
	rig_hear(PORT_A, &first);
	rig_counted();
	rig_hear(PORT_B, &second);
	gained = rig_counted();
	cr_assert_eq(gained.self_announced, 1);
	cr_assert_eq(gained.moved, 1);
}
