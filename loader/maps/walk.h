/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * walk.h - the elements of a map, one after the other:
 *
 *	struct map_walk walk;
 *	struct port port;
 *	__u32 ifindex;
 *
 *	map_walk_begin(&walk, pins->ports, 0);
 *	while (map_walk_next(&walk, &ifindex, &port))
 *
 * and map_walk_end(&walk), which a loop needs that does not go to the end. Hashes are read many
 * elements at a time (bpf_map_lookup_batch, Linux 5.6), others one by one.
 *
 * Elements may be deleted meanwhile. Those that others add or delete may be missing or come twice.
 */
#ifndef GARPD_MAPS_WALK_H
#define GARPD_MAPS_WALK_H

#include <stdbool.h>

#include "bpf/abi/abi.h"

#define MAP_WALK_KEY_MAX 64

struct map_walk {
	int map_fd;
	int err; /* behind the last element: 0, or -errno of a walk that could not go on */
	__u64 flags;
	__u32 key_size, value_size;
	__u32 left; /* elements that may follow: a walk ends even if the kernel starts it anew */
	__u32 max;  /* of a batch; 0: one by one */
	__u32 count, at;	     /* of the present batch, and how many of it were returned */
	char *batch;		     /* keys, and behind them values */
	char next[MAP_WALK_KEY_MAX]; /* the next key; of batches the kernel's position */
};

/* `flags`: BPF_F_LOCK to read each element whole where it has a lock. */
void map_walk_begin(struct map_walk *walk, int map_fd, __u64 flags);

/* Fills `key` and, unless NULL, `value`, of the map's own sizes; false behind the last one. */
bool map_walk_next(struct map_walk *walk, void *key, void *value);

/* Returns walk->err. */
int map_walk_end(struct map_walk *walk);

#endif
