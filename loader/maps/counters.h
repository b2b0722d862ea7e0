/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * counters.h - the counters map, summed over the CPUs.
 */
#ifndef GARPD_MAPS_COUNTERS_H
#define GARPD_MAPS_COUNTERS_H

#include "loader/base/err.h"
#include "loader/base/output.h"
#include "pins.h"

/* 0, or -errno with `why`. */
int counters_read(const struct pins *pins, __u64 values[COUNTER_MAX], struct err *why);

/* A counter as a user sees it. */
struct counter_row {
	enum counter counter;
	__u64 value;
};

/* What `garpd show counters` prints of a struct counter_row; ends with a NULL key. */
extern const struct field counters_fields[];

#endif
