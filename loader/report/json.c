// SPDX-License-Identifier: GPL-2.0-or-later
/* json.c - a report as docs/schema/report.json describes it. */
#include "parts.h"

#ifndef GARPD_VERSION
#define GARPD_VERSION "unknown"
#endif

static json_t *time_json(__s64 us)
{
	char text[MOMENT_TEXT_LEN];

	return us ? json_string(moment_text(us, text)) : json_null();
}

static json_t *number_or_null(__s64 number, bool is_known)
{
	return is_known ? json_integer(number) : json_null();
}

static json_t *marks_json(unsigned int marks)
{
	json_t *names = json_array();

	for (unsigned int place = 0; place < MARK_MAX; place++)
		if (marks & 1U << place)
			json_array_append_new(names, json_string(mark_name(place)));
	return names;
}

static json_t *event_json(const struct report_event *event)
{
	return json_pack("{s:o, s:s?, s:o, s:s?, s:s?, s:s?, s:s?, s:s}", "time",
			 time_json(event->at_us), "event", event->event, "marks",
			 marks_json(event->marks), "mac", event->mac, "port", event->port, "guest",
			 event->guest, "state", event->state, "text", event->text);
}

static const char *outage_end_name(enum outage_end end)
{
	switch (end) {
	case OUTAGE_CONFIRMED:
		return "confirmed";
	case OUTAGE_ANNOUNCED:
		return "announced";
	case OUTAGE_SELF_ANNOUNCED:
		return "self_announced";
	case OUTAGE_UNKNOWN:
		return NULL;
	}
	return NULL;
}

static json_t *takeover_json(const struct report_takeover *takeover)
{
	__s64 outage_ms = takeover_outage_ms(takeover);
	__s64 least_ms = takeover_outage_min_ms(takeover);

	return json_pack("{s:o, s:o, s:s?, s:s?, s:s?, s:b, s:b, s:s?, s:s?, s:o, s:o, s:s?, s:s?}",
			 "from", time_json(takeover->from_us), "until",
			 time_json(takeover->until_us), "mac", takeover->mac, "port",
			 takeover->port, "guest", takeover->guest, "had_owner", takeover->had_owner,
			 "moved", takeover->moved, "former_mac", takeover->former_mac,
			 "former_port", takeover->former_port, "outage_ms",
			 number_or_null(outage_ms, outage_ms >= 0), "outage_min_ms",
			 number_or_null(least_ms, least_ms >= 0), "outage_end",
			 outage_end_name(takeover->end), "confirmed_by", takeover->confirmed_by);
}

static json_t *address_json(const struct report_address *address)
{
	const struct report_takeover *last = address_last_takeover(address);
	json_t *takeovers = json_array(), *events = json_array();
	__s64 outage_ms = takeover_outage_ms(last), least_ms = takeover_outage_min_ms(last);

	for (size_t i = 0; i < address->takeovers; i++)
		json_array_append_new(takeovers, takeover_json(&address->takeover[i]));
	for (size_t i = 0; i < address->events; i++)
		json_array_append_new(events, event_json(&address->event[i]));
	return json_pack(
		"{s:s, s:s, s:s?, s:o, s:o, s:s?, s:s?, s:s?, s:s?, s:i, s:o, s:o, s:s?, s:s?, "
		"s:o, s:o}",
		"address", address->address, "segment", address->segment, "bridge", address->bridge,
		"vlan", number_or_null(address->vlan, address->vlan != 0), "inner_vlan",
		number_or_null(address->inner_vlan, address->inner_vlan != 0), "mac", address->mac,
		"port", address->port, "guest", address->guest, "state", address->state, "moves",
		(int)address->moves, "outage_ms", number_or_null(outage_ms, outage_ms >= 0),
		"outage_min_ms", number_or_null(least_ms, least_ms >= 0), "outage_end",
		last ? outage_end_name(last->end) : NULL, "confirmed_by",
		last ? last->confirmed_by : NULL, "takeovers", takeovers, "events", events);
}

static json_t *daemon_json(const struct report *report)
{
	json_t *lines = json_array(), *down = json_array();

	for (size_t i = 0; i < report->lines; i++) {
		const struct report_daemon_line *line = &report->line[i];

		json_array_append_new(lines, json_pack("{s:o, s:s?, s:s?, s:s?}", "time",
						       time_json(line->at_us), "level", line->level,
						       "event", daemon_event_name(line->event),
						       "text", line->text));
	}
	for (size_t i = 0; i < report->downs; i++) {
		const struct report_down *each = &report->down[i];

		json_array_append_new(down, json_pack("{s:o, s:o, s:s?}", "from",
						      time_json(each->from_us), "until",
						      time_json(each->until_us), "how",
						      daemon_event_name(each->how)));
	}
	return json_pack("{s:o, s:o}", "lines", lines, "down", down);
}

json_t *report_json(const struct report *report)
{
	json_t *addresses = json_array();

	for (size_t i = 0; i < report->addresses; i++)
		json_array_append_new(addresses, address_json(&report->address[i]));
	return json_pack("{s:s, s:o, s:s?, s:o, s:o, s:o, s:o, s:i, s:o, s:o}", "version",
			 GARPD_VERSION, "made", time_json(moment_now_us()), "source",
			 report->source, "since", time_json(report->wanted.since_us), "until",
			 time_json(report->wanted.until_us), "first", time_json(report->first_us),
			 "last", time_json(report->last_us), "skipped", (int)report->skipped,
			 "addresses", addresses, "daemon", daemon_json(report));
}
