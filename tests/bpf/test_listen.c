// SPDX-License-Identifier: GPL-2.0-or-later
/* Listeners as they are learned, nudges byte by byte, and the answers that confirm a claim. */
#include <criterion/criterion.h>

#include "says.h"
#include "tests/unit/nd_bytes.h"

#define ADDRESS	 "192.0.2.7"
#define ADDRESS6 "2001:db8::7"

static const __u8 router[MAC_LEN] = {0x52, 0x54, 0x00, 0x0d, 0x0e, 0x0f};

static struct settings settings;

static void setup(void)
{
	rig_setup_short(&settings);
	settings.nudge_interval_ns = 20 * NSEC_PER_MSEC;
	rig_settings(&settings);
}

TestSuite(bpf_listen, .init = setup, .timeout = 60);

/* An ordinary ARP of CLIENT, about SERVICE. */
static void client_at_says(const __u8 *mac, enum rig_port at, __u16 op, const __u8 *dst)
{
	struct bytes frame = says_from(dst, mac, &untagged);

	put_arp(&frame, op, mac, CLIENT, op == ARP_REPLY ? dst : zeroes, SERVICE);
	rig_hear(at, &frame);
}

/* CLIENT's MAC is the router's in here. */
static void client_says(enum rig_port at, __u16 op, const __u8 *dst)
{
	client_at_says(router, at, op, dst);
}

static int listener_at(const struct claim_key *key, __u32 place, struct listener *listener)
{
	struct listener_key at = {.claim = *key, .place = place};

	return bpf_map_lookup_elem(rig.listeners, &at, listener);
}

/* A gateway that was heard from outside. */
static int gateway_at(__u32 place, struct listener *listener)
{
	struct listener_key at = {.claim = rig_key("::", 0, 0), .place = place};

	return bpf_map_lookup_elem(rig.gateways_heard, &at, listener);
}

static unsigned int listener_count(const struct claim_key *key)
{
	struct listener listener;
	unsigned int count = 0;
	__u32 place;

	for (place = 0; place < LISTENERS; place++)
		count += !listener_at(key, place, &listener);
	return count;
}

/* Takes that many announcements off the wires of the others (test_speak.c looks at them). */
static void pass_announcements(int count)
{
	struct bytes frame;

	for (; count; count--) {
		cr_assert(rig_receive(PORT_B, &frame, 1000));
		cr_assert(rig_receive(PORT_UPLINK, &frame, 1000));
	}
}

/* The guest on port A is announced. */
static struct claim_key announced(void)
{
	struct claim_key key = rig_key(ADDRESS, 0, 0);

	says_probes(&untagged);
	cr_assert_eq(rig_due(&key).result, COUNTER_window_ended);
	pass_announcements(2);
	return key;
}

/* ---- learning ---- */

Test(bpf_listen, who_asks_listens)
{
	struct claim_key key = rig_key(ADDRESS, 0, 0);
	struct listener listener;
	struct addr client;

	client_says(PORT_UPLINK, ARP_REQUEST, ones);
	cr_assert_eq(listener_at(&key, 0, &listener), 0);
	addr_from_ipv4(&client, (const __u8 *)CLIENT);
	cr_assert_arr_eq(listener.addr.bytes, client.bytes, 16);
	cr_assert_arr_eq(listener.mac, router, MAC_LEN);
	cr_assert_eq(listener.gateway, 0);
	cr_assert_neq(listener.heard_ns, 0);
	cr_assert_eq(listener.answered_ns, 0);
	cr_assert_eq(listener_count(&key), 1);
	cr_assert_neq(gateway_at(0, &listener), 0);
	client_says(PORT_UPLINK, ARP_REQUEST, ones);
	cr_assert_eq(listener_count(&key), 1);
}

Test(bpf_listen, who_answers_from_outside_is_a_gateway)
{
	struct claim_key key = rig_key(ADDRESS, 0, 0);
	struct listener listener;

	client_says(PORT_UPLINK, ARP_REPLY, guest);
	cr_assert_eq(listener_at(&key, 0, &listener), 0);
	cr_assert_eq(listener.answered_ns, 0, "no host has the address");
	cr_assert_eq(gateway_at(0, &listener), 0);
	cr_assert_eq(listener.gateway, 1);
	cr_assert_arr_eq(listener.mac, router, MAC_LEN);
}

Test(bpf_listen, who_answers_from_a_guests_port_is_none)
{
	struct listener listener;

	client_says(PORT_B, ARP_REPLY, guest);
	cr_assert_neq(gateway_at(0, &listener), 0);
}

Test(bpf_listen, eight_are_remembered_and_gateways_stay)
{
	struct claim_key key = rig_key(ADDRESS, 0, 0);
	struct listener_key place = {.claim = key};
	struct listener gateway = {.gateway = 1, .heard_ns = 1}, listener;
	__u8 client[5] = {192, 0, 2, 100};
	int i;

	bpf_map_update_elem(rig.listeners, &place, &gateway, BPF_ANY);
	for (i = 0; i < 20; i++, client[3]++) {
		struct bytes frame = says_from(ones, router, &untagged);

		put_arp(&frame, ARP_REQUEST, router, (const char *)client, zeroes, SERVICE);
		rig_hear(PORT_UPLINK, &frame);
	}
	cr_assert_eq(listener_count(&key), LISTENERS);
	cr_assert_eq(listener_at(&key, 0, &listener), 0);
	cr_assert_eq(listener.gateway, 1);
}

Test(bpf_listen, nobody_listens_to_the_host)
{
	struct claim_key key = rig_key(ADDRESS, 0, 0);

	rig_host(ADDRESS, HOST_OWN);
	client_says(PORT_UPLINK, ARP_REQUEST, ones);
	cr_assert_eq(listener_count(&key), 0);
}

Test(bpf_listen, nothing_is_learned_where_nobody_is_nudged)
{
	struct claim_key key = rig_key(ADDRESS, 0, 0);

	settings.nudge = NUDGE_NEVER;
	rig_settings(&settings);
	client_says(PORT_UPLINK, ARP_REQUEST, ones);
	cr_assert_eq(listener_count(&key), 0);
}

/* ---- nudges ---- */

/* who-has CLIENT tell SERVICE, from the guest, as long as the shortest frame. */
static void expect_nudge(enum rig_port at, const __u8 *dst)
{
	struct bytes frame = says_from(dst, guest, &untagged);
	static const __u8 padding[18];

	put_arp(&frame, ARP_REQUEST, guest, SERVICE, zeroes, CLIENT);
	put(&frame, padding, sizeof(padding));
	rig_expect(at, &frame, "nudge");
}

/* Another CPU's clock, read before ours, may be written down after it. */
Test(bpf_listen, who_is_heard_of_at_this_moment_is_nudged)
{
	struct listener_key place = {.claim = rig_key(ADDRESS, 0, 0)};
	struct listener listener = {.heard_ns = rig_now_ns() + NSEC_PER_SEC};

	addr_from_ipv4(&listener.addr, (const __u8 *)CLIENT);
	memcpy(listener.mac, router, MAC_LEN);
	bpf_map_update_elem(rig.listeners, &place, &listener, BPF_ANY);
	announced();
	expect_nudge(PORT_UPLINK, router);
}

static struct event *last_event(void)
{
	rig_events();
	cr_assert_gt(rig.events, 0);
	return &rig.event[rig.events - 1];
}

Test(bpf_listen, a_listener_is_nudged_and_confirms)
{
	struct claim_key key;
	struct claim claim;
	struct event *event;
	struct addr client;

	client_says(PORT_UPLINK, ARP_REQUEST, ones);
	key = announced();
	expect_nudge(PORT_UPLINK, router);
	cr_assert_eq(rig_claim_now(&key).nudges, 1);
	cr_assert_eq(rig_claim_now(&key).unconfirmed, 1);
	client_says(PORT_UPLINK, ARP_REPLY, guest);
	claim = rig_claim_now(&key);
	addr_from_ipv4(&client, (const __u8 *)CLIENT);
	cr_assert_eq(claim.confirmations, 1);
	cr_assert_eq(claim.unconfirmed, 0);
	cr_assert_arr_eq(claim.confirmed_by.bytes, client.bytes, 16);
	event = last_event();
	cr_assert_eq(event->reason, COUNTER_confirmed);
	cr_assert_arr_eq(event->listener.bytes, client.bytes, 16);
	cr_assert_eq(event->took_ns, claim.confirmed_ns - claim.announced_since_ns);
	cr_assert_arr_eq(event->mac, guest, MAC_LEN);
	rig_due(&key);
	rig_expect_silence(PORT_UPLINK);
}

/* The same of the announcement that is confirmed. */
Test(bpf_listen, an_answer_takes_no_less_than_no_time)
{
	struct claim_key key = announced();
	struct claim claim = rig_claim_now(&key);
	struct listener listener;

	claim.announced_since_ns = rig_now_ns() + NSEC_PER_SEC;
	bpf_map_update_elem(rig.claims, &key, &claim, BPF_F_LOCK);
	client_says(PORT_UPLINK, ARP_REPLY, guest);
	cr_assert_eq(last_event()->reason, COUNTER_confirmed);
	cr_assert_eq(last_event()->took_ns, 0);
	cr_assert_eq(listener_at(&key, 0, &listener), 0);
	cr_assert_eq(listener.answered_ns, claim.announced_since_ns);
}

/* Its answer to whoever had the address before proves the contrary: it is nudged on. */
Test(bpf_listen, who_answers_the_former_owner_has_not_followed)
{
	struct listener listener;
	struct claim_key key;
	__u64 answered_ns;

	client_says(PORT_UPLINK, ARP_REQUEST, ones);
	key = announced();
	expect_nudge(PORT_UPLINK, router);
	client_says(PORT_UPLINK, ARP_REPLY, other);
	cr_assert_eq(rig_claim_now(&key).confirmations, 0);
	cr_assert_eq(rig_claim_now(&key).unconfirmed, 1);
	cr_assert_eq(listener_at(&key, 0, &listener), 0);
	cr_assert_eq(listener.answered_ns, 0);
	cr_assert_eq(listener.tries, 1);
	rig_due(&key);
	expect_nudge(PORT_UPLINK, router);
	client_says(PORT_UPLINK, ARP_REPLY, guest);
	cr_assert_eq(rig_claim_now(&key).confirmations, 1);
	cr_assert_eq(listener_at(&key, 0, &listener), 0);
	answered_ns = listener.answered_ns;
	cr_assert_eq(answered_ns, rig_claim_now(&key).confirmed_ns);
	cr_assert_eq(listener.tries, 0);
	client_says(PORT_UPLINK, ARP_REPLY, other);
	cr_assert_eq(listener_at(&key, 0, &listener), 0);
	cr_assert_eq(listener.answered_ns, answered_ns);
	client_says(PORT_UPLINK, ARP_REPLY, guest); /* an ordinary reply, later */
	cr_assert_eq(listener_at(&key, 0, &listener), 0);
	cr_assert_eq(listener.answered_ns, answered_ns);
}

static void client_is_named(void)
{
	struct addr client;
	__u32 first = 0;

	addr_from_ipv4(&client, (const __u8 *)CLIENT);
	cr_assert_eq(bpf_map_update_elem(rig.gateways, &first, &client, BPF_ANY), 0);
}

/* What is named is only the address; the MAC that was heard stays, in every round. */
Test(bpf_listen, a_gateway_that_is_named_keeps_its_mac)
{
	struct claim_key key;

	client_is_named();
	client_says(PORT_UPLINK, ARP_REQUEST, ones);
	key = announced();
	expect_nudge(PORT_UPLINK, router);
	rig_due(&key);
	expect_nudge(PORT_UPLINK, router);
}

Test(bpf_listen, a_gateway_that_is_only_named_is_asked_for_by_everybody)
{
	client_is_named();
	announced();
	expect_nudge(PORT_B, ones);
	expect_nudge(PORT_UPLINK, ones);
	rig_expect_silence(PORT_A);
}

Test(bpf_listen, three_tries)
{
	struct claim_key key;
	unsigned int i;

	settings.first_interval_ns = 10 * NSEC_PER_SEC;
	rig_settings(&settings);
	client_says(PORT_UPLINK, ARP_REQUEST, ones);
	key = announced();
	expect_nudge(PORT_UPLINK, router);
	for (i = 0; i < 2; i++) {
		rig_due(&key);
		expect_nudge(PORT_UPLINK, router);
	}
	rig_due(&key);
	rig_expect_silence(PORT_UPLINK);
	cr_assert_eq(rig_counted().not_due, 0);
	cr_assert_eq(last_event()->reason, COUNTER_unconfirmed);
	cr_assert_eq(rig_claim_now(&key).nudges, 3);
	cr_assert_eq(rig_claim_now(&key).nudge_ns, 0);
}

/* Tries are since the last announcing, and never begin anew by being too many for a byte. */
Test(bpf_listen, tries_are_of_this_announcing)
{
	struct listener_key place = {.claim = rig_key(ADDRESS, 0, 0)};
	struct claim_key key = place.claim;
	struct listener listener;

	client_says(PORT_UPLINK, ARP_REQUEST, ones);
	cr_assert_eq(listener_at(&key, 0, &listener), 0);
	listener.tries = 3;
	listener.nudged_ns = rig_now_ns();
	bpf_map_update_elem(rig.listeners, &place, &listener, BPF_ANY);
	announced();
	expect_nudge(PORT_UPLINK, router);
	cr_assert_eq(listener_at(&key, 0, &listener), 0);
	cr_assert_eq(listener.tries, 1);
	listener.tries = 255;
	bpf_map_update_elem(rig.listeners, &place, &listener, BPF_ANY);
	rig_due(&key);
	expect_nudge(PORT_UPLINK, router);
	cr_assert_eq(listener_at(&key, 0, &listener), 0);
	cr_assert_eq(listener.tries, 255);
}

/* No listener is nudged before the announcement that it goes with, nor forgotten when that fails.
 */
Test(bpf_listen, the_round_waits_for_the_retry)
{
	struct port port = {.segment = rig.bridge, .role = ROLE_GUEST};
	struct claim_key key = rig_key(ADDRESS, 0, 0);

	client_says(PORT_UPLINK, ARP_REQUEST, ones);
	says_probes(&untagged);
	rig_port(PORT_A, &port);
	cr_assert_eq(rig_due(&key).result, COUNTER_announce_failed);
	cr_assert_eq(rig_claim_now(&key).nudges, 0);
	port.forwarding = 1;
	rig_port(PORT_A, &port);
	cr_assert_eq(rig_due(&key).result, COUNTER_announce_deferred);
	pass_announcements(2);
	expect_nudge(PORT_UPLINK, router);
	cr_assert_eq(rig_claim_now(&key).unconfirmed, 1);
}

/* It is not waited for for ever: the round of an announcement that is given up finds no port. */
Test(bpf_listen, the_round_ends_with_an_announcement_that_is_given_up)
{
	struct port port = {.segment = rig.bridge, .role = ROLE_GUEST};
	struct claim_key key = rig_key(ADDRESS, 0, 0);
	__u32 result;

	client_says(PORT_UPLINK, ARP_REQUEST, ones);
	says_probes(&untagged);
	rig_port(PORT_A, &port);
	do {
		result = rig_due(&key).result;
	} while (result == COUNTER_announce_failed);
	cr_assert_eq(result, COUNTER_announce_lost);
	rig_due(&key);
	cr_assert_eq(rig_claim_now(&key).nudge_ns, 0);
	cr_assert_gt(rig_claim_now(&key).deadline_ns, rig_now_ns());
}

/* Its answer would go by unseen. */
Test(bpf_listen, nobody_is_nudged_on_a_router_port)
{
	struct port port = {.segment = rig.ifindex[PORT_A], .role = ROLE_ROUTER, .forwarding = 1};
	struct claim_key key = rig_key(ADDRESS, 0, 0);

	key.segment = rig.ifindex[PORT_A];
	rig_port(PORT_A, &port);
	client_says(PORT_A, ARP_REQUEST, ones);
	cr_assert_eq(listener_count(&key), 1);
	says_probes(&untagged);
	cr_assert_eq(rig_due(&key).result, COUNTER_window_ended);
	cr_assert_eq(rig_claim_now(&key).nudges, 0);
	cr_assert_eq(rig_claim_now(&key).nudge_ns, 0);
}

/* ---- guests that mean harm ---- */

/* Its answer to another guest: the gateway is known now. */
static void client_is_heard(void)
{
	client_says(PORT_UPLINK, ARP_REPLY, other);
}

/* It proves nothing, and the gateway's MAC stays. */
Test(bpf_listen, a_guest_that_speaks_as_the_gateway_is_not_believed)
{
	struct listener listener;
	struct claim_key key;

	client_is_heard();
	key = announced();
	expect_nudge(PORT_UPLINK, router);
	rig_counted();
	client_at_says(other, PORT_B, ARP_REPLY, guest);
	client_at_says(other, PORT_B, ARP_REQUEST, ones);
	cr_assert_eq(rig_counted().listener_spoofed, 2);
	cr_assert_eq(rig_claim_now(&key).confirmations, 0);
	cr_assert_eq(listener_at(&key, 0, &listener), 0);
	cr_assert_arr_eq(listener.mac, router, MAC_LEN);
	client_says(PORT_UPLINK, ARP_REPLY, guest);
	cr_assert_eq(rig_claim_now(&key).confirmations, 1);
}

/* The gateway has moved to a guest, and that one was announced. */
Test(bpf_listen, a_guest_that_is_announced_as_the_gateway_is_believed)
{
	struct claim_key key = rig_key("192.0.2.99", 0, 0);
	struct bytes probe = says_from(ones, other, &untagged);
	struct listener listener;
	int i;

	client_is_heard();
	put_arp(&probe, ARP_REQUEST, other, NOBODY, zeroes, CLIENT);
	for (i = 0; i < PROBE_NUM; i++)
		rig_hear(PORT_B, &probe);
	cr_assert_eq(rig_due(&key).result, COUNTER_window_ended);
	key = rig_key(ADDRESS, 0, 0);
	client_at_says(other, PORT_B, ARP_REQUEST, ones);
	cr_assert_eq(listener_at(&key, 0, &listener), 0);
	cr_assert_arr_eq(listener.mac, other, MAC_LEN);
}

/* Without that a gateway may be a guest as any other, and have another MAC from now on. */
Test(bpf_listen, a_gateway_that_is_a_guest_may_change)
{
	struct claim_key key = rig_key(ADDRESS, 0, 0);
	struct listener listener;

	client_is_named();
	client_says(PORT_B, ARP_REQUEST, ones);
	client_at_says(other, PORT_B, ARP_REQUEST, ones);
	cr_assert_eq(listener_at(&key, 0, &listener), 0);
	cr_assert_arr_eq(listener.mac, other, MAC_LEN);
}

/* Neither with a MAC nor as an address that its port may not have. */
Test(bpf_listen, a_guest_that_its_port_s_rule_forbids_is_not_believed)
{
	static const __u8 guards[] = {GUARD_MACS, GUARD_ADDRESSES};
	struct claim_key key = rig_key(ADDRESS, 0, 0);
	unsigned int i;

	for (i = 0; i < 2; i++) {
		rig_port(PORT_B, &(struct port){
					 .segment = rig.bridge,
					 .role = ROLE_GUEST,
					 .forwarding = 1,
					 .guards = guards[i],
					 .rule = 1,
				 });
		client_says(PORT_B, ARP_REQUEST, ones);
		cr_assert_eq(listener_count(&key), 0);
	}
}

/* However many others it asks for, more than are remembered. */
Test(bpf_listen, a_guest_displaces_no_gateway)
{
	__u32 i;

	client_is_heard();
	for (i = 0; i < 20000; i++) {
		struct bytes frame = says_from(ones, other, &untagged);
		char target[4] = {(char)198, 18, (char)(i >> 8), (char)i};

		put_arp(&frame, ARP_REQUEST, other, "\xc0\x00\x02\x42", zeroes, target);
		rig_hear(PORT_B, &frame);
	}
	announced();
	expect_nudge(PORT_UPLINK, router);
}

/* ---- who is alive ---- */

/* The guest on port A is announced, and is refreshed from then on. */
static struct claim_key refreshed(void)
{
	settings.announce_num = 1;
	settings.refresh_ns = 100 * NSEC_PER_MSEC;
	rig_settings(&settings);
	return announced();
}

/* 80 ms later the guest names the address. */
static void names_the_address(enum rig_port at)
{
	struct bytes frame = says_from(ones, guest, &untagged);

	rig_wait_until(rig_now_ns() + 80 * NSEC_PER_MSEC);
	put_arp(&frame, ARP_REQUEST, guest, SERVICE, zeroes, CLIENT);
	rig_hear(at, &frame);
}

Test(bpf_listen, an_owner_that_names_the_address_is_refreshed)
{
	struct claim_key key = refreshed();

	names_the_address(PORT_A);
	cr_assert_eq(rig_due(&key).result, COUNTER_announce_refresh);
	pass_announcements(2);
	cr_assert_eq(rig_due(&key).result, COUNTER_refresh_silent);
	rig_expect_silence(PORT_B);
}

Test(bpf_listen, an_owner_that_has_gone_to_another_port_is_not)
{
	struct claim_key key = refreshed();

	names_the_address(PORT_B);
	cr_assert_eq(rig_due(&key).result, COUNTER_refresh_doubted);
	rig_expect_silence(PORT_B);
}

Test(bpf_listen, an_owner_whose_address_another_machine_probes_for_is_not)
{
	struct bytes probe = says_from(ones, other, &untagged);
	struct claim_key key = refreshed();

	put_arp(&probe, ARP_REQUEST, other, NOBODY, zeroes, SERVICE);
	rig_hear(PORT_UPLINK, &probe);
	cr_assert_eq(rig_due(&key).result, COUNTER_refresh_doubted);
	rig_expect_silence(PORT_B);
}

/* ---- IPv6 ---- */

#define CLIENT6 "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x63"

Test(bpf_listen, ipv6_nudge_and_its_answer)
{
	struct bytes asks = says_from(NODE_MAC, router, &untagged), options = {0}, answer, nudge;
	struct bytes probe = says_from(NODE_MAC, guest, &untagged), none = {0}, slla = {0};
	struct claim_key key = rig_key(ADDRESS6, 0, 0);

	put(&options, "\x01\x01", 2);
	put(&options, router, MAC_LEN);
	put_nd(&asks, ND_SOLICITATION, 0, CLIENT6, NODE6, &options);
	rig_hear(PORT_UPLINK, &asks);
	cr_assert_eq(listener_count(&key), 1);
	put_nd(&probe, ND_SOLICITATION, 0, NOBODY6, NODE6, &none);
	rig_hear(PORT_A, &probe);
	rig_due(&key);
	pass_announcements(1);

	nudge = says_from(router, guest, &untagged);
	put(&slla, "\x01\x01", 2);
	put(&slla, guest, MAC_LEN);
	put_nd(&nudge, ND_SOLICITATION, 0, TARGET6, CLIENT6, &slla);
	memcpy(nudge.at + 62, CLIENT6, 16);
	seal6(nudge.at + 14, 32);
	rig_expect(PORT_UPLINK, &nudge, "nudge");

	answer = says_from(guest, router, &untagged);
	put_nd(&answer, ND_ADVERTISEMENT, 0x60, CLIENT6, TARGET6, &none);
	memcpy(answer.at + 62, CLIENT6, 16);
	seal6(answer.at + 14, 24);
	rig_hear(PORT_UPLINK, &answer);
	cr_assert_eq(rig_claim_now(&key).confirmations, 1);
	cr_assert_arr_eq(rig_claim_now(&key).confirmed_by.bytes, CLIENT6, 16);
}

/* Its MAC is unknown: its solicited-node group, on the wire and in the packet. */
Test(bpf_listen, ipv6_gateway_that_is_only_named_is_asked_for_by_its_group)
{
	static const __u8 group[MAC_LEN] = {0x33, 0x33, 0xff, 0x00, 0x00, 0x63};
	struct bytes probe = says_from(NODE_MAC, guest, &untagged), none = {0}, slla = {0}, nudge;
	struct claim_key key = rig_key(ADDRESS6, 0, 0);
	struct addr client;
	__u32 first = 0;

	memcpy(client.bytes, CLIENT6, sizeof(client.bytes));
	cr_assert_eq(bpf_map_update_elem(rig.gateways, &first, &client, BPF_ANY), 0);
	put_nd(&probe, ND_SOLICITATION, 0, NOBODY6, NODE6, &none);
	rig_hear(PORT_A, &probe);
	rig_due(&key);
	pass_announcements(1);
	nudge = says_from(group, guest, &untagged);
	put(&slla, "\x01\x01", 2);
	put(&slla, guest, MAC_LEN);
	put_nd(&nudge, ND_SOLICITATION, 0, TARGET6, "\xff\x02\0\0\0\0\0\0\0\0\0\x01\xff\0\0\x63",
	       &slla);
	memcpy(nudge.at + 62, CLIENT6, 16);
	seal6(nudge.at + 14, 32);
	rig_expect(PORT_UPLINK, &nudge, "nudge");
}
