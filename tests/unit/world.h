/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * world.h - a small world in virtual time around claim.h: stations that send ARP, a policy, and a
 * daemon that comes at every deadline. Nothing sleeps; time is what the test says.
 *
 *	world_probe(&w, ADDRESS, GUEST_A, at_ms(0));
 *	world_run_until(&w, at_ms(5000));
 *	cr_assert(...w.announced...);
 */
#ifndef GARPD_TEST_WORLD_H
#define GARPD_TEST_WORLD_H

#include <netinet/in.h>

#include "bpf/abi/abi.h"
#include "bpf/claim/claim.h"
#include "bpf/claim/limit.h"
#include "bpf/frame/parse.h"
#include "bpf/claim/policy.h"

#define WORLD_CLAIMS	    4
#define WORLD_ANNOUNCEMENTS 256
#define WORLD_NUDGE_ROUNDS  16
#define WORLD_QUESTIONS	    256
#define WORLD_SEEN	    16
#define WORLD_PORTS	    16
#define WORLD_LISTENERS	    4

/* CLOCK_MONOTONIC when the world begins: some time after the boot, as in life. */
#define WORLD_START_NS (1000 * NSEC_PER_SEC)

#define ADDRESS	 "192.0.2.7"
#define ADDRESS6 "2001:db8::7"
#define LISTENER "192.0.2.254"

/* Somebody who sends ARP, on a port of the bridge. */
struct station {
	const char *name;
	__u8 mac[MAC_LEN];
	__u32 port;
	__u32 role;
};

extern const struct station guest_a, guest_b, guest_c, remote_a, remote_b, moved_a;
#define GUEST_A	 (&guest_a)
#define GUEST_B	 (&guest_b)
#define GUEST_C	 (&guest_c)
#define REMOTE	 (&remote_b) /* another machine, behind the uplink */
#define A_UPLINK (&remote_a) /* GUEST_A's MAC, heard on the uplink */
#define A_MOVED	 (&moved_a)  /* the same on another port of guests */

struct announcement {
	__u64 at_ns;
	__u8 mac[MAC_LEN];
	__u32 port;
	__u8 reason; /* enum counter: the edge that made it */
	enum announcement_fate {
		ANNOUNCEMENT_NONE,
		ANNOUNCEMENT_SENT,
		ANNOUNCEMENT_FAILED, /* the kernel did not take it */
		ANNOUNCEMENT_OWED,   /* the hook cannot send */
		ANNOUNCEMENT_QUEUED, /* it has to wait */
	} became;
	__u8 queued;   /* enum queued: for which turn */
	__u64 turn_ns; /* and when that comes */
};

/* Who was asked for the address, from which sender. */
struct question {
	__u64 at_ns;
	__u8 mac[MAC_LEN];
	__u32 port;
	enum asker_kind from;
};

struct world {
	struct settings settings;
	__u64 now_ns;
	__u64 behind_ns;   /* what is heard has read the clock so long before it got the lock */
	int daemon_sleeps; /* 1: nobody comes at the deadlines */
	int fail;	   /* that many announcements to come cannot be queued */
	int xdp;	   /* 1: what hears cannot send, nor see which frames are ours */
	__u32 gone_port;   /* of the guest, which has come to another one */
	__u32 left;	   /* a bit for each port: it has left, and comes back when it is heard */
	struct limit limits[WORLD_PORTS]; /* of each port, as the map */
	struct lane_limit lanes[LANE_MAX];
	unsigned int listeners; /* of every address, at most WORLD_LISTENERS */
	struct listener listener[WORLD_LISTENERS];
	struct seen seen[WORLD_SEEN]; /* as the map; a MAC is known by its last byte's low half */

	struct {
		struct claim claim;
		char addr[INET6_ADDRSTRLEN]; /* empty: free */
		struct address declared;
		__u32 host; /* enum host_address; 0: not the host's */
	} sites[WORLD_CLAIMS];

	struct {
		unsigned int count;
		struct announcement list[WORLD_ANNOUNCEMENTS];
	} announced;
	struct {
		unsigned int count;
		struct question list[WORLD_QUESTIONS];
	} asked;
	enum asker_kind asker; /* of the segment; ASKER_NONE: it has none */
	__u32 mute;	  /* a bit for each MAC's last byte's low half: it answers no question */
	__u32 zero_only;  /* the same: it answers none but those from 0.0.0.0 */
	__u32 deaf_ports; /* a bit for each port: it does not forward */
	unsigned int nudge_rounds; /* in which somebody was nudged */
	__u64 nudged_ns[WORLD_NUDGE_ROUNDS];
	unsigned int counted[COUNTER_MAX];
	unsigned int wakeups;	/* calls of claim_run_deadline */
	struct claim_step step; /* the last one */

	/*
	 * Told of every step when the claim's lock is let go, before what became of its
	 * announcement is recorded: what it does to the world, another CPU does meanwhile. NULL:
	 * nobody.
	 */
	void (*watch)(struct world *w, const struct claim_step *step,
		      const struct announcement *said);
};

__u64 at_ms(__u64 ms);
__u64 at_us(__u64 us);

void world_init(struct world *w);

/* What the configuration and the routing table say. The list ends with NULL. */
void world_declare(struct world *w, const char *addr, enum announce_mode mode, ...);
void world_host_has(struct world *w, const char *addr, enum host_address what);
struct policy world_policy(const struct world *w, const char *addr, const struct station *whom);

/* Something is heard at a time that is not past; deadlines up to it are served before. */
void world_probe(struct world *w, const char *addr, const struct station *from, __u64 at_ns);
void world_probes(struct world *w, const char *addr, const struct station *from, __u64 at_ns,
		  int count, __u64 gap_ns);
/* A Neighbor Solicitation, every byte of whose nonce is this one; 0: it has none. */
void world_solicits(struct world *w, const char *addr, const struct station *from, __u8 nonce,
		    __u64 at_ns);
void world_announces(struct world *w, const char *addr, const struct station *from, __u64 at_ns);
void world_uses(struct world *w, const char *addr, const struct station *from, __u64 at_ns);
/* A Neighbor Advertisement that does not override: O=0. */
void world_advertises(struct world *w, const char *addr, const struct station *from, __u64 at_ns);
void world_relays(struct world *w, const char *addr, const struct station *from, __u64 at_ns);

/* From now on that host answers no question; or answers again. */
void world_mutes(struct world *w, const struct station *whom);
void world_unmutes(struct world *w, const struct station *whom);

/* Was the n-th question to the station, at that time, from that sender? */
int world_asked(const struct world *w, unsigned int n, const struct station *whom,
		enum asker_kind from, __u64 at_ns);

/* `from` goes through a window of three steady probes that begins at at_ns, to its very end. */
void world_takes(struct world *w, const char *addr, const struct station *from, __u64 at_ns);

/* The daemon: serves every deadline up to at_ns; or an operator's request. */
void world_run_until(struct world *w, __u64 at_ns);
void world_wake(struct world *w, const char *addr, __u64 at_ns); /* whether or not it is due */
int world_ask(struct world *w, const char *addr, __u64 at_ns);
int world_thaw(struct world *w, const char *addr, __u64 at_ns);

/* The port of that station leaves; and the daemon looks whether the claim counts for one that has.
 */
void world_leaves(struct world *w, const struct station *from, __u64 at_ns);
void world_sweep(struct world *w, const char *addr, __u64 at_ns);

/* So many announcements of other addresses come first on the port of that station. */
void world_is_busy(struct world *w, const struct station *at, unsigned int count, __u64 at_ns);

/* A listener, or a stranger, answers the host that it has for the address: an enum counter. */
int world_answers(struct world *w, const char *addr, unsigned int which, const struct station *to,
		  __u64 at_ns);
/* A station speaks of something else than the address. */
void world_seen(struct world *w, const struct station *from, __u64 at_ns);

/* The claim, NULL: forgotten or never made. */
const struct claim *world_claim(const struct world *w, const char *addr);
int world_state(const struct world *w, const char *addr);

/* Was the n-th announcement that of the station, at that time? */
int world_announced(const struct world *w, unsigned int n, const struct station *whom, __u64 at_ns);

#endif /* GARPD_TEST_WORLD_H */
