/* SPDX-License-Identifier: GPL-2.0-or-later */
/* native_parts.h - what the halves of native.h share: the shapes of the maps, room for more, and
 * invariants. */
#ifndef GARPD_REPLAY_NATIVE_PARTS_H
#define GARPD_REPLAY_NATIVE_PARTS_H

#include <stdlib.h>

#include "native.h"

/* Whatever is in a frame, this holds: a fault of the program, which a fuzzer finds. */
#define must(holds)              \
	do {                     \
		if (!(holds))    \
			abort(); \
	} while (0)

struct native_shape {
	const char *name; /* NULL ends the list */
	void *variable;
	__u32 type, key_size, value_size, max_entries;
};

/* native_open(), with the list of the maps. */
int native_make_world(unsigned int world, const struct native_shape *shape, __u32 max_claims);

/* Makes an empty map. 0, or -ENOMEM; native_map_free() takes one that is half-built, too. */
int native_map_make(struct native_map *map, const struct native_shape *shape);
void native_map_free(struct native_map *map);

/* Room for one more item behind `count`. Returns where they are now. */
void *native_grow(void *items, __u32 count, __u32 *room, size_t size);

#endif
