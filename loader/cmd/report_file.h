/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * report_file.h - standard output into a file: a new one beside it, which takes its place when it
 * is whole. A link stays one; a device or a FIFO is written to.
 */
#ifndef GARPD_CMD_REPORT_FILE_H
#define GARPD_CMD_REPORT_FILE_H

#include "loader/base/err.h"

struct report_file {
	const char *name; /* NULL: standard output stays what it is */
	char *real;	  /* the file that it names, behind links */
	char *made;	  /* the new one; NULL: it is written to as it is */
	int stdout_fd;	  /* what standard output was */
};

/* 0, or -errno with `why`. Call report_file_end() after it has returned 0. */
int report_file_begin(struct report_file *file, const char *name, struct err *why);

/* `err`: what was printed is not whole; the new file is removed. 0, `err`, or -errno with `why`. */
int report_file_end(struct report_file *file, int err, struct err *why);

#endif
