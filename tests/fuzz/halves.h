/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * halves.h - the object in the kernel and the same source compiled natively, beside each other: the
 * maps of both, a step in either, and whether they are the same afterwards. For the differential
 * fuzzers.
 */
#ifndef GARPD_FUZZ_HALVES_H
#define GARPD_FUZZ_HALVES_H

#include "kernel.h"

/* What the kernel's half did in the last run. */
struct halves_did {
	__u64 counters[COUNTER_MAX];
};
extern struct halves_did halves_did;

extern int halves_are_pairs; /* 1: two programs run at the same time */

void halves_open(void);
/* An input begins: these settings, no claim, and nothing used up. */
void halves_begin(__u8 flags, __u32 quota);
/* Time passes: everything that is remembered is longer ago. */
void halves_pass(__u64 ns);

/*
 * Reads WHAT and its arguments:
 *
 *	bits 0-2
 *	0-3	a frame through tc, for 1 and 3 through XDP: read_frame()
 *	4	time passes, in all maps: TIME(2), in ms
 *	5	the daemon comes: read_speak()
 *	6	as 0, with our mark
 *	7	any bytes, for bit 6 through XDP: LEN BYTES..
 *	bits 3-5: enum kernel_port
 *
 * Returns 0 where time has passed, and there is no step.
 */
int halves_read_step(struct input *input, struct step *step);

/* Around the run in the kernel: remembers the maps before and after, and what was counted. */
void halves_before(void);
int halves_after(void); /* or what kernel_read() returns */
/* The native maps become those of before, and nothing is counted; or those of the kernel after. */
void halves_rewind(void);
void halves_follow(void);

/* A map that the programs change, as it was before. */
struct native_map *halves_was(const char *name);

/* Do the programs change this map? */
int halves_is_changing(const struct native_map *map);

/* In the native half, which adds to what was counted and to the events. */
void halves_run_native(struct step *step);

/* NULL, or what is not the same. `differ` looks at the maps and counters, not at steps or events.
 */
const char *halves_differ(void);
int halves_same_step(const struct step *ours, const struct step *theirs);
int halves_same_event(const struct event *a, const struct event *b);
void halves_tell(void);
void halves_tell_step(const struct step *ours, const struct step *theirs);

/* The frame is as it `came`, and what the native half sent may be sent. */
void halves_check(const struct step *step, const struct bytes *came);
void halves_check_sent(void);

#endif
