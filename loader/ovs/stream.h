/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stream.h - JSON objects one after the other on a byte stream, with nothing in between, as
 * JSON-RPC of OVSDB sends them (RFC 7047 4: "no framing").
 */
#ifndef GARPD_OVS_STREAM_H
#define GARPD_OVS_STREAM_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/* The longest object. The database of 10,000 ports takes 5 MB. */
#define STREAM_MAX (64u << 20)

/* Zeroed: empty. */
struct stream {
	char *bytes;
	size_t len, size;
	size_t scanned;	    /* of these, bytes that the fields below are about */
	unsigned int depth; /* open braces and brackets */
	bool in_string;
	bool is_escaped; /* the next byte of the string is */
};

/* Takes the next bytes. 0; -EMSGSIZE: the object is too long; or -ENOMEM. */
int stream_add(struct stream *stream, const char *bytes, size_t len);

/*
 * Takes the next object out of the stream. 0 with *object, NULL: it has not come whole yet;
 * -EBADMSG: it is no JSON object; or -ENOMEM.
 */
int stream_next(struct stream *stream, json_t **object);

void stream_free(struct stream *stream);

#endif
