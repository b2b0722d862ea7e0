// SPDX-License-Identifier: GPL-2.0-or-later
/* Random runs of the model, with the clock going on and with it set back after each step. */
#include <string.h>

#include "search.h"

enum { LENGTH = 400 };

struct run {
	int length, event[LENGTH];
	struct outcome outcome[LENGTH];
	const char *broken[LENGTH];
};

static struct run run;
static uint64_t seed = 88172645463325252ull;

static uint64_t random_below(uint64_t below)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (seed >> 11) % below;
}

/* One event in four is a tick, so that time passes. */
static int pick(void)
{
	int event;

	do
		event = random_below(4) ? (int)random_below(event_count) : 0;
	while (!model_can_happen(event));
	return event;
}

static void play_plain(void)
{
	int i, idle;

	for (i = 0; i < LENGTH; i++) {
		run.event[i] = pick();
		run.broken[i] = model_step(run.event[i], &idle);
		run.outcome[i] = outcome;
		run.length = i + 1;
		if (run.broken[i])
			return;
	}
}

/* Returns the step that differs, or -1. */
static int play_set_back(void)
{
	const char *broken;
	int i, idle;

	model_hide();
	for (i = 0; i < run.length; i++) {
		if (!model_can_happen(run.event[i]))
			return i;
		broken = model_step(run.event[i], &idle);
		if (broken != run.broken[i] ||
		    memcmp(&outcome, &run.outcome[i], sizeof(outcome)) != 0)
			return i;
		if (!broken)
			model_hide();
	}
	return -1;
}

int crosscheck(const struct bounds *world, int runs)
{
	unsigned long steps = 0;
	char buf[512];
	int i, differs;

	for (i = 0; i < runs; i++) {
		model_init(world);
		play_plain();
		model_init(world);
		differs = play_set_back();
		if (differs >= 0) {
			printf("%s: run %d differs in step %d: %s\n", world->name, i, differs,
			       events_tell(run.event[differs], buf, sizeof(buf)));
			return 1;
		}
		steps += run.length;
	}
	printf("%s: %d runs, %lu steps: the same with the clock set back\n", world->name, runs,
	       steps);
	return 0;
}
