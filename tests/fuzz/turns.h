/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * turns.h - two programs of the native half in turns, as two CPUs may run them: each has its own
 * scratch maps and packet, and whatever the other can see of it happens between two turns.
 */
#ifndef GARPD_FUZZ_TURNS_H
#define GARPD_FUZZ_TURNS_H

#include "halves.h"

/*
 * `first` begins. After turns[0] turns the other one goes on, after turns[1] again the first one,
 * and so on; after the last switch one runs to its end, and then the other.
 */
#define SWITCHES_MAX 32
struct schedule {
	int first;
	unsigned int switches, turns[SWITCHES_MAX];
};

void turns_open(void);

/* Plays both from the state before, with these clocks. Sets how many turns each took. */
void turns_play(struct step *steps, const struct schedule *schedule, const __u64 *now_ns,
		unsigned int *taken);

/*
 * Tries every schedule of so many switches, of programs that take about `taken` turns, until
 * `visit` returns 1. Returns whether it did.
 */
int turns_each(unsigned int switches, const unsigned int *taken,
	       int (*visit)(const struct schedule *schedule));

/*
 * As turns_each(), with so many schedules at random, of many switches: as the two go on side by
 * side, step by step.
 */
int turns_random(unsigned int tries, int (*visit)(const struct schedule *schedule));

#endif /* GARPD_FUZZ_TURNS_H */
