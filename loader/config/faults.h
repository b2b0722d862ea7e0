/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * faults.h - everything that is wrong with a file.
 */
#ifndef GARPD_CONFIG_FAULTS_H
#define GARPD_CONFIG_FAULTS_H

#include <errno.h>
#include <stddef.h>

#include "loader/base/err.h"

struct faults {
	struct fault {
		unsigned int line;
		size_t place;  /* in the order in which they were found */
		char *message; /* one line: what is wrong, and the remedy */
	} * fault;
	size_t count;
};

/* Returns -EINVAL, the error that it notes; or -ENOMEM. */
int faults_add(struct faults *faults, unsigned int line, const char *message);

/* In the order of the lines. */
void faults_sort(struct faults *faults);

void faults_free(struct faults *faults);

/* The error of what continues after `err`, 0 or -errno, and meets `more`: -ENOMEM stays. */
static inline int faults_join(int err, int more)
{
	return more && err != -ENOMEM ? more : err;
}

#endif
