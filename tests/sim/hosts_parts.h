/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * hosts_parts.h - shared by hosts_happen.c, what the hosts do, and hosts.c, the rules and whole
 * seeds.
 */
#ifndef GARPD_SIM_HOSTS_PARTS_H
#define GARPD_SIM_HOSTS_PARTS_H

#include <setjmp.h>

#include "hosts.h"
#include "tests/unit/world.h"

#define EVENTS_MAX 256

enum has {
	HAS_NOT,
	IN_DAD,
	HAS_IT,
	IS_DEAD,  /* it sends and answers nothing more */
	IS_MOVED, /* it has the address, at another place */
};

struct host {
	const struct station *station;
	const struct station *moved_to;
	enum has has;
	int scanner; /* it probes, and never takes the address */
	int deaf;    /* garpd does not hear its port */
	unsigned int probes, attempt;
	__u64 gap_ns, wait_ns; /* between its probes, and from the last one to taking the address */
	__u64 had_ns, moved_had_ns; /* when it last had the address on its port; and where it is
				       moved to */
	__u64 named_ns;		    /* when garpd last heard it name the address, or probe for it */
	int disturbed; /* since its detection began, or it was named, another host was heard */
	int named;     /* an operator has claimed the address for it, since it has it */
};

enum happens {
	BEGINS,
	PROBES,
	TAKES,
	DIES,
	MOVES,
	LEAVES,
	IS_NAMED,   /* an operator claims the address for it */
	IS_TOLD_OF, /* EVPN says that it has the address */
	OBJECTS,
	USES,
	DAEMON_STOPS,
	DAEMON_STARTS,
	FAILS,
	BLOCKS,
	FORWARDS
};

struct happening {
	__u64 at_ns;
	enum happens what;
	int who;
	unsigned int attempt; /* of the host: one of an earlier detection is void */
};

enum { A, B, C, BEHIND_THE_UPLINK, ABOVE, HOSTS };

extern struct hosts_play {
	struct world world;
	struct host host[HOSTS];
	struct happening queue[EVENTS_MAX];
	unsigned int queued;
	__u64 random;
	int ipv6, lossy;
	unsigned long announced, happened;
	__u64 sign_ns; /* when a host was last heard or told of */
	FILE *trace;
	const char *broken;
	jmp_buf over;
} playing;

static struct world *const w __attribute__((unused)) = &playing.world;

/* hosts_happen.c */
__u64 hosts_random(__u64 below);
int hosts_in_100(unsigned int percent);
const char *hosts_address(void);
void hosts_note(const char *who, const char *does);
/* Breaks the schedule off with `broken` unless `holds`. */
void hosts_must(int holds, const char *broken);
/* It happens at that time, to that host. */
void hosts_put(__u64 at_ns, enum happens what, int who);
void hosts_happen(const struct happening *next);
void hosts_set_has(struct host *host, enum has has);
const struct station *hosts_place_of(const struct host *host);
/* Has another host named the address since? What was answered before that is not good any more. */
int hosts_is_doubted_since(const struct host *host, __u64 since_ns);

#endif /* GARPD_SIM_HOSTS_PARTS_H */
