/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cmd.h - what a verb is, and what verbs share. main.c lists them.
 */
#ifndef GARPD_CMD_CMD_H
#define GARPD_CMD_CMD_H

#include <stdbool.h>
#include <stdio.h>

#include "loader/base/err.h"
#include "loader/maps/pins.h"

/* The exit statuses of all verbs. X(NAME, status, meaning). */
#define EXIT_STATUSES(X)                                     \
	X(DONE, 0, "done, and all is well")                  \
	X(FAILED, 1, "failed, or something needs attention") \
	X(USAGE, 2, "wrong usage")                           \
	X(NO_CLAIM, 3, "no guest has claimed the address")   \
	X(NOTHING, 4, "cannot look: garpd is not there, or no permission")

#define EXIT_STATUS_ENUM(NAME, status, meaning) EXIT_##NAME = (status),
enum exit_status { EXIT_STATUSES(EXIT_STATUS_ENUM) };

/* For --help and for getopt_long(3). */
struct verb_option {
	const char *name;     /* without its dashes */
	char letter;	      /* 0: it has none */
	const char *argument; /* NULL: it takes none */
	const char *help;
};

#define VERB_OPTIONS_MAX 8

/* The command line behind a verb. */
struct command {
	int argc;
	char **argv;	     /* argv[0] is "garpd VERB" */
	const char *operand; /* NULL where the verb takes none */
	bool json;	     /* -j */
	bool all;	     /* -a */
};

struct verb {
	const char *name;
	const char *usage; /* goes on after the name */
	const char *help;
	const struct verb_option *options; /* ends with an option without a name; NULL: none */
	int operands;			   /* 0 or 1 */
	/* Returns enum exit_status, or -errno with `why`. */
	int (*run)(const struct command *command, struct err *why);
};

extern const struct verb verb_run, verb_check, verb_show, verb_watch, verb_explain, verb_announce,
	verb_thaw, verb_detach;

/* Prints how the verb is used, and its options. */
void cmd_print_verb(FILE *stream, const struct verb *verb);

/* Reads the options and the operand, and runs the verb. Returns enum exit_status. */
int cmd_run_verb(const struct verb *verb, int argc, char **argv);

/*
 * Reads the next option, as getopt_long(3) does: optarg is its argument, optind = 0 starts anew.
 * False behind the last one. *option is NULL for one that the verb does not have, which getopt
 * has reported.
 */
bool cmd_next_option(const struct verb *verb, int argc, char **argv,
		     const struct verb_option **option);

/* Prints on standard error how the verb is used. Returns EXIT_USAGE. */
int cmd_usage(const struct verb *verb);

/*
 * Print `garpd: ...` on standard error. Return the status: EXIT_FAILED; for a word on the command
 * line that cannot be right, EXIT_USAGE; for maps that cannot be read, EXIT_NOTHING.
 */
int cmd_fail(const struct err *why);
int cmd_misused(const struct err *why);
int cmd_cannot_look(const struct err *why);

/* pins_open() for a verb that prints: ports that are gone are named. */
int cmd_open_pins(struct pins *pins, bool read_only, struct err *why);

/* 0, or -EINVAL with `why`. */
int cmd_parse_address(const char *text, struct addr *addr, struct err *why);

#endif
