// SPDX-License-Identifier: GPL-2.0-or-later
/* The judge's second half: what is said, and what ought to have been said. */
#include "judge_parts.h"

/* ---- what is said ---- */

static void window_ended(struct judge *judge, __u64 at_ns)
{
	judge_must(judge->state == CLAIM_PROBING, "announced as after a window, and none is open");
	judge_must(at_ns >= judge->attempt.ends_ns, "announced before the window ended");
	judge_must(judge_complete(judge), "announced after too few probes");
	judge->state = CLAIM_ANNOUNCING;
	judge_must(!judge_owns(judge, judge->mac, at_ns), "announced though it moved too often");
	judge_owes_nothing(judge);
	judge_nudges(judge, at_ns);
	judge->slots = 0;
}

static __u64 slot_due(const struct judge *judge)
{
	const struct settings *set = judge->settings;

	return judge->slot_ns +
	       (judge->slots == 1 ? set->first_interval_ns : set->announce_interval_ns);
}

static void takes_slot(struct judge *judge, enum counter reason, __u64 at_ns)
{
	if (reason == COUNTER_window_ended)
		window_ended(judge, at_ns);
	else
		judge_must(judge->state == CLAIM_ANNOUNCING && at_ns >= slot_due(judge),
			   "announced twice in a slot, or without one");
	judge->slots++;
	if (judge->slots >= judge->settings->announce_num)
		judge->state = CLAIM_OWNED;
}

static int slot_reason(enum counter reason)
{
	return reason == COUNTER_window_ended || reason == COUNTER_announce_next ||
	       reason == COUNTER_announce_done;
}

/* It lives, and where it is to be announced; and nobody else has named the address since. */
static void says_again(const struct judge *judge, __u64 at_ns)
{
	const struct heard_of *of = &judge->heard_of[judge->mac];
	__u64 alive_ns = judge->seen_ns;

	judge_must(judge->state == CLAIM_OWNED &&
			   at_ns >= judge->slot_ns + judge->settings->refresh_ns,
		   "refreshed before its time, or nobody's");
	judge_must(!judge->doubted, "refreshed though another host may have the address");
	if (of->at_ns > alive_ns) {
		judge_must(of->port == judge->port, "refreshed on a port that it has left");
		alive_ns = of->at_ns;
	}
	judge_must(at_ns <= alive_ns + judge->settings->refresh_ns,
		   "refreshed for a guest that is silent");
}

/* Of the one that the claim is about. */
static void says_guest(struct judge *judge, enum counter reason, int mac, __u64 at_ns)
{
	judge_must(mac == judge->mac, "another one is announced than the claim is about");
	judge_must(judge_has_guests(judge, judge->port) || slot_reason(reason),
		   "announced for an operator, or refreshed, where no guests are");
	if (slot_reason(reason))
		return takes_slot(judge, reason, at_ns);
	switch (reason) {
	case COUNTER_immediate:
		judge_must(judge->state == CLAIM_PROBING && judge->attempt.immediate &&
				   judge->attempt.opened_ns == at_ns,
			   "announced at a probe that is not the first of a declared one");
		break;
	case COUNTER_announce_refresh:
		says_again(judge, at_ns);
		break;
	case COUNTER_announce_by_hand:
		judge_must(judge->asked, "announced for an operator, and none asked");
		judge_must(!judge->doubted,
			   "announced for an operator, though another host may have it");
		judge_must(judge->state == CLAIM_OWNED || judge->state == CLAIM_ANNOUNCING,
			   "announced for an operator, and nobody has the address");
		judge_nudges(judge, at_ns);
		break;
	default:
		judge_must(0, "announced for no reason that there is");
	}
}

/* What is owed is owed to somebody, and not before its time. */
static void says_owed(struct judge *judge, int mac, __u64 at_ns)
{
	judge_must(judge->debt.whom == mac, "announced as owed, and nothing is owed");
	judge_must(at_ns >= judge->debt.due_ns, "announced as owed before its time");
	judge_owes_nothing(judge);
}

static void owes(struct judge *judge, const struct announcement *said, int defender,
		 unsigned int waited, __u64 due_ns)
{
	judge->debt.whom = judge_mac(said->mac);
	judge->debt.port = said->port;
	judge->debt.defender = defender;
	judge->debt.waited = waited;
	judge->debt.due_ns = due_ns;
}

/* For which turns the announcement has waited: the one at the window's end has that of a debt. */
static unsigned int has_waited(const struct judge *judge, enum counter reason)
{
	int pays = reason == COUNTER_announce_deferred || reason == COUNTER_window_ended;

	return pays && judge->debt.whom != JUDGE_NOBODY ? judge->debt.waited : QUEUED_NOT;
}

static void says(struct judge *judge, const struct claim_step *step,
		 const struct announcement *said, __u64 at_ns)
{
	int mac = judge_mac(said->mac), defender = step->announce == ANNOUNCE_DEFENDER;

	judge_must(step->queued == has_waited(judge, step->reason),
		   "waits again for a turn that it has had, or has none that it takes");
	judge_must(!judge->policy[mac].denied, "the policy forbids it");
	judge_must(judge->state != CLAIM_FROZEN, "a frozen claim speaks");
	/* A slot is none where it has been said this moment, as a debt or for a window before. */
	judge_must(judge->said != mac || judge->said_ns != at_ns || !slot_reason(step->reason),
		   "announced twice in one moment");
	if (step->reason == COUNTER_announce_deferred) {
		says_owed(judge, mac, at_ns);
	} else if (defender) {
		judge_must(judge->defender == mac, "announced as a defender, and did not defend");
	} else {
		judge_must(said->port == judge->port, "announced on a port that it is not on");
		says_guest(judge, step->reason, mac, at_ns);
	}
	judge->defender = JUDGE_NOBODY;
	judge->announce_start_ns = at_ns;
	/* An operator's comes in between, and takes no slot. */
	if (!judge->asked)
		judge->slot_ns = at_ns;
	if (said->became == ANNOUNCEMENT_OWED)
		owes(judge, said, defender, QUEUED_NOT, at_ns);
}

/* How long after its last sign of life: one that was denied takes room from its port for less. */
static __u64 remembered_ns(const struct judge *judge)
{
	__u64 denied_ns = 60 * NSEC_PER_SEC;

	if (judge->state == CLAIM_DENIED && judge->settings->max_age_ns > denied_ns)
		return denied_ns;
	return judge->settings->max_age_ns;
}

static int is_denial(enum counter reason)
{
	return reason == COUNTER_denied_host || reason == COUNTER_denied_never ||
	       reason == COUNTER_denied_owner || reason == COUNTER_denied_next_hop;
}

static void ends_denied(struct judge *judge)
{
	judge->state = CLAIM_DENIED;
	judge->nudging.on = 0;
}

/* The policy came to forbid it: what was due now is not said. An owner's end is its refresh. */
static void is_denied(struct judge *judge, __u64 at_ns)
{
	judge_waits(judge, at_ns);
	if (judge->state == CLAIM_OWNED && judge->settings->refresh_ns &&
	    at_ns >= judge->slot_ns + judge->settings->refresh_ns &&
	    judge->policy[judge->mac].denied)
		ends_denied(judge);
	judge_must(judge->state == CLAIM_DENIED, "denied though it is allowed, or nothing was due");
}

/* Whoever is to be announced next is somewhere else by now, or nobody is there to be announced. */
static void port_left(struct judge *judge, enum counter reason)
{
	__u32 live_port = judge->debt.defender ? judge->debt.port : judge->port;

	judge_must(judge->sweeps && judge->left >> judge->counts_for & 1,
		   "a claim left whose port is there");
	judge_must(judge_has_guests(judge, live_port) == (reason == COUNTER_port_inherited),
		   "forgotten though its guest is there, or kept though it is not");
	if (reason == COUNTER_port_gone)
		judge_forgets(judge);
	else
		judge->counts_for = live_port;
}

/* Its moves are forgotten. */
static void is_thawed(struct judge *judge)
{
	judge->moves = 0;
	judge->state = CLAIM_OWNED;
}

/* By hand: only what is frozen. */
static void thaws(struct judge *judge, const struct claim_step *step)
{
	int frozen = judge->state == CLAIM_FROZEN;

	judge_must(step->reason == (frozen ? COUNTER_thaw_by_hand : COUNTER_thaw_refused),
		   "an operator thawed what is not frozen, or could not thaw what is");
	judge_must(!step->announce && !step->nudge, "announced because it thawed");
	if (frozen)
		is_thawed(judge);
}

/* What is due and has come to be forbidden: nothing is said any more. */
static void waits_denied(struct judge *judge, __u64 at_ns)
{
	int owed = judge->debt.whom != JUDGE_NOBODY;
	int whom = owed ? judge->debt.whom : judge->mac;
	int due = owed ? at_ns >= judge->debt.due_ns
		       : (judge->state == CLAIM_PROBING && at_ns >= judge->attempt.ends_ns) ||
				  (judge->state == CLAIM_ANNOUNCING && at_ns >= slot_due(judge));

	if (!due || !judge->policy[whom].denied)
		return;
	if (!judge->debt.defender)
		ends_denied(judge);
	judge_owes_nothing(judge);
}

/* What the policy forbids by now is given up when the daemon comes for it, whatever it is later. */
static void comes_in_vain(struct judge *judge, __u64 at_ns)
{
	waits_denied(judge, at_ns);
	judge_forbids_rounds(judge, at_ns);
}

void judge_steps(struct judge *judge, const struct claim_step *step,
		 const struct announcement *said, __u64 at_ns)
{
	if (step->announce)
		says(judge, step, said, at_ns);
	judge_must(judge->defender == JUDGE_NOBODY, "who defended was not announced again");
	judge_must(judge->state != CLAIM_PROBING || !judge->attempt.immediate ||
			   judge->attempt.opened_ns != at_ns || judge->slot_ns >= at_ns,
		   "who is declared was not announced at the first probe");
	if (step->nudge)
		judge_rounds(judge, said, at_ns);
	else if (judge->comes && !step->announce)
		comes_in_vain(judge, at_ns);
	if (step->reason == COUNTER_aged) {
		judge_must(at_ns >= judge->seen_ns + remembered_ns(judge),
			   "forgotten before its time");
		judge_forgets(judge);
	}
	if (step->reason == COUNTER_port_gone || step->reason == COUNTER_port_inherited)
		port_left(judge, step->reason);
	if (judge->thaws)
		thaws(judge, step);
	if (step->changed && judge->state != CLAIM_DENIED && is_denial(step->reason))
		is_denied(judge, at_ns);
	if (step->reason == COUNTER_lapsed || step->reason == COUNTER_thawed ||
	    step->reason == COUNTER_frozen)
		judge_waits(judge, at_ns);
}

/* Is the announcement that failed still wanted? */
static int still_wanted(const struct judge *judge, int mac, int defender)
{
	if (defender)
		return judge->state == CLAIM_CONFLICT && judge->rival == mac;
	if (judge->mac != mac)
		return 0;
	if (judge->state == CLAIM_PROBING)
		return judge->attempt.immediate;
	return judge->state == CLAIM_ANNOUNCING || judge->state == CLAIM_OWNED;
}

void judge_records(struct judge *judge, const struct claim_step *step,
		   const struct announcement *said, __u64 at_ns)
{
	int mac = judge_mac(said->mac), defender = step->announce == ANNOUNCE_DEFENDER;
	struct debt *debt = &judge->debt;

	if (said->became == ANNOUNCEMENT_SENT) {
		judge->said = judge->asked ? JUDGE_NOBODY : mac;
		judge->said_ns = at_ns;
		debt->tries = 0;
		if (debt->whom == mac) { /* an operator was quicker */
			judge_owes_nothing(judge);
			judge->slot_ns = at_ns;
		}
	} else if (said->became == ANNOUNCEMENT_QUEUED) {
		if (still_wanted(judge, mac, defender))
			owes(judge, said, defender, said->queued, said->turn_ns);
	} else if (said->became == ANNOUNCEMENT_FAILED) {
		if (debt->tries < CLAIM_RETRIES && still_wanted(judge, mac, defender)) {
			debt->tries++;
			owes(judge, said, defender, QUEUED_NOT, at_ns + judge->settings->retry_ns);
		} else {
			debt->tries = 0; /* given up */
		}
	}
}

/* ---- what ought to have been said ---- */

/* The window is over: was it announced, or is there a reason not to? */
static void window_waits(struct judge *judge, __u64 at_ns)
{
	judge_owes_nothing(judge);
	if (!judge_complete(judge))
		return judge_lapses(judge);
	judge_must(judge_owns(judge, judge->mac, at_ns),
		   "a quiet claim, complete, was not announced");
}

void judge_waits(struct judge *judge, __u64 at_ns)
{
	int owed;

	waits_denied(judge, at_ns);
	judge_waits_rounds(judge, at_ns);
	owed = judge->debt.whom != JUDGE_NOBODY;
	/* The daemon comes once for a debt and the window's end, which says both. */
	if (judge->state == CLAIM_PROBING && at_ns >= judge->attempt.ends_ns &&
	    !(owed && at_ns < judge->debt.due_ns))
		return window_waits(judge, at_ns);
	judge_must(!owed || at_ns < judge->debt.due_ns, "what was owed was not said");
	if (judge->state == CLAIM_ANNOUNCING)
		judge_must(owed || at_ns < slot_due(judge), "a slot was left out");
	else if (judge->state == CLAIM_CONFLICT && at_ns >= judge->quiet_ns && !owed &&
		 judge->owner != JUDGE_NOBODY && judge->owner != judge->mac)
		judge_lapses(judge);
	else if (judge->state == CLAIM_FROZEN && at_ns >= judge->quiet_ns) {
		is_thawed(judge);
	}
}
