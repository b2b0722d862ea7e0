/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * running.h - which daemon runs, or ran last.
 */
#ifndef GARPD_MAPS_RUNNING_H
#define GARPD_MAPS_RUNNING_H

#include <jansson.h>
#include <stdbool.h>

#include "pins.h"

/* By the daemon, of itself. `config` is the path of its file; NULL: flags only. */
void running_write(const struct pins *pins, const char *version, const char *config);

/* After that: whether the database of Open vSwitch answers, from now on. */
void running_note_ovsdb(const struct pins *pins, bool is_connected);

/* All zero if there was none. */
void running_read(const struct pins *pins, struct daemon_info *info);

/*
 * The database of Open vSwitch is away: an element of what `garpd status` says needs attention, as
 * text or as an object. NULL: it is not away, or the daemon does not run.
 */
json_t *running_problem(const struct daemon_info *info, bool is_running, bool as_text);

#endif
