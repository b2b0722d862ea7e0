/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * native.h - garpd.bpf.c as a native program: its maps, its packet, its clock, all of them here and
 * under the sanitizers. The oracle of the differential fuzzer.
 */
#ifndef GARPD_FUZZ_NATIVE_H
#define GARPD_FUZZ_NATIVE_H

#include "fuzz.h"
#include "tests/unit/bytes.h"

/* ---- maps: found by name, shaped as the object's ---- */

struct native_map {
	char name[32];
	void *variable; /* of garpd.bpf.c */
	__u32 type, key_size, value_size, max_entries;
	unsigned int count;
	struct native_element {
		void *key, *value;
	} * element;
};

/* To be told of every map of the object, once. */
struct native_map *native_map_add(const char *name, __u32 type, __u32 key_size, __u32 value_size,
				  __u32 max_entries);
struct native_map *native_map_find(const char *name);

/* As bpf(2) would. NULL, or not 0: not found, or no room. */
void *native_map_lookup(struct native_map *map, const void *key);
int native_map_update(struct native_map *map, const void *key, const void *value, __u64 flags);
void native_map_clear(struct native_map *map);

/* Not looked up in: it keeps the elements of another. */
struct native_map native_map_empty(const struct native_map *like);
void native_map_copy(struct native_map *to, const struct native_map *from);

/* ---- what the programs did since native_begin() ---- */

#define NATIVE_EVENTS 16
#define NATIVE_SENT   64

struct native {
	__u64 now_ns;
	unsigned int events, sent;
	struct event event[NATIVE_EVENTS];
	struct native_sent {
		struct bytes frame; /* tags inline */
		__u32 ifindex, mark;
		__u64 flags;
	} frame[NATIVE_SENT];
};
extern struct native native;

void native_begin(__u64 now_ns);

/* Which interfaces there are, and whether they are up. */
void native_interface(__u32 ifindex, int up);

/* ---- the programs; `frame` as it is afterwards ---- */

int native_tc(struct bytes *frame, __u32 ifindex, __u32 *mark);
int native_xdp(struct bytes *frame, __u32 ifindex);
int native_speak(struct bytes *frame);

#endif /* GARPD_FUZZ_NATIVE_H */
