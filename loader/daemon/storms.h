/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * storms.h - what happens again and again is said once a minute.
 */
#ifndef GARPD_DAEMON_STORMS_H
#define GARPD_DAEMON_STORMS_H

#include <stdbool.h>

#include "bpf/abi/abi.h"

#define STORM_QUIET_NS (60 * NSEC_PER_SEC)
#define STORMS	       1024 /* that are kept apart; of more, one is now and then said too early */

/* One thing that was said. Zeroed: none. */
struct storm {
	struct claim_key key;
	__u32 reason;
	unsigned int left_out; /* since it was said */
	__u64 said_ns;
};

/*
 * May it be said that this happened to this claim? Then *left_out is how often it was not said
 * since the last time. `now_ns` never goes back.
 */
bool storms_allow(struct storm storms[STORMS], const struct claim_key *key, __u32 reason,
		  __u64 now_ns, unsigned int *left_out);

#endif
