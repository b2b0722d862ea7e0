// SPDX-License-Identifier: GPL-2.0-or-later
/* The maps of the native program are as those of the kernel. */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "../../loader/replay/native.h"
#include "leaks.h"

static struct native_map hash, lru, tree;

/* Three of those that garpd has, with room for four. */
static void maps_begin(void)
{
	struct native_map like;

	cr_assert_eq(native_open(0, 16), 0);
	like = *native_map_find("ports");
	like.max_entries = 4;
	cr_assert_eq(native_map_like(&hash, &like), 0);
	like.type = BPF_MAP_TYPE_LRU_HASH;
	cr_assert_eq(native_map_like(&lru, &like), 0);
	like = *native_map_find("addresses");
	like.max_entries = 4;
	cr_assert_eq(native_map_like(&tree, &like), 0);
}

static int put_port(struct native_map *map, __u32 key, __u32 segment, __u64 flags)
{
	struct port port = {.segment = segment};

	return native_map_update(map, &key, &port, flags);
}

static __u32 port_at(struct native_map *map, __u32 key)
{
	const struct port *port = native_map_lookup(map, &key);

	return port ? port->segment : 0;
}

TestSuite(native_maps, .init = maps_begin);

Test(native_maps, a_hash_takes_so_many_and_no_more)
{
	for (__u32 i = 0; i < 4; i++)
		cr_expect_eq(put_port(&hash, i, i + 1, BPF_NOEXIST), 0);
	cr_expect_eq(put_port(&hash, 9, 9, BPF_ANY), -E2BIG);
	cr_expect_eq(put_port(&hash, 2, 7, BPF_NOEXIST), -EEXIST);
	cr_expect_eq(put_port(&hash, 9, 7, BPF_EXIST), -ENOENT);
	cr_expect_eq(put_port(&hash, 2, 7, BPF_ANY), 0);
	cr_expect_eq(port_at(&hash, 2), 7);
	cr_expect_eq(native_map_delete(&hash, &(__u32){0}), 0);
	cr_expect_eq(native_map_delete(&hash, &(__u32){0}), -ENOENT);
	cr_expect_eq(put_port(&hash, 9, 9, BPF_ANY), 0);
	for (__u32 i = 1; i < 4; i++)
		cr_expect_eq(port_at(&hash, i), i == 2 ? 7 : i + 1);
	cr_expect_eq(port_at(&hash, 9), 9);
	cr_expect_eq(hash.count, 4);
}

Test(native_maps, an_element_stays_at_its_place)
{
	__u32 place;

	put_port(&hash, 1, 1, BPF_ANY);
	put_port(&hash, 2, 2, BPF_ANY);
	place = native_map_place(&hash, &(__u32){2});
	native_map_delete(&hash, &(__u32){1});
	put_port(&hash, 3, 3, BPF_ANY);
	cr_expect_eq(native_map_place(&hash, &(__u32){2}), place);
	cr_expect_eq(*(__u32 *)native_map_key(&hash, place), 2);
	cr_expect_eq(native_map_place(&hash, &(__u32){1}), hash.max_entries);
}

Test(native_maps, the_one_that_was_used_longest_ago_is_evicted)
{
	for (__u32 i = 0; i < 4; i++)
		put_port(&lru, i, i + 1, BPF_ANY);
	cr_expect_eq(port_at(&lru, 0), 1);
	cr_expect_eq(put_port(&lru, 9, 9, BPF_ANY), 0);
	cr_expect_eq(port_at(&lru, 1), 0);
	cr_expect_eq(port_at(&lru, 0), 1);
	cr_expect_eq(port_at(&lru, 9), 9);
	cr_expect_eq(lru.count, 4);
}

static int put_prefix(__u8 first, __u32 len, enum announce_mode mode)
{
	struct prefix prefix = {.len = len, .addr.bytes = {first, 0xff}};
	struct address address = {.announce = mode};

	return native_map_update(&tree, &prefix, &address, BPF_ANY);
}

static int mode_at(__u8 first, __u8 second)
{
	struct prefix prefix = {.len = ADDR_BITS, .addr.bytes = {first, second}};
	const struct address *address = native_map_lookup(&tree, &prefix);

	return address ? (int)address->announce : -1;
}

/* Host bits of a prefix do not matter, as in the kernel. */
Test(native_maps, the_longest_prefix_wins)
{
	struct prefix shorter = {.len = 7, .addr.bytes = {0x20}};

	cr_expect_eq(mode_at(0x20, 1), -1);
	cr_expect_eq(put_prefix(0x20, 7, ANNOUNCE_NEVER), 0);
	cr_expect_eq(put_prefix(0x20, 8, ANNOUNCE_IMMEDIATE), 0);
	cr_expect_eq(mode_at(0x20, 1), ANNOUNCE_IMMEDIATE);
	cr_expect_eq(mode_at(0x21, 1), ANNOUNCE_NEVER);
	cr_expect_eq(mode_at(0x22, 1), -1);
	cr_expect_eq(native_map_delete(&tree, &shorter), 0);
	cr_expect_eq(mode_at(0x21, 1), -1);
	cr_expect_eq(mode_at(0x20, 1), ANNOUNCE_IMMEDIATE);
	cr_expect_eq(put_prefix(0x20, ADDR_BITS + 1, ANNOUNCE_NEVER), -EINVAL);
}

Test(native_maps, a_copy_is_the_same)
{
	static struct native_map copy;

	put_port(&hash, 1, 1, BPF_ANY);
	put_port(&hash, 2, 2, BPF_ANY);
	cr_assert_eq(native_map_like(&copy, &hash), 0);
	put_port(&copy, 3, 3, BPF_ANY);
	native_map_copy(&copy, &hash);
	cr_expect_eq(copy.count, 2);
	cr_expect_eq(port_at(&copy, 2), 2);
	cr_expect_eq(port_at(&copy, 3), 0);
}

/* The list in native_skb.c has each map of the program. */
Test(native_maps, none_is_missing)
{
	static const char *const files[] = {"bpf/maps.h", "bpf/outcome.h", "bpf/call.h"};
	struct native_map *map = NULL;
	char line[256], name[64];
	unsigned int declared = 0;
	FILE *file;

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		file = fopen(files[i], "r");
		cr_assert_not_null(file);
		while (fgets(line, sizeof(line), file)) {
			if (sscanf(line, "} %63s SEC(\".maps\");", name) != 1 ||
			    !strstr(line, "SEC(\".maps\")"))
				continue;
			declared++;
			cr_expect_not_null(native_map_find(name), "native_skb.c lacks %s", name);
		}
		fclose(file);
	}
	cr_expect_gt(declared, 20);
	while ((map = native_map_next(map)))
		declared--;
	cr_expect_eq(declared, 0);
	native_close();
}
