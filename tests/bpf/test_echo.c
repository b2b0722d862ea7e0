// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What comes back from an uplink: it moves no claim, and where it may come back an IPv6 address
 * with `immediate` waits for the end of its window.
 */
#include <criterion/criterion.h>

#include "says.h"
#include "tests/unit/nd_bytes.h"

#define ADDRESS	 "192.0.2.7"
#define ADDRESS6 "2001:db8::7"

static const __u8 *const owners[] = {guest};

static void setup(void)
{
	rig_setup();
	rig_declare(ADDRESS6, ANNOUNCE_IMMEDIATE, owners, 1);
}

TestSuite(bpf_echo, .init = setup, .timeout = 60);

static void solicit(enum rig_port at)
{
	struct bytes frame = says_from(NODE_MAC, guest, &untagged), options = {0};

	put_nd(&frame, ND_SOLICITATION, 0, NOBODY6, NODE6, &options);
	rig_hear(at, &frame);
}

/* The guest solicits, and is announced at once, or when its window ends. */
static void expect_immediate(int at_once)
{
	struct counters gained;

	rig_counted();
	solicit(PORT_A);
	gained = rig_counted();
	cr_assert_eq(gained.immediate, at_once);
	cr_assert_eq(gained.announced, at_once);
	cr_assert_eq(gained.immediate_waits, !at_once);
	cr_assert_eq(gained.window_opened, !at_once);
}

/* Another guest asks for CLIENT; or the same comes in elsewhere, or to one host. */
static void ask_for(enum rig_port at, const __u8 *dst)
{
	struct bytes frame = says_from(dst, other, &untagged);

	put_arp(&frame, ARP_REQUEST, other, "\xc0\x00\x02\x58", zeroes, CLIENT);
	rig_hear(at, &frame);
}

static struct echo echo_now(void)
{
	struct echo_key key = {.segment = rig.bridge};
	struct echo echo = {0};

	bpf_map_lookup_elem(rig.echoes, &key, &echo);
	return echo;
}

/* As if echo_ns had passed. */
static void let_time_pass(void)
{
	struct echo_key key = {.segment = rig.bridge};
	struct echo echo = echo_now();
	__u64 by_ns = rig_defaults().echo_ns;

	cr_assert(echo.sent_ns, "no frame was noted");
	echo.sent_ns -= by_ns;
	echo.sealed ^= echo.sample_ns ^ (echo.sample_ns - by_ns);
	echo.sample_ns -= by_ns;
	if (echo.returned_ns)
		echo.returned_ns -= by_ns;
	cr_assert_eq(bpf_map_update_elem(rig.echoes, &key, &echo, BPF_EXIST), 0);
}

static unsigned int events_of(enum counter reason)
{
	unsigned int i, events = 0;

	rig_events();
	for (i = 0; i < rig.events; i++)
		events += rig.event[i].reason == reason;
	return events;
}

Test(bpf_echo, where_nothing_was_sent_yet_it_waits)
{
	expect_immediate(0);
}

Test(bpf_echo, without_an_uplink_it_is_announced_at_once)
{
	rig_segment(&(struct segment){.ports = 3});
	expect_immediate(1);
}

Test(bpf_echo, in_a_segment_that_is_not_described_it_waits)
{
	cr_assert_eq(bpf_map_delete_elem(rig.segments, &rig.bridge), 0);
	expect_immediate(0);
}

Test(bpf_echo, a_broadcast_that_has_not_come_back_rules_it_out)
{
	ask_for(PORT_B, ones);
	let_time_pass();
	expect_immediate(1);
	cr_assert_eq(events_of(COUNTER_uplink_reflects), 0);
}

Test(bpf_echo, a_broadcast_of_just_now_may_still_come_back)
{
	ask_for(PORT_B, ones);
	expect_immediate(0);
}

Test(bpf_echo, what_is_not_flooded_proves_nothing)
{
	ask_for(PORT_B, guest);
	solicit(PORT_B);
	cr_assert_eq(echo_now().sent_ns, 0);
}

Test(bpf_echo, what_was_heard_on_the_uplink_only_proves_nothing)
{
	ask_for(PORT_UPLINK, ones);
	cr_assert_eq(echo_now().sent_ns, 0);
}

Test(bpf_echo, a_broadcast_that_comes_back_marks_the_uplink_for_good)
{
	ask_for(PORT_B, ones);
	ask_for(PORT_UPLINK, ones);
	cr_assert_eq(events_of(COUNTER_uplink_reflects), 1);
	let_time_pass();
	ask_for(PORT_B, ones);
	ask_for(PORT_UPLINK, ones);
	cr_assert_eq(events_of(COUNTER_uplink_reflects), 1, "told twice");
	let_time_pass();
	expect_immediate(0);
}

/* A bond of Open vSwitch drops it there: the guests do not hear it. */
Test(bpf_echo, what_ends_at_a_bond_does_not_come_back)
{
	rig_port(PORT_UPLINK, &(struct port){.segment = rig.bridge,
					     .role = ROLE_UPLINK,
					     .forwarding = 1,
					     .drops_returned = 1});
	ask_for(PORT_B, ones);
	ask_for(PORT_UPLINK, ones);
	cr_assert_eq(events_of(COUNTER_uplink_reflects), 0);
	let_time_pass();
	expect_immediate(1);
}

Test(bpf_echo, the_same_much_later_is_another_frame)
{
	ask_for(PORT_B, ones);
	let_time_pass();
	ask_for(PORT_UPLINK, ones);
	expect_immediate(1);
}

Test(bpf_echo, other_uplinks_have_to_prove_it_anew)
{
	ask_for(PORT_B, ones);
	let_time_pass();
	rig_segment(&(struct segment){.since_ns = rig_now_ns(), .ports = 3, .uplinks = 2});
	expect_immediate(0);
}

Test(bpf_echo, other_uplinks_are_not_marked_by_those_before)
{
	ask_for(PORT_B, ones);
	ask_for(PORT_UPLINK, ones);
	rig_segment(&(struct segment){.since_ns = rig_now_ns(), .ports = 3, .uplinks = 1});
	ask_for(PORT_B, ones);
	let_time_pass();
	/* The clock of the test has gone back, so that of the uplinks has to. */
	rig_segment(
		&(struct segment){.since_ns = echo_now().sent_ns - 1, .ports = 3, .uplinks = 1});
	expect_immediate(1);
}

Test(bpf_echo, an_uplink_that_is_not_heard_proves_nothing)
{
	rig_segment(&(struct segment){.since_ns = 1, .ports = 3, .uplinks = 1, .unheard = 1});
	rig_rule_out_echo(0, 0);
	expect_immediate(0);
}

Test(bpf_echo, another_vlan_proves_nothing)
{
	rig_rule_out_echo(100, 0);
	expect_immediate(0);
}

Test(bpf_echo, a_hairpin_sends_it_back)
{
	rig_port(PORT_A, &(struct port){.segment = rig.bridge, .forwarding = 1, .hairpin = 1});
	rig_segment(&(struct segment){.ports = 3});
	expect_immediate(0);
}

static void router_port(int relay)
{
	rig_port(PORT_A, &(struct port){.segment = rig.ifindex[PORT_A],
					.role = ROLE_ROUTER,
					.forwarding = 1,
					.relay = relay});
}

Test(bpf_echo, a_router_that_relays_it_sends_it_back)
{
	router_port(1);
	expect_immediate(0);
}

Test(bpf_echo, a_router_port_sends_nothing_back)
{
	router_port(0);
	expect_immediate(1);
}

/* ---- what comes back and has a claim ---- */

static void announce_at_once(void)
{
	struct bytes frame = says_probe(&untagged);

	rig_declare(ADDRESS, ANNOUNCE_IMMEDIATE, owners, 1);
	rig_hear(PORT_A, &frame);
	rig_counted();
}

Test(bpf_echo, an_announcement_that_comes_back_moves_no_claim_and_marks_the_uplink)
{
	struct claim_key key = rig_key(ADDRESS, 0, 0);

	announce_at_once();
	says_has(PORT_UPLINK, guest, ARP_REQUEST, ones);
	cr_assert_eq(rig_counted().came_back, 1);
	cr_assert_eq(rig_claim_now(&key).port, rig.ifindex[PORT_A]);
	cr_assert_eq(rig_claim_now(&key).state, CLAIM_PROBING);
	cr_assert_eq(events_of(COUNTER_uplink_reflects), 1);
}

/* The sample is another frame of just then: what came back is known by the claim. */
Test(bpf_echo, what_comes_back_marks_the_uplink_though_it_is_no_sample)
{
	struct settings settings = rig_defaults();

	settings.echo_ns = 3600 * NSEC_PER_SEC; /* this machine may be slow */
	rig_settings(&settings);
	ask_for(PORT_A, ones);
	announce_at_once();
	says_has(PORT_UPLINK, guest, ARP_REQUEST, ones);
	cr_assert_eq(rig_counted().came_back, 1);
	cr_assert_eq(events_of(COUNTER_uplink_reflects), 1);
}

/* Unlike a solicitation, which not every uplink may get. */
Test(bpf_echo, an_announcement_is_a_sample)
{
	struct echo before;

	rig_rule_out_echo(0, 0);
	before = echo_now();
	expect_immediate(1);
	cr_assert_gt(echo_now().sample_ns, before.sample_ns);
}

Test(bpf_echo, an_announcement_that_has_not_come_back_rules_it_out)
{
	announce_at_once();
	let_time_pass();
	expect_immediate(1);
}

Test(bpf_echo, an_announcement_that_was_not_sent_is_no_sample)
{
	struct claim_key key = rig_key(ADDRESS, 0, 0);
	struct settings settings;
	struct echo before;

	rig_setup_short(&settings);
	says_probes(&untagged);
	let_time_pass();
	rig_port(PORT_A, &(struct port){.segment = rig.bridge, .role = ROLE_GUEST});
	before = echo_now();
	cr_assert_eq(rig_due(&key).result, COUNTER_announce_failed);
	cr_assert_eq(echo_now().sample_ns, before.sample_ns);
	cr_assert_eq(echo_now().sent_ns, before.sent_ns);
}

Test(bpf_echo, a_probe_that_comes_back_marks_the_uplink)
{
	rig_rule_out_echo(0, 0);
	solicit(PORT_A);
	solicit(PORT_UPLINK);
	cr_assert_eq(rig_counted().came_back, 1);
	cr_assert_eq(events_of(COUNTER_uplink_reflects), 1);
}

/* A guest's reply, or garpd's nudge: its sender is no gateway. */
Test(bpf_echo, what_comes_back_teaches_no_listener)
{
	struct bytes frame = says_from(other, guest, &untagged);
	struct listener_key at = {.claim = {.segment = rig.bridge}};
	struct listener heard;

	announce_at_once();
	put_arp(&frame, ARP_REPLY, guest, SERVICE, other, CLIENT);
	rig_hear(PORT_UPLINK, &frame);
	cr_assert_eq(rig_counted().came_back, 1);
	cr_assert_neq(bpf_map_lookup_elem(rig.gateways_heard, &at, &heard), 0);
	cr_assert_eq(rig_counted().listener_learned, 0);
}
