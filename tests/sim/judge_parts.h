/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * judge_parts.h - shared by the parts of the judge: judge.c (owners, attempts), judge_hear.c
 * (frames), judge_announce.c (announcements), judge_nudge.c (listeners).
 */
#ifndef GARPD_SIM_JUDGE_PARTS_H
#define GARPD_SIM_JUDGE_PARTS_H

#include "judge.h"

/* Condemns with `broken` unless `holds`. */
void judge_must(int holds, const char *broken);

int judge_mac(const __u8 *mac);

/* Is it the port of the claim's guest, or one that replaces that? */
int judge_is_here(const struct judge *judge, __u32 port);
/* Does the port exist, with guests behind it? */
int judge_has_guests(const struct judge *judge, __u32 port);

/*
 * `mac` gets the address. Returns 1 if the address has moved too often and is frozen from now
 * on.
 */
int judge_set_owner(struct judge *judge, int mac, __u64 at_ns);
/* Too few probes, or the conflict is over: back to the former owner, or to no claim. */
void judge_lapse(struct judge *judge);
void judge_forget(struct judge *judge);
void judge_clear_deferred(struct judge *judge);

/* The frame is of the claim's guest, from now on there; or that announces itself. */
void judge_set_guest(struct judge *judge, int mac, const struct station *from);
void judge_settle(struct judge *judge, const struct station *from, __u64 at_ns);

int judge_has_conflict(const struct judge *judge, __u64 at_ns);

/*
 * Replies from now on prove that a listener has the MAC; judge_start_nudging() also starts the
 * rounds.
 */
void judge_begin_announcing(struct judge *judge, __u64 at_ns);
void judge_start_nudging(struct judge *judge, __u64 at_ns);
/*
 * Checks a round of nudges; ends a round that the policy forbids; checks that none is overdue.
 */
void judge_check_round(struct judge *judge, const struct announcement *announcement, __u64 at_ns);
void judge_deny_round(struct judge *judge, __u64 at_ns);
void judge_check_overdue_round(struct judge *judge, __u64 at_ns);

/* In a conflict: has the guest probed enough since the last sign of another host? */
int judge_is_alone(const struct judge *judge);
/* Are there enough probes, or use of the address, or is it immediate? */
int judge_is_complete(const struct judge *judge);

#endif /* GARPD_SIM_JUDGE_PARTS_H */
