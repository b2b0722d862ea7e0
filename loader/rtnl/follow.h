/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * follow.h - a table of the kernel, read whole and then kept up to date by its notifications.
 *
 * The one loop for links, for addresses and routes, and for neighbours: subscribe, dump, hear, and
 * dump again after the kernel has dropped notifications (ENOBUFS).
 */
#ifndef GARPD_RTNL_FOLLOW_H
#define GARPD_RTNL_FOLLOW_H

#include <stdbool.h>
#include <systemd/sd-event.h>

#include "loader/base/err.h"
#include "netlink.h"

/* A dump that the kernel calls inconsistent is repeated; after so many the last one is taken. */
#define FOLLOW_READ_TRIES 16

struct follow_ops {
	const char *table;	    /* for messages: "links" */
	const unsigned int *groups; /* as netlink_open */

	/* Begins anew and hears the whole table. 0, 1 (inconsistent) or -errno: netlink_run. */
	int (*dump)(void *ctx, struct netlink *netlink);

	/* After the last dump. `complete`: all that exists was heard. May be NULL. */
	void (*end)(void *ctx, bool complete);

	/* Hears one notification. 0, or -errno, which ends the batch. */
	netlink_hear hear;

	/* Notifications were lost. 0 or -errno. NULL: follow_read(). */
	int (*lost)(void *ctx);

	/* After each batch: acts on what was heard. `err`: so far. Returns it, or another one. */
	int (*settle)(void *ctx, int err);

	/* settle() has returned -errno. May close. NULL: follow_fail(). */
	void (*failed)(void *ctx, int err);
};

/* Zeroed: closed. */
struct follow {
	const struct follow_ops *ops;
	void *ctx;
	struct netlink netlink;
	sd_event_source *source;
};

/*
 * Subscribes to the groups on `event`, then reads the table; settling is the caller's. `ops` has to
 * outlive it. 0, or -errno with `why`; follow_close takes what is left either way.
 */
int follow_open(struct follow *follow, sd_event *event, const struct follow_ops *ops, void *ctx,
		struct err *why);

/* Reads the table again; settling is the caller's. 0 or -errno. */
int follow_read(struct follow *follow);

/* Without the table garpd cannot work: logs `err` and ends the event loop with it. */
void follow_fail(struct follow *follow, int err);

/* Takes a zeroed, half opened or closed one too. */
void follow_close(struct follow *follow);

#endif
