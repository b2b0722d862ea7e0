/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * speak.h - calling the program garpd_speak.
 */
#ifndef GARPD_MAPS_SPEAK_H
#define GARPD_MAPS_SPEAK_H

#include "pins.h"

/*
 * How exact a timer is that announcements wait for. sd-event gathers those that are this close; 0
 * would be its default, a quarter of a second.
 */
#define ANNOUNCE_ACCURACY_US 1

/* After garpd_speak did not run, the daemon waits this long. */
#define SPEAK_AGAIN_USEC 1000000ull

/*
 * One call of garpd_speak (bpf/abi/abi.h). Waits until no other process is inside one: calls share
 * the maps in which they write frames and their results (enum outcome_of in bpf/outcome.h). Fills
 * what is marked `out` in `call`. 0, or -errno: the program did not run.
 */
int speak_run(const struct pins *pins, struct speak_call *call);

/*
 * Map speak_list in the memory of this process: SPEAK_LIST_MAX calls. NULL with errno. `map` may be
 * closed afterwards. speak_list_close() takes NULL.
 */
struct speak_call *speak_list_open(int map);
void speak_list_close(struct speak_call *list);

/*
 * Runs the first `count` calls of the list, in its order, those of IPv4 first; of one that was run
 * the op is SPEAK_DONE then. Whoever else calls garpd_speak waits meanwhile. 0, or -errno: not all
 * were run.
 */
int speak_run_list(const struct pins *pins, struct speak_call *list, size_t count);

/* SPEAK_FABRIC, which takes a MAC as well. Returns as speak_run(). */
int speak_run_for(const struct pins *pins, struct speak_call *call, const __u8 mac[MAC_LEN]);

/* A call that needs nothing but the op. Returns as speak_run(). */
int speak_run_op(const struct pins *pins, const struct claim_key *key, enum speak_op op);

/* Logs once, until the program runs again, that it did not run for a claim in this segment. */
void speak_log_failed(const struct claim_key *key, const char *interface, int err);

#endif
