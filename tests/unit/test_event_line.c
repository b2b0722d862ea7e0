// SPDX-License-Identifier: GPL-2.0-or-later
/* An event as a line of the log, in text and in JSON. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <time.h>

#include "../../loader/base/log.h"
#include "../../loader/maps/event_line.h"
#include "leaks.h"

static const struct settings settings = SETTINGS_DEFAULTS;
static const struct event_names names = {.bridge = "br0", .port = "vnet3", .guest = ""};

static struct event event_of(enum counter reason)
{
	struct event event = {
		.key = {.segment = 7, .vlan = 10},
		.reason = reason,
		.port = 8,
		.mac = {0x00, 0x15, 0x5d, 0, 0, 0x02},
		.old_state = CLAIM_PROBING,
		.state = CLAIM_OWNED,
		.window_probes = 1,
		.took_ns = 4200000,
	};

	cr_assert_eq(addr_parse("192.0.2.10", &event.key.addr), 0);
	cr_assert_eq(addr_parse("192.0.2.1", &event.listener), 0);
	return event;
}

static void expect_line(const struct event *event, const struct settings *of, const char *line)
{
	char text[EVENT_LINE_LEN];

	cr_expect_str_eq(event_line_text(event, of, &names, text), line);
}

Test(event_line, names_segment_address_guest_and_fact)
{
	struct event event = event_of(COUNTER_window_opened);

	expect_line(&event, &settings,
		    "br0 vlan 10: 192.0.2.10: 00:15:5d:00:00:02 on vnet3: "
		    "probe received; window opened");
}

Test(event_line, of_an_announcement_has_its_number)
{
	struct event event = event_of(COUNTER_answered);

	event.sent = 1;
	expect_line(&event, &settings,
		    "br0 vlan 10: 192.0.2.10: announced for 00:15:5d:00:00:02 on vnet3 (1 of 2)");
	event.reason = COUNTER_announce_done;
	expect_line(&event, &settings,
		    "br0 vlan 10: 192.0.2.10: announced for 00:15:5d:00:00:02 on vnet3 (2 of 2)");
}

Test(event_line, of_a_window_that_came_to_nothing)
{
	struct event event = event_of(COUNTER_lapsed);

	expect_line(&event, &settings,
		    "br0 vlan 10: 192.0.2.10: 00:15:5d:00:00:02 on vnet3: "
		    "still the owner; ignored 1 of 3 probes of another host");
	event.state = CLAIM_NONE;
	expect_line(&event, &settings,
		    "br0 vlan 10: 192.0.2.10: 00:15:5d:00:00:02 on vnet3: "
		    "ignored: 1 of 3 required probes and no traffic from the address");
}

/* Without an owner before it, nobody is "still the owner". */
Test(event_line, of_a_conflict_that_is_over)
{
	struct event event = event_of(COUNTER_lapsed);

	event.old_state = CLAIM_CONFLICT;
	event.state = CLAIM_OWNED;
	expect_line(&event, &settings,
		    "br0 vlan 10: 192.0.2.10: 00:15:5d:00:00:02 on vnet3: "
		    "still the owner; the conflict is over");
	event.state = CLAIM_NONE;
	expect_line(&event, &settings,
		    "br0 vlan 10: 192.0.2.10: 00:15:5d:00:00:02 on vnet3: "
		    "the conflict is over; not announced");
}

Test(event_line, of_a_confirmation_has_its_time)
{
	struct event event = event_of(COUNTER_confirmed);

	expect_line(&event, &settings,
		    "br0 vlan 10: 192.0.2.10: 00:15:5d:00:00:02 on vnet3: "
		    "confirmed by 192.0.2.1 4.2 ms after the announcement");
}

Test(event_line, says_what_would_have_been_done)
{
	struct event event = event_of(COUNTER_observed);
	struct settings other = settings;

	expect_line(&event, &settings,
		    "br0 vlan 10: 192.0.2.10: would ask 00:15:5d:00:00:02 on vnet3 "
		    "(observe: yes; nothing sent)");
	other.ask = 0;
	expect_line(&event, &other,
		    "br0 vlan 10: 192.0.2.10: would announce for 00:15:5d:00:00:02 on vnet3 "
		    "(observe: yes; nothing sent)");
}

Test(event_line, cleans_names_of_others)
{
	struct event event = event_of(COUNTER_window_opened);
	struct event_names wild = {.bridge = "br\n0", .port = "v\x1b[1m", .guest = "web"};
	char text[EVENT_LINE_LEN];

	cr_expect_str_eq(event_line_text(&event, &settings, &wild, text),
			 "br?0 vlan 10: 192.0.2.10: 00:15:5d:00:00:02 on v?[1m [web]: "
			 "probe received; window opened");
}

/* In JSON a line is what docs/schema/log.json requires of one about an address. */
Test(event_line, has_the_members_of_the_schema)
{
	json_t *schema = json_load_file("docs/schema/log.json", 0, NULL), *value, *line, *of_event;
	struct event event = event_of(COUNTER_confirmed);
	size_t i;

	cr_assert_not_null(schema);
	line = log_object("2026-01-31T12:00:00.123Z", LOG_LEVEL_INFO, "m",
			  event_line_fields(&event, &names, 3));
	of_event = json_object_get(json_object_get(schema, "dependentRequired"), "event");
	json_array_foreach(of_event, i, value)
		cr_expect_not_null(json_object_get(line, json_string_value(value)), "%s is missing",
				   json_string_value(value));
	/* And those of every line: time, level, message. */
	cr_expect_eq(json_object_size(line), json_array_size(of_event) + 1 + 3);
	cr_expect_str_eq(json_string_value(json_object_get(line, "event")), "confirmed");
	cr_expect_str_eq(json_string_value(json_object_get(line, "confirmed_by")), "192.0.2.1");
	cr_expect_eq(json_integer_value(json_object_get(line, "not_logged")), 3);
	cr_expect(json_is_null(json_object_get(line, "guest")));
	json_decref(schema);
	json_decref(line);
	no_leaks();
}

Test(event_line, has_times_of_the_wall_in_both_zones)
{
	char text[TIME_TEXT_LEN];

	setenv("TZ", "CET-1", 1);
	tzset();
	cr_expect_str_eq(time_wall_text(1767225601250000000, text), "2026-01-01T00:00:01.250Z");
	cr_expect_str_eq(time_wall_local_text(1767225601250000000, text),
			 "2026-01-01 01:00:01.250+0100");
}
