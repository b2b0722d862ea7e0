/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * daemon.h - `garpd run` while it runs: the modules, wired to one event loop.
 *
 * It holds no truth: what it knows it has from the kernel, and what it decides is done by
 * garpd_speak. Kill it and nothing is lost but time.
 */
#ifndef GARPD_DAEMON_DAEMON_H
#define GARPD_DAEMON_DAEMON_H

#include "loader/config/config.h"
#include "loader/base/err.h"

/* Makes the configuration anew, for SIGHUP. 0, or -errno with `err` and an empty `config`. */
typedef int (*daemon_configure)(void *ctx, struct config *config, struct err *err);

/*
 * Runs until SIGTERM or SIGINT, which leave everything attached. 0, or -errno with `err`: it could
 * not start, and what it had attached is gone again (unless an earlier daemon had attached it).
 */
int daemon_run(daemon_configure configure, void *ctx, struct err *err);

#endif
