/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * processes.h - the host's processes by their command lines, below a `root` ("": the host's own
 * files). What cannot be read is not there.
 */
#ifndef GARPD_GUESTS_PROCESSES_H
#define GARPD_GUESTS_PROCESSES_H

#include <stddef.h>

#include "loader/base/guest.h"

struct process {
	const char *root;
	const char *pid;
	const char *command; /* its arguments, each with its NUL */
	size_t size;	     /* of all */
};

void processes_each(const char *root, void (*hear)(void *ctx, const struct process *process),
		    void *ctx);

/*
 * What follows "-OPTION" or "--OPTION", as qemu takes them, behind the argument `after`; NULL as
 * `after`: from the first one on. NULL: the option is not there any more.
 */
const char *process_argument(const struct process *process, const char *option, const char *after);

/* What qemu's -name calls the guest, not cleaned; "": it has no such option. */
void process_guest_name(const struct process *process, char name[GUEST_TEXT_LEN]);

#endif
