// SPDX-License-Identifier: GPL-2.0-or-later
/* capture_none.c - stands in for capture.c in a build without libpcap. */
#include <errno.h>

#include "capture.h"

#define LACKS_LIBPCAP \
	"built without libpcap (WITH_LIBPCAP=no): captures can be neither read nor written"

int capture_read(const char *file, const struct capture_options *options, struct replay *replay,
		 struct err *warning, struct err *why)
{
	warning->text[0] = '\0';
	return err_set(why, -EOPNOTSUPP, LACKS_LIBPCAP);
}

struct capture_writer *capture_create(const char *file, const char *read, struct err *why)
{
	err_set(why, -EOPNOTSUPP, LACKS_LIBPCAP);
	return NULL;
}

void capture_write(struct capture_writer *writer, const struct replay_frame *frame)
{
}

int capture_close(struct capture_writer *writer, struct err *why)
{
	return 0;
}
