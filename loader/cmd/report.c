// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * garpd report: what happened, as a page, as text, or as JSON; from the journal, a JSON log, or a
 * capture.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "report_capture.h"
#include "report_file.h"
#include "loader/base/output.h"
#include "loader/base/text.h"
#include "loader/report/moment.h"
#include "loader/report/report.h"

#define PAGE_NAME     "garpd-report.html"
#define JOURNAL_SINCE "-24h"

/* ---- which lines ---- */

static int take_moment(const char *option, const char *value, __s64 *us, struct err *why)
{
	*us = 0;
	if (value && moment_parse(value, moment_now_us(), us))
		return err_set(why, -EINVAL,
			       "--%s \"%.60s\": not a time; these are: -1h, today, 03:12, "
			       "2026-11-29T03:12:00Z",
			       option, value);
	return 0;
}

/* In place of the journal. */
static bool has_file(const struct command *command)
{
	return cmd_has(command, "log") || cmd_has(command, "pcap");
}

static int take_times(const struct command *command, struct report_wanted *wanted, struct err *why)
{
	const char *since = cmd_value(command, "since");
	int err;

	if (!since && !has_file(command))
		since = JOURNAL_SINCE;
	err = take_moment("since", since, &wanted->since_us, why)
		      ?: take_moment("until", cmd_value(command, "until"), &wanted->until_us, why);
	if (!err && wanted->until_us && wanted->until_us <= wanted->since_us)
		err = err_set(why, -EINVAL, "--until is not later than --since");
	return err;
}

/* Allocates wanted->prefix. */
static int take_prefixes(const struct command *command, struct report_wanted *wanted,
			 struct err *why)
{
	struct prefix *prefix = calloc((size_t)command->rest_count + 1, sizeof(*prefix));

	wanted->prefix = prefix;
	if (!prefix)
		return err_set(why, -ENOMEM, "report: out of memory");
	for (; wanted->prefixes < (size_t)command->rest_count; wanted->prefixes++)
		if (prefix_parse(command->rest[wanted->prefixes], &prefix[wanted->prefixes]) ==
		    -EINVAL)
			return err_set(why, -EINVAL, "%.60s: " NOT_A_PREFIX,
				       command->rest[wanted->prefixes]);
	return 0;
}

static int take_wanted(const struct command *command, struct report_wanted *wanted, struct err *why)
{
	if (cmd_has(command, "text") && cmd_has(command, "json"))
		return err_set(why, -EINVAL, "report: --text or --json, not both");
	if (cmd_has(command, "log") && cmd_has(command, "pcap"))
		return err_set(why, -EINVAL, "report: --log or --pcap, not both");
	return take_times(command, wanted, why) ?: take_prefixes(command, wanted, why);
}

/* ---- the report ---- */

static int report_read(const struct command *command, struct report *report, struct err *why)
{
	const char *log = cmd_value(command, "log"), *pcap = cmd_value(command, "pcap");
	int err;

	if (log)
		err = report_read_file(report, log, why);
	else if (pcap)
		err = report_read_capture(report, pcap, why);
	else
		err = report_read_journal(report, cmd_value(command, "unit"), why);
	return err ?: report_settle(report, why);
}

static int report_print(const struct command *command, const struct report *report, struct err *why)
{
	json_t *json;
	int err = 0;

	if (cmd_has(command, "text")) {
		report_print_text(report);
	} else if (cmd_has(command, "json")) {
		json = report_json(report);
		err = json ? json_dumpf(json, stdout, JSON_INDENT(2)) : -ENOMEM;
		putchar('\n');
		json_decref(json);
	} else {
		err = report_print_page(report, stdout);
	}
	return err ? err_set(why, -EIO, "report: cannot be written") : 0;
}

/* NULL: standard output. */
static const char *output_name(const struct command *command)
{
	const char *name = cmd_value(command, "output");

	if (!name && !cmd_has(command, "text") && !cmd_has(command, "json"))
		return PAGE_NAME;
	return name && strcmp(name, "-") ? name : NULL;
}

static void tell(const struct report *report, const char *name)
{
	size_t addresses = report_addresses(report), events = report_events(report);

	printf("%s: %zu %s, %zu %s\n", name, addresses,
	       text_plural(addresses, "address", "addresses"), events,
	       text_plural(events, "event", "events"));
}

static void tell_skipped(const struct report *report)
{
	size_t count = report_skipped(report), first = report_first_skipped(report);

	fprintf(stderr, "garpd: skipped %zu %s that %s not of its JSON log", count,
		text_plural(count, "line", "lines"), text_plural(count, "is", "are"));
	if (first)
		fprintf(stderr, count > 1 ? "; the first is line %zu" : ": line %zu", first);
	fputc('\n', stderr);
}

static int report_write(const struct command *command, const struct report *report, struct err *why)
{
	const char *name = output_name(command);
	struct report_file file;
	int err = report_file_begin(&file, name, why);

	if (err)
		return err;
	err = report_file_end(&file, report_print(command, report, why), why);
	if (err)
		return err;
	if (name)
		tell(report, name);
	if (report_skipped(report))
		tell_skipped(report);
	return command->rest_count && !report_addresses(report) ? EXIT_NO_CLAIM : EXIT_DONE;
}

static int report_run(const struct command *command, struct err *why)
{
	struct report_wanted wanted = {};
	struct report *report = NULL;
	int err = take_wanted(command, &wanted, why), status;

	if (err) {
		free((void *)wanted.prefix);
		return cmd_misused(why);
	}
	output_set_color("never");
	report = report_new(&wanted);
	err = report ? report_read(command, report, why)
		     : err_set(why, -ENOMEM, "report: out of memory");
	if (!err)
		status = report_write(command, report, why);
	else
		status = has_file(command) ? err : cmd_cannot_look(why);
	report_free(report);
	free((void *)wanted.prefix);
	return status;
}

static const struct verb_option report_options[] = {
	{"since", 0, "TIME", .help = "-1h, today, 03:12, 2026-11-29T03:12:00Z; the journal: -24h"},
	{"until", 0, "TIME", .help = "only what happened before"},
	{"log", 0, "FILE", .help = "a JSON log in place of the journal; - is standard input"},
	{"pcap", 0, "FILE", .help = "a capture: what garpd would have done"},
	{"unit", 0, "UNIT", .help = "whose journal", .value = "garpd.service"},
	{"output", 'o', "FILE", .help = "in place of " PAGE_NAME "; - is standard output"},
	{"text", 0, .help = "for a ticket: a table, and what happened to each address"},
	{"json", 'j', .help = "print JSON"},
	{},
};

const struct verb verb_report = {
	.name = "report",
	.help = "write a page with what happened to each address, from the journal, a JSON log or a capture",
	.options = report_options,
	.operands = {{"PREFIX", .optional = true, .repeats = true}},
	.run = report_run,
};
