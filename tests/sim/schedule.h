/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * schedule.h - the events around one address and their times, made from a seed: an old owner, a new
 * one, rivals and defenders, whose frames are lost, doubled, late and out of order; the daemon
 * stops and starts, announcements fail or are rate-limited, operators announce and thaw by hand,
 * the policy changes, ports disappear.
 *
 * A seed gives the same schedule on every machine.
 */
#ifndef GARPD_SIM_SCHEDULE_H
#define GARPD_SIM_SCHEDULE_H

#include "judge.h"

#define SCHEDULE_MAX 192

enum event_kind {
	EVENT_PROBE,
	EVENT_ANNOUNCEMENT,
	EVENT_USE,
	EVENT_RELAY,
	EVENT_OTHER,	    /* ARP or ND about another address */
	EVENT_BY_HAND,	    /* an operator runs garpd announce; count 1: an uplink came back */
	EVENT_REPLY,	    /* listener `count` replies to the host that it has in its cache */
	EVENT_THAW,	    /* an operator runs garpd thaw */
	EVENT_DAEMON_STOP,  /* deadlines are not served */
	EVENT_DAEMON_START, /* deadlines are served again */
	EVENT_DAEMON_EARLY, /* its clock is fast: it runs the claim before the deadline */
	EVENT_FAILURES,	    /* the next `count` announcements fail */
	EVENT_BUSY,	    /* `count` other addresses of the port are announced first */
	EVENT_PORT_GONE,    /* its port is gone until a frame is heard from it */
	EVENT_SWEEP,	    /* the daemon sweeps the claims of ports that are gone */
	EVENT_POLICY,	    /* the configuration changes to schedule_rules[count] */
	EVENT_CLAIM,	    /* an operator claims the address for a guest that was not heard */
	EVENT_MAX,
};

struct event_at {
	__u64 at_ns;
	__u8 what;  /* enum event_kind */
	__u8 who;   /* of schedule_stations */
	__u8 nonce; /* of a probe in IPv6; 0: none */
	__u8 count;
	__u16 behind_us; /* of a frame: its CPU read the clock that long before it got the lock */
	__u8 races;	 /* another CPU hears it while the announcement before it is being sent */
};

/* The configuration of the address, and its place in the routing table. */
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
	unsigned int per_second; /* announcements of each port; 0: the default */
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
