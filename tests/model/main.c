// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * main.c - searches one finite world of the claim machine.
 * usage: model -L|-Q|-B|-P|-b WORLD [-Degjklrv] [-d EVENTS] [-m STATES] [-x RUNS]
 *
 * -L lists the worlds of `make check-deep`, -Q those of `make check`, -B those of `make
 * check-release`. -P checks that what is searched to a depth is searched whole two features at a
 * time. -d, -D: to another depth, or to that of `make check-release`. -r: prints which rules were
 * evaluated, and how often. -g: garbles what is hidden, and expects the same. -x: then compares so
 * many random runs with the clock going on and with it set back. -l: every state comes to rest. -k:
 * goes on after a broken rule. -v: traces show the claim and the judge. -m: gives up beyond so many
 * states. -j: only the judge's rules count. -e: prints how many events the world has, and how many
 * bytes a state (spin/run).
 */
#include <stdlib.h>
#include <unistd.h>

#include "search.h"

static struct search_options options = {.max_states = 200000000};
static const struct bounds *world;
static int runs, count_events, long_depth;

static void usage(void)
{
	fprintf(stderr, "usage: model -L|-Q|-B|-P|-b WORLD [-Degjklrv] [-d EVENTS] "
			"[-m STATES] [-x RUNS]\n");
	exit(2);
}

static void list_worlds(int option)
{
	const struct bounds *at;
	unsigned int i;

	for (i = 0; (at = worlds_at(i)); i++)
		if (option == 'Q'   ? at->quick
		    : option == 'B' ? at->depth || at->release
				    : !at->release)
			puts(at->name);
	exit(0);
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
	case 'd':
		options.depth = atoi(optarg);
		break;
	case 'D':
		long_depth = 1;
		break;
	case 'r':
		options.list_rules = 1;
		break;
	case 'P':
		exit(pairs_check());
	case 'L':
	case 'Q':
	case 'B':
		list_worlds(option);
		break;
	default:
		usage();
	}
}

int main(int argc, char **argv)
{
	int option;

	while ((option = getopt(argc, argv, "b:d:m:x:BDegjklrvLPQ")) != -1)
		parse_option(option);
	if (!world)
		usage();
	if (count_events) {
		model_init(world);
		printf("%d %zu\n", event_count, sizeof(struct snap));
		return 0;
	}
	if (!options.depth)
		options.depth = long_depth ? world->depth_long : world->depth;
	if (search(world, &options))
		return 1;
	return runs ? crosscheck(world, runs) : 0;
}
