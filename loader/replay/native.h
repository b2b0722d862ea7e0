/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * native.h - garpd.bpf.c as a native program: its maps, its packet and its clock, all of them here.
 * It needs no right. A replay runs it, and the differential fuzzer compares it with the kernel's.
 */
#ifndef GARPD_REPLAY_NATIVE_H
#define GARPD_REPLAY_NATIVE_H

#include "bpf/abi/abi.h"

/* ---- worlds ---- */

/*
 * A world is a set of the maps, empty at first. The programs run in the one that was used last; the
 * clock, and what the programs did, are the same for all.
 */
#define NATIVE_WORLDS 2

/* Makes the maps of a world, with room for so many claims, and uses it. 0, or -ENOMEM. */
int native_open(unsigned int world, __u32 max_claims);
void native_use(unsigned int world);
void native_close(void);

/* ---- maps ---- */

#define NATIVE_PREFIX_BITS 192 /* at most, of a key of a prefix tree */

/*
 * Elements stay at their places until they are deleted. Memory is used as elements are added, and
 * never more than max_entries need.
 */
struct native_map {
	char name[32];
	void *variable; /* of garpd.bpf.c */
	__u32 type, key_size, value_size, max_entries;
	__u32 count;
	__u32 places; /* those from here on were never used */
	/* Of native_maps.c. A link is a place + 1; 0: none. */
	__u32 free, buckets, newest, oldest;
	__u8 *keys, *values, *is_used;
	__u32 *next, *bucket, *newer, *older;
	__u32 prefixes[NATIVE_PREFIX_BITS + 1]; /* how many have that length */
};

/* NULL: garpd.bpf.c has no map of this name. */
struct native_map *native_map_find(const char *name);
struct native_map *native_map_next(struct native_map *map); /* of all; NULL: the first, the end */

/* As bpf(2) would. NULL, or -errno: not found, or no room. */
void *native_map_lookup(struct native_map *map, const void *key);
int native_map_update(struct native_map *map, const void *key, const void *value, __u64 flags);
int native_map_delete(struct native_map *map, const void *key);
void native_map_clear(struct native_map *map);

/* The element at a place; NULL: the place is free. */
void *native_map_key(const struct native_map *map, __u32 place);
void *native_map_value(const struct native_map *map, __u32 place);

/* The place of an element of a hash; map->max_entries: not found. */
__u32 native_map_place(const struct native_map *map, const void *key);

/* One more of the same shape, which no program uses. 0, or -ENOMEM. */
int native_map_like(struct native_map *map, const struct native_map *like);
void native_map_copy(struct native_map *to, const struct native_map *from);

/* ---- what the programs did since native_begin() ---- */

#define NATIVE_SENT_BYTES 2048 /* of a frame that was sent; the rest is cut */

struct native_sent {
	struct {
		__u32 len;
		__u8 at[NATIVE_SENT_BYTES]; /* tags inline */
	} frame;
	__u32 ifindex, mark;
	__u64 flags;
};

struct native {
	__u64 now_ns;
	__u32 events, sent, event_room, sent_room;
	struct event *event;
	struct native_sent *frame;
	/*
	 * NULL, or called before each step that another program can see: the helper uses this map,
	 * or (NULL) locks, reads the clock or sends an event. Another program may run meanwhile,
	 * with scratch maps and a packet (native_packet()) of its own.
	 */
	void (*turn)(const struct native_map *map);
};
extern struct native native;

void native_begin(__u64 now_ns);

/*
 * Which interfaces there are, and whether they are up. Before the first one is named each one is
 * there and up.
 */
void native_interface(__u32 ifindex, int up);

/* ---- the programs ---- */

#define NATIVE_FRAME_MAX 9000

/* Two programs may run in turns, each with the packet of that number. */
#define NATIVE_PACKETS 2
void native_packet(unsigned int number);

/* `frame` has room for NATIVE_FRAME_MAX bytes, and is as the program leaves it. The verdict. */
int native_tc(__u8 *frame, __u32 *len, __u32 ifindex, __u32 *mark);
int native_xdp(__u8 *frame, __u32 *len, __u32 ifindex);
int native_host_out(__u8 *frame, __u32 *len, __u32 ifindex, __u32 *mark);
int native_host_in(__u8 *frame, __u32 *len, __u32 ifindex, __u32 *mark);
int native_speak(__u8 *frame, __u32 *len);

#endif
