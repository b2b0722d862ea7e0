/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * err.h - what went wrong, for the one who can tell the user.
 *
 * A function that can fail for a reason the user should read takes a struct err, fills it with one
 * line that names the object, the cause and the remedy, and returns a negative errno. It does not
 * print: only a verb (cmd_*.c) or the daemon's loop does, once.
 */
#ifndef GARPD_BASE_ERR_H
#define GARPD_BASE_ERR_H

struct err {
	char text[512]; /* one line, no newline at its end */
};

/* Fills `err` as printf would and returns `code` (a negative errno, but for who says otherwise), so
 * that a caller can write `return err_set(err, -EINVAL, "%s: line %d: ...", ...)`.
 */
int err_set(struct err *err, int code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
