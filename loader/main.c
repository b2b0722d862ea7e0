// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * main.c - finds the verb.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "loader/base/err.h"
#include "loader/cmd/cmd.h"

#ifndef GARPD_VERSION
#define GARPD_VERSION "unknown"
#endif

static const struct verb *const verbs[] = {
	&verb_run,     &verb_check,    &verb_show, &verb_watch,
	&verb_explain, &verb_announce, &verb_thaw, &verb_detach,
};

#define VERBS (sizeof(verbs) / sizeof(verbs[0]))

static void main_print_statuses(FILE *stream)
{
#define PRINT_STATUS(NAME, status, meaning) fprintf(stream, "  %d  %s\n", status, meaning);
	fprintf(stream, "Exit status:\n");
	EXIT_STATUSES(PRINT_STATUS)
#undef PRINT_STATUS
}

static void main_print_help(FILE *stream)
{
	fprintf(stream, "garpd announces addresses for guests that only probe for them.\n\n");
	for (size_t i = 0; i < VERBS; i++)
		cmd_print_verb(stream, verbs[i]);
	fprintf(stream, "  garpd help [VERB] | --help, -h | --version, -V\n\n");
	main_print_statuses(stream);
	fprintf(stream, "See garpd(8).\n");
}

static const struct verb *main_find(const char *name)
{
	for (size_t i = 0; i < VERBS; i++)
		if (!strcmp(verbs[i]->name, name))
			return verbs[i];
	return NULL;
}

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

static int main_no_verb(const char *name)
{
	struct err why;

	err_set(&why, -EINVAL, "%s: no such verb; garpd help lists them", name);
	return cmd_misused(&why);
}

/* `garpd help [VERB]` */
static int main_help(int argc, char **argv)
{
	const struct verb *verb;

	if (argc < 2 || has_help(argc - 1, argv + 1)) {
		main_print_help(stdout);
		return EXIT_DONE;
	}
	verb = main_find(argv[1]);
	if (!verb)
		return main_no_verb(argv[1]);
	cmd_print_verb(stdout, verb);
	return EXIT_DONE;
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
	if (has_help(argc - 2, argv + 2)) {
		cmd_print_verb(stdout, verb);
		return EXIT_DONE;
	}
	return cmd_run_verb(verb, argc - 1, argv + 1);
}

int main(int argc, char **argv)
{
	int exit_code = main_run(argc, argv);

	/* The daemon's output is its log, which reports lost lines itself. */
	return argc > 1 && main_find(argv[1]) == &verb_run ? exit_code : main_flush(exit_code);
}
