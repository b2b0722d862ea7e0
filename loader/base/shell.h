/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * shell.h - names within a command that a user may copy.
 */
#ifndef GARPD_BASE_SHELL_H
#define GARPD_BASE_SHELL_H

/*
 * The name quoted, if it is not plain. Names of interfaces are chosen by others, in a container's
 * network namespace by its root. One that is too long is cut, within its quotes.
 */
#define SHELL_TEXT_LEN 256
const char *shell_text(const char *name, char text[SHELL_TEXT_LEN]);

/* As text, for the length of the statement. */
#define SHELL(name) shell_text(name, (char[SHELL_TEXT_LEN]){})

#endif
