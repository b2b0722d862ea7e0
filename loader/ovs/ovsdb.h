/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ovsdb.h - follows the database of Open vSwitch by its Unix socket (RFC 7047): what it has at
 * first, then each change. Nothing is polled; while the server is away, does not answer, or cannot
 * be read for want of memory, what it said last holds.
 */
#ifndef GARPD_OVS_OVSDB_H
#define GARPD_OVS_OVSDB_H

#include <stdbool.h>
#include <systemd/sd-event.h>

#include "loader/base/err.h"
#include "tables.h"

#define OVSDB_SOCKET "unix:/var/run/openvswitch/db.sock"

/* Connects again after so long, then twice as long after each further failure. */
#define OVSDB_RETRY_FIRST_USEC 100000ull
#define OVSDB_RETRY_LAST_USEC  8000000ull

/* How long a start waits for the first answer. */
#define OVSDB_PATIENCE_MS 2000

/*
 * After so long without a byte from it, it is sent an echo request (RFC 7047 4.1.11); after as long
 * again it is away. Its first answer has to begin within that time.
 */
#define OVSDB_PROBE_USEC 5000000ull

struct ovsdb;

struct ovsdb_ops {
	/* The tables are others now, or the server is back. */
	void (*changed)(void *ctx);

	/* The server is away, for the reason in `why`. Once until it is back. */
	void (*lost)(void *ctx, const struct err *why);

	uint64_t probe_usec; /* 0: OVSDB_PROBE_USEC */
};

/*
 * Connects to `socket` (unix:PATH, or a path), and waits for the first answer up to `wait_ms`.
 * Whether it comes or not, it is followed on `event` from then on; `ops` are called from there
 * alone. 0, or -errno with `why`, and nothing to close.
 */
int ovsdb_open(struct ovsdb **ovsdb, sd_event *event, const char *socket, unsigned int wait_ms,
	       const struct ovsdb_ops *ops, void *ctx, struct err *why);

/* What it has now, for one who does not follow it: there are no ops. As ovsdb_open(). */
int ovsdb_look(struct ovsdb **ovsdb, const char *socket, struct err *why);

/* Takes NULL. */
void ovsdb_close(struct ovsdb *ovsdb);

/* Valid until the next changed(). NULL: the server has not answered yet. */
struct ovs_tables *ovsdb_tables(struct ovsdb *ovsdb);

/* Has it answered, and is it still there? Else `why` has the reason. Takes NULL: it is not. */
bool ovsdb_is_connected(const struct ovsdb *ovsdb);
const struct err *ovsdb_why(const struct ovsdb *ovsdb);

#endif
