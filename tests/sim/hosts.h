/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * hosts.h - hosts that behave as real ones do, around one address: they do
 * duplicate address detection, give the address up when they hear an objection, defend what they
 * have, answer questions, die, scan, or move to another port or machine without a frame that garpd
 * hears. One is behind the uplink and one above the bridge. Some are behind a port that garpd does
 * not hear, some objections are lost on the way to garpd, and some ports do not forward for a
 *while.
 *
 * Where schedule.h knows the machine, this knows only the hosts. The rules:
 *
 *	- no guest is announced, and no listener nudged for it, that would not answer for the
 *	  address on its port, or would have within answer_ns, if no other host has named it since.
 *	  Excepted: the first announcement of an immediate claim (is_first_of_immediate), `ask: no`
 *	  (needs_no_answer), and what EVPN says (IS_TOLD_OF): that fabric.h announces, of a host
 *	  behind the uplink; here it moves the claim, and no guest is announced for it;
 *	- no defender is announced that has not had the address within answer_ns, at its place. It
 *	  was just heard, which is its answer;
 *	- with `ask: no` no question is sent;
 *	- no question from 0.0.0.0 reaches a guest during its duplicate address detection;
 *	- what an operator claims for a guest passes no guard;
 *	- a guest that has the address, answers, and has met no objection, is announced, if it
 *	  has probed, or an operator has claimed the address for it since; with
 *	  `ask: no` that is the judge's (judge.h), since silence tells what answers would here.
 */
#ifndef GARPD_SIM_HOSTS_H
#define GARPD_SIM_HOSTS_H

#include "play.h"

/* Plays the seed. Returns NULL, or the rule that was broken; see play(). */
const char *hosts_play(__u64 seed, struct tally *tally, FILE *trace);

#endif /* GARPD_SIM_HOSTS_H */
