// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * garpd explain ADDR [-j]: what is known of an address, what may be wrong, and what to do. Reads
 * the pinned maps and the kernel's tables; no daemon is needed.
 */
#include "cmd.h"
#include "loader/base/finding.h"
#include "loader/explain/explain.h"

static void explain_show(const struct explains *explains, bool as_json)
{
	if (as_json) {
		output_rows(explain_fields, explains->explain, explains->count,
			    sizeof(*explains->explain), true);
		return;
	}
	for (size_t i = 0; i < explains->count; i++) {
		if (i)
			putchar('\n');
		explain_print(&explains->explain[i]);
	}
}

/* Of all segments where the address is claimed. */
static int explain_status(const struct explains *explains)
{
	if (!explain_is_claimed(explains->explain))
		return EXIT_NO_CLAIM;
	for (size_t i = 0; i < explains->count; i++)
		if (!explain_is_well(&explains->explain[i]))
			return EXIT_FAILED;
	return EXIT_DONE;
}

static int explain_run(const struct command *command, struct err *why)
{
	struct explains explains;
	struct pins pins;
	struct addr addr;
	int err, status;

	if (cmd_parse_address(command->operand[0], &addr, why))
		return cmd_misused(why);
	if (cmd_open_pins(&pins, true, why))
		return cmd_cannot_look(why);
	err = explain_read(&pins, &addr, &explains, why);
	if (!err)
		explain_show(&explains, cmd_has(command, "json"));
	status = err ? cmd_cannot_look(why) : explain_status(&explains);
	explain_free(&explains);
	pins_close(&pins);
	return status;
}

static const struct verb_option explain_options[] = {
	{"json", 'j', .help = "print JSON"},
	NETNS_OPTION,
	{},
};

static const struct verb_print explain_prints[] = {
	{"explain", "/items", explain_fields},
	{"explain", "/items/properties/findings/items", finding_fields},
	{},
};

const struct verb verb_explain = {
	.name = "explain",
	.help = "what was heard, decided, announced and confirmed, what is wrong, and the remedy",
	.options = explain_options,
	.operands = {{"ADDR"}},
	.prints = explain_prints,
	.run = explain_run,
};
