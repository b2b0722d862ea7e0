// SPDX-License-Identifier: GPL-2.0-or-later
/* The maps of the native half, and the programs themselves. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>

#include "bpf/abi/abi.h"
#include "bpf/bpf_helpers.h"
#include "native.h"

#define MAPS 32

struct native native;

static struct native_map maps[MAPS];
static unsigned int map_count;
static struct event record;

void native_begin(__u64 now_ns)
{
	native.now_ns = now_ns;
	native.events = native.sent = 0;
}

__u64 bpf_ktime_get_ns(void)
{
	return native.now_ns;
}

/* ---- maps ---- */

static int is_array(const struct native_map *map)
{
	return map->type == BPF_MAP_TYPE_ARRAY || map->type == BPF_MAP_TYPE_PERCPU_ARRAY;
}

static void add_element(struct native_map *map, const void *key, const void *value)
{
	struct native_element *element = &map->element[map->count++];

	element->key = malloc(map->key_size);
	element->value = calloc(1, map->value_size);
	memcpy(element->key, key, map->key_size);
	if (value)
		memcpy(element->value, value, map->value_size);
}

struct native_map *native_map_add(const char *name, __u32 type, __u32 key_size, __u32 value_size,
				  __u32 max_entries)
{
	struct native_map *map = &maps[map_count++];
	__u32 i;

	must(map_count <= MAPS && strlen(name) < sizeof(map->name), "map %s", name);
	*map = (struct native_map){
		.variable = dlsym(RTLD_DEFAULT, name),
		.type = type,
		.key_size = key_size,
		.value_size = value_size,
		.max_entries = max_entries,
	};
	strcpy(map->name, name);
	must(map->variable, "garpd.bpf.c has no map %s", name);
	if (type == BPF_MAP_TYPE_RINGBUF)
		return map;
	map->element = calloc(max_entries, sizeof(*map->element));
	for (i = 0; is_array(map) && i < max_entries; i++)
		add_element(map, &i, NULL);
	return map;
}

struct native_map *native_map_find(const char *name)
{
	unsigned int i;

	for (i = 0; i < map_count; i++)
		if (!strcmp(maps[i].name, name))
			return &maps[i];
	return NULL;
}

static struct native_map *map_of(const void *variable)
{
	unsigned int i;

	for (i = 0; i < map_count; i++)
		if (maps[i].variable == variable)
			return &maps[i];
	must(0, "a map that the object does not have");
	return NULL;
}

static int prefix_holds(const __u8 *prefix, const __u8 *key, __u32 len)
{
	__u32 bit;

	for (bit = 0; bit < len; bit++)
		if ((prefix[bit / 8] ^ key[bit / 8]) >> (7 - bit % 8) & 1)
			return 0;
	return 1;
}

static void *lookup_longest(struct native_map *map, const struct bpf_lpm_trie_key *key)
{
	const struct bpf_lpm_trie_key *prefix, *best = NULL;
	void *value = NULL;
	unsigned int i;

	for (i = 0; i < map->count; i++) {
		prefix = map->element[i].key;
		if (prefix->prefixlen > key->prefixlen ||
		    (best && prefix->prefixlen <= best->prefixlen))
			continue;
		if (!prefix_holds(prefix->data, key->data, prefix->prefixlen))
			continue;
		best = prefix;
		value = map->element[i].value;
	}
	return value;
}

void *native_map_lookup(struct native_map *map, const void *key)
{
	unsigned int i;

	if (map->type == BPF_MAP_TYPE_LPM_TRIE)
		return lookup_longest(map, key);
	for (i = 0; i < map->count; i++)
		if (!memcmp(map->element[i].key, key, map->key_size))
			return map->element[i].value;
	return NULL;
}

int native_map_update(struct native_map *map, const void *key, const void *value, __u64 flags)
{
	void *there = map->type == BPF_MAP_TYPE_LPM_TRIE ? NULL : native_map_lookup(map, key);

	if (there && flags == BPF_NOEXIST)
		return -EEXIST;
	if (there) {
		memcpy(there, value, map->value_size);
		return 0;
	}
	if (flags == BPF_EXIST)
		return -ENOENT;
	if (map->count == map->max_entries)
		return -E2BIG;
	add_element(map, key, value);
	return 0;
}

static void drop_element(struct native_map *map, unsigned int i)
{
	free(map->element[i].key);
	free(map->element[i].value);
	map->element[i] = map->element[--map->count];
}

void native_map_clear(struct native_map *map)
{
	if (is_array(map)) {
		for (unsigned int i = 0; i < map->count; i++)
			memset(map->element[i].value, 0, map->value_size);
		return;
	}
	while (map->count)
		drop_element(map, 0);
}

struct native_map native_map_empty(const struct native_map *like)
{
	struct native_map map = *like;

	map.variable = NULL;
	map.count = 0;
	map.element = calloc(map.max_entries, sizeof(*map.element));
	return map;
}

void native_map_copy(struct native_map *to, const struct native_map *from)
{
	unsigned int i;

	native_map_clear(to);
	for (i = 0; i < from->count; i++)
		native_map_update(to, from->element[i].key, from->element[i].value, BPF_ANY);
}

void *bpf_map_lookup_elem(void *map, const void *key)
{
	return native_map_lookup(map_of(map), key);
}

long bpf_map_update_elem(void *map, const void *key, const void *value, __u64 flags)
{
	return native_map_update(map_of(map), key, value, flags);
}

long bpf_map_delete_elem(void *variable, const void *key)
{
	struct native_map *map = map_of(variable);
	unsigned int i;

	for (i = 0; i < map->count; i++) {
		if (memcmp(map->element[i].key, key, map->key_size))
			continue;
		drop_element(map, i);
		return 0;
	}
	return -ENOENT;
}

void *bpf_ringbuf_reserve(void *ring, __u64 size, __u64 flags)
{
	must(map_of(ring)->type == BPF_MAP_TYPE_RINGBUF && !flags, "no ring buffer");
	must(size == sizeof(record), "an event of %llu bytes", size);
	memset(&record, 0xa5, sizeof(record)); /* what was not written shows */
	return &record;
}

void bpf_ringbuf_submit(void *written, __u64 flags)
{
	(void)flags;
	must(written == &record && native.events < NATIVE_EVENTS, "too many events");
	native.event[native.events++] = record;
}
