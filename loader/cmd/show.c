// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * garpd show claims|listeners|ports|counters [-j] [-a]: the pinned maps, as they are. In text,
 * counters that are zero are left out, unless -a is given.
 */
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

static int show_claims(const struct show *show, struct err *why)
{
	struct claims claims;
	int err = claims_read(show->pins.claims, &claims, why);

	if (!err)
		output_rows(claims_fields, claims.claim, claims.count, sizeof(*claims.claim),
			    show->as_json);
	claims_free(&claims);
	return err;
}

/* ---- listeners ---- */

static int show_listeners(const struct show *show, struct err *why)
{
	struct listeners listeners;
	int err = listeners_read(&show->pins, &listeners, why);

	if (!err)
		output_rows(listeners_fields, listeners.row, listeners.count,
			    sizeof(*listeners.row), show->as_json);
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
	output_rows(port_table_fields, table.row, table.count, sizeof(*table.row), show->as_json);
	port_table_free(&table);
	if (!programs_can_read())
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
	int (*show)(const struct show *show, struct err *why);
} subjects[] = {
	{"claims", show_claims},
	{"listeners", show_listeners},
	{"ports", show_ports},
	{"counters", show_counters},
};

static const struct subject *show_find(const char *name)
{
	for (size_t i = 0; i < sizeof(subjects) / sizeof(subjects[0]); i++)
		if (!strcmp(subjects[i].name, name))
			return &subjects[i];
	return NULL;
}

static int show_run(const struct command *command, struct err *why)
{
	const struct subject *subject = show_find(command->operand);
	struct show show = {.as_json = command->json, .all = command->all};
	int err;

	if (!subject || (show.all && subject->show != show_counters))
		return cmd_usage(&verb_show);
	if (cmd_open_pins(&show.pins, true, why))
		return cmd_cannot_look(why);
	err = subject->show(&show, why);
	pins_close(&show.pins);
	return err ? cmd_cannot_look(why) : EXIT_DONE;
}

static const struct verb_option show_options[] = {
	{"json", 'j', NULL, "print JSON"},
	{"all", 'a', NULL, "counters: print those that are zero as well"},
	{},
};

const struct verb verb_show = {
	.name = "show",
	.usage = "claims|listeners|ports|counters [-j] [-a]",
	.help = "print the pinned maps; no daemon is needed",
	.options = show_options,
	.operands = 1,
	.run = show_run,
};
