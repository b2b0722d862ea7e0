// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include <bpf/bpf.h>

#include "walk.h"

struct map_walk map_walk_begin(int map_fd)
{
	struct map_walk walk = {.map_fd = map_fd};
	struct bpf_map_info info = {};
	__u32 size = sizeof(info);

	if (bpf_obj_get_info_by_fd(map_fd, &info, &size) || info.key_size > sizeof(walk.next) ||
	    bpf_map_get_next_key(map_fd, NULL, walk.next))
		return walk;
	walk.key_size = info.key_size;
	walk.left = info.max_entries;
	return walk;
}

/* Reads ahead: of a key that is deleted the kernel knows no next one. */
bool map_walk_next(struct map_walk *walk, void *key)
{
	if (!walk->left)
		return false;
	memcpy(key, walk->next, walk->key_size);
	walk->left = bpf_map_get_next_key(walk->map_fd, key, walk->next) ? 0 : walk->left - 1;
	return true;
}
