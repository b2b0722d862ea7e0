/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cmd.h - what a verb is, and what verbs share. verbs.c lists them.
 */
#ifndef GARPD_CMD_CMD_H
#define GARPD_CMD_CMD_H

#include <stdbool.h>
#include <stdio.h>

#include "loader/base/err.h"
#include "loader/base/field.h"
#include "loader/base/words.h"
#include "loader/maps/pins.h"

/* The exit statuses of all verbs. X(NAME, status, meaning). */
#define EXIT_STATUSES(X)                                                      \
	X(DONE, 0, "done, and all is well")                                   \
	X(FAILED, 1, "failed, or something needs attention")                  \
	X(USAGE, 2, "wrong usage, or a configuration that garpd run refuses") \
	X(NO_CLAIM, 3, "no guest has claimed the address")                    \
	X(NOTHING, 4, "cannot look: garpd is not there, or no permission")

#define EXIT_STATUS_ENUM(NAME, status, meaning) EXIT_##NAME = (status),
enum exit_status { EXIT_STATUSES(EXIT_STATUS_ENUM) };

/* What is wrong with a word, and how it is written. */
#define NOT_AN_ADDRESS "not a valid address; write 192.0.2.7 or 2001:db8::7"
#define NOT_A_PREFIX   "not a valid address or prefix; write 192.0.2.7 or 192.0.2.0/24"
#define NOT_A_MAC      "not a valid unicast MAC; write 00:15:5d:00:00:01"

struct command;

/*
 * What stands behind a verb, or behind an option: "FILE", "ADDR", "text|json". Its name says what a
 * shell completes it with (completion.c); in one that is a choice, words may be abbreviated.
 */
struct verb_option {
	const char *name;     /* without its dashes */
	char letter;	      /* 0: it has none */
	const char *argument; /* NULL: it takes none */
	const char *help;
	const char *value;   /* without it; NULL: nothing */
	const char *subject; /* a list: only with one of these as the first operand; NULL: always */
};

struct verb_operand {
	const char *argument; /* NULL ends the list */
	const char *noun;     /* what a word of a choice is called; NULL: no choice */
	bool optional;
	bool repeats; /* the last one: all further words are such ones; command.rest has them */
};

/* The option of every verb that prints columns, for output_set_color(). */
#define COLOR_OPTION                                                                          \
	{                                                                                     \
		"color", 0, "never|auto|always", .help = "colors in columns", .value = "auto" \
	}

/* The option of every verb that opens pins or looks at links; cmd_run_verb() obeys it. */
#define NETNS_OPTION                                                                         \
	{                                                                                    \
		"netns", 0, "NETNS", .help = "work in this network namespace of ip-netns(8)" \
	}

#define VERB_OPTIONS_MAX  16
#define VERB_OPERANDS_MAX 2

/* One table of what a verb prints with -j. */
struct verb_print {
	const char *schema; /* docs/schema/NAME.json; NULL ends the list */
	const char *at;	    /* where in it: keys, each behind a slash; "": the whole */
	const struct field *fields;
};

struct verb {
	const char *name;
	const char *help;
	const struct verb_option *options; /* ends with one without a name; NULL: none */
	struct verb_operand operands[VERB_OPERANDS_MAX + 1];
	const struct verb_print *prints; /* NULL: no JSON, or none from a table */
	bool acts;			 /* it changes something, and is never abbreviated */
	bool enters;			 /* run() calls cmd_enter_netns() */
	/* Returns enum exit_status, or -errno with `why`. */
	int (*run)(const struct command *command, struct err *why);
};

/* The command line behind a verb. */
struct command {
	const struct verb *verb;
	const struct verb *const *verbs; /* all of them */
	int argc;
	char **argv;				/* argv[0] is the verb */
	const char *operand[VERB_OPERANDS_MAX]; /* NULL: not given */
	char **rest;				/* those of one that repeats */
	int rest_count;
	const char
		*values[VERB_OPTIONS_MAX]; /* by the option's place; "" of one without argument */
	char words[VERB_OPTIONS_MAX + VERB_OPERANDS_MAX]
		  [WORD_TEXT_LEN]; /* of choices, written out */
};

extern const struct verb verb_run, verb_check, verb_status, verb_show, verb_watch, verb_explain,
	verb_doctor, verb_replay, verb_report, verb_announce, verb_thaw, verb_detach,
	verb_completion;

/* ---- verbs.c ---- */

/* All of them, as they are listed in the help; ends with NULL. */
extern const struct verb *const verbs[];

/* The verb of this name, or of which it is the only abbreviation. NULL with `why`. */
const struct verb *cmd_find_verb(const char *name, struct err *why);

/* ---- options.c: the command line ---- */

/* Reads options and operands, and runs the verb. Returns enum exit_status. */
int cmd_run_verb(const struct verb *verb, const struct verb *const *all, int argc, char **argv);

/*
 * Reads the next option, as getopt_long(3) does: optarg is its argument, optind = 0 starts anew.
 * Returns the place of the option; -1 behind the last one; -EINVAL with `why`.
 */
int cmd_next_option(const struct verb *verb, int argc, char **argv, struct err *why);

/* The argument of an option, "" if it takes none; its default, or NULL, if it is not there. */
const char *cmd_value(const struct command *command, const char *option);
bool cmd_has(const struct command *command, const char *option);

/* Enters the network namespace that --netns names. 0, also without it, or -errno with `why`. */
int cmd_enter_netns(const struct command *command, struct err *why);

/* ---- usage.c: how it is used ---- */

/* How the verb is used, and each option with its default. */
void cmd_print_verb(FILE *stream, const struct verb *verb);

/* All verbs. */
void cmd_print_help(FILE *stream);

/* ---- cmd.c ---- */

/*
 * Print `garpd: ...` on standard error. Return the status: EXIT_FAILED; for a word on the command
 * line that cannot be right, EXIT_USAGE; for maps that cannot be read, EXIT_NOTHING.
 */
int cmd_fail(const struct err *why);
int cmd_misused(const struct err *why);
int cmd_cannot_look(const struct err *why);

/* pins_open() for a verb that prints: ports that are gone are named, and so are guests. */
int cmd_open_pins(struct pins *pins, bool read_only, struct err *why);

/* 0, or -EINVAL with `why`. */
int cmd_parse_address(const char *text, struct addr *addr, struct err *why);

#endif
