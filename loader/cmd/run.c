// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * garpd run: the daemon's command line. A flag and a key of the file mean the same.
 */
#include <errno.h>
#include <getopt.h>
#include <stdbool.h>
#include <string.h>

#include "cmd.h"
#include "loader/config/config.h"
#include "loader/daemon/daemon.h"
#include "loader/base/log.h"

enum {
	OPTION_FLAG = 256, /* of the configuration */
	OPTION_LOG,
};

static const struct option run_options[] = {
	{"config", required_argument, NULL, 'c'},
	{"bridge", required_argument, NULL, OPTION_FLAG},
	{"uplink", required_argument, NULL, OPTION_FLAG},
	{"router", required_argument, NULL, OPTION_FLAG},
	{"declare", required_argument, NULL, OPTION_FLAG},
	{"mode", required_argument, NULL, OPTION_FLAG},
	{"log", required_argument, NULL, OPTION_LOG},
	{},
};

/* The command line, kept for SIGHUP: the file is read again, the flags count again. */
struct command_line {
	int argc;
	char **argv;
	bool misused; /* a flag was refused, not the file */
};

static int run_set_log(const char *value, struct err *err)
{
	bool as_json = !strcmp(value, "json");

	if (!as_json && strcmp(value, "text"))
		return err_set(err, -EINVAL, "--log %.60s: use text or json", value);
	log_set_json(as_json);
	return 0;
}

/* -c has had its turn. */
static int run_take_option(struct config *config, int option, int i, const char *value,
			   struct err *err)
{
	if (option == OPTION_LOG)
		return run_set_log(value, err);
	return option == OPTION_FLAG ? config_set_flag(config, run_options[i].name, value, err) : 0;
}

/* The file first, wherever -c stands: flags come on top of it. */
static int run_load_file(const struct command_line *line, struct config *config, struct err *err)
{
	int option, code = 0;

	optind = 0;
	while (!code &&
	       (option = getopt_long(line->argc, line->argv, "c:", run_options, NULL)) != -1)
		if (option == 'c')
			code = config_load(config, optarg, err);
	return code;
}

static int run_take_flags(const struct command_line *line, struct config *config, struct err *err)
{
	int option, i = 0, code = 0;

	optind = 0;
	while (!code && (option = getopt_long(line->argc, line->argv, "c:", run_options, &i)) != -1)
		code = run_take_option(config, option, i, optarg, err);
	return code;
}

static int run_configure(void *ctx, struct config *config, struct err *err)
{
	struct command_line *line = ctx;
	int code;

	config_init(config);
	code = run_load_file(line, config, err);
	if (!code) {
		code = run_take_flags(line, config, err);
		line->misused = code;
	}
	if (!code)
		code = config_check(config, err);
	if (code)
		config_free(config);
	return code;
}

/* Words that no run could understand. 0, or EXIT_USAGE. */
static int run_check_usage(const struct command_line *line)
{
	int option;

	while ((option = getopt_long(line->argc, line->argv, "c:", run_options, NULL)) != -1)
		if (option == '?')
			return cmd_usage("run");
	return optind == line->argc ? 0 : cmd_usage("run");
}

int cmd_run(int argc, char **argv)
{
	struct command_line line = {.argc = argc, .argv = argv};
	struct err err;

	if (run_check_usage(&line))
		return EXIT_USAGE;
	if (daemon_run(run_configure, &line, &err) >= 0)
		return EXIT_DONE;
	return line.misused ? cmd_misused(&err) : cmd_fail(&err);
}
