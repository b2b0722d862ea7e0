/* SPDX-License-Identifier: GPL-2.0-or-later */
/* parts.h - what the files of this folder share. Not for other folders. */
#ifndef GARPD_OVS_PARTS_H
#define GARPD_OVS_PARTS_H

#include <jansson.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "ovsdb.h"
#include "stream.h"

/* ---- out.c ---- */

/* What is sent: requests, and answers to echo requests. A server that takes none is given up. */
#define OVSDB_OUT_MAX 65536u

/* Zeroed: empty. */
struct ovsdb_out {
	char *bytes;
	size_t len;
};

/* Adds a message, whose reference is taken over; NULL: out of memory. 0; -ENOBUFS, -ENOMEM. */
int ovsdb_out_add(struct ovsdb_out *out, json_t *message);

/* Writes as much as the socket takes. 0 or -errno. */
int ovsdb_out_write(struct ovsdb_out *out, int fd);

void ovsdb_out_free(struct ovsdb_out *out);

/* ---- the connection ---- */

struct ovsdb {
	sd_event *event;
	const struct ovsdb_ops *ops; /* NULL: it is not followed */
	void *ctx;
	struct sockaddr_un address;
	int fd; /* -1: not connected */
	sd_event_source *io, *retry, *probe;
	uint64_t retry_usec, probe_usec;
	struct stream in;
	struct ovsdb_out out;
	json_t *rows;  /* that `tables` were read from; NULL: no connection had an answer */
	json_t *fresh; /* as they are since then; NULL: unchanged */
	struct ovs_tables tables;
	bool is_answered; /* on this connection */
	bool is_heard;	  /* something came since the probe timer last elapsed */
	bool is_probed;	  /* an echo request was sent, and nothing came since */
	bool is_lost;	  /* lost() was called */
	struct err why;
};

/* ---- messages.c ---- */

/* These add a request to what is sent. 0 or -errno. */
int ovsdb_send_monitor(struct ovsdb *ovsdb);
int ovsdb_send_echo(struct ovsdb *ovsdb);

/* Hears the messages that have come whole. 0, or -errno, perhaps with ovsdb->why. */
int ovsdb_hear_messages(struct ovsdb *ovsdb);

/*
 * Reads the tables from ovsdb->fresh. 1: they are others now; 0: unchanged; -ENOMEM: they are as
 * before, and what has changed is forgotten: the database has to be read again.
 */
int ovsdb_take_fresh(struct ovsdb *ovsdb);
void ovsdb_drop_fresh(struct ovsdb *ovsdb);

#endif
