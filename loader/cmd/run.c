// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * garpd run: the daemon's command line. A flag means what the key of the same name means in the
 * file.
 */
#include <errno.h>
#include <getopt.h>
#include <string.h>

#include "cmd.h"
#include "loader/base/log.h"
#include "loader/config/config.h"
#include "loader/daemon/daemon.h"

/* The command line, kept for SIGHUP: the file is read again, and the flags are applied to it. */
struct command_line {
	const struct command *command;
	bool misused; /* a flag was refused, not the file */
};

/* The file first, wherever -c stands: flags are applied on top of it. */
static int run_load_file(const struct command *command, struct config *config, struct err *why)
{
	const char *file = cmd_value(command, "config");

	return file ? config_load(config, file, why) : 0;
}

static int run_take_flags(const struct command *command, struct config *config, struct err *why)
{
	const char *name;
	int place, err = 0;

	log_set_json(!strcmp(cmd_value(command, "log"), "json"));
	optind = 0;
	while (!err) {
		place = cmd_next_option(command->verb, command->argc, command->argv, why);
		if (place < 0)
			break;
		name = command->verb->options[place].name;
		if (!strcmp(name, "config") || !strcmp(name, "log"))
			continue;
		/* Of a choice the whole word. */
		err = config_set_flag(config, name,
				      strcmp(name, "mode") ? optarg : command->values[place], why);
	}
	return err;
}

static int run_configure(void *ctx, struct config *config, struct err *why)
{
	struct command_line *line = ctx;
	int err;

	config_init(config);
	err = run_load_file(line->command, config, why);
	if (err)
		goto out;
	err = run_take_flags(line->command, config, why);
	line->misused = err;
	if (!err)
		err = config_check(config, why);
out:
	if (err)
		config_free(config);
	return err;
}

static int run_run(const struct command *command, struct err *why)
{
	struct command_line line = {.command = command};
	int err = daemon_run(run_configure, &line, why);

	if (err < 0)
		return line.misused ? cmd_misused(why) : err;
	return EXIT_DONE;
}

static const struct verb_option run_options[] = {
	{"config", 'c', "FILE", .help = "configuration file; flags are applied on top of it"},
	{"bridge", 0, "BR", .help = "a bridge whose guests to announce for, or a pattern: 'vmbr*'"},
	{"uplink", 0, "IF", .help = "a port that leads to other machines, or a pattern"},
	{"router", 0, "IF", .help = "a router's interface with guests on its LAN, or a pattern"},
	{"declare", 0, "ADDR=MAC[,MAC...]",
	 .help = "announce at the first probe of these MACs only"},
	{"observe", 0, .help = "send nothing, ask nobody: log and show what would be done"},
	{"mode", 0, "auto|tcx|tc|xdp|xdp-generic", .help = "how to attach", .value = "auto"},
	{"log", 0, "text|json", .help = "format of the event lines", .value = "text"},
	{},
};

const struct verb verb_run = {
	.name = "run",
	.help = "attach to every port of the bridges, and to router ports, and announce for guests",
	.options = run_options,
	.run = run_run,
};
