// SPDX-License-Identifier: GPL-2.0-or-later
/* Which bridges are one segment, and which of them names it: a table of topologies. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "loader/topology/joints.h"

#define BRIDGES 6
#define JOINTS	6

/*
 * A bridge is a letter, with ifindex 1 for a; "*" behind it: named by a pattern, "!": plainly, "u":
 * it has an uplink, "v": it is VLAN-aware, "w": with another kind of tags, "o": it was the outer
 * one of a segment. A joint is two letters, "-" behind it: it does not forward; its ends are 10 and
 * 11, then 20 and 21, and so on.
 *
 * What is found: for each bridge that is followed "LETTER:OUTER[>END]", and for each joint that
 * joins nothing its ends' number and why.
 */
static const struct {
	const char *what;
	const char *bridges;
	const char *joints;
	const char *found;
} topologies[] = {
	{"alone", "a!", "", "a:a"},
	{"not named", "a b!", "", "b:b"},
	{"Proxmox", "a!u b c d", "ab ac", "a:a b:a>11 c:a>21"},
	{"both named", "a!u b*", "ab", "a:a b:a>11"},
	{"the inner one is named", "au b*", "ab", "a:a b:a>11"},
	{"the inner one is older", "a b!u", "ab", "a:b>10 b:b"},
	{"nobody is named", "au b c!", "ab", "c:c"},
	{"no uplink: the plain name", "a* b!", "ab", "a:b>10 b:b"},
	{"two uplinks: the plain name", "a*u b!u", "ab", "a:b>10 b:b"},
	{"two uplinks, two plain names: the older", "a!u b!u", "ab", "a:a b:a>11"},
	{"no uplink, no name: the oldest", "b* a c", "ab bc", "b:a>11 a:a c:a>21"},
	{"an uplink beats a name", "a! bu", "ab", "a:b>10 b:b"},
	{"it stays", "a! bo", "ab", "a:b>10 b:b"},
	{"two that were: by the rule", "a!o bou", "ab", "a:b>10 b:b"},
	{"three in a row", "a!u b c", "ab bc", "a:a b:a>11 c:a>21"},
	{"five in a row, from the far end", "a b c d e!u", "ab bc cd de",
	 "a:e>10 b:e>20 c:e>30 d:e>40 e:e"},
	{"a star", "a!u b c d", "ba ac da", "a:a b:a>10 c:a>21 d:a>30"},
	{"a second joint", "a!u b", "ab ba", "a:a b:a>11 2:second"},
	{"a second joint, the first does not forward", "a!u b", "ab- ba", "a:a b:a>20 1:second"},
	{"a loop", "a!u b c", "ab bc ca", "a:a b:a>11 c:a>21 3:loop"},
	{"a loop that STP has opened", "a!u b c", "ab- bc ca", "a:a b:a>20 c:a>30 1:loop"},
	{"two segments", "a!u b!u c d", "ac bd", "a:a b:b c:a>11 d:b>21"},
	{"an outer one that is VLAN-aware", "a!uv b c", "ab ac", "a:a b:a>11 c:a>21"},
	{"an inner one that is", "a!u bv", "ab", "a:a b:a>11"},
	{"an inner one that is, and is named", "a!u b*v", "ab", "a:a b:a>11"},
	{"two ways out, and a pair that does not forward", "a!u bu", "ab-", "a:a 1:closed"},
	{"the same, and both named", "a!u b!u", "ab-", "a:a b:b 1:closed"},
	{"the way out is behind another one", "a!u b cu", "bc ab-", "a:a 2:closed"},
	{"one way out", "a!u b", "ab-", "a:a b:a>11"},
	{"two that are", "a!uv b cv", "ab bc", "a:a b:a>11 c:a>21"},
	{"two with other kinds of tags", "a!uv bw", "ab", "a:a 1:protocols"},
	{"the same with another between, and named", "a!uv b c*w", "ab bc",
	 "a:a b:a>11 c:c 2:protocols"},
	{"two plain ones between", "a!uv b c dw", "ab dc bc", "a:a b:a>11 3:protocols"},
};

struct world {
	struct joint_bridge bridge[BRIDGES];
	size_t bridges;
	struct joint joint[JOINTS];
	size_t joints;
};

static size_t place_of(const struct world *world, char letter)
{
	for (size_t i = 0; i < world->bridges; i++)
		if (world->bridge[i].ifindex == (__u32)(letter - 'a' + 1))
			return i;
	cr_assert(false, "no bridge %c", letter);
	return 0;
}

static void bridge_read(struct world *world, const char *text)
{
	world->bridge[world->bridges++] = (struct joint_bridge){
		.ifindex = text[0] - 'a' + 1,
		.named = strchr(text, '!')   ? NAMED_PLAINLY
			 : strchr(text, '*') ? NAMED_BY_PATTERN
					     : NAMED_NOT,
		.has_uplink = strchr(text + 1, 'u'),
		.vlan_proto = strchr(text + 1, 'v')   ? 0x8100
			      : strchr(text + 1, 'w') ? 0x88a8
						      : 0,
		.was_outer = strchr(text + 1, 'o'),
	};
}

static void joint_read(struct world *world, const char *text)
{
	__u32 end = 10 * (world->joints + 1);

	world->joint[world->joints++] = (struct joint){
		.end = {end, end + 1},
		.bridge = {place_of(world, text[0]), place_of(world, text[1])},
		.forwards = text[2] != '-',
	};
}

static void words_read(struct world *world, const char *text,
		       void (*read)(struct world *world, const char *text))
{
	char words[128], *rest = words, *word;

	strcpy(words, text);
	while ((word = strsep(&rest, " ")))
		if (word[0])
			read(world, word);
}

static void found_write(const struct world *world, char *text, size_t size)
{
	static const char *const kinds[] = {[JOINT_SECOND] = "second",
					    [JOINT_LOOP] = "loop",
					    [JOINT_PROTOCOLS] = "protocols",
					    [JOINT_CLOSED] = "closed"};
	size_t len = 0;

	text[0] = '\0';
	for (size_t i = 0; i < world->bridges; i++) {
		const struct joint_bridge *it = &world->bridge[i];

		if (!it->segment)
			continue;
		len += snprintf(text + len, size - len, "%s%c:%c", len ? " " : "",
				it->ifindex + 'a' - 1, it->segment + 'a' - 1);
		if (it->way_out)
			len += snprintf(text + len, size - len, ">%u", it->way_out);
	}
	for (__u32 end = 10; end <= 10 * JOINTS; end += 10)
		for (size_t i = 0; i < world->joints; i++)
			if (world->joint[i].end[0] == end && world->joint[i].kind != JOINT_JOINS)
				len += snprintf(text + len, size - len, " %u:%s", end / 10,
						kinds[world->joint[i].kind]);
}

Test(joints, topologies)
{
	for (size_t i = 0; i < sizeof(topologies) / sizeof(topologies[0]); i++) {
		struct world world = {};
		char found[128];

		words_read(&world, topologies[i].bridges, bridge_read);
		words_read(&world, topologies[i].joints, joint_read);
		joints_find(world.bridge, world.bridges, world.joint, world.joints);
		found_write(&world, found, sizeof(found));
		cr_expect_str_eq(found, topologies[i].found, "%s: '%s'", topologies[i].what, found);
	}
}

/* Once it has named a segment of several bridges it goes on doing so. */
Test(joints, the_outer_one_of_several_is_remembered)
{
	struct joint_bridge bridges[] = {
		{.ifindex = 1, .named = NAMED_BY_PATTERN}, {.ifindex = 2}, {.ifindex = 3}};
	struct joint joint = {.end = {10, 11}, .bridge = {0, 1}, .forwards = true};

	joints_find(bridges, 3, &joint, 1);
	cr_assert(bridges[0].is_outer);
	cr_assert(!bridges[1].is_outer && !bridges[2].is_outer);
	joints_find(bridges, 3, NULL, 0);
	cr_assert(!bridges[0].is_outer, "alone");
}

Test(joints, each_refusal_is_said)
{
	for (enum joint_kind kind = JOINT_SECOND; kind <= JOINT_CLOSED; kind++)
		cr_assert(strlen(joint_kind_text(kind)) > 20);
}
