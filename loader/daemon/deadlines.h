/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * deadlines.h - the clock: one timer for each claim that waits for something.
 *
 * It knows a claim's key, its port and the time, nothing else; what is due is for the kernel half
 * to say. Of deadlines that have passed, those of ports with few come first: a port with a thousand
 * makes its own wait, not those of the others.
 */
#ifndef GARPD_DAEMON_DEADLINES_H
#define GARPD_DAEMON_DEADLINES_H

#include <systemd/sd-event.h>

#include "bpf/abi/abi.h"

struct deadlines;

/* Called when a claim's deadline has passed; returns its next one in ns, 0: none. */
typedef __u64 (*deadlines_due)(void *ctx, const struct claim_key *key);

/* 0, or -errno. */
int deadlines_open(struct deadlines **deadlines, sd_event *event, deadlines_due due, void *ctx);
void deadlines_close(struct deadlines *deadlines); /* takes NULL */

/*
 * Sets the claim's one deadline (CLOCK_MONOTONIC ns, in the past: at once); 0 takes it away. `port`
 * (ifindex) is that of the claim's own guest; `time_ns` is when the claim had it. One from before
 * what is known can only bring it forward, since events may overtake each other: to come too early
 * is harmless. 0, or -errno: it is as it was.
 */
int deadlines_set(struct deadlines *deadlines, const struct claim_key *key, __u32 port,
		  __u64 deadline_ns, __u64 time_ns);

#endif
