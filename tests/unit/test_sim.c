// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Some thousand of the simulator's schedules under the sanitizers; they have to reach every edge
 * of the claim machine. The million is in tests/sim; build/tests/sim -s SEED prints the trace of
 * one.
 */
#include <criterion/criterion.h>

#include "tests/sim/play.h"

/* Fails if a counter of an edge is zero: then the rules were not tested there. */
static void walked_every_edge(const struct tally *tally)
{
	static const int edges[] = {
		COUNTER_own_frame,
		COUNTER_probe_uplink,
		COUNTER_probe_duplicate,
		COUNTER_probe_looped,
		COUNTER_window_continued,
		COUNTER_window_opened,
		COUNTER_window_ended,
		COUNTER_window_used,
		COUNTER_immediate,
		COUNTER_announce_next,
		COUNTER_announce_done,
		COUNTER_announce_deferred,
		COUNTER_announce_failed,
		COUNTER_announce_over_limit,
		COUNTER_announce_lost,
		COUNTER_announce_superseded,
		COUNTER_announce_by_hand,
		COUNTER_announce_link,
		COUNTER_announce_refused,
		COUNTER_self_announced,
		COUNTER_lapsed,
		COUNTER_rival_probe,
		COUNTER_conflict_probe,
		COUNTER_conflict_asserted,
		COUNTER_defended,
		COUNTER_frozen,
		COUNTER_frozen_probe,
		COUNTER_thawed,
		COUNTER_thaw_by_hand,
		COUNTER_thaw_refused,
		COUNTER_aged,
		COUNTER_nudge_round,
		COUNTER_unconfirmed,
		COUNTER_confirmed,
		COUNTER_answer_seen,
		COUNTER_port_gone,
		COUNTER_port_inherited,
		COUNTER_denied_owner,
		COUNTER_denied_never,
		COUNTER_denied_next_hop,
		COUNTER_seen,
		COUNTER_other_seen,
		COUNTER_announce_refresh,
		COUNTER_refresh_doubted,
		COUNTER_seen_elsewhere,
		COUNTER_conflict_elsewhere,
	};
	unsigned int i;

	for (i = 0; i < sizeof(edges) / sizeof(*edges); i++)
		cr_assert(tally->counted[edges[i]], "counter %d never seen", edges[i]);
}

Test(sim, schedules_break_no_rule, .timeout = 120)
{
	static struct schedule schedule;
	static struct tally tally;
	const char *broken;
	__u64 seed;

	for (seed = 1; seed <= 20000; seed++) {
		schedule_make(&schedule, seed);
		broken = play(&schedule, &tally, NULL);
		cr_assert(!broken, "%s: build/tests/sim -s %llu", broken, seed);
	}
	walked_every_edge(&tally);
}
