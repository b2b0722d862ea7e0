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

	/* The ring buffer was full and `events` events were lost; read_out() follows. */
	void (*lost)(void *ctx, __u64 events);

	/*
	 * Read the claims: events were lost, all of which happened after since_ns. Called when the
	 * buffer is empty, as the events that were still in it are older than those lost; while it
	 * stays full, once a second. Also called once at the start if the buffer was not empty: it
	 * may have been full under a former daemon.
	 */
	void (*read_out)(void *ctx, __u64 since_ns);
};

/* Follows the ring buffer on `event`. 0, or -errno with `why`. */
int events_open(struct events **events, sd_event *event, const struct pins *pins,
		const struct events_ops *ops, void *ctx, struct err *why);
void events_close(struct events *events); /* takes NULL */

/*
 * garpd_speak was called so often: what it reports has to be read before the buffer is full, even
 * while more calls are due.
 */
void events_expect(struct events *events, size_t calls);

#endif
