/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * running.h - which daemon runs, or ran last.
 */
#ifndef GARPD_MAPS_RUNNING_H
#define GARPD_MAPS_RUNNING_H

#include "pins.h"

/* By the daemon, of itself. `config` is the path of its file; NULL: flags only. */
void running_write(const struct pins *pins, const char *version, const char *config);

/* All zero if there was none. */
void running_read(const struct pins *pins, struct daemon_info *info);

#endif
