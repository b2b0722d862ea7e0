/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * model.h - the claim machine as a finite transition system: the very code of bpf/claim in the unit
 * tests' world, before the judge of tests/sim. A world (worlds.c) says what can happen; search.c
 * visits every state that can be reached.
 *
 * After each step the clock is set back to a constant, as the machine only uses differences of
 * times; what no decision reads is zeroed, and old times are clamped with their order kept. So the
 * worlds close. Option -g shows that this hides nothing, -x that it changes nothing.
 */
#ifndef GARPD_MODEL_H
#define GARPD_MODEL_H

#include <stdint.h>
#include <stdio.h>

#include "tests/sim/judge.h"

enum { NO_FREEZING = 1000 }; /* so many moves do not happen */
enum { STATIONS = 7, RULES = 7, EVENTS_MAX = 4096, MACS = 4 };

enum act_kind {
	ACT_TICK,
	ACT_SERVE,	/* the daemon serves what is due */
	ACT_EARLY,	/* its clock is fast */
	ACT_OLD_CLOCK,	/* its clock is a tick behind that of the frames */
	ACT_BY_HAND,	/* an operator requests an announcement */
	ACT_CLAIM,	/* an operator claims the address for a guest that was not heard */
	ACT_LINK,	/* an uplink of the segment came back */
	ACT_THAW,	/* an operator thaws the claim */
	ACT_HEAR,	/* a frame is heard */
	ACT_TELL,	/* EVPN says that a host has the address */
	ACT_POLICY,	/* the configuration changes to `arg` */
	ACT_FAIL,	/* the next announcement cannot be sent */
	ACT_REPLY,	/* listener `arg` replies to a guest */
	ACT_PORT_GONE,	/* a port disappears */
	ACT_SWEEP,	/* the daemon sweeps the claims of ports that are gone */
	ACT_BUSY,	/* another address is announced on a port */
	ACT_GET,	/* a host gets the address: it may use it, and answers */
	ACT_LOSE,	/* it loses the address, or dies */
	ACT_FORWARDING, /* a port starts forwarding, or stops */
};

struct act {
	uint8_t kind; /* enum act_kind */
	uint8_t who;  /* of stations */
	uint8_t what; /* enum heard_kind */
	uint8_t behind, nonce, arg;
};

/* What happens, and what another CPU hears before it is over. */
struct happening {
	struct act act, race;
	uint8_t has_race;
	uint16_t plain; /* the same event without a race */
};

/* A finite world. Durations are in ticks. */
struct bounds {
	const char *name;
	int quick;	/* closes in a second or so: in `make check` */
	int depth;	/* so many events are searched, not all; 0: until no new state is found */
	int depth_long; /* and so many once before a release */
	int release;	/* closes in minutes: only then */
	int ipv6, xdp;
	int late;	  /* the daemon comes at any time; else in time */
	int early;	  /* and before its time */
	int old_clock;	  /* and with an older clock than the frames */
	int behind, race; /* two CPUs: an older clock; a frame while an announcement is sent */
	int aging;	  /* 0: nothing is ever forgotten */
	int listeners;	  /* that are nudged */
	int strangers;	  /* that reply all the same */
	int fail, by_hand, link, thaw, busy, sweep;
	int monitor;	      /* with monitors.c, which remembers what was on the wire */
	int ask;	      /* the guest is asked: judged by truth.c, not by the judge */
	int deaf;	      /* ports start and stop forwarding */
	unsigned int from;    /* a bit for each station that sends */
	unsigned int kinds;   /* a bit for each kind of frame */
	unsigned int gone;    /* a bit for each station whose port may disappear */
	unsigned int rules;   /* a bit for each configuration; it begins with the lowest */
	unsigned int nonces;  /* a bit for each nonce of a solicitation */
	unsigned int lives;   /* a bit for each station that gets and loses the address */
	unsigned int defends; /* a bit for each station that objects to a probe if it has it */
	unsigned int claimed; /* a bit for each station that an operator may claim for */
	unsigned int told;    /* a bit for each station that EVPN may tell of; with ask */
	unsigned int cannot;  /* a bit for each station that never answers from where it sends */
	int duplicate, gap, tolerance, steady, steady_grace, window, grace, dad, dad_grace;
	int first, interval, nudge_gap, retry, moves, thaws, age, denied, refresh, answer, give_up;
	int echo; /* 0: nothing comes back from the uplink */
	int min_probes, announce_num, max_moves, nudge_num, per_second;
	int queue; /* so many turns ahead on a port or in a lane; 0: without a limit */
};

/* What monitors.c has seen on the wire. */
struct monitors {
	uint8_t clean[STATIONS]; /* probes since another host named the address (to 3) */
	__u64 probed_ns[STATIONS];
	uint8_t sent;	 /* announcements since a host or an operator gave a reason for one */
	__u64 denied_ns; /* since when the policy forbids the claim; only where claims age */
};

/* What truth.c knows of the hosts. */
struct truth {
	uint8_t has[STATIONS];	 /* it has the address, and answers for it */
	__u64 lost_ns[STATIONS]; /* when it lost it; 0: or another host named the address since */
	__u64 defended_ns[STATIONS]; /* when it lost it */
	__u64 probed_ns[STATIONS];   /* its last probe that is no copy */
	__u64 wanted_ns; /* since when it has the address and waits to be announced; 0: it does not
			  */
	__u64 named_ns;	 /* when a host that is not `waiting` was heard last */
	uint8_t unhindered; /* probes of it, with no other host since, to 3 */
	uint8_t claimed;    /* these were none: an operator has claimed the address for it */
	uint8_t waiting;    /* the host that probed last, of stations */
};

/* All that a state is; the rest of the world and of the judge is the same in each. */
struct snap {
	struct claim claim;
	struct listener listener[2];
	__u64 limit_tat[4], question_tat[4], lane_tat[LANE_MAX];
	uint32_t gone_ports, fail, rules, deaf_ports;
	struct {
		uint8_t rest[sizeof(struct judge)];
	} judge;
	struct monitors monitors;
	struct truth truth;
};

/* What a step did, for comparisons. */
struct outcome {
	uint64_t hash;
	uint32_t steps, announced, state;
	int64_t deadline;
};

extern const struct bounds *bounds;
extern struct happening events[EVENTS_MAX];
extern int event_count;
extern struct outcome outcome;
extern FILE *story;	/* gets a line for each step; NULL: no story */
extern int judge_alone; /* the model's own rules do not count */

/* worlds.c */
const struct bounds *worlds_find(const char *name);
const struct bounds *worlds_at(unsigned int i); /* NULL: there are no more */

/* tally.c: prints the rules that were evaluated (NULL: it does not), and returns their number. */
unsigned int tally_rules(FILE *list);

/* pairs.c: 0 if all is well. */
int pairs_check(void);

/* events.c */
void events_make(void);
const char *events_tell(int event, char *buf, size_t len);

/* step.c: begins in the state where no claim is. */
void model_init(const struct bounds *world);
int model_can_happen(int event);
/* Returns NULL, or the rule that was broken. *idle: 1 if the race did not take place. */
const char *model_step(int event, int *idle);
/* Is the state beyond the world's bounds, so that what follows from it is not searched? */
int model_is_beyond(void);

/* tell.c */
const char *model_describe(char *buf, size_t len);

/* hide.c: hides what no decision reads; or makes another state that it hides as the same. */
void model_hide(void);
void model_garble(uint64_t *seed);

/* snap.c */
void model_save(struct snap *snap);
void model_load(const struct snap *snap);

#endif /* GARPD_MODEL_H */
