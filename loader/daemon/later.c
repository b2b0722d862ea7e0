// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdlib.h>

#include "later.h"

#define LATER_TOGETHER 16  /* before the event loop looks for what is due */
#define LATER_FIRST    64u /* a power of two, as all sizes */

struct later {
	later_act act;
	void *ctx;
	sd_event_source *turn; /* on: events wait */
	struct event *ring;
	__u32 room; /* a power of two */
	__u32 first, count;
};

/* 0 or -ENOMEM. */
static int later_grow(struct later *later)
{
	__u32 room = later->room * 2 ?: LATER_FIRST;
	struct event *ring;

	if (later->count < later->room)
		return 0;
	ring = room > LATER_MAX ? NULL : calloc(room, sizeof(*ring));
	if (!ring)
		return -ENOMEM;
	for (__u32 i = 0; i < later->count; i++)
		ring[i] = later->ring[(later->first + i) & (later->room - 1)];
	free(later->ring);
	later->ring = ring;
	later->room = room;
	later->first = 0;
	return 0;
}

static void later_act_on_first(struct later *later)
{
	struct event event = later->ring[later->first]; /* a new one may take its place */

	later->first = (later->first + 1) & (later->room - 1);
	later->count--;
	later->act(later->ctx, &event);
}

/* The memory of a burst is given back after it. */
static void later_rest(struct later *later)
{
	sd_event_source_set_enabled(later->turn, SD_EVENT_OFF);
	if (later->room == LATER_FIRST)
		return;
	free(later->ring);
	later->ring = NULL;
	later->room = later->first = 0;
}

static int on_turn(sd_event_source *source, void *ctx)
{
	struct later *later = ctx;

	for (int i = 0; i < LATER_TOGETHER && later->count; i++)
		later_act_on_first(later);
	if (!later->count)
		later_rest(later);
	return 0;
}

void later_add(struct later *later, const struct event *event)
{
	if (later_grow(later)) {
		if (!later->count) /* no memory at all */
			return later->act(later->ctx, event);
		later_act_on_first(later);
	}
	later->ring[(later->first + later->count++) & (later->room - 1)] = *event;
	if (later->count == 1)
		sd_event_source_set_enabled(later->turn, SD_EVENT_ON);
}

void later_flush(struct later *later)
{
	while (later && later->count)
		later_act_on_first(later);
}

int later_open(struct later **out, sd_event *event, later_act act, void *ctx)
{
	struct later *later = calloc(1, sizeof(*later));
	int err;

	*out = later;
	if (!later)
		return -ENOMEM;
	*later = (struct later){.act = act, .ctx = ctx};
	err = sd_event_add_defer(event, &later->turn, on_turn, later);
	if (err >= 0)
		err = sd_event_source_set_enabled(later->turn, SD_EVENT_OFF);
	if (err >= 0)
		err = sd_event_source_set_priority(later->turn, LATER_PRIORITY);
	return err < 0 ? err : 0;
}

void later_close(struct later *later)
{
	if (!later)
		return;
	sd_event_source_disable_unref(later->turn);
	free(later->ring);
	free(later);
}
