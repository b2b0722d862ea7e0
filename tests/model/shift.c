// SPDX-License-Identifier: GPL-2.0-or-later
/* Every time of a state is moved by the same difference. */
#include "parts.h"

static void shift(__u64 *at_ns, __u64 by_ns)
{
	if (*at_ns)
		*at_ns -= by_ns;
}

static void shift_claim(struct claim *claim, __u64 by_ns)
{
	__u64 *const times[] = {
		&claim->window_end_ns,	 &claim->deadline_ns,	     &claim->due_ns,
		&claim->nudge_ns,	 &claim->nudged_ns,	     &claim->ask_ns,
		&claim->asking_ns,	 &claim->asked_ns,	     &claim->answered_ns,
		&claim->deferred_ns,	 &claim->first_probe_ns,     &claim->last_probe_ns,
		&claim->rival_probe_ns,	 &claim->announced_since_ns, &claim->announce_start_ns,
		&claim->confirmed_ns,	 &claim->last_conflict_ns,   &claim->last_announcement_ns,
		&claim->recent_since_ns, &claim->changed_ns,	     &claim->last_seen_ns,
	};
	unsigned int i;

	for (i = 0; i < sizeof(times) / sizeof(*times); i++)
		shift(times[i], by_ns);
}

static void shift_judge(struct judge *judge, __u64 by_ns)
{
	__u64 *const times[] = {
		&judge->probed_ns,	   &judge->seen_ns,	    &judge->announce_start_ns,
		&judge->sent_ns,	   &judge->quiet_ns,	    &judge->attempt.rival_ns,
		&judge->attempt.opened_ns, &judge->attempt.ends_ns, &judge->slot_ns,
		&judge->deferred.due_ns,   &judge->nudging.next_ns, &judge->nudging.since_ns,
		&judge->moves_ns,	   &judge->other_ns,	    &judge->shown_ns,
		&judge->nudged_ns,
	};
	unsigned int i;

	for (i = 0; i < sizeof(times) / sizeof(*times); i++)
		shift(times[i], by_ns);
	for (i = 0; i < WORLD_LISTENERS; i++) {
		shift(&judge->listener[i].answered_ns, by_ns);
		shift(&judge->listener[i].nudged_ns, by_ns);
	}
}

static void shift_world(struct world *w, __u64 by_ns)
{
	int i;

	for (i = 0; i < WORLD_LISTENERS; i++) {
		shift(&w->listener[i].answered_ns, by_ns);
		shift(&w->listener[i].nudged_ns, by_ns);
	}
	for (i = 0; i < WORLD_PORTS; i++) {
		shift(&w->limits[i].rounds_tat_ns, by_ns);
		shift(&w->limits[i].questions_tat_ns, by_ns);
	}
	for (i = 0; i < LANE_MAX; i++)
		shift(&w->lanes[i].rounds_tat_ns, by_ns);
	w->now_ns -= by_ns;
}

void model_shift(__u64 by_ns)
{
	int i;

	shift_claim(model_claim(), by_ns);
	shift_judge(&model.judge, by_ns);
	shift_world(&model.world, by_ns);
	shift(&model.monitors.denied_ns, by_ns);
	for (i = 0; i < STATIONS; i++) {
		shift(&model.monitors.probed_ns[i], by_ns);
		shift(&model.truth.lost_ns[i], by_ns);
		shift(&model.truth.probed_ns[i], by_ns);
		shift(&model.truth.defended_ns[i], by_ns);
	}
	shift(&model.truth.wanted_ns, by_ns);
	shift(&model.truth.named_ns, by_ns);
}
