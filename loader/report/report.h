/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * report.h - what happened: the lines of garpd's log as a page, as text, or as JSON.
 *
 * Lines come from the journal, or from a JSON log, and have the members of docs/schema/log.json.
 * report_settle() makes of them, for each address, its events, its takeovers and a row.
 */
#ifndef GARPD_REPORT_REPORT_H
#define GARPD_REPORT_REPORT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

#include "bpf/abi/abi.h"
#include "loader/base/err.h"

struct report;

/* Which lines: all times are microseconds since 1970. */
struct report_wanted {
	__s64 since_us; /* 0: from the first one on */
	__s64 until_us; /* 0: to the last one */
	const struct prefix *prefix;
	size_t prefixes; /* 0: every address */
};

/* NULL: out of memory. `wanted` is copied, its prefixes are not. */
struct report *report_new(const struct report_wanted *wanted);
void report_free(struct report *report); /* takes NULL */

/*
 * Read the JSON log FILE ("-": standard input), as `garpd run --log json` or `journalctl -o json`
 * prints it; or the journal of a unit of systemd. 0, or -errno with `why`: -ENOENT where there is
 * no journal, -EACCES without permission.
 */
int report_read_file(struct report *report, const char *file, struct err *why);
int report_read_journal(struct report *report, const char *unit, struct err *why);

/* Where lines come from that are added one by one: a file name. */
void report_set_source(struct report *report, const char *source);

/* Takes a line of the JSON log. Anything else is counted as skipped. */
void report_add_line(struct report *report, const json_t *line);

/* After the last line. 0, or -ENOMEM with `why`. */
int report_settle(struct report *report, struct err *why);

size_t report_addresses(const struct report *report);
size_t report_events(const struct report *report);
size_t report_skipped(const struct report *report); /* lines that are not those of a JSON log */
size_t report_first_skipped(const struct report *report); /* its number in the file; 0: none */

/* docs/schema/report.json; a new reference. */
json_t *report_json(const struct report *report);

/* On standard output, in 80 columns: a table, then what happened to each address. */
void report_print_text(const struct report *report);

/* The whole page, with the report in it. 0, or -errno: it could not be written. */
int report_print_page(const struct report *report, FILE *file);

#endif
