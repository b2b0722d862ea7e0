// SPDX-License-Identifier: GPL-2.0-or-later
#define _GNU_SOURCE /* tdestroy */
#include <errno.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "claims.h"
#include "deadlines.h"

/* sd-event gathers timers that are this close; announcements wait for nobody. */
#define ACCURACY_US 1

struct deadline {
	struct claim_key key; /* first: the tree compares by it */
	struct deadlines *all;
	sd_event_source *timer;
};

struct deadlines {
	sd_event *event;
	deadlines_due due;
	void *ctx;
	void *tree; /* of struct deadline, tsearch(3) */
};

static int deadlines_order(const void *a, const void *b)
{
	return claims_compare(a, b);
}

static void deadline_free(void *deadline)
{
	sd_event_source_disable_unref(((struct deadline *)deadline)->timer);
	free(deadline);
}

/* Rounded up: the program takes a call before its time for one that is not due. */
static uint64_t deadline_us(__u64 deadline_ns)
{
	return (deadline_ns + NSEC_PER_USEC - 1) / NSEC_PER_USEC;
}

static void deadlines_forget(struct deadlines *deadlines, struct deadline *deadline)
{
	tdelete(deadline, &deadlines->tree, deadlines_order);
	deadline_free(deadline);
}

static int deadline_fires(sd_event_source *timer, uint64_t now_us, void *ctx)
{
	struct deadline *deadline = ctx;
	struct deadlines *all = deadline->all;
	struct claim_key key = deadline->key;

	(void)timer;
	(void)now_us;
	/* The claim's own events, which set its deadline too, are read later and say the same. */
	return deadlines_set(all, &key, all->due(all->ctx, &key));
}

static int deadlines_add(struct deadlines *deadlines, const struct claim_key *key,
			 __u64 deadline_ns)
{
	struct deadline *deadline = calloc(1, sizeof(*deadline));
	int code;

	if (!deadline)
		return -ENOMEM;
	deadline->key = *key;
	deadline->all = deadlines;
	code = sd_event_add_time(deadlines->event, &deadline->timer, CLOCK_MONOTONIC,
				 deadline_us(deadline_ns), ACCURACY_US, deadline_fires, deadline);
	if (code >= 0 && !tsearch(deadline, &deadlines->tree, deadlines_order))
		code = -ENOMEM;
	if (code < 0) {
		deadline_free(deadline);
		return code;
	}
	return 0;
}

int deadlines_set(struct deadlines *deadlines, const struct claim_key *key, __u64 deadline_ns)
{
	struct deadline **found = tfind(key, &deadlines->tree, deadlines_order);
	int code;

	if (!found)
		return deadline_ns ? deadlines_add(deadlines, key, deadline_ns) : 0;
	if (!deadline_ns) {
		deadlines_forget(deadlines, *found);
		return 0;
	}
	code = sd_event_source_set_time((*found)->timer, deadline_us(deadline_ns));
	if (code >= 0)
		code = sd_event_source_set_enabled((*found)->timer, SD_EVENT_ONESHOT);
	return code < 0 ? code : 0;
}

int deadlines_open(struct deadlines **deadlines, sd_event *event, deadlines_due due, void *ctx)
{
	*deadlines = calloc(1, sizeof(**deadlines));
	if (!*deadlines)
		return -ENOMEM;
	**deadlines = (struct deadlines){.event = event, .due = due, .ctx = ctx};
	return 0;
}

void deadlines_close(struct deadlines *deadlines)
{
	if (!deadlines)
		return;
	tdestroy(deadlines->tree, deadline_free);
	free(deadlines);
}
