/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * later.h - events, of which a part waits until nothing is due: a line in the log and a look at the
 * host's table must not stand before the announcements of a burst.
 */
#ifndef GARPD_DAEMON_LATER_H
#define GARPD_DAEMON_LATER_H

#include <systemd/sd-event.h>

#include "bpf/abi/abi.h"

/* After the announcements and all other work, but for the status line. */
#define LATER_PRIORITY 50

/* Most events that wait, 2.8 MiB; with more of them the oldest are acted on at once. */
#define LATER_MAX 32768u

struct later;

typedef void (*later_act)(void *ctx, const struct event *event);

/* 0, or -errno. */
int later_open(struct later **later, sd_event *event, later_act act, void *ctx);
void later_close(struct later *later); /* takes NULL; acts on none */

/* The event is acted on when nothing else is to be done, in the order of the events. */
void later_add(struct later *later, const struct event *event);

/* Acts on all that wait; takes NULL. */
void later_flush(struct later *later);

#endif
