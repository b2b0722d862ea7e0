// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdlib.h>

#include "heap.h"

int heap_grow(struct heap *heap)
{
	__u32 room = heap->room + heap->room / 2 + 4;
	struct heap_item **at;

	if (heap->length < heap->room)
		return 0;
	at = realloc(heap->at, room * sizeof(struct heap_item *));
	if (!at)
		return -ENOMEM;
	heap->at = at;
	heap->room = room;
	return 0;
}

static void heap_put(struct heap *heap, __u32 place, struct heap_item *item)
{
	heap->at[place] = item;
	item->place = place;
}

void heap_settle(struct heap *heap, struct heap_item *item)
{
	__u32 place = item->place, other;

	for (; place; place = other) {
		other = (place - 1) / 2;
		if (heap->at[other]->time_ns <= item->time_ns)
			break;
		heap_put(heap, place, heap->at[other]);
	}
	for (; (other = 2 * place + 1) < heap->length; place = other) {
		if (other + 1 < heap->length &&
		    heap->at[other + 1]->time_ns < heap->at[other]->time_ns)
			other++;
		if (heap->at[other]->time_ns >= item->time_ns)
			break;
		heap_put(heap, place, heap->at[other]);
	}
	heap_put(heap, place, item);
}

void heap_add(struct heap *heap, struct heap_item *item)
{
	heap_put(heap, heap->length++, item);
	heap_settle(heap, item);
}

void heap_remove(struct heap *heap, const struct heap_item *item)
{
	struct heap_item *last = heap->at[--heap->length];

	if (last == item)
		return;
	heap_put(heap, item->place, last);
	heap_settle(heap, last);
}
