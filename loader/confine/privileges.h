/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * privileges.h - what `garpd run` may do, once it knows what it is to do.
 *
 * It parses frames' leftovers, netlink and a file of an administrator's, and it can say anything
 * for anybody: so it keeps the few rights that this takes, cannot get any others back, and starts
 * no program.
 */
#ifndef GARPD_CONFINE_PRIVILEGES_H
#define GARPD_CONFINE_PRIVILEGES_H

#include <stdbool.h>
#include <sys/types.h>

#include "loader/base/err.h"

/* The number of the group that may look. 0, or -ENOENT with `err`. */
int privileges_group(const char *name, gid_t *gid, struct err *err);

/*
 * Gives up, for good: every capability that neither starting nor running takes, also from the
 * bounding set; what root would get by its name (securebits(7)); every system call but those of
 * syscalls.h.
 *
 * `group` may look at the pins, NULL: nobody but us. Its number goes to *gid, ours where it is
 * NULL, and we become a member, which is what it takes to give a file to it later on.
 *
 * A capability that the caller has not got is not missed here, but where something needs it. 0, or
 * -errno with `err`.
 */
int privileges_drop(const char *group, gid_t *gid, struct err *err);

/*
 * Everything is loaded and attached: CAP_BPF and CAP_NET_ADMIN are left; with `joins`, where a port
 * that comes may have to join libxdp's dispatcher, CAP_PERFMON and CAP_SYS_ADMIN, too. 0, or -errno
 * with `err`.
 */
int privileges_settle(bool joins, struct err *err);

#endif
