/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * claim.h - the claim state machine, DESIGN 4. The only code that changes a claim.
 *
 * Pure: no helper, no map, no clock. The caller holds the claim's lock, brings the time, and does
 * what the returned step says. Compiled into the BPF programs, the unit tests and the simulator.
 *
 *	claim_probe()     a guest probes for the address            (RFC 5227 2.1.1)
 *	claim_heard()     somebody says that it has the address
 *	claim_due()       the deadline has passed
 *	claim_asked()     an operator wants it announced now
 *	claim_recorded()  the announcement of the last step was sent, or could not be
 *	claim_owe()       the hook at hand cannot send at all: garpd_speak will
 */
#ifndef GARPD_CLAIM_H
#define GARPD_CLAIM_H

#include "abi.h"
#include "frame.h"
#include "policy.h"

#define CLAIM_RETRIES 3 /* of an announcement that the kernel could not queue */

/* One frame, where it was heard, and what the policy says of its sender. */
struct heard {
	const struct frame *frame;
	__u32 port; /* ifindex */
	__u32 role; /* enum port_role */
	struct policy policy;
	__u8 markless; /* the hook cannot see whether the frame is one of ours (XDP) */
};

enum claim_announce {
	ANNOUNCE_NOBODY,
	ANNOUNCE_GUEST,	   /* claim.mac on claim.port */
	ANNOUNCE_DEFENDER, /* claim.rival on claim.rival_port */
};

/* Guests are behind such a port, and ours to speak for. */
static __always_inline int port_has_guests(__u32 role)
{
	return role == ROLE_GUEST || role == ROLE_ROUTER;
}

/* What happened and what is to be done about it. */
struct claim_step {
	__u8 reason;	/* enum counter: count it */
	__u8 announce;	/* enum claim_announce */
	__u8 changed;	/* tell the daemon: the state or the deadline is new */
	__u8 moved;	/* count it too: the address has another owner */
	__u8 old_state; /* enum claim_state */
	__u8 forget;	/* nothing is left to remember: delete the claim */
};

static __always_inline void claim_copy_mac(__u8 *to, const __u8 *from)
{
	__builtin_memcpy(to, from, MAC_LEN);
}

/* Every edge of the machine goes through here, and has the name that it is counted by. */
static __always_inline void claim_edge(struct claim *claim, enum claim_state state,
				       enum counter reason, struct claim_step *step, __u64 now_ns)
{
	claim->state = state;
	claim->reason = reason;
	claim->changed_ns = now_ns;
	step->reason = reason;
	step->changed = 1;
}

/* Who had the address before the guest that the claim is about now. */
static __always_inline int claim_has_former_owner(const struct claim *claim)
{
	return !mac_is_zero(claim->owner) && !mac_equal(claim->owner, claim->mac);
}

/* When garpd_speak has to come back. One rule a state, from what the claim remembers. */
static __always_inline void claim_arm(struct claim *claim, const struct settings *settings,
				      __u64 now_ns)
{
	if (claim->flags & CLAIM_F_OWED)
		claim->deadline_ns = claim->owed_ns;
	else if (claim->state == CLAIM_PROBING)
		claim->deadline_ns = claim->window_ends_ns;
	else if (claim->state == CLAIM_ANNOUNCING && claim->window_announcements == 1)
		claim->deadline_ns = now_ns + settings->first_interval_ns;
	else if (claim->state == CLAIM_ANNOUNCING)
		claim->deadline_ns = now_ns + settings->announce_interval_ns;
	else if (claim->state == CLAIM_FROZEN)
		claim->deadline_ns = now_ns + settings->thaw_ns;
	else if (claim->state == CLAIM_CONFLICT && claim_has_former_owner(claim))
		claim->deadline_ns = claim->window_ends_ns;
	else
		claim->deadline_ns = claim->last_seen_ns + settings->max_age_ns;
}

static __always_inline int claim_is_ipv6(const struct claim *claim)
{
	return !addr_is_ipv4(&claim->key.addr);
}

/* The guest that the claim is about from now on. */
static __always_inline void claim_take_guest(struct claim *claim, const struct heard *heard)
{
	claim_copy_mac(claim->mac, heard->frame->mac);
	claim->port = heard->port;
	claim->tags = heard->frame->tags;
}

static __always_inline void claim_take_prober(struct claim *claim, const struct heard *heard)
{
	claim_take_guest(claim, heard);
	__builtin_memcpy(claim->nonce, heard->frame->nonce, NONCE_LEN);
}

static __always_inline void claim_note_rival(struct claim *claim, const __u8 *mac, __u32 port,
					     const struct tags *tags)
{
	claim_copy_mac(claim->rival, mac);
	claim->rival_port = port;
	claim->rival_tags = *tags;
}

/* ---- debts ---- */

static __always_inline void claim_owe_nothing(struct claim *claim)
{
	claim->flags &= ~(CLAIM_F_OWED | CLAIM_F_DEFENDER);
}

/*
 * The announcement of the last step is owed: garpd_speak makes up for it at at_ns, or as soon
 * after that as there is a daemon to run it.
 */
static __always_inline void claim_owe(struct claim *claim, enum claim_announce announce,
				      __u64 at_ns)
{
	claim_owe_nothing(claim);
	claim->flags |= CLAIM_F_OWED;
	if (announce == ANNOUNCE_DEFENDER)
		claim->flags |= CLAIM_F_DEFENDER;
	claim->owed_ns = at_ns;
	claim->deadline_ns = at_ns;
}

/* Whose announcement is the next one: the policy judges this MAC. */
static __always_inline const __u8 *claim_whom(const struct claim *claim)
{
	return claim->flags & CLAIM_F_DEFENDER ? claim->rival : claim->mac;
}

/* ---- owners and moves ---- */

/*
 * The claim's guest is the owner now. 1 when the address moved; the claim is frozen when that
 * happened more than max_moves times in moves_ns (counted as FRR counts mobility: from the first
 * move on).
 */
static __always_inline int claim_own(struct claim *claim, const struct settings *settings,
				     __u64 now_ns)
{
	int moved = !mac_is_zero(claim->owner) && !mac_equal(claim->owner, claim->mac);

	claim_copy_mac(claim->owner, claim->mac);
	claim->owner_port = claim->port;
	claim->owner_tags = claim->tags;
	if (!moved)
		return 0;
	claim->moves++;
	if (!claim->recent_moves || now_ns - claim->recent_since_ns > settings->moves_ns) {
		claim->recent_moves = 0;
		claim->recent_since_ns = now_ns;
	}
	claim->recent_moves++;
	return 1;
}

static __always_inline int claim_moves_too_often(const struct claim *claim,
						 const struct settings *settings)
{
	return claim->recent_moves > settings->max_moves;
}

/* The guest has got the address: announce it in `announce_num` slots, or freeze the claim. */
static __always_inline void claim_start_announcing(struct claim *claim, enum counter reason,
						   const struct settings *settings,
						   struct claim_step *step, __u64 now_ns)
{
	step->moved = claim_own(claim, settings, now_ns);
	claim->window_announcements = 1;
	if (step->moved && claim_moves_too_often(claim, settings)) {
		claim_edge(claim, CLAIM_FROZEN, COUNTER_frozen, step, now_ns);
	} else {
		claim_edge(claim, settings->announce_num > 1 ? CLAIM_ANNOUNCING : CLAIM_OWNED,
			   reason, step, now_ns);
		step->announce = ANNOUNCE_GUEST;
	}
	claim_arm(claim, settings, now_ns);
}

/* The guest has got the address and says so itself: nothing is left to say. */
static __always_inline void claim_settle(struct claim *claim, const struct settings *settings,
					 struct claim_step *step, __u64 now_ns)
{
	claim->self_announced++;
	claim_owe_nothing(claim);
	claim->retries = 0;
	step->moved = claim_own(claim, settings, now_ns);
	if (step->moved && claim_moves_too_often(claim, settings))
		claim_edge(claim, CLAIM_FROZEN, COUNTER_frozen, step, now_ns);
	else
		claim_edge(claim, CLAIM_OWNED, COUNTER_self_announced, step, now_ns);
	claim_arm(claim, settings, now_ns);
}

/* ---- windows ---- */

/* Did the probes come as Windows sends them? Then its silence is over one second earlier. */
static __always_inline int claim_is_steady(const struct claim *claim)
{
	return claim->window_probes >= PROBE_NUM && !(claim->flags & CLAIM_F_UNSTEADY);
}

/* How many probes make a claim. IPv6 hosts send one (RFC 4862 5.1, DupAddrDetectTransmits). */
static __always_inline __u32 claim_min_probes(const struct claim *claim,
					      const struct settings *settings)
{
	return claim_is_ipv6(claim) ? DUP_ADDR_DETECT_TRANSMITS : settings->min_probes;
}

/*
 * When the window ends after the probe just counted. The grace keeps us silent for a guest that
 * announces itself; a declared address needs none, but before min_probes the grace also covers a
 * next probe that is as late as PROBE_MAX. In IPv6 nobody knows how many will come, so that each
 * one may be the last, and the grace covers the next.
 */
static __always_inline void claim_window(struct claim *claim, const struct settings *settings)
{
	int steady = claim_is_steady(claim);
	__u64 wait_ns = steady ? settings->steady_window_ns : settings->window_ns;
	__u64 grace_ns = steady ? settings->steady_grace_ns : settings->grace_ns;

	if (claim_is_ipv6(claim)) {
		wait_ns = settings->dad_window_ns;
		grace_ns = settings->dad_grace_ns;
	} else if (claim->flags & CLAIM_F_DECLARED &&
		   claim->window_probes >= settings->min_probes) {
		grace_ns = 0;
	}
	claim->window_ends_ns = claim->last_probe_ns + wait_ns + grace_ns;
}

static __always_inline void claim_open_window(struct claim *claim, const struct heard *heard,
					      enum counter reason, const struct settings *settings,
					      struct claim_step *step, __u64 now_ns)
{
	claim_take_prober(claim, heard);
	__builtin_memset(claim->rival, 0, MAC_LEN);
	__builtin_memset(&claim->rival_tags, 0, sizeof(claim->rival_tags));
	claim->rival_port = 0;
	claim->rival_probe_ns = 0;
	claim->flags = heard->policy.declared ? CLAIM_F_DECLARED : 0;
	claim->retries = 0;
	claim->window_probes = 1;
	claim->window_announcements = 0;
	claim->first_probe_ns = now_ns;
	claim_window(claim, settings);
	if (heard->policy.immediate) {
		claim->flags |= CLAIM_F_IMMEDIATE;
		reason = COUNTER_immediate;
		step->announce = ANNOUNCE_GUEST;
	}
	claim_edge(claim, CLAIM_PROBING, reason, step, now_ns);
	claim_arm(claim, settings, now_ns);
}

static __always_inline void claim_continue_window(struct claim *claim, const struct heard *heard,
						  __u64 gap_ns, const struct settings *settings,
						  struct claim_step *step, __u64 now_ns)
{
	__u64 off_ns = gap_ns > settings->steady_gap_ns ? gap_ns - settings->steady_gap_ns
							: settings->steady_gap_ns - gap_ns;

	if (off_ns > settings->steady_tolerance_ns)
		claim->flags |= CLAIM_F_UNSTEADY;
	claim_take_prober(claim, heard);
	claim->window_probes++;
	claim_window(claim, settings);
	claim_edge(claim, CLAIM_PROBING, COUNTER_window_continued, step, now_ns);
	claim_arm(claim, settings, now_ns);
}

/* The attempt came to nothing: back to the last owner, or to no claim at all. */
static __always_inline void claim_lapse(struct claim *claim, const struct settings *settings,
					struct claim_step *step, __u64 now_ns)
{
	if (mac_is_zero(claim->owner)) {
		claim_edge(claim, CLAIM_NONE, COUNTER_lapsed, step, now_ns);
		claim->deadline_ns = 0;
		step->forget = 1;
		return;
	}
	claim_copy_mac(claim->mac, claim->owner);
	claim->port = claim->owner_port;
	claim->tags = claim->owner_tags;
	claim_edge(claim, CLAIM_OWNED, COUNTER_lapsed, step, now_ns);
	claim_arm(claim, settings, now_ns);
}

/* ---- contradiction ---- */

/* How long a quarrel lasts after its last sign: the longest window of a guest. */
static __always_inline __u64 claim_quarrel_ns(const struct claim *claim,
					      const struct settings *settings)
{
	if (claim_is_ipv6(claim))
		return settings->dad_window_ns + settings->dad_grace_ns;
	return settings->window_ns + settings->grace_ns;
}

/* Nobody is announced for a window's length; a further sign of the quarrel starts it anew. */
static __always_inline void claim_contradict(struct claim *claim, const struct heard *heard,
					     enum counter reason, const struct settings *settings,
					     struct claim_step *step, __u64 now_ns)
{
	claim->conflicts++;
	claim->last_conflict_ns = now_ns;
	claim->window_ends_ns = now_ns + claim_quarrel_ns(claim, settings);
	/* Caches may be with the guest until its rival has defended: that debt stays. */
	if (!(claim->flags & CLAIM_F_DEFENDER)) {
		claim_owe_nothing(claim);
		/* A guest that goes on probing keeps the quarrel up; its rival stays the same. */
		if (!mac_equal(claim->mac, heard->frame->mac))
			claim_note_rival(claim, heard->frame->mac, heard->port,
					 &heard->frame->tags);
	}
	claim_edge(claim, CLAIM_CONFLICT, reason, step, now_ns);
	claim_arm(claim, settings, now_ns);
}

/*
 * Another host says that it has the address. Where we have announced the prober already, at its
 * first probe, an owner who defends is announced again, so that no cache stays poisoned.
 */
static __always_inline void claim_contradict_by_assertion(struct claim *claim,
							  const struct heard *heard,
							  const struct settings *settings,
							  struct claim_step *step, __u64 now_ns)
{
	int defends = claim->flags & CLAIM_F_IMMEDIATE && heard->policy.declared &&
		      !heard->policy.denied && !heard->frame->relayed;

	claim_contradict(claim, heard, defends ? COUNTER_defended : COUNTER_conflict_asserted,
			 settings, step, now_ns);
	if (defends)
		step->announce = ANNOUNCE_DEFENDER;
}

static __always_inline int claim_is_quarrel(const struct claim *claim, __u64 now_ns)
{
	return claim->state == CLAIM_CONFLICT && now_ns < claim->window_ends_ns;
}

/* ---- the events ---- */

/* The policy forbids it. A stranger's probe must not disturb the claim of a rightful owner. */
static __always_inline void claim_deny(struct claim *claim, const struct heard *heard,
				       const struct settings *settings, struct claim_step *step,
				       __u64 now_ns)
{
	step->reason = heard->policy.denied;
	if (claim->state != CLAIM_NONE && claim->state != CLAIM_DENIED)
		return;
	if (!claim->first_probe_ns)
		claim->first_probe_ns = now_ns;
	claim->probes++;
	claim->last_probe_ns = now_ns;
	claim->last_seen_ns = now_ns;
	claim_take_guest(claim, heard);
	claim_edge(claim, CLAIM_DENIED, heard->policy.denied, step, now_ns);
	claim_arm(claim, settings, now_ns);
}

/*
 * A probe in an open window: of its guest, of another one, or of one that it had taken over. Two
 * hosts in DAD at once have both failed when each has heard the other (RFC 4862 5.4.3), and in IPv6
 * there is no further probe to tell.
 */
static __always_inline void claim_probe_again(struct claim *claim, const struct heard *heard,
					      __u64 gap_ns, const struct settings *settings,
					      struct claim_step *step, __u64 now_ns)
{
	const __u8 *mac = heard->frame->mac;
	struct tags older_tags = claim->tags;
	__u32 older_port = claim->port;
	__u8 older[MAC_LEN];

	if (mac_equal(claim->mac, mac))
		return claim_continue_window(claim, heard, gap_ns, settings, step, now_ns);
	if (mac_equal(claim->rival, mac) || claim_is_ipv6(claim))
		return claim_contradict(claim, heard, COUNTER_conflict_probe, settings, step,
					now_ns);
	claim_copy_mac(older, claim->mac);
	claim_open_window(claim, heard, COUNTER_rival_probe, settings, step, now_ns);
	claim_note_rival(claim, older, older_port, &older_tags);
	claim->rival_probe_ns = now_ns - gap_ns;
}

/* A probe on an uplink is another machine's business; here it can only contradict. */
static __always_inline void claim_probe_uplink(struct claim *claim, const struct heard *heard,
					       const struct settings *settings,
					       struct claim_step *step, __u64 now_ns)
{
	step->reason = COUNTER_probe_uplink;
	if (mac_equal(claim->mac, heard->frame->mac))
		return;
	if (claim->state == CLAIM_PROBING || claim_is_quarrel(claim, now_ns))
		claim_contradict(claim, heard, COUNTER_conflict_probe, settings, step, now_ns);
}

/*
 * A mirrored port delivers each probe twice, those of two probers at once too. A copy is one of the
 * same host's last: that of another one, however soon after, is a quarrel.
 */
static __always_inline int claim_probe_is_copy(const struct claim *claim, const __u8 *mac,
					       const struct settings *settings, __u64 now_ns)
{
	if (mac_equal(claim->mac, mac))
		return claim->probes && now_ns - claim->last_probe_ns < settings->duplicate_ns;
	return claim->state == CLAIM_PROBING && mac_equal(claim->rival, mac) &&
	       claim->rival_probe_ns && now_ns - claim->rival_probe_ns < settings->duplicate_ns;
}

/* The guest's own solicitation that came back with another MAC (RFC 7527). */
static __always_inline int claim_probe_is_looped(const struct claim *claim,
						 const struct frame *frame)
{
	const __u8 *ours = claim->nonce, *theirs = frame->nonce;

	return !mac_is_zero(ours) && mac_equal(ours, theirs) && !mac_equal(claim->mac, frame->mac);
}

/* A FRAME_PROBE was heard. The claim may be new (CLAIM_NONE, all zero but its key). */
static __always_inline struct claim_step claim_probe(struct claim *claim, const struct heard *heard,
						     const struct settings *settings, __u64 now_ns)
{
	struct claim_step step = {.old_state = claim->state};
	__u64 gap_ns = now_ns - claim->last_probe_ns;

	if (claim_probe_is_looped(claim, heard->frame)) {
		step.reason = COUNTER_probe_looped;
		return step;
	}
	if (!port_has_guests(heard->role)) {
		claim_probe_uplink(claim, heard, settings, &step, now_ns);
		return step;
	}
	if (claim_probe_is_copy(claim, heard->frame->mac, settings, now_ns)) {
		step.reason = COUNTER_probe_duplicate;
		return step;
	}
	if (heard->policy.denied) {
		claim_deny(claim, heard, settings, &step, now_ns);
		return step;
	}
	claim->probes++;
	claim->last_probe_ns = now_ns;
	claim->last_seen_ns = now_ns;
	if (claim->state == CLAIM_FROZEN && now_ns < claim->deadline_ns) {
		claim_edge(claim, CLAIM_FROZEN, COUNTER_frozen_probe, &step, now_ns);
		claim_arm(claim, settings, now_ns);
	} else if (claim_is_quarrel(claim, now_ns)) {
		claim_contradict(claim, heard, COUNTER_conflict_probe, settings, &step, now_ns);
	} else if (claim->state == CLAIM_PROBING) {
		claim_probe_again(claim, heard, gap_ns, settings, &step, now_ns);
	} else {
		if (claim->state == CLAIM_FROZEN) /* it was quiet long enough */
			claim->recent_moves = 0;
		claim_open_window(claim, heard, COUNTER_window_opened, settings, &step, now_ns);
	}
	return step;
}

/* The claim's own guest speaks. */
static __always_inline void claim_heard_guest(struct claim *claim, const struct heard *heard,
					      const struct settings *settings,
					      struct claim_step *step, __u64 now_ns)
{
	int announces = heard->frame->kind == FRAME_ANNOUNCEMENT;
	int pending = claim->state == CLAIM_PROBING || claim->state == CLAIM_ANNOUNCING;

	step->reason = COUNTER_seen;
	/* A relay's frame, perhaps another garpd's, is no sign of the guest: it has no effect. */
	if (heard->frame->relayed)
		return;
	claim->last_seen_ns = now_ns;
	if (claim->state == CLAIM_DENIED)
		return;
	if (claim->state == CLAIM_OWNED) {
		/* The guest may have gone to another port, or another machine, without a probe. */
		claim->port = claim->owner_port = heard->port;
		claim->tags = claim->owner_tags = heard->frame->tags;
		claim->self_announced += announces;
		return;
	}
	/* An echo from the uplink is no proof of what the guest does. */
	if (pending && !port_has_guests(heard->role))
		return;
	if ((pending || claim->state == CLAIM_CONFLICT) && announces &&
	    !claim_is_quarrel(claim, now_ns)) {
		claim_take_guest(claim, heard);
		claim_settle(claim, settings, step, now_ns);
	} else if (claim->state == CLAIM_PROBING && !(claim->flags & CLAIM_F_USED)) {
		/*
		 * It uses the address already. That makes up for probes that are missing, but it
		 * does not end the window: Windows 7 does so in 10 of 11 captured sequences, goes
		 * on probing, and then announces itself.
		 */
		claim_take_guest(claim, heard);
		claim->flags |= CLAIM_F_USED;
		claim_edge(claim, CLAIM_PROBING, COUNTER_window_used, step, now_ns);
	}
}

/* Somebody else does. */
static __always_inline void claim_heard_other(struct claim *claim, const struct heard *heard,
					      const struct settings *settings,
					      struct claim_step *step, __u64 now_ns)
{
	/* Who may not have the address can contradict a claim, but never take it. */
	int announces = heard->frame->kind == FRAME_ANNOUNCEMENT && !heard->policy.denied;

	step->reason = COUNTER_other_seen;
	if (claim->state == CLAIM_PROBING || claim->state == CLAIM_ANNOUNCING) {
		claim_contradict_by_assertion(claim, heard, settings, step, now_ns);
	} else if (claim_is_quarrel(claim, now_ns)) {
		claim->window_ends_ns = now_ns + claim_quarrel_ns(claim, settings);
	} else if (claim->state == CLAIM_FROZEN && announces) {
		claim_arm(claim, settings, now_ns);
	} else if ((claim->state == CLAIM_OWNED || claim->state == CLAIM_CONFLICT) && announces) {
		/* It took the address over and said so. */
		claim_take_guest(claim, heard);
		claim->last_seen_ns = now_ns;
		claim_settle(claim, settings, step, now_ns);
	}
}

/*
 * Our own announcement, met again. Generic XDP runs on what is re-injected and sees no skb->mark;
 * the guest does not announce itself within the time in which it does not probe twice.
 */
static __always_inline int claim_is_echo(const struct claim *claim, const struct heard *heard,
					 const struct settings *settings, __u64 now_ns)
{
	return heard->markless && heard->frame->kind == FRAME_ANNOUNCEMENT &&
	       heard->port == claim->port && mac_equal(claim->mac, heard->frame->mac) &&
	       claim->last_announcement_ns &&
	       now_ns - claim->last_announcement_ns < settings->duplicate_ns;
}

/* A FRAME_ANNOUNCEMENT or FRAME_ASSERTION about the claim's address was heard, on any port. */
static __always_inline struct claim_step claim_heard(struct claim *claim, const struct heard *heard,
						     const struct settings *settings, __u64 now_ns)
{
	struct claim_step step = {.old_state = claim->state};

	if (claim_is_echo(claim, heard, settings, now_ns))
		step.reason = COUNTER_own_frame;
	else if (mac_equal(claim->mac, heard->frame->mac))
		claim_heard_guest(claim, heard, settings, &step, now_ns);
	else
		claim_heard_other(claim, heard, settings, &step, now_ns);
	return step;
}

/* One more slot of the announcements, the last of which settles the claim. */
static __always_inline void claim_next_slot(struct claim *claim, const struct settings *settings,
					    struct claim_step *step, __u64 now_ns)
{
	claim->window_announcements++;
	if (claim->window_announcements < settings->announce_num)
		claim_edge(claim, CLAIM_ANNOUNCING, COUNTER_announce_next, step, now_ns);
	else
		claim_edge(claim, CLAIM_OWNED, COUNTER_announce_done, step, now_ns);
	step->announce = ANNOUNCE_GUEST;
	claim_arm(claim, settings, now_ns);
}

static __always_inline void claim_window_ends(struct claim *claim, const struct settings *settings,
					      struct claim_step *step, __u64 now_ns)
{
	/* An immediate address has been announced: its list of owners vouches for the rest. */
	int vouched = claim->flags & (CLAIM_F_IMMEDIATE | CLAIM_F_USED);

	if (claim->window_probes < claim_min_probes(claim, settings) && !vouched)
		claim_lapse(claim, settings, step, now_ns);
	else
		claim_start_announcing(claim, COUNTER_window_ended, settings, step, now_ns);
}

/* The quarrel is over when nobody has kept it up: who had the address before it has it still. */
static __always_inline void claim_quarrel_ends(struct claim *claim, const struct settings *settings,
					       struct claim_step *step, __u64 now_ns)
{
	if (claim_is_quarrel(claim, now_ns))
		claim_arm(claim, settings, now_ns);
	else
		claim_lapse(claim, settings, step, now_ns);
}

static __always_inline void claim_ages(struct claim *claim, const struct settings *settings,
				       struct claim_step *step, __u64 now_ns)
{
	if (now_ns < claim->last_seen_ns + settings->max_age_ns) {
		step->reason = COUNTER_not_due;
		claim_arm(claim, settings, now_ns);
		return;
	}
	claim_edge(claim, CLAIM_NONE, COUNTER_aged, step, now_ns);
	claim->deadline_ns = 0;
	step->forget = 1;
}

/* What is owed is said now, unless the policy has come to forbid it. */
static __always_inline void claim_pay(struct claim *claim, struct policy policy,
				      const struct settings *settings, struct claim_step *step,
				      __u64 now_ns)
{
	int defender = claim->flags & CLAIM_F_DEFENDER;

	claim_owe_nothing(claim);
	if (!policy.denied) {
		step->reason = COUNTER_announce_owed;
		step->announce = defender ? ANNOUNCE_DEFENDER : ANNOUNCE_GUEST;
	} else if (defender) {
		step->reason = policy.denied; /* the quarrel goes on all the same */
	} else {
		claim_edge(claim, CLAIM_DENIED, policy.denied, step, now_ns);
	}
	claim_arm(claim, settings, now_ns);
}

/*
 * The clock says that the claim's deadline may have passed; `policy` judges claim_whom() as of now.
 * The slot is taken here, before anything is sent: nothing is ever announced twice in it.
 */
static __always_inline struct claim_step claim_due(struct claim *claim, struct policy policy,
						   const struct settings *settings, __u64 now_ns)
{
	struct claim_step step = {.old_state = claim->state, .reason = COUNTER_not_due};
	int pending = claim->state == CLAIM_PROBING || claim->state == CLAIM_ANNOUNCING;

	if (!claim->deadline_ns || now_ns < claim->deadline_ns)
		return step;
	/* The end of the window says what its first probe is owed: not twice in one moment. */
	if (claim->state == CLAIM_PROBING && now_ns >= claim->window_ends_ns)
		claim_owe_nothing(claim);
	if (claim->flags & CLAIM_F_OWED) {
		claim_pay(claim, policy, settings, &step, now_ns);
	} else if (policy.denied && pending) {
		claim_edge(claim, CLAIM_DENIED, policy.denied, &step, now_ns);
		claim_arm(claim, settings, now_ns);
	} else if (claim->state == CLAIM_PROBING) {
		claim_window_ends(claim, settings, &step, now_ns);
	} else if (claim->state == CLAIM_ANNOUNCING) {
		claim_next_slot(claim, settings, &step, now_ns);
	} else if (claim->state == CLAIM_FROZEN) {
		claim->recent_moves = 0;
		claim_edge(claim, CLAIM_OWNED, COUNTER_thawed, &step, now_ns);
		claim_arm(claim, settings, now_ns);
	} else if (claim->state == CLAIM_CONFLICT && claim_has_former_owner(claim)) {
		claim_quarrel_ends(claim, settings, &step, now_ns);
	} else {
		claim_ages(claim, settings, &step, now_ns);
	}
	return step;
}

/* An operator wants the owner announced now. Only a settled claim has one that is certain. */
static __always_inline struct claim_step claim_asked(struct claim *claim, struct policy policy)
{
	struct claim_step step = {.old_state = claim->state, .reason = COUNTER_announce_refused};

	if (policy.denied) {
		step.reason = policy.denied;
	} else if (claim->state == CLAIM_OWNED || claim->state == CLAIM_ANNOUNCING) {
		step.reason = COUNTER_announce_asked;
		step.announce = ANNOUNCE_GUEST;
	}
	return step;
}

/* Another CPU may have changed the claim while the announcement failed: is it still wanted? */
static __always_inline int claim_may_owe(const struct claim *claim, enum claim_announce announce)
{
	if (announce == ANNOUNCE_DEFENDER)
		return claim->state == CLAIM_CONFLICT;
	if (claim->state == CLAIM_PROBING)
		return claim->flags & CLAIM_F_IMMEDIATE;
	return claim->state == CLAIM_ANNOUNCING || claim->state == CLAIM_OWNED;
}

/*
 * What became of the announcement of the last step. One that the kernel could not queue is owed
 * and tried again in retry_ns, a few times. The step says what is to be counted.
 */
static __always_inline struct claim_step claim_recorded(struct claim *claim,
							enum claim_announce announce, int sent,
							const struct settings *settings,
							__u64 now_ns)
{
	struct claim_step step = {.old_state = claim->state, .changed = 1};
	int owes_other = !(claim->flags & CLAIM_F_DEFENDER) != (announce != ANNOUNCE_DEFENDER);

	claim->changed_ns = now_ns;
	if (sent) {
		claim->announcements++;
		claim->last_announcement_ns = now_ns;
		claim->retries = 0;
		step.reason = COUNTER_announced;
		if (claim->flags & CLAIM_F_OWED && !owes_other) {
			/* An operator was quicker than the retry. */
			claim_owe_nothing(claim);
			claim_arm(claim, settings, now_ns);
		}
	} else if (claim->retries < CLAIM_RETRIES && claim_may_owe(claim, announce)) {
		claim->retries++;
		claim_owe(claim, announce, now_ns + settings->retry_ns);
		step.reason = COUNTER_announce_failed;
	} else {
		claim->retries = 0;
		step.reason = COUNTER_announce_lost;
	}
	return step;
}

/* The daemon has looked at the host's own neighbour entry after an announcement. */
static __always_inline void claim_noted(struct claim *claim, int followed, __u64 now_ns)
{
	claim->refreshed += followed;
	claim->changed_ns = now_ns;
}

#endif /* GARPD_CLAIM_H */
