/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * play.h - plays a schedule in the unit tests' world, before the judge.
 */
#ifndef GARPD_SIM_PLAY_H
#define GARPD_SIM_PLAY_H

#include <stdio.h>

#include "schedule.h"

/* What all schedules together have come by. */
struct tally {
	unsigned long schedules, events, announced;
	unsigned long counted[COUNTER_MAX];
};

/*
 * 0, or the rule that was broken. `story`: where to tell what happens, line by line; NULL: nowhere.
 */
const char *play(const struct schedule *schedule, struct tally *tally, FILE *story);

#endif /* GARPD_SIM_PLAY_H */
