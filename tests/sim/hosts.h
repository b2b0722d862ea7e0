/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * hosts.h - hosts that behave as real ones do, around one address, with `ask: yes`: they do
 * duplicate address detection, give the address up when they hear an objection, defend what they
 * have, answer questions, die, or move to another machine without a frame that garpd hears. Some
 * are behind a port that garpd does not hear, and some objections are lost on the way to garpd.
 *
 * Where schedule.h knows the machine, this knows only the hosts. The rules:
 *
 *	- no guest is announced, and no listener nudged for it, that would not have answered for the
 *	  address within the last answer_ns; but for the first announcement of an immediate claim;
 *	- no defender is announced that did not have the address within the last answer_ns;
 *	- no question from 0.0.0.0 reaches a guest during its duplicate address detection;
 *	- a guest that has the address, answers, and has met no objection, is announced.
 */
#ifndef GARPD_SIM_HOSTS_H
#define GARPD_SIM_HOSTS_H

#include "play.h"

/* Plays the seed. Returns NULL, or the rule that was broken; see play(). */
const char *hosts_play(__u64 seed, struct tally *tally, FILE *trace);

#endif /* GARPD_SIM_HOSTS_H */
