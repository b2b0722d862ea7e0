// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A router port: the announcement reaches the router's own neighbour table only; where
 * the port relays, it goes on the wire once more with the router's MAC as Ethernet source.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "says.h"

#define ADDRESS "192.0.2.7"
#define LAN	PORT_A

static const __u8 router[MAC_LEN] = {0x52, 0x54, 0x00, 0x00, 0x00, 0xfe};
static const __u8 *const owners[] = {guest, other};
static const __u8 padding[18];
static struct settings settings;

static void describe(int forwarding, int relay)
{
	struct port port = {
		.segment = rig.ifindex[LAN],
		.role = ROLE_ROUTER,
		.forwarding = forwarding,
		.relay = relay,
	};

	memcpy(port.mac, router, MAC_LEN);
	rig_port(LAN, &port);
}

/* The first port leaves the bridge and is the router's LAN; its wire ends where the guest is. */
static void setup(void)
{
	settings = rig_defaults();
	settings.duplicate_ns = 0;
	settings.window_ns = 50 * NSEC_PER_MSEC;
	settings.grace_ns = 0;
	rig_setup();
	rig_settings(&settings);
	rig.bridge = rig.ifindex[LAN]; /* the segment */
	cr_assert_eq(system("ip link set pa nomaster && ip addr add 192.0.2.254/24 dev pa && "
			    "ip neigh add " ADDRESS " lladdr 52:54:00:00:00:0f dev pa nud stale"),
		     0);
	describe(1, 0);
}

TestSuite(bpf_router, .init = setup, .timeout = 60);

static void expect_neighbour(const char *mac)
{
	char line[256] = "";
	FILE *ip = popen("ip neigh show " ADDRESS " dev pa", "r");

	cr_assert(ip);
	cr_assert(fgets(line, sizeof(line), ip), "no entry");
	pclose(ip);
	cr_assert(strstr(line, mac), "not %s: %s", mac, line);
}

static struct bytes relayed(const __u8 *mac, __u16 op, const struct tags *tags)
{
	struct bytes frame = says_announcement(mac, op, tags);

	memcpy(frame.at + MAC_LEN, router, MAC_LEN);
	return frame;
}

static void expect_relayed(const __u8 *mac, const struct tags *tags, unsigned int behind)
{
	struct bytes request = relayed(mac, ARP_REQUEST, tags),
		     reply = relayed(mac, ARP_REPLY, tags);

	put(&request, padding, behind);
	put(&reply, padding, behind);
	rig_expect(LAN, &request, "request");
	rig_expect(LAN, &reply, "reply");
	rig_expect_silence(LAN);
}

static void expect_nothing_on_the_wire(void)
{
	rig_expect_silence(LAN);
	rig_expect_silence(PORT_B);
}

/* One probe of a declared guest. */
static void immediate(const struct tags *tags)
{
	struct bytes frame = says_probe(tags);

	rig_declare(ADDRESS, ANNOUNCE_IMMEDIATE, owners, 2);
	rig_counted();
	rig_hear(LAN, &frame);
}

static void probes(void)
{
	struct bytes frame = says_probe(&untagged);
	int i;

	for (i = 0; i < 3; i++)
		rig_hear(LAN, &frame);
}

static struct speak_call due(void)
{
	struct claim_key key = rig_key(ADDRESS, 0, 0);
	struct claim claim;

	cr_assert_eq(rig_claim(&key, &claim), 0);
	rig_counted();
	rig_wait_until(claim.deadline_ns);
	return rig_speak_key(SPEAK_DUE, &key);
}

Test(bpf_router, first_probe_of_a_declared_guest_moves_the_entry_and_nothing_goes_out)
{
	struct counters gained;

	immediate(&untagged);
	gained = rig_counted();
	cr_assert_eq(gained.immediate, 1);
	cr_assert_eq(gained.announced, 1);
	cr_assert_eq(gained.relayed, 0);
	expect_neighbour("52:54:00:01:02:03");
	expect_nothing_on_the_wire();
}

Test(bpf_router, end_of_the_window_moves_the_entry_and_nothing_goes_out)
{
	probes();
	cr_assert_eq(due().result, COUNTER_window_ended);
	cr_assert_eq(rig_counted().relayed, 0);
	expect_neighbour("52:54:00:01:02:03");
	expect_nothing_on_the_wire();
}

Test(bpf_router, relay_of_a_declared_guest)
{
	struct counters gained;

	describe(1, 1);
	immediate(&untagged);
	gained = rig_counted();
	cr_assert_eq(gained.announced, 1);
	cr_assert_eq(gained.relayed, 1);
	expect_neighbour("52:54:00:01:02:03");
	expect_relayed(guest, &untagged, 0);
	rig_expect_silence(PORT_B);
}

Test(bpf_router, relay_at_the_end_of_the_window)
{
	describe(1, 1);
	probes();
	cr_assert_eq(due().result, COUNTER_window_ended);
	cr_assert_eq(rig_counted().relayed, 1);
	expect_neighbour("52:54:00:01:02:03");
	expect_relayed(guest, &untagged, sizeof(padding));
}

Test(bpf_router, relay_keeps_one_tag)
{
	struct tags tags = {.proto = ETH_P_8021Q, .tci = 0xa00a};

	describe(1, 1);
	immediate(&tags);
	expect_relayed(guest, &tags, 0);
}

Test(bpf_router, relay_keeps_two_tags)
{
	struct tags tags = {ETH_P_8021AD, 0x6064, ETH_P_8021Q, 0x200a};

	describe(1, 1);
	immediate(&tags);
	expect_relayed(guest, &tags, 0);
}

Test(bpf_router, relay_in_one_form_where_one_is_configured)
{
	struct bytes reply = relayed(guest, ARP_REPLY, &untagged);

	settings.form = FORM_REPLY;
	rig_settings(&settings);
	describe(1, 1);
	immediate(&untagged);
	rig_expect(LAN, &reply, "reply");
	rig_expect_silence(LAN);
}

/* Announced too early: the owner defends it by broadcast, and is announced and relayed in turn. */
Test(bpf_router, relay_of_a_defender)
{
	struct bytes answer;

	describe(1, 1);
	immediate(&untagged);
	expect_relayed(guest, &untagged, 0);
	put_ethernet(&answer, ones, other);
	put_arp(&answer, ARP_REQUEST, other, SERVICE, zeroes, SERVICE);
	rig_hear(LAN, &answer);
	cr_assert_eq(rig_state(ADDRESS), CLAIM_CONFLICT);
	expect_relayed(other, &untagged, 0);
	expect_neighbour("52:54:00:0a:0b:0c");
}

Test(bpf_router, conflict_silences)
{
	struct claim_key key = rig_key(ADDRESS, 0, 0);
	struct bytes probe = says_probe(&untagged), answer;
	struct claim claim;

	describe(1, 1);
	rig_hear(LAN, &probe);
	put_ethernet(&answer, ones, other);
	put_arp(&answer, ARP_REQUEST, other, SERVICE, zeroes, SERVICE);
	rig_hear(LAN, &answer);
	cr_assert_eq(rig_claim(&key, &claim), 0);
	cr_assert_eq(claim.state, CLAIM_CONFLICT);
	cr_assert_eq(rig_speak(SPEAK_NOW, ADDRESS).result, COUNTER_announce_refused);
	expect_neighbour("52:54:00:00:00:0f");
	expect_nothing_on_the_wire();
}

Test(bpf_router, interface_that_is_down_hears_and_says_nothing)
{
	struct bytes probe = says_probe(&untagged);

	describe(0, 1);
	rig_hear(LAN, &probe);
	rig_counted_only(COUNTER_not_forwarding);
	describe(1, 1);
	probes();
	describe(0, 1);
	cr_assert_eq(due().result, COUNTER_announce_failed);
	expect_nothing_on_the_wire();
}

/* A relayed announcement that comes back, or another garpd's, is no frame of the guest. */
Test(bpf_router, relayed_frame_has_no_effect)
{
	struct claim_key key = rig_key(ADDRESS, 0, 0);
	struct bytes request = relayed(guest, ARP_REQUEST, &untagged);
	struct bytes reply = relayed(guest, ARP_REPLY, &untagged);
	struct claim before, after;

	rig_hear(LAN, &request);
	rig_counted_only(COUNTER_no_claim);
	immediate(&untagged);
	rig_counted();
	cr_assert_eq(rig_claim(&key, &before), 0);
	rig_hear(LAN, &request);
	rig_counted_only(COUNTER_seen);
	rig_hear(LAN, &reply);
	rig_counted_only(COUNTER_seen);
	cr_assert_eq(rig_claim(&key, &after), 0);
	cr_assert_eq(memcmp(&before, &after, sizeof(before)), 0);
}
