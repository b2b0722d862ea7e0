/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * judge.h - what may be announced, and what must be, for one address: the rules of
 * docs/architecture.md and RFC 5227 a second time, kept from what the wire heard and said and never
 * from a claim's fields.
 *
 * It is told of everything in the order that the claim's lock gives it, which is not quite that of
 * the times, and ends in
 * judge_condemns() where a rule is broken:
 *
 *	- nobody is announced whose claim was contradicted, taken over, denied or frozen, or who
 *	  has said it himself;
 *	- what is frozen is so until it has been quiet for long enough, or an operator says so;
 *	- the claim of a port that has left is forgotten, or its guest's port has it from now on;
 *	- listeners are nudged in nudge_num rounds and looked at once more, each at its time, until
 *all have answered; and what an answer proves, it proves of who is sure to have the address;
 *	- what is due when the policy has come to forbid it is not said, then or later;
 *	- what has had its turn does not wait for the same one again, and nothing else takes it;
 *	- nobody before the window ended, but who is declared immediate;
 *	- nobody is refreshed who may have lost the address since, or moved to another port;
 *	- nobody is announced on a port that only others say it is on: two ports of guests with one
 *	  MAC are two who contradict, but for announcements, which may be ours sent back;
 *	- a slot is used once, and never before its time;
 *	- a quiet claim that is complete is announced at its time, and so is each further slot and
 *	  each debt (an announcement that could not be sent at once, or had to wait), given that
 *	  the daemon lives.
 */
#ifndef GARPD_SIM_JUDGE_H
#define GARPD_SIM_JUDGE_H

#include "tests/unit/world.h"

enum { JUDGE_NOBODY = -1, JUDGE_MACS = 16 }; /* a MAC is known by its last byte's low half */

enum heard_kind {
	HEARD_PROBE,
	HEARD_ANNOUNCEMENT,
	HEARD_USE,   /* any other ARP or ND from the address */
	HEARD_RELAY, /* the same, with another Ethernet source */
	HEARD_ELSE,  /* whatever says nothing of the address */
};

/* Which window is open, who waits for its end. */
struct attempt {
	unsigned int probes;
	int unsteady, used, declared, immediate;
	int rival;	 /* from whom the window was taken over */
	__u64 rival_ns;	 /* and when that one had probed */
	__u64 opened_ns; /* by the probe of that moment */
	__u64 ends_ns;
};

/* Where a host of ours was last heard of, with whatever it says. */
struct heard_of {
	__u32 port;
	__u64 at_ns;
};

/* An announcement that could not be sent at once, or has to wait: the daemon makes up for it. */
struct debt {
	int whom, defender;
	unsigned int tries;
	__u32 port;
	unsigned int waited; /* for which turns: enum queued */
	__u64 due_ns;
};

/* The rounds of nudges since it was announced, and the one that only looks who has answered. */
struct nudging {
	int on;		/* one is to come */
	__u64 next_ns;	/* then */
	__u64 since_ns; /* what was answered before proves nothing; 0: nothing proves anything */
	unsigned int rounds, strangers; /* who answered and had not been asked */
};

struct judge {
	const struct settings *settings;
	struct policy policy[JUDGE_MACS];
	struct heard_of heard_of[JUDGE_MACS];
	int ipv6, xdp;

	enum claim_state state;
	int mac, owner, rival; /* who claims it now, has it, contradicted last */
	__u32 port, owner_port;
	__u32 counts_for;	/* the port whose quota has the claim */
	__u64 left;		/* a bit for each port: it is not there */
	__u32 role, owner_role; /* enum port_role of those */
	__u8 nonce;
	__u64 probed_ns;	 /* the last probe that counted; 0: none yet */
	__u64 seen_ns;		 /* the last sign of who claims it or has it */
	int doubted;		 /* the owner has not named it since another host did */
	__u64 announce_start_ns; /* the last announcement that is on its way */
	__u64 said_ns;		 /* and that went out */
	__u64 quiet_ns;		 /* when a quarrel or a frost is over */
	struct attempt attempt;
	unsigned int slots; /* of the announcements, taken */
	__u64 slot_ns;	    /* the last time that one was tried */
	struct debt debt;
	struct nudging nudging;
	unsigned int listeners; /* of the address */
	struct listener listener[WORLD_LISTENERS];
	unsigned int moves; /* lately */
	__u64 moves_ns;	    /* since then */
	int defender;	    /* who is to be announced for what was heard right now */
	int said;	    /* who was announced last */
	int asked;	    /* an operator asks right now */
	int thaws;	    /* or says that the quarrel is over */
	int sweeps;	    /* or the daemon looks for claims of ports that have left */
	int comes;	    /* or it comes for this one, whether or not anybody waits for it */
};

void judge_init(struct judge *judge, const struct settings *settings, int ipv6, int xdp);

/* Before the claim hears it. */
void judge_hears(struct judge *judge, enum heard_kind kind, const struct station *from, __u8 nonce,
		 __u64 at_ns);

/* The port of that station; until something is heard from there. */
void judge_leaves(struct judge *judge, const struct station *from);
/* The daemon has looked: no claim counts for a port that is not there. */
void judge_swept(struct judge *judge);

/* A listener has answered whom it takes for the owner, and this is what came of it. */
void judge_answers(struct judge *judge, unsigned int which, const struct station *to,
		   enum counter reason, __u64 at_ns);

/* What the claim's step was (its public half: reason and announcement), when its lock is let go. */
void judge_steps(struct judge *judge, const struct claim_step *step,
		 const struct announcement *said, __u64 at_ns);

/* What became of its announcement; other CPUs may have heard something since the step. */
void judge_records(struct judge *judge, const struct claim_step *step,
		   const struct announcement *said, __u64 at_ns);

/* The daemon has served everything up to at_ns: what was to be said by then has been said. */
void judge_waits(struct judge *judge, __u64 at_ns);

/* A rule is broken. For the program that uses the judge to define; does not return. */
_Noreturn void judge_condemns(const char *what);

#endif /* GARPD_SIM_JUDGE_H */
