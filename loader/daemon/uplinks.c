// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * uplinks.c - announces the guests of a segment after a link event of an uplink: one announcement
 * for each MAC, when there was no event for 2 s, and not again within a minute. The kernel asks the
 * guests first; a guest may have given that address up, so another one of it follows then.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "bpf/claim/state.h"
#include "loader/base/log.h"
#include "loader/maps/claims.h"
#include "loader/maps/speak.h"
#include "parts.h"
#include "uplinks.h"

#define UPLINKS_QUIET_USEC  2000000ull	/* the last event of a failover */
#define UPLINKS_AGAIN_USEC  60000000ull /* from one time to the next */
#define UPLINKS_TICK_USEC   100000ull
#define UPLINKS_SLICE	    20	       /* announcements in a tick: 200 a second */
#define UPLINKS_ANSWER_USEC 3000000ull /* who has not answered by then has gone */

/* An address of an owner. One of each MAC and VLAN is announced: that which was seen last first. */
struct uplink_guest {
	__u8 mac[MAC_LEN];
	struct claim_key key;
	__u64 last_seen_ns;
	__u64 tried_ns; /* when that was; 0: not yet */
	bool is_refused;
};

/* A segment that had a link event. */
struct uplink_segment {
	LIST_ENTRY(uplink_segment) others;
	__u32 ifindex;
	uint64_t due_usec;  /* 0: nothing is due */
	uint64_t last_usec; /* when its guests were announced last; 0: never */
	struct uplink_guest *guest;
	size_t count, at, room;
	bool has_others; /* of a guest that was asked, in this turn through the list */
	bool is_again;	 /* there was an event meanwhile */
};

LIST_HEAD(uplink_list, uplink_segment);

struct uplinks {
	struct daemon *daemon;
	struct uplink_list all;
	sd_event_source *timer;
};

static uint64_t uplinks_now(const struct uplinks *uplinks)
{
	uint64_t now_usec = 0;

	sd_event_now(uplinks->daemon->event, CLOCK_MONOTONIC, &now_usec);
	return now_usec;
}

static struct uplink_segment *segment_get(struct uplinks *uplinks, __u32 ifindex)
{
	struct uplink_segment *segment;

	LIST_FOREACH(segment, &uplinks->all, others)
		if (segment->ifindex == ifindex)
			return segment;
	segment = calloc(1, sizeof(*segment));
	if (!segment)
		return NULL;
	segment->ifindex = ifindex;
	LIST_INSERT_HEAD(&uplinks->all, segment, others);
	return segment;
}

/* What is left to announce is forgotten. */
static void segment_empty(struct uplink_segment *segment)
{
	free(segment->guest);
	segment->guest = NULL;
	segment->at = segment->count = segment->room = 0;
	segment->has_others = false;
}

static void segment_free(struct uplink_segment *segment)
{
	segment_empty(segment);
	LIST_REMOVE(segment, others);
	free(segment);
}

/* Those that may be announced again at any time: bridges come and go. */
static void uplinks_forget(struct uplinks *uplinks)
{
	struct uplink_segment *segment = LIST_FIRST(&uplinks->all), *next;

	for (; segment; segment = next) {
		next = LIST_NEXT(segment, others);
		if (!segment->due_usec &&
		    segment->last_usec + UPLINKS_AGAIN_USEC <= uplinks_now(uplinks))
			segment_free(segment);
	}
}

/* ---- who is announced ---- */

/* Without memory some guests are left out. */
static void segment_add(struct uplink_segment *segment, const struct claim *claim)
{
	struct uplink_guest *grown;

	if (segment->count == segment->room) {
		grown = realloc(segment->guest, (segment->room * 2 + 64) * sizeof(*grown));
		if (!grown)
			return;
		segment->guest = grown;
		segment->room = segment->room * 2 + 64;
	}
	grown = &segment->guest[segment->count++];
	*grown = (struct uplink_guest){.key = claim->key, .last_seen_ns = claim->last_seen_ns};
	memcpy(grown->mac, claim->mac, MAC_LEN);
}

static bool is_same_host(const struct uplink_guest *a, const struct uplink_guest *b)
{
	return mac_equal(a->mac, b->mac) && a->key.vlan == b->key.vlan &&
	       a->key.inner_vlan == b->key.inner_vlan;
}

static int guest_order(const void *a, const void *b)
{
	const struct uplink_guest *x = a, *y = b;
	int order = memcmp(x->mac, y->mac, MAC_LEN);

	if (!order)
		order = (int)x->key.vlan - (int)y->key.vlan;
	if (!order)
		order = (int)x->key.inner_vlan - (int)y->key.inner_vlan;
	if (!order)
		order = (x->last_seen_ns < y->last_seen_ns) - (x->last_seen_ns > y->last_seen_ns);
	return order ? order : memcmp(&x->key.addr, &y->key.addr, sizeof(x->key.addr));
}

static void uplinks_read(struct uplinks *uplinks, struct uplink_segment *segment)
{
	struct map_walk walk;
	struct claim claim;
	struct err why;

	segment_empty(segment);
	claims_walk_begin(&walk, uplinks->daemon->datapath.pins.claims);
	while (claims_walk_next(&walk, &claim))
		if (claim.key.segment == segment->ifindex && claim_is_certain(claim.state) &&
		    port_has_guests(claim.role))
			segment_add(segment, &claim);
	if (claims_walk_end(&walk, &why))
		log_error("%s", why.text);
	if (segment->count)
		qsort(segment->guest, segment->count, sizeof(*segment->guest), guest_order);
}

/* It is announced now, or soon, or asked; or it is_refused. 0, or -errno. */
static int guest_announce(const struct uplinks *uplinks, struct uplink_guest *guest)
{
	struct speak_call call = {.key = guest->key, .op = SPEAK_LINK};
	int err = speak_run(&uplinks->daemon->datapath.pins, &call);

	if (err) {
		speak_log_failed(&guest->key,
				 ports_name_text(uplinks->daemon->ports, guest->key.segment), err);
		return err;
	}
	guest->tried_ns = uplinks_now(uplinks) * NSEC_PER_USEC;
	guest->is_refused = call.result != COUNTER_announce_link &&
			    call.result != COUNTER_asking_link && call.result != COUNTER_not_due;
	return 0;
}

static bool guest_is_announced(const struct uplinks *uplinks, const struct uplink_guest *guest)
{
	struct claim claim;

	return guest->tried_ns && !guest->is_refused &&
	       !claims_lookup(&uplinks->daemon->datapath.pins, &guest->key, &claim) &&
	       claim.last_announcement_ns >= guest->tried_ns;
}

/*
 * The host at segment->at, which goes on to the next one: its first address that was not tried
 * yet, unless one before it was announced. Returns how many were tried and not refused, or -errno.
 */
static int segment_announce_host(const struct uplinks *uplinks, struct uplink_segment *segment)
{
	const struct uplink_guest *host = &segment->guest[segment->at];
	size_t end = segment->at, i;
	int err, tried = 0;

	while (end < segment->count && is_same_host(host, &segment->guest[end]))
		end++;
	for (i = segment->at; i < end && !tried; i++) {
		struct uplink_guest *guest = &segment->guest[i];

		if (guest_is_announced(uplinks, guest))
			break;
		if (guest->tried_ns)
			continue;
		err = guest_announce(uplinks, guest);
		if (err)
			return err;
		tried = !guest->is_refused;
		segment->has_others |= tried && i + 1 < end;
	}
	segment->at = end;
	return tried;
}

/* The next ones. Those behind segment->at are left. 0, or -errno. */
static int segment_announce(const struct uplinks *uplinks, struct uplink_segment *segment)
{
	int announced = 0, tried;

	while (segment->at < segment->count && announced < UPLINKS_SLICE) {
		tried = segment_announce_host(uplinks, segment);
		if (tried < 0)
			return tried;
		announced += tried;
	}
	return 0;
}

/* ---- when ---- */

static int on_uplinks(sd_event_source *timer, uint64_t usec, void *ctx);

static void uplinks_arm(struct uplinks *uplinks)
{
	const struct uplink_segment *segment;
	uint64_t first_usec = UINT64_MAX;
	int err;

	LIST_FOREACH(segment, &uplinks->all, others)
		if (segment->due_usec && segment->due_usec < first_usec)
			first_usec = segment->due_usec;
	uplinks->timer = sd_event_source_disable_unref(uplinks->timer);
	if (first_usec == UINT64_MAX)
		return;
	err = sd_event_add_time(uplinks->daemon->event, &uplinks->timer, CLOCK_MONOTONIC,
				first_usec, UPLINKS_TICK_USEC / 10, on_uplinks, uplinks);
	if (err < 0)
		log_error("uplinks: cannot set a timer: %s", strerror(-err));
}

/* Again from the first one, for the other addresses of those that have not answered; or the end. */
static void segment_turn(struct uplink_segment *segment, uint64_t usec)
{
	if (segment->has_others) {
		segment->at = 0;
		segment->has_others = false;
		segment->due_usec = usec + UPLINKS_ANSWER_USEC;
		return;
	}
	segment_empty(segment);
	segment->due_usec = segment->is_again ? segment->last_usec + UPLINKS_AGAIN_USEC : 0;
	segment->is_again = false;
}

/* `usec` is the time of now, not that of the timer: a late daemon does not catch up at a higher
 * rate. */
static void segment_run(struct uplinks *uplinks, struct uplink_segment *segment, uint64_t usec)
{
	int err;

	if (!segment->count) {
		uplinks_read(uplinks, segment);
		segment->last_usec = usec;
		log_info("%s: an uplink came back; announcing its guests",
			 ports_name_text(uplinks->daemon->ports, segment->ifindex));
	}
	err = segment_announce(uplinks, segment);
	segment->due_usec = usec + (err ? SPEAK_AGAIN_USEC : UPLINKS_TICK_USEC);
	if (!err && segment->at == segment->count)
		segment_turn(segment, usec);
}

static int on_uplinks(sd_event_source *timer, uint64_t usec, void *ctx)
{
	struct uplinks *uplinks = ctx;
	struct uplink_segment *segment;
	uint64_t now_usec = uplinks_now(uplinks);

	LIST_FOREACH(segment, &uplinks->all, others)
		if (segment->due_usec && segment->due_usec <= usec)
			segment_run(uplinks, segment, now_usec);
	uplinks_arm(uplinks);
	return 0;
}

/* In one of the segments that frames of the uplink are in. */
static void segment_back(struct uplinks *uplinks, const struct port *port, __u32 ifindex,
			 const char *name, bool is_bonded)
{
	struct daemon *daemon = uplinks->daemon;
	const char *outer = ports_name_text(daemon->ports, ifindex);
	const char *bridge = port->inner ? ports_name_text(daemon->ports, port->inner) : outer;
	struct uplink_segment *segment;

	/* What was known of its way back was that of the former one. */
	datapath_renew_uplinks(&daemon->datapath.pins, ifindex);
	if (!guards_announce_on_link(&daemon->config.guards, outer, bridge, is_bonded))
		return;
	uplinks_forget(uplinks);
	segment = segment_get(uplinks, ifindex);
	if (!segment)
		return log_error("%s: out of memory; its guests are not announced", name);
	segment->due_usec = uplinks_now(uplinks) + UPLINKS_QUIET_USEC;
	segment->is_again = segment->count;
	if (!segment->count && segment->last_usec &&
	    segment->due_usec < segment->last_usec + UPLINKS_AGAIN_USEC)
		segment->due_usec = segment->last_usec + UPLINKS_AGAIN_USEC;
	uplinks_arm(uplinks);
}

void uplinks_back(struct uplinks *uplinks, const struct port *port, const char *name,
		  bool is_bonded)
{
	__u32 segment[PORT_SEGMENTS];

	port_segments(port, segment);
	for (size_t i = 0; i < PORT_SEGMENTS; i++)
		if (segment[i])
			segment_back(uplinks, port, segment[i], name, is_bonded);
}

/* ---- life ---- */

int uplinks_open(struct uplinks **out, struct daemon *daemon, struct err *why)
{
	struct uplinks *uplinks = calloc(1, sizeof(*uplinks));

	*out = uplinks;
	if (!uplinks)
		return err_set(why, -ENOMEM, "uplinks: out of memory");
	uplinks->daemon = daemon;
	LIST_INIT(&uplinks->all);
	return 0;
}

void uplinks_close(struct uplinks *uplinks)
{
	if (!uplinks)
		return;
	while (!LIST_EMPTY(&uplinks->all))
		segment_free(LIST_FIRST(&uplinks->all));
	sd_event_source_disable_unref(uplinks->timer);
	free(uplinks);
}
