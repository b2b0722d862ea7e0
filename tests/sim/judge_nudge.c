// SPDX-License-Identifier: GPL-2.0-or-later
/* The nudges: which listeners get them, when, and whose reply proves that it has the MAC. */
#include "judge_parts.h"

static int is_certain(const struct judge *judge)
{
	return judge->state == CLAIM_ANNOUNCING || judge->state == CLAIM_OWNED;
}

/* Replies from now on prove that a listener has the MAC. */
void judge_begin_announcing(struct judge *judge, __u64 at_ns)
{
	judge->nudging = (struct nudging){.since_ns = at_ns};
}

/* The listeners are nudged along with the announcement. */
void judge_start_nudging(struct judge *judge, __u64 at_ns)
{
	judge_begin_announcing(judge, at_ns);
	judge->nudging.on = 1;
	judge->nudging.next_ns = at_ns;
}

/*
 * Counts the listeners that have not replied since the announcement, and nudges them unless
 * `looks`.
 */
static unsigned int nudge_listeners(struct judge *judge, int looks, __u64 at_ns)
{
	unsigned int i, waiting = 0;

	if (!judge_has_guests(judge, judge->port))
		return 0; /* no nudge can be sent from there */
	for (i = 0; i < judge->listeners; i++) {
		if (judge->listener[i].answered_ns >= judge->nudging.since_ns)
			continue;
		waiting++;
		if (!looks)
			judge->listener[i].nudged_ns = at_ns;
	}
	return waiting;
}

/* A deferred announcement defers its nudges, too. */
void judge_check_round(struct judge *judge, const struct announcement *announcement, __u64 at_ns)
{
	struct nudging *nudging = &judge->nudging;
	int looks = nudging->rounds >= judge->settings->nudge_num;

	judge_must(is_certain(judge), "listeners are nudged for a claim that is not settled");
	judge_must(!judge->policy[judge->mac].denied,
		   "listeners are nudged for a guest that the policy forbids");
	if (announcement->became != ANNOUNCEMENT_NONE && announcement->became != ANNOUNCEMENT_SENT)
		return;
	judge_must(judge->deferred.mac == JUDGE_NO_MAC,
		   "listeners are nudged before the announcement");
	judge_must(nudging->on, "a round of nudges without a time");
	judge_must(at_ns >= nudging->next_ns, "listeners are nudged before their time");
	nudging->rounds++;
	judge->nudged_ns = at_ns;
	nudging->sending = announcement->became == ANNOUNCEMENT_SENT;
	nudging->next_ns = at_ns + judge->settings->nudge_interval_ns;
	nudging->on = nudge_listeners(judge, looks, at_ns) && !looks;
}

/* The daemon came for a round that the policy now forbids: the round is dropped. */
void judge_deny_round(struct judge *judge, __u64 at_ns)
{
	struct nudging *nudging = &judge->nudging;

	if (nudging->on && judge->deferred.mac == JUDGE_NO_MAC && at_ns >= nudging->next_ns &&
	    judge->policy[judge->mac].denied)
		nudging->on = 0;
}

/* A round that is due must have been sent by now. */
void judge_check_overdue_round(struct judge *judge, __u64 at_ns)
{
	struct nudging *nudging = &judge->nudging;

	if (!nudging->on || judge->deferred.mac != JUDGE_NO_MAC || at_ns < nudging->next_ns)
		return;
	judge_must(judge->policy[judge->mac].denied, "listeners were not nudged");
	nudging->on = 0;
}

/* A guest can make up hosts that were not nudged: only LISTENERS of those count. */
static int is_believed(struct judge *judge, const struct listener *listener)
{
	if (listener && listener->answered_ns >= judge->nudging.since_ns)
		return 0;
	if (listener && listener->nudged_ns >= judge->nudging.since_ns)
		return 1;
	return judge->nudging.strangers++ < LISTENERS;
}

void judge_hear_reply(struct judge *judge, unsigned int which, const struct station *to,
		      enum counter reason, __u64 at_ns)
{
	struct listener *listener = which < judge->listeners ? &judge->listener[which] : NULL;
	int to_guest = judge->mac == judge_mac(to->mac);
	int proves = to_guest && is_certain(judge) && judge->nudging.since_ns &&
		     is_believed(judge, listener);

	judge_must(reason == (proves ? COUNTER_confirmed : COUNTER_answer_seen),
		   "a reply confirmed what it does not prove, or did not confirm what it proves");
	if (to_guest && listener)
		listener->answered_ns = at_ns;
}
