/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cmd.h - the verbs. Each has its file, cmd_VERB.c; argv[0] is "garpd VERB". Exit codes as in
 * main.c.
 */
#ifndef GARPD_CMD_CMD_H
#define GARPD_CMD_CMD_H

#include "loader/base/err.h"
#include "loader/maps/pins.h"

#define EXIT_DONE   0
#define EXIT_FAILED 1
#define EXIT_USAGE  2

int cmd_run(int argc, char **argv);
int cmd_check(int argc, char **argv);
int cmd_show(int argc, char **argv);
int cmd_watch(int argc, char **argv);
int cmd_explain(int argc, char **argv);
int cmd_announce(int argc, char **argv);
int cmd_thaw(int argc, char **argv);
int cmd_detach(int argc, char **argv);

/* Says on standard error how VERB is used. Returns EXIT_USAGE. */
int cmd_usage(const char *verb);

/* Says `garpd: ...` on standard error. Returns EXIT_FAILED. */
int cmd_fail(const struct err *err);

/* The same of a word on the command line that nobody could understand. Returns EXIT_USAGE. */
int cmd_misused(const struct err *err);

/* ---- cmd_ask.c: VERB ADDR ---- */

/* 0, or -EINVAL with `err`. */
int cmd_address(const char *text, struct addr *addr, struct err *err);

/*
 * Does to one claim of the address what the verb is for; `what` is the address with its segment. 0:
 * done; 1: it was refused, as `err` says, which is an error where it holds for every claim; or
 * -errno with `err`: it makes no sense to go on.
 */
typedef int (*cmd_ask_each)(const struct pins *pins, const struct claim *claim, const char *what,
			    struct err *err);

/* The whole of VERB, for each claim of the address in turn. Returns the exit code. */
int cmd_ask(const char *verb, int argc, char **argv, cmd_ask_each each);

/* One call of garpd_speak. 0 with *result (enum counter), or -errno with `err`. */
int cmd_ask_claim(const struct pins *pins, const struct claim *claim, __u32 op, __u32 *result,
		  struct err *err);

#endif
