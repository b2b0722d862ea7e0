// SPDX-License-Identifier: GPL-2.0-or-later
/* garpd report: from lines of the log to rows, takeovers, and times without a daemon. */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../loader/report/parts.h"
#include "../../loader/maps/event_text.h"
#include "leaks.h"

#define OLD "00:15:5d:00:00:01"
#define NEW "00:15:5d:00:00:02"
#define IP  "192.0.2.10"

static const struct report_wanted all;
static struct report *report;

static void begin(void)
{
	report = report_new(&all);
}

static void end(void)
{
	report_free(report);
}

TestSuite(report, .init = begin, .fini = end);

/* Milliseconds after 03:12. */
static const char *at(int ms, char text[MOMENT_TEXT_LEN])
{
	__s64 us;

	moment_parse("2026-11-29T03:12:00Z", 0, &us);
	return moment_text(us + ms * 1000LL, text);
}

static void hear_at(int logged_ms, int ms, const char *event, const char *mac, const char *port,
		    const char *states, bool sent)
{
	char time[2][MOMENT_TEXT_LEN], old[16], state[16];
	json_t *line;

	sscanf(states, "%15[a-z]>%15[a-z]", old, state);
	line = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:b}", "time",
			 at(logged_ms, time[0]), "event_time", at(ms, time[1]), "level", "info",
			 "message", "br0: " IP ": what", "event", event, "segment", "br0",
			 "address", IP, "mac", mac, "port", port, "old_state", old, "state", state,
			 "sent", sent);
	if (!strcmp(event, "confirmed"))
		json_object_set_new(line, "confirmed_by", json_string("192.0.2.254"));
	report_add_line(report, line);
	json_decref(line);
}

static void hear(int ms, const char *event, const char *mac, const char *port, const char *states,
		 bool sent)
{
	hear_at(ms, ms, event, mac, port, states, sent);
}

static void say(int ms, const char *daemon)
{
	char time[MOMENT_TEXT_LEN];
	json_t *line = json_pack("{s:s, s:s, s:s, s:s}", "time", at(ms, time), "level", "info",
				 "message", daemon, "daemon", daemon);

	report_add_line(report, line);
	json_decref(line);
}

static const struct report_address *settled(void)
{
	struct err why;

	cr_assert_eq(report_settle(report, &why), 0);
	return report->address;
}

/* As the daemon has it: three probes, a question, an answer, two announcements. */
static void fail_over(int ms, const char *mac, const char *port)
{
	hear(ms, "window_opened", mac, port, "none>probing", false);
	hear(ms + 1000, "window_continued", mac, port, "probing>probing", false);
	hear(ms + 3050, "asking", mac, port, "probing>asking", false);
	hear(ms + 3051, "answered", mac, port, "asking>announcing", true);
	hear(ms + 4151, "announce_done", mac, port, "announcing>owned", true);
}

static void expect_outage(const struct report_takeover *takeover, __s64 ms, enum outage_end end)
{
	cr_expect_eq(takeover_outage_ms(takeover), ms, "outage of %lld ms",
		     (long long)takeover_outage_ms(takeover));
	cr_expect_eq(takeover->end, end);
}

/* ---- the estimated outage, by its definition ---- */

Test(report, outage_ends_with_the_first_confirmation)
{
	const struct report_address *address;

	fail_over(0, NEW, "tap2");
	hear(3054, "confirmed", NEW, "eno1", "announcing>announcing", false);
	hear(3400, "confirmed", NEW, "eno1", "announcing>announcing", false);
	address = settled();
	cr_assert_eq(address->takeovers, 1);
	expect_outage(address->takeover, 3054, OUTAGE_CONFIRMED);
	cr_expect_eq(takeover_outage_min_ms(address->takeover), 3051);
	cr_expect_str_eq(address->takeover->confirmed_by, "192.0.2.254");
	cr_expect_eq(address->moves, 0);
	cr_expect_str_eq(address->port, "tap2");
	cr_expect_str_eq(address->state, "owned");
}

Test(report, outage_without_a_confirmation_ends_with_the_last_announcement)
{
	fail_over(0, NEW, "tap2");
	hear(900000, "announce_refresh", NEW, "tap2", "owned>owned", true);
	expect_outage(settled()->takeover, 4151, OUTAGE_ANNOUNCED);
}

/* A confirmation of a later announcement does not belong to the takeover. */
Test(report, outage_does_not_go_on_to_a_refresh)
{
	fail_over(0, NEW, "tap2");
	hear(5000, "unconfirmed", NEW, "tap2", "owned>owned", false);
	hear(900000, "announce_refresh", NEW, "tap2", "owned>owned", true);
	hear(900010, "confirmed", NEW, "eno1", "owned>owned", false);
	expect_outage(settled()->takeover, 4151, OUTAGE_ANNOUNCED);
}

Test(report, outage_ends_with_the_guests_own_announcement)
{
	hear(0, "window_opened", NEW, "tap2", "none>probing", false);
	hear(2000, "self_announced", NEW, "tap2", "probing>owned", false);
	expect_outage(settled()->takeover, 2000, OUTAGE_SELF_ANNOUNCED);
}

Test(report, outage_is_not_known_without_the_first_probe)
{
	hear(1000, "window_continued", NEW, "tap2", "probing>probing", false);
	hear(3051, "answered", NEW, "tap2", "asking>announcing", true);
	hear(3054, "confirmed", NEW, "eno1", "announcing>announcing", false);
	expect_outage(settled()->takeover, -1, OUTAGE_UNKNOWN);
	cr_expect_eq(takeover_outage_min_ms(report->address->takeover), -1);
}

/* A probe of an attempt that came to nothing does not count for the next one. */
Test(report, outage_begins_with_the_attempt_that_succeeded)
{
	hear(0, "window_opened", NEW, "tap2", "none>probing", false);
	hear(3000, "lapsed", NEW, "tap2", "probing>none", false);
	hear(500000, "answered", NEW, "tap2", "asking>announcing", true);
	expect_outage(settled()->takeover, -1, OUTAGE_UNKNOWN);
}

/* Receivers may have followed the first announcement, which nobody confirmed, or not. */
Test(report, outage_of_a_declared_address_is_between_its_announcements)
{
	hear(0, "immediate", NEW, "tap2", "owned>probing", true);
	hear(1000, "window_continued", NEW, "tap2", "probing>probing", false);
	hear(3050, "answered", NEW, "tap2", "asking>announcing", true);
	hear(3054, "confirmed", NEW, "eno1", "announcing>announcing", false);
	hear(4150, "announce_done", NEW, "tap2", "announcing>owned", true);
	cr_assert_eq(settled()->takeovers, 1);
	expect_outage(report->address->takeover, 3054, OUTAGE_CONFIRMED);
	cr_expect_eq(takeover_outage_min_ms(report->address->takeover), 0);
	cr_expect(report->address->takeover->had_owner);
}

Test(report, conflict_is_no_takeover)
{
	hear(0, "window_opened", NEW, "tap2", "owned>probing", false);
	hear(400, "conflict_asserted", OLD, "tap1", "probing>conflict", false);
	cr_expect_eq(settled()->takeovers, 0);
	cr_expect_null(address_last_takeover(report->address));
	cr_expect_str_eq(report->address->state, "conflict");
	cr_expect(report->address->event[1].marks & MARK_CONFLICT);
}

/* ---- moves ---- */

Test(report, moves_are_from_port_to_port)
{
	const struct report_takeover *last;

	fail_over(0, OLD, "tap1");
	fail_over(10000, NEW, "tap2");
	fail_over(20000, OLD, "tap1");
	last = address_last_takeover(settled());
	cr_expect_eq(report->address->moves, 2);
	cr_expect(last->moved);
	cr_expect_str_eq(last->former_mac, NEW);
	cr_expect_str_eq(last->former_port, "tap2");
	cr_expect(report->address->event[8].marks & MARK_MOVE);
	cr_expect_not(report->address->event[3].marks & MARK_MOVE);
}

Test(report, owner_that_probes_again_does_not_move)
{
	fail_over(0, NEW, "tap2");
	hear(100000, "window_opened", NEW, "tap2", "owned>probing", false);
	hear(103051, "answered", NEW, "tap2", "asking>announcing", true);
	cr_expect_eq(settled()->takeovers, 1);
	cr_expect_eq(report->address->moves, 0);
}

/* garpd knew of no owner any longer: nor did anybody, for all the log tells. */
Test(report, a_forgotten_owner_takes_over_again_and_does_not_move)
{
	fail_over(0, NEW, "tap2");
	fail_over(100000, NEW, "tap2");
	cr_expect_eq(settled()->takeovers, 2);
	cr_expect_eq(report->address->moves, 0);
	expect_outage(address_last_takeover(report->address), 4151, OUTAGE_ANNOUNCED);
}

Test(report, the_same_mac_on_another_port_moves)
{
	fail_over(0, NEW, "tap2");
	fail_over(100000, NEW, "tap3");
	cr_expect_eq(settled()->moves, 1);
	expect_outage(address_last_takeover(report->address), 4151, OUTAGE_ANNOUNCED);
}

/* ---- the daemon ---- */

static void expect_down(const struct report_down *down, int from_ms, int until_ms,
			enum daemon_event how)
{
	char text[2][MOMENT_TEXT_LEN];

	cr_expect_str_eq(moment_text(down->from_us, text[0]), at(from_ms, text[1]));
	cr_expect_str_eq(moment_text(down->until_us, text[0]), at(until_ms, text[1]));
	cr_expect_eq(down->how, how);
}

Test(report, down_is_from_the_stop_to_the_next_ready)
{
	say(0, "starting");
	say(100, "ready");
	say(5000, "stopped");
	say(5010, "stopped"); /* systemd's */
	say(8000, "starting");
	say(8100, "ready");
	settled();
	cr_assert_eq(report->downs, 1);
	expect_down(report->down, 5000, 8100, DAEMON_STOPPED);
}

Test(report, a_death_that_systemd_saw_has_its_time)
{
	say(0, "ready");
	say(5000, "died");
	say(5200, "starting");
	say(5300, "ready");
	settled();
	cr_assert_eq(report->downs, 1);
	expect_down(report->down, 5000, 5300, DAEMON_DIED);
}

/* What the kernel heard meanwhile is logged late: it is no sign of a daemon. */
Test(report, a_kill_that_nobody_saw_is_after_the_last_line)
{
	say(0, "ready");
	hear(1000, "window_opened", NEW, "tap2", "none>probing", false);
	say(9000, "starting");
	say(9100, "ready");
	hear_at(9101, 2000, "window_continued", NEW, "tap2", "probing>probing", false);
	settled();
	cr_assert_eq(report->downs, 1);
	expect_down(report->down, 1000, 9100, DAEMON_OTHER);
	cr_expect_eq(report->address->event[1].at_us - report->address->event[0].at_us, 1000000);
}

Test(report, a_first_start_is_not_the_end_of_a_down_time)
{
	say(0, "starting");
	say(100, "ready");
	say(200, "reloaded");
	settled();
	cr_expect_eq(report->downs, 0);
}

Test(report, a_stop_at_the_end_is_open)
{
	say(0, "ready");
	say(5000, "stopped");
	settled();
	cr_assert_eq(report->downs, 1);
	cr_expect_eq(report->down->until_us, 0);
}

/* ---- lines ---- */

Test(report, a_message_loses_what_every_line_of_the_address_has)
{
	hear(0, "window_opened", NEW, "tap2", "none>probing", false);
	cr_expect_str_eq(settled()->event->text, "what");
}

Test(report, lines_come_in_any_order)
{
	hear(3051, "answered", NEW, "tap2", "asking>announcing", true);
	hear(0, "window_opened", NEW, "tap2", "none>probing", false);
	expect_outage(settled()->takeover, 3051, OUTAGE_ANNOUNCED);
	cr_expect_str_eq(report->address->event[0].event, "window_opened");
}

static void add(const char *json)
{
	json_t *line = json_loads(json, 0, NULL);

	cr_assert_not_null(line, "%s", json);
	report_add_line(report, line);
	json_decref(line);
}

Test(report, what_is_no_line_of_garpd_is_skipped)
{
	add("{}");
	add("{\"time\": 5, \"message\": \"x\"}");
	add("{\"time\": \"soon\", \"message\": \"x\"}");
	add("{\"time\": \"2026-11-29T03:12:00Z\", \"message\": \"x\", \"event\": \"e\"}");
	add("{\"time\": \"2026-11-29T03:12:00Z\", \"message\": \"x\", \"event\": \"e\", "
	    "\"address\": \"192.0.2.300\"}");
	settled();
	cr_expect_eq(report->skipped, 5);
	cr_expect_eq(report->addresses, 0);
	cr_expect_eq(report->lines, 0);
}

/* A log of another version, or by another hand. */
Test(report, a_line_may_lack_nearly_all)
{
	add("{\"time\": \"2026-11-29T03:12:00Z\", \"message\": \"x\\u001b[2J\", \"event\": \"e\", "
	    "\"address\": \"192.0.2.1\", \"sent\": true}");
	cr_assert_eq(settled(), report->address);
	cr_assert_eq(report->addresses, 1);
	cr_expect_str_eq(report->address->event->text, "x?[2J");
	json_decref(report_json(report));
	no_leaks();
}

/* As a file may be called. */
Test(report, a_source_need_not_be_utf_8)
{
	report_set_source(report, "n\xff.json");
	settled();
	cr_expect_str_eq(report->source ?: "", "n?.json");
	no_leaks();
}

static void restrict_to(const struct report_wanted *wanted)
{
	report_free(report);
	report = report_new(wanted);
	fail_over(0, NEW, "tap2");
	add("{\"time\": \"2026-11-29T03:13:00Z\", \"message\": \"x\", \"event\": \"e\", "
	    "\"segment\": \"br0\", \"address\": \"2001:db8::7\"}");
	settled();
}

Test(report, prefixes_select_addresses)
{
	struct prefix prefix[2];

	prefix_parse("2001:db8::/32", &prefix[0]);
	prefix_parse("192.0.2.10", &prefix[1]);
	restrict_to(&(struct report_wanted){.prefix = prefix, .prefixes = 1});
	cr_assert_eq(report->addresses, 1);
	cr_expect_str_eq(report->address->address, "2001:db8::7");
	restrict_to(&(struct report_wanted){.prefix = prefix, .prefixes = 2});
	cr_expect_eq(report->addresses, 2);
}

Test(report, times_select_lines)
{
	struct report_wanted wanted = {};

	moment_parse("2026-11-29T03:12:01Z", 0, &wanted.since_us);
	moment_parse("2026-11-29T03:12:03.051Z", 0, &wanted.until_us);
	restrict_to(&wanted);
	cr_assert_eq(report->events, 2);
	cr_expect_str_eq(report->address->event[0].event, "window_continued");
	cr_expect_str_eq(report->address->event[1].event, "asking");
}

/* The stop is earlier than what is wanted of the log: it is a stop all the same, and no kill. */
Test(report, a_stop_before_the_time_is_no_kill)
{
	struct report_wanted wanted = {};

	moment_parse("2026-11-29T03:12:06Z", 0, &wanted.since_us);
	report_free(report);
	report = report_new(&wanted);
	say(0, "ready");
	say(5000, "stopped");
	say(8000, "starting");
	say(8100, "ready");
	settled();
	cr_assert_eq(report->downs, 1);
	expect_down(report->down, 5000, 8100, DAEMON_STOPPED);
}

/* Whatever the daemon logs of an address is drawn as something. */
Test(report, every_event_has_a_mark)
{
	for (unsigned int reason = 0; reason < COUNTER_MAX; reason++) {
		const char *name = counter_name(reason);

		if (!event_text_find(reason)->sentence)
			continue;
		cr_expect_neq(marks_of(name, false), 0);
		cr_expect(strncmp(name, "denied_", 7) || marks_of(name, false) == MARK_DENIED, "%s",
			  name);
		cr_expect(strncmp(name, "conflict_", 9) || !strcmp(name, "conflict_reprobed") ||
				  marks_of(name, false) == MARK_CONFLICT,
			  "%s", name);
		cr_expect(marks_of(name, true) & MARK_ANNOUNCEMENT, "%s", name);
	}
	cr_expect_eq(marks_of("of_a_later_version", false), MARK_OTHER);
}

/* ---- recorded by the lab: killed with SIGKILL in an open window, then a conflict ---- */

Test(report, of_a_recorded_kill)
{
	struct err why;

	cr_assert_eq(report_read_file(report, "tests/unit/report/killed.log", &why), 0, "%s",
		     why.text);
	settled();
	cr_expect_eq(report->skipped, 0);
	cr_assert_eq(report->addresses, 1);
	cr_expect_str_eq(report->address->state, "conflict");
	cr_expect_str_eq(report->address->port, "v-new");
	cr_assert_eq(report->address->takeovers, 2);
	cr_expect_eq(report->address->moves, 1);
	cr_expect_str_eq(report->address->takeover[1].former_port, "v-old");
	cr_assert_eq(report->downs, 2);
	cr_expect_eq(report->down[0].how, DAEMON_OTHER);
	cr_expect_eq(report->down[1].how, DAEMON_STOPPED);
	cr_expect_eq(report->down[1].until_us, 0);
}

Test(report, refuses_a_file_that_is_no_log)
{
	struct err why;

	cr_expect_eq(report_read_file(report, "LICENSE", &why), -EINVAL);
	cr_expect_not_null(strstr(why.text, "no JSON log"));
	cr_expect_eq(report_read_file(report, "build/not-there", &why), -ENOENT);
}
