/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * completion.h - the scripts of `garpd completion`, one for each shell.
 *
 * What stands for an argument in the tables of the verbs, "FILE" or "text|json", says what
 * completes it. Addresses and MACs are those of the claims; who may not read the maps gets none,
 * and no error.
 */
#ifndef GARPD_CMD_COMPLETION_H
#define GARPD_CMD_COMPLETION_H

#include "cmd.h"

/* A column of the claims, in any shell. */
#define COMPLETION_COLUMN(column) \
	"garpd show claims --color never 2>/dev/null | awk 'NR > 1 { print $" column " }'"

/* What completes an argument, as functions of the scripts are named: "files"; NULL: nothing. */
const char *completion_kind(const char *argument);

/* "text|json" is "text json"; otherwise "". */
const char *completion_choice(const char *argument, char text[160]);

/* The states of a claim. */
const char *completion_states(char text[160]);

/* Prints `text` for a place within single quotes, with a backslash before each of `special`. */
void completion_escape(const char *text, const char *special);

void completion_bash(const struct verb *const *verbs);
void completion_zsh(const struct verb *const *verbs);
void completion_fish(const struct verb *const *verbs);

#endif
