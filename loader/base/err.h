/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * err.h - an error as a sentence for the user.
 *
 * A function whose failure the user should read about takes a struct err `why`, fills it with one
 * line that names the object, the cause and the remedy, and returns a negative errno. It does not
 * print: a verb or the daemon's loop does, once.
 */
#ifndef GARPD_BASE_ERR_H
#define GARPD_BASE_ERR_H

struct err {
	char text[512]; /* one line, no newline at its end */
};

/*
 * Fills `why` as printf would, and returns `err`, so that a caller can write
 * `return err_set(why, -EINVAL, "%s: line %d: ...", ...)`.
 */
int err_set(struct err *why, int err, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
