// SPDX-License-Identifier: GPL-2.0-or-later
#include <err.h>
#include <stdlib.h>
#include <string.h>

#include "states.h"

#define BLOCK_BYTES (4u << 20)
#define WORDS	    (sizeof(struct snap) / 8)
#define WORD_MAP    ((WORDS + 7) / 8)

struct states states;

/* ---- known states ---- */

static uint64_t hash(const struct snap *snap)
{
	const uint64_t *word = (const uint64_t *)snap;
	uint64_t a = 0x243f6a8885a308d3ull, b = 0x13198a2e03707344ull, factor;
	__uint128_t product;
	size_t i;

	for (i = 0; i < WORDS; i++) {
		factor = 0x9e3779b97f4a7c15ull ^ (i * 0xc2b2ae3d27d4eb4full | 1);
		product = (__uint128_t)(word[i] ^ a) * factor;
		a = (uint64_t)product ^ (uint64_t)(product >> 64);
		b = (b ^ a) * 0xff51afd7ed558ccdull;
		b ^= b >> 32;
	}
	a ^= b;
	a ^= a >> 33;
	a *= 0xc4ceb9fe1a85ec53ull;
	a ^= a >> 29;
	return a ? a : 1;
}

static int insert(uint64_t hash)
{
	uint64_t i = hash & (states.size - 1);

	while (states.hashes[i]) {
		if (states.hashes[i] == hash)
			return 0;
		i = (i + 1) & (states.size - 1);
	}
	states.hashes[i] = hash;
	return 1;
}

static void grow(void)
{
	uint64_t *old = states.hashes, size = states.size, i;

	states.size = size ? size * 2 : 1 << 16;
	states.hashes = calloc(states.size, sizeof(*states.hashes));
	states.parent = realloc(states.parent, states.size * sizeof(*states.parent));
	states.event = realloc(states.event, states.size * sizeof(*states.event));
	if (!states.hashes || !states.parent || !states.event)
		err(3, "no memory for %lu states", (unsigned long)states.size);
	for (i = 0; i < size; i++)
		if (old[i])
			insert(old[i]);
	free(old);
}

/* ---- the queue: states without their zero bytes, in a list of blocks ---- */

struct block {
	struct block *next;
	uint32_t used;
	unsigned char bytes[BLOCK_BYTES];
};

static struct block *first, *last;
static uint32_t read_at;

static void add_block(void)
{
	struct block *block = malloc(sizeof(*block));

	if (!block)
		err(3, "no memory for the queue of states");
	block->next = NULL;
	block->used = 0;
	if (last)
		last->next = block;
	else
		first = block;
	last = block;
	states.queue_bytes += BLOCK_BYTES;
	if (states.queue_bytes > states.queue_most)
		states.queue_most = states.queue_bytes;
}

/* Length, a bit for each word that is not zero, and of each such word a bit for each byte. */
static uint16_t pack(const struct snap *snap, unsigned char *to)
{
	const unsigned char *from = (const unsigned char *)snap;
	unsigned char *map = to + 2, *at = map + WORD_MAP, *mask;
	uint16_t len;
	size_t i, k;

	memset(map, 0, WORD_MAP);
	for (i = 0; i < WORDS; i++) {
		if (!((const uint64_t *)snap)[i])
			continue;
		map[i / 8] |= 1 << i % 8;
		mask = at++;
		*mask = 0;
		for (k = 0; k < 8; k++) {
			if (!from[i * 8 + k])
				continue;
			*mask |= 1 << k;
			*at++ = from[i * 8 + k];
		}
	}
	len = at - to;
	memcpy(to, &len, sizeof(len));
	return len;
}

static void unpack(const unsigned char *from, struct snap *snap)
{
	const unsigned char *map = from + 2, *at = map + WORD_MAP;
	unsigned char *to = (unsigned char *)snap, mask;
	size_t i, k;

	memset(snap, 0, sizeof(*snap));
	for (i = 0; i < WORDS; i++) {
		if (!(map[i / 8] >> i % 8 & 1))
			continue;
		mask = *at++;
		for (k = 0; k < 8; k++)
			if (mask >> k & 1)
				to[i * 8 + k] = *at++;
	}
}

static void push(const struct snap *snap)
{
	unsigned char packed[sizeof(struct snap) * 2 + 64];
	uint16_t len = pack(snap, packed);

	if (!last || last->used + len > BLOCK_BYTES)
		add_block();
	memcpy(last->bytes + last->used, packed, len);
	last->used += len;
}

void states_next(struct snap *snap)
{
	struct block *next;
	uint16_t len;

	if (read_at == first->used) {
		next = first->next;
		free(first);
		states.queue_bytes -= BLOCK_BYTES;
		first = next;
		read_at = 0;
	}
	memcpy(&len, first->bytes + read_at, sizeof(len));
	unpack(first->bytes + read_at, snap);
	read_at += len;
}

int states_add(const struct snap *snap, uint32_t parent, int event)
{
	if (states.count * 10 >= states.size * 7)
		grow();
	if (!insert(hash(snap)))
		return 0;
	states.parent[states.count] = parent;
	states.event[states.count] = event;
	states.count++;
	push(snap);
	return 1;
}
