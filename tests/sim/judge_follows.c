// SPDX-License-Identifier: GPL-2.0-or-later
/* The judge's third part: who is nudged to follow, when, and whose answer proves that it has. */
#include "judge_parts.h"

static int is_certain(const struct judge *judge)
{
	return judge->state == CLAIM_ANNOUNCING || judge->state == CLAIM_OWNED;
}

/* From now on answers prove something, once more. */
void judge_begins(struct judge *judge, __u64 at_ns)
{
	judge->nudging = (struct nudging){.since_ns = at_ns};
}

/* It is announced: the listeners are nudged along with that. */
void judge_nudges(struct judge *judge, __u64 at_ns)
{
	judge_begins(judge, at_ns);
	judge->nudging.on = 1;
	judge->nudging.next_ns = at_ns;
}

/* Whoever has not answered since it was announced. In a round that is more than a look, nudged. */
static unsigned int round_to(struct judge *judge, int looks, __u64 at_ns)
{
	unsigned int i, waiting = 0;

	if (!judge_has_guests(judge, judge->port))
		return 0; /* nor can anybody be nudged from there */
	for (i = 0; i < judge->listeners; i++) {
		if (judge->listener[i].answered_ns >= judge->nudging.since_ns)
			continue;
		waiting++;
		if (!looks)
			judge->listener[i].nudged_ns = at_ns;
	}
	return waiting;
}

/* What is not said now takes its nudges along. */
void judge_rounds(struct judge *judge, const struct announcement *said, __u64 at_ns)
{
	struct nudging *nudging = &judge->nudging;
	int looks = nudging->rounds >= judge->settings->nudge_num;

	judge_must(is_certain(judge),
		   "listeners are nudged for somebody who may not have the address");
	judge_must(!judge->policy[judge->mac].denied,
		   "listeners are nudged for somebody whom the policy forbids");
	if (said->became != ANNOUNCEMENT_NONE && said->became != ANNOUNCEMENT_SENT)
		return;
	judge_must(judge->debt.whom == JUDGE_NOBODY, "listeners are nudged before it is announced");
	judge_must(nudging->on, "a round of nudges too many");
	judge_must(at_ns >= nudging->next_ns, "listeners are nudged before their time");
	nudging->rounds++;
	nudging->next_ns = at_ns + judge->settings->nudge_interval_ns;
	nudging->on = round_to(judge, looks, at_ns) && !looks;
}

/* The daemon came for a round that the policy forbids by now: there is none any more. */
void judge_forbids_rounds(struct judge *judge, __u64 at_ns)
{
	struct nudging *nudging = &judge->nudging;

	if (nudging->on && judge->debt.whom == JUDGE_NOBODY && at_ns >= nudging->next_ns &&
	    judge->policy[judge->mac].denied)
		nudging->on = 0;
}

/* Each round has its time, too. */
void judge_waits_rounds(struct judge *judge, __u64 at_ns)
{
	struct nudging *nudging = &judge->nudging;

	if (!nudging->on || judge->debt.whom != JUDGE_NOBODY || at_ns < nudging->next_ns)
		return;
	judge_must(judge->policy[judge->mac].denied, "listeners were not nudged");
	nudging->on = 0;
}

/* Who was not nudged may be made up by the guest: so many of those are believed. */
static int is_believed(struct judge *judge, const struct listener *listener)
{
	if (listener && listener->answered_ns >= judge->nudging.since_ns)
		return 0;
	if (listener && listener->nudged_ns >= judge->nudging.since_ns)
		return 1;
	return judge->nudging.strangers++ < LISTENERS;
}

void judge_answers(struct judge *judge, unsigned int which, const struct station *to,
		   enum counter reason, __u64 at_ns)
{
	struct listener *listener = which < judge->listeners ? &judge->listener[which] : NULL;
	int to_guest = judge->mac == judge_mac(to->mac);
	int proves = to_guest && is_certain(judge) && judge->nudging.since_ns &&
		     is_believed(judge, listener);

	judge_must(reason == (proves ? COUNTER_confirmed : COUNTER_answer_seen),
		   "an answer confirmed what it does not prove, or did not what it does");
	if (to_guest && listener)
		listener->answered_ns = at_ns;
}
