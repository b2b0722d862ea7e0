/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * event_log.h - each event as a line in the log.
 */
#ifndef GARPD_DAEMON_EVENT_LOG_H
#define GARPD_DAEMON_EVENT_LOG_H

#include "bpf/abi/abi.h"

/*
 * Logs one line, unless it repeats. The names are those of the event's bridge and port, and of the
 * guest behind that ("": not known).
 */
void event_log(const struct event *event, const struct settings *settings, const char *bridge,
	       const char *port, const char *guest);

#endif
