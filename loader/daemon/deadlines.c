// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * deadlines.c - the deadlines by claim. When they are due is up to lines.c. A claim has one struct
 * deadline and no timer of its own: there may be a hundred thousand claims.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "deadlines.h"
#include "lines.h"

#define BUCKETS_MIN 64u

SLIST_HEAD(bucket, deadline);

struct deadline {
	struct line_item at;	      /* first: its time, in the line of its port */
	SLIST_ENTRY(deadline) others; /* of its bucket */
	__u64 time_ns;		      /* when the claim had it */
	struct claim_key key;
};

struct deadlines {
	sd_event *event;
	deadlines_run run;
	void *ctx;
	struct lines *lines;
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

/* ---- deadlines ---- */

static void deadline_forget(struct deadlines *deadlines, struct deadline *deadline)
{
	SLIST_REMOVE(bucket_of(deadlines, &deadline->key), deadline, deadline, others);
	deadlines->count--;
	lines_take(&deadline->at);
	free(deadline);
}

static int deadline_change(struct deadlines *deadlines, struct deadline *deadline, __u32 port,
			   __u64 deadline_ns, __u64 time_ns)
{
	int err = lines_put(deadlines->lines, &deadline->at, port, deadline_ns);

	if (!err && time_ns > deadline->time_ns)
		deadline->time_ns = time_ns;
	return err;
}

/* They have passed. The claims' own events are read later and set the same deadlines. */
static void deadlines_serve(void *ctx, struct line_item *const items[], size_t count)
{
	struct deadlines *deadlines = ctx;
	struct due due[LINES_BATCH];
	uint64_t now_us;

	sd_event_now(deadlines->event, CLOCK_MONOTONIC, &now_us);
	for (size_t i = 0; i < count; i++)
		due[i] = (struct due){.key = ((struct deadline *)items[i])->key};
	deadlines->run(deadlines->ctx, due, count);
	for (size_t i = 0; i < count; i++) {
		struct deadline *deadline = (struct deadline *)items[i];

		if (due[i].next_ns) /* the line is there: this cannot fail */
			deadline_change(deadlines, deadline, line_port(deadline->at.line),
					due[i].next_ns, now_us * NSEC_PER_USEC);
		else
			deadline_forget(deadlines, deadline);
	}
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
	if (!deadline->at.line) {
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
	       (deadline_ns && deadline_ns < deadline->at.item.time_ns);
}

static int deadlines_set_known(struct deadlines *deadlines, struct deadline *known, __u32 port,
			       __u64 deadline_ns, __u64 time_ns)
{
	if (!deadline_is_news(known, deadline_ns, time_ns))
		return 0;
	if (deadline_ns)
		return deadline_change(deadlines, known, port, deadline_ns, time_ns);
	deadline_forget(deadlines, known);
	return 0;
}

int deadlines_set(struct deadlines *deadlines, const struct claim_key *key, __u32 port,
		  __u64 deadline_ns, __u64 time_ns)
{
	struct deadline *known = deadline_find(deadlines, key);

	if (known)
		return deadlines_set_known(deadlines, known, port, deadline_ns, time_ns);
	return deadline_ns ? deadlines_add(deadlines, key, port, deadline_ns, time_ns) : 0;
}

int deadlines_set_unplaced(struct deadlines *deadlines, const struct claim_key *key, __u32 port,
			   __u64 deadline_ns, __u64 time_ns)
{
	struct deadline *known = deadline_find(deadlines, key);

	if (known)
		port = line_port(known->at.line);
	return deadlines_set(deadlines, key, port, deadline_ns, time_ns);
}

int deadlines_move(struct deadlines *deadlines, const struct claim_key *key, __u32 port)
{
	struct deadline *known = deadline_find(deadlines, key);

	if (!known || line_port(known->at.line) == port)
		return 0;
	return lines_put(deadlines->lines, &known->at, port, known->at.item.time_ns);
}

int deadlines_of_port(const struct deadlines *deadlines, __u32 port, struct claim_key **keys,
		      size_t *count)
{
	const struct heap *heap = lines_of(deadlines->lines, port);

	*count = 0;
	*keys = heap ? calloc(heap->length, sizeof(**keys)) : NULL;
	if (!heap)
		return 0;
	if (!*keys)
		return -ENOMEM;
	for (; *count < heap->length; ++*count)
		(*keys)[*count] = ((struct deadline *)heap->at[*count])->key;
	return 0;
}

/* ---- life ---- */

int deadlines_open(struct deadlines **deadlines, sd_event *event, deadlines_run run, void *ctx)
{
	*deadlines = calloc(1, sizeof(**deadlines));
	if (!*deadlines)
		return -ENOMEM;
	**deadlines = (struct deadlines){.event = event, .run = run, .ctx = ctx};
	return lines_open(&(*deadlines)->lines, event, deadlines_serve, *deadlines);
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
	lines_close(deadlines->lines);
	free(deadlines->bucket);
	free(deadlines);
}
