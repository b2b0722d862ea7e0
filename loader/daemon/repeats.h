/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * repeats.h - what hosts can cause at any rate is logged at a bounded one: an event that repeats,
 * once a minute; events of one port, one a second beyond a burst.
 */
#ifndef GARPD_DAEMON_REPEATS_H
#define GARPD_DAEMON_REPEATS_H

#include <stdbool.h>

#include "bpf/abi/abi.h"

#define REPEAT_QUIET_NS	 (60 * NSEC_PER_SEC)
#define REPEATS		 1024 /* slots; two events that share one may be logged too early */
#define PORT_LINES	 256  /* slots; ports that share one share its lines */
#define PORT_LINES_BURST 100
#define PORT_LINE_NS	 (1 * NSEC_PER_SEC)

/* An event that was logged. Zeroed: an empty slot. */
struct repeat {
	struct claim_key key;
	__u32 reason;
	unsigned int suppressed; /* since it was logged */
	__u64 logged_ns;
};

/* The lines about the events of a port. Zeroed: none yet. */
struct port_lines {
	__u64 tat_ns;		 /* limit_take() in bpf/claim/limit.h */
	unsigned int suppressed; /* since the last one */
};

/*
 * True: log the event; *suppressed is how many like it were not logged since the last one. False:
 * this one is a repeat. `now_ns` never goes back.
 */
bool repeats_allow(struct repeat repeats[REPEATS], const struct claim_key *key, __u32 reason,
		   __u64 now_ns, unsigned int *suppressed);

/* The same for any event of the port. False: the port has had its lines. */
bool port_lines_allow(struct port_lines lines[PORT_LINES], __u32 port, __u64 now_ns,
		      unsigned int *suppressed);

#endif
