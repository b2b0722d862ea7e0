/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * counters.h - the counters map, summed over the CPUs.
 */
#ifndef GARPD_MAPS_COUNTERS_H
#define GARPD_MAPS_COUNTERS_H

#include "loader/base/err.h"
#include "pins.h"

/* 0, or -errno with `err`. */
int counters_read(const struct pins *pins, __u64 values[COUNTER_MAX], struct err *err);

#endif
