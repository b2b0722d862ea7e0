// SPDX-License-Identifier: GPL-2.0-or-later
/* The worlds of the native program, its clock, and the helpers that its maps are reached by. */
#include <string.h>

#include "native_helpers.h"
#include "native_parts.h"

#define MAPS 32
#define ROOM 64 /* of events and frames, to begin with */

struct native native;

static struct native_map maps[NATIVE_WORLDS][MAPS];
static unsigned int world_used;
static struct event record;

/* ---- worlds ---- */

int native_make_world(unsigned int world, const struct native_shape *shape, __u32 max_claims)
{
	int err = 0;

	for (int i = 0; shape->name && !err; i++, shape++) {
		struct native_shape shaped = *shape;

		must(i < MAPS - 1);
		if (!strcmp(shaped.name, "claims"))
			shaped.max_entries = max_claims;
		native_map_free(&maps[world][i]);
		err = native_map_make(&maps[world][i], &shaped);
	}
	native_use(world);
	return err;
}

/*
 * The variable of a map has the pointer to its struct native_map: nothing else is ever read of it,
 * and so a helper finds the map without a search.
 */
void native_use(unsigned int world)
{
	world_used = world;
	for (struct native_map *map = maps[world]; map->variable; map++)
		memcpy(map->variable, &map, sizeof(map));
}

void native_close(void)
{
	for (int world = 0; world < NATIVE_WORLDS; world++)
		for (int i = 0; i < MAPS; i++)
			native_map_free(&maps[world][i]);
	free(native.event);
	free(native.frame);
	native = (struct native){};
}

struct native_map *native_map_next(struct native_map *map)
{
	map = map ? map + 1 : maps[world_used];
	return map->variable ? map : NULL;
}

struct native_map *native_map_find(const char *name)
{
	struct native_map *map = NULL;

	while ((map = native_map_next(map)))
		if (!strcmp(map->name, name))
			break;
	return map;
}

/* ---- maps ---- */

static struct native_map *map_of(const void *variable)
{
	struct native_map *map;

	memcpy(&map, variable, sizeof(map));
	must(map); /* it is missing in the list of native_open() */
	return map;
}

static void take_turn(const struct native_map *map)
{
	if (native.turn)
		native.turn(map);
}

void *bpf_map_lookup_elem(void *map, const void *key)
{
	take_turn(map_of(map));
	return native_map_lookup(map_of(map), key);
}

long bpf_map_update_elem(void *map, const void *key, const void *value, __u64 flags)
{
	take_turn(map_of(map));
	return native_map_update(map_of(map), key, value, flags);
}

long bpf_map_delete_elem(void *map, const void *key)
{
	take_turn(map_of(map));
	return native_map_delete(map_of(map), key);
}

/* What is done under a lock is done at once: no helper may be called there. */
void native_lock(const struct bpf_spin_lock *lock __attribute__((unused)))
{
	take_turn(NULL);
}

/* ---- the clock, and what is sent ---- */

void native_begin(__u64 now_ns)
{
	native.now_ns = now_ns;
	native.events = native.sent = 0;
}

__u64 bpf_ktime_get_ns(void)
{
	take_turn(NULL);
	return native.now_ns;
}

void *native_grow(void *items, __u32 count, __u32 *room, size_t size)
{
	if (count < *room)
		return items;
	*room = *room ? 2 * *room : ROOM;
	items = realloc(items, *room * size);
	must(items);
	return items;
}

void *bpf_ringbuf_reserve(void *ring, __u64 size, __u64 flags)
{
	take_turn(NULL);
	must(map_of(ring)->type == BPF_MAP_TYPE_RINGBUF && !flags && size == sizeof(record));
	memset(&record, 0xa5, sizeof(record)); /* what was not written shows */
	return &record;
}

void bpf_ringbuf_submit(void *written, __u64 flags)
{
	must(written == &record && !flags);
	native.event = native_grow(native.event, native.events, &native.event_room, sizeof(record));
	native.event[native.events++] = record;
}
