// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * takeovers.c - which guests took the address over, and for how long clients may not have reached
 * them.
 *
 * The outage is estimated from the first probe of the new guest. It ended at the earliest with the
 * first announcement, which most receivers take at once, and at the latest with the first
 * confirmation by a listener, or, without one, with the last announcement of that takeover. What is
 * not in the log is not known. The page and the man page have the same words.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "parts.h"

/* What is known while the lines of an address are read. */
struct course {
	struct report_address *address;
	struct report_takeover pending;	 /* of a guest that probed; its `mac` is NULL: none */
	struct report_takeover *current; /* announced, and may still be confirmed */
	bool is_over;			 /* its last announcement was sent */
	const char *owner_mac, *owner_port;
	bool had_owner;
	bool is_forgotten; /* the pending guest probed when garpd knew no claim of the address */
};

static bool is_same(const char *a, const char *b)
{
	return a == b || (a && b && !strcmp(a, b));
}

static bool is_one_of(const struct report_event *event, const char *const *names)
{
	for (; *names; names++)
		if (!strcmp(event->event, *names))
			return true;
	return false;
}

static bool has_owner_state(const char *state)
{
	return state && (!strcmp(state, "owned") || !strcmp(state, "announcing"));
}

/* ---- probes ---- */

static void course_begin(struct course *course, const struct report_event *event, __s64 from_us)
{
	course->pending = (struct report_takeover){
		.from_us = from_us,
		.mac = event->mac,
		.had_owner = course->had_owner || has_owner_state(event->old_state),
	};
}

static void course_probe(struct course *course, const struct report_event *event)
{
	static const char *const first[] = {"window_opened", "immediate", "rival_probe", NULL};

	if (is_one_of(event, first)) {
		course_begin(course, event, event->at_us);
		course->is_forgotten = is_same(event->old_state, "none");
	} else if (!is_same(course->pending.mac, event->mac)) {
		course_begin(course, event, 0); /* the first is not in the log */
		course->is_forgotten = false;
	}
}

/* ---- announcements ---- */

static struct report_takeover *takeover_add(struct report_address *address,
					    const struct report_takeover *takeover)
{
	size_t count = address->takeovers + 1;
	struct report_takeover *grown = realloc(address->takeover, count * sizeof(*grown));

	if (!grown)
		return NULL;
	address->takeover = grown;
	address->takeovers = count;
	grown[count - 1] = *takeover;
	return &grown[count - 1];
}

static int course_take_over(struct course *course, struct report_event *event)
{
	struct report_takeover takeover = course->pending;

	if (!takeover.mac || !is_same(takeover.mac, event->mac))
		takeover = (struct report_takeover){.had_owner = course->had_owner};
	takeover.mac = event->mac;
	takeover.port = event->port;
	takeover.guest = event->guest;
	takeover.former_mac = course->owner_mac;
	takeover.former_port = course->owner_port;
	takeover.moved = course->owner_mac && (!is_same(course->owner_mac, event->mac) ||
					       !is_same(course->owner_port, event->port));
	if (takeover.moved) {
		event->marks |= MARK_MOVE;
		course->address->moves++;
	}
	takeover.announced_us = event->at_us;
	course->pending.mac = NULL;
	course->current = takeover_add(course->address, &takeover);
	course->is_over = false;
	return course->current ? 0 : -ENOMEM;
}

static void takeover_end(struct report_takeover *takeover, __s64 at_us, enum outage_end end)
{
	takeover->until_us = at_us;
	takeover->end = takeover->from_us ? end : OUTAGE_UNKNOWN;
}

static int course_announced(struct course *course, struct report_event *event)
{
	bool itself = !strcmp(event->event, "self_announced");
	bool is_new = course->is_forgotten && is_same(course->pending.mac, event->mac);
	int err = 0;

	if (is_new || !is_same(course->owner_mac, event->mac) ||
	    !is_same(course->owner_port, event->port))
		err = course_take_over(course, event);
	if (err)
		return err;
	if (is_same(course->pending.mac, event->mac)) /* the owner has probed again */
		course->pending.mac = NULL;
	course->owner_mac = event->mac;
	course->owner_port = event->port;
	course->had_owner = true;
	if (!course->current || course->is_over)
		return 0;
	takeover_end(course->current, event->at_us,
		     itself ? OUTAGE_SELF_ANNOUNCED : OUTAGE_ANNOUNCED);
	course->is_over = !strcmp(event->event, "announce_done");
	return 0;
}

static void course_confirmed(struct course *course, const struct report_event *event)
{
	if (!course->current || !is_same(course->current->mac, event->mac))
		return;
	course->current->confirmed_by = event->confirmed_by;
	takeover_end(course->current, event->at_us, OUTAGE_CONFIRMED);
	course->current = NULL;
}

/* ---- the whole ---- */

static int course_step(struct course *course, struct report_event *event)
{
	/* What is announced later is announced again. */
	static const char *const later[] = {
		"announce_refresh", "announce_link", "asking_again",	 "asking_by_hand",
		"asking_link",	    "unconfirmed",   "announce_by_hand", NULL};
	static const char *const ends[] = {"lapsed",	"aged",		"port_gone",
					   "made_room", "ask_gave_way", NULL};

	if (event->marks & MARK_PROBE)
		course_probe(course, event);
	if (is_one_of(event, later))
		course->current = NULL;
	if (is_one_of(event, ends))
		course->pending.mac = NULL;
	if (event->marks & MARK_CONFIRMATION)
		course_confirmed(course, event);
	if (event->sent || event->marks & MARK_SELF_ANNOUNCED)
		return course_announced(course, event);
	return 0;
}

static void address_fill_row(struct report_address *address)
{
	const struct report_event *last = &address->event[address->events - 1];
	const struct report_takeover *owner = address_last_takeover(address);

	address->state = last->state;
	address->mac = owner ? owner->mac : last->mac;
	address->port = owner ? owner->port : last->port;
	address->guest = owner ? owner->guest : last->guest;
}

int takeovers_find(struct report_address *address)
{
	struct course course = {.address = address};
	int err = 0;

	for (size_t i = 0; i < address->events && !err; i++)
		err = course_step(&course, &address->event[i]);
	address_fill_row(address);
	return err;
}

__s64 takeover_outage_ms(const struct report_takeover *takeover)
{
	if (!takeover || takeover->end == OUTAGE_UNKNOWN)
		return -1;
	return (takeover->until_us - takeover->from_us) / 1000;
}

__s64 takeover_outage_min_ms(const struct report_takeover *takeover)
{
	if (takeover_outage_ms(takeover) < 0)
		return -1;
	return (takeover->announced_us - takeover->from_us) / 1000;
}

const struct report_takeover *address_last_takeover(const struct report_address *address)
{
	return address->takeovers ? &address->takeover[address->takeovers - 1] : NULL;
}
