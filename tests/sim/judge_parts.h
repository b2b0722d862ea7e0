/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * judge_parts.h - what the parts of the judge share: judge.c hears, judge_says.c says,
 * judge_follows.c looks who follows.
 */
#ifndef GARPD_SIM_JUDGE_PARTS_H
#define GARPD_SIM_JUDGE_PARTS_H

#include "judge.h"

/* Condemns where it does not hold. */
void judge_must(int holds, const char *broken);

int judge_mac(const __u8 *mac);

/* Is the port there, and are guests behind it? */
int judge_has_guests(const struct judge *judge, __u32 port);

/* It has got through. 1: the address moves too often, and is frozen from now on. */
int judge_owns(struct judge *judge, int mac, __u64 at_ns);
/* Too few probes, or a quarrel is over: as before. */
void judge_lapses(struct judge *judge);
void judge_forgets(struct judge *judge);
void judge_owes_nothing(struct judge *judge);

/* Answers from now on prove something; and listeners are nudged for them. */
void judge_begins(struct judge *judge, __u64 at_ns);
void judge_nudges(struct judge *judge, __u64 at_ns);
/* A round is due, with what was said in its step; or one ought to have come by now. */
void judge_rounds(struct judge *judge, const struct announcement *said, __u64 at_ns);
void judge_forbids_rounds(struct judge *judge, __u64 at_ns);
void judge_waits_rounds(struct judge *judge, __u64 at_ns);

/* Are its probes enough, or does something else vouch for it? */
int judge_complete(const struct judge *judge);

#endif /* GARPD_SIM_JUDGE_PARTS_H */
