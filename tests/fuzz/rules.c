// SPDX-License-Identifier: GPL-2.0-or-later
#include "rules.h"

static __u32 claims_of_port(const struct native_map *claims, __u32 ifindex)
{
	const struct claim *claim;
	__u32 count = 0;

	for (__u32 i = 0; i < claims->places; i++) {
		claim = native_map_value(claims, i);
		count += claim && claim->quota_port == ifindex;
	}
	return count;
}

static int quotas_hold(const struct native_map *claims, const struct native_map *limits)
{
	const struct limit *limit;
	const __u32 *ifindex;

	for (__u32 i = 0; i < limits->places; i++) {
		limit = native_map_value(limits, i);
		ifindex = native_map_key(limits, i);
		if (limit && limit->claims != claims_of_port(claims, *ifindex))
			return 0;
	}
	return 1;
}

/*
 * Was a claim deleted that a program still had by its key, and had given a state? Its element is
 * free, but still there.
 */
static int is_lost(const struct native_map *claims)
{
	const struct claim *values = (const void *)claims->values;

	for (__u32 i = 0; i < claims->places; i++)
		if (!claims->is_used[i] && values[i].state != CLAIM_NONE && values[i].key.segment)
			return 1;
	return 0;
}

static int is_told(const struct claim_key *key, const struct event *events, unsigned int count,
		   const struct step *steps)
{
	const struct speak_frame *call;

	for (unsigned int i = 0; i < count; i++)
		if (!memcmp(&events[i].key, key, sizeof(*key)))
			return 1;
	for (int i = 0; i < 2; i++) {
		call = (const void *)steps[i].frame.at;
		if (steps[i].program == KERNEL_SPEAK && !memcmp(&call->call.key, key, sizeof(*key)))
			return 1;
	}
	return 0;
}

static int is_earlier(const struct claim *claim, struct native_map *was)
{
	const struct claim *before = native_map_lookup(was, &claim->key);

	return !before || !before->deadline_ns || claim->deadline_ns < before->deadline_ns;
}

const char *rules_broken(const struct event *events, unsigned int count, const struct step *steps,
			 int is_native)
{
	const struct native_map *claims = native_map_find("claims");
	const struct claim *claim;

	if (!quotas_hold(claims, native_map_find("port_limits")))
		return "a quota counts claims that there are not";
	if (is_native && is_lost(claims))
		return "a claim with a state was deleted";
	for (__u32 i = 0; i < claims->places; i++) {
		claim = native_map_value(claims, i);
		if (!claim)
			continue;
		if (claim->state == CLAIM_NONE)
			return "a claim is left without a state";
		if (!claim->deadline_ns)
			return "a claim is left without a deadline";
		if (is_earlier(claim, halves_was("claims")) &&
		    !is_told(&claim->key, events, count, steps))
			return "the daemon does not hear of a deadline";
	}
	return NULL;
}
