/* SPDX-License-Identifier: GPL-2.0-or-later */
/* play.h - plays a schedule in the unit tests' world and has the judge check it. */
#ifndef GARPD_SIM_PLAY_H
#define GARPD_SIM_PLAY_H

#include <stdio.h>

#include "schedule.h"

/* Totals of all schedules. */
struct tally {
	unsigned long schedules, events, announced;
	unsigned long counted[COUNTER_MAX];
};

/*
 * Returns NULL, or the rule that was broken. `trace`: gets a line for each frame and step; NULL:
 * no trace.
 */
const char *play(const struct schedule *schedule, struct tally *tally, FILE *trace);

const char *play_reason_name(enum counter reason);

#endif /* GARPD_SIM_PLAY_H */
