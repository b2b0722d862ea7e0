// SPDX-License-Identifier: GPL-2.0-or-later
/* What a step did, as a hash: for comparisons. */
#include "parts.h"

struct outcome outcome;

void model_note(uint64_t value)
{
	outcome.hash = (outcome.hash ^ value) * 0x9e3779b97f4a7c15ull;
	outcome.hash ^= outcome.hash >> 29;
}

void model_note_step(const struct claim_step *step, const struct announcement *announcement)
{
	outcome.steps++;
	model_note(step->reason | step->announce << 8 | step->changed << 10 | step->moved << 12 |
		   step->old_state << 16 | step->forget << 20 | step->nudge << 22 |
		   step->queued << 24);
	model_note(step->ask | step->asker << 4 | step->ask_waited << 8 | step->answered << 12);
	if (!step->announce)
		return;
	outcome.announced++;
	model_note(announcement->mac[MAC_LEN - 1] | announcement->port << 8 |
		   announcement->became << 16 | announcement->queued << 20);
	model_note(announcement->turn_ns ? announcement->turn_ns - model.world.now_ns : 1);
}

void model_note_claim(void)
{
	const struct claim *claim = model_claim();
	int64_t ticks = 500 * TICK_NS;

	outcome.state = claim->state;
	outcome.deadline = claim->deadline_ns - model.world.now_ns;
	if (outcome.deadline < 0)
		outcome.deadline = -1;
	if (outcome.deadline > ticks)
		outcome.deadline = ticks;
}
