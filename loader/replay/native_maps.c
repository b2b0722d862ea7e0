// SPDX-License-Identifier: GPL-2.0-or-later
/* The maps of the native program: hashed, with a bound, and with no allocation after the start. */
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "native_parts.h"

static bool is_array(const struct native_map *map)
{
	return map->type == BPF_MAP_TYPE_ARRAY || map->type == BPF_MAP_TYPE_PERCPU_ARRAY;
}

static bool is_lru(const struct native_map *map)
{
	return map->type == BPF_MAP_TYPE_LRU_HASH;
}

static void *key_at(const struct native_map *map, __u32 place)
{
	return map->keys + (size_t)place * map->key_size;
}

static void *value_at(const struct native_map *map, __u32 place)
{
	return map->values + (size_t)place * map->value_size;
}

/* Keys are of whole words. */
static __u32 *bucket_of(const struct native_map *map, const void *key)
{
	__u64 hash = 0;
	__u32 word;

	for (__u32 i = 0; i < map->key_size; i += sizeof(word)) {
		memcpy(&word, (const __u8 *)key + i, sizeof(word));
		hash = (hash ^ word) * 0x9e3779b97f4a7c15ull;
		hash ^= hash >> 29;
	}
	return &map->bucket[(hash >> 16) & (map->buckets - 1)];
}

/* ---- which element was used longest ago ---- */

static void age_remove(struct native_map *map, __u32 link)
{
	__u32 newer = map->newer[link - 1], older = map->older[link - 1];

	*(newer ? &map->older[newer - 1] : &map->newest) = older;
	*(older ? &map->newer[older - 1] : &map->oldest) = newer;
}

static void age_add(struct native_map *map, __u32 link)
{
	map->newer[link - 1] = 0;
	map->older[link - 1] = map->newest;
	*(map->newest ? &map->newer[map->newest - 1] : &map->oldest) = link;
	map->newest = link;
}

static void age_touch(struct native_map *map, __u32 link)
{
	if (!is_lru(map) || map->newest == link)
		return;
	age_remove(map, link);
	age_add(map, link);
}

/* ---- elements ---- */

static __u32 find(const struct native_map *map, const void *key)
{
	__u32 link;

	if (!map->count)
		return 0;
	for (link = *bucket_of(map, key); link; link = map->next[link - 1])
		if (!memcmp(key_at(map, link - 1), key, map->key_size))
			break;
	return link;
}

static void drop(struct native_map *map, __u32 link)
{
	void *key = key_at(map, link - 1);
	__u32 *from = bucket_of(map, key);

	while (*from != link)
		from = &map->next[*from - 1];
	*from = map->next[link - 1];
	if (map->type == BPF_MAP_TYPE_LPM_TRIE)
		map->prefixes[((struct bpf_lpm_trie_key *)key)->prefixlen]--;
	if (is_lru(map))
		age_remove(map, link);
	map->is_used[link - 1] = 0;
	map->next[link - 1] = map->free;
	map->free = link;
	map->count--;
}

static void add(struct native_map *map, const void *key, const void *value)
{
	__u32 link = map->free ? map->free : ++map->places, *bucket = bucket_of(map, key);

	if (map->free)
		map->free = map->next[link - 1];
	memcpy(key_at(map, link - 1), key, map->key_size);
	memcpy(value_at(map, link - 1), value, map->value_size);
	map->is_used[link - 1] = 1;
	map->next[link - 1] = *bucket;
	*bucket = link;
	map->count++;
	if (map->type == BPF_MAP_TYPE_LPM_TRIE)
		map->prefixes[((const struct bpf_lpm_trie_key *)key)->prefixlen]++;
	if (is_lru(map))
		age_add(map, link);
}

/* ---- prefix trees ---- */

/* A key of a tree, without its host bits. */
union prefix_key {
	struct bpf_lpm_trie_key key;
	__u8 bytes[sizeof(struct bpf_lpm_trie_key) + NATIVE_PREFIX_BITS / 8];
};

static void prefix_cut(const struct native_map *map, union prefix_key *key, __u32 bits)
{
	__u32 whole = bits / 8, bytes = map->key_size - sizeof(key->key);
	__u8 *data = key->bytes + sizeof(key->key);

	key->key.prefixlen = bits;
	if (whole < bytes && bits % 8)
		data[whole++] &= (__u8)(0xff << (8 - bits % 8));
	if (whole < bytes)
		memset(data + whole, 0, bytes - whole);
}

/* Returns the key as the tree has it; NULL: too long. */
static const void *prefix_take(const struct native_map *map, const void *given,
			       union prefix_key *key)
{
	memcpy(key, given, map->key_size);
	if (key->key.prefixlen > 8 * (map->key_size - sizeof(key->key)))
		return NULL;
	prefix_cut(map, key, key->key.prefixlen);
	return key;
}

static __u32 find_longest(const struct native_map *map, const void *wanted)
{
	union prefix_key key;
	__u32 bits, link = 0;

	if (!map->count || !prefix_take(map, wanted, &key))
		return 0;
	for (bits = key.key.prefixlen + 1; bits-- && !link;) {
		if (!map->prefixes[bits])
			continue;
		prefix_cut(map, &key, bits);
		link = find(map, &key);
	}
	return link;
}

/* ---- as bpf(2) would ---- */

static void *array_value(const struct native_map *map, const void *key)
{
	__u32 index;

	memcpy(&index, key, sizeof(index));
	return index < map->max_entries ? value_at(map, index) : NULL;
}

void *native_map_lookup(struct native_map *map, const void *key)
{
	__u32 link;

	if (is_array(map))
		return array_value(map, key);
	link = map->type == BPF_MAP_TYPE_LPM_TRIE ? find_longest(map, key) : find(map, key);
	if (!link)
		return NULL;
	age_touch(map, link);
	return value_at(map, link - 1);
}

int native_map_update(struct native_map *map, const void *key, const void *value, __u64 flags)
{
	union prefix_key prefix;
	__u32 link;

	if (is_array(map)) {
		if (!array_value(map, key))
			return -E2BIG;
		memcpy(array_value(map, key), value, map->value_size);
		return 0;
	}
	if (map->type == BPF_MAP_TYPE_LPM_TRIE)
		key = prefix_take(map, key, &prefix);
	if (!key)
		return -EINVAL;
	link = find(map, key);
	if (link && flags == BPF_NOEXIST)
		return -EEXIST;
	if (link) {
		memcpy(value_at(map, link - 1), value, map->value_size);
		age_touch(map, link);
		return 0;
	}
	if (flags == BPF_EXIST)
		return -ENOENT;
	if (map->count == map->max_entries && !is_lru(map))
		return -E2BIG;
	if (map->count == map->max_entries)
		drop(map, map->oldest);
	add(map, key, value);
	return 0;
}

int native_map_delete(struct native_map *map, const void *key)
{
	union prefix_key prefix;
	__u32 link = 0;

	if (map->type == BPF_MAP_TYPE_LPM_TRIE)
		key = prefix_take(map, key, &prefix);
	if (key && !is_array(map))
		link = find(map, key);
	if (!link)
		return -ENOENT;
	drop(map, link);
	return 0;
}

void native_map_clear(struct native_map *map)
{
	if (is_array(map)) {
		memset(map->values, 0, (size_t)map->max_entries * map->value_size);
		return;
	}
	for (__u32 place = 0; place < map->places; place++)
		if (map->is_used[place])
			drop(map, place + 1);
}

void *native_map_key(const struct native_map *map, __u32 place)
{
	return place < map->places && map->is_used[place] ? key_at(map, place) : NULL;
}

void *native_map_value(const struct native_map *map, __u32 place)
{
	return place < map->places && map->is_used[place] ? value_at(map, place) : NULL;
}

__u32 native_map_place(const struct native_map *map, const void *key)
{
	__u32 link = find(map, key);

	return link ? link - 1 : map->max_entries;
}

/* ---- making them ---- */

void native_map_free(struct native_map *map)
{
	free(map->keys);
	free(map->values);
	free(map->is_used);
	free(map->next);
	free(map->bucket);
	free(map->newer);
	free(map->older);
	*map = (struct native_map){};
}

/* Of the memory each page is taken when it is first written. 0, or -ENOMEM. */
static int map_allocate(struct native_map *map)
{
	__u32 i, room = map->max_entries;

	for (map->buckets = 1; map->buckets < room;)
		map->buckets *= 2;
	map->keys = calloc(room, map->key_size);
	map->values = calloc(room, map->value_size);
	map->is_used = calloc(room, sizeof(*map->is_used));
	map->next = calloc(room, sizeof(*map->next));
	map->bucket = calloc(map->buckets, sizeof(*map->bucket));
	map->newer = calloc(is_lru(map) ? room : 1, sizeof(*map->newer));
	map->older = calloc(is_lru(map) ? room : 1, sizeof(*map->older));
	if (!map->keys || !map->values || !map->is_used || !map->next || !map->bucket ||
	    !map->newer || !map->older)
		return -ENOMEM;
	for (i = 0; is_array(map) && i < room; i++) {
		memcpy(key_at(map, i), &i, sizeof(i));
		map->is_used[i] = 1;
		map->count = map->places = i + 1;
	}
	return 0;
}

int native_map_make(struct native_map *map, const struct native_shape *shape)
{
	*map = (struct native_map){
		.variable = shape->variable,
		.type = shape->type,
		.key_size = shape->key_size,
		.value_size = shape->value_size,
		.max_entries = shape->max_entries,
	};
	strncpy(map->name, shape->name, sizeof(map->name) - 1);
	must(map->key_size % sizeof(__u32) == 0);
	return map->type == BPF_MAP_TYPE_RINGBUF ? 0 : map_allocate(map);
}

int native_map_like(struct native_map *map, const struct native_map *like)
{
	struct native_shape shape = {
		.name = like->name,
		.type = like->type,
		.key_size = like->key_size,
		.value_size = like->value_size,
		.max_entries = like->max_entries,
	};

	return native_map_make(map, &shape);
}

void native_map_copy(struct native_map *to, const struct native_map *from)
{
	native_map_clear(to);
	for (__u32 place = 0; place < from->places; place++)
		if (from->is_used[place])
			native_map_update(to, key_at(from, place), value_at(from, place), BPF_ANY);
}
