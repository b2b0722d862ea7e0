// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * world.c - a world of the native program with its clock: ports are described as frames come in on
 * them, and garpd_speak is run when a deadline has passed, as the daemon does it.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "parts.h"

/* A deadline that stays where it is comes again after that; the program always moves it. */
#define WORLD_AGAIN_NS NSEC_PER_MSEC

static int world_allocate(struct world *world)
{
	world->claims = native_map_find("claims");
	world->ports = native_map_find("ports");
	world->limits = native_map_find("port_limits");
	world->slots = calloc(world->claims->max_entries, sizeof(*world->slots));
	return world->slots ? 0 : -ENOMEM;
}

int world_open(struct world *world, unsigned int number, const struct settings *settings,
	       __u32 max_claims)
{
	struct segment alone = {.ports = 1}; /* nothing comes back from it */
	__u32 segment = REPLAY_SEGMENT;
	int err;

	*world = (struct world){.number = number};
	err = native_open(number, max_claims ?: GARPD_MAX_CLAIMS) ?: world_allocate(world);
	if (err)
		return err;
	native_map_update(native_map_find("segments"), &segment, &alone, BPF_ANY);
	for (__u32 i = 0; i < SETTINGS_COUNT; i++)
		native_map_update(native_map_find("settings"), &i, settings, BPF_ANY);
	return 0;
}

void world_close(struct world *world)
{
	free(world->heap.at);
	free(world->slots);
	*world = (struct world){};
}

static void world_add_port(struct world *world, __u32 ifindex, __u8 guards)
{
	struct port port = {
		.segment = REPLAY_SEGMENT,
		.role = ifindex == REPLAY_UPLINK ? ROLE_UPLINK : ROLE_GUEST,
		.mode = MODE_TC,
		.forwarding = 1,
		.guards = guards,
		.settings = SETTINGS_OF_ALL,
	};
	struct limit unused = {};

	native_map_update(world->ports, &ifindex, &port, BPF_ANY);
	native_map_update(world->limits, &ifindex, &unused, BPF_ANY);
	world->has_port[ifindex] = true;
}

/* ---- deadlines ---- */

static void world_set_deadline(struct world *world, struct slot *slot, __u64 time_ns)
{
	if (!time_ns) {
		if (slot->has_deadline)
			heap_remove(&world->heap, &slot->item);
		slot->has_deadline = false;
		return;
	}
	slot->item.time_ns = time_ns;
	if (slot->has_deadline) {
		heap_settle(&world->heap, &slot->item);
	} else if (!heap_grow(&world->heap)) {
		heap_add(&world->heap, &slot->item);
		slot->has_deadline = true;
	}
}

const struct claim *world_find(const struct world *world, const struct claim_key *key,
			       struct slot **slot)
{
	__u32 place = native_map_place(world->claims, key);

	*slot = NULL;
	if (place == world->claims->max_entries)
		return NULL;
	*slot = &world->slots[place];
	return native_map_value(world->claims, place);
}

/* After the program has run: the deadlines of the claims that it has told of. */
static void world_settle(struct world *world)
{
	const struct claim *claim;
	struct slot *slot;

	for (__u32 i = 0; i < native.events; i++) {
		claim = world_find(world, &native.event[i].key, &slot);
		if (claim)
			world_set_deadline(world, slot, claim->deadline_ns);
	}
}

void world_hear(struct world *world, const __u8 *frame, __u32 len, __u32 port, __u8 guards,
		__u64 now_ns)
{
	static __u8 copy[NATIVE_FRAME_MAX];
	__u32 mark = 0;

	native_use(world->number);
	if (!world->has_port[port])
		world_add_port(world, port, guards);
	memcpy(copy, frame, len);
	native_begin(now_ns);
	native_tc(copy, &len, port, &mark);
	world_settle(world);
}

/* What garpd_speak has left: a claim that is gone has no deadline, and its place may be taken. */
static void world_settle_slot(struct world *world, struct slot *slot, __u64 now_ns)
{
	const struct claim *claim = native_map_value(world->claims, (__u32)(slot - world->slots));
	__u64 next_ns = claim ? claim->deadline_ns : 0;

	if (next_ns && next_ns <= now_ns)
		next_ns = now_ns + WORLD_AGAIN_NS;
	world_set_deadline(world, slot, next_ns);
}

bool world_run_due(struct world *world, __u64 until_ns)
{
	struct slot *slot = world->heap.length ? (struct slot *)world->heap.at[0] : NULL;
	__u8 frame[NATIVE_FRAME_MAX];
	struct speak_frame call = {.call.op = SPEAK_DUE};
	const struct claim_key *key;
	__u32 len = sizeof(call);
	__u64 now_ns;

	if (!slot || slot->item.time_ns > until_ns)
		return false;
	now_ns = slot->item.time_ns;
	native_use(world->number);
	native_begin(now_ns);
	key = native_map_key(world->claims, (__u32)(slot - world->slots));
	if (key) {
		call.call.key = *key;
		memcpy(frame, &call, sizeof(call));
		native_speak(frame, &len);
		world_settle(world);
	}
	world_settle_slot(world, slot, now_ns);
	return true;
}
