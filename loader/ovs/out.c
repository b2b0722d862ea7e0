// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "parts.h"

int ovsdb_out_add(struct ovsdb_out *out, json_t *message)
{
	char *text = message ? json_dumps(message, JSON_COMPACT) : NULL, *grown;
	size_t len = text ? strlen(text) : 0;
	int err = text ? 0 : -ENOMEM;

	json_decref(message);
	if (!err && len > OVSDB_OUT_MAX - out->len)
		err = -ENOBUFS;
	grown = err ? NULL : realloc(out->bytes, out->len + len);
	if (!err && !grown)
		err = -ENOMEM;
	if (!err) {
		memcpy(grown + out->len, text, len);
		out->bytes = grown;
		out->len += len;
	}
	free(text);
	return err;
}

int ovsdb_out_write(struct ovsdb_out *out, int fd)
{
	ssize_t len;

	if (!out->len)
		return 0;
	len = send(fd, out->bytes, out->len, MSG_NOSIGNAL);
	if (len < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -errno;
	out->len -= (size_t)len;
	memmove(out->bytes, out->bytes + len, out->len);
	return 0;
}

void ovsdb_out_free(struct ovsdb_out *out)
{
	free(out->bytes);
	*out = (struct ovsdb_out){};
}
