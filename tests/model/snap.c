// SPDX-License-Identifier: GPL-2.0-or-later
/* A state is copied out of the model, and back. */
#include <stddef.h>
#include <string.h>

#include "parts.h"

/* What is before it depends on the configuration, or is copied for the model's hosts only. */
#define JUDGE_REST offsetof(struct judge, ipv6)

static void save_ports(struct snap *snap)
{
	const struct limit *limit;
	int i;

	for (i = 0; i < 4; i++) {
		limit = &model.world.limits[model_ports[i]];
		snap->limit_tat[i] = limit->rounds_tat_ns;
		snap->question_tat[i] = limit->questions_tat_ns;
	}
	for (i = 0; i < LANE_MAX; i++)
		snap->lane_tat[i] = model.world.lanes[i].rounds_tat_ns;
}

static void load_ports(const struct snap *snap)
{
	struct limit *limit;
	int i;

	for (i = 0; i < 4; i++) {
		limit = &model.world.limits[model_ports[i]];
		limit->rounds_tat_ns = snap->limit_tat[i];
		limit->questions_tat_ns = snap->question_tat[i];
	}
	for (i = 0; i < LANE_MAX; i++)
		model.world.lanes[i].rounds_tat_ns = snap->lane_tat[i];
}

void model_save(struct snap *snap)
{
	const struct world *w = &model.world;
	int i;

	memset(snap, 0, sizeof(*snap));
	snap->claim = w->sites[0].claim;
	for (i = 0; i < 2; i++)
		snap->listener[i] = w->listener[i];
	save_ports(snap);
	snap->gone_ports = w->gone_ports;
	snap->deaf_ports = w->deaf_ports;
	snap->fail = w->fail;
	snap->rules = model.rules;
	memcpy(snap->judge.rest, (char *)&model.judge + JUDGE_REST,
	       sizeof(model.judge) - JUDGE_REST);
	snap->monitors = model.monitors;
	snap->truth = model.truth;
}

void model_load(const struct snap *snap)
{
	struct world *w = &model.world;
	int i;

	w->sites[0].claim = snap->claim;
	for (i = 0; i < 2; i++)
		w->listener[i] = snap->listener[i];
	load_ports(snap);
	w->gone_ports = snap->gone_ports;
	w->deaf_ports = snap->deaf_ports;
	w->fail = snap->fail;
	w->now_ns = NOW_NS;
	w->daemon_stopped = 1;
	memcpy((char *)&model.judge + JUDGE_REST, snap->judge.rest,
	       sizeof(model.judge) - JUDGE_REST);
	model.monitors = snap->monitors;
	model.truth = snap->truth;
	model_configure(snap->rules);
}
