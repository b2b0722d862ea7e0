// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include <bpf/libbpf.h>

#include "counters.h"
#include "events.h"
#include "loader/base/text.h"

/* At most this many at a time, so that deadlines do not wait behind thousands of events. */
#define EVENTS_BATCH 128

/*
 * After so many calls of garpd_speak the events come first: each call leads to up to three of them,
 * and the buffer has room for five thousand.
 */
#define EVENTS_CALLS 1280u
#define EVENTS_FIRST (-100)

#define EVENTS_CATCH_UP_NS (1 * NSEC_PER_SEC)

struct events {
	const struct pins *pins;
	const struct events_ops *ops;
	void *ctx;
	struct ring_buffer *ring;
	sd_event_source *source;
	unsigned int taken; /* of this batch */
	size_t calls;	    /* of garpd_speak, since the buffer was empty */
	__u64 lost;	    /* last value of the counter event_lost */
	__u64 unreported;   /* lost, and the claims were not read since */
	bool behind;	    /* events were lost, or may have been: the claims have to be read */
	__u64 behind_ns;    /* since when */
	__u64 since_ns;	    /* time of the first event since the ring was empty; 0: no event yet */
};

static int events_hear(void *ctx, void *data, size_t size)
{
	struct events *events = ctx;
	const struct event *event = data;

	if (size >= sizeof(*event)) {
		if (!events->since_ns)
			events->since_ns = event->time_ns;
		events->ops->heard(events->ctx, event);
	}
	/* A negative value stops reading after this event; the rest keeps the fd readable. */
	return ++events->taken < EVENTS_BATCH ? 0 : -EAGAIN;
}

static __u64 events_lost(const struct events *events)
{
	__u64 values[COUNTER_MAX];
	struct err ignored;

	return counters_read(events->pins, values, &ignored) ? events->lost
							     : values[COUNTER_event_lost];
}

static bool events_are_left(const struct events *events)
{
	struct pollfd ring = {.fd = ring_buffer__epoll_fd(events->ring), .events = POLLIN};

	return poll(&ring, 1, 0) > 0;
}

/* A ring buffer does not report that it was full; the counter does. */
static void events_count_lost(struct events *events)
{
	__u64 lost = events_lost(events);

	if (lost == events->lost)
		return;
	if (!events->behind)
		events->behind_ns = time_now_ns();
	events->behind = true;
	events->unreported += lost - events->lost;
	events->lost = lost;
}

/* Reading every claim takes long: once when the ring is empty, and while it stays full once a
 * second. */
static bool events_have_to_catch_up(const struct events *events, bool are_left)
{
	return events->behind &&
	       (!are_left || time_now_ns() >= events->behind_ns + EVENTS_CATCH_UP_NS);
}

static void events_catch_up(struct events *events)
{
	if (events->unreported)
		events->ops->lost(events->ctx, events->unreported);
	events->unreported = 0;
	events->behind = false;
	events->ops->read_out(events->ctx, events->since_ns);
}

void events_expect(struct events *events, size_t calls)
{
	if (events->calls < EVENTS_CALLS && events->calls + calls >= EVENTS_CALLS)
		sd_event_source_set_priority(events->source, EVENTS_FIRST);
	events->calls += calls;
}

static void events_are_read(struct events *events)
{
	if (events->calls >= EVENTS_CALLS)
		sd_event_source_set_priority(events->source, SD_EVENT_PRIORITY_NORMAL);
	events->calls = 0;
	events->since_ns = 0; /* what was lost before is older than the next event */
}

static int events_ready(sd_event_source *source, int fd, uint32_t what, void *ctx)
{
	struct events *events = ctx;
	bool are_left;

	events->taken = 0;
	ring_buffer__consume(events->ring);
	events_count_lost(events);
	are_left = events_are_left(events);
	if (events_have_to_catch_up(events, are_left))
		events_catch_up(events);
	if (!are_left)
		events_are_read(events);
	return 0;
}

int events_open(struct events **out, sd_event *event, const struct pins *pins,
		const struct events_ops *ops, void *ctx, struct err *why)
{
	struct events *events = calloc(1, sizeof(*events));
	int err;

	*out = events;
	if (!events)
		return err_set(why, -ENOMEM, "events: out of memory");
	*events = (struct events){.pins = pins, .ops = ops, .ctx = ctx};
	events->ring = ring_buffer__new(pins->events, events_hear, events, NULL);
	if (!events->ring)
		return err_set(why, -errno, "events: cannot map the ring buffer: %s",
			       strerror(errno));
	events->lost = events_lost(events);
	events->behind = events_are_left(events);
	err = sd_event_add_io(event, &events->source, ring_buffer__epoll_fd(events->ring), EPOLLIN,
			      events_ready, events);
	if (err < 0)
		return err_set(why, err, "events: cannot poll the ring buffer: %s", strerror(-err));
	return 0;
}

void events_close(struct events *events)
{
	if (!events)
		return;
	sd_event_source_disable_unref(events->source);
	ring_buffer__free(events->ring);
	free(events);
}
