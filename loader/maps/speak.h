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
 * Many calls in one turn: speak_begin(), one speak_run_next() for each, speak_end(). A turn has to
 * be short: whoever else calls garpd_speak waits for its end. Each returns as speak_run(); after an
 * error of speak_begin() there is no turn.
 */
int speak_begin(const struct pins *pins);
int speak_run_next(const struct pins *pins, struct speak_call *call);
void speak_end(const struct pins *pins);

/* SPEAK_FABRIC, which takes a MAC as well. Returns as speak_run(). */
int speak_run_for(const struct pins *pins, struct speak_call *call, const __u8 mac[MAC_LEN]);

/* A call that needs nothing but the op. Returns as speak_run(). */
int speak_run_op(const struct pins *pins, const struct claim_key *key, enum speak_op op);

/* Logs once, until the program runs again, that it did not run for a claim in this segment. */
void speak_log_failed(const struct claim_key *key, const char *interface, int err);

#endif
