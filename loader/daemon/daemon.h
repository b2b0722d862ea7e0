/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * daemon.h - `garpd run` while it runs: the modules, wired to one event loop.
 *
 * The daemon holds no truth: its state comes from the kernel, and garpd_speak does what is due.
 * Kill it and nothing is lost but time.
 */
#ifndef GARPD_DAEMON_DAEMON_H
#define GARPD_DAEMON_DAEMON_H

#include "loader/config/config.h"
#include "loader/base/err.h"

/* Makes the configuration, again for SIGHUP. 0, or -errno with `why` and an empty `config`. */
typedef int (*daemon_configure)(void *ctx, struct config *config, struct err *why);

/*
 * Runs until SIGTERM or SIGINT, which leave everything attached. 0, or -errno with `why`: it could
 * not start, and has detached what it had attached (but not what an earlier daemon had).
 */
int daemon_run(daemon_configure configure, void *ctx, struct err *why);

#endif
