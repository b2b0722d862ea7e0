// SPDX-License-Identifier: GPL-2.0-or-later
/* text.c - what goes into a ticket: a table, and the chronology of each address. */
#include <stdlib.h>
#include <string.h>

#include "parts.h"
#include "loader/base/output.h"
#include "loader/base/text.h"

#define COLUMNS	     80
#define CLOCK_COLUMN 16 /* where the text of a line begins */

/* ---- the table ---- */

struct row {
	const struct report_address *address;
	const struct report_takeover *last;
};

static json_t *text_or_null(const char *text)
{
	return text ? json_string(text) : json_null();
}

static json_t *get_address(const void *row)
{
	return text_or_null(((const struct row *)row)->address->address);
}

static json_t *get_state(const void *row)
{
	return text_or_null(((const struct row *)row)->address->state);
}

static json_t *get_moves(const void *row)
{
	return json_integer(((const struct row *)row)->address->moves);
}

#define OUTAGE_TEXT_LEN (2 * DURATION_TEXT_LEN + 8)
#define NEARLY_MS	100 /* what lies so close together is one number */

/* "0.2 ms to 3.0 s", or short "<= 3.0 s". */
static const char *outage_text(const struct report_takeover *takeover, bool is_short,
			       char text[OUTAGE_TEXT_LEN])
{
	__s64 most = takeover_outage_ms(takeover), least = takeover_outage_min_ms(takeover);
	char number[2][DURATION_TEXT_LEN];

	if (most < 0)
		return strcpy(text, "not known");
	duration_text((__u64)least * NSEC_PER_MSEC, number[0]);
	duration_text((__u64)most * NSEC_PER_MSEC, number[1]);
	if (most - least <= NEARLY_MS)
		return strcpy(text, number[1]);
	snprintf(text, OUTAGE_TEXT_LEN, "%s %s %s", is_short ? "" : number[0],
		 is_short ? "<=" : "to", number[1]);
	return text + is_short;
}

static json_t *get_outage(const void *row)
{
	const struct report_takeover *last = ((const struct row *)row)->last;
	char text[OUTAGE_TEXT_LEN];

	return last ? json_string(outage_text(last, true, text)) : json_null();
}

static json_t *get_confirmed_by(const void *row)
{
	const struct report_takeover *last = ((const struct row *)row)->last;

	return text_or_null(last ? last->confirmed_by : NULL);
}

static json_t *get_guest(const void *row)
{
	const struct report_address *address = ((const struct row *)row)->address;

	return text_or_null(address->guest ?: address->port);
}

/* In 80 columns, of which an IPv6 address takes many: the segment is above each chronology. */
static const struct field row_fields[] = {
	{"address", "ADDRESS", FIELD_COMPUTED, .get = get_address},
	{"state", "STATE", FIELD_COMPUTED, .get = get_state},
	{"moves", "MOVES", FIELD_COMPUTED, .get = get_moves},
	{"outage", "OUTAGE", FIELD_COMPUTED, .get = get_outage},
	{"guest", "GUEST", FIELD_COMPUTED, .get = get_guest, .may_overflow = true},
	{"confirmed_by", "CONFIRMED BY", FIELD_COMPUTED, .get = get_confirmed_by},
	{},
};

static void print_table(const struct report *report)
{
	struct row *rows = calloc(report->addresses, sizeof(*rows));

	for (size_t i = 0; rows && i < report->addresses; i++)
		rows[i] = (struct row){&report->address[i],
				       address_last_takeover(&report->address[i])};
	if (rows)
		output_rows(row_fields, rows, report->addresses, sizeof(*rows), false);
	free(rows);
}

/* ---- lines ---- */

/* The first blank at which a text has to be broken; its length if it fits. */
static size_t break_at(const char *text, size_t room)
{
	size_t length = strlen(text), at = room;

	if (text_columns(text) <= room || length <= room)
		return length;
	while (at && text[at] != ' ')
		at--;
	return at ?: strcspn(text, " ");
}

/* Behind `start`, wrapped below itself. */
static void print_wrapped(const char *start, const char *text)
{
	size_t length;

	printf("  %-*s", CLOCK_COLUMN - 2, start);
	for (;;) {
		length = break_at(text, COLUMNS - CLOCK_COLUMN);
		printf("%.*s\n", (int)length, text);
		text += length + strspn(text + length, " ");
		if (!*text)
			return;
		printf("%*s", CLOCK_COLUMN, "");
	}
}

/* A line of its own for each day, and once more where summer time begins or ends. */
static void print_day(__s64 us, char day[MOMENT_TEXT_LEN])
{
	char text[MOMENT_TEXT_LEN], whole[MOMENT_TEXT_LEN];

	moment_local_text(us, whole);
	snprintf(text, sizeof(text), "%.10s %s", whole, whole + strlen("2026-11-29 03:12:00.000"));
	if (!strcmp(text, day))
		return;
	strcpy(day, text);
	printf("  %s\n", text);
}

static const char *end_text(enum outage_end end)
{
	switch (end) {
	case OUTAGE_CONFIRMED:
		return "the first confirmation";
	case OUTAGE_ANNOUNCED:
		return "the last announcement (not confirmed)";
	case OUTAGE_SELF_ANNOUNCED:
		return "the guest's own announcement";
	case OUTAGE_UNKNOWN:
		break;
	}
	return "";
}

static void print_takeover(const struct report_takeover *takeover, char day[MOMENT_TEXT_LEN])
{
	__s64 ms = takeover_outage_ms(takeover), at_us = takeover->from_us ?: takeover->until_us;
	char text[256], clock[MOMENT_TEXT_LEN], outage[OUTAGE_TEXT_LEN];
	const char *change = !takeover->had_owner   ? "no former owner in the log"
			     : takeover->moved	    ? "moved"
			     : takeover->former_mac ? "had the address before"
						    : "had another owner before";

	if (ms < 0)
		snprintf(text, sizeof(text),
			 "%s: estimated outage not known: its first probe is not in the log",
			 change);
	else
		snprintf(text, sizeof(text), "%s: estimated outage %s, from its first probe to %s",
			 change, outage_text(takeover, false, outage), end_text(takeover->end));
	print_day(at_us, day);
	print_wrapped(moment_clock_text(at_us, clock), text);
	snprintf(text, sizeof(text), "%s on %s%s%s -> %s on %s", takeover->former_mac ?: "?",
		 takeover->former_port ?: "?", takeover->guest ? ", now " : "",
		 takeover->guest ?: "", takeover->mac ?: "?", takeover->port ?: "?");
	if (takeover->moved)
		print_wrapped("", text);
}

static void print_address(const struct report_address *address)
{
	char clock[MOMENT_TEXT_LEN], day[MOMENT_TEXT_LEN] = "";

	printf("\n%s on %s\n", address->address, address->segment);
	for (size_t i = 0; i < address->takeovers; i++)
		print_takeover(&address->takeover[i], day);
	for (size_t i = 0; i < address->events; i++) {
		const struct report_event *event = &address->event[i];

		print_day(event->at_us, day);
		print_wrapped(moment_clock_text(event->at_us, clock), event->text);
	}
}

/* ---- the daemon ---- */

static void print_down(const struct report_down *down)
{
	char from[MOMENT_TEXT_LEN], until[MOMENT_TEXT_LEN], text[160];
	const char *how = down->how == DAEMON_STOPPED ? "stopped"
			  : down->how == DAEMON_DIED  ? "died"
						      : "killed, at the earliest";

	snprintf(text, sizeof(text), "garpd did not run: %s %s, %s%s", how,
		 moment_local_text(down->from_us, from),
		 down->until_us ? "ready again " : "the end of the report",
		 down->until_us ? moment_local_text(down->until_us, until) : "");
	print_wrapped("", text);
}

/* Its starts and ends, and what it warned of. */
static void print_daemon(const struct report *report)
{
	char clock[MOMENT_TEXT_LEN], day[MOMENT_TEXT_LEN] = "";

	printf("\ngarpd itself\n");
	for (size_t i = 0; i < report->downs; i++)
		print_down(&report->down[i]);
	for (size_t i = 0; i < report->lines; i++) {
		const struct report_daemon_line *line = &report->line[i];

		if (!daemon_event_name(line->event) && line->level && !strcmp(line->level, "info"))
			continue;
		print_day(line->at_us, day);
		print_wrapped(moment_clock_text(line->at_us, clock), line->text ?: "");
	}
}

void report_print_text(const struct report *report)
{
	char first[MOMENT_TEXT_LEN], last[MOMENT_TEXT_LEN];

	printf("garpd report of %s\n", report->source ?: "?");
	if (report->first_us)
		printf("%s to %s\n", moment_local_text(report->first_us, first),
		       moment_local_text(report->last_us, last));
	printf("%zu %s, %zu %s\n", report->addresses,
	       text_plural(report->addresses, "address", "addresses"), report->events,
	       text_plural(report->events, "event", "events"));
	if (report->skipped)
		printf("%zu %s skipped: not of garpd's JSON log\n", report->skipped,
		       text_plural(report->skipped, "line", "lines"));
	if (report->addresses) {
		putchar('\n');
		print_table(report);
	}
	for (size_t i = 0; i < report->addresses; i++)
		print_address(&report->address[i]);
	if (report->lines)
		print_daemon(report);
}
