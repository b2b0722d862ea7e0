// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The worlds with nearly everything at once are not searched whole, only to a depth. What they have
 * is therefore searched whole two features at a time: each pair is together in a world
 * that has no such bound.
 */
#include "parts.h"

struct feature {
	const char *name;
	int (*has)(const struct bounds *world);
};

#define FEATURE(name, expression)                     \
	static int has_##name(const struct bounds *w) \
	{                                             \
		return (expression) != 0;             \
	}
#define FEATURES(X)                                          \
	X(ipv6, w->ipv6)                                     \
	X(xdp, w->xdp)                                       \
	X(late, w->late)                                     \
	X(early, w->early)                                   \
	X(race, w->race)                                     \
	X(aging, w->aging)                                   \
	X(refresh, w->refresh)                               \
	X(listeners, w->listeners)                           \
	X(fail, w->fail)                                     \
	X(by_hand, w->by_hand)                               \
	X(thaw, w->thaw)                                     \
	X(second_guest, w->from >> 1 & 1)                    \
	X(announcements, w->kinds >> HEARD_ANNOUNCEMENT & 1) \
	X(remote_host, w->from >> 3 & 1)                     \
	X(another_port, w->from >> 4 & 1)                    \
	X(relay, w->kinds >> HEARD_RELAY & 1)                \
	X(policy_changes, w->rules &(w->rules - 1))          \
	X(immediate, w->rules >> 1 & 1)
FEATURES(FEATURE)

#define ROW(name, expression) {#name, has_##name},
static const struct feature features[] = {FEATURES(ROW)};

enum { FEATURE_COUNT = sizeof(features) / sizeof(*features) };

static int are_searched(const struct feature *one, const struct feature *other)
{
	const struct bounds *world;
	unsigned int i;

	for (i = 0; (world = worlds_at(i)); i++)
		if (!world->depth && one->has(world) && other->has(world))
			return 1;
	return 0;
}

/* Prints each pair that is missing; returns how many. */
static int check_world(const struct bounds *world)
{
	const struct feature *one, *other;
	int missing = 0, pairs = 0;

	for (one = features; one < features + FEATURE_COUNT; one++)
		for (other = one + 1; other < features + FEATURE_COUNT; other++) {
			if (!one->has(world) || !other->has(world))
				continue;
			pairs++;
			if (are_searched(one, other))
				continue;
			printf("%s: %s and %s are together in no world that is searched whole\n",
			       world->name, one->name, other->name);
			missing++;
		}
	printf("%s: %d pairs of features, %d of them in worlds that are searched whole\n",
	       world->name, pairs, pairs - missing);
	return missing;
}

int pairs_check(void)
{
	const struct bounds *world;
	unsigned int i;
	int missing = 0;

	for (i = 0; (world = worlds_at(i)); i++)
		if (world->depth)
			missing += check_world(world);
	return missing != 0;
}
