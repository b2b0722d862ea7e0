// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * main.c - finds the verb. Exit codes: 0 done, 1 failed, 2 usage.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "loader/cmd/cmd.h"
#include "loader/base/err.h"

#ifndef GARPD_VERSION
#define GARPD_VERSION "unknown"
#endif

static const struct verb {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *arguments;
	const char *what;
} verbs[] = {
	{"run", cmd_run,
	 "[-c FILE] [--bridge BR]... [--uplink IF]... [--router IF]...\n"
	 "             [--declare ADDR=MAC[,MAC...]]... [--mode auto|tcx|tc|xdp|xdp-generic]\n"
	 "             [--log text|json]",
	 "attach to every port of the bridges, and to router ports, and announce for guests"},
	{"check", cmd_check, "FILE", "check a configuration file"},
	{"show", cmd_show, "claims|listeners|ports [-j]\n  garpd show counters [-j] [-a]",
	 "what the pinned maps say; no daemon is needed"},
	{"watch", cmd_watch, "[-j]", "print claims as they change"},
	{"explain", cmd_explain, "ADDR [-j]",
	 "what was heard, decided, said and confirmed of an address, and what is wrong"},
	{"announce", cmd_announce, "ADDR", "announce the owner of an existing claim now"},
	{"thaw", cmd_thaw, "ADDR", "let a frozen address be announced again"},
	{"detach", cmd_detach, "", "remove every program, pin and qdisc of ours"},
};

#define VERBS (sizeof(verbs) / sizeof(verbs[0]))

static void main_print_verb(FILE *stream, const struct verb *verb)
{
	fprintf(stream, "  garpd %s%s%s\n      %s\n", verb->name, verb->arguments[0] ? " " : "",
		verb->arguments, verb->what);
}

static void main_print_help(FILE *stream)
{
	size_t i;

	fprintf(stream, "garpd announces addresses for guests that only probe for them.\n\n");
	for (i = 0; i < VERBS; i++)
		main_print_verb(stream, &verbs[i]);
	fprintf(stream, "  garpd help [VERB] | --help, -h | --version, -V\n\n"
			"Exit codes: 0 done, 1 failed, 2 usage. See garpd(8).\n");
}

static const struct verb *main_find(const char *name)
{
	size_t i;

	for (i = 0; i < VERBS; i++)
		if (!strcmp(verbs[i].name, name))
			return &verbs[i];
	return NULL;
}

int cmd_usage(const char *verb)
{
	fprintf(stderr, "garpd: %s: wrong arguments; usage:\n", verb);
	main_print_verb(stderr, main_find(verb));
	return EXIT_USAGE;
}

int cmd_fail(const struct err *err)
{
	fflush(stdout);
	fprintf(stderr, "garpd: %s\n", err->text);
	return EXIT_FAILED;
}

int cmd_misused(const struct err *err)
{
	cmd_fail(err);
	return EXIT_USAGE;
}

/* What was to be printed and could not be (a full disk) is not done. */
static int main_flush(int code)
{
	struct err err;

	if (!fflush(stdout) && !ferror(stdout))
		return code;
	err_set(&err, -EIO, "standard output: cannot be written");
	return code ? code : cmd_fail(&err);
}

static bool is_help(const char *word)
{
	return !strcmp(word, "--help") || !strcmp(word, "-h");
}

static bool asks_for_help(int argc, char **argv)
{
	for (int i = 0; i < argc && strcmp(argv[i], "--"); i++)
		if (is_help(argv[i]))
			return true;
	return false;
}

static int main_no_verb(const char *name)
{
	struct err err;

	err_set(&err, -EINVAL, "%s: no such verb; garpd help lists them", name);
	return cmd_misused(&err);
}

/* `garpd help [VERB]` */
static int main_help(int argc, char **argv)
{
	bool of_a_verb = argc > 1 && !asks_for_help(argc - 1, argv + 1);
	const struct verb *verb = of_a_verb ? main_find(argv[1]) : NULL;

	if (of_a_verb && !verb)
		return main_no_verb(argv[1]);
	if (verb)
		main_print_verb(stdout, verb);
	else
		main_print_help(stdout);
	return EXIT_DONE;
}

/* getopt's own complaints begin with argv[0]. */
static int main_run_verb(const struct verb *verb, int argc, char **argv)
{
	char name[32];

	snprintf(name, sizeof(name), "garpd %s", verb->name);
	argv[0] = name;
	return verb->run(argc, argv);
}

static int main_run(int argc, char **argv)
{
	const struct verb *verb;

	if (argc < 2) {
		main_print_help(stderr);
		return EXIT_USAGE;
	}
	if (!strcmp(argv[1], "help") || is_help(argv[1]))
		return main_help(argc - 1, argv + 1);
	if (!strcmp(argv[1], "--version") || !strcmp(argv[1], "-V")) {
		printf("garpd %s\n", GARPD_VERSION);
		return EXIT_DONE;
	}
	verb = main_find(argv[1]);
	if (!verb)
		return main_no_verb(argv[1]);
	if (asks_for_help(argc - 2, argv + 2)) {
		main_print_verb(stdout, verb);
		return EXIT_DONE;
	}
	return main_run_verb(verb, argc - 1, argv + 1);
}

int main(int argc, char **argv)
{
	int code = main_run(argc, argv);

	/* The daemon's output is a log: what is lost of it is said there. */
	return argc > 1 && main_find(argv[1]) == main_find("run") ? code : main_flush(code);
}
