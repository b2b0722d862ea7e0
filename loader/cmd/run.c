// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * garpd run: the daemon's command line. A flag means what the key of the same name means in the
 * file.
 */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cmd.h"
#include "loader/base/log.h"
#include "loader/config/config.h"
#include "loader/daemon/daemon.h"

#define RUN_AT_LEAST_S 5

/* The command line, kept for SIGHUP: the file is read again, and the flags are applied to it. */
struct command_line {
	const struct command *command;
	bool configured; /* once: it is a reload that fails later */
	bool misused;	 /* the flags or the file were refused at the start */
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
		if (!strcmp(name, "config") || !strcmp(name, "log") || !strcmp(name, "netns"))
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
	err = run_load_file(line->command, config, why)
		      ?: run_take_flags(line->command, config, why)
		      ?: config_check(config, why);
	if (err)
		config_free(config);
	line->configured = line->configured || !err;
	line->misused = !line->configured;
	return err;
}

/*
 * systemd restarts the daemon 0.1 s after its end. One that fails right after its start would do so
 * again, so it ends at the earliest in the fifth second; SIGTERM and SIGINT end it at once.
 */
static void run_end_late(time_t began)
{
	struct timespec now, left = {};
	sigset_t set;

	if (!getenv("NOTIFY_SOCKET"))
		return;
	clock_gettime(CLOCK_MONOTONIC, &now);
	left.tv_sec = began + RUN_AT_LEAST_S - now.tv_sec;
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	if (left.tv_sec > 0)
		sigtimedwait(&set, NULL, &left);
}

static int run_run(const struct command *command, struct err *why)
{
	struct command_line line = {.command = command};
	struct timespec began;
	int err, status;

	clock_gettime(CLOCK_MONOTONIC, &began);
	err = cmd_enter_netns(command, why);
	if (!err)
		err = daemon_run(run_configure, &line, why);
	else
		line.misused = err == -EINVAL;
	if (err >= 0)
		return EXIT_DONE;
	if (line.misused)
		return cmd_misused(why);
	status = cmd_fail(why);
	run_end_late(began.tv_sec);
	return status;
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
	NETNS_OPTION,
	{},
};

const struct verb verb_run = {
	.name = "run",
	.help = "attach to every port of the bridges, and to router ports, and announce for guests",
	.options = run_options,
	.enters = true, /* it waits before it fails */
	.run = run_run,
};
