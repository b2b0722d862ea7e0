// SPDX-License-Identifier: GPL-2.0-or-later
/* What no decision reads is hidden: of the questions, and of which hosts have the address. */
#include "parts.h"

/* How far back the beginning of a series of questions matters, or the probe that it began from. */
int hide_ask_ticks(void)
{
	int ticks = bounds->give_up + 1 + bounds->behind;

	return ticks > hide_conflict_ticks() ? ticks : hide_conflict_ticks();
}

/* With ask it also matters until the guest is through with its detection, and so does the gap. */
void hide_last_probe(struct claim *claim, int ticks)
{
	__u64 through_ns = claim_is_through_ns(claim, &model.world.settings);
	int through = (through_ns - claim->last_probe_ns) / TICK_NS + 1;

	if (bounds->ask && !bounds->ipv6) {
		if (!hide_has_window(claim) && NOW_NS >= through_ns)
			claim->probe_gap_ns = 0;
		else if (through > ticks)
			ticks = through;
	}
	hide_past(&claim->last_probe_ns, ticks);
}

/* Without ask no question is ever due. */
static void hide_unasked(struct claim *claim)
{
	hide_time(&claim->answered_ns);
	hide_time(&claim->probe_gap_ns);
	hide_byte(&claim->answered_to);
	hide_time(&claim->asked_ns);
}

void hide_questions(struct claim *claim)
{
	__u64 *series[] = {&claim->asking_ns, &claim->asked_ns};

	if (!bounds->ask)
		return hide_unasked(claim);
	hide_past(&claim->answered_ns, bounds->answer + 1 + bounds->behind);
	hide_past(&claim->ask_ns, 1 + bounds->behind);
	if (bounds->ipv6) {
		hide_time(&claim->probe_gap_ns);
		hide_byte(&claim->answered_to);
	}
	if (claim->questions > 1)
		claim->questions = 2;
	if (!claim->questions && !(claim->ask_flags & ASK_F_TURN))
		hide_byte(&claim->asked_as);
	if (!claim->questions)
		hide_past(&claim->asked_ns, 1 + bounds->behind);
	if (claim_is_asked(claim))
		hide_ranked(series, claim->questions ? 2 : 1, hide_ask_ticks());
}

/* Who waits is of no use without an attempt; and how long ago it probed, beyond its patience. */
void hide_truth(void)
{
	struct truth *truth = &model.truth;
	int i, ticks = bounds->window + bounds->grace + 2 + bounds->behind;

	if (!bounds->ask)
		return;
	for (i = 0; i < STATIONS; i++) {
		hide_past(&truth->lost_ns[i], bounds->answer + 1 + bounds->behind);
		hide_past(&truth->defended_ns[i], bounds->answer + 1 + bounds->behind);
		hide_past(&truth->probed_ns[i], ticks);
	}
	hide_past(&truth->named_ns, 1 + bounds->behind);
	if (truth->unhindered)
		return;
	truth->wanted_ns = 0;
}
