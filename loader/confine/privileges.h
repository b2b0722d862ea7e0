/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * privileges.h - least privilege for `garpd run`.
 *
 * The daemon parses the kernel's events, netlink and a configuration file, and can announce any
 * address. So it keeps only the rights that this takes, cannot regain others, and cannot start a
 * program.
 */
#ifndef GARPD_CONFINE_PRIVILEGES_H
#define GARPD_CONFINE_PRIVILEGES_H

#include <stdbool.h>
#include <sys/types.h>

#include "loader/base/err.h"

/* The number of the group that may read the pins. 0, or -ENOENT with `why`. */
int privileges_group(const char *name, gid_t *gid, struct err *why);

/*
 * Drops for good: capabilities that neither starting nor running needs, also from the bounding set;
 * the special treatment of root (securebits(7)); system calls that syscalls.c does not list.
 *
 * Joins `group`, which is to read the pins, so that garpd can give files to it. *gid: its number,
 * or garpd's own for NULL.
 *
 * A capability that is missing from the start is no error here, but where it is needed. 0, or
 * -errno with `why`.
 */
int privileges_drop(const char *group, gid_t *gid, struct err *why);

/*
 * When everything is loaded and attached: keeps CAP_BPF and CAP_NET_ADMIN, and with `joins` (new
 * ports may have to join libxdp's dispatcher) CAP_PERFMON and CAP_SYS_ADMIN. 0, or -errno with
 * `why`.
 */
int privileges_settle(bool joins, struct err *why);

#endif
