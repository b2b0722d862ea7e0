// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * garpd show claims|listeners|ports|counters [-j]: the pinned maps, as they are. Counters in text
 * are those that are not zero, but with -a.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "loader/maps/claims.h"
#include "loader/attach/programs.h"
#include "cmd.h"
#include "loader/maps/counters.h"
#include "loader/datapath/port_table.h"
#include "loader/maps/listeners.h"

struct show {
	struct pins pins;
	bool as_json;
	bool all; /* -a */
};

/* ---- claims ---- */

static int show_claims(const struct show *show, struct err *err)
{
	struct claims claims;
	int code = claims_read(show->pins.claims, &claims, err);

	if (!code)
		output_rows(claims_fields, claims.claim, claims.count, sizeof(*claims.claim),
			    show->as_json);
	claims_free(&claims);
	return code;
}

/* ---- listeners ---- */

static int show_listeners(const struct show *show, struct err *err)
{
	struct listeners listeners;
	int code = listeners_read(&show->pins, &listeners, err);

	if (!code)
		output_rows(listeners_fields, listeners.row, listeners.count,
			    sizeof(*listeners.row), show->as_json);
	listeners_free(&listeners);
	return code;
}

/* ---- ports ---- */

static int show_ports(const struct show *show, struct err *err)
{
	struct port_table table;
	int code = port_table_read(&show->pins, &table, err);

	if (code)
		return code;
	output_rows(port_table_fields, table.row, table.count, sizeof(*table.row), show->as_json);
	port_table_free(&table);
	if (!programs_may_read())
		fprintf(stderr, "garpd: others: not shown: other people's programs are seen by "
				"root only (CAP_NET_ADMIN and CAP_SYS_ADMIN)\n");
	return 0;
}

/* ---- counters ---- */

static int show_counters(const struct show *show, struct err *err)
{
	struct counter_row rows[COUNTER_MAX];
	__u64 values[COUNTER_MAX];
	size_t i, count = 0;
	int code = counters_read(&show->pins, values, err);

	if (code)
		return code;
	for (i = 0; i < COUNTER_MAX; i++) {
		if (!values[i] && !show->all && !show->as_json)
			continue;
		rows[count++] = (struct counter_row){.counter = i, .value = values[i]};
	}
	output_rows(counters_fields, rows, count, sizeof(rows[0]), show->as_json);
	return 0;
}

/* ---- the verb ---- */

static const struct subject {
	const char *name;
	int (*show)(const struct show *show, struct err *err);
} subjects[] = {
	{"claims", show_claims},
	{"listeners", show_listeners},
	{"ports", show_ports},
	{"counters", show_counters},
};

static const struct subject *show_find(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(subjects) / sizeof(subjects[0]); i++)
		if (!strcmp(subjects[i].name, name))
			return &subjects[i];
	return NULL;
}

int cmd_show(int argc, char **argv)
{
	static const struct option options[] = {
		{"json", no_argument, NULL, 'j'}, {"all", no_argument, NULL, 'a'}, {}};
	const struct subject *subject;
	struct show show = {};
	struct err err;
	int option, code;

	while ((option = getopt_long(argc, argv, "ja", options, NULL)) != -1) {
		if (option == '?')
			return cmd_usage("show");
		show.as_json |= option == 'j';
		show.all |= option == 'a';
	}
	subject = optind == argc - 1 ? show_find(argv[optind]) : NULL;
	if (!subject || (show.all && subject->show != show_counters))
		return cmd_usage("show");
	code = pins_open(&show.pins, true, &err);
	if (code)
		return cmd_fail(&err);
	code = subject->show(&show, &err);
	pins_close(&show.pins);
	return code ? cmd_fail(&err) : EXIT_DONE;
}
