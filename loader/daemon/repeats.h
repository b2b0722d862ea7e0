/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * repeats.h - an event that repeats is logged once a minute, with the number of repeats.
 */
#ifndef GARPD_DAEMON_REPEATS_H
#define GARPD_DAEMON_REPEATS_H

#include <stdbool.h>

#include "bpf/abi/abi.h"

#define REPEAT_QUIET_NS (60 * NSEC_PER_SEC)
#define REPEATS		1024 /* slots; two events that share one may be logged too early */

/* An event that was logged. Zeroed: an empty slot. */
struct repeat {
	struct claim_key key;
	__u32 reason;
	unsigned int suppressed; /* since it was logged */
	__u64 logged_ns;
};

/*
 * True: log the event; *suppressed is how many like it were not logged since the last one. False:
 * this one is a repeat. `now_ns` never goes back.
 */
bool repeats_allow(struct repeat repeats[REPEATS], const struct claim_key *key, __u32 reason,
		   __u64 now_ns, unsigned int *suppressed);

#endif
