/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * schedule.h - a schedule: what happens around one address, and when. Made from a seed: an old
 * owner, a new one, rivals and defenders, whose frames are lost, doubled, late and out of order;
 * the daemon dies and comes back, announcements fail, operators ask, the policy changes, what is
 * to be said has to wait for its turn, ports leave.
 *
 * The same seed is the same schedule, everywhere and for ever.
 */
#ifndef GARPD_SIM_SCHEDULE_H
#define GARPD_SIM_SCHEDULE_H

#include "judge.h"

#define SCHEDULE_MAX 192

enum happening {
	HAPPENS_PROBE,
	HAPPENS_ANNOUNCEMENT,
	HAPPENS_USE,
	HAPPENS_RELAY,
	HAPPENS_ELSE,	      /* it speaks of something else */
	HAPPENS_ASK,	      /* an operator: garpd announce */
	HAPPENS_ANSWER,	      /* listener `count` does, whom it takes for the owner */
	HAPPENS_THAW,	      /* an operator: garpd thaw */
	HAPPENS_DAEMON_DIES,  /* nobody comes at the deadlines */
	HAPPENS_DAEMON_LIVES, /* again */
	HAPPENS_DAEMON_EARLY, /* its clock is fast: it comes before the deadline */
	HAPPENS_FAILURES,     /* the next `count` announcements cannot be sent */
	HAPPENS_BUSY,	      /* `count` other addresses of the port are announced first */
	HAPPENS_LEAVES,	      /* its port does, until it is heard again */
	HAPPENS_SWEEP,	      /* the daemon has a look at the claims of ports that left */
	HAPPENS_POLICY,	      /* the configuration is another one: schedule_rules[count] */
	HAPPENS_MAX,
};

struct event_at {
	__u64 at_ns;
	__u8 what;  /* enum happening */
	__u8 who;   /* of schedule_stations */
	__u8 nonce; /* of a probe in IPv6; 0: none */
	__u8 count;
	__u16 behind_us; /* of a frame: its CPU had read the clock before another one was served */
	__u8 races;	 /* another CPU has it while the announcement before it is being sent */
};

/* What the configuration says of the address, and the routing table. */
struct rules {
	const char *name;
	enum announce_mode announce;
	const char *owners; /* last letters of guest_a, guest_b, guest_c */
	enum host_address host;
};

struct schedule {
	__u64 seed;
	const struct rules *rules;
	int ipv6, xdp;
	unsigned int announce_num, max_moves, thaw_s, refresh_s;
	unsigned int per_second; /* announcements of each port; 0: as many as by default */
	unsigned int listeners;
	unsigned int count;
	struct event_at event[SCHEDULE_MAX];
};

#define SCHEDULE_STATIONS 6
extern const struct station *const schedule_stations[SCHEDULE_STATIONS];

#define SCHEDULE_RULES 8
extern const struct rules schedule_rules[SCHEDULE_RULES];

void schedule_make(struct schedule *schedule, __u64 seed);

#endif /* GARPD_SIM_SCHEDULE_H */
