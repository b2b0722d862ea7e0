// SPDX-License-Identifier: GPL-2.0-or-later
/* What one port can take of what all share: claims, probes, announcements. */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>

#include "bpf/claim/limit.h"
#include "says.h"

static struct settings settings;

static void limited(enum rig_port at)
{
	struct limit none = {};

	cr_assert_eq(bpf_map_update_elem(rig.port_limits, &rig.ifindex[at], &none, BPF_ANY), 0);
}

static void setup(void)
{
	rig_setup_short(&settings);
	limited(PORT_A);
	limited(PORT_B);
	limited(PORT_UPLINK);
}

TestSuite(bpf_quota, .init = setup, .timeout = 60);
TestSuite(bpf_buckets, .init = setup, .timeout = 60);
TestSuite(bpf_thaw, .init = setup, .timeout = 60);

/* 192.0.2.last */
static const char *address(__u8 last)
{
	static char text[16];

	snprintf(text, sizeof(text), "192.0.2.%u", last);
	return text;
}

static void probe_from(enum rig_port at, const __u8 *mac, __u8 last)
{
	char tpa[4] = {(char)192, 0, 2, (char)last};
	struct bytes frame = says_from(ones, mac, &untagged);

	put_arp(&frame, ARP_REQUEST, mac, NOBODY, zeroes, tpa);
	rig_hear(at, &frame);
}

static void probe(__u8 last)
{
	probe_from(PORT_A, guest, last);
}

static unsigned int taken(enum rig_port at)
{
	struct limit limit;

	cr_assert_eq(bpf_map_lookup_elem(rig.port_limits, &rig.ifindex[at], &limit), 0);
	return limit.claims;
}

/* Runs garpd_speak for each of the addresses once its deadline has passed. */
static void due(__u8 first, __u8 last)
{
	for (; first <= last; first++) {
		struct claim_key key = rig_key(address(first), 0, 0);

		rig_due(&key);
	}
}

/* ---- claims ---- */

Test(bpf_quota, port_fills_only_its_own)
{
	struct counters counted;
	int i;

	settings.claims_per_port = 3;
	rig_settings(&settings);
	for (i = 1; i < 3; i++) {
		probe(i);
		rig_counted_only(COUNTER_window_opened);
	}
	probe(3);
	counted = rig_counted();
	cr_assert_eq(counted.window_opened, 1);
	cr_assert_eq(counted.port_filling, 1, "the daemon is told");
	probe(4);
	rig_counted_only(COUNTER_probe_over_quota);
	cr_assert_eq(rig_state(address(4)), -ENOENT);
	cr_assert_eq(taken(PORT_A), 3);
	probe_from(PORT_B, other, 4);
	rig_counted_only(COUNTER_window_opened);
	cr_assert_eq(taken(PORT_B), 1);
	probe(1); /* what exists goes on */
	rig_counted_only(COUNTER_window_continued);
}

/* Too few probes: each lapses, is forgotten, and makes room. The count is exact after all that. */
Test(bpf_quota, lapsing_gives_back)
{
	int round, i;

	settings.claims_per_port = 20;
	rig_settings(&settings);
	for (round = 0; round < 5; round++) {
		for (i = 1; i <= 25; i++)
			probe(i);
		cr_assert_eq(taken(PORT_A), 20);
		due(1, 20);
		cr_assert_eq(taken(PORT_A), 0);
	}
	cr_assert_eq(rig_counted().lapsed, 100);
}

Test(bpf_quota, another_s_guest_that_takes_the_address_over_changes_nothing)
{
	probe(7);
	probe_from(PORT_B, other, 7);
	cr_assert_eq(taken(PORT_A), 1);
	cr_assert_eq(taken(PORT_B), 0);
	due(7, 7);
	cr_assert_eq(taken(PORT_A), 0);
	cr_assert_eq(taken(PORT_B), 0);
}

Test(bpf_quota, address_that_is_denied_counts_too)
{
	rig_host(address(9), HOST_OWN);
	probe(9);
	cr_assert_eq(taken(PORT_A), 1);
}

/* ---- a port that is gone ---- */

static void remove_port(enum rig_port at)
{
	cr_assert_eq(bpf_map_delete_elem(rig.ports, &rig.ifindex[at]), 0);
	bpf_map_delete_elem(rig.port_limits, &rig.ifindex[at]);
}

Test(bpf_quota, claims_of_a_port_that_is_gone_are_forgotten)
{
	probe(7);
	remove_port(PORT_A);
	cr_assert_eq(rig_speak(SPEAK_PORT_LEFT, address(7)).result, COUNTER_port_gone);
	cr_assert_eq(rig_state(address(7)), -ENOENT);
}

Test(bpf_quota, claim_is_left_to_the_guest_that_has_it)
{
	probe(7);
	probe_from(PORT_B, other, 7);
	remove_port(PORT_A);
	cr_assert_eq(rig_speak(SPEAK_PORT_LEFT, address(7)).result, COUNTER_port_inherited);
	cr_assert_eq(rig_state(address(7)), CLAIM_PROBING);
	cr_assert_eq(taken(PORT_B), 1);
	due(7, 7);
	cr_assert_eq(taken(PORT_B), 0);
}

Test(bpf_quota, port_that_is_there_has_left_nothing)
{
	probe(7);
	cr_assert_eq(rig_speak(SPEAK_PORT_LEFT, address(7)).result, COUNTER_not_due);
	cr_assert_eq(rig_state(address(7)), CLAIM_PROBING);
	cr_assert_eq(taken(PORT_A), 1);
}

/* ---- probes ---- */

Test(bpf_buckets, probes_beyond_the_burst_are_passed_over)
{
	int i;

	settings.probes_per_second = 1;
	settings.probes_burst = 5;
	rig_settings(&settings);
	for (i = 1; i <= 8; i++)
		probe(i); /* rig_hear asserts that it is passed on, unchanged */
	cr_assert_eq(rig_counted().probe_over_limit, 3);
	cr_assert_eq(taken(PORT_A), 5);
	rig_events();
	cr_assert_eq(rig.events, 5);
	probe_from(PORT_B, other, 9);
	rig_counted_only(COUNTER_window_opened);
}

/* What contradicts from outside is heard, however much there is. */
Test(bpf_buckets, uplink_has_no_limit)
{
	int i;

	settings.probes_per_second = settings.probes_burst = 1;
	rig_settings(&settings);
	for (i = 0; i < 10; i++)
		probe_from(PORT_UPLINK, other, 200);
	probe(7);
	probe_from(PORT_UPLINK, other, 7);
	cr_assert_eq(rig_state(address(7)), CLAIM_CONFLICT);
}

/* ---- events ---- */

#define SERVICE_LAST 7 /* SERVICE */

#define NONE_FOR_AN_HOUR (-3600 * (int)EVENTS_PER_SECOND)

/* So many events are left to the port. */
static void events_left(enum rig_port at, int left)
{
	__u64 each_ns = limit_each_ns(EVENTS_PER_SECOND);
	struct limit used = {.events_tat_ns = rig_now_ns() +
					      (__u64)((int)EVENTS_BURST - left) * each_ns};

	cr_assert_eq(bpf_map_update_elem(rig.port_limits, &rig.ifindex[at], &used, BPF_ANY), 0);
}

/* How many events have come since the last call, and how many were kept back. */
static void events_are(unsigned int sent, unsigned int kept_back)
{
	static unsigned int before;

	rig_events();
	cr_assert_eq(rig.events - before, sent, "%u events", rig.events - before);
	before = rig.events;
	cr_assert_eq(rig_counted().event_over_limit, kept_back);
}

static struct claim service(void)
{
	struct claim_key key = rig_key(address(SERVICE_LAST), 0, 0);

	return rig_claim_now(&key);
}

/* Beyond the limit the claim hears, and the daemon does not. */
static void contradicts_unsaid(void (*says)(void))
{
	__u64 deadline_ns;

	probe(SERVICE_LAST);
	events_are(1, 0);
	deadline_ns = service().deadline_ns;
	events_left(PORT_UPLINK, NONE_FOR_AN_HOUR);
	says();
	events_are(0, 1);
	cr_assert_eq(service().state, CLAIM_CONFLICT);
	cr_assert_geq(service().deadline_ns,
		      deadline_ns); /* the daemon calls too early, if at all */
}

static void uplink_asserts(void)
{
	says_has(PORT_UPLINK, other, ARP_REQUEST, ones);
}

static void uplink_asserts_xdp(void)
{
	struct bytes frame = says_from(ones, other, &untagged);

	put_arp(&frame, ARP_REQUEST, other, SERVICE, zeroes, SERVICE);
	cr_assert_eq(rig_hear_xdp(PORT_UPLINK, &frame), XDP_PASS);
}

static void uplink_probes(void)
{
	probe_from(PORT_UPLINK, other, SERVICE_LAST);
}

Test(bpf_buckets, events_beyond_the_limit_are_kept_back)
{
	contradicts_unsaid(uplink_asserts);
}

Test(bpf_buckets, events_beyond_the_limit_are_kept_back_in_xdp)
{
	contradicts_unsaid(uplink_asserts_xdp);
}

Test(bpf_buckets, events_of_probes_beyond_the_limit_are_kept_back)
{
	contradicts_unsaid(uplink_probes);
}

Test(bpf_buckets, events_within_the_limit_are_sent)
{
	probe(SERVICE_LAST);
	events_are(1, 0);
	uplink_asserts();
	events_are(1, 0);
	uplink_probes();
	events_are(1, 0);
}

/* What is left of the burst, and what is refilled meanwhile. */
Test(bpf_buckets, burst_of_events)
{
	__u64 kept_back;
	int i;

	probe(SERVICE_LAST);
	events_left(PORT_UPLINK, 100);
	for (i = 0; i < 300; i++)
		uplink_probes();
	rig_events();
	kept_back = rig_counted().event_over_limit;
	cr_assert_eq(rig.events + kept_back, 1 + 300);
	cr_assert_geq(rig.events, 1 + 100);
	cr_assert_gt(kept_back, 0);
	cr_assert_eq(service().conflicts, 300);
}

/* The daemon has no timer for this claim yet. */
Test(bpf_buckets, event_with_a_first_deadline_has_no_limit)
{
	events_left(PORT_A, NONE_FOR_AN_HOUR);
	probe(SERVICE_LAST);
	events_are(1, 0);
	cr_assert_neq(service().deadline_ns, 0);
	probe(SERVICE_LAST);
	events_are(0, 1);
	cr_assert_eq(service().window_probes, 2);
}

/* Its timer is for the day when the owner is forgotten. */
Test(bpf_buckets, event_that_brings_the_deadline_forward_has_no_limit)
{
	__u64 deadline_ns;

	says_probes(&untagged);
	says_has(PORT_A, guest, ARP_REQUEST, ones);
	cr_assert_eq(service().state, CLAIM_OWNED);
	deadline_ns = service().deadline_ns;
	rig_events();
	events_are(rig.events, 0);
	events_left(PORT_A, NONE_FOR_AN_HOUR);
	probe(SERVICE_LAST);
	cr_assert_lt(service().deadline_ns, deadline_ns);
	events_are(1, 0);
}

/* A defender of a declared address is announced, and the daemon looks whether the host follows. */
Test(bpf_buckets, event_of_an_announcement_has_no_limit)
{
	const __u8 *const both[] = {guest, other};

	rig_declare(address(SERVICE_LAST), ANNOUNCE_IMMEDIATE, both, 2);
	probe(SERVICE_LAST);
	events_are(1, 0);
	events_left(PORT_UPLINK, NONE_FOR_AN_HOUR);
	uplink_asserts();
	events_are(1, 0);
	cr_assert_eq(rig.event->sent, 1);
}

/* ---- announcements ---- */

/* Declared: announced at the first probe. */
static void declare(__u8 first, __u8 last)
{
	const __u8 *const both[] = {guest, other};

	for (; first <= last; first++)
		rig_declare(address(first), ANNOUNCE_IMMEDIATE, both, 2);
}

/* Few a second: this process may stand still for a while between two probes. */
Test(bpf_buckets, announcements_beyond_the_burst_wait_and_none_is_lost)
{
	struct counters gained;
	int i;

	settings.window_ns = 60 * NSEC_PER_SEC; /* the deferred one is due first */
	settings.announcements_per_second = 5;
	settings.announcements_burst = 4;
	settings.announce_num = 1;
	rig_settings(&settings);
	declare(1, 10);
	for (i = 1; i <= 10; i++)
		probe(i);
	gained = rig_counted();
	cr_assert_eq(gained.announced, 4);
	cr_assert_eq(gained.announce_over_limit, 6);
	rig_events();
	cr_assert_eq(rig.events, 10);
	for (i = 5; i <= 10; i++) {
		struct claim_key key = rig_key(address(i), 0, 0);
		struct claim claim = rig_claim_now(&key);

		cr_assert(claim.flags & CLAIM_F_DEFERRED);
		cr_assert_eq(claim.queued, QUEUED_PORT);
		/* the daemon hears why, and until when */
		cr_assert_eq(rig.event[i - 1].reason, COUNTER_announce_over_limit);
		cr_assert_eq(rig.event[i - 1].deadline_ns, claim.deferred_ns);
		/* in the order in which they came, 200 ms apart */
		cr_assert_leq(claim.deferred_ns, rig_now_ns() + (i - 4) * 200 * NSEC_PER_MSEC);
		cr_assert_eq(rig_due(&key).result, COUNTER_announce_deferred);
	}
	gained = rig_counted();
	cr_assert_eq(gained.announced, 6);
	cr_assert_eq(gained.announce_over_limit, 0);
}

/* The cap of all: a port that announced little goes before one that announced much. */
Test(bpf_buckets, quiet_port_does_not_wait_behind_a_busy_one)
{
	struct claim_key key = rig_key(address(6), 0, 0);
	struct counters gained;
	int i;

	settings.announcements_per_second = 1;
	settings.announcements_burst = LIMIT_BUSY_PART;
	settings.all_announcements_per_second = 4; /* a lane: 2 a second, 2 at once */
	rig_settings(&settings);
	declare(1, 7);
	for (i = 1; i <= 6; i++) /* the first while the port is quiet, two of the others */
		probe(i);
	gained = rig_counted();
	cr_assert_eq(gained.announced, 3);
	cr_assert_eq(gained.announce_over_limit, 3);
	cr_assert_eq(rig_claim_now(&key).queued, QUEUED_ALL);
	probe_from(PORT_B, other, 7);
	cr_assert_eq(rig_counted().announced, 1);
}

/* A contradiction while it waits: it is not announced. */
Test(bpf_buckets, conflict_ends_the_wait)
{
	struct claim_key key = rig_key(address(2), 0, 0);
	struct claim waiting;

	settings.announcements_per_second = 2;
	settings.announcements_burst = 1;
	rig_settings(&settings);
	declare(1, 1);
	declare(2, 2);
	probe(1);
	probe(2);
	waiting = rig_claim_now(&key);
	cr_assert_eq(waiting.queued, QUEUED_PORT);
	probe_from(PORT_B, other, 2);
	probe(2);
	cr_assert_eq(rig_state(address(2)), CLAIM_CONFLICT);
	rig_counted();
	rig_wait_until(waiting.deferred_ns);
	rig_speak(SPEAK_DUE, address(2));
	cr_assert_eq(rig_counted().announced, 0);
}

/* ---- thaw ---- */

Test(bpf_thaw, only_what_is_frozen)
{
	probe(7);
	cr_assert_eq(rig_speak(SPEAK_THAW, address(7)).result, COUNTER_thaw_refused);
	cr_assert_eq(rig_state(address(7)), CLAIM_PROBING);
}

Test(bpf_thaw, frozen_claim_is_owned_again)
{
	struct claim_key key = rig_key(address(7), 0, 0);
	int i;

	settings.max_moves = 1;
	settings.min_probes = 1;
	settings.announce_num = 1;
	rig_settings(&settings);
	for (i = 0; i < 3; i++) {
		probe_from(i % 2 ? PORT_B : PORT_A, i % 2 ? other : guest, 7);
		rig_due(&key);
	}
	cr_assert_eq(rig_state(address(7)), CLAIM_FROZEN);
	cr_assert_eq(rig_speak(SPEAK_NOW, address(7)).result, COUNTER_announce_refused);
	cr_assert_eq(rig_speak(SPEAK_THAW, address(7)).result, COUNTER_thaw_by_hand);
	cr_assert_eq(rig_state(address(7)), CLAIM_OWNED);
	cr_assert_eq(rig_claim_now(&key).recent_moves, 0);
	cr_assert_eq(rig_speak(SPEAK_NOW, address(7)).result, COUNTER_announce_by_hand);
}
