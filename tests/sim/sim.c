// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * sim.c - plays schedules by the million. usage: sim [-H] [-n SCHEDULES] [-f FIRST] [-j JOBS] [-s
 * SEED]
 *
 * -H: those of hosts.h; else those of schedule.h.
 * Without -s: plays -n schedules from seed -f on, in -j processes, and prints the totals; if a rule
 * is broken, prints the trace of that schedule and fails. With -s: prints the trace of that one.
 */
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "hosts.h"

#define JOBS_MAX 64

static const char *(*sim_play)(__u64 seed, struct tally *tally, FILE *trace);

static const char *play_schedule(__u64 seed, struct tally *tally, FILE *trace)
{
	static struct schedule schedule;

	schedule_make(&schedule, seed);
	return play(&schedule, tally, trace);
}

static int sim_trace(__u64 seed)
{
	struct tally tally = {};

	return !!sim_play(seed, &tally, stdout);
}

/* Every `step`-th seed of `count` from `first` on. */
static int sim_job(__u64 first, __u64 count, __u64 step, struct tally *tally)
{
	__u64 i;

	for (i = 0; i < count; i += step) {
		if (sim_play(first + i, tally, NULL)) {
			printf("a rule is broken; again: build/tests/sim %s-s %llu\n",
			       sim_play == hosts_play ? "-H " : "", first + i);
			return sim_trace(first + i);
		}
	}
	return 0;
}

/* Returns how many schedules were played to their ends. */
static __u64 sim_print(const struct tally *tally, int jobs, double seconds)
{
	struct tally all = {};
	int i, j;

	for (i = 0; i < jobs; i++) {
		all.schedules += tally[i].schedules;
		all.events += tally[i].events;
		all.announced += tally[i].announced;
		for (j = 0; j < COUNTER_MAX; j++)
			all.counted[j] += tally[i].counted[j];
	}
	printf("%lu schedules, %lu events, %lu announcements, in %.1f s\n", all.schedules,
	       all.events, all.announced, seconds);
	for (j = 0; j < COUNTER_MAX; j++)
		if (all.counted[j])
			printf("%12lu %s\n", all.counted[j], play_reason_name(j));
	return all.schedules;
}

static int sim_run(__u64 first, __u64 count, int jobs)
{
	struct tally *tally = mmap(NULL, jobs * sizeof(*tally), PROT_READ | PROT_WRITE,
				   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct timespec from, to;
	int i, status, bad = 0;
	__u64 played;

	if (tally == MAP_FAILED)
		return 2;
	clock_gettime(CLOCK_MONOTONIC, &from);
	for (i = 0; i < jobs; i++) {
		fflush(stdout);
		if (!fork()) {
			status = sim_job(first + i, count - i, jobs, &tally[i]);
			fflush(stdout);
			_exit(status);
		}
	}
	while (wait(&status) > 0)
		bad |= status;
	clock_gettime(CLOCK_MONOTONIC, &to);
	played = sim_print(tally, jobs,
			   to.tv_sec - from.tv_sec + (to.tv_nsec - from.tv_nsec) / 1e9);
	if (played != count)
		printf("sim: %llu schedules were to be played\n", count);
	return bad || played != count;
}

int main(int argc, char **argv)
{
	__u64 first = 1, count = 1000000;
	int option, jobs = 2;

	sim_play = play_schedule;
	while ((option = getopt(argc, argv, "Hn:f:j:s:")) != -1) {
		if (option == 'H')
			sim_play = hosts_play;
		else if (option == 's')
			return sim_trace(strtoull(optarg, NULL, 0));
		else if (option == 'n')
			count = strtoull(optarg, NULL, 0);
		else if (option == 'f')
			first = strtoull(optarg, NULL, 0);
		else if (option == 'j')
			jobs = atoi(optarg);
		else
			return 2;
	}
	if (jobs < 1 || jobs > JOBS_MAX || count < (__u64)jobs) {
		fprintf(stderr, "sim: 1 to %d jobs, and a schedule for each\n", JOBS_MAX);
		return 2;
	}
	return sim_run(first, count, jobs);
}
