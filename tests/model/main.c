// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * main.c - searches one finite world of the claim machine.
 * usage: model -L|-Q|-b WORLD [-egjklv] [-m STATES] [-x RUNS]
 *
 * -L lists the worlds, -Q those of `make check`. -g: garbles what is hidden, and expects the same.
 * -x: then compares so many random runs with the clock going on and with it set back. -l: every
 * state comes to rest. -k: goes on after a broken rule. -v: traces show the claim and the judge.
 * -m: gives up beyond so many states. -j: only the judge's rules count. -e: prints how many events
 * the world has, and how many bytes a state (spin/run).
 */
#include <stdlib.h>
#include <unistd.h>

#include "search.h"

static struct search_options options = {.max_states = 200000000};
static const struct bounds *world;
static int runs, count_events;

static void usage(void)
{
	fprintf(stderr, "usage: model -L|-Q|-b WORLD [-egjklv] [-m STATES] [-x RUNS]\n");
	exit(2);
}

static void parse_option(int option)
{
	switch (option) {
	case 'b':
		world = worlds_find(optarg);
		break;
	case 'm':
		options.max_states = strtoull(optarg, NULL, 10);
		break;
	case 'x':
		runs = atoi(optarg);
		break;
	case 'e':
		count_events = 1;
		break;
	case 'g':
		options.garble = 1;
		break;
	case 'j':
		judge_alone = 1;
		break;
	case 'k':
		options.keep_going = 1;
		break;
	case 'l':
		options.rest = 1;
		break;
	case 'v':
		options.verbose = 1;
		break;
	case 'L':
	case 'Q':
		worlds_list(option == 'Q');
		exit(0);
	default:
		usage();
	}
}

int main(int argc, char **argv)
{
	int option;

	while ((option = getopt(argc, argv, "b:m:x:egjklvLQ")) != -1)
		parse_option(option);
	if (!world)
		usage();
	if (count_events) {
		model_init(world);
		printf("%d %zu\n", event_count, sizeof(struct snap));
		return 0;
	}
	if (search(world, &options))
		return 1;
	return runs ? crosscheck(world, runs) : 0;
}
