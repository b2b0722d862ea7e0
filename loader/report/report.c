// SPDX-License-Identifier: GPL-2.0-or-later
/* report.c - takes the lines, and puts them in order. */
#define _GNU_SOURCE /* asprintf */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parts.h"
#include "loader/base/text.h"

struct report *report_new(const struct report_wanted *wanted)
{
	struct report *report = calloc(1, sizeof(*report));

	if (!report)
		return NULL;
	report->wanted = *wanted;
	report->names = json_object();
	report->places = json_object();
	if (!report->names || !report->places) {
		report_free(report);
		return NULL;
	}
	return report;
}

void report_free(struct report *report)
{
	if (!report)
		return;
	for (size_t i = 0; i < report->addresses; i++) {
		free(report->address[i].event);
		free(report->address[i].takeover);
	}
	free(report->address);
	free(report->line);
	free(report->down);
	json_decref(report->names);
	json_decref(report->places);
	free(report);
}

const char *report_text(struct report *report, const char *text)
{
	json_t *kept = text ? json_object_get(report->names, text) : NULL;
	char *clean;

	if (!text || kept)
		return json_string_value(kept);
	clean = strdup(text);
	if (clean)
		kept = json_string(text_clean(clean));
	free(clean);
	if (json_object_set_new(report->names, text, kept))
		report->no_memory = true;
	return json_string_value(json_object_get(report->names, text));
}

void report_set_source(struct report *report, const char *source)
{
	char *clean = strdup(source);

	/* JSON has no other texts than UTF-8. */
	report->source = clean ? report_text(report, text_clean(clean)) : NULL;
	free(clean);
}

/* Room for one more element. NULL: out of memory. */
static void *grow(void *elements, size_t count, size_t *room, size_t size)
{
	size_t more = *room ? 2 * *room : 16;

	if (count < *room)
		return elements;
	elements = realloc(elements, more * size);
	if (elements)
		*room = more;
	return elements;
}

/* ---- addresses ---- */

static bool is_wanted(const struct report_wanted *wanted, const struct addr *addr)
{
	struct prefix one = {.len = 128, .addr = *addr};

	for (size_t i = 0; i < wanted->prefixes; i++)
		if (prefix_covers(&wanted->prefix[i], &one))
			return true;
	return !wanted->prefixes;
}

static struct report_address *address_add(struct report *report, const char *key)
{
	struct report_address *grown = grow(report->address, report->addresses, &report->room,
					    sizeof(*grown));

	if (!grown ||
	    json_object_set_new(report->places, key, json_integer((json_int_t)report->addresses))) {
		report->address = grown ?: report->address;
		report->no_memory = true;
		return NULL;
	}
	report->address = grown;
	grown += report->addresses++;
	*grown = (struct report_address){};
	return grown;
}

static const char *member(struct report *report, const json_t *line, const char *key)
{
	return report_text(report, json_string_value(json_object_get(line, key)));
}

static int number(const json_t *line, const char *key)
{
	return (int)json_integer_value(json_object_get(line, key));
}

/* That of the line; NULL: not wanted, no address, or no memory. */
static struct report_address *address_of(struct report *report, const json_t *line)
{
	const char *segment = json_string_value(json_object_get(line, "segment"));
	const char *text = json_string_value(json_object_get(line, "address"));
	struct report_address *address;
	struct addr addr;
	json_t *place;
	char *key;

	if (!text || addr_parse(text, &addr)) {
		report->skipped++;
		return NULL;
	}
	if (!is_wanted(&report->wanted, &addr))
		return NULL;
	if (asprintf(&key, "%s %s", segment ?: "", text) < 0) {
		report->no_memory = true;
		return NULL;
	}
	place = json_object_get(report->places, key);
	address = place ? &report->address[json_integer_value(place)] : address_add(report, key);
	free(key);
	if (!address || place)
		return address;
	address->addr = addr;
	address->address = report_text(report, text);
	address->segment = report_text(report, segment ?: "");
	address->bridge = member(report, line, "bridge");
	address->vlan = number(line, "vlan");
	address->inner_vlan = number(line, "inner_vlan");
	return address;
}

/* ---- lines ---- */

/* What follows "NAME: "; NULL: it does not begin so. */
static const char *behind(const char *text, const char *name)
{
	size_t length = strlen(name);

	return !strncmp(text, name, length) && !strncmp(text + length, ": ", 2) ? text + length + 2
										: NULL;
}

/* "br0: 192.0.2.10: announced ...", of a replay without "br0": without what every line has. */
static const char *message_of(struct report *report, const json_t *line,
			      const struct report_address *address)
{
	const char *text = json_string_value(json_object_get(line, "message")) ?: "";
	const char *rest = behind(text, address->segment) ?: text;

	return report_text(report, behind(rest, address->address) ?: rest);
}

static bool add_event(struct report *report, const json_t *line, __s64 at_us)
{
	struct report_address *address = address_of(report, line);
	struct report_event *event;

	if (!address)
		return false;
	event = grow(address->event, address->events, &address->room, sizeof(*event));
	if (!event) {
		report->no_memory = true;
		return false;
	}
	address->event = event;
	event += address->events++;
	*event = (struct report_event){
		.at_us = at_us,
		.place = report->added,
		.event = member(report, line, "event"),
		.mac = member(report, line, "mac"),
		.port = member(report, line, "port"),
		.guest = member(report, line, "guest"),
		.old_state = member(report, line, "old_state"),
		.state = member(report, line, "state"),
		.confirmed_by = member(report, line, "confirmed_by"),
		.text = message_of(report, line, address),
		.sent = json_is_true(json_object_get(line, "sent")),
	};
	event->marks = marks_of(event->event ?: "", event->sent);
	report->events++;
	return true;
}

static bool add_daemon_line(struct report *report, const json_t *line, __s64 at_us)
{
	struct report_daemon_line *grown = grow(report->line, report->lines, &report->line_room,
						sizeof(*grown));

	if (!grown) {
		report->no_memory = true;
		return false;
	}
	report->line = grown;
	grown += report->lines++;
	*grown = (struct report_daemon_line){
		.at_us = at_us,
		.place = report->added,
		.before_us = report->logged_us,
		.before = report->logged,
		.event = daemon_event_of(json_string_value(json_object_get(line, "daemon"))),
		.level = member(report, line, "level"),
		.text = member(report, line, "message"),
	};
	return true;
}

static bool is_in_time(const struct report_wanted *wanted, __s64 us)
{
	return us >= wanted->since_us && (!wanted->until_us || us < wanted->until_us);
}

static int time_of(const json_t *line, const char *key, __s64 *us)
{
	const char *text = json_string_value(json_object_get(line, key));

	return text ? moment_parse_logged(text, us) : -EINVAL;
}

void report_add_line(struct report *report, const json_t *line)
{
	__s64 logged_us, at_us;
	bool taken = false;

	if (time_of(line, "time", &logged_us) || !json_object_get(line, "message")) {
		report->skipped++;
		return;
	}
	/* A daemon that starts late reads what happened before. */
	if (time_of(line, "event_time", &at_us))
		at_us = logged_us;
	report->added++;
	if (is_in_time(&report->wanted, at_us))
		taken = json_is_string(json_object_get(line, "event"))
				? add_event(report, line, at_us)
				: add_daemon_line(report, line, at_us);
	report->logged_us = logged_us;
	report->logged = daemon_event_of(json_string_value(json_object_get(line, "daemon")));
	if (!taken)
		return;
	if (!report->first_us || at_us < report->first_us)
		report->first_us = at_us;
	if (at_us > report->last_us)
		report->last_us = at_us;
}

/* ---- order ---- */

static int compare(__s64 a_us, size_t a, __s64 b_us, size_t b)
{
	if (a_us != b_us)
		return a_us < b_us ? -1 : 1;
	return a < b ? -1 : a > b;
}

static int compare_events(const void *a, const void *b)
{
	const struct report_event *x = a, *y = b;

	return compare(x->at_us, x->place, y->at_us, y->place);
}

static int compare_lines(const void *a, const void *b)
{
	const struct report_daemon_line *x = a, *y = b;

	return compare(x->at_us, x->place, y->at_us, y->place);
}

static int compare_addresses(const void *a, const void *b)
{
	const struct report_address *x = a, *y = b;
	int by_segment = strcmp(x->segment, y->segment);

	return by_segment ?: memcmp(&x->addr, &y->addr, sizeof(x->addr));
}

int report_settle(struct report *report, struct err *why)
{
	int err = report->no_memory ? -ENOMEM : 0;

	if (report->lines)
		qsort(report->line, report->lines, sizeof(*report->line), compare_lines);
	if (report->addresses)
		qsort(report->address, report->addresses, sizeof(*report->address),
		      compare_addresses);
	json_object_clear(report->places); /* they are others now */
	for (size_t i = 0; i < report->addresses && !err; i++) {
		struct report_address *address = &report->address[i];

		qsort(address->event, address->events, sizeof(*address->event), compare_events);
		err = takeovers_find(address);
	}
	err = err ?: down_find(report);
	return err ? err_set(why, err, "report: out of memory") : 0;
}

size_t report_addresses(const struct report *report)
{
	return report->addresses;
}

size_t report_events(const struct report *report)
{
	return report->events;
}

size_t report_skipped(const struct report *report)
{
	return report->skipped;
}

size_t report_first_skipped(const struct report *report)
{
	return report->first_skipped;
}
