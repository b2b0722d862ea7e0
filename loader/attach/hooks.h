/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * hooks.h - the programs on the hooks of an interface, garpd's and other people's.
 */
#ifndef GARPD_ATTACH_HOOKS_H
#define GARPD_ATTACH_HOOKS_H

#include <stddef.h>

#include "programs.h"

/*
 * Fills in the XDP programs (those that a dispatcher calls, in its place), tcx programs and tc
 * filters on the ingress, or the latter two on the egress, in their order, at most `max`, as far as
 * the kernel reports them. Returns how many.
 */
size_t hooks_read(__u32 ifindex, bool egress, struct program *programs, size_t max);

#endif
