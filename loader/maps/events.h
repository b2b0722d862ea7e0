/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * events.h - the ring buffer, in which the kernel half reports to the daemon.
 */
#ifndef GARPD_MAPS_EVENTS_H
#define GARPD_MAPS_EVENTS_H

#include <systemd/sd-event.h>

#include "bpf/abi/abi.h"
#include "loader/base/err.h"
#include "pins.h"

struct events;

struct events_ops {
	void (*heard)(void *ctx, const struct event *event);

	/* The ring buffer was full for a while: the claims have to be read again. */
	void (*lost)(void *ctx, __u64 events);

	/*
	 * And again, now that it is empty: what was still in it is older than what was lost, all of
	 * which happened after since_ns. Called once at the start, too, where the buffer was not
	 * empty: whether a former daemon's was full nobody knows.
	 */
	void (*read_out)(void *ctx, __u64 since_ns);
};

/* Follows the ring buffer on `event`. 0, or -errno with `err`. */
int events_open(struct events **events, sd_event *event, const struct pins *pins,
		const struct events_ops *ops, void *ctx, struct err *err);
void events_close(struct events *events); /* takes NULL */

#endif
