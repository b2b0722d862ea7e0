// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>

#include "joints.h"

const char *joint_kind_text(enum joint_kind kind)
{
	static const char *const texts[] = {
		[JOINT_NOT] = "",
		[JOINT_JOINS] = "",
		[JOINT_SECOND] =
			"another veth pair joins their bridges already; remove one of the two",
		[JOINT_LOOP] = "they close a loop of bridges; remove a veth pair of it",
		[JOINT_PROTOCOLS] =
			"their bridges differ in vlan_protocol, so they stay two segments; see ip "
			"-d link show type bridge",
		[JOINT_CLOSED] = "they do not forward, and each of their bridges has an uplink, so "
				 "they are two segments until they do; see bridge link show",
	};

	return texts[kind];
}

/* ---- bridges that belong together: a forest of joints ---- */

static size_t root_of(struct joint_bridge *bridges, size_t i)
{
	while (bridges[i].root != i)
		i = bridges[i].root = bridges[bridges[i].root].root;
	return i;
}

/* Is `a` rather the outer bridge than `b`? */
static bool is_better(const struct joint_bridge *a, const struct joint_bridge *b)
{
	bool plainly = a->named == NAMED_PLAINLY;

	if (a->was_outer != b->was_outer)
		return a->was_outer;
	if (a->has_uplink != b->has_uplink)
		return a->has_uplink;
	if (plainly != (b->named == NAMED_PLAINLY))
		return plainly;
	return a->ifindex < b->ifindex;
}

static size_t better_of(const struct joint_bridge *bridges, size_t a, size_t b)
{
	return is_better(&bridges[a], &bridges[b]) ? a : b;
}

/* To one kind of VLAN-aware bridge the tags of another are payload. */
static bool may_join(const struct joint_bridge *bridges, size_t a, size_t b)
{
	__u16 proto_a = bridges[a].tree_proto, proto_b = bridges[b].tree_proto;

	return !proto_a || !proto_b || proto_a == proto_b;
}

static void trees_join(struct joint_bridge *bridges, size_t a, size_t b)
{
	bridges[b].root = a;
	bridges[a].best = better_of(bridges, bridges[a].best, bridges[b].best);
	bridges[a].is_followed |= bridges[b].is_followed;
	bridges[a].is_joined = true;
	bridges[a].tree_uplink |= bridges[b].tree_uplink;
	if (!bridges[a].tree_proto)
		bridges[a].tree_proto = bridges[b].tree_proto;
}

static bool is_between(const struct joint *joint, const struct joint *other)
{
	return (joint->bridge[0] == other->bridge[0] && joint->bridge[1] == other->bridge[1]) ||
	       (joint->bridge[0] == other->bridge[1] && joint->bridge[1] == other->bridge[0]);
}

static enum joint_kind superfluous(const struct joint *joint, const struct joint *joints,
				   size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (joints[i].kind == JOINT_JOINS && is_between(joint, &joints[i]))
			return JOINT_SECOND;
	return JOINT_LOOP;
}

static void joint_take(struct joint *joint, struct joint_bridge *bridges, struct joint *joints,
		       size_t count)
{
	size_t a = root_of(bridges, joint->bridge[0]), b = root_of(bridges, joint->bridge[1]);

	if (a == b)
		joint->kind = superfluous(joint, joints, count);
	else if (!may_join(bridges, a, b))
		joint->kind = JOINT_PROTOCOLS;
	else if (!joint->forwards && bridges[a].tree_uplink && bridges[b].tree_uplink)
		joint->kind = JOINT_CLOSED; /* else one of the two would be heard no more */
	else
		joint->kind = JOINT_JOINS;
	if (joint->kind == JOINT_JOINS)
		trees_join(bridges, a, b);
}

static __u32 first_end(const struct joint *joint)
{
	return joint->end[0] < joint->end[1] ? joint->end[0] : joint->end[1];
}

static int joint_order(const void *a, const void *b)
{
	const struct joint *x = a, *y = b;

	if (x->forwards != y->forwards)
		return x->forwards ? -1 : 1;
	return first_end(x) < first_end(y) ? -1 : first_end(x) > first_end(y);
}

/* ---- the ways out ---- */

/* From the end `from` of the joint to the other one, whose bridge knows its way already. */
static bool way_find(const struct joint *joint, int from, struct joint_bridge *bridges)
{
	struct joint_bridge *bridge = &bridges[joint->bridge[from]];
	const struct joint_bridge *next = &bridges[joint->bridge[!from]];

	if (bridge->segment || !next->segment)
		return false;
	bridge->segment = next->segment;
	bridge->way_out = joint->end[from];
	return true;
}

/* Once for each bridge between the outer one and the furthest. */
static void ways_find(struct joint_bridge *bridges, const struct joint *joints, size_t count)
{
	bool again = true;

	while (again) {
		again = false;
		for (size_t i = 0; i < count; i++)
			if (joints[i].kind == JOINT_JOINS)
				again |= way_find(&joints[i], 0, bridges) ||
					 way_find(&joints[i], 1, bridges);
	}
}

void joints_find(struct joint_bridge *bridges, size_t count, struct joint *joints,
		 size_t joint_count)
{
	for (size_t i = 0; i < count; i++) {
		bridges[i].segment = bridges[i].way_out = 0;
		bridges[i].root = bridges[i].best = i;
		bridges[i].is_followed = bridges[i].named != NAMED_NOT;
		bridges[i].is_joined = bridges[i].is_outer = false;
		bridges[i].tree_uplink = bridges[i].has_uplink;
		bridges[i].tree_proto = bridges[i].vlan_proto;
	}
	for (size_t i = 0; i < joint_count; i++)
		joints[i].kind = JOINT_NOT;
	if (joint_count)
		qsort(joints, joint_count, sizeof(*joints), joint_order);
	for (size_t i = 0; i < joint_count; i++)
		joint_take(&joints[i], bridges, joints, joint_count);
	for (size_t i = 0; i < count; i++) {
		struct joint_bridge *outer = &bridges[bridges[i].best];

		if (bridges[i].root != i || !bridges[i].is_followed)
			continue;
		outer->segment = outer->ifindex;
		outer->is_outer = bridges[i].is_joined;
	}
	ways_find(bridges, joints, joint_count);
}
