// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The question on the guest's wire, byte by byte; and its answer, which is announced at the other
 * ports and handed back as it was (rig_hear asserts that of every frame).
 */
#include <criterion/criterion.h>
#include <errno.h>

#include "says.h"
#include "tests/unit/nd_bytes.h"

#define ADDRESS	 "192.0.2.7"
#define ADDRESS6 "2001:db8::7"
#define HOST	 "\xc0\x00\x02\x01" /* 192.0.2.1 */
#define HOST6	 "\xfe\x80\0\0\0\0\0\0\0\0\0\0\0\0\0\x01"

static struct settings settings;

static void setup(void)
{
	rig_setup_short(&settings);
	settings.ask = 1;
	rig_settings(&settings);
	rig_asker("192.0.2.1", 0, ASKER_HOST);
	rig_asker("fe80::1", 0, ASKER_HOST);
}

TestSuite(bpf_ask, .init = setup, .timeout = 60);

/* What garpd_speak sends is as long as the shortest frame. */
static void pad(struct bytes *frame, unsigned int len)
{
	static const __u8 padding[18];

	put(frame, padding, len);
}

static struct bytes question(const char *sender, const struct tags *tags)
{
	struct bytes frame = says_from(guest, rig_asker_mac, tags);

	put_arp(&frame, ARP_REQUEST, rig_asker_mac, sender, zeroes, SERVICE);
	pad(&frame, 18);
	return frame;
}

static struct bytes answer(const char *to, const struct tags *tags)
{
	struct bytes frame = says_from(rig_asker_mac, guest, tags);

	put_arp(&frame, ARP_REPLY, guest, SERVICE, rig_asker_mac, to);
	return frame;
}

static struct bytes question6(void)
{
	struct bytes frame = says_from(guest, rig_asker_mac, &untagged), options = {0};

	put(&options, "\x01\x01", 2);
	put(&options, rig_asker_mac, MAC_LEN);
	put_nd(&frame, ND_SOLICITATION, 0, HOST6, NODE6, &options);
	return frame;
}

/* S, O as given; `more` further options. */
static struct bytes answer6(__u8 flags, unsigned int more)
{
	struct bytes frame = says_from(rig_asker_mac, guest, &untagged), options = {0};

	put(&options, "\x02\x01", 2);
	put(&options, guest, MAC_LEN);
	while (more--)
		put(&options, "\x63\x01unknwn", 8);
	put_nd(&frame, ND_ADVERTISEMENT, flags, TARGET6, HOST6, &options);
	return frame;
}

static void probe6(void)
{
	struct bytes frame = says_from(NODE_MAC, guest, &untagged), options = {0};

	put(&options, "\x0e\x01nonce1", 8);
	put_nd(&frame, ND_SOLICITATION, 0, NOBODY6, NODE6, &options);
	rig_hear(PORT_A, &frame);
}

static void expect_asked(const struct bytes *frame)
{
	rig_expect(PORT_A, frame, "question");
	rig_expect_silence(PORT_A);
	rig_expect_silence(PORT_B);
	rig_expect_silence(PORT_UPLINK);
}

/* The guest's window has passed, and its question is on the wire. */
static struct claim_key asked(const struct tags *tags, __u16 vlan, __u16 inner_vlan)
{
	struct claim_key key = rig_key(ADDRESS, vlan, inner_vlan);
	struct bytes frame = question(HOST, tags);

	says_probes(tags);
	cr_assert_eq(rig_due(&key).result, COUNTER_asking);
	cr_assert_eq(rig_claim_now(&key).state, CLAIM_ASKING);
	expect_asked(&frame);
	return key;
}

static void answers(const struct claim_key *key, const struct tags *tags)
{
	struct bytes frame = answer(HOST, tags);
	struct counters gained;

	rig_counted();
	rig_hear(PORT_A, &frame);
	gained = rig_counted();
	cr_assert_eq(gained.answered, 1);
	cr_assert_eq(gained.answered_host, 1);
	cr_assert_eq(gained.announced, 1);
	cr_assert_eq(rig_claim_now(key).state, CLAIM_ANNOUNCING);
	says_expect(guest, PORT_A, tags, NULL, 0);
}

Test(bpf_ask, guest_is_asked_and_its_answer_is_announced)
{
	struct claim_key key = asked(&untagged, 0, 0);

	answers(&key, &untagged);
}

Test(bpf_ask, question_is_noted_before_it_leaves_and_the_next_is_the_deadline)
{
	struct claim_key key = rig_key(ADDRESS, 0, 0);
	struct speak_call call;
	struct claim claim;

	says_probes(&untagged);
	call = rig_due(&key);
	claim = rig_claim_now(&key);
	cr_assert_eq(claim.asked, 1);
	cr_assert_eq(claim.asked_as, ASKER_HOST);
	cr_assert_eq(call.deadline_ns, claim.deadline_ns);
	cr_assert_eq(claim.deadline_ns, claim.asked_ns + 50 * NSEC_PER_MSEC);
	rig_events();
	cr_assert_eq(rig.event[rig.events - 1].reason, COUNTER_asking);
}

Test(bpf_ask, question_and_announcement_carry_the_tag)
{
	struct tags tags = {.proto = ETH_P_8021Q, .tci = 0xa00a};
	struct claim_key key;

	rig_asker("192.0.2.1", 10, ASKER_HOST);
	key = asked(&tags, 10, 0);
	answers(&key, &tags);
}

Test(bpf_ask, question_and_announcement_carry_two_tags)
{
	struct tags tags = {ETH_P_8021AD, 0x6064, ETH_P_8021Q, 0x200a};
	struct claim_key key;

	rig_asker("192.0.2.1", ASKER_ANY_VLAN, ASKER_HOST);
	key = asked(&tags, 100 | VLAN_AD, 10);
	answers(&key, &tags);
}

Test(bpf_ask, question_has_no_priority_tag)
{
	struct tags tags = {.proto = ETH_P_8021Q, .tci = 0xa000};
	struct claim_key key = rig_key(ADDRESS, 0, 0);
	struct bytes frame = question(HOST, &untagged);

	says_probes(&tags);
	cr_assert_eq(rig_due(&key).result, COUNTER_asking);
	expect_asked(&frame);
}

Test(bpf_ask, sender_of_another_vlan_does_not_ask)
{
	struct tags tags = {.proto = ETH_P_8021Q, .tci = 0x000a};
	struct claim_key key = rig_key(ADDRESS, 10, 0);

	says_probes(&tags);
	rig_counted();
	cr_assert_eq(rig_due(&key).result, COUNTER_asking);
	cr_assert_eq(rig_counted().asked, 0);
	rig_expect_silence(PORT_A);
}

Test(bpf_ask, sender_in_the_subnet_of_the_address_asks_first)
{
	struct asker asker = {.kind = ASKER_HOST};
	struct subnet subnet = {
		.len = SUBNET_FAMILY_BITS + ADDR_V4_BITS + 24, .segment = rig.bridge, .family = 4};
	struct claim_key key = rig_key(ADDRESS, 0, 0);
	struct bytes frame = question("\xc0\x00\x02\x0b", &untagged);

	subnet.addr = key.addr;
	asker.addr = key.addr;
	asker.addr.bytes[15] = 11;
	memcpy(asker.mac, rig_asker_mac, MAC_LEN);
	cr_assert_eq(bpf_map_update_elem(rig.askers, &subnet, &asker, BPF_ANY), 0);
	says_probes(&untagged);
	rig_due(&key);
	expect_asked(&frame);
}

Test(bpf_ask, senders_alternate_with_0000)
{
	struct claim_key key = rig_key(ADDRESS, 0, 0);
	struct bytes from_host = question(HOST, &untagged), from_zero = question(NOBODY, &untagged);
	struct bytes to_zero = answer(NOBODY, &untagged);

	settings.min_probes = 1; /* the window's end is when a slow prober is through */
	rig_settings(&settings);
	says_probe_for(7, &untagged);
	cr_assert_eq(rig_due(&key).result, COUNTER_asking);
	expect_asked(&from_host);
	cr_assert_eq(rig_due(&key).result, COUNTER_ask_repeated);
	expect_asked(&from_zero);
	rig_counted();
	rig_hear(PORT_A, &to_zero);
	cr_assert_eq(rig_counted().answered_zero, 1);
	says_expect(guest, PORT_A, &untagged, NULL, 0);
}

Test(bpf_ask, answer_on_another_port_is_not_announced)
{
	struct claim_key key = asked(&untagged, 0, 0);
	struct bytes frame = answer(HOST, &untagged);

	rig_hear(PORT_UPLINK, &frame);
	cr_assert_eq(rig_claim_now(&key).state, CLAIM_ASKING);
	rig_expect_silence(PORT_B);
	rig_expect_silence(PORT_UPLINK);
}

Test(bpf_ask, second_slot_is_asked_for)
{
	struct bytes frame = question(HOST, &untagged), reply = answer(HOST, &untagged);
	struct claim_key key;

	settings.first_interval_ns = 20 * NSEC_PER_MSEC;
	settings.answer_ns = NSEC_PER_MSEC;
	settings.window_ns = 500 * NSEC_PER_MSEC; /* 0.0.0.0 may not ask yet */
	settings.steady_window_ns = 50 * NSEC_PER_MSEC;
	settings.steady_grace_ns = 0;
	settings.steady_gap_ns = 0;
	settings.nudge = NUDGE_NEVER;
	rig_settings(&settings);
	key = asked(&untagged, 0, 0);
	answers(&key, &untagged);
	cr_assert_eq(rig_due(&key).result, COUNTER_asking_again);
	expect_asked(&frame);
	cr_assert_eq(rig_claim_now(&key).state, CLAIM_ANNOUNCING);
	rig_hear(PORT_A, &reply);
	says_expect(guest, PORT_A, &untagged, NULL, 0);
	cr_assert_eq(rig_claim_now(&key).state, CLAIM_OWNED);
}

Test(bpf_ask, answer_to_the_question_makes_no_listener)
{
	struct bytes frame = answer(HOST, &untagged);

	asked(&untagged, 0, 0);
	rig_counted();
	rig_hear(PORT_A, &frame);
	cr_assert_eq(rig_counted().listener_learned, 0);
}

Test(bpf_ask, port_that_does_not_forward_is_not_asked)
{
	struct claim_key key = rig_key(ADDRESS, 0, 0);

	says_probes(&untagged);
	rig_port(PORT_A, &(struct port){.segment = rig.bridge, .role = ROLE_GUEST});
	rig_counted();
	cr_assert_eq(rig_due(&key).result, COUNTER_asking);
	cr_assert_eq(rig_counted().asked, 0);
	rig_expect_silence(PORT_A);
}

/* Port A as STP has it while it listens or learns; with a role of any. */
static void starting(enum rig_port at, __u32 role)
{
	rig_port(at, &(struct port){.segment = rig.bridge, .role = role, .starting = 1});
}

static void forwards(enum rig_port at)
{
	rig_port(at, &(struct port){.segment = rig.bridge, .role = ROLE_GUEST, .forwarding = 1});
}

Test(bpf_ask, guest_that_probes_on_a_starting_port_is_asked_when_it_forwards)
{
	struct bytes asked = question(HOST, &untagged), said = answer(HOST, &untagged);
	struct claim_key key = rig_key(ADDRESS, 0, 0);
	struct speak_call call;

	starting(PORT_A, ROLE_GUEST);
	says_probes(&untagged);
	cr_assert_eq(rig_due(&key).result, COUNTER_asking);
	rig_counted();
	call = rig_speak_key(SPEAK_PORT_OPEN, &key); /* not yet */
	cr_assert_eq(rig_counted().asked, 0);
	cr_assert_gt(call.deadline_ns, rig_now_ns());
	rig_expect_silence(PORT_A);
	forwards(PORT_A);
	rig_speak_key(SPEAK_PORT_OPEN, &key);
	cr_assert_eq(rig_counted().asked, 1);
	rig_expect(PORT_A, &asked, "question");
	rig_hear(PORT_A, &said);
	cr_assert_eq(rig_claim_now(&key).state, CLAIM_ANNOUNCING);
}

Test(bpf_ask, nothing_but_a_guests_probe_counts_on_a_starting_port)
{
	struct bytes probe = says_probe(&untagged);

	starting(PORT_UPLINK, ROLE_UPLINK);
	rig_counted();
	rig_hear(PORT_UPLINK, &probe);
	rig_counted_only(COUNTER_not_forwarding);
	says_probes(&untagged);
	starting(PORT_B, ROLE_GUEST);
	rig_counted();
	says_has(PORT_B, other, ARP_REPLY, ones); /* the guest does not hear it */
	rig_counted_only(COUNTER_not_forwarding);
	cr_assert_eq(rig_state(ADDRESS), CLAIM_PROBING);
}

Test(bpf_ask, without_a_question_a_starting_port_is_not_heard)
{
	struct bytes probe = says_probe(&untagged);

	settings.ask = 0;
	rig_settings(&settings);
	starting(PORT_A, ROLE_GUEST);
	rig_counted();
	rig_hear(PORT_A, &probe);
	rig_counted_only(COUNTER_not_forwarding);
}

Test(bpf_ask, immediate_guest_on_a_starting_port_is_asked_first)
{
	struct bytes probe = says_probe(&untagged);
	const __u8 *owners[] = {guest};

	rig_declare(ADDRESS, ANNOUNCE_IMMEDIATE, owners, 1);
	starting(PORT_A, ROLE_GUEST);
	rig_counted();
	rig_hear(PORT_A, &probe);
	rig_counted_only(COUNTER_window_opened);
	rig_expect_silence(PORT_B);
}

Test(bpf_ask, questions_beyond_the_ports_limit_wait)
{
	struct claim_key key = rig_key(ADDRESS, 0, 0);
	struct limit limit = {};
	struct speak_call call;
	struct counters gained;

	settings.announcements_per_second = 5;
	settings.announcements_burst = 1;
	rig_settings(&settings);
	says_probes(&untagged);
	limit.questions_tat_ns = rig_now_ns() + 400 * NSEC_PER_MSEC;
	cr_assert_eq(bpf_map_update_elem(rig.port_limits, &rig.ifindex[PORT_A], &limit, BPF_ANY),
		     0);
	rig_counted();
	call = rig_due(&key);
	gained = rig_counted();
	cr_assert_eq(gained.ask_over_limit, 1);
	cr_assert_eq(gained.asked, 0);
	cr_assert_eq(call.deadline_ns, rig_claim_now(&key).deadline_ns);
	rig_expect_silence(PORT_A);
	rig_due(&key);
	cr_assert_eq(rig_counted().asked, 1);
	cr_assert_eq(rig_claim_now(&key).asked, 1);
}

/* Both are asked in one batch. For one of them another host answers before the guest does. */
Test(bpf_ask, answer_after_an_objection_announces_only_the_other)
{
	struct claim_key key = rig_key(ADDRESS, 0, 0), other_key = rig_key("192.0.2.8", 0, 0);
	struct bytes said = answer(HOST, &untagged);

	for (int probe = 0; probe < PROBE_NUM; probe++) {
		says_probe_for(8, &untagged);
		says_probe_for(7, &untagged);
	}
	rig_wait_until(rig_claim_now(&key).deadline_ns);
	cr_assert_eq(rig_due(&other_key).result, COUNTER_asking);
	cr_assert_eq(rig_due(&key).result, COUNTER_asking);
	says_has(PORT_B, other, ARP_REPLY, guest);
	rig_counted();
	rig_hear(PORT_A, &said);
	cr_assert_eq(rig_counted().announced, 0);
	cr_assert_neq(rig_claim_now(&key).state, CLAIM_ANNOUNCING);
	said = says_from(rig_asker_mac, guest, &untagged);
	put_arp(&said, ARP_REPLY, guest, "\xc0\x00\x02\x08", rig_asker_mac, HOST);
	rig_hear(PORT_A, &said);
	cr_assert_eq(rig_counted().announced, 1);
	cr_assert_eq(rig_claim_now(&other_key).state, CLAIM_ANNOUNCING);
}

/* The guest does not answer; its next question is due in seconds. */
static struct claim_key unanswered(void)
{
	struct claim_key key = rig_key(ADDRESS, 0, 0);
	int n;

	says_probes(&untagged);
	for (n = 0; n < 16 && rig_claim_now(&key).state != CLAIM_UNANSWERED; n++)
		rig_due(&key);
	cr_assert_eq(rig_claim_now(&key).state, CLAIM_UNANSWERED);
	return key;
}

Test(bpf_ask, guest_that_is_heard_is_asked_at_once)
{
	struct claim_key key = unanswered();
	struct bytes frame = says_from(ones, guest, &untagged);
	__u64 asked_ns = rig_claim_now(&key).asked_ns, deadline_ns;

	put_arp(&frame, ARP_REQUEST, guest, "\xc0\x00\x02\x63", zeroes, HOST);
	deadline_ns = rig_claim_now(&key).deadline_ns;
	rig_counted();
	rig_hear(PORT_A, &frame); /* too soon */
	rig_wait_until(asked_ns + NSEC_PER_SEC);
	rig_hear(PORT_B, &frame); /* not the guest's port */
	cr_assert_eq(rig_claim_now(&key).deadline_ns, deadline_ns);
	cr_assert_eq(rig_counted().ask_heard, 0);
	rig_hear(PORT_A, &frame);
	rig_hear(PORT_A, &frame);
	cr_assert_eq(rig_counted().ask_heard, 1);
	cr_assert_leq(rig_claim_now(&key).deadline_ns, rig_now_ns());
	rig_events();
	cr_assert_eq(rig.event[rig.events - 1].reason, COUNTER_ask_heard);
	cr_assert_eq(rig.event[rig.events - 1].deadline_ns, rig_claim_now(&key).deadline_ns);
	cr_assert_eq(rig_due(&key).result, COUNTER_ask_repeated);
	cr_assert_eq(rig_counted().asked, 1);
}

Test(bpf_ask, unanswered_claim_gives_way_when_the_quota_of_its_port_is_used_up)
{
	struct counters gained;
	struct claim_key key;
	struct limit limit = {};
	__u32 *port = &rig.ifindex[PORT_A];

	settings.claims_per_port = 1;
	rig_settings(&settings);
	cr_assert_eq(bpf_map_update_elem(rig.port_limits, port, &limit, BPF_ANY), 0);
	key = unanswered();
	rig_counted();
	says_probe_for(8, &untagged);
	gained = rig_counted();
	cr_assert_eq(gained.ask_gave_way, 1);
	cr_assert_eq(gained.window_opened, 1);
	cr_assert_eq(gained.probe_over_quota, 0);
	cr_assert_eq(rig_state(ADDRESS), -ENOENT);
	cr_assert_eq(rig_state("192.0.2.8"), CLAIM_PROBING);
	says_probe_for(7, &untagged); /* the new one does not give way */
	cr_assert_eq(rig_counted().probe_over_quota, 1);
	cr_assert_eq(bpf_map_lookup_elem(rig.port_limits, port, &limit), 0);
	cr_assert_eq(limit.claims, 1);
	cr_assert_eq(rig_speak_key(SPEAK_DUE, &key).result, COUNTER_no_claim);
}

/* The guest announces itself for 192.0.2.7: it owns the address, and nothing was said for it. */
static struct claim_key owned(void)
{
	struct bytes says = says_announcement(guest, ARP_REQUEST, &untagged);

	says_probes(&untagged);
	rig_hear(PORT_A, &says);
	cr_assert_eq(rig_state(ADDRESS), CLAIM_OWNED);
	return rig_key(ADDRESS, 0, 0);
}

Test(bpf_ask, port_whose_quota_is_nearly_used_up_is_told_of)
{
	__u32 *port = &rig.ifindex[PORT_A];
	struct limit limit = {};
	struct claim_key key;

	settings.claims_per_port = 8;
	rig_settings(&settings);
	limit.claims = 5;
	cr_assert_eq(bpf_map_update_elem(rig.port_limits, port, &limit, BPF_ANY), 0);
	rig_counted();
	key = owned(); /* the sixth */
	cr_assert_eq(rig_counted().port_filling, 0);
	says_probe_for(8, &untagged);
	cr_assert_eq(rig_counted().port_filling, 1);
	rig_events();
	cr_assert_eq(rig.event[rig.events - 2].reason, COUNTER_port_filling);
	cr_assert_eq(rig.event[rig.events - 2].port, *port);
	rig_counted();
	cr_assert_eq(rig_speak_key(SPEAK_MAKE_ROOM, &key).result, COUNTER_made_room);
	cr_assert_eq(rig_counted().made_room, 1);
	cr_assert_eq(rig_state(ADDRESS), -ENOENT);
	cr_assert_eq(bpf_map_lookup_elem(rig.port_limits, port, &limit), 0);
	cr_assert_eq(limit.claims, 6);
	key = rig_key("192.0.2.8", 0, 0); /* its window is open */
	cr_assert_eq(rig_speak_key(SPEAK_MAKE_ROOM, &key).result, COUNTER_not_due);
	cr_assert_eq(rig_state("192.0.2.8"), CLAIM_PROBING);
}

Test(bpf_ask, kernel_that_sends_no_question_is_counted)
{
	struct claim_key key = rig_key(ADDRESS, 0, 0);

	says_probes(&untagged);
	rig_remove(PORT_A);
	rig_counted();
	rig_due(&key);
	cr_assert_eq(rig_counted().ask_failed, 1);
	cr_assert_eq(rig_claim_now(&key).state, CLAIM_ASKING);
}

Test(bpf_ask, former_owner_of_an_immediate_claim_is_asked_on_its_own_port)
{
	static const __u8 *const both[] = {guest, other};
	struct bytes to_owner, got;
	struct claim_key key = rig_key(ADDRESS, 0, 0);
	int n;

	rig_declare(ADDRESS, ANNOUNCE_IMMEDIATE, both, 2);
	says_probe_for(7, &untagged);
	says_has(PORT_B, other, ARP_REQUEST, ones); /* a conflict; then it has the address */
	rig_wait_until(rig_now_ns() + 60 * NSEC_PER_MSEC);
	says_has(PORT_B, other, ARP_REQUEST, ones);
	cr_assert_eq(rig_claim_now(&key).state, CLAIM_OWNED);
	says_probe_for(7, &untagged);
	for (n = 0; n < 16 && rig_claim_now(&key).state != CLAIM_UNANSWERED; n++)
		rig_due(&key);
	cr_assert_eq(rig_claim_now(&key).state, CLAIM_UNANSWERED);
	rig_due(&key); /* a moment after the guest */
	to_owner = says_from(other, rig_asker_mac, &untagged);
	put_arp(&to_owner, ARP_REQUEST, rig_asker_mac, HOST, zeroes, SERVICE);
	while (rig_receive(PORT_B, &got, 100))
		if (!memcmp(got.at, to_owner.at, 2 * MAC_LEN))
			break;
	cr_assert_eq(memcmp(got.at, to_owner.at, 2 * MAC_LEN), 0, "the former owner is not asked");
}

/* The daemon starts 120 s after the window has ended, by the times in the map. */
static void age_by_120_s(const struct claim_key *key)
{
	struct claim claim = rig_claim_now(key);
	__u64 *times[] = {&claim.window_end_ns,	 &claim.deadline_ns,   &claim.due_ns,
			  &claim.first_probe_ns, &claim.last_probe_ns, &claim.last_seen_ns,
			  &claim.changed_ns};
	size_t i;

	for (i = 0; i < sizeof(times) / sizeof(times[0]); i++)
		*times[i] -= 120 * NSEC_PER_SEC;
	cr_assert_eq(bpf_map_update_elem(rig.claims, key, &claim, BPF_EXIST), 0);
}

Test(bpf_ask, guest_of_120_s_ago_is_asked_and_not_announced)
{
	struct claim_key key = rig_key(ADDRESS, 0, 0);
	struct bytes got;

	if (rig_now_ns() < 121 * NSEC_PER_SEC)
		cr_skip_test("the machine has run for less than two minutes");
	says_probes(&untagged);
	while (rig_receive(PORT_B, &got, 50))
		;
	age_by_120_s(&key);
	rig_counted();
	cr_assert_eq(rig_speak_key(SPEAK_DUE, &key).result, COUNTER_asking);
	cr_assert_eq(rig_counted().asked, 1);
	cr_assert_eq(rig_claim_now(&key).state, CLAIM_ASKING);
	rig_expect_silence(PORT_B);
	rig_expect_silence(PORT_UPLINK);
}

/* ---- IPv6 ---- */

static struct claim_key asked6(void)
{
	struct claim_key key = rig_key(ADDRESS6, 0, 0);
	struct bytes frame = question6();

	probe6();
	cr_assert_eq(rig_due(&key).result, COUNTER_asking);
	expect_asked(&frame);
	return key;
}

static void expect_announced6(void)
{
	struct bytes frame = says_from(ALL_NODES_MAC, guest, &untagged), options = {0};
	int at;

	put(&options, "\x02\x01", 2);
	put(&options, guest, MAC_LEN);
	put_nd(&frame, ND_ADVERTISEMENT, 0x20, TARGET6, ALL_NODES6, &options);
	for (at = PORT_B; at < PORT_MAX; at++) {
		rig_expect(at, &frame, "advertisement");
		rig_expect_silence(at);
	}
}

Test(bpf_ask, ipv6_guest_is_asked_and_its_answer_is_announced)
{
	struct claim_key key = asked6();
	struct bytes frame = answer6(ND_FLAG_SOLICITED | ND_FLAG_OVERRIDE, 0);

	rig_hear(PORT_A, &frame);
	cr_assert_eq(rig_claim_now(&key).state, CLAIM_ANNOUNCING);
	expect_announced6();
}

Test(bpf_ask, ipv6_answer_that_does_not_override_is_not_announced)
{
	struct claim_key key = asked6();
	struct bytes frame = answer6(ND_FLAG_SOLICITED, 0);

	rig_hear(PORT_A, &frame);
	cr_assert_eq(rig_claim_now(&key).state, CLAIM_ASKING);
	rig_expect_silence(PORT_B);
}

Test(bpf_ask, ipv6_answer_that_cannot_carry_it_is_followed_by_garpd_speak_at_once)
{
	struct claim_key key = asked6();
	struct bytes frame = answer6(ND_FLAG_SOLICITED | ND_FLAG_OVERRIDE, 2);
	struct counters gained;

	rig_counted();
	rig_hear(PORT_A, &frame);
	gained = rig_counted();
	cr_assert_eq(gained.answered, 1);
	cr_assert_eq(gained.announce_failed, 0);
	rig_expect_silence(PORT_B);
	cr_assert_leq(rig_claim_now(&key).deadline_ns, rig_now_ns());
	cr_assert_eq(rig_due(&key).result, COUNTER_announce_deferred);
	expect_announced6();
}

/* ---- XDP ---- */

Test(bpf_ask, xdp_owes_the_announcement_of_an_answer)
{
	struct claim_key key = asked(&untagged, 0, 0);
	struct bytes frame = answer(HOST, &untagged);

	cr_assert_eq(rig_hear_xdp(PORT_A, &frame), XDP_PASS);
	cr_assert_eq(rig_claim_now(&key).state, CLAIM_ANNOUNCING);
	rig_expect_silence(PORT_B);
	cr_assert_eq(rig_due(&key).result, COUNTER_announce_deferred);
	says_expect_guest(&untagged);
}

/* ---- watching only ---- */

Test(bpf_ask, observer_sends_nothing)
{
	struct claim_key key = rig_key(ADDRESS, 0, 0);
	int at;

	settings.observe = 1;
	rig_settings(&settings);
	says_probes(&untagged);
	cr_assert_eq(rig_due(&key).result, COUNTER_observed);
	cr_assert_eq(rig_claim_now(&key).state, CLAIM_OWNED);
	for (at = 0; at < PORT_MAX; at++)
		rig_expect_silence(at);
}

/* The settings of all say otherwise. */
Test(bpf_ask, segment_that_observes_sends_nothing)
{
	struct claim_key key = rig_key(ADDRESS, 0, 0);
	int at;

	rig_observe(PORT_A, ROLE_GUEST, &settings);
	says_probes(&untagged);
	cr_assert_eq(rig_due(&key).result, COUNTER_observed);
	cr_assert_eq(rig_claim_now(&key).state, CLAIM_OWNED);
	for (at = 0; at < PORT_MAX; at++)
		rig_expect_silence(at);
}

Test(bpf_ask, segment_that_observes_announces_no_declared_guest)
{
	const __u8 *const owners[] = {guest};
	int at;

	rig_declare(ADDRESS, ANNOUNCE_IMMEDIATE, owners, 1);
	rig_observe(PORT_A, ROLE_GUEST, &settings);
	says_probes(&untagged);
	for (at = 0; at < PORT_MAX; at++)
		rig_expect_silence(at);
}
