// SPDX-License-Identifier: GPL-2.0-or-later
/* Rules that need no memory: of a step, and of the claim's own fields after it. */
#include "parts.h"

/* With ask, an address whose guest answers may also be announced from an open conflict. */
static int may_announce_guest(const struct claim *claim)
{
	return claim_is_certain(claim->state) ||
	       (claim->state == CLAIM_PROBING && claim->flags & CLAIM_F_IMMEDIATE);
}

void rules_check_step(const struct claim_step *step)
{
	const struct claim *claim = model_claim();

	if (step->announce == ANNOUNCE_GUEST) {
		model_must(may_announce_guest(claim), "a guest is announced in a state where it is "
						      "not certain to have the address");
		model_must(!model_denies(claim->mac),
			   "a guest is announced that the policy forbids");
	} else if (step->announce == ANNOUNCE_DEFENDER) {
		model_must(claim->state == CLAIM_CONFLICT,
			   "a defender is announced without a conflict");
		model_must(!model_denies(claim->rival),
			   "a defender is announced that the policy forbids");
	}
	if (step->nudge)
		model_must(claim_is_certain(claim->state) && !model_denies(claim->mac),
			   "listeners are nudged for a guest that may not have the address");
	model_must(step->old_state != CLAIM_FROZEN || !step->announce ||
			   claim->state == CLAIM_PROBING,
		   "a frozen claim is announced");
	model_must(!step->ask || (model.world.settings.ask && !model.world.settings.observe),
		   "a guest is asked that is not to be asked");
}

static void check_deadline(const struct claim *claim)
{
	__u64 next_ns = claim->due_ns;

	if (claim_has_nudges(claim) && claim->nudge_ns < next_ns)
		next_ns = claim->nudge_ns;
	if (claim_is_asked(claim))
		next_ns = claim->ask_ns;
	model_must(claim->deadline_ns && claim->deadline_ns == next_ns,
		   "the deadline is not the next of the claim's clocks");
}

static void check_deferred(const struct claim *claim)
{
	int may = claim_is_certain(claim->state) ||
		  (claim->state == CLAIM_PROBING && claim->flags & CLAIM_F_IMMEDIATE) ||
		  (claim->state == CLAIM_CONFLICT && claim->flags & CLAIM_F_DEFENDER);

	model_must(claim->due_ns == claim->deferred_ns,
		   "a deferred announcement is not what is due");
	model_must(may, "an announcement is deferred in a state that makes none");
}

static void check_flags(const struct claim *claim)
{
	int deferred = claim->flags & CLAIM_F_DEFERRED;

	if (deferred)
		check_deferred(claim);
	model_must(!(claim->flags & CLAIM_F_DEFENDER) ||
			   (deferred && claim->state == CLAIM_CONFLICT),
		   "a defender without a deferred announcement, or without a conflict");
	model_must(!claim->queued || deferred, "nothing is deferred, and it has waited for a turn");
}

static void check_counts(const struct claim *claim)
{
	const struct settings *settings = &model.world.settings;
	int may_exceed = claim->state == CLAIM_FROZEN || claim->state == CLAIM_CONFLICT;

	model_must(claim->retries <= CLAIM_RETRIES, "too many retries");
	model_must(claim->state != CLAIM_ANNOUNCING ||
			   claim->window_announcements < settings->announce_num,
		   "announcing, and no slot is left");
	model_must(claim->recent_moves <= settings->max_moves + may_exceed,
		   "moved too often, and not frozen");
	model_must(claim->state != CLAIM_PROBING || claim->window_probes,
		   "a window without a probe");
	model_must(claim->unsolicited <= LISTENERS, "too many strangers confirm a claim");
	model_must(!claim->nudge_ns || (claim_is_certain(claim->state) && claim->nudge_round &&
					claim->nudge_round <= settings->nudge_num + 1),
		   "nudges in a state without any, or too many");
}

static void check_questions(const struct claim *claim)
{
	int in_series = claim->asking_ns || claim->questions || claim->ask_flags;
	int asking = claim->state == CLAIM_ASKING || claim->state == CLAIM_UNANSWERED;
	int defends = claim->state == CLAIM_CONFLICT && claim->flags & CLAIM_F_DEFENDER;

	model_must(claim_is_asked(claim) || !in_series,
		   "a series of questions without its next one");
	model_must(!asking || claim_is_asked(claim), "asking, and no question is due");
	model_must(!claim_is_asked(claim) || asking || defends || claim_is_certain(claim->state),
		   "a guest is asked in a state that waits for no answer");
}

void rules_check_claim(void)
{
	const struct claim *claim = model_claim();
	int owns = claim_is_certain(claim->state) || claim->state == CLAIM_FROZEN;

	if (claim->state == CLAIM_NONE) {
		model_must(!claim->due_ns && mac_is_zero(claim->mac), "a deleted claim is kept");
		return;
	}
	check_deadline(claim);
	check_flags(claim);
	check_counts(claim);
	check_questions(claim);
	model_must(!mac_is_zero(claim->mac), "a claim without a guest");
	model_must(!owns || mac_equal(claim->mac, claim->owner),
		   "the guest of a settled claim is not its owner");
}
