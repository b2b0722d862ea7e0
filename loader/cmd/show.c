// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * garpd show claims|listeners|ports|counters|latency|metrics: the pinned maps, as they are.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "loader/maps/claims.h"
#include "loader/attach/programs.h"
#include "cmd.h"
#include "filter.h"
#include "metrics.h"
#include "loader/maps/counters.h"
#include "loader/datapath/port_table.h"
#include "loader/maps/histograms.h"
#include "loader/maps/listeners.h"

struct show {
	const struct command *command;
	struct pins pins;
	struct filter filter;
	bool as_json;
};

/* Every field, or the columns that fit a screen? */
static bool show_is_whole(const struct show *show)
{
	return show->as_json || cmd_has(show->command, "wide");
}

/* ---- claims ---- */

static int show_claims(const struct show *show, struct err *why)
{
	struct claims claims;
	int err = claims_read(show->pins.claims, &claims, why);

	if (!err) {
		filter_claims(&show->filter, &claims);
		claims_sort_by_trouble(&claims);
		output_rows(show_is_whole(show) ? claims_fields : claims_columns, claims.claim,
			    claims.count, sizeof(*claims.claim), show->as_json);
	}
	claims_free(&claims);
	return err;
}

/* ---- listeners ---- */

static int show_listeners(const struct show *show, struct err *why)
{
	struct listeners listeners;
	int err = listeners_read(&show->pins, &listeners, why);

	if (!err) {
		filter_listeners(&show->filter, &listeners);
		listeners_sort_by_trouble(&listeners);
		output_rows(show_is_whole(show) ? listeners_fields : listeners_columns,
			    listeners.row, listeners.count, sizeof(*listeners.row), show->as_json);
	}
	listeners_free(&listeners);
	return err;
}

/* ---- ports ---- */

static int show_ports(const struct show *show, struct err *why)
{
	struct port_table table;
	int err = port_table_read(&show->pins, &table, why);

	if (err)
		return err;
	filter_ports(&show->filter, &table);
	output_rows(show_is_whole(show) ? port_table_fields : port_table_columns, table.row,
		    table.count, sizeof(*table.row), show->as_json);
	port_table_free(&table);
	if (show_is_whole(show) && !programs_can_read())
		fprintf(stderr, "garpd: others: not shown; only root can see other programs "
				"(CAP_NET_ADMIN and CAP_SYS_ADMIN)\n");
	return 0;
}

/* ---- counters ---- */

static int show_counters(const struct show *show, struct err *why)
{
	struct counter_row rows[COUNTER_MAX];
	__u64 values[COUNTER_MAX];
	size_t i, count = 0;
	int err = counters_read(&show->pins, values, why);

	if (err)
		return err;
	for (i = 0; i < COUNTER_MAX; i++) {
		if (!values[i] && !cmd_has(show->command, "all") && !show->as_json)
			continue;
		rows[count++] = (struct counter_row){.counter = i, .value = values[i]};
	}
	output_rows(counters_fields, rows, count, sizeof(rows[0]), show->as_json);
	return 0;
}

/* ---- latency ---- */

static int show_latency(const struct show *show, struct err *why)
{
	struct histogram_row rows[HISTOGRAM_MAX];
	int err = histograms_read(&show->pins, rows, why);

	if (!err)
		output_rows(histograms_fields, rows, HISTOGRAM_MAX, sizeof(rows[0]), show->as_json);
	return err;
}

/* ---- the verb ---- */

static int show_metrics(const struct show *show, struct err *why)
{
	return metrics_print(&show->pins, cmd_has(show->command, "guests"), why);
}

static int (*show_subject(const char *name))(const struct show *show, struct err *why)
{
	if (!strcmp(name, "claims"))
		return show_claims;
	if (!strcmp(name, "listeners"))
		return show_listeners;
	if (!strcmp(name, "latency"))
		return show_latency;
	if (!strcmp(name, "metrics"))
		return show_metrics;
	return strcmp(name, "ports") ? show_counters : show_ports;
}

static int show_run(const struct command *command, struct err *why)
{
	struct show show = {.command = command, .as_json = cmd_has(command, "json")};
	const char *subject = command->operand[0];
	int err;

	if (command->operand[1] && strcmp(subject, "claims") != 0 &&
	    strcmp(subject, "listeners") != 0) {
		err_set(why, -EINVAL, "show %s: what is \"%.60s\" for? See garpd show --help",
			subject, command->operand[1]);
		return cmd_misused(why);
	}
	if (filter_take(&show.filter, command, command->operand[1], why))
		return cmd_misused(why);
	output_set_color(cmd_value(command, "color"));
	err = cmd_open_pins(&show.pins, true, why);
	if (err == -ENOENT && !strcmp(subject, "metrics")) {
		metrics_print_none();
		return EXIT_DONE;
	}
	if (err)
		return cmd_cannot_look(why);
	err = show_subject(subject)(&show, why);
	if (!err && strcmp(subject, "metrics") != 0 && pins_is_locked() == 0)
		fprintf(stderr,
			"garpd: no daemon runs; this is what its programs hear and remember\n");
	pins_close(&show.pins);
	return err ? cmd_cannot_look(why) : EXIT_DONE;
}

static const struct verb_option show_options[] = {
	{"json", 'j', .help = "print JSON", .subject = "claims|listeners|ports|counters|latency"},
	{"wide", 'w', .help = "every column, wider than 80", .subject = "claims|listeners|ports"},
	FILTER_OPTIONS("claims", "claims|ports", "claims|listeners", "claims|listeners|ports"),
	{"all", 'a', .help = "counters: those that are zero as well", .subject = "counters"},
	{"guests", 0, .help = "metrics: also of each port, with its guest's name",
	 .subject = "metrics"},
	COLOR_OPTION,
	NETNS_OPTION,
	{},
};

static const struct verb_print show_prints[] = {
	{"claim", "", claims_fields},
	{"listeners", "/items", listeners_fields},
	{"ports", "/items", port_table_fields},
	{"counters", "/items", counters_fields},
	{"latency", "/items", histograms_fields},
	{},
};

const struct verb verb_show = {
	.name = "show",
	.help = "print the pinned maps; no daemon is needed",
	.options = show_options,
	.operands = {{"claims|listeners|ports|counters|latency|metrics", "subject"},
		     {"PREFIX", .optional = true}},
	.prints = show_prints,
	.run = show_run,
};
