/* SPDX-License-Identifier: GPL-2.0-or-later */
/* parts.h - what the parts of replay share. */
#ifndef GARPD_REPLAY_PARTS_H
#define GARPD_REPLAY_PARTS_H

#include "bpf/frame/parse.h"
#include "loader/base/heap.h"
#include "loader/base/text.h"
#include "native.h"
#include "replay.h"

/* ---- worlds: one that observes, and one that sends ---- */

#define WORLD_OBSERVES 0
#define WORLD_SENDS    1

#define REPLAY_SEGMENT 1u
#define REPLAY_UPLINK  1u
#define REPLAY_GUESTS  8192u /* ports of guests; two MACs may share one */

/* What is kept of a claim, by its place in the map. */
struct slot {
	struct heap_item item; /* first: its deadline */
	bool has_deadline;
	__u8 prober[MAC_LEN]; /* of the last attempt */
};

struct world {
	unsigned int number;
	struct native_map *claims, *ports, *limits;
	struct slot *slots;
	struct heap heap;
	bool has_port[REPLAY_UPLINK + 1 + REPLAY_GUESTS];
};

/* 0, or -ENOMEM. */
int world_open(struct world *world, unsigned int number, const struct settings *settings,
	       __u32 max_claims);
void world_close(struct world *world);

/* A frame comes in on a port; what the program did is in `native`. */
void world_hear(struct world *world, const __u8 *frame, __u32 len, __u32 port, __u8 guards,
		__u64 now_ns);

/* The earliest deadline is due by `until_ns`: it is run. False: none is. */
bool world_run_due(struct world *world, __u64 until_ns);

/* The claim of the key and its slot; NULL: there is no such claim. */
const struct claim *world_find(const struct world *world, const struct claim_key *key,
			       struct slot **slot);

/* ---- answers ---- */

struct contender {
	struct replay_answer answer; /* first */
	struct replay_attempt now;   /* all zero: none yet */
	bool is_open;		     /* its next probe may belong to it */
	__u32 next;		     /* of its bucket, + 1 */
};

struct contenders {
	struct contender *at;
	__u32 *bucket;
	__u32 count;
	__u64 left;
	/* The clock on the wall was set so far since the first frame; their times are without it.
	 */
	long long set_ns;
};

/* 0, or -ENOMEM. */
int contenders_open(struct contenders *contenders);
void contenders_close(struct contenders *contenders);

/* NULL: not there; or, if it is to be added, no room. */
struct contender *contenders_find(struct contenders *contenders, const struct claim_key *key,
				  const __u8 mac[MAC_LEN], bool add);

/* The frame is heard; before the program hears it. */
void contenders_hear(struct contenders *contenders, const struct claim_key *key,
		     const struct frame *frame, bool is_uplink, const struct settings *settings,
		     long long wall_ns);

/* The program tells this of the claim, which may be gone (NULL). */
void contenders_tell(struct contenders *contenders, const struct event *event,
		     const struct claim *claim, struct slot *slot, bool is_after,
		     long long wall_ns);

/* All attempts are over. */
void contenders_end(struct contenders *contenders);

/* ---- the whole ---- */

#define SEEN_FRAMES 1024 /* slots, by hash */

struct seen {
	__u64 hash, at_ns;
};

struct macs {
	__u8 (*at)[MAC_LEN];
	size_t count;
};

struct replay {
	struct replay_options options;
	struct settings settings;
	struct addr only;
	struct macs guests, uplinks;
	struct world worlds[NATIVE_WORLDS];
	unsigned int world_count;
	struct contenders contenders;
	struct replay_step *steps;
	size_t step_count, step_room;
	struct replay_answer *answers; /* sorted */
	size_t answer_count;
	struct replay_summary summary;
	struct seen seen[SEEN_FRAMES];
	__u64 now_ns;	       /* of the programs */
	long long wall_offset; /* the time on the wall, less that */
	bool has_ended;
};

/* "192.0.2.10", "192.0.2.10 in VLAN 7". Returns `text`. */
const char *replay_address_text(const struct claim_key *key, char text[CLAIM_TEXT_LEN]);

/* Makes `answers` of the contenders. */
void replay_sort_answers(struct replay *replay);

#endif
