// SPDX-License-Identifier: GPL-2.0-or-later
/* What a replay says of hosts: each a scenario, in the time of its frames. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <time.h>

#include "../../loader/base/text.h"
#include "leaks.h"
#include "play_capture.h"

#define ANOTHER "\xc0\x00\x02\x08" /* 192.0.2.8 */
#define GUEST	"52:54:00:01:02:03"
#define OTHER	"52:54:00:0a:0b:0c"

/* Long after all windows, so that the capture ends after them. */
static void play_end(struct replay *replay, long long at_ms)
{
	replay_pass(replay, (PLAY_BEGIN_MS + at_ms) * (long long)NSEC_PER_MSEC);
	replay_end(replay);
}

static void replay_begin(void)
{
	setenv("TZ", "UTC", 1);
	tzset();
}

TestSuite(replay, .init = replay_begin);

/* What announces itself later than that is late; its window does not matter. */
Test(replay, of_a_declared_address_is_at_the_first_probe)
{
	struct address address = {.announce = ANNOUNCE_IMMEDIATE, .owner_count = 1};
	struct replay *replay = play_new(NULL);
	struct prefix prefix;

	memcpy(address.owners[0], guest, MAC_LEN);
	cr_assert_eq(prefix_parse("192.0.2.7", &prefix), 0);
	cr_assert_eq(replay_declare(replay, &prefix, &address), 0);
	play_probes(replay, 0, guest, SERVICE);
	play_end(replay, 60000);
	expect_answer(replay, 0,
		      "192.0.2.7: " GUEST " probed 3 times, 1.00 s apart, and did not announce "
		      "itself; garpd would have announced it at +0.00 s, at its first probe");
	replay_free(replay);
	no_leaks();
}

Test(replay, of_a_windows_that_does_not_announce_itself)
{
	struct replay *replay = play_new(NULL);

	play_probes(replay, 0, guest, SERVICE);
	play_end(replay, 60000);
	expect_answer(replay, 0,
		      "192.0.2.7: " GUEST " probed 3 times, 1.00 s apart, and did not announce "
		      "itself; garpd would have asked it at +3.05 s");
	cr_expect_eq(answers_of(replay), 1);
	cr_expect_eq(steps_of(replay, COUNTER_window_opened), 1);
	cr_expect_eq(steps_of(replay, COUNTER_window_continued), 2);
	cr_expect_eq(steps_of(replay, COUNTER_observed), 1);
	replay_free(replay);
	no_leaks();
}

Test(replay, of_a_windows_that_does)
{
	struct replay *replay = play_new(NULL);

	play_probes(replay, 0, guest, SERVICE);
	play_announcement(replay, 3000, guest, SERVICE);
	play_end(replay, 60000);
	expect_answer(replay, 0,
		      "192.0.2.7: " GUEST " probed 3 times, 1.00 s apart, and announced itself at "
		      "+3.00 s");
	cr_expect_eq(steps_of(replay, COUNTER_self_announced), 1);
	cr_expect_eq(steps_of(replay, COUNTER_observed), 0);
	replay_free(replay);
}

Test(replay, of_one_that_is_late)
{
	struct replay *replay = play_new(NULL);

	play_probes(replay, 0, guest, SERVICE);
	play_announcement(replay, 5200, guest, SERVICE);
	play_end(replay, 60000);
	expect_answer(replay, 0,
		      "192.0.2.7: " GUEST " probed 3 times, 1.00 s apart, and announced itself at "
		      "+5.20 s; garpd would have asked it at +3.05 s");
	replay_free(replay);
}

/* A refresh much later is no announcement of the attempt. */
Test(replay, of_one_that_announces_a_minute_later)
{
	struct replay *replay = play_new(NULL);

	play_probes(replay, 0, guest, SERVICE);
	play_announcement(replay, 62000, guest, SERVICE);
	play_end(replay, 63000);
	expect_answer(replay, 0,
		      "192.0.2.7: " GUEST " probed 3 times, 1.00 s apart, and did not announce "
		      "itself; garpd would have asked it at +3.05 s");
	replay_free(replay);
}

Test(replay, of_one_that_only_uses_the_address)
{
	struct replay *replay = play_new(NULL);
	struct bytes frame;

	play_probes(replay, 0, guest, SERVICE);
	put_ethernet(&frame, ones, guest);
	put_arp(&frame, ARP_REQUEST, guest, SERVICE, zeroes, CLIENT);
	play_frame(replay, 2500, &frame);
	play_end(replay, 60000);
	expect_answer(replay, 0,
		      "192.0.2.7: " GUEST
		      " probed 3 times, 1.00 s apart, and used the address, but "
		      "did not announce itself; garpd would have asked it at +3.05 s");
	replay_free(replay);
}

Test(replay, of_a_capture_that_ends_too_soon)
{
	struct replay *replay = play_new(NULL);
	const struct replay_step *steps;
	size_t count;

	play_probes(replay, 0, guest, SERVICE);
	replay_end(replay);
	expect_answer(replay, 0,
		      "192.0.2.7: " GUEST
		      " probed 3 times, 1.00 s apart, and was cut off by the end "
		      "of the capture at +2.00 s; garpd would ask it at +3.05 s, if it has not "
		      "announced itself by then");
	steps = replay_steps(replay, &count);
	cr_assert_eq(count, 4);
	cr_expect(!steps[2].is_after && steps[3].is_after);
	replay_free(replay);
}

/* The frames that keep its clock need not be ARP. */
Test(replay, of_a_capture_that_ends_after_the_window)
{
	struct replay *replay = play_new(NULL);
	const struct replay_step *steps;
	size_t count;

	play_probes(replay, 0, guest, SERVICE);
	play_end(replay, 3100);
	steps = replay_steps(replay, &count);
	cr_assert_eq(count, 4);
	cr_expect_not(steps[3].is_after);
	cr_expect_eq(steps[3].wall_ns - steps[3].began_ns, 3050 * (long long)NSEC_PER_MSEC);
	replay_free(replay);
}

Test(replay, of_one_probe_that_is_too_few)
{
	struct replay *replay = play_new(NULL);

	play_probe(replay, 0, guest, SERVICE);
	play_end(replay, 60000);
	expect_answer(replay, 0,
		      "192.0.2.7: " GUEST " probed once, and did not announce itself; garpd would "
		      "have stayed silent: it wants 3 probes");
	replay_free(replay);
}

Test(replay, of_a_conflict)
{
	struct replay *replay = play_new(NULL);
	struct bytes frame;

	play_probes(replay, 0, guest, SERVICE);
	put_ethernet(&frame, guest, other);
	put_arp(&frame, ARP_REPLY, other, SERVICE, guest, SERVICE);
	play_frame(replay, 2100, &frame);
	play_end(replay, 60000);
	expect_answer(replay, 0,
		      "192.0.2.7: " GUEST
		      " probed 3 times, 1.00 s apart, and met a conflict with " OTHER
		      "; garpd would not have announced it");
	replay_free(replay);
}

/* A probes once, B completes: B has the address. */
Test(replay, of_two_that_probe)
{
	struct replay *replay = play_new(NULL);

	play_probe(replay, 0, other, SERVICE);
	play_probes(replay, 1500, guest, SERVICE);
	play_end(replay, 60000);
	cr_assert_eq(answers_of(replay), 2);
	expect_answer(replay, 0,
		      "192.0.2.7: " GUEST " probed 3 times, 1.00 s apart, and did not announce "
		      "itself; garpd would have asked it at +3.05 s");
	expect_answer(replay, 1,
		      "192.0.2.7: " OTHER " probed once, and gave way to " GUEST
		      ", which probed for it, too");
	replay_free(replay);
}

/* Both want it: neither gets it, long before the capture ends. */
Test(replay, of_two_that_probe_by_turns)
{
	struct replay *replay = play_new(NULL);

	play_probe(replay, 0, other, SERVICE);
	play_probe(replay, 500, guest, SERVICE);
	play_probe(replay, 1000, other, SERVICE);
	play_probe(replay, 1500, guest, SERVICE);
	play_probe(replay, 2000, guest, SERVICE);
	play_end(replay, 60000);
	cr_assert_eq(answers_of(replay), 2);
	expect_answer(replay, 0,
		      "192.0.2.7: " GUEST " probed 3 times, about 0.75 s apart, and met a "
		      "conflict; garpd would not have announced it");
	expect_answer(replay, 1,
		      "192.0.2.7: " OTHER
		      " probed 2 times in 2 attempts, and met a conflict with " GUEST
		      " in 1 of them; the first time, at 2026-01-01 00:00:01.000+0000, garpd "
		      "would not have announced it");
	replay_free(replay);
}

Test(replay, of_several_attempts)
{
	struct replay *replay = play_new(NULL);

	for (int i = 0; i < 4; i++) {
		play_probes(replay, i * 20000, guest, SERVICE);
		if (i % 2 == 0)
			play_announcement(replay, i * 20000 + 3000, guest, SERVICE);
	}
	play_end(replay, 80000);
	expect_answer(replay, 0,
		      "192.0.2.7: " GUEST " probed 12 times in 4 attempts, and did not announce "
		      "itself in 2 of them; the first time, at 2026-01-01 00:00:20.000+0000, garpd "
		      "would have asked it at +3.05 s");
	replay_free(replay);
}

Test(replay, of_a_host_that_never_probed)
{
	struct replay *replay = play_new(NULL);

	play_announcement(replay, 0, guest, SERVICE);
	play_end(replay, 60000);
	expect_answer(replay, 0, "192.0.2.7: " GUEST " announced itself, and did not probe");
	replay_free(replay);
}

/* The worst first; of the hosts, too. */
Test(replay, sorts_by_what_needs_attention)
{
	struct replay *replay = play_new(NULL);
	struct replay_host *hosts;
	size_t count;

	play_probes(replay, 0, other, ANOTHER);
	play_announcement(replay, 3000, other, ANOTHER);
	play_probes(replay, 10000, guest, SERVICE);
	play_end(replay, 60000);
	cr_assert_eq(answers_of(replay), 2);
	cr_expect_eq(strncmp(answer_of(replay, 0), "192.0.2.7: ", 11), 0);
	hosts = replay_hosts(replay, &count);
	cr_assert_eq(count, 2);
	cr_expect(mac_equal(hosts[0].mac, guest));
	cr_expect_eq(hosts[0].silent, 1);
	cr_expect_eq(hosts[1].announced, 1);
	free(hosts);
	replay_free(replay);
}

Test(replay, of_one_address_has_nothing_of_others)
{
	struct replay *replay = play_new("192.0.2.7");

	play_probes(replay, 0, other, ANOTHER);
	play_probes(replay, 100, guest, SERVICE);
	play_end(replay, 60000);
	cr_expect_eq(answers_of(replay), 1);
	cr_expect_eq(steps_of(replay, COUNTER_window_opened), 1);
	replay_free(replay);
}

Test(replay, names_the_vlan)
{
	struct replay *replay = play_new(NULL);
	struct bytes frame;

	for (int i = 0; i < 3; i++) {
		put_ethernet(&frame, ones, guest);
		put_tag(&frame, ETH_P_8021AD, 7);
		put_tag(&frame, ETH_P_8021Q, 8);
		put_probe(&frame);
		play_frame(replay, i * 1000, &frame);
	}
	play_end(replay, 60000);
	expect_answer(replay, 0,
		      "192.0.2.7 in VLAN 7ad.8: " GUEST
		      " probed 3 times, 1.00 s apart, and did not "
		      "announce itself; garpd would have asked it at +3.05 s");
	replay_free(replay);
}

/* ---- who is who ---- */

Test(replay, leaves_hosts_behind_the_uplink_to_their_own_machine)
{
	struct replay *replay = play_new(NULL);

	cr_assert_eq(replay_add_uplink(replay, guest), 0);
	play_probes(replay, 0, guest, SERVICE);
	play_end(replay, 60000);
	expect_answer(replay, 0,
		      "192.0.2.7: " GUEST " probed 3 times, 1.00 s apart, and did not announce "
		      "itself; it is behind the uplink: the garpd on its own machine would ask it");
	cr_expect_eq(steps_of(replay, COUNTER_observed), 0);
	replay_free(replay);
}

Test(replay, takes_all_but_the_guests_to_be_behind_the_uplink)
{
	struct replay *replay = play_new(NULL);

	cr_assert_eq(replay_add_guest(replay, guest), 0);
	play_probes(replay, 0, guest, SERVICE);
	play_probes(replay, 100, other, ANOTHER);
	play_end(replay, 60000);
	cr_expect_eq(steps_of(replay, COUNTER_observed), 1);
	replay_free(replay);
}

/* ---- the configuration ---- */

Test(replay, says_what_the_configuration_denies)
{
	struct address never = {.announce = ANNOUNCE_NEVER};
	struct prefix prefix = {.len = ADDR_BITS};
	struct replay *replay = play_new(NULL);

	cr_assert_eq(addr_parse("192.0.2.7", &prefix.addr), 0);
	cr_assert_eq(replay_declare(replay, &prefix, &never), 0);
	play_probes(replay, 0, guest, SERVICE);
	play_end(replay, 60000);
	expect_answer(
		replay, 0,
		"192.0.2.7: " GUEST " probed 3 times, 1.00 s apart, and did not announce "
		"itself; garpd would not have announced it: denied: configured announce: never");
	replay_free(replay);
}

Test(replay, denies_gateways_to_guests)
{
	struct replay *replay = play_new(NULL);
	struct addr gateway;

	cr_assert_eq(addr_parse("192.0.2.7", &gateway), 0);
	cr_assert_eq(replay_add_gateway(replay, &gateway), 0);
	play_probes(replay, 0, guest, SERVICE);
	play_end(replay, 60000);
	cr_expect_eq(steps_of(replay, COUNTER_denied_next_hop), 3); /* each probe */
	cr_expect_eq(steps_of(replay, COUNTER_observed), 0);
	replay_free(replay);
}

Test(replay, without_questions_says_announced)
{
	struct settings settings = SETTINGS_DEFAULTS;
	struct replay *replay;

	settings.ask = 0;
	replay = play_new_with(&settings, NULL);
	play_probes(replay, 0, guest, SERVICE);
	play_end(replay, 60000);
	expect_answer(replay, 0,
		      "192.0.2.7: " GUEST " probed 3 times, 1.00 s apart, and did not announce "
		      "itself; garpd would have announced it at +3.05 s");
	replay_free(replay);
}

/* ---- what a capture is like ---- */

Test(replay, does_not_count_copies)
{
	struct replay *replay = play_new(NULL);
	struct replay_summary summary;

	for (int i = 0; i < 3; i++) {
		play_probe(replay, i * 1000, guest, SERVICE);
		play_probe(replay, i * 1000, guest, SERVICE);
	}
	play_announcement(replay, 3000, guest, SERVICE);
	play_announcement(replay, 3000, guest, SERVICE);
	play_end(replay, 60000);
	replay_summarize(replay, &summary);
	cr_expect_eq(summary.copies, 4);
	cr_expect_eq(replay_answers(replay, &(size_t){0})->probes, 3);
	cr_expect_eq(replay_answers(replay, &(size_t){0})->announcements, 1);
	replay_free(replay);
}

Test(replay, of_times_that_run_backwards_a_bit)
{
	struct replay *replay = play_new(NULL);
	struct replay_summary summary;

	play_probe(replay, 0, guest, SERVICE);
	play_probe(replay, 1000, guest, SERVICE);
	play_probe(replay, 998, other, ANOTHER);
	play_probe(replay, 2000, guest, SERVICE);
	play_end(replay, 60000);
	replay_summarize(replay, &summary);
	cr_expect_eq(summary.backwards, 1);
	cr_expect_eq(summary.set_back, 0);
	expect_answer(replay, 0,
		      "192.0.2.7: " GUEST " probed 3 times, 1.00 s apart, and did not announce "
		      "itself; garpd would have asked it at +3.05 s");
	replay_free(replay);
}

/* As in two captures, one behind the other: each has its times. */
Test(replay, of_a_clock_that_was_set_back)
{
	struct replay *replay = play_new(NULL);
	struct replay_summary summary;
	const struct replay_step *steps;
	size_t count;

	play_probes(replay, 100000, other, ANOTHER);
	play_announcement(replay, 103000, other, ANOTHER);
	play_probes(replay, 0, guest, SERVICE);
	play_end(replay, 60000);
	replay_summarize(replay, &summary);
	cr_expect_eq(summary.set_back, 1);
	expect_answer(replay, 0,
		      "192.0.2.7: " GUEST " probed 3 times, 1.00 s apart, and did not announce "
		      "itself; garpd would have asked it at +3.05 s");
	steps = replay_steps(replay, &count);
	cr_expect_eq(steps[count - 1].wall_ns, (PLAY_BEGIN_MS + 3050) * (long long)NSEC_PER_MSEC);
	replay_free(replay);
}

/* As by a host that sets its clock within the attempt: the attempt lasts as long as it did. */
Test(replay, of_a_clock_that_was_set_back_within_a_window)
{
	struct replay *replay = play_new(NULL);
	const struct replay_step *steps;
	struct replay_summary summary;
	size_t count;

	play_probe(replay, 100000, guest, SERVICE);
	play_probe(replay, 101000, guest, SERVICE);
	play_probe(replay, 0, guest, SERVICE); /* a copy: no time has passed */
	play_probe(replay, 1000, guest, SERVICE);
	play_end(replay, 60000);
	replay_summarize(replay, &summary);
	cr_expect_eq(summary.set_back, 1);
	expect_answer(replay, 0,
		      "192.0.2.7: " GUEST " probed 3 times, 1.00 s apart, and did not announce "
		      "itself; garpd would have asked it at +3.05 s");
	steps = replay_steps(replay, &count);
	for (size_t i = 0; i < count; i++)
		cr_expect_geq(steps[i].wall_ns, steps[i].began_ns);
	cr_expect_eq(steps[count - 1].wall_ns, (PLAY_BEGIN_MS + 2050) * (long long)NSEC_PER_MSEC);
	replay_free(replay);
}

Test(replay, of_frames_that_were_captured_in_part)
{
	struct replay *replay = play_new(NULL);
	struct replay_summary summary;
	struct bytes frame;
	struct replay_frame cut = {.at = frame.at, .len = 30, .wire_len = 60, .wall_ns = 1};

	put_ethernet(&frame, ones, guest);
	put_probe(&frame);
	cr_expect(replay_is_wanted(frame.at, cut.len));
	replay_frame(replay, &cut);
	replay_end(replay);
	replay_summarize(replay, &summary);
	cr_expect_eq(summary.cut, 1);
	cr_expect_eq(answers_of(replay), 0);
	replay_free(replay);
}

Test(replay, wants_arp_and_neighbor_discovery_alone)
{
	struct bytes frame;

	put_ethernet(&frame, ones, guest);
	put_tag(&frame, ETH_P_8021Q, 7);
	put_probe(&frame);
	cr_expect(replay_is_wanted(frame.at, frame.len));
	for (unsigned int len = 0; len < 18; len++)
		cr_expect_not(replay_is_wanted(frame.at, len), "%u bytes", len);
	put_ethernet(&frame, ones, guest);
	put16(&frame, ETH_P_IP);
	put(&frame, zeroes, 6);
	cr_expect_not(replay_is_wanted(frame.at, frame.len));
}

/* An address that is probed for all day is forgotten after max_age: nothing grows. */
Test(replay, forgets_claims_as_garpd_does)
{
	struct replay *replay = play_new(NULL);

	play_probes(replay, 0, guest, SERVICE);
	play_end(replay, 25LL * 3600 * 1000);
	cr_expect_eq(steps_of(replay, COUNTER_aged), 1);
	replay_free(replay);
}

/* More addresses than there is room for claims. */
Test(replay, is_bounded)
{
	struct replay *replay = play_new(NULL);
	struct replay_summary summary;
	__u8 mac[MAC_LEN] = {0x52, 0x54};
	char ip[4] = {10};
	size_t steps;

	for (unsigned int i = 0; i < 2 * GARPD_MAX_CLAIMS; i++) {
		mac[3] = ip[1] = (char)(i >> 16);
		mac[4] = ip[2] = (char)(i >> 8);
		mac[5] = ip[3] = (char)i;
		play_probe(replay, i / 1000, mac, ip);
	}
	replay_end(replay);
	replay_steps(replay, &steps);
	replay_summarize(replay, &summary);
	cr_expect_eq(answers_of(replay), REPLAY_ANSWERS_MAX);
	cr_expect_eq(summary.answers_left, 2 * GARPD_MAX_CLAIMS - REPLAY_ANSWERS_MAX);
	cr_expect_gt(summary.counters[COUNTER_probe_no_room], 0);
	cr_expect_eq(steps, REPLAY_STEPS_MAX);
	cr_expect_eq(summary.steps_left, 2 * GARPD_MAX_CLAIMS - REPLAY_STEPS_MAX);
	replay_free(replay);
	no_leaks();
}

/* ---- what garpd would have sent ---- */

struct written {
	unsigned int theirs, ours;
	long long last_ns, first_ours_ns;
	bool is_sorted;
};

static void take_written(void *ctx, const struct replay_frame *frame, bool is_ours)
{
	struct written *written = ctx;

	written->is_sorted = written->is_sorted && frame->wall_ns >= written->last_ns;
	written->last_ns = frame->wall_ns;
	if (is_ours && !written->ours++)
		written->first_ours_ns = frame->wall_ns;
	written->theirs += !is_ours;
}

Test(replay, writes_what_garpd_would_have_sent)
{
	static const struct settings settings = SETTINGS_DEFAULTS;
	struct written written = {.is_sorted = true};
	struct replay_options options = {
		.settings = &settings, .write = take_written, .ctx = &written};
	struct err why;
	struct replay *replay = replay_new(&options, &why);

	play_probes(replay, 0, guest, SERVICE);
	play_probe(replay, 3500, other, ANOTHER);
	play_end(replay, 60000);
	cr_expect_eq(written.theirs, 4);
	cr_expect_eq(written.ours, 4); /* a request and a reply, twice */
	cr_expect_eq(written.first_ours_ns, (PLAY_BEGIN_MS + 3050) * (long long)NSEC_PER_MSEC);
	cr_expect(written.is_sorted);
	/* And what it says is the same. */
	expect_answer(replay, 0,
		      "192.0.2.7: " GUEST " probed 3 times, 1.00 s apart, and did not announce "
		      "itself; garpd would have asked it at +3.05 s");
	replay_free(replay);
	no_leaks();
}
