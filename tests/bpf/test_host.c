// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * garpd_host_out and garpd_host_in, on the two sides of the bridge's own device: what is above the
 * bridge contradicts and is announced by its egress; what comes out of it has passed the filters.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "says.h"
#include "tests/unit/nd_bytes.h"
#include "wire.h"

TestSuite(bpf_host, .init = rig_setup, .timeout = 60);

#define ADDRESS	 "192.0.2.7"
#define ADDRESS6 "2001:db8::7"
#define HOST6	 "\xfe\x80\0\0\0\0\0\0\0\0\0\0\0\0\0\x01"

static struct bytes has(const __u8 *mac, const __u8 *dst, const struct tags *tags)
{
	struct bytes frame = says_from(dst, mac, tags);

	put_arp(&frame, ARP_REPLY, mac, SERVICE, dst, NOBODY);
	return frame;
}

/* Every VLAN of the bridge's own entry; untagged frames are in the PVID. */
static void aware(__u16 pvid, __u16 vid)
{
	struct port port = {.forwarding = 1, .vlan_proto = ETH_P_8021Q, .pvid = pvid};
	struct port_vlans vlans = {};
	__u32 ifindexes[] = {rig.bridge, rig.ifindex[PORT_A]};
	int i;

	vlans.member[pvid / 64] |= 1ull << pvid % 64;
	vlans.member[vid / 64] |= 1ull << vid % 64;
	for (i = 0; i < 2; i++)
		cr_assert_eq(bpf_map_update_elem(rig.port_vlans, &ifindexes[i], &vlans, BPF_ANY),
			     0);
	port.role = ROLE_HOST;
	rig_host_port(&port);
	port.role = ROLE_GUEST;
	port.segment = rig.bridge;
	rig_port(PORT_A, &port);
}

/* ---- out: what is above the bridge says ---- */

Test(bpf_host, reply_from_above_contradicts)
{
	struct claim_key key = rig_key(ADDRESS, 0, 0);
	struct bytes answer = has(other, guest, &untagged);
	struct claim claim;

	says_probes(&untagged);
	rig_counted();
	rig_host_out(&answer, 0);
	rig_counted_only(COUNTER_conflict_asserted);
	claim = rig_claim_now(&key);
	cr_assert_eq(claim.state, CLAIM_CONFLICT);
	cr_assert_eq(claim.rival_port, rig.bridge);
	cr_assert_arr_eq(claim.rival, other, MAC_LEN);
	rig_expect_silence(PORT_B);
}

Test(bpf_host, advertisement_from_above_contradicts)
{
	struct bytes frame = says_from(NODE_MAC, guest, &untagged), options = {0};

	put_nd(&frame, ND_SOLICITATION, 0, NOBODY6, NODE6, &options);
	rig_hear(PORT_A, &frame);
	frame = says_from(NODE_MAC, other, &untagged);
	put(&options, "\x02\x01", 2);
	put(&options, other, MAC_LEN);
	put_nd(&frame, ND_ADVERTISEMENT, 0x20, TARGET6, HOST6, &options);
	rig_counted();
	rig_host_out(&frame, 0);
	rig_counted_only(COUNTER_conflict_asserted);
	cr_assert_eq(rig_state(ADDRESS6), CLAIM_CONFLICT);
}

Test(bpf_host, probe_from_above_makes_no_claim_and_contradicts)
{
	struct bytes frame = says_from(ones, other, &untagged);

	put_arp(&frame, ARP_REQUEST, other, NOBODY, zeroes, SERVICE);
	rig_host_out(&frame, 0);
	rig_counted_only(COUNTER_probe_uplink);
	cr_assert_eq(rig_state(ADDRESS), -ENOENT);
	says_probe_for(7, &untagged);
	rig_counted();
	rig_host_out(&frame, 0);
	rig_counted_only(COUNTER_conflict_probe);
}

/* The host's own table is read directly; and a macvlan above is no gateway of everybody. */
Test(bpf_host, nobody_above_is_a_listener)
{
	struct listener_key key = {.claim = rig_key(ADDRESS, 0, 0)};
	struct bytes frame = says_from(ones, other, &untagged);
	struct listener listener;

	put_arp(&frame, ARP_REQUEST, other, CLIENT, zeroes, SERVICE);
	rig_host_out(&frame, 0);
	cr_assert_neq(bpf_map_lookup_elem(rig.listeners, &key, &listener), 0);
	rig_hear(PORT_B, &frame);
	cr_assert_eq(bpf_map_lookup_elem(rig.listeners, &key, &listener), 0);
}

Test(bpf_host, our_own_frame_is_passed_over)
{
	struct bytes answer = has(other, guest, &untagged);

	says_probes(&untagged);
	rig_counted();
	rig_host_out(&answer, GARPD_MARK);
	rig_counted_only(COUNTER_own_frame);
	cr_assert_eq(rig_state(ADDRESS), CLAIM_PROBING);
}

Test(bpf_host, bridge_that_is_not_described)
{
	struct bytes answer = has(other, guest, &untagged);

	cr_assert_eq(bpf_map_delete_elem(rig.ports, &rig.bridge), 0);
	rig_host_out(&answer, 0);
	rig_counted_only(COUNTER_other_port);
}

Test(bpf_host, vlan_is_that_of_the_bridges_own_entry)
{
	struct tags tags = {.proto = ETH_P_8021Q, .tci = 20},
		    strange = {.proto = ETH_P_8021Q, .tci = 30};
	struct bytes answer = has(other, guest, &untagged);
	struct claim_key key10 = rig_key(ADDRESS, 10, 0), key20 = rig_key(ADDRESS, 20, 0);

	aware(10, 20);
	says_probes(&untagged);
	says_probes(&tags);
	rig_counted();
	rig_host_out(&answer, 0);
	rig_counted_only(COUNTER_conflict_asserted);
	cr_assert_eq(rig_claim_now(&key10).state, CLAIM_CONFLICT);
	cr_assert_eq(rig_claim_now(&key20).state, CLAIM_PROBING);
	answer = has(other, guest, &strange);
	rig_host_out(&answer, 0);
	rig_counted_only(COUNTER_vlan_not_member);
	answer = has(other, guest, &tags);
	rig_host_out(&answer, 0);
	rig_counted_only(COUNTER_conflict_asserted);
	cr_assert_eq(rig_claim_now(&key20).state, CLAIM_CONFLICT);
}

/* A defender is announced by the bridge's egress: to every port, as what it says itself. */
Test(bpf_host, defender_above_is_announced_to_every_port)
{
	static const __u8 *const both[] = {guest, other};
	static const __u8 padding[18];
	struct claim_key key = rig_key(ADDRESS, 0, 0);
	struct bytes answer = has(other, guest, &untagged), request, reply, got;
	int at;

	rig_declare(ADDRESS, ANNOUNCE_IMMEDIATE, both, 2);
	says_probe_for(7, &untagged);
	for (at = 0; at < PORT_MAX; at++)
		while (rig_receive(at, &got, 20))
			;
	rig_counted();
	rig_host_out(&answer, 0);
	cr_assert_eq(rig_counted().defended, 1);
	rig_expect_silence(PORT_B);
	cr_assert_eq(rig_speak_key(SPEAK_DUE, &key).result, COUNTER_announce_deferred);
	request = says_announcement(other, ARP_REQUEST, &untagged);
	reply = says_announcement(other, ARP_REPLY, &untagged);
	put(&request, padding, sizeof(padding));
	put(&reply, padding, sizeof(padding));
	for (at = 0; at < PORT_MAX; at++) {
		rig_expect(at, &request, "request");
		rig_expect(at, &reply, "reply");
		rig_expect_silence(at);
	}
}

/* It is asked by the bridge's ingress, and no port carries the question. */
Test(bpf_host, former_owner_above_is_asked_above)
{
	static const __u8 *const both[] = {guest, other};
	struct bytes to_owner = says_from(other, rig_asker_mac, &untagged), got;
	struct claim_key key = rig_key(ADDRESS, 0, 0);
	struct settings settings = SETTINGS_DEFAULTS;
	struct bytes takes = says_from(ones, other, &untagged);
	int n, above = wire_open(rig.bridge), found = 0;

	settings.ask = 1;
	settings.duplicate_ns = 0;
	settings.window_ns = 50 * NSEC_PER_MSEC;
	settings.grace_ns = 0;
	rig_settings(&settings);
	rig_asker("192.0.2.1", 0, ASKER_HOST);
	rig_declare(ADDRESS, ANNOUNCE_IMMEDIATE, both, 2);
	put_arp(&takes, ARP_REQUEST, other, SERVICE, zeroes, SERVICE);
	says_probe_for(7, &untagged);
	rig_host_out(&takes, 0); /* a conflict; then it has the address */
	rig_wait_until(rig_now_ns() + 60 * NSEC_PER_MSEC);
	rig_host_out(&takes, 0);
	cr_assert_eq(rig_claim_now(&key).state, CLAIM_OWNED);
	cr_assert_eq(rig_claim_now(&key).port, rig.bridge);
	says_probe_for(7, &untagged);
	for (n = 0; n < 16 && rig_claim_now(&key).state != CLAIM_UNANSWERED; n++)
		rig_due(&key);
	cr_assert_eq(rig_claim_now(&key).state, CLAIM_UNANSWERED);
	rig_due(&key); /* a moment after the guest */
	while (!found && recv(above, got.at, sizeof(got.at), 0) > 0)
		found = !memcmp(got.at, to_owner.at, 2 * MAC_LEN);
	cr_assert(found, "the former owner is not asked");
	while (rig_receive(PORT_B, &got, 20))
		cr_assert(memcmp(got.at, to_owner.at, 2 * MAC_LEN), "and asked on a port");
	close(above);
}

/* ---- in: what comes out of the bridge to the host ---- */

static void came_through(const struct claim_key *key, const struct bytes *frame, __u32 mark,
			 int yes)
{
	__u64 before_ns = rig_now_ns();
	struct claim claim;

	rig_host_in(frame, mark);
	claim = rig_claim_now(key);
	cr_assert_eq(claim.came_through_ns >= before_ns, yes);
	if (yes)
		cr_assert_arr_eq(claim.through_mac, guest, MAC_LEN);
}

Test(bpf_host, owners_frame_has_come_through)
{
	struct bytes frame = has(guest, rig_asker_mac, &untagged);
	struct claim_key key = rig_key(ADDRESS, 0, 0);

	says_has(PORT_A, guest, ARP_REQUEST, ones);
	rig_host_in(&frame, 0); /* no claim: nothing, not even counted */
	says_probes(&untagged);
	says_has(PORT_A, guest, ARP_REQUEST, ones);
	cr_assert_eq(rig_claim_now(&key).state, CLAIM_OWNED);
	rig_events();
	rig.events = 0;
	rig_counted();
	came_through(&key, &frame, 0, 1);
	rig_counted_only(COUNTER_came_through);
	rig_events();
	cr_assert_eq(rig.events, 1);
	cr_assert_eq(rig.event[0].reason, COUNTER_came_through);
	cr_assert_eq(rig.event[0].state, CLAIM_OWNED);
	cr_assert_eq(rig.event[0].port, rig.bridge);
	cr_assert_arr_eq(rig.event[0].mac, guest, MAC_LEN);
	/* The daemon is told once of each announcing: a guest may talk as much as it likes. */
	came_through(&key, &frame, 0, 1);
	rig_events();
	cr_assert_eq(rig.events, 1);
}

/* The guest's announcement that garpd made has been judged by the same filters. */
Test(bpf_host, announcement_of_ours_has_come_through)
{
	struct bytes frame = says_announcement(guest, ARP_REQUEST, &untagged);
	struct claim_key key = rig_key(ADDRESS, 0, 0);

	says_probes(&untagged);
	came_through(&key, &frame, GARPD_MARK, 1);
}

Test(bpf_host, frames_that_prove_nothing)
{
	struct bytes probe = says_probe(&untagged), theirs = has(other, guest, &untagged);
	struct bytes relayed = says_from(ones, other, &untagged);
	struct bytes frame = has(guest, rig_asker_mac,
				 &(struct tags){.proto = ETH_P_8021Q, .tci = 30});
	struct claim_key key = rig_key(ADDRESS, 0, 0);
	struct claim before;

	put_arp(&relayed, ARP_REQUEST, guest, SERVICE, zeroes, SERVICE);
	says_probes(&untagged);
	rig_events();
	rig.events = 0;
	rig_counted();
	before = rig_claim_now(&key);
	came_through(&key, &probe, 0, 0);
	came_through(&key, &theirs, 0, 0);
	came_through(&key, &relayed, 0, 0);
	came_through(&key, &frame, 0, 0); /* another VLAN */
	rig_events();
	cr_assert_eq(rig.events, 0);
	before.lock = rig_claim_now(&key).lock;
	cr_assert_eq(memcmp(&before, &(struct claim[]){rig_claim_now(&key)}[0], sizeof(before)), 0,
		     "it is never a probe, an objection, or a sign of life");
	cr_assert_eq(rig_counted().came_through, 0);
}

Test(bpf_host, tentative_advertisement_proves_nothing)
{
	struct bytes frame = says_from(NODE_MAC, guest, &untagged), options = {0};
	struct claim_key key = rig_key(ADDRESS6, 0, 0);

	put_nd(&frame, ND_SOLICITATION, 0, NOBODY6, NODE6, &options);
	rig_hear(PORT_A, &frame);
	put(&options, "\x02\x01", 2);
	put(&options, guest, MAC_LEN);
	frame = says_from(rig_asker_mac, guest, &untagged);
	put_nd(&frame, ND_ADVERTISEMENT, 0x40, TARGET6, HOST6, &options);
	came_through(&key, &frame, 0, 0);
	frame = says_from(rig_asker_mac, guest, &untagged);
	put_nd(&frame, ND_ADVERTISEMENT, 0x60, TARGET6, HOST6, &options);
	came_through(&key, &frame, 0, 1);
}

Test(bpf_host, it_comes_out_in_the_vlan_of_the_bridges_own_entry)
{
	struct bytes frame = has(guest, rig_asker_mac, &untagged);
	struct claim_key key = rig_key(ADDRESS, 10, 0);
	struct port_vlans nowhere = {};

	aware(10, 20);
	says_probes(&untagged);
	came_through(&key, &frame, 0, 1);
	/* The bridge is no member: a capture in promiscuous mode made the kernel pass it up. */
	cr_assert_eq(bpf_map_update_elem(rig.port_vlans, &rig.bridge, &nowhere, BPF_ANY), 0);
	frame = has(guest, rig_asker_mac, &(struct tags){.proto = ETH_P_8021Q, .tci = 10});
	came_through(&key, &frame, 0, 0);
}
