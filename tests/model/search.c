// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "search.h"
#include "states.h"

enum { KNOWN = 64, REST_STEPS = 80, PATH_MAX_STEPS = 100000 };

struct searching {
	const struct search_options *options;
	unsigned long transitions, violations, beyond;
	unsigned int depth;
	double began_s;
	uint64_t seed;
	const char *known[KNOWN];      /* rules whose breaking has been told */
	uint8_t announces[EVENTS_MAX]; /* in the state at hand, that event */
};

static struct searching s;

static double now_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec + now.tv_nsec / 1e9;
}

/* ---- traces ---- */

static void play_again(const int *path, int steps)
{
	char buf[512];
	int idle, ticks = 0;

	model_init(bounds);
	model_hide();
	story = stdout;
	while (steps--) {
		ticks += events[path[steps]].act.kind == ACT_TICK;
		printf("%3d %s\n", ticks, events_tell(path[steps], buf, sizeof(buf)));
		model_step(path[steps], &idle);
		if (s.options->verbose)
			printf("        %s\n", model_describe(buf, sizeof(buf)));
		if (steps)
			model_hide();
	}
	printf("        %s\n", model_describe(buf, sizeof(buf)));
	story = NULL;
}

/* `event` in the state `at` broke a rule. */
static void tell_trace(uint32_t at, int event, const char *what)
{
	static int path[PATH_MAX_STEPS];
	int steps = 0;

	path[steps++] = event;
	for (; at && steps < PATH_MAX_STEPS; at = states.parent[at])
		path[steps++] = states.event[at];
	printf("BROKEN after %d steps: %s\n", steps, what);
	play_again(path, steps);
}

/* Returns 1 if the search ends here. */
static int violate(uint32_t at, int event, const char *what)
{
	int i = 0;

	s.violations++;
	while (i < KNOWN && s.known[i] && strcmp(s.known[i], what))
		i++;
	if (i < KNOWN && !s.known[i]) {
		s.known[i] = what;
		tell_trace(at, event, what);
	}
	return !s.options->keep_going;
}

/* What bounds the search, and how likely it is that two states had the same 64 bits. */
static void report_bounds(void)
{
	double count = states.count;

	printf("%s: bound: ", bounds->name);
	if (s.options->depth)
		printf("%d events", s.options->depth);
	else if (bounds->queue)
		printf("%d turns ahead (%lu transitions lead beyond)", bounds->queue, s.beyond);
	else
		printf("none");
	printf("; a state is lost with probability %.0e\n",
	       count * count / 2 / 18446744073709551616.0);
}

static void report(const char *end)
{
	double bytes = states.size * (sizeof(*states.hashes) + sizeof(*states.parent) +
				      sizeof(*states.event)) +
		       states.queue_most;

	printf("%s: %s: %lu states, %lu transitions, depth %u, %u rules, %.1f s, %.0f MiB, "
	       "%lu violations\n",
	       bounds->name, end, (unsigned long)states.count, s.transitions, s.depth,
	       tally_rules(NULL), now_s() - s.began_s, bytes / (1 << 20), s.violations);
	report_bounds();
	if (s.options->list_rules)
		tally_rules(stdout);
}

static void tell_progress(uint64_t at)
{
	if (states.count & 0xfffff)
		return;
	fprintf(stderr, "%s: %lu states, %lu of them to be visited, depth %u, %.0f s\n",
		bounds->name, (unsigned long)states.count, (unsigned long)(states.count - at),
		s.depth, now_s() - s.began_s);
}

/* ---- does a state come to rest? ---- */

static int is_at_rest(const struct claim *claim)
{
	int settled = claim->state == CLAIM_NONE || claim->state == CLAIM_DENIED ||
		      claim->state == CLAIM_OWNED ||
		      (claim->state == CLAIM_CONFLICT && !claim_has_former_owner(claim));

	return settled && !(claim->flags & CLAIM_F_DEFERRED) && !claim->nudge_ns;
}

/* No host says a word, and the daemon comes: event 0 is the tick, 1 the late daemon. */
static const char *check_rest(const struct snap *from)
{
	struct snap end;
	const char *bad;
	int i, idle;

	model_load(from);
	for (i = 0; i < REST_STEPS; i++) {
		bad = model_step(bounds->late && !(i & 1), &idle);
		if (bad)
			return bad;
		model_hide();
	}
	model_save(&end);
	if (bounds->aging)
		return end.claim.state == CLAIM_NONE ? NULL : "a claim is never forgotten";
	return is_at_rest(&end.claim) ? NULL : "it does not come to rest";
}

/* ---- is it sound to hide what is hidden? ---- */

static const char *check_hidden(const struct snap *from, int event, const struct snap *next)
{
	struct outcome was = outcome;
	struct snap other;
	const char *bad;
	int idle;

	model_load(from);
	model_garble(&s.seed);
	bad = model_step(event, &idle);
	if (bad)
		return bad;
	if (outcome.hash != was.hash)
		return "not sound: what is hidden changes what is done";
	model_hide();
	model_save(&other);
	return memcmp(next, &other, sizeof(other)) ? "not sound: what is hidden changes a state"
						   : NULL;
}

/* ---- the search ---- */

/*
 * Returns 1 if the search ends here. Another CPU hears a frame while an announcement is being sent:
 * no need to try where the event alone makes none.
 */
static int visit_event(uint32_t at, const struct snap *from, int event)
{
	struct snap next;
	const char *bad;
	int idle;

	if (events[event].has_race && !s.announces[events[event].plain])
		return 0;
	model_load(from);
	s.announces[event] = 0;
	if (!model_can_happen(event))
		return 0;
	bad = model_step(event, &idle);
	s.announces[event] = bad || outcome.announced;
	if (!bad && idle)
		return 0;
	s.transitions++;
	if (bad)
		return violate(at, event, bad);
	model_hide();
	if (model_is_beyond()) {
		s.beyond++;
		return 0;
	}
	model_save(&next);
	bad = s.options->garble ? check_hidden(from, event, &next) : NULL;
	if (bad)
		return violate(at, event, bad);
	if (states_add(&next, at, event))
		tell_progress(at);
	return 0;
}

/* Returns 1 if the search ends here. */
static int visit(uint32_t at)
{
	struct snap from;
	const char *bad;
	int event;

	states_next(&from);
	bad = s.options->rest ? check_rest(&from) : NULL;
	if (bad && violate(states.parent[at], states.event[at], bad))
		return 1;
	for (event = 0; event < event_count; event++)
		if (visit_event(at, &from, event))
			return 1;
	return 0;
}

int search(const struct bounds *world, const struct search_options *options)
{
	uint64_t depth_ends = 1, at;
	struct snap start;

	s = (struct searching){
		.options = options, .began_s = now_s(), .seed = 88172645463325252ull};
	model_init(world);
	model_hide();
	model_save(&start);
	states_add(&start, 0, 0);
	for (at = 0; at < states.count; at++) {
		if (at == depth_ends) {
			s.depth++;
			if (options->depth && (int)s.depth == options->depth)
				break;
			depth_ends = states.count;
		}
		if (visit(at)) {
			report("stopped");
			return 1;
		}
		if (states.count >= options->max_states) {
			report("not closed");
			return 1;
		}
	}
	report("closed");
	return s.violations != 0;
}
