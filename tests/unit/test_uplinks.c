// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The pace at which guests are announced after an uplink came back. The module itself is included,
 * with the clock, the map of claims, and garpd_speak replaced: time passes when the test says so.
 */
#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <string.h>

#include "bpf/claim/state.h"
#include "loader/base/log.h"
#include "loader/config/guards.h"
#include "loader/daemon/parts.h"
#include "loader/maps/claims.h"
#include "loader/maps/speak.h"

#define SEGMENT 7u
#define GUESTS	2500
#define SECOND	1000000ull

static uint64_t now_usec, due_usec; /* due_usec 0: no timer is set */
static sd_event_time_handler_t on_timer;
static void *timer_ctx;
static size_t guests, addresses, walked, spoken; /* `addresses` of each guest */
static uint64_t spoken_usec[2 * GUESTS];
static struct claim_key spoken_key[2 * GUESTS];
static int result = COUNTER_asking_link, speak_err;
static size_t answering; /* the guests have this one of their addresses */

static int fake_now(sd_event *event, clockid_t clock, uint64_t *usec)
{
	*usec = now_usec;
	return 0;
}

static int fake_add_time(sd_event *event, sd_event_source **source, clockid_t clock, uint64_t usec,
			 uint64_t accuracy, sd_event_time_handler_t handler, void *ctx)
{
	due_usec = usec;
	on_timer = handler;
	timer_ctx = ctx;
	return 0;
}

static sd_event_source *fake_unref(sd_event_source *source)
{
	due_usec = 0;
	return NULL;
}

static void fake_walk_begin(struct map_walk *walk, int claims_fd)
{
	walked = 0;
}

/* The owned addresses of each MAC; the last one was seen last. */
static bool fake_walk_next(struct map_walk *walk, struct claim *claim)
{
	__be32 guest = htonl(walked / addresses), address = htonl(walked);

	if (walked == guests * addresses)
		return false;
	*claim = (struct claim){
		.state = CLAIM_OWNED, .role = ROLE_GUEST, .last_seen_ns = walked + 1};
	claim->key.segment = SEGMENT;
	memcpy(claim->key.addr.bytes, &address, sizeof(address));
	memcpy(claim->mac + MAC_LEN - sizeof(guest), &guest, sizeof(guest));
	walked++;
	return true;
}

static size_t address_of(const struct claim_key *key)
{
	__be32 address;

	memcpy(&address, key->addr.bytes, sizeof(address));
	return ntohl(address) % addresses;
}

/* Those that the guest has were announced when they were asked for. */
static int fake_lookup(const struct pins *pins, const struct claim_key *key, struct claim *claim)
{
	*claim = (struct claim){.key = *key};
	if (address_of(key) == answering)
		claim->last_announcement_ns = now_usec * NSEC_PER_USEC;
	return 0;
}

static int fake_walk_end(struct map_walk *walk, struct err *why)
{
	return 0;
}

static int fake_speak(const struct pins *pins, struct speak_call *call)
{
	cr_assert_eq(call->op, SPEAK_LINK);
	cr_assert_lt(spoken, 2 * GUESTS);
	spoken_key[spoken] = call->key;
	spoken_usec[spoken++] = now_usec;
	call->result = result;
	return speak_err;
}

static void fake_failed(const struct claim_key *key, const char *interface, int err)
{
}

static const char *fake_name(const struct ports *ports, __u32 ifindex)
{
	return "br0";
}

static void fake_renew(const struct pins *pins, __u32 segment)
{
}

static bool fake_wanted(const struct guards *guards, const char *segment, const char *bridge,
			bool is_bonded)
{
	return true;
}

#define sd_event_now		      fake_now
#define sd_event_add_time	      fake_add_time
#define sd_event_source_disable_unref fake_unref
#define claims_walk_begin	      fake_walk_begin
#define claims_walk_next	      fake_walk_next
#define claims_walk_end		      fake_walk_end
#define claims_lookup		      fake_lookup
#define speak_log_failed	      fake_failed
#define speak_run		      fake_speak
#define ports_name_text		      fake_name
#define datapath_renew_uplinks	      fake_renew
#define guards_announce_on_link	      fake_wanted
#undef log_info
#define log_info(...)
#include "../../loader/daemon/uplinks.c"

static struct daemon daemon_;
static struct uplinks *uplinks;

static void setup(void)
{
	struct err why;

	now_usec = 1000 * SECOND;
	guests = GUESTS;
	addresses = 1;
	cr_assert_eq(uplinks_open(&uplinks, &daemon_, &why), 0);
}

static void end(void)
{
	uplinks_close(uplinks);
}

TestSuite(uplinks, .init = setup, .fini = end);

static void come_back(void)
{
	const struct port port = {.segment = SEGMENT};

	uplinks_back(uplinks, &port, "up0", true);
}

/* The timer, as late as that. sd-event passes the time that was asked for. */
static void fire(uint64_t late_usec)
{
	uint64_t usec = due_usec;

	now_usec = usec + late_usec > now_usec ? usec + late_usec : now_usec;
	on_timer(NULL, usec, timer_ctx);
}

/* All that follows, each at its time. */
static void run_out(void)
{
	while (due_usec)
		fire(0);
}

/* The most that fall into any second. */
static size_t most_in_a_second(void)
{
	size_t first = 0, i, most = 0;

	for (i = 0; i < spoken; i++) {
		while (spoken_usec[i] - spoken_usec[first] >= SECOND)
			first++;
		if (i - first + 1 > most)
			most = i - first + 1;
	}
	return most;
}

Test(uplinks, at_most_200_guests_a_second_after_two_quiet_ones)
{
	come_back();
	run_out();
	cr_assert_eq(spoken, GUESTS, "%zu", spoken);
	cr_assert_eq(spoken_usec[0], 1002 * SECOND);
	cr_assert_eq(most_in_a_second(), 200, "%zu", most_in_a_second());
	cr_assert_eq(now_usec, 1002 * SECOND + (GUESTS / 20 - 1) * SECOND / 10);
}

/* A busy daemon does not catch up: the guests' answers would flood the bridge. */
Test(uplinks, nor_more_where_the_daemon_is_late)
{
	unsigned int ticks = 0;

	come_back();
	while (due_usec)
		fire(ticks++ % 7 == 3 ? 3 * SECOND / 4 : ticks % 3 * 10000);
	cr_assert_eq(spoken, GUESTS);
	cr_assert_leq(most_in_a_second(), 200, "%zu", most_in_a_second());
}

/* Nor does a guest with many addresses, of which none may be announced, hold the others up. */
Test(uplinks, those_that_are_refused_do_not_count)
{
	result = COUNTER_announce_refused;
	come_back();
	fire(0);
	cr_assert_eq(spoken, GUESTS);
	cr_assert_eq(due_usec, 0);
}

Test(uplinks, not_again_within_a_minute)
{
	guests = 5;
	come_back();
	fire(0);
	cr_assert_eq(spoken, 5);
	come_back();
	cr_assert_eq(due_usec, 1062 * SECOND);
	fire(0);
	cr_assert_eq(spoken, 10);
}

Test(uplinks, each_link_event_begins_the_quiet_time_anew)
{
	come_back();
	now_usec += SECOND;
	come_back();
	cr_assert_eq(due_usec, 1003 * SECOND);
}

/* What is left goes on, after two quiet seconds; all of it follows a minute after it began. */
Test(uplinks, event_in_between_costs_the_others_no_minute)
{
	come_back();
	fire(0);
	come_back();
	cr_assert_eq(due_usec, 1004 * SECOND);
	while (spoken < GUESTS)
		fire(0);
	cr_assert_eq(due_usec, 1062 * SECOND);
	while (due_usec)
		fire(0);
	cr_assert_eq(spoken, 2 * GUESTS);
}

/* It has given the others up, which are claims for a day. */
Test(uplinks, another_address_follows_one_that_is_not_announced)
{
	guests = 2;
	addresses = 3;
	answering = 1;
	come_back();
	run_out();
	cr_assert_eq(spoken, 4);
	for (size_t i = 0; i < spoken; i++) {
		cr_assert_eq(address_of(&spoken_key[i]), i < 2 ? 2 : 1,
			     "not the one seen last first");
		cr_assert_eq(spoken_usec[i], (i < 2 ? 1002 : 1005) * SECOND);
	}
}

Test(uplinks, one_address_of_a_guest_is_enough)
{
	addresses = 2;
	guests = 50;
	answering = 1;
	come_back();
	run_out();
	cr_assert_eq(spoken, guests);
}

/* None of them is, and each is tried once. */
Test(uplinks, guest_that_is_gone_is_tried_with_each_address)
{
	addresses = 3;
	guests = 50;
	answering = addresses;
	come_back();
	run_out();
	cr_assert_eq(spoken, guests * addresses);
}

/* While another process holds the lock of garpd_speak; then every guest is announced. */
Test(uplinks, busy_is_tried_again)
{
	guests = 50;
	speak_err = -EBUSY;
	come_back();
	fire(0);
	cr_assert_eq(spoken, 1);
	cr_assert_eq(due_usec, 1003 * SECOND);
	fire(0);
	cr_assert_eq(spoken, 2);
	speak_err = 0;
	while (due_usec)
		fire(0);
	cr_assert_eq(spoken, 2 + guests);
}

/* An uplink of an inner bridge, in which VLANs end that its joint does not carry. */
Test(uplinks, guests_of_a_vlan_that_stays_in_an_inner_bridge_are_announced_too)
{
	const struct port port = {.segment = 6, .inner = SEGMENT, .stays = {5, SEGMENT}};

	guests = 5;
	uplinks_back(uplinks, &port, "up0", true);
	fire(0);
	cr_assert_eq(spoken, 5);
}

/* Bridges come and go: of each there is left what keeps the minute, and no longer than that. */
Test(uplinks, segment_is_forgotten_after_its_minute)
{
	struct uplink_segment *segment;
	struct port port = {};

	guests = 5;
	for (port.segment = SEGMENT; port.segment < SEGMENT + 100; port.segment++) {
		uplinks_back(uplinks, &port, "up0", true);
		fire(0);
		segment = LIST_FIRST(&uplinks->all);
		cr_assert_eq(segment->ifindex, port.segment);
		cr_assert_null(segment->guest);
		cr_assert_null(LIST_NEXT(segment, others));
		now_usec += 60 * SECOND;
	}
}
