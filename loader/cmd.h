/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cmd.h - the verbs. Each has its file, cmd_VERB.c; argv[0] is the verb. Exit codes as in main.c.
 */
#ifndef GARPD_CMD_H
#define GARPD_CMD_H

#define EXIT_DONE   0
#define EXIT_FAILED 1
#define EXIT_USAGE  2

int cmd_run(int argc, char **argv);
int cmd_check(int argc, char **argv);
int cmd_show(int argc, char **argv);
int cmd_watch(int argc, char **argv);
int cmd_announce(int argc, char **argv);
int cmd_detach(int argc, char **argv);

/* Says on standard error how VERB is used. Returns EXIT_USAGE. */
int cmd_usage(const char *verb);

/* Says `garpd: ...` on standard error. Returns EXIT_FAILED. */
struct err;
int cmd_fail(const struct err *err);

#endif
