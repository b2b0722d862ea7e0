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

static int run_set_log(const char *value, struct err *why)
{
	bool as_json = !strcmp(value, "json");

	if (!as_json && strcmp(value, "text"))
		return err_set(why, -EINVAL, "--log %.60s: use text or json", value);
	log_set_json(as_json);
	return 0;
}

/* The file first, wherever -c stands: flags are applied on top of it. */
static int run_load_file(const struct command *command, struct config *config, struct err *why)
{
	const struct verb_option *option;
	int err = 0;

	optind = 0;
	while (!err && cmd_next_option(&verb_run, command->argc, command->argv, &option))
		if (option->letter == 'c')
			err = config_load(config, optarg, why);
	return err;
}

static int run_take_flags(const struct command *command, struct config *config, struct err *why)
{
	const struct verb_option *option;
	int err = 0;

	optind = 0;
	while (!err && cmd_next_option(&verb_run, command->argc, command->argv, &option)) {
		if (!strcmp(option->name, "log"))
			err = run_set_log(optarg, why);
		else if (option->letter != 'c')
			err = config_set_flag(config, option->name, optarg, why);
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
	{"config", 'c', "FILE", "configuration file; flags are applied on top of it"},
	{"bridge", 0, "BR", "a bridge whose guests to announce for, or a pattern: 'vmbr*'"},
	{"uplink", 0, "IF", "a port that leads to other machines, or a pattern"},
	{"router", 0, "IF", "a router's interface with guests on its LAN, or a pattern"},
	{"declare", 0, "ADDR=MAC[,MAC...]", "announce at the first probe of these MACs only"},
	{"observe", 0, NULL, "send nothing, ask nobody: log and show what would be done"},
	{"mode", 0, "MODE", "auto, tcx, tc, xdp or xdp-generic"},
	{"log", 0, "text|json", "format of the event lines"},
	{},
};

const struct verb verb_run = {
	.name = "run",
	.usage = "[-c FILE] [--bridge BR]... [--router IF]... [OPTION]...",
	.help = "attach to every port of the bridges, and to router ports, and announce for guests",
	.options = run_options,
	.run = run_run,
};
