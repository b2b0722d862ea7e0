// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * lines.c - a heap for each port, and one timer. A line whose first item is due is listed by its
 * length, and served from the event loop without that timer: setting it costs more than serving a
 * few items, and thousands may be due together.
 */
#define _GNU_SOURCE /* tdestroy */
#include <errno.h>
#include <search.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "lines.h"
#include "loader/base/log.h"
#include "loader/maps/speak.h"

#define LEVELS	      32 /* a line's level is the binary logarithm of its length */
#define BUSY_FROM     10 /* lines of 2^10 items and more are served after the daemon's other work */
#define LINE_TOGETHER 8	 /* items that are taken without looking at the other lines */
#define NEVER_NS      (~0ull)
#define PRIORITY_TIMER \
	(-2) /* sd-event dispatches the lowest first; the daemon's other work has 0 */

TAILQ_HEAD(line_list, line);

enum class {
	QUIET,
	BUSY,
	CLASSES,
};

static const struct {
	int64_t priority;
	int first, end; /* levels */
} classes[] = {
	[QUIET] = {PRIORITY_TIMER + 1, 0, BUSY_FROM},
	[BUSY] = {1, BUSY_FROM, LEVELS},
};

/* A port that has items. */
struct line {
	struct heap_item item; /* first: when its first item is due; NEVER_NS: it is listed */
	__u32 port;
	bool is_listed;
	int level; /* of the list */
	TAILQ_ENTRY(line) others;
	struct lines *all;
	struct heap heap;
};

struct lines {
	sd_event *event;
	lines_serve serve;
	void *ctx;
	void *tree;	  /* of struct line, tsearch(3) */
	struct heap heap; /* all lines */
	struct line_list due[LEVELS];
	int due_count[CLASSES];
	sd_event_source *turn[CLASSES]; /* on: the class has lines that are due */
	sd_event_source *timer;
	__u64 armed_ns; /* what the timer is set to; NEVER_NS: it is off */
	bool is_serving;
};

static int lines_order(const void *a, const void *b)
{
	__u32 x = ((const struct line *)a)->port, y = ((const struct line *)b)->port;

	return (x > y) - (x < y);
}

static struct line *line_find(const struct lines *lines, __u32 port)
{
	const struct line wanted = {.port = port};
	struct line **found = tfind(&wanted, &lines->tree, lines_order);

	return found ? *found : NULL;
}

/* NULL: out of memory. */
static struct line *line_get(struct lines *lines, __u32 port)
{
	struct line *line = line_find(lines, port);

	if (line || heap_grow(&lines->heap))
		return line;
	line = calloc(1, sizeof(*line));
	if (!line)
		return NULL;
	*line = (struct line){.item.time_ns = NEVER_NS, .port = port, .all = lines};
	if (!tsearch(line, &lines->tree, lines_order)) {
		free(line);
		return NULL;
	}
	heap_add(&lines->heap, &line->item);
	return line;
}

static void line_free(void *freed)
{
	struct line *line = freed;

	free(line->heap.at);
	free(line);
}

static struct line_item *line_first(const struct line *line)
{
	return (struct line_item *)line->heap.at[0];
}

/* Rounded up: garpd_speak does nothing when it is called too early. */
static uint64_t time_us(__u64 time_ns)
{
	return time_ns / NSEC_PER_USEC + !!(time_ns % NSEC_PER_USEC);
}

static uint64_t lines_now_us(const struct lines *lines)
{
	uint64_t now_us;

	sd_event_now(lines->event, CLOCK_MONOTONIC, &now_us);
	return now_us;
}

/* ---- lines that are due ---- */

static enum class class_of(int level) { return level < BUSY_FROM ? QUIET : BUSY; }

/* Turns the class on with its first line, and off with its last. */
static void class_count(struct lines *lines, enum class class, int more)
{
	lines->due_count[class] += more;
	if (lines->due_count[class] == (more > 0))
		sd_event_source_set_enabled(lines->turn[class],
					    more > 0 ? SD_EVENT_ON : SD_EVENT_OFF);
}

static void line_set_time(struct line *line, __u64 time_ns)
{
	if (line->item.time_ns == time_ns)
		return;
	line->item.time_ns = time_ns;
	heap_settle(&line->all->heap, &line->item);
}

static void line_unlist(struct line *line)
{
	if (!line->is_listed)
		return;
	TAILQ_REMOVE(&line->all->due[line->level], line, others);
	line->is_listed = false;
	class_count(line->all, class_of(line->level), -1);
}

static int level_of(const struct line *line)
{
	return 31 - __builtin_clz(line->heap.length);
}

/* At the end of those of its length. */
static void line_list(struct line *line)
{
	line_unlist(line);
	line->level = level_of(line);
	TAILQ_INSERT_TAIL(&line->all->due[line->level], line, others);
	line->is_listed = true;
	class_count(line->all, class_of(line->level), 1);
	line_set_time(line, NEVER_NS);
}

/* Where the line belongs, after a change; one that is empty goes. */
static void line_place(struct line *line, uint64_t now_us)
{
	if (!line->heap.length) {
		line_unlist(line);
		heap_remove(&line->all->heap, &line->item);
		tdelete(line, &line->all->tree, lines_order);
		line_free(line);
	} else if (time_us(line_first(line)->item.time_ns) > now_us) {
		line_unlist(line);
		line_set_time(line, line_first(line)->item.time_ns);
	} else if (!line->is_listed || line->level != level_of(line)) {
		line_list(line);
	}
}

/* Lists the lines that have become due. */
static void lines_wake(struct lines *lines, uint64_t now_us)
{
	while (lines->heap.length && time_us(lines->heap.at[0]->time_ns) <= now_us)
		line_list((struct line *)lines->heap.at[0]);
}

/* ---- the timer ---- */

/*
 * Sets the timer to the next line that becomes due, unless that is looked at anyway: with each
 * batch of the quiet lines. 0 or -errno.
 */
static int lines_arm(struct lines *lines)
{
	__u64 first_ns = lines->heap.length ? lines->heap.at[0]->time_ns : NEVER_NS;
	int err = 0;

	if (lines->is_serving || lines->due_count[QUIET] || first_ns == lines->armed_ns)
		return 0;
	if (first_ns != NEVER_NS)
		err = sd_event_source_set_time(lines->timer, time_us(first_ns));
	if (err >= 0)
		err = sd_event_source_set_enabled(
			lines->timer, first_ns == NEVER_NS ? SD_EVENT_OFF : SD_EVENT_ONESHOT);
	lines->armed_ns = err < 0 ? NEVER_NS : first_ns;
	return err < 0 ? err : 0;
}

static int lines_settled(struct lines *lines)
{
	int err = lines_arm(lines);

	if (err) /* sd-event would drop the timer in silence */
		log_error("cannot set the timer of deadlines: %s; claims wait for their next probe",
			  strerror(-err));
	return 0;
}

static int on_timer(sd_event_source *timer, uint64_t due_us, void *ctx)
{
	struct lines *lines = ctx;

	lines->armed_ns = NEVER_NS;
	lines_wake(lines, lines_now_us(lines));
	return lines_settled(lines);
}

/* ---- serving ---- */

static struct line *class_first(struct lines *lines, enum class class)
{
	for (int level = classes[class].first; level < classes[class].end; level++)
		if (!TAILQ_EMPTY(&lines->due[level]))
			return TAILQ_FIRST(&lines->due[level]);
	return NULL;
}

/*
 * Takes what is due from the first line of the class, which goes to the end of its list. The items
 * stay in their heap, as the last ones. Returns how many.
 */
static size_t line_gather(struct line *line, struct line_item **items, size_t room, uint64_t now_us)
{
	size_t count = 0;

	while (count < room && count < LINE_TOGETHER &&
	       time_us(line_first(line)->item.time_ns) <= now_us) {
		items[count] = line_first(line);
		items[count]->item.time_ns = NEVER_NS;
		heap_settle(&line->heap, &items[count++]->item);
	}
	line_unlist(line);
	line_place(line, now_us);
	return count;
}

static int lines_turn(struct lines *lines, enum class class)
{
	struct line_item *items[LINES_BATCH];
	uint64_t now_us = lines_now_us(lines);
	struct line *line;
	size_t count = 0;

	lines_wake(lines, now_us);
	while (count < LINES_BATCH && (line = class_first(lines, class)))
		count += line_gather(line, items + count, LINES_BATCH - count, now_us);
	lines->is_serving = true;
	lines->serve(lines->ctx, items, count);
	lines->is_serving = false;
	return lines_settled(lines);
}

static int on_quiet(sd_event_source *source, void *ctx)
{
	return lines_turn(ctx, QUIET);
}

static int on_busy(sd_event_source *source, void *ctx)
{
	return lines_turn(ctx, BUSY);
}

/* ---- items ---- */

static void item_leave(struct line_item *item, uint64_t now_us)
{
	struct line *line = item->line;

	heap_remove(&line->heap, &item->item);
	item->line = NULL;
	line_place(line, now_us);
}

int lines_put(struct lines *lines, struct line_item *item, __u32 port, __u64 time_ns)
{
	uint64_t now_us = lines_now_us(lines);
	struct line *line = line_get(lines, port);

	if (!line)
		return -ENOMEM;
	if (line != item->line && heap_grow(&line->heap)) {
		line_place(line, now_us); /* a new line goes */
		return -ENOMEM;
	}
	if (item->line && line != item->line)
		item_leave(item, now_us);
	item->item.time_ns = time_ns;
	if (item->line)
		heap_settle(&line->heap, &item->item);
	else
		heap_add(&line->heap, &item->item);
	item->line = line;
	line_place(line, now_us);
	return lines_arm(lines);
}

void lines_take(struct line_item *item)
{
	struct lines *lines = item->line->all;

	item_leave(item, lines_now_us(lines));
	lines_settled(lines);
}

__u32 line_port(const struct line *line)
{
	return line->port;
}

const struct heap *lines_of(const struct lines *lines, __u32 port)
{
	const struct line *line = line_find(lines, port);

	return line ? &line->heap : NULL;
}

/* ---- life ---- */

static int lines_add_turn(struct lines *lines, enum class class, sd_event_handler_t handler)
{
	int err = sd_event_add_defer(lines->event, &lines->turn[class], handler, lines);

	if (err >= 0)
		err = sd_event_source_set_enabled(lines->turn[class], SD_EVENT_OFF);
	if (err >= 0)
		err = sd_event_source_set_priority(lines->turn[class], classes[class].priority);
	return err < 0 ? err : 0;
}

int lines_open(struct lines **out, sd_event *event, lines_serve serve, void *ctx)
{
	struct lines *lines = calloc(1, sizeof(*lines));
	int err;

	*out = lines;
	if (!lines)
		return -ENOMEM;
	*lines = (struct lines){.event = event, .serve = serve, .ctx = ctx, .armed_ns = NEVER_NS};
	for (int level = 0; level < LEVELS; level++)
		TAILQ_INIT(&lines->due[level]);
	err = lines_add_turn(lines, QUIET, on_quiet) ?: lines_add_turn(lines, BUSY, on_busy);
	if (err)
		return err;
	err = sd_event_add_time(event, &lines->timer, CLOCK_MONOTONIC, UINT64_MAX,
				ANNOUNCE_ACCURACY_US, on_timer, lines);
	if (err >= 0)
		err = sd_event_source_set_enabled(lines->timer, SD_EVENT_OFF);
	if (err >= 0)
		err = sd_event_source_set_priority(lines->timer, PRIORITY_TIMER);
	return err < 0 ? err : 0;
}

void lines_close(struct lines *lines)
{
	if (!lines)
		return;
	tdestroy(lines->tree, line_free);
	for (int class = 0; class < CLASSES; class ++)
		sd_event_source_disable_unref(lines->turn[class]);
	sd_event_source_disable_unref(lines->timer);
	free(lines->heap.at);
	free(lines);
}
