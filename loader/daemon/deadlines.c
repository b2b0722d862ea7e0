// SPDX-License-Identifier: GPL-2.0-or-later
#define _GNU_SOURCE /* tdestroy */
#include <errno.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "loader/maps/claims.h"
#include "deadlines.h"
#include "loader/base/log.h"
#include "loader/maps/speak.h"
#include "loader/base/text.h"

/*
 * sd-event dispatches the lowest priority first. That of a deadline grows by one each time its
 * port's number of deadlines doubles; the daemon's other work has 0, after ports with fewer than
 * 2^10.
 */
#define PRIORITY_OF_ONE (-10)

/* A port that has deadlines, and how many. */
struct line {
	__u32 port; /* first: sorted by it */
	unsigned int length;
};

struct deadline {
	struct claim_key key; /* first: sorted by it */
	struct deadlines *all;
	struct line *line;
	sd_event_source *timer;
	__u64 deadline_ns;
	__u64 time_ns; /* when the claim had it */
};

struct deadlines {
	sd_event *event;
	deadlines_run run;
	void *ctx;
	void *tree;  /* of struct deadline, tsearch(3) */
	void *lines; /* of struct line */
};

static int deadlines_order(const void *a, const void *b)
{
	return claims_compare(a, b);
}

/* ---- lines ---- */

static int lines_order(const void *a, const void *b)
{
	__u32 x = *(const __u32 *)a, y = *(const __u32 *)b;

	return (x > y) - (x < y);
}

static struct line *line_find(struct deadlines *deadlines, __u32 port)
{
	struct line **found = tfind(&port, &deadlines->lines, lines_order), *line;

	if (found)
		return *found;
	line = calloc(1, sizeof(*line));
	if (!line)
		return NULL;
	line->port = port;
	if (tsearch(line, &deadlines->lines, lines_order))
		return line;
	free(line);
	return NULL;
}

static void line_leave(struct deadlines *deadlines, struct line *line)
{
	if (--line->length)
		return;
	tdelete(line, &deadlines->lines, lines_order);
	free(line);
}

static int64_t line_priority(const struct line *line)
{
	int64_t priority = PRIORITY_OF_ONE;

	for (unsigned int length = line->length; length > 1; length /= 2)
		priority++;
	return priority;
}

/* Moves the deadline into the port's line. 0, or -ENOMEM: unchanged. */
static int line_join(struct deadline *deadline, __u32 port)
{
	struct line *line;

	if (deadline->line && deadline->line->port == port)
		return 0;
	line = line_find(deadline->all, port);
	if (!line)
		return -ENOMEM;
	line->length++;
	if (deadline->line)
		line_leave(deadline->all, deadline->line);
	deadline->line = line;
	return 0;
}

/* ---- deadlines ---- */

static void deadline_free(void *freed)
{
	struct deadline *deadline = freed;

	sd_event_source_disable_unref(deadline->timer);
	if (deadline->line)
		line_leave(deadline->all, deadline->line);
	free(deadline);
}

/* Rounded up: garpd_speak does nothing when it is called too early. */
static uint64_t deadline_us(__u64 deadline_ns)
{
	return (deadline_ns + NSEC_PER_USEC - 1) / NSEC_PER_USEC;
}

static void deadlines_forget(struct deadlines *deadlines, struct deadline *deadline)
{
	tdelete(deadline, &deadlines->tree, deadlines_order);
	deadline_free(deadline);
}

static int deadline_arm(const struct deadline *deadline, __u64 deadline_ns)
{
	int err = sd_event_source_set_priority(deadline->timer, line_priority(deadline->line));

	if (err < 0)
		return err;
	err = sd_event_source_set_time(deadline->timer, deadline_us(deadline_ns));
	return err < 0 ? err : sd_event_source_set_enabled(deadline->timer, SD_EVENT_ONESHOT);
}

static int deadline_change(struct deadline *deadline, __u32 port, __u64 deadline_ns, __u64 time_ns)
{
	int err = line_join(deadline, port);

	if (err)
		return err;
	err = deadline_arm(deadline, deadline_ns);
	if (err < 0)
		return err;
	deadline->deadline_ns = deadline_ns;
	if (time_ns > deadline->time_ns)
		deadline->time_ns = time_ns;
	return 0;
}

static int on_deadline(sd_event_source *timer, uint64_t due_us, void *ctx)
{
	struct deadline *deadline = ctx;
	struct deadlines *all = deadline->all;
	char text[ADDR_TEXT_LEN];
	__u64 deadline_ns;
	uint64_t now_us;
	int err;

	sd_event_now(all->event, CLOCK_MONOTONIC, &now_us);
	/* The claim's own events are read later and set the same deadline. */
	deadline_ns = all->run(all->ctx, &deadline->key);
	if (!deadline_ns) {
		deadlines_forget(all, deadline);
		return 0;
	}
	err = deadline_change(deadline, deadline->line->port, deadline_ns, now_us * NSEC_PER_USEC);
	if (err) /* sd-event would drop the timer in silence */
		log_error("%s: cannot set its timer: %s; it waits for its next probe",
			  addr_text(&deadline->key.addr, text), strerror(-err));
	return 0;
}

static int deadlines_add(struct deadlines *deadlines, const struct claim_key *key, __u32 port,
			 __u64 deadline_ns, __u64 time_ns)
{
	struct deadline *deadline = calloc(1, sizeof(*deadline));
	int err;

	if (!deadline)
		return -ENOMEM;
	deadline->key = *key;
	deadline->all = deadlines;
	err = sd_event_add_time(deadlines->event, &deadline->timer, CLOCK_MONOTONIC,
				deadline_us(deadline_ns), ANNOUNCE_ACCURACY_US, on_deadline,
				deadline);
	if (err >= 0)
		err = deadline_change(deadline, port, deadline_ns, time_ns);
	if (err >= 0 && !tsearch(deadline, &deadlines->tree, deadlines_order))
		err = -ENOMEM;
	if (err < 0)
		deadline_free(deadline);
	return err;
}

static bool deadline_is_news(const struct deadline *deadline, __u64 deadline_ns, __u64 time_ns)
{
	return time_ns >= deadline->time_ns || (deadline_ns && deadline_ns < deadline->deadline_ns);
}

int deadlines_set(struct deadlines *deadlines, const struct claim_key *key, __u32 port,
		  __u64 deadline_ns, __u64 time_ns)
{
	struct deadline **found = tfind(key, &deadlines->tree, deadlines_order);

	if (!found)
		return deadline_ns ? deadlines_add(deadlines, key, port, deadline_ns, time_ns) : 0;
	if (!deadline_is_news(*found, deadline_ns, time_ns))
		return 0;
	if (deadline_ns)
		return deadline_change(*found, port, deadline_ns, time_ns);
	deadlines_forget(deadlines, *found);
	return 0;
}

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
	if (!deadlines)
		return;
	tdestroy(deadlines->tree, deadline_free);
	free(deadlines);
}
