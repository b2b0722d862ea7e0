/* SPDX-License-Identifier: GPL-2.0-or-later */
/* percpu.h - an element of a per-CPU map, summed over the CPUs. */
#ifndef GARPD_MAPS_PERCPU_H
#define GARPD_MAPS_PERCPU_H

#include <stddef.h>

#include "bpf/abi/abi.h"
#include "loader/base/err.h"

/*
 * Sums the `count` numbers that are the element `key` of `map`, of which `what` is the name. 0, or
 * -errno with `why`; then `sums` are zero.
 */
int percpu_sum(int map, const char *what, __u32 key, __u64 *sums, size_t count, struct err *why);

#endif
