// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "stream.h"

#define STREAM_LEAST 4096

static int stream_grow(struct stream *stream, size_t len)
{
	size_t size = stream->size ? stream->size : STREAM_LEAST;
	char *grown;

	while (size < len)
		size *= 2;
	if (size == stream->size)
		return 0;
	grown = realloc(stream->bytes, size);
	if (!grown)
		return -ENOMEM;
	stream->bytes = grown;
	stream->size = size;
	return 0;
}

int stream_add(struct stream *stream, const char *bytes, size_t len)
{
	int err;

	if (len > STREAM_MAX - stream->len)
		return -EMSGSIZE;
	err = stream_grow(stream, stream->len + len);
	if (err)
		return err;
	memcpy(stream->bytes + stream->len, bytes, len);
	stream->len += len;
	return 0;
}

static void string_scan(struct stream *stream, char byte)
{
	if (stream->is_escaped)
		stream->is_escaped = false;
	else if (byte == '\\')
		stream->is_escaped = true;
	else if (byte == '"')
		stream->in_string = false;
}

/* True: the byte ends the object. */
static bool byte_scan(struct stream *stream, char byte)
{
	switch (byte) {
	case '"':
		stream->in_string = true;
		return false;
	case '{':
	case '[':
		stream->depth++;
		return false;
	case '}':
	case ']':
		return stream->depth && --stream->depth == 0;
	}
	return false;
}

/* The length of the first object; 0: its end is not there yet. Looks at each byte once. */
static size_t object_scan(struct stream *stream)
{
	for (; stream->scanned < stream->len; stream->scanned++) {
		if (stream->in_string)
			string_scan(stream, stream->bytes[stream->scanned]);
		else if (byte_scan(stream, stream->bytes[stream->scanned]))
			return ++stream->scanned;
	}
	return 0;
}

/* Gives the memory of a long object back: those after the first one are short. */
static void stream_shrink(struct stream *stream)
{
	char *shrunk;

	if (stream->len || stream->size <= STREAM_LEAST)
		return;
	shrunk = realloc(stream->bytes, STREAM_LEAST);
	if (!shrunk)
		return;
	stream->bytes = shrunk;
	stream->size = STREAM_LEAST;
}

/* No object begins with such a byte: it would never end. */
static bool is_hopeless(const struct stream *stream)
{
	size_t space = 0;

	while (space < stream->len && memchr(" \t\r\n", stream->bytes[space], 4))
		space++;
	return space < stream->len && stream->bytes[space] != '{';
}

int stream_next(struct stream *stream, json_t **object)
{
	json_error_t why;
	size_t len;

	*object = NULL;
	if (is_hopeless(stream))
		return -EBADMSG;
	len = object_scan(stream);
	if (!len)
		return 0;
	*object = json_loadb(stream->bytes, len, JSON_REJECT_DUPLICATES, &why);
	stream->len -= len;
	memmove(stream->bytes, stream->bytes + len, stream->len);
	stream->scanned = 0;
	stream_shrink(stream);
	if (*object)
		return 0;
	/* Most of jansson's allocations fail without a word. */
	return why.text[0] && json_error_code(&why) != json_error_out_of_memory ? -EBADMSG
										: -ENOMEM;
}

void stream_free(struct stream *stream)
{
	free(stream->bytes);
	*stream = (struct stream){};
}
