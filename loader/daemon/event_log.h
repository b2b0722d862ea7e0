/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * event_log.h - each event as a line in the log.
 */
#ifndef GARPD_DAEMON_EVENT_LOG_H
#define GARPD_DAEMON_EVENT_LOG_H

#include "bpf/abi/abi.h"
#include "loader/maps/event_line.h"

/* Logs one line, unless it repeats. */
void event_log(const struct event *event, const struct settings *settings,
	       const struct event_names *names);

#endif
