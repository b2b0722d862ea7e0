/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * hooks.h - the programs on the ingress of an interface, garpd's and other people's.
 */
#ifndef GARPD_ATTACH_HOOKS_H
#define GARPD_ATTACH_HOOKS_H

#include <stddef.h>

#include "programs.h"

/*
 * What hears the frames that come in there: XDP, tcx and tc filters, ours among them; of a
 * dispatcher what it calls. Fills at most `max`, returns how many it filled; what the kernel does
 * not know or tell is left out.
 */
size_t programs_read(__u32 ifindex, struct program *programs, size_t max);

#endif
