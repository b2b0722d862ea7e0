/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * metrics.h - what `garpd show metrics` prints, in Prometheus' text format (version 0.0.4, which
 * node_exporter's textfile collector reads).
 */
#ifndef GARPD_CMD_METRICS_H
#define GARPD_CMD_METRICS_H

#include "loader/base/err.h"
#include "loader/maps/pins.h"

/*
 * With `guests` also the claims of each port, with the name of its guest. 0, or -errno with `why`;
 * then nothing was printed.
 */
int metrics_print(const struct pins *pins, bool guests, struct err *why);

/* Where there are no maps: garpd_daemon_up 0, so that an alert sees it. */
void metrics_print_none(void);

#endif
