// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * room.c - makes room in the quota of a port that is nearly used up: owners are forgotten, first
 * those that have announced themselves, and of them the quietest.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bpf/claim/room.h"
#include "bpf/claim/limit.h"
#include "loader/base/log.h"
#include "loader/maps/claims.h"
#include "loader/maps/speak.h"
#include "parts.h"

#define ROOM_AGAIN_USEC 1000000ull /* one scan a second, however many claims come */
#define ROOM_SLACK_USEC 100000ull
#define ROOM_TRIES	10 /* new guests take seconds to be owners */

/* What is kept of a claim: there may be very many. */
struct room_claim {
	struct claim_key key;
	__u32 quota_port;
	bool can_make_room, announces_itself;
	__u64 last_seen_ns;
};

struct room {
	struct room_claim *claim;
	size_t count, room;
};

static int room_append(struct room *all, const struct claim *claim)
{
	struct room_claim *grown;

	if (all->count == all->room) {
		all->room = all->room * 2 ?: 256;
		grown = realloc(all->claim, all->room * sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		all->claim = grown;
	}
	all->claim[all->count++] = (struct room_claim){
		.key = claim->key,
		.quota_port = claim->quota_port,
		.can_make_room = claim_can_make_room(claim),
		.announces_itself = claim_announces_itself(claim),
		.last_seen_ns = claim->last_seen_ns,
	};
	return 0;
}

/* Without memory, those that were read. */
static void room_read(const struct pins *pins, struct room *all)
{
	struct map_walk walk;
	struct claim claim;
	struct err why;
	int err = 0;

	claims_walk_begin(&walk, pins->claims);
	while (!err && claims_walk_next(&walk, &claim))
		if (claim.quota_port)
			err = room_append(all, &claim);
	if (claims_walk_end(&walk, &why))
		log_error("%s", why.text);
}

/* By port; those that announce themselves first, and of them the quietest. */
static int room_order(const void *a, const void *b)
{
	const struct room_claim *x = a, *y = b;

	if (x->quota_port != y->quota_port)
		return x->quota_port < y->quota_port ? -1 : 1;
	if (x->announces_itself != y->announces_itself)
		return x->announces_itself ? -1 : 1;
	return x->last_seen_ns < y->last_seen_ns ? -1 : x->last_seen_ns > y->last_seen_ns;
}

/* Did the claim go? Another CPU may have heard a frame about it since it was read. */
static bool room_forget(struct daemon *daemon, const struct claim_key *key)
{
	struct speak_call call = {.key = *key, .op = SPEAK_MAKE_ROOM};

	return !speak_run(&daemon->datapath.pins, &call) && call.result == COUNTER_made_room;
}

/* Of `count` claims of one port. Returns how many are left. */
static size_t room_make(struct daemon *daemon, const struct room_claim *claim, size_t count)
{
	size_t wanted = limit_room_from(&daemon->config.settings), left = count;

	for (size_t i = 0; i < count && left > wanted; i++)
		if (claim[i].can_make_room && room_forget(daemon, &claim[i].key))
			left--;
	if (left < count)
		log_info("%s: its quota was nearly used up: forgot %zu of %zu claims",
			 ports_name_text(daemon->ports, claim->quota_port), count - left, count);
	return left;
}

/* In one scan, of all ports. Returns whether one of them is still nearly full. */
static bool room_scan(struct daemon *daemon)
{
	const struct settings *settings = &daemon->config.settings;
	struct room all = {};
	bool is_filling = false;
	size_t end;

	room_read(&daemon->datapath.pins, &all);
	if (all.count)
		qsort(all.claim, all.count, sizeof(*all.claim), room_order);
	for (size_t i = 0; i < all.count; i = end) {
		struct limit limit = {};

		for (end = i;
		     end < all.count && all.claim[end].quota_port == all.claim[i].quota_port; end++)
			;
		limit.claims = end - i;
		if (!limit_is_filling(&limit, settings))
			continue;
		limit.claims = room_make(daemon, &all.claim[i], end - i);
		is_filling |= limit_is_filling(&limit, settings);
	}
	free(all.claim);
	return is_filling;
}

static void room_arm(struct daemon *daemon);

static int on_room(sd_event_source *timer, uint64_t usec, void *ctx)
{
	struct daemon *daemon = ctx;

	daemon->room = sd_event_source_disable_unref(daemon->room);
	if (room_scan(daemon) && daemon->room_tries++ < ROOM_TRIES)
		room_arm(daemon);
	return 0;
}

static void room_arm(struct daemon *daemon)
{
	int err;

	if (daemon->room)
		return;
	err = sd_event_add_time_relative(daemon->event, &daemon->room, CLOCK_MONOTONIC,
					 ROOM_AGAIN_USEC, ROOM_SLACK_USEC, on_room, daemon);
	if (err < 0)
		log_error("quotas of ports: cannot set a timer: %s", strerror(-err));
}

void daemon_make_room(struct daemon *daemon)
{
	daemon->room_tries = 0;
	room_arm(daemon);
}
