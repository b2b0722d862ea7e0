// SPDX-License-Identifier: GPL-2.0-or-later
/* What no decision reads is hidden: of the judge, and of what the truth of ask worlds needs. */
#include <string.h>

#include "parts.h"

static void hide_flag(int *flag)
{
	*flag = hide_is_garbling() ? (int)hide_random(3) : 0;
}

/* In a conflict the guest has probed with no sign of another host since. */
static int is_alone(const struct judge *judge)
{
	return judge->state == CLAIM_CONFLICT && judge->attempt.alone;
}

/* When the judge's window ended or its conflict ends, the rest of it is of no use. */
static void hide_attempt(struct judge *judge)
{
	struct attempt *attempt = &judge->attempt;
	int immediate = attempt->immediate, behind = bounds->behind;

	if (judge->state == CLAIM_PROBING || is_alone(judge)) {
		hide_beyond(&attempt->probes,
			    bounds->min_probes > PROBE_NUM ? bounds->min_probes : PROBE_NUM);
		hide_past(&attempt->opened_ns, 2 + behind);
		hide_past(&attempt->ends_ns, 1 + behind);
		if (attempt->rival == JUDGE_NO_MAC)
			attempt->rival_ns = 0;
		hide_past(&attempt->rival_ns, hide_conflict_ticks());
		return;
	}
	memset(attempt, 0, sizeof(*attempt));
	if (judge->state == CLAIM_ANNOUNCING)
		attempt->immediate = immediate;
	if (!hide_is_garbling())
		return;
	attempt->probes = hide_random(5);
	attempt->ends_ns = NOW_NS - hide_random(5) * TICK_NS;
	attempt->opened_ns = NOW_NS - hide_random(5) * TICK_NS;
	attempt->rival = hide_random(3) ? model_macs[hide_random(MACS)] : JUDGE_NO_MAC;
}

static void hide_last_frames(struct judge *judge)
{
	int behind = bounds->behind;

	hide_past(&judge->probed_ns,
		  hide_probe_ticks(judge->state == CLAIM_PROBING || is_alone(judge)));
	if (!bounds->refresh && !bounds->aging)
		hide_sent(&judge->seen_ns, 0);
	else if (!bounds->refresh)
		hide_past(&judge->seen_ns, hide_age_ticks() + 1 + behind);
	hide_sent(&judge->announce_start_ns, bounds->xdp ? bounds->duplicate : 0);
	hide_sent(&judge->nudged_ns, 0);
	hide_past(&judge->sent_ns, 2 + behind);
	if (judge->sent_ns <= NOW_NS - (2 + behind) * TICK_NS)
		judge->sent_mac = hide_is_garbling() ? (int)hide_random(16) : 0;
	if (judge->state == CLAIM_CONFLICT)
		hide_past(&judge->other_ns, hide_conflict_ticks());
	else
		judge->other_ns = 0;
	if (judge->state == CLAIM_CONFLICT || judge->state == CLAIM_FROZEN)
		hide_past(&judge->quiet_ns, 1 + behind);
	else
		hide_time(&judge->quiet_ns);
}

static void hide_slots(struct judge *judge)
{
	int ticks = 1;

	if (judge->state == CLAIM_ANNOUNCING)
		ticks = bounds->first > bounds->interval ? bounds->first : bounds->interval;
	else
		hide_number(&judge->slots);
	hide_past(&judge->slot_ns, ticks + 1 + bounds->behind);
	if (bounds->refresh)
		hide_past(&judge->shown_ns, bounds->refresh + 1 + bounds->behind);
	else
		hide_time(&judge->shown_ns);
}

static void hide_pending(struct judge *judge)
{
	struct deferred *deferred = &judge->deferred;
	struct nudging *nudging = &judge->nudging;

	if (!deferred->defender && !bounds->sweep)
		hide_number(&deferred->port);
	if (deferred->mac == JUDGE_NO_MAC) {
		hide_number(&deferred->waited);
		hide_time(&deferred->due_ns);
	} else {
		hide_past(&deferred->due_ns, 1 + bounds->behind);
	}
	if (nudging->on) {
		hide_past(&nudging->next_ns, 1 + bounds->behind);
	} else {
		hide_time(&nudging->next_ns);
		hide_number(&nudging->rounds);
	}
	if (nudging->strangers > LISTENERS)
		nudging->strangers = LISTENERS;
}

static void hide_owner(struct judge *judge)
{
	if (!bounds->by_hand && !bounds->link && !bounds->refresh)
		hide_flag(&judge->doubted);
	if (!bounds->sweep)
		hide_number(&judge->quota_port);
	if (!judge->deferred.defender)
		judge->rival = hide_is_garbling() ? model_macs[hide_random(MACS)] : 0;
	if (judge->owner == JUDGE_NO_MAC) {
		hide_number(&judge->owner_port);
		hide_number(&judge->owner_role);
	}
	if (judge->moves)
		hide_past(&judge->moves_ns, bounds->moves + 1 + bounds->behind);
	else
		hide_time(&judge->moves_ns);
}

void hide_judge(void)
{
	struct judge *judge = &model.judge;

	hide_owner(judge);
	hide_last_frames(judge);
	hide_attempt(judge);
	hide_slots(judge);
	hide_pending(judge);
}
