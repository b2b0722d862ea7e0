/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * capture.h - reads a capture into a replay, and writes one. By libpcap, which is not in every
 * build (capture_none.c).
 */
#ifndef GARPD_REPLAY_CAPTURE_H
#define GARPD_REPLAY_CAPTURE_H

#include <stdbool.h>

#include "loader/base/err.h"
#include "replay.h"

#ifndef CAPTURE_BUILT
#define CAPTURE_BUILT true /* false: made without libpcap, and each of these fails */
#endif

/* How far it is; `share` is below 0 where the length is not known. */
struct capture_progress {
	__u64 frames, bytes;
	double share;
};

struct capture_options {
	/* Called now and then while it is read; NULL: nothing is. */
	void (*progress)(void *ctx, const struct capture_progress *progress);
	/* The file is a capture, and comes to be read: 0, or -errno with `why`. NULL: it does. */
	int (*opened)(void *ctx, struct err *why);
	void *ctx;
};

/*
 * Reads FILE ("-": standard input) to its end, frame by frame, and ends the replay. 0, with what is
 * worth a warning in `warning` (empty: nothing is): the file ends within a frame. Or -errno with
 * `why`; the replay has what was read before.
 */
int capture_read(const char *file, const struct capture_options *options, struct replay *replay,
		 struct err *warning, struct err *why);

/* ---- writing one: Ethernet, in nanoseconds ---- */

struct capture_writer;

/*
 * NULL with `why`: it cannot be written, it is the file that is read, or no memory. Closed, the
 * number of the frames that were written is told: 0, or -errno with `why`.
 */
struct capture_writer *capture_create(const char *file, const char *read, struct err *why);
void capture_write(struct capture_writer *writer, const struct replay_frame *frame);
int capture_close(struct capture_writer *writer, struct err *why);

#endif
