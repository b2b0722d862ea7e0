/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * syscalls.h - limits the system calls of `garpd run`, by seccomp(2).
 */
#ifndef GARPD_CONFINE_SYSCALLS_H
#define GARPD_CONFINE_SYSCALLS_H

#include "loader/base/err.h"

/*
 * Makes every system call that is not in the list, or has other arguments than it allows, fail with
 * ENOSYS and an audit record. Cannot be undone. Sets no_new_privs. 0, or -errno with `why`.
 */
int syscalls_confine(struct err *why);

#endif
