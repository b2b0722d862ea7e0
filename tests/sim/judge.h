/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * judge.h - what may be announced, and what must be, for one address: the rules of
 * docs/architecture.md and RFC 5227 a second time, derived from the frames on the wire and never
 * from a claim's fields.
 *
 * It gets every event in the order of the claim's lock, which is not quite the order of the times.
 * judge_condemn() is called when one of these rules is broken:
 *
 *	- a guest is not announced if its claim is in conflict, taken over, denied or frozen, or if
 *	  it has announced itself;
 *	- what an operator claims for a guest is refused where the policy forbids it, another host
 *	  probes or objects, or the claim is frozen; else it is a window that is over;
 *	- a claim stays frozen until it has been quiet for long enough, or an operator thaws it;
 *	- a claim whose port is gone is deleted, or counts for the port that its guest is on now;
 *	- listeners are nudged in nudge_num rounds, each at its time, until all have replied; a last
 *	  round only counts the missing replies. A reply confirms only a settled claim;
 *	- what is due when the policy forbids it is not announced, then or later;
 *	- an announcement waits for each rate limit once, and no other one uses its place;
 *	- nothing is announced before the window ended, unless it is declared immediate; after an
 *	  objection the window begins anew, at the first probe that follows it;
 *	- an owner is not refreshed if it may have lost the address, or moved to another port; what
 *	  is left to announce and to nudge is not sent if another host names its address;
 *	- what comes back from an uplink is no sign of anybody;
 *	- a guest is not announced on a port that only other hosts name: the same MAC on two
 *	  ports of guests is a conflict, except in announcements, which may be garpd's own;
 *	- a slot is used once, and not before its time;
 *	- a quiet and complete claim is announced at its time, and so is each further slot and each
 *	  deferred announcement, as long as the daemon runs.
 */
#ifndef GARPD_SIM_JUDGE_H
#define GARPD_SIM_JUDGE_H

#include "tests/unit/world.h"

/* A MAC is identified by the low half of its last byte. */
enum { JUDGE_NO_MAC = -1, JUDGE_MACS = 16 };

/* What requests an announcement: nothing, an operator, or an uplink that came back. */
enum judge_request { JUDGE_NO_REQUEST, JUDGE_BY_HAND, JUDGE_LINK };

enum heard_kind {
	HEARD_PROBE,
	HEARD_ANNOUNCEMENT,
	HEARD_USE,	 /* any other ARP or ND from the address */
	HEARD_RELAY,	 /* any ARP or ND from the address with another Ethernet source */
	HEARD_OTHER,	 /* ARP or ND about another address */
	HEARD_OBJECTION, /* what hosts heed as an objection and no cache takes */
	HEARD_REPLY,	 /* a reply with the address, to a third host; without ask as HEARD_USE */
};

/* The window that is open, or was last. */
struct attempt {
	unsigned int probes;
	int unsteady, used, declared, immediate;
	int alone;	 /* in a conflict: no other host was heard since it began */
	int rival;	 /* the MAC that the window was taken over from */
	__u64 rival_ns;	 /* when the rival last probed */
	__u64 opened_ns; /* time of the probe that opened it */
	__u64 ends_ns;
};

/* An announcement that was not sent at once; the daemon sends it at due_ns. */
struct deferred {
	int mac, defender;
	unsigned int tries;
	__u32 port;
	unsigned int waited; /* enum queued: limits already waited for */
	__u64 due_ns;
};

/* Rounds of nudges since the announcement; the last one only counts missing replies. */
struct nudging {
	int on;		/* a further round is due */
	int sending;	/* a round is being sent, while other CPUs may hear frames */
	__u64 next_ns;	/* time of the next round */
	__u64 since_ns; /* replies before that prove nothing; 0: no reply proves anything */
	unsigned int rounds, strangers; /* replies of hosts that were not nudged */
};

struct judge {
	const struct settings *settings;
	struct policy policy[JUDGE_MACS];
	int ipv6, xdp;

	enum claim_state state;
	int mac, owner, rival; /* who claims it now, owns it, objected last */
	__u32 port, owner_port, rival_port;
	__u32 quota_port;	/* the port against whose quota the claim counts */
	__u64 gone_ports;	/* a bit for each port: it is gone */
	__u32 role, owner_role; /* enum port_role of port and owner_port */
	__u8 nonce;
	__u64 probed_ns;	 /* the last probe that counted, or claim by hand; 0: none yet */
	int has_probed;		 /* a guest was heard to probe */
	__u64 seen_ns;		 /* last frame of the guest or owner */
	int doubted;		 /* another host has named the address since the owner did */
	__u64 announce_start_ns; /* when the last announcement was started */
	__u64 nudged_ns;	 /* when the last round of nudges was */
	__u64 sent_ns;		 /* when the last announcement was sent */
	__u64 shown_ns;		 /* when it was last announced, by garpd or its owner */
	__u64 quiet_ns;		 /* when the conflict or the freeze ends */
	__u64 other_ns;		 /* in a conflict: the last sign of another host */
	struct attempt attempt;
	unsigned int slots; /* announcement slots taken */
	__u64 slot_ns;	    /* time of the last slot */
	struct deferred deferred;
	struct nudging nudging;
	unsigned int listeners; /* listeners of the address */
	struct listener listener[WORLD_LISTENERS];
	unsigned int moves;	    /* moves since moves_ns */
	__u64 moves_ns;		    /* start of that count */
	int defender;		    /* the defender that the frame at hand has to get announced */
	int sent_mac;		    /* the MAC announced last */
	enum judge_request request; /* an announcement is requested in this step */
	int thawing;		    /* an operator thaws the claim in this step */
	int sweeping; /* the daemon looks for claims of ports that are gone in this step */
	int early;    /* the daemon runs the claim before its deadline in this step */
};

void judge_init(struct judge *judge, const struct settings *settings, int ipv6, int xdp);

/* A frame is heard. Called before the claim hears it. */
void judge_hear(struct judge *judge, enum heard_kind kind, const struct station *from, __u8 nonce,
		__u64 at_ns);

/*
 * An operator claims the address for that guest. Called before the claim is made; returns the
 * reason that its step must have.
 */
enum counter judge_claim(struct judge *judge, const struct station *guest, __u64 at_ns);

/* The port of that station is gone until a frame is heard from it. */
void judge_remove_port(struct judge *judge, const struct station *from);
/* The daemon has swept: no claim may count for a port that is gone. */
void judge_check_sweep(struct judge *judge);

/* A listener replied to the host that it has in its cache; `reason` is the step's counter. */
void judge_hear_reply(struct judge *judge, unsigned int which, const struct station *to,
		      enum counter reason, __u64 at_ns);

/* The claim took a step. Called when its lock is released. */
void judge_step(struct judge *judge, const struct claim_step *step,
		const struct announcement *announcement, __u64 at_ns);

/* The announcement was sent, was deferred or failed; other CPUs may have heard frames since. */
void judge_record(struct judge *judge, const struct claim_step *step,
		  const struct announcement *announcement, __u64 at_ns);

/* The daemon has served all deadlines up to at_ns: what was due by then must have been sent. */
void judge_check_overdue(struct judge *judge, __u64 at_ns);

/* A rule is about to be evaluated. Defined by the program that uses the judge. */
void judge_consult(const char *rule);
/* A rule is broken. Defined by the program that uses the judge; does not return. */
_Noreturn void judge_condemn(const char *what);

#endif /* GARPD_SIM_JUDGE_H */
