/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * walk.h - the keys of a map, one after the other:
 *
 *	struct map_walk walk = map_walk_begin(pins->ports);
 *	__u32 ifindex;
 *
 *	while (map_walk_next(&walk, &ifindex))
 *
 * The key that was returned last may be deleted. Keys that others add or delete meanwhile may be
 * missing or come twice: the kernel starts anew where a key is gone.
 */
#ifndef GARPD_MAPS_WALK_H
#define GARPD_MAPS_WALK_H

#include <stdbool.h>

#include "bpf/abi/abi.h"

#define MAP_WALK_KEY_MAX 64

struct map_walk {
	int map_fd;
	__u32 key_size;
	__u32 left; /* keys that may follow, so that a walk ends even if it is started anew */
	char next[MAP_WALK_KEY_MAX];
};

struct map_walk map_walk_begin(int map_fd);

/* Fills `key`, of the map's own size; false behind the last one. */
bool map_walk_next(struct map_walk *walk, void *key);

#endif
