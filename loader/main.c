// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * main.c - the words before a verb.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "bpf/abi/abi.h"
#include "loader/attach/join.h"
#include "loader/base/err.h"
#include "loader/cmd/cmd.h"
#include "loader/replay/capture.h"

#ifndef GARPD_VERSION
#define GARPD_VERSION "unknown"
#endif

/* Output that could not be written (a full disk) is a failure. */
static int main_flush(int exit_code)
{
	struct err why;

	if (!fflush(stdout) && !ferror(stdout))
		return exit_code;
	err_set(&why, -EIO, "standard output: cannot be written");
	return exit_code ? exit_code : cmd_fail(&why);
}

static bool is_help(const char *word)
{
	return !strcmp(word, "--help") || !strcmp(word, "-h");
}

static bool has_help(int argc, char **argv)
{
	for (int i = 0; i < argc && strcmp(argv[i], "--"); i++)
		if (is_help(argv[i]))
			return true;
	return false;
}

/* `garpd help [VERB]` */
static int main_help(int argc, char **argv)
{
	const struct verb *verb;
	struct err why;

	if (argc < 2 || has_help(argc - 1, argv + 1)) {
		cmd_print_help(stdout);
		return EXIT_DONE;
	}
	verb = cmd_find_verb(argv[1], &why);
	if (!verb)
		return cmd_misused(&why);
	cmd_print_verb(stdout, verb);
	return EXIT_DONE;
}

/* `garpd --version [-j]`: of the maps, which tools of another layout cannot read, too. */
static int main_version(int argc, char **argv)
{
	bool as_json = argc > 1 && (!strcmp(argv[1], "-j") || !strcmp(argv[1], "--json"));

	if (as_json)
		printf("{\"version\":\"%s\",\"map_layout\":%d,\"libxdp\":%s,\"libpcap\":%s}\n",
		       GARPD_VERSION, GARPD_ABI, ATTACH_JOIN_BUILT ? "true" : "false",
		       CAPTURE_BUILT ? "true" : "false");
	else
		printf("garpd %s (map layout %d, %s libxdp, %s libpcap)\n", GARPD_VERSION,
		       GARPD_ABI, ATTACH_JOIN_BUILT ? "with" : "without",
		       CAPTURE_BUILT ? "with" : "without");
	return EXIT_DONE;
}

static int main_run(int argc, char **argv)
{
	const struct verb *verb;
	struct err why;

	if (argc < 2) {
		cmd_print_help(stderr);
		return EXIT_USAGE;
	}
	if (!strcmp(argv[1], "help") || is_help(argv[1]))
		return main_help(argc - 1, argv + 1);
	if (!strcmp(argv[1], "--version") || !strcmp(argv[1], "-V"))
		return main_version(argc - 1, argv + 1);
	verb = cmd_find_verb(argv[1], &why);
	if (!verb)
		return cmd_misused(&why);
	if (has_help(argc - 2, argv + 2)) {
		cmd_print_verb(stdout, verb);
		return EXIT_DONE;
	}
	return cmd_run_verb(verb, verbs, argc - 1, argv + 1);
}

int main(int argc, char **argv)
{
	int exit_code = main_run(argc, argv);

	/* The daemon's output is its log, which reports lost lines itself. */
	return argc > 1 && !strcmp(argv[1], verb_run.name) ? exit_code : main_flush(exit_code);
}
