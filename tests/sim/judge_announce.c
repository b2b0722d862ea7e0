// SPDX-License-Identifier: GPL-2.0-or-later
/* The announcements: which are allowed, and which are overdue. */
#include "judge_parts.h"

/* ---- sent announcements ---- */

static void end_window(struct judge *judge, __u64 at_ns)
{
	int alone = judge_is_alone(judge);

	judge_must(judge->state == CLAIM_PROBING || alone,
		   "announced at a window's end without an open window");
	judge_must(at_ns >= judge->attempt.ends_ns, "announced before the window ended");
	judge_must(!alone || at_ns >= judge->quiet_ns, "announced before the conflict ended");
	judge_must(judge_is_complete(judge), "announced after too few probes");
	judge->state = CLAIM_ANNOUNCING;
	judge_must(!judge_set_owner(judge, judge->mac, at_ns),
		   "announced though the address moved too often");
	judge_clear_deferred(judge);
	judge_start_nudging(judge, at_ns);
	judge->slots = 0;
}

static __u64 slot_due_ns(const struct judge *judge)
{
	const struct settings *settings = judge->settings;

	return judge->slot_ns +
	       (judge->slots == 1 ? settings->first_interval_ns : settings->announce_interval_ns);
}

static void take_slot(struct judge *judge, enum counter reason, __u64 at_ns)
{
	if (reason == COUNTER_window_ended)
		end_window(judge, at_ns);
	else
		judge_must(judge->state == CLAIM_ANNOUNCING && at_ns >= slot_due_ns(judge),
			   "announced twice in a slot, or outside the slots");
	judge->slots++;
	if (judge->slots >= judge->settings->announce_num)
		judge->state = CLAIM_OWNED;
}

static int is_slot(enum counter reason)
{
	return reason == COUNTER_window_ended || reason == COUNTER_announce_next ||
	       reason == COUNTER_announce_done;
}

/* The owner has named the address within refresh_ns, and no other host has. */
static void check_refresh(const struct judge *judge, __u64 at_ns)
{
	judge_must(judge->state == CLAIM_OWNED &&
			   at_ns >= judge->shown_ns + judge->settings->refresh_ns,
		   "refreshed before its time, or without an owner");
	judge_must(!judge->doubted, "refreshed though another host may have the address");
	judge_must(at_ns <= judge->seen_ns + judge->settings->refresh_ns,
		   "refreshed for a guest that is silent");
}

/* By hand, or because an uplink came back. */
static void check_request(const struct judge *judge, enum judge_request request)
{
	judge_must(judge->request == request, "announced without a request");
	judge_must(!judge->doubted,
		   "announced at a request though another host may have the address");
	judge_must(judge->state == CLAIM_OWNED || judge->state == CLAIM_ANNOUNCING,
		   "announced at a request without an owner");
}

/* An announcement of the claim's guest. */
static void check_guest(struct judge *judge, enum counter reason, int mac, __u64 at_ns)
{
	judge_must(mac == judge->mac, "announced a MAC that is not the claim's guest");
	judge_must(judge_has_guests(judge, judge->port) || is_slot(reason),
		   "announced by hand, or refreshed, on a port without guests");
	if (is_slot(reason))
		return take_slot(judge, reason, at_ns);
	switch (reason) {
	case COUNTER_immediate:
		judge_must(judge->state == CLAIM_PROBING && judge->attempt.immediate &&
				   judge->attempt.opened_ns == at_ns,
			   "announced at a probe that is not the first of an immediate address");
		break;
	case COUNTER_announce_refresh:
		check_refresh(judge, at_ns);
		break;
	case COUNTER_announce_by_hand:
		check_request(judge, JUDGE_BY_HAND);
		judge_start_nudging(judge, at_ns);
		break;
	case COUNTER_announce_link:
		check_request(judge, JUDGE_LINK);
		judge_must(judge->deferred.mac == JUDGE_NO_MAC,
			   "announced for an uplink beside a deferred announcement");
		break;
	default:
		judge_must(0, "announced for a reason that the judge does not know");
	}
}

/* A deferred announcement has a known MAC and time. */
static void check_deferred(struct judge *judge, int mac, __u64 at_ns)
{
	judge_must(judge->deferred.mac == mac, "announced as deferred, and none was deferred");
	judge_must(at_ns >= judge->deferred.due_ns,
		   "a deferred announcement was sent before its time");
	judge_clear_deferred(judge);
}

static void defer(struct judge *judge, const struct announcement *announcement, int defender,
		  unsigned int waited, __u64 due_ns)
{
	judge->deferred.mac = judge_mac(announcement->mac);
	judge->deferred.port = announcement->port;
	judge->deferred.defender = defender;
	judge->deferred.waited = waited;
	judge->deferred.due_ns = due_ns;
}

/* Limits that an announcement has waited for; a window's end takes over those of a deferred one. */
static unsigned int waited_limits(const struct judge *judge, enum counter reason)
{
	int takes_over = reason == COUNTER_announce_deferred || reason == COUNTER_window_ended;

	return takes_over && judge->deferred.mac != JUDGE_NO_MAC ? judge->deferred.waited
								 : QUEUED_NOT;
}

static void check_announcement(struct judge *judge, const struct claim_step *step,
			       const struct announcement *announcement, __u64 at_ns)
{
	int mac = judge_mac(announcement->mac), defender = step->announce == ANNOUNCE_DEFENDER;

	judge_must(step->queued == waited_limits(judge, step->reason),
		   "waits twice for a rate limit, or skips one");
	judge_must(!judge->policy[mac].denied, "announced though the policy forbids it");
	judge_must(judge->state != CLAIM_FROZEN, "a frozen claim was announced");
	/* No slot at the time of another announcement: a deferred one, or of a window before. */
	judge_must(judge->sent_mac != mac || judge->sent_ns != at_ns || !is_slot(step->reason),
		   "announced twice at one time");
	if (step->reason != COUNTER_announce_deferred)
		judge->deferred.tries = 0; /* those of another announcement */
	if (step->reason == COUNTER_announce_deferred) {
		check_deferred(judge, mac, at_ns);
	} else if (defender) {
		judge_must(judge->defender == mac, "announced a defender that did not defend");
	} else {
		judge_must(announcement->port == judge->port,
			   "announced on a port that the guest is not on");
		check_guest(judge, step->reason, mac, at_ns);
	}
	judge->defender = JUDGE_NO_MAC;
	judge->announce_start_ns = at_ns;
	/* One that is requested comes in between and takes no slot. */
	if (!judge->request)
		judge->slot_ns = at_ns;
	if (announcement->became == ANNOUNCEMENT_DEFERRED)
		defer(judge, announcement, defender, QUEUED_NOT, at_ns);
}

/* Time from its last frame to its deletion; shorter if denied, to leave room in the quota. */
static __u64 max_age_of(const struct judge *judge)
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

static void deny(struct judge *judge)
{
	judge->state = CLAIM_DENIED;
	judge->nudging.on = 0;
}

/*
 * The policy now forbids the address: nothing due is sent. With refresh an owner is denied when the
 * daemon comes, even before the refresh is due.
 */
static void check_denial(struct judge *judge, __u64 at_ns)
{
	judge_check_overdue(judge, at_ns);
	if (judge->state == CLAIM_OWNED && judge->settings->refresh_ns &&
	    judge->policy[judge->mac].denied)
		deny(judge);
	judge_must(judge->state == CLAIM_DENIED,
		   "denied though allowed, or though nothing was due");
}

/* The port of the claim is gone. The guest is on another port, or gone too. */
static void drop_port(struct judge *judge, enum counter reason)
{
	__u32 live_port = judge->deferred.defender ? judge->deferred.port : judge->port;

	judge_must(judge->sweeping && judge->gone_ports >> judge->quota_port & 1,
		   "a claim was dropped though its port exists");
	judge_must(judge_has_guests(judge, live_port) == (reason == COUNTER_port_inherited),
		   "deleted though its guest is on a port, or kept though it is not");
	if (reason == COUNTER_port_gone)
		judge_forget(judge);
	else
		judge->quota_port = live_port;
}

/* Its moves are counted anew. */
static void thaw(struct judge *judge)
{
	judge->moves = 0;
	judge->state = CLAIM_OWNED;
}

/* By hand: only a frozen claim can be thawed. */
static void check_thaw(struct judge *judge, const struct claim_step *step)
{
	int frozen = judge->state == CLAIM_FROZEN;

	judge_must(step->reason == (frozen ? COUNTER_thaw_by_hand : COUNTER_thaw_refused),
		   "thawed a claim that was not frozen, or did not thaw one that was");
	judge_must(!step->announce && !step->nudge, "announced when it was thawed");
	if (frozen)
		thaw(judge);
}

/* Is the announcement of the state itself due? */
static int is_state_due(const struct judge *judge, __u64 at_ns)
{
	if (judge->state == CLAIM_PROBING)
		return at_ns >= judge->attempt.ends_ns;
	if (judge->state == CLAIM_ANNOUNCING)
		return at_ns >= slot_due_ns(judge);
	return judge_is_alone(judge) && at_ns >= judge->quiet_ns;
}

/* One thing is due that the policy now forbids: it is not announced. */
static void deny_due(struct judge *judge, __u64 at_ns)
{
	const struct deferred deferred = judge->deferred;

	if (deferred.mac != JUDGE_NO_MAC) {
		if (at_ns < deferred.due_ns || !judge->policy[deferred.mac].denied)
			return;
		judge_clear_deferred(judge);
		if (!deferred.defender)
			deny(judge);
		return;
	}
	if (is_state_due(judge, at_ns) && judge->policy[judge->mac].denied)
		deny(judge);
}

/* What the policy forbids when the daemon comes is given up, even if allowed again later. */
static void deny_early(struct judge *judge, __u64 at_ns)
{
	deny_due(judge, at_ns);
	judge_deny_round(judge, at_ns);
}

void judge_step(struct judge *judge, const struct claim_step *step,
		const struct announcement *announcement, __u64 at_ns)
{
	if (step->announce && judge->deferred.defender)
		deny_due(judge, at_ns);
	if (step->announce)
		check_announcement(judge, step, announcement, at_ns);
	judge_must(judge->defender == JUDGE_NO_MAC, "a defender was not announced again");
	judge_must(judge->state != CLAIM_PROBING || !judge->attempt.immediate ||
			   judge->attempt.opened_ns != at_ns || judge->slot_ns >= at_ns,
		   "an immediate address was not announced at its first probe");
	if (step->nudge)
		judge_check_round(judge, announcement, at_ns);
	else if (judge->early && !step->announce)
		deny_early(judge, at_ns);
	if (step->reason == COUNTER_aged) {
		judge_must(at_ns >= judge->seen_ns + max_age_of(judge), "deleted before its time");
		judge_forget(judge);
	}
	if (step->reason == COUNTER_port_gone || step->reason == COUNTER_port_inherited)
		drop_port(judge, step->reason);
	if (judge->thawing)
		check_thaw(judge, step);
	if (step->changed && judge->state != CLAIM_DENIED && is_denial(step->reason))
		check_denial(judge, at_ns);
	if (step->reason == COUNTER_lapsed || step->reason == COUNTER_thawed ||
	    step->reason == COUNTER_frozen)
		judge_check_overdue(judge, at_ns);
}

/* Is the announcement that was not sent still wanted? */
static int is_wanted(const struct judge *judge, const struct announcement *announcement,
		     int defender)
{
	int mac = judge_mac(announcement->mac);

	if (defender)
		return judge->state == CLAIM_CONFLICT && judge->rival == mac &&
		       judge->rival_port == announcement->port;
	if (judge->mac != mac)
		return 0;
	if (judge->state == CLAIM_PROBING)
		return judge->attempt.immediate;
	return judge->state == CLAIM_ANNOUNCING || judge->state == CLAIM_OWNED;
}

void judge_record(struct judge *judge, const struct claim_step *step,
		  const struct announcement *announcement, __u64 at_ns)
{
	int mac = judge_mac(announcement->mac), defender = step->announce == ANNOUNCE_DEFENDER;
	struct deferred *deferred = &judge->deferred;

	judge->nudging.sending = 0;
	if (announcement->became == ANNOUNCEMENT_SENT) {
		judge->sent_mac = judge->request ? JUDGE_NO_MAC : mac;
		judge->sent_ns = judge->shown_ns = at_ns;
		deferred->tries = 0;
		if (deferred->mac == mac) { /* an announcement by hand was sent first */
			judge_clear_deferred(judge);
			judge->slot_ns = at_ns;
		}
	} else if (announcement->became == ANNOUNCEMENT_QUEUED) {
		if (is_wanted(judge, announcement, defender))
			defer(judge, announcement, defender, announcement->queued,
			      announcement->turn_ns);
	} else if (announcement->became == ANNOUNCEMENT_FAILED) {
		if (deferred->tries < CLAIM_RETRIES && is_wanted(judge, announcement, defender)) {
			deferred->tries++;
			defer(judge, announcement, defender, QUEUED_NOT,
			      at_ns + judge->settings->retry_ns);
		} else {
			deferred->tries = 0; /* no retries left */
		}
	}
}

/* ---- overdue announcements ---- */

/* The window is over: the guest must have been announced, or there is a reason not to. */
static void check_window(struct judge *judge, __u64 at_ns)
{
	judge_clear_deferred(judge);
	if (!judge_is_complete(judge))
		return judge_lapse(judge);
	judge_must(judge_set_owner(judge, judge->mac, at_ns),
		   "a quiet and complete claim was not announced");
}

void judge_check_overdue(struct judge *judge, __u64 at_ns)
{
	int deferred;

	deny_due(judge, at_ns);
	deny_due(judge, at_ns); /* a defender's announcement, and then the guest's window */
	judge_check_overdue_round(judge, at_ns);
	deferred = judge->deferred.mac != JUDGE_NO_MAC;
	/* One announcement serves both a deferred one and the window's end. */
	if (judge->state == CLAIM_PROBING && at_ns >= judge->attempt.ends_ns &&
	    !(deferred && at_ns < judge->deferred.due_ns))
		return check_window(judge, at_ns);
	judge_must(!deferred || at_ns < judge->deferred.due_ns,
		   "a deferred announcement was not sent");
	if (judge->state == CLAIM_ANNOUNCING)
		judge_must(deferred || at_ns < slot_due_ns(judge),
			   "an announcement slot was not used");
	else if (judge_is_alone(judge) && at_ns >= judge->quiet_ns && !deferred)
		check_window(judge, at_ns);
	else if (judge->state == CLAIM_CONFLICT && at_ns >= judge->quiet_ns && !deferred &&
		 (judge->attempt.alone || judge->owner != JUDGE_NO_MAC))
		judge_lapse(judge);
	else if (judge->state == CLAIM_FROZEN && at_ns >= judge->quiet_ns) {
		thaw(judge);
	}
}
