/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * heap.h - things that have a time, the earliest first. An item is part of what it stands for, as
 * its first member.
 */
#ifndef GARPD_BASE_HEAP_H
#define GARPD_BASE_HEAP_H

#include "bpf/abi/abi.h"

struct heap_item {
	__u64 time_ns;
	__u32 place;
};

/* All zero: empty. at[0] is the earliest. The caller frees `at`. */
struct heap {
	struct heap_item **at;
	__u32 length, room;
};

/* Makes room for one more. 0 or -ENOMEM. */
int heap_grow(struct heap *heap);

/* Adds an item; heap_grow() has made room. */
void heap_add(struct heap *heap, struct heap_item *item);

void heap_remove(struct heap *heap, const struct heap_item *item);

/* The item has another time than before. */
void heap_settle(struct heap *heap, struct heap_item *item);

#endif
