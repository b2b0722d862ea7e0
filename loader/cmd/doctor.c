// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * garpd doctor [BR|ADDR] [-j] [-c FILE]: will it work here? Read-only; needs no daemon, no
 * configuration and no pins.
 */
#include <errno.h>

#include "cmd.h"
#include "loader/base/output.h"
#include "loader/doctor/doctor.h"

static void doctor_show(const struct findings *findings, bool as_json)
{
	output_rows(as_json ? doctor_fields : doctor_columns, findings->at, findings->count,
		    sizeof(*findings->at), as_json);
}

static int doctor_run(const struct command *command, struct err *why)
{
	const struct doctor_request request = {
		.operand = command->operand[0],
		.file = cmd_value(command, "config"),
		.version = GARPD_VERSION,
	};
	struct findings findings;
	int err = doctor_examine(&request, &findings, why);

	output_set_color(cmd_value(command, "color"));
	if (!err)
		doctor_show(&findings, cmd_has(command, "json"));
	if (err == -EINVAL)
		err = cmd_misused(why);
	else if (!err)
		err = doctor_has_failed(&findings) ? EXIT_FAILED : EXIT_DONE;
	doctor_free(&findings);
	return err;
}

static const struct verb_option doctor_options[] = {
	{"config", 'c', "FILE", .help = "configuration file"},
	{"json", 'j', .help = "print JSON"},
	COLOR_OPTION,
	NETNS_OPTION,
	{},
};

static const struct verb_print doctor_prints[] = {
	{"doctor", "/items", doctor_fields},
	{},
};

const struct verb verb_doctor = {
	.name = "doctor",
	.help = "will it work here: the kernel, the configuration, bridges, ports and filters",
	.options = doctor_options,
	.operands = {{"BR|ADDR", .optional = true}},
	.prints = doctor_prints,
	.run = doctor_run,
};
