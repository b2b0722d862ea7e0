/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lines.h - what waits for its time, in one line for each port.
 *
 * What is due is served in batches. Ports with few items in their line come first, so that a port
 * with a thousand delays its own and not those of the others.
 */
#ifndef GARPD_DAEMON_LINES_H
#define GARPD_DAEMON_LINES_H

#include <systemd/sd-event.h>

#include "bpf/abi/abi.h"
#include "loader/base/heap.h"

/*
 * Most items that are served together: one list of calls. A multiple of those that one port may
 * have among them.
 */
#define LINES_BATCH SPEAK_LIST_MAX

struct line;
struct lines;

/* First member of what waits. All zero: it is in no line. */
struct line_item {
	struct heap_item item;
	struct line *line;
};

/*
 * Serves items whose time has passed. Each has to be put into a line again, or taken out of its
 * own, before this returns.
 */
typedef void (*lines_serve)(void *ctx, struct line_item *const items[], size_t count);

/* 0, or -errno. */
int lines_open(struct lines **lines, sd_event *event, lines_serve serve, void *ctx);
void lines_close(struct lines *lines); /* takes NULL; the items are the caller's */

/*
 * Puts the item into the line of `port` (ifindex) with its time (CLOCK_MONOTONIC ns); it leaves
 * another one for it. 0, or -errno: unchanged, or the timer cannot be set.
 */
int lines_put(struct lines *lines, struct line_item *item, __u32 port, __u64 time_ns);
void lines_take(struct line_item *item);

__u32 line_port(const struct line *line);

/* The port's items; NULL: it has none. Valid until the next change. */
const struct heap *lines_of(const struct lines *lines, __u32 port);

#endif
