// SPDX-License-Identifier: GPL-2.0-or-later
/* Each element of a map comes once, with its value: of hashes many at a time, of tries one by one.
 */
#include <criterion/criterion.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "loader/maps/walk.h"

#define MANY 20000u /* several batches */

TestSuite(bpf_walk, .timeout = 60);

static struct prefix key_of(__u32 i)
{
	struct prefix key = {.len = ADDR_BITS};

	memcpy(key.addr.bytes, &i, sizeof(i));
	return key;
}

static int map_with(enum bpf_map_type type, __u32 count)
{
	DECLARE_LIBBPF_OPTS(bpf_map_create_opts, opts, .map_flags = BPF_F_NO_PREALLOC);
	int fd = bpf_map_create(type, "walked", sizeof(struct prefix), sizeof(__u64), MANY,
				type == BPF_MAP_TYPE_LRU_HASH ? NULL : &opts);

	cr_assert_geq(fd, 0);
	for (__u32 i = 0; i < count; i++) {
		struct prefix key = key_of(i);
		__u64 value = i + 1;

		cr_assert_eq(bpf_map_update_elem(fd, &key, &value, BPF_ANY), 0);
	}
	return fd;
}

/* Walks over the map, deleting what it finds if that is wished. Returns how many, each once. */
static __u32 walked(int fd, bool deletes)
{
	static __u8 seen[MANY];
	struct map_walk walk;
	struct prefix key;
	__u64 value;
	__u32 i, count = 0;

	memset(seen, 0, sizeof(seen));
	map_walk_begin(&walk, fd, 0);
	for (; map_walk_next(&walk, &key, &value); count++) {
		memcpy(&i, key.addr.bytes, sizeof(i));
		cr_assert_eq(key.len, ADDR_BITS);
		cr_assert_lt(i, MANY);
		cr_assert_eq(value, i + 1);
		cr_assert_eq(seen[i]++, 0, "%u twice", i);
		if (deletes)
			cr_assert_eq(bpf_map_delete_elem(fd, &key), 0);
	}
	cr_assert_eq(map_walk_end(&walk), 0);
	return count;
}

static void every_element_of(enum bpf_map_type type)
{
	static const __u32 counts[] = {0, 1, 1000, MANY / 2};

	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		int fd = map_with(type, counts[i]);

		cr_assert_eq(walked(fd, false), counts[i]);
		cr_assert_eq(walked(fd, true), counts[i]);
		cr_assert_eq(walked(fd, false), 0);
		close(fd);
	}
}

Test(bpf_walk, hash)
{
	every_element_of(BPF_MAP_TYPE_HASH);
}

Test(bpf_walk, lru_hash)
{
	every_element_of(BPF_MAP_TYPE_LRU_HASH);
}

Test(bpf_walk, prefix_tree)
{
	every_element_of(BPF_MAP_TYPE_LPM_TRIE);
}

Test(bpf_walk, keys_alone)
{
	int fd = map_with(BPF_MAP_TYPE_HASH, MANY);
	struct map_walk walk;
	struct prefix key;
	__u32 count = 0;

	map_walk_begin(&walk, fd, 0);
	while (map_walk_next(&walk, &key, NULL))
		count++;
	cr_assert_eq(count, MANY);
	close(fd);
}

Test(bpf_walk, what_cannot_be_read_is_an_error)
{
	struct map_walk walk;
	struct prefix key;

	map_walk_begin(&walk, -1, 0);
	cr_assert_not(map_walk_next(&walk, &key, NULL));
	cr_assert_lt(map_walk_end(&walk), 0);
}
