/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * syscalls.h - the system calls that `garpd run` gets along with, by seccomp(2).
 */
#ifndef GARPD_CONFINE_SYSCALLS_H
#define GARPD_CONFINE_SYSCALLS_H

#include "loader/base/err.h"

/*
 * From now on, and for good, every other system call fails with ENOSYS, and so do a few of these
 * with arguments that nobody here has a use for; each such refusal is in the kernel's audit log.
 * Sets no_new_privs. 0, or -errno with `err`.
 */
int syscalls_confine(struct err *err);

#endif
