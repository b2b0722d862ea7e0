/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * world.h - a small world in virtual time around claim.h: stations that send ARP, a policy, and a
 * daemon that comes at every deadline. Nothing sleeps; the test sets the time.
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

/* An answer is unicast to the sender of the question. */
#define WORLD_ASKER_MAC                   \
	{                                 \
		0x02, 0, 0, 0, 0xbb, 0x01 \
	}
#define WORLD_CLAIMS	    4
#define WORLD_ANNOUNCEMENTS 256
#define WORLD_NUDGE_ROUNDS  16
#define WORLD_QUESTIONS	    256
#define WORLD_PORTS	    16
#define WORLD_LISTENERS	    4

/* CLOCK_MONOTONIC when the world begins: some time after boot, as on a real host. */
#define WORLD_START_NS (1000 * NSEC_PER_SEC)

#define ADDRESS	 "192.0.2.7"
#define ADDRESS6 "2001:db8::7"
#define LISTENER "192.0.2.254"

/* A host that sends ARP, on a port of the bridge. */
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
#define A_MOVED	 (&moved_a)  /* GUEST_A's MAC, heard on another port of guests */

struct announcement {
	__u64 at_ns;
	__u8 mac[MAC_LEN];
	__u32 port;
	__u8 reason; /* enum counter: reason of the step */
	enum announcement_fate {
		ANNOUNCEMENT_NONE,
		ANNOUNCEMENT_SENT,
		ANNOUNCEMENT_FAILED,   /* the kernel refused it */
		ANNOUNCEMENT_DEFERRED, /* the hook cannot send */
		ANNOUNCEMENT_QUEUED,   /* rate-limited */
	} became;
	__u8 queued;   /* enum queued: limits waited for */
	__u64 turn_ns; /* when it may be sent */
};

/* A question to a guest, and its sender. */
struct question {
	__u64 at_ns;
	__u8 mac[MAC_LEN];
	__u32 port;
	enum asker_kind from;
};

struct world {
	struct settings settings;
	__u64 now_ns;
	__u64 behind_ns;    /* a frame's CPU read the clock that long before it got the lock */
	int daemon_stopped; /* 1: deadlines are not served */
	int fail;	    /* the next announcements that fail */
	int xdp;	    /* 1: the hook can neither send nor read the mark of garpd's frames */
	__u32 gone_ports;   /* a bit for each port: it is gone until a frame is heard from it */
	struct limit limits[WORLD_PORTS]; /* the map port_limits */
	struct lane_limit lanes[LANE_MAX];
	unsigned int listeners; /* of every address, at most WORLD_LISTENERS */
	struct listener listener[WORLD_LISTENERS];

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
	__u32 mute;	   /* a bit for each MAC's last byte's low half: it answers no question */
	__u32 zero_only;   /* the same: it answers none but those from 0.0.0.0 */
	__u32 ruled_ports; /* a bit for each port: its rule lists no address */
	__u32 deaf_ports;  /* a bit for each port: it does not forward */
	int is_told;	   /* 1: EVPN says what is heard, world_tell() */
	unsigned int nudge_rounds; /* rounds in which a listener was nudged */
	__u64 nudged_ns[WORLD_NUDGE_ROUNDS];
	unsigned int waits; /* announcements whose time since the window's end is counted */
	__u64 waited_ns;    /* of the last one */
	unsigned int counted[COUNTER_MAX];
	unsigned int wakeups;	/* calls of claim_run_deadline */
	struct claim_step step; /* the last step */

	/* Does that host, which `mute` and `zero_only` let answer, have the address there? NULL:
	 * yes. */
	int (*answers)(const struct world *w, const __u8 *mac, __u32 port);

	/*
	 * Called at every step when the claim's lock is released, before its announcement is
	 * recorded: what it does to the world is done by another CPU meanwhile. May be NULL.
	 */
	void (*watch)(struct world *w, const struct claim_step *step,
		      const struct announcement *announcement);
};

__u64 at_ms(__u64 ms);
__u64 at_us(__u64 us);

void world_init(struct world *w);

/* Configuration and routing table. The list of owners ends with NULL. */
void world_declare(struct world *w, const char *addr, enum announce_mode mode, ...);
void world_set_host(struct world *w, const char *addr, enum host_address what);
struct policy world_policy(const struct world *w, const char *addr, const struct station *station);

/* A frame is heard at at_ns, which is not in the past; deadlines up to then are served first. */
void world_probe(struct world *w, const char *addr, const struct station *from, __u64 at_ns);
void world_probes(struct world *w, const char *addr, const struct station *from, __u64 at_ns,
		  int count, __u64 gap_ns);
/* A Neighbor Solicitation from ::, with all bytes of its nonce set to `nonce`; 0: no nonce. */
void world_solicit(struct world *w, const char *addr, const struct station *from, __u8 nonce,
		   __u64 at_ns);
void world_announce(struct world *w, const char *addr, const struct station *from, __u64 at_ns);
void world_use(struct world *w, const char *addr, const struct station *from, __u64 at_ns);
/* EVPN says that the station has the address. */
void world_tell(struct world *w, const char *addr, const struct station *from, __u64 at_ns);
/* A Neighbor Advertisement that does not override: O=0. */
void world_advertise(struct world *w, const char *addr, const struct station *from, __u64 at_ns);
/* A unicast reply with the address, to another station. */
void world_reply_to(struct world *w, const char *addr, const struct station *from,
		    const struct station *to, __u64 at_ns);
/* Any ARP or ND that receivers heed as an objection, although no cache takes it. */
void world_object(struct world *w, const char *addr, const struct station *from, __u64 at_ns);
void world_relay(struct world *w, const char *addr, const struct station *from, __u64 at_ns);

/* From now on the station answers no question; or answers again. */
void world_mute(struct world *w, const struct station *station);
void world_unmute(struct world *w, const struct station *station);

/* Was the n-th question to the station, at that time, from that sender? */
int world_has_asked(const struct world *w, unsigned int n, const struct station *station,
		    enum asker_kind from, __u64 at_ns);

/* `from` sends three steady probes from at_ns on; time runs to the end of the window. */
void world_take(struct world *w, const char *addr, const struct station *from, __u64 at_ns);

/* The daemon serves every deadline up to at_ns; or runs an operator's request. */
void world_run_until(struct world *w, __u64 at_ns);
void world_wake(struct world *w, const char *addr, __u64 at_ns); /* whether or not it is due */
int world_announce_by_hand(struct world *w, const char *addr, __u64 at_ns);
/* An operator names the guest; as bpf/by_hand.h, which judges first. */
int world_claim_by_hand(struct world *w, const char *addr, const struct station *guest,
			__u64 at_ns);
int world_announce_link(struct world *w, const char *addr, __u64 at_ns); /* an uplink is back */
int world_thaw(struct world *w, const char *addr, __u64 at_ns);

/* The station's port is gone; the daemon sweeps the claims that count for such ports. */
void world_remove_port(struct world *w, const struct station *from, __u64 at_ns);
void world_sweep(struct world *w, const char *addr, __u64 at_ns);

/* `count` announcements of other addresses take their place on the station's port first. */
void world_queue_others(struct world *w, const struct station *at, unsigned int count, __u64 at_ns);

/*
 * A listener, or an unknown host, replies to the MAC that it has for the address. Returns an
 * enum counter.
 */
int world_reply(struct world *w, const char *addr, unsigned int which, const struct station *to,
		__u64 at_ns);
/* A station sends ARP or ND about another address. */
void world_send_other(struct world *w, const struct station *from, __u64 at_ns);

/* Returns the claim, or NULL if it was deleted or never made. */
const struct claim *world_claim(const struct world *w, const char *addr);
int world_state(const struct world *w, const char *addr);

/* Was the n-th announcement that of the station, at that time? */
int world_has_announced(const struct world *w, unsigned int n, const struct station *station,
			__u64 at_ns);

#endif /* GARPD_TEST_WORLD_H */
