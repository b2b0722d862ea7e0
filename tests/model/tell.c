// SPDX-License-Identifier: GPL-2.0-or-later
/* The claim and its steps, in words. */
#include "parts.h"

#define COUNTER_NAME(name, what)     #name,
#define STATE_NAME(NAME, name, what) #NAME,

static const char *const counter_names[] = {COUNTERS(COUNTER_NAME)};
static const char *const state_names[] = {CLAIM_STATES(STATE_NAME)};

void tell_step(const struct claim_step *step, const struct announcement *announcement)
{
	static const char *const became[] = {"", ": ANNOUNCES", ": fails to announce", ": defers",
					     ": queues"};

	if (!story)
		return;
	fprintf(story, "        %s: %s%s", state_names[model_claim()->state],
		counter_names[step->reason], became[announcement->became]);
	if (announcement->became)
		fprintf(story, " %x on port %u", announcement->mac[MAC_LEN - 1],
			announcement->port);
	fprintf(story, "%s%s\n", step->nudge ? ", nudges" : "", step->ask ? ", asks" : "");
}

static int in_ticks(__u64 at_ns)
{
	return at_ns ? (int)((int64_t)(at_ns - model.world.now_ns) / (int64_t)TICK_NS) : -99;
}

const char *model_describe(char *buf, size_t len)
{
	const struct claim *claim = model_claim();
	const struct judge *judge = &model.judge;

	snprintf(
		buf, len,
		"%s mac %x port %u owner %x rival %x flags %02x retries %u due %d nudge %d ask %d | "
		"judge %s mac %d owner %d deferred %d nudging %d",
		state_names[claim->state], claim->mac[5], claim->port, claim->owner[5],
		claim->rival[5], claim->flags, claim->retries, in_ticks(claim->due_ns),
		in_ticks(claim->nudge_ns), in_ticks(claim->ask_ns), state_names[judge->state],
		judge->mac, judge->owner, judge->deferred.mac, judge->nudging.on);
	return buf;
}
