// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * deadlines.c - a heap of deadlines for each port, and one timer for each heap. A claim has one
 * struct deadline and no timer of its own: there may be a hundred thousand claims.
 */
#define _GNU_SOURCE /* tdestroy */
#include <errno.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "deadlines.h"
#include "loader/base/heap.h"
#include "loader/base/log.h"
#include "loader/base/text.h"
#include "loader/maps/speak.h"

/*
 * sd-event dispatches the lowest priority first. That of a port's timer grows by one each time its
 * number of deadlines doubles; the daemon's other work has 0, after ports with fewer than 2^10.
 */
#define PRIORITY_OF_ONE (-10)

#define BUCKETS_MIN   64u
#define LINE_TOGETHER 8 /* deadlines that are run without looking at the other ports */

SLIST_HEAD(bucket, deadline);

struct deadline {
	struct heap_item item; /* first: its time, in the heap of its line */
	struct line *line;
	SLIST_ENTRY(deadline) others; /* of its bucket */
	__u64 time_ns;		      /* when the claim had it */
	struct claim_key key;
};

/* A port that has deadlines. */
struct line {
	__u32 port; /* first: sorted by it */
	bool is_running;
	struct deadlines *all;
	struct heap heap;
	sd_event_source *timer;
	__u64 armed_ns; /* what the timer is set to; 0: it is off */
};

struct deadlines {
	sd_event *event;
	deadlines_run run;
	void *ctx;
	void *lines; /* of struct line, tsearch(3) */
	struct bucket *bucket;
	size_t buckets; /* a power of two */
	size_t count;
};

/* ---- by claim ---- */

static size_t key_hash(const struct claim_key *key)
{
	const __u32 *word = (const __u32 *)key;
	__u64 hash = 0;

	for (size_t i = 0; i < sizeof(*key) / sizeof(*word); i++)
		hash = (hash ^ word[i]) * 0x9e3779b97f4a7c15ull;
	return hash >> 32;
}

static struct bucket *bucket_of(const struct deadlines *deadlines, const struct claim_key *key)
{
	return &deadlines->bucket[key_hash(key) & (deadlines->buckets - 1)];
}

static struct deadline *deadline_find(const struct deadlines *deadlines,
				      const struct claim_key *key)
{
	struct deadline *deadline;

	if (!deadlines->count)
		return NULL;
	SLIST_FOREACH(deadline, bucket_of(deadlines, key), others)
	if (!memcmp(&deadline->key, key, sizeof(*key)))
		return deadline;
	return NULL;
}

/* As many buckets as deadlines. 0 or -ENOMEM. */
static int buckets_grow(struct deadlines *deadlines)
{
	struct deadlines grown = {.buckets = deadlines->buckets * 2 ?: BUCKETS_MIN};
	struct deadline *deadline;

	if (deadlines->count < deadlines->buckets)
		return 0;
	grown.bucket = calloc(grown.buckets, sizeof(*grown.bucket));
	if (!grown.bucket)
		return -ENOMEM;
	for (size_t i = 0; i < deadlines->buckets; i++)
		while ((deadline = SLIST_FIRST(&deadlines->bucket[i]))) {
			SLIST_REMOVE_HEAD(&deadlines->bucket[i], others);
			SLIST_INSERT_HEAD(bucket_of(&grown, &deadline->key), deadline, others);
		}
	free(deadlines->bucket);
	deadlines->bucket = grown.bucket;
	deadlines->buckets = grown.buckets;
	return 0;
}

/* ---- lines ---- */

static int lines_order(const void *a, const void *b)
{
	__u32 x = *(const __u32 *)a, y = *(const __u32 *)b;

	return (x > y) - (x < y);
}

static int on_line(sd_event_source *timer, uint64_t due_us, void *ctx);

static void line_free(void *freed)
{
	struct line *line = freed;

	sd_event_source_disable_unref(line->timer);
	free(line->heap.at);
	free(line);
}

static struct line *line_find(const struct deadlines *deadlines, __u32 port)
{
	struct line **found = tfind(&port, &deadlines->lines, lines_order);

	return found ? *found : NULL;
}

/* NULL: -ENOMEM, or what sd-event says. */
static struct line *line_get(struct deadlines *deadlines, __u32 port)
{
	struct line *line = line_find(deadlines, port);

	if (line)
		return line;
	line = calloc(1, sizeof(*line));
	if (!line)
		return NULL;
	line->port = port;
	line->all = deadlines;
	if (sd_event_add_time(deadlines->event, &line->timer, CLOCK_MONOTONIC, UINT64_MAX,
			      ANNOUNCE_ACCURACY_US, on_line, line) >= 0 &&
	    tsearch(line, &deadlines->lines, lines_order))
		return line;
	line_free(line);
	return NULL;
}

static int64_t line_priority(const struct line *line)
{
	int64_t priority = PRIORITY_OF_ONE;

	for (__u32 length = line->heap.length; length > 1; length /= 2)
		priority++;
	return priority;
}

static struct deadline *line_first(const struct line *line)
{
	return (struct deadline *)line->heap.at[0];
}

/* Rounded up: garpd_speak does nothing when it is called too early. */
static uint64_t deadline_us(__u64 deadline_ns)
{
	return (deadline_ns + NSEC_PER_USEC - 1) / NSEC_PER_USEC;
}

/* Sets the timer to the first deadline; a line that has none goes. 0 or -errno. */
static int line_arm(struct line *line)
{
	__u64 first_ns;
	int err;

	if (line->is_running)
		return 0;
	if (!line->heap.length) {
		tdelete(line, &line->all->lines, lines_order);
		line_free(line);
		return 0;
	}
	err = sd_event_source_set_priority(line->timer, line_priority(line));
	first_ns = line->heap.at[0]->time_ns;
	if (err < 0 || first_ns == line->armed_ns)
		return err;
	err = sd_event_source_set_time(line->timer, deadline_us(first_ns));
	if (err >= 0)
		err = sd_event_source_set_enabled(line->timer, SD_EVENT_ONESHOT);
	line->armed_ns = err < 0 ? 0 : first_ns;
	return err;
}

static void line_leave(struct deadline *deadline)
{
	heap_remove(&deadline->line->heap, &deadline->item);
	line_arm(deadline->line);
}

/* Puts the deadline into the port's line. 0, or -errno: unchanged. */
static int line_join(struct deadlines *deadlines, struct deadline *deadline, __u32 port)
{
	struct line *line = line_get(deadlines, port);

	if (!line)
		return -ENOMEM;
	if (line == deadline->line)
		return 0;
	if (heap_grow(&line->heap)) {
		line_arm(line); /* a new line goes */
		return -ENOMEM;
	}
	if (deadline->line)
		line_leave(deadline);
	deadline->line = line;
	heap_add(&line->heap, &deadline->item);
	return 0;
}

/* ---- deadlines ---- */

static void deadline_forget(struct deadlines *deadlines, struct deadline *deadline)
{
	SLIST_REMOVE(bucket_of(deadlines, &deadline->key), deadline, deadline, others);
	deadlines->count--;
	line_leave(deadline);
	free(deadline);
}

static int deadline_change(struct deadlines *deadlines, struct deadline *deadline, __u32 port,
			   __u64 deadline_ns, __u64 time_ns)
{
	int err = line_join(deadlines, deadline, port);

	if (err)
		return err;
	deadline->item.time_ns = deadline_ns;
	if (time_ns > deadline->time_ns)
		deadline->time_ns = time_ns;
	heap_settle(&deadline->line->heap, &deadline->item);
	return line_arm(deadline->line);
}

/* Runs the first deadline of the line, which has passed. True: it is the first again. */
static bool deadline_run(struct line *line, __u64 now_ns)
{
	struct deadlines *all = line->all;
	struct deadline *deadline = line_first(line);
	/* The claim's own events are read later and set the same deadline. */
	__u64 deadline_ns = all->run(all->ctx, &deadline->key);

	if (!deadline_ns) {
		deadline_forget(all, deadline);
		return false;
	}
	deadline_change(all, deadline, line->port, deadline_ns, now_ns);
	return line_first(line) == deadline;
}

static int on_line(sd_event_source *timer, uint64_t due_us, void *ctx)
{
	struct line *line = ctx;
	char text[ADDR_TEXT_LEN];
	uint64_t now_us;
	int err;

	sd_event_now(line->all->event, CLOCK_MONOTONIC, &now_us);
	line->armed_ns = 0;
	line->is_running = true;
	for (int i = 0; i < LINE_TOGETHER && line->heap.length; i++)
		if (deadline_us(line->heap.at[0]->time_ns) > now_us ||
		    deadline_run(line, now_us * NSEC_PER_USEC))
			break;
	line->is_running = false;
	if (line->heap.length)
		addr_text(&line_first(line)->key.addr, text);
	err = line_arm(line);
	if (err < 0) /* sd-event would drop the timer in silence */
		log_error("%s: cannot set its port's timer: %s; it waits for its next probe", text,
			  strerror(-err));
	return 0;
}

static int deadlines_add(struct deadlines *deadlines, const struct claim_key *key, __u32 port,
			 __u64 deadline_ns, __u64 time_ns)
{
	struct deadline *deadline;
	int err = buckets_grow(deadlines);

	if (err)
		return err;
	deadline = calloc(1, sizeof(*deadline));
	if (!deadline)
		return -ENOMEM;
	deadline->key = *key;
	err = deadline_change(deadlines, deadline, port, deadline_ns, time_ns);
	if (!deadline->line) {
		free(deadline);
		return err;
	}
	SLIST_INSERT_HEAD(bucket_of(deadlines, key), deadline, others);
	deadlines->count++;
	return err;
}

static bool deadline_is_news(const struct deadline *deadline, __u64 deadline_ns, __u64 time_ns)
{
	return time_ns >= deadline->time_ns ||
	       (deadline_ns && deadline_ns < deadline->item.time_ns);
}

int deadlines_set(struct deadlines *deadlines, const struct claim_key *key, __u32 port,
		  __u64 deadline_ns, __u64 time_ns)
{
	struct deadline *known = deadline_find(deadlines, key);

	if (!known)
		return deadline_ns ? deadlines_add(deadlines, key, port, deadline_ns, time_ns) : 0;
	if (!deadline_is_news(known, deadline_ns, time_ns))
		return 0;
	if (deadline_ns)
		return deadline_change(deadlines, known, port, deadline_ns, time_ns);
	deadline_forget(deadlines, known);
	return 0;
}

int deadlines_of_port(const struct deadlines *deadlines, __u32 port, struct claim_key **keys,
		      size_t *count)
{
	const struct line *line = line_find(deadlines, port);

	*count = 0;
	*keys = line ? calloc(line->heap.length, sizeof(**keys)) : NULL;
	if (!line)
		return 0;
	if (!*keys)
		return -ENOMEM;
	for (; *count < line->heap.length; ++*count)
		(*keys)[*count] = ((struct deadline *)line->heap.at[*count])->key;
	return 0;
}

/* ---- life ---- */

int deadlines_open(struct deadlines **deadlines, sd_event *event, deadlines_run run, void *ctx)
{
	*deadlines = calloc(1, sizeof(**deadlines));
	if (!*deadlines)
		return -ENOMEM;
	**deadlines = (struct deadlines){.event = event, .run = run, .ctx = ctx};
	return 0;
}

void deadlines_close(struct deadlines *deadlines)
{
	struct deadline *deadline;

	if (!deadlines)
		return;
	for (size_t i = 0; i < deadlines->buckets; i++)
		while ((deadline = SLIST_FIRST(&deadlines->bucket[i]))) {
			SLIST_REMOVE_HEAD(&deadlines->bucket[i], others);
			free(deadline);
		}
	tdestroy(deadlines->lines, line_free);
	free(deadlines->bucket);
	free(deadlines);
}
