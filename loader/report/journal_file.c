// SPDX-License-Identifier: GPL-2.0-or-later
/* journal_file.c - reads the entries of garpd's unit, and systemd's about it, from the journal. */
#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <systemd/sd-journal.h>
#include <systemd/sd-messages.h>

#include "parts.h"

#define MATCH_LEN 300

/* A journal that is there and may not be read looks like an empty one. */
static int judge_permission(struct err *why)
{
	static const char *const patterns[] = {"/var/log/journal/*/system.journal",
					       "/run/log/journal/*/system.journal"};
	bool is_there = false, can_read = false;
	glob_t found = {};

	for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++)
		glob(patterns[i], i ? GLOB_APPEND : 0, NULL, &found);
	for (size_t i = 0; i < found.gl_pathc; i++) {
		is_there = true;
		can_read = can_read || !access(found.gl_pathv[i], R_OK);
	}
	globfree(&found);
	if (can_read)
		return 0;
	if (is_there)
		return err_set(why, -EACCES,
			       "the journal: no permission; run it as root, or as a member of the "
			       "group systemd-journal");
	return err_set(why, -ENOENT,
		       "no journal on this machine; a JSON log can be read with --log FILE");
}

static int add_match(sd_journal *journal, const char *name, const char *value)
{
	char match[MATCH_LEN];
	int length = snprintf(match, sizeof(match), "%s=%s", name, value);

	return (size_t)length < sizeof(match) ? sd_journal_add_match(journal, match, 0) : -EINVAL;
}

/* Only journald writes names with an underscore; a program cannot forge them. */
static int add_matches(sd_journal *journal, const char *unit)
{
	return add_match(journal, "_SYSTEMD_UNIT", unit)
		       ?: sd_journal_add_disjunction(journal)
		       ?: add_match(journal, "_PID", "1")
		       ?: add_match(journal, "UNIT", unit)
		       ?: add_match(journal, "MESSAGE_ID", SD_MESSAGE_UNIT_PROCESS_EXIT_STR)
		       ?: add_match(journal, "MESSAGE_ID", SD_MESSAGE_UNIT_STOPPED_STR);
}

/* "NAME=value", which has no end. */
static void entry_add(json_t *entry, const char *field, size_t length)
{
	const char *equals = memchr(field, '=', length);
	char name[MATCH_LEN];
	size_t size;

	if (!equals || (size_t)(equals - field) >= sizeof(name))
		return;
	size = (size_t)(equals - field);
	memcpy(name, field, size);
	name[size] = '\0';
	/* Not if it is no UTF-8. */
	json_object_set_new(entry, name, json_stringn(equals + 1, length - size - 1));
}

/* The fields of the present entry, as journalctl -o json prints them. */
static json_t *entry_read(sd_journal *journal)
{
	json_t *entry = json_object();
	const void *field;
	char time[24];
	size_t length;
	uint64_t us;

	if (!entry || sd_journal_get_realtime_usec(journal, &us) < 0) {
		json_decref(entry);
		return NULL;
	}
	snprintf(time, sizeof(time), "%llu", (unsigned long long)us);
	json_object_set_new(entry, "__REALTIME_TIMESTAMP", json_string(time));
	SD_JOURNAL_FOREACH_DATA(journal, field, length)
	{
		entry_add(entry, field, length);
	}
	return entry;
}

static void take_entry(struct report *report, sd_journal *journal)
{
	json_t *entry = entry_read(journal);
	json_t *line = entry ? journal_line(entry) : NULL;

	if (line)
		report_add_line(report, line);
	else
		report->skipped++;
	json_decref(line);
	json_decref(entry);
}

static int take_entries(struct report *report, sd_journal *journal)
{
	const struct report_wanted *wanted = &report->wanted;
	int err = wanted->since_us
			  ? sd_journal_seek_realtime_usec(journal, (uint64_t)wanted->since_us)
			  : sd_journal_seek_head(journal);

	/* To its end: a daemon that was away logs later what happened before wanted->until_us. */
	while (err >= 0 && (err = sd_journal_next(journal)) > 0)
		take_entry(report, journal);
	return err < 0 ? err : 0;
}

int report_read_journal(struct report *report, const char *unit, struct err *why)
{
	sd_journal *journal = NULL;
	int err = judge_permission(why);

	if (err)
		return err;
	report_set_source(report, "journal");
	err = sd_journal_open(&journal, SD_JOURNAL_LOCAL_ONLY);
	if (err >= 0)
		err = add_matches(journal, unit);
	if (err >= 0)
		err = take_entries(report, journal);
	sd_journal_close(journal);
	return err < 0 ? err_set(why, err, "the journal: %s", strerror(-err)) : 0;
}
