/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * deadlines.h - the clock: when something is due for which claim.
 *
 * It knows a claim's key, its port and the time; the kernel half decides what is due. Of the
 * deadlines that have passed those of ports with few deadlines come first, so that a port with a
 * thousand delays its own and not those of the others.
 */
#ifndef GARPD_DAEMON_DEADLINES_H
#define GARPD_DAEMON_DEADLINES_H

#include <systemd/sd-event.h>

#include "bpf/abi/abi.h"

struct deadlines;

/* A claim whose deadline has passed. */
struct due {
	struct claim_key key;
	__u64 next_ns; /* out: its next deadline; 0: none */
};

/* Called with the claims whose deadlines have passed, in their order; sets no deadlines meanwhile.
 */
typedef void (*deadlines_run)(void *ctx, struct due *due, size_t count);

/* 0, or -errno; then it has to be closed, too. */
int deadlines_open(struct deadlines **deadlines, sd_event *event, deadlines_run run, void *ctx);
void deadlines_close(struct deadlines *deadlines); /* takes NULL */

/*
 * Sets the claim's one deadline (CLOCK_MONOTONIC ns, in the past: at once); 0 removes it. `port`
 * (ifindex) is that of the claim's guest; `time_ns` is when the claim had this deadline. Events may
 * overtake each other: one that is older than what is known can only bring the deadline forward,
 * since calling too early is harmless. 0, or -errno: unchanged.
 */
int deadlines_set(struct deadlines *deadlines, const struct claim_key *key, __u32 port,
		  __u64 deadline_ns, __u64 time_ns);

/*
 * The same for a claim whose port is not known: one that has a deadline stays in its line, and
 * `port` is a guess for the others. deadlines_move() follows.
 */
int deadlines_set_unplaced(struct deadlines *deadlines, const struct claim_key *key, __u32 port,
			   __u64 deadline_ns, __u64 time_ns);

/* The claim's port is this one, whatever its deadline is. 0, or -errno: unchanged. */
int deadlines_move(struct deadlines *deadlines, const struct claim_key *key, __u32 port);

/* The port's claims that have deadlines, a copy to be freed. 0 or -ENOMEM. */
int deadlines_of_port(const struct deadlines *deadlines, __u32 port, struct claim_key **keys,
		      size_t *count);

#endif
