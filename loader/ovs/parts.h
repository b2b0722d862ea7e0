/* SPDX-License-Identifier: GPL-2.0-or-later */
/* parts.h - what the files of this folder share. Not for other folders. */
#ifndef GARPD_OVS_PARTS_H
#define GARPD_OVS_PARTS_H

#include <jansson.h>
#include <stddef.h>

/* What is sent: one request, and answers to echo requests. A server that takes none is given up. */
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

#endif
