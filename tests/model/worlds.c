// SPDX-License-Identifier: GPL-2.0-or-later
/* The finite worlds that are searched. Durations are in ticks. */
#include <stdio.h>
#include <string.h>

#include "model.h"

#define KIND(x) (1u << HEARD_##x)
/* Stations, in the order of model_stations; and configurations, in that of model_rules. */
enum {
	A = 1,
	B = 2,
	A_UP = 4, /* a's MAC on the uplink */
	FAR = 8,  /* another host on the uplink */
	A_ELSEWHERE = 16,
	C = 32,
	B_BESIDE = 64, /* b's MAC on a's port */
};
enum {
	NOTHING = 1,
	IMMEDIATE = 2, /* for a and b */
	NEVER = 4,
	PROBED_A = 8,
	IMMEDIATE_A = 16,
	NEXT_HOP = 32,
	THREE = 64, /* immediate for a, b and c */
};

#define TALK  (KIND(PROBE) | KIND(ANNOUNCEMENT) | KIND(USE))
#define SPEAK (KIND(PROBE) | KIND(ANNOUNCEMENT))
#define MORE  KIND(OTHER)
#define RELAY KIND(RELAY)
#define DOUBT (KIND(OBJECTION) | KIND(REPLY))

/* The order of the real durations (duplicate < gap < window ..), in as few ticks as keep it. */
#define COARSE                                                                             \
	.duplicate = 1, .gap = 1, .steady = 1, .steady_grace = 1, .window = 2, .grace = 1, \
	.dad = 1, .dad_grace = 1, .first = 1, .interval = 2, .nudge_gap = 1, .retry = 1,   \
	.moves = 4, .thaws = 4, .age = 5, .denied = 3, .min_probes = 3, .announce_num = 2, \
	.max_moves = 1, .nudge_num = 1, .answer = 1, .give_up = 4
/* A tick is a third of a second or so. */
#define FINE                                                                                \
	.duplicate = 1, .gap = 2, .steady = 2, .steady_grace = 1, .window = 4, .grace = 1,  \
	.dad = 2, .dad_grace = 1, .first = 3, .interval = 4, .nudge_gap = 2, .retry = 1,    \
	.moves = 9, .thaws = 8, .age = 10, .denied = 6, .min_probes = 3, .announce_num = 2, \
	.max_moves = 1, .nudge_num = 3, .answer = 2, .give_up = 9

/* Two probes make an attempt; and a minute, between two of the later questions, is three ticks. */
#define ASKED                                                                            \
	.ask = 1, .duplicate = 1, .gap = 1, .steady = 1, .steady_grace = 1, .window = 2, \
	.grace = 1, .dad = 1, .dad_grace = 1, .first = 1, .interval = 2, .nudge_gap = 1, \
	.retry = 1, .moves = 4, .thaws = 4, .age = 5, .denied = 3, .min_probes = 2,      \
	.announce_num = 2, .max_moves = NO_FREEZING, .nudge_num = 1, .answer = 1, .give_up = 8

/* clang-format off */
static const struct bounds worlds[] = {
	/* Two guests and a host behind the uplink, and nothing else; the daemon comes in time. */
	{.name = "duel", COARSE, .quick = 1, .from = A | B | FAR, .kinds = TALK | RELAY, .rules = NOTHING},
	{.name = "duel6", COARSE, .quick = 1, .ipv6 = 1, .from = A | B | FAR, .kinds = TALK | RELAY,
	 .rules = NOTHING, .nonces = 3},
	{.name = "duel-fine", FINE, .from = A | B | FAR, .kinds = TALK | RELAY, .rules = NOTHING},
	/* The daemon is late, and early; announcements fail. */
	{.name = "late", COARSE, .quick = 1, .late = 1, .early = 1, .fail = 1, .from = A | B, .kinds = TALK, .rules = NOTHING},
	{.name = "late-fine", FINE, .late = 1, .early = 1, .fail = 1, .from = A | B | FAR, .kinds = TALK, .rules = NOTHING},
	/* One MAC on two ports and on the uplink. */
	{.name = "ports", COARSE, .late = 1, .from = A | A_UP | A_ELSEWHERE | B, .kinds = TALK, .rules = NOTHING},
	{.name = "ports-by-hand", COARSE, .quick = 1, .by_hand = 1, .from = A | A_UP | A_ELSEWHERE, .kinds = TALK, .rules = NOTHING},
	{.name = "ports-declared", COARSE, .late = 1, .fail = 1, .from = A | A_ELSEWHERE | B, .kinds = TALK, .rules = IMMEDIATE},
	/* It is declared, and the policy changes. */
	{.name = "policy", COARSE, .late = 1, .early = 1, .by_hand = 1, .fail = 1, .from = A | B, .kinds = TALK,
	 .rules = NOTHING | IMMEDIATE | NEVER},
	{.name = "policy6", COARSE, .ipv6 = 1, .late = 1, .early = 1, .by_hand = 1, .fail = 1, .from = A | B,
	 .kinds = TALK, .rules = NOTHING | IMMEDIATE | NEVER, .nonces = 1},
	{.name = "policy-fine", FINE, .late = 1, .early = 1, .by_hand = 1, .fail = 1, .from = A | B, .kinds = TALK,
	 .rules = NOTHING | IMMEDIATE | NEVER},
	{.name = "declared", COARSE, .late = 1, .fail = 1, .from = A | B | FAR, .kinds = TALK | RELAY,
	 .rules = IMMEDIATE | PROBED_A | IMMEDIATE_A},
	/* Listeners reply, operators announce and thaw. */
	{.name = "nudges", COARSE, .late = 1, .early = 1, .by_hand = 1, .thaw = 1, .fail = 1, .listeners = 1,
	 .from = A | B, .kinds = TALK, .rules = NOTHING},
	{.name = "nudges-policy", COARSE, .late = 1, .early = 1, .by_hand = 1, .fail = 1, .listeners = 1, .from = A,
	 .kinds = TALK, .rules = IMMEDIATE | NEVER},
	{.name = "strangers", COARSE, .listeners = 1, .strangers = 1, .from = A, .kinds = SPEAK, .rules = IMMEDIATE},
	/* Claims are forgotten, owners refreshed, frozen claims thawed. */
	{.name = "ages", COARSE, .late = 1, .aging = 1, .from = A | B, .kinds = TALK, .rules = NOTHING | NEVER},
	{.name = "refresh", COARSE, .aging = 1, .refresh = 3, .by_hand = 1, .from = A | FAR, .kinds = TALK | MORE,
	 .rules = NOTHING},
	{.name = "refresh-ports", COARSE, .aging = 1, .refresh = 3, .from = A | A_ELSEWHERE, .kinds = TALK | MORE,
	 .rules = NOTHING | NEVER},
	{.name = "refresh-declared", COARSE, .aging = 1, .refresh = 3, .fail = 1, .from = A | B,
	 .kinds = SPEAK | MORE, .rules = IMMEDIATE | NEVER},
	{.name = "thaw", COARSE, .by_hand = 1, .thaw = 1, .aging = 1, .from = A | B, .kinds = SPEAK, .rules = NOTHING},
	/* Two CPUs: a frame while an announcement is sent, or with an older clock. */
	{.name = "race", COARSE, .late = 1, .race = 1, .fail = 1, .from = A | B, .kinds = TALK, .rules = IMMEDIATE},
	{.name = "race-plain", COARSE, .late = 1, .race = 1, .fail = 1, .from = A | B, .kinds = TALK, .rules = NOTHING},
	{.name = "race-fine", FINE, .late = 1, .race = 1, .fail = 1, .from = A | B | FAR, .kinds = TALK, .rules = IMMEDIATE},
	{.name = "race-nudges", COARSE, .race = 1, .by_hand = 1, .listeners = 1, .from = A | B, .kinds = SPEAK, .rules = IMMEDIATE},
	{.name = "race-turns", COARSE, .race = 1, .busy = 1, .per_second = 1, .from = A | B,
	 .kinds = KIND(PROBE) | KIND(USE), .rules = IMMEDIATE},
	{.name = "race-xdp", COARSE, .xdp = 1, .late = 1, .fail = 1, .race = 1, .from = A | B, .kinds = TALK, .rules = IMMEDIATE},
	{.name = "behind", COARSE, .behind = 1, .from = A | B, .kinds = TALK, .rules = NOTHING},
	{.name = "behind-one", COARSE, .quick = 1, .behind = 1, .echo = 1, .from = A | A_UP, .kinds = TALK, .rules = NOTHING},
	{.name = "behind-refresh", COARSE, .behind = 1, .aging = 1, .refresh = 3, .from = A, .kinds = TALK | MORE, .rules = NOTHING},
	{.name = "behind-xdp", COARSE, .quick = 1, .behind = 1, .xdp = 1, .from = A, .kinds = TALK, .rules = IMMEDIATE},
	/* XDP: nothing is sent where it is heard, and what is sent is heard. */
	{.name = "xdp", COARSE, .xdp = 1, .late = 1, .fail = 1, .from = A | B, .kinds = TALK, .rules = NOTHING | IMMEDIATE},
	/* Ports disappear. */
	{.name = "gone", COARSE, .late = 1, .sweep = 1, .gone = A | B, .from = A | B, .kinds = TALK, .rules = NOTHING},
	/* A port is replaced: the guest is heard on another one, and its former one is gone. */
	{.name = "replaced", COARSE, .quick = 1, .sweep = 1, .gone = A | A_ELSEWHERE, .from = A | A_ELSEWHERE, .kinds = TALK,
	 .rules = NOTHING},
	{.name = "replaced-late", COARSE, .late = 1, .sweep = 1, .gone = A, .from = A | A_ELSEWHERE | B, .kinds = TALK, .rules = NOTHING},
	{.name = "replaced-declared", COARSE, .sweep = 1, .fail = 1, .gone = A, .from = A | A_ELSEWHERE | B, .kinds = TALK, .rules = IMMEDIATE},
	{.name = "ask6-replaced", ASKED, .ipv6 = 1, .sweep = 1, .gone = A, .from = A | A_ELSEWHERE, .kinds = KIND(PROBE) | KIND(USE),
	 .rules = NOTHING, .lives = A | A_ELSEWHERE},
	/* Announcements are rate-limited. Five turns ahead is longer than anything else that the claim waits for. */
	{.name = "turns", COARSE, .release = 1, .late = 1, .busy = 1, .per_second = 1, .queue = 5, .from = A | B, .kinds = SPEAK, .rules = IMMEDIATE},
	{.name = "turns-one", COARSE, .late = 1, .busy = 1, .fail = 1, .per_second = 1, .from = A, .kinds = TALK, .rules = IMMEDIATE},
	/* Nearly everything at once: so many events of any kind. */
	{.name = "all", COARSE, .depth = 8, .depth_long = 11, .late = 1, .early = 1, .by_hand = 1, .thaw = 1, .fail = 1, .race = 1,
	 .from = A | B | FAR | A_ELSEWHERE, .kinds = TALK | RELAY, .rules = NOTHING | IMMEDIATE | NEVER},
	{.name = "all-xdp", COARSE, .depth = 9, .depth_long = 12, .xdp = 1, .late = 1, .early = 1, .by_hand = 1, .fail = 1, .race = 1,
	 .from = A | B | FAR, .kinds = TALK, .rules = NOTHING | IMMEDIATE | NEVER},
	{.name = "all-listeners", COARSE, .depth = 10, .depth_long = 14, .late = 1, .by_hand = 1, .fail = 1, .listeners = 1, .from = A | B | FAR,
	 .kinds = TALK, .rules = NOTHING | IMMEDIATE | NEVER},
	/* Everything at once of fewer hosts or kinds of frames; and what is missing of pairs (model -P). */
	{.name = "all-one", COARSE, .release = 1, .late = 1, .early = 1, .by_hand = 1, .thaw = 1, .fail = 1, .race = 1,
	 .from = A | FAR | A_ELSEWHERE, .kinds = KIND(PROBE) | KIND(USE) | RELAY, .rules = NOTHING | IMMEDIATE | NEVER},
	{.name = "all-two", COARSE, .release = 1, .late = 1, .early = 1, .by_hand = 1, .thaw = 1, .fail = 1, .race = 1,
	 .from = A | B, .kinds = KIND(PROBE) | KIND(USE), .rules = NOTHING | IMMEDIATE | NEVER},
	{.name = "all-one-xdp", COARSE, .xdp = 1, .late = 1, .early = 1, .by_hand = 1, .fail = 1, .race = 1,
	 .from = A | FAR, .kinds = TALK, .rules = NOTHING | IMMEDIATE | NEVER},
	{.name = "all-one-listeners", COARSE, .release = 1, .late = 1, .by_hand = 1, .fail = 1, .listeners = 1, .from = A | FAR,
	 .kinds = TALK, .rules = NOTHING | IMMEDIATE | NEVER},
	{.name = "pairs-far", COARSE, .thaw = 1, .from = A | FAR | A_ELSEWHERE, .kinds = KIND(PROBE) | KIND(USE), .rules = NOTHING},
	{.name = "pairs-xdp", COARSE, .xdp = 1, .early = 1, .by_hand = 1, .from = A | FAR, .kinds = KIND(PROBE) | KIND(USE), .rules = IMMEDIATE},
	{.name = "pairs-listeners", COARSE, .listeners = 1, .from = A | FAR, .kinds = SPEAK, .rules = NOTHING},
	/* With what was on the wire. */
	{.name = "monitors", COARSE, .monitor = 1, .fail = 1, .from = A | B | FAR, .kinds = TALK, .rules = NOTHING},
	{.name = "monitors-declared", COARSE, .monitor = 1, .by_hand = 1, .fail = 1, .from = A | B, .kinds = TALK,
	 .rules = NOTHING | IMMEDIATE},
	/* Guests are asked, and hosts get and lose the address at any time. */
	{.name = "ask", ASKED, .from = A | FAR, .kinds = TALK | DOUBT | RELAY, .rules = NOTHING, .lives = A},
	{.name = "ask6", ASKED, .quick = 1, .ipv6 = 1, .from = A | FAR, .kinds = TALK | DOUBT | RELAY, .rules = NOTHING, .lives = A},
	{.name = "ask-two", ASKED, .from = A | B, .kinds = TALK, .rules = NOTHING, .lives = A | B},
	{.name = "ask6-two", ASKED, .ipv6 = 1, .from = A | B, .kinds = TALK, .rules = NOTHING, .lives = A | B},
	{.name = "ask6-deaf", ASKED, .quick = 1, .ipv6 = 1, .deaf = 1, .from = A, .kinds = TALK, .rules = NOTHING, .lives = A},
	{.name = "ask-declared", ASKED, .from = A | B, .kinds = KIND(PROBE) | KIND(USE), .rules = IMMEDIATE,
	 .lives = A | B, .defends = A | B},
	{.name = "ask6-declared", ASKED, .ipv6 = 1, .from = A | B, .kinds = KIND(PROBE) | KIND(USE), .rules = IMMEDIATE,
	 .lives = A | B, .defends = A | B},
	{.name = "ask6-declared-xdp", ASKED, .ipv6 = 1, .xdp = 1, .fail = 1, .from = A | B, .kinds = KIND(PROBE) | KIND(USE),
	 .rules = IMMEDIATE, .lives = A | B, .defends = A | B},
	{.name = "ask6-policy", ASKED, .ipv6 = 1, .by_hand = 1, .from = A, .kinds = TALK | DOUBT,
	 .rules = NOTHING | IMMEDIATE | NEVER, .lives = A},
	{.name = "ask-by-hand", ASKED, .by_hand = 1, .from = A | FAR, .kinds = SPEAK, .rules = NOTHING, .lives = A},
	{.name = "ask6-by-hand", ASKED, .quick = 1, .ipv6 = 1, .by_hand = 1, .from = A | FAR, .kinds = TALK, .rules = NOTHING, .lives = A},
	{.name = "ask-refresh", ASKED, .refresh = 3, .from = A | FAR, .kinds = TALK, .rules = NOTHING, .lives = A},
	{.name = "ask6-ports", ASKED, .ipv6 = 1, .from = A | A_ELSEWHERE, .kinds = KIND(PROBE) | KIND(USE), .rules = NOTHING,
	 .lives = A | A_ELSEWHERE},
	/* An operator claims it for a guest that was not heard. */
	{.name = "claimed", COARSE, .claimed = A | B, .from = A | B, .kinds = TALK, .rules = NOTHING | NEVER},
	{.name = "claimed-late", COARSE, .late = 1, .fail = 1, .claimed = A, .from = A | B, .kinds = SPEAK, .rules = NOTHING | IMMEDIATE},
	{.name = "ask6-claimed", ASKED, .quick = 1, .ipv6 = 1, .claimed = A, .from = A | FAR, .kinds = TALK, .rules = NOTHING, .lives = A},
	{.name = "ask6-claimed-policy", ASKED, .ipv6 = 1, .claimed = A, .from = A, .kinds = KIND(PROBE) | KIND(USE),
	 .rules = NOTHING | NEVER, .lives = A},
	{.name = "ask-claimed", ASKED, .claimed = A | B, .from = A, .kinds = KIND(PROBE), .rules = NOTHING, .lives = A | B},
	/* EVPN says that a host behind the uplink has it. */
	{.name = "ask6-told", ASKED, .quick = 1, .ipv6 = 1, .from = A, .kinds = TALK, .told = FAR, .rules = NOTHING, .lives = A},
	{.name = "ask-told", ASKED, .from = A | B, .kinds = KIND(PROBE) | KIND(USE), .told = FAR, .rules = NOTHING, .lives = A | B},
	{.name = "ask6-told-declared", ASKED, .ipv6 = 1, .from = A | B, .kinds = KIND(PROBE) | KIND(USE), .told = FAR,
	 .rules = IMMEDIATE, .lives = A | B, .defends = A | B},
	/* An uplink comes back. */
	{.name = "link", COARSE, .quick = 1, .link = 1, .fail = 1, .from = A | FAR, .kinds = TALK, .rules = NOTHING},
	{.name = "link-nudges", COARSE, .link = 1, .by_hand = 1, .listeners = 1, .from = A | B, .kinds = SPEAK, .rules = IMMEDIATE},
	{.name = "link-late", COARSE, .link = 1, .late = 1, .fail = 1, .from = A | B, .kinds = TALK, .rules = NOTHING},
	{.name = "ask6-link", ASKED, .quick = 1, .ipv6 = 1, .link = 1, .from = A | FAR, .kinds = TALK, .rules = NOTHING, .lives = A},
	{.name = "ask6-link-nudges", ASKED, .ipv6 = 1, .link = 1, .by_hand = 1, .listeners = 1, .from = A, .kinds = TALK,
	 .rules = NOTHING, .lives = A},
	/* The uplink sends frames back. */
	{.name = "echo", COARSE, .quick = 1, .echo = 1, .from = A | A_UP, .kinds = TALK, .rules = NOTHING | IMMEDIATE},
	{.name = "echo-nudges", COARSE, .echo = 2, .listeners = 1, .from = A | A_UP, .kinds = TALK, .rules = NOTHING},
	/* Two MACs on one port; three are declared; the daemon has an older clock. */
	{.name = "beside", COARSE, .fail = 1, .from = A | B_BESIDE | FAR, .kinds = TALK, .rules = NOTHING | IMMEDIATE},
	{.name = "three", COARSE, .quick = 1, .from = A | B | C, .kinds = KIND(PROBE) | KIND(USE), .rules = THREE},
	{.name = "old-clock", COARSE, .quick = 1, .old_clock = 1, .from = A | B, .kinds = TALK, .rules = NOTHING},
	{.name = "old-clock-declared", COARSE, .quick = 1, .old_clock = 1, .fail = 1, .from = A, .kinds = TALK, .rules = IMMEDIATE},
	/* Objections that no cache takes. */
	{.name = "objections", COARSE, .fail = 1, .from = A | B | FAR, .kinds = SPEAK | KIND(OBJECTION), .rules = NOTHING | IMMEDIATE},
	{.name = "objections-ports", COARSE, .quick = 1, .from = A | A_ELSEWHERE, .kinds = SPEAK | KIND(OBJECTION), .rules = NOTHING},
	{.name = "monitors6", COARSE, .monitor = 1, .ipv6 = 1, .fail = 1, .from = A | B | FAR, .kinds = TALK,
	 .rules = NOTHING, .nonces = 1},
};
/* clang-format on */

enum { WORLDS = sizeof(worlds) / sizeof(*worlds) };

const struct bounds *worlds_find(const char *name)
{
	unsigned int i;

	for (i = 0; i < WORLDS; i++)
		if (!strcmp(worlds[i].name, name))
			return &worlds[i];
	return NULL;
}

const struct bounds *worlds_at(unsigned int i)
{
	return i < WORLDS ? &worlds[i] : NULL;
}
