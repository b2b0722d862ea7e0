/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cmd.h - what a verb is, and what verbs share. Each has its file, VERB.c; main.c lists them.
 */
#ifndef GARPD_CMD_CMD_H
#define GARPD_CMD_CMD_H

#include <stdbool.h>
#include <stdio.h>

#include "loader/base/err.h"
#include "loader/maps/pins.h"

#define EXIT_DONE   0
#define EXIT_FAILED 1
#define EXIT_USAGE  2

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
	int (*run)(const struct command *command); /* returns the exit code */
};

extern const struct verb verb_run, verb_check, verb_show, verb_watch, verb_explain, verb_announce,
	verb_thaw, verb_detach;

/* Prints how the verb is used, and its options. */
void cmd_print_verb(FILE *stream, const struct verb *verb);

/* Reads the options and the operand, and runs the verb. Returns the exit code. */
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

/* Prints `garpd: ...` on standard error. Returns EXIT_FAILED; or, for a word on the command line
 * that cannot be right, EXIT_USAGE.
 */
int cmd_fail(const struct err *why);
int cmd_misused(const struct err *why);

/* ---- address.c: verbs about an address ---- */

/* 0, or -EINVAL with `why`. */
int cmd_parse_address(const char *text, struct addr *addr, struct err *why);

/*
 * What a verb does to one claim of the address; `name` is the address with its segment. 0: done; 1:
 * refused, with the reason in `why`; or -errno with `why`: there is no point in going on.
 */
typedef int (*cmd_claim)(const struct pins *pins, const struct claim *claim, const char *name,
			 struct err *why);

/*
 * Does it to each claim of the address that is the operand. Fails if it was refused for all of
 * them. Returns the exit code.
 */
int cmd_each_claim(const struct command *command, cmd_claim each);

/* One call of garpd_speak for the claim. 0 with *result (enum counter), or -errno with `why`. */
int cmd_speak(const struct pins *pins, const struct claim *claim, __u32 op, __u32 *result,
	      struct err *why);

#endif
