/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * state.h - building blocks of the claim machine: edges, deadlines, guest and owner, deferred
 * announcements. Part of claim.h.
 */
#ifndef GARPD_CLAIM_STATE_H
#define GARPD_CLAIM_STATE_H

#include "bpf/abi/abi.h"
#include "bpf/frame/frame.h"
#include "policy.h"

#define CLAIM_RETRIES 3 /* of an announcement that the kernel could not queue */

/* How long a denied claim is kept after its last probe; longer, they would fill a guest's quota. */
#define CLAIM_DENIED_NS (60 * NSEC_PER_SEC)

/* A frame, the port where it was heard, and the policy for its sender. */
struct heard {
	const struct frame *frame;
	__u32 port;	 /* ifindex */
	__u32 role;	 /* enum port_role */
	__u32 gone_port; /* ifindex: the claim's port, if it is no longer in the segment; else 0 */
	struct policy policy;
	__u8 markless; /* the hook does not see GARPD_MARK (XDP) */
	__u8 is_told;  /* EVPN says so: not a frame that was heard */
	__u8 any_vlan; /* its VLAN is not known: it may be in another one than the claim */
};

/* Inputs to the next announcement, looked up before locking. */
struct claim_next {
	__u8 mac[MAC_LEN];
	__u16 port_left; /* 1: quota_port is no longer in the segment */
	__u32 port;	 /* ifindex */
	__u32 live_port; /* the port, if it is a guest or router port of the segment; else 0 */
	__u8 forwards;	 /* 1: the port, of any role, takes frames */
	__u8 asker;	 /* enum asker_kind, from `askers`: who asks for the address there */
	struct policy policy;
};

enum announce {
	ANNOUNCE_NONE,
	ANNOUNCE_GUEST,	   /* claim.mac on claim.port */
	ANNOUNCE_DEFENDER, /* claim.rival on claim.rival_port */
};

enum ask {
	ASK_NOBODY,
	ASK_GUEST,	  /* claim.mac, out of claim.port */
	ASK_FORMER_OWNER, /* claim.owner, out of claim.owner_port */
	ASK_DEFENDER,	  /* claim.rival, out of claim.rival_port */
};

/* Are guests behind such a port? */
static __always_inline int port_has_guests(__u32 role)
{
	return role == ROLE_GUEST || role == ROLE_ROUTER;
}

/* What happened, and what the caller has to do. */
struct claim_step {
	__u8 reason;	 /* enum counter: count it */
	__u8 announce;	 /* enum announce: which announcement to send */
	__u8 changed;	 /* send an event: state or deadline changed */
	__u8 moved;	 /* also count COUNTER_moved: the address has a new owner */
	__u8 old_state;	 /* enum claim_state */
	__u8 forget;	 /* delete the claim */
	__u8 nudge;	 /* send a round of nudges */
	__u8 queued;	 /* enum queued: limits that the announcement has waited for */
	__u8 ask;	 /* enum ask: who is asked for the address */
	__u8 asker;	 /* enum asker_kind: from which sender */
	__u8 ask_waited; /* 1: the question has waited for its turn already */
	__u8 answered;	 /* enum asker_kind: the guest answered a question from that sender */
};

static __always_inline void claim_copy_mac(__u8 *to, const __u8 *from)
{
	__builtin_memcpy(to, from, MAC_LEN);
}

/* In these states the owner is certain; in others nothing is sent for the address. */
static __always_inline int claim_is_certain(__u32 state)
{
	return state == CLAIM_ANNOUNCING || state == CLAIM_OWNED;
}

/* Only from a window's end to the announcement that follows from it. */
static __always_inline int claim_may_be_timed(__u32 state)
{
	return claim_is_certain(state) || state == CLAIM_ASKING || state == CLAIM_UNANSWERED;
}

/* Is an answer waited for? */
static __always_inline int claim_is_asked(const struct claim *claim)
{
	return claim->ask_ns != 0;
}

static __always_inline void claim_stop_asking(struct claim *claim)
{
	claim->ask_ns = 0;
	claim->asking_ns = 0;
	claim->questions = 0;
	claim->ask_flags = 0;
}

/* Another host may have the address: what the guest answered before that proves nothing. */
static __always_inline void claim_doubt(struct claim *claim)
{
	claim->flags |= CLAIM_F_DOUBTED;
	claim->answered_ns = 0;
}

static __always_inline void claim_stop_nudging(struct claim *claim)
{
	claim->nudge_round = 0;
	claim->nudge_ns = 0;
}

/* Replies of listeners from now on are confirmations. */
static __always_inline void claim_begin_announcing(struct claim *claim, __u64 now_ns)
{
	claim->announced_since_ns = now_ns;
	claim->unsolicited = 0;
}

/* The first round is due at once, with the announcement. */
static __always_inline void claim_start_nudging(struct claim *claim,
						const struct settings *settings, __u64 now_ns)
{
	if (settings->nudge == NUDGE_NEVER || settings->observe)
		return;
	claim->nudge_round = 1;
	claim->nudge_ns = now_ns;
}

/* Every change of state goes through here and is counted by its reason. */
static __always_inline void claim_edge(struct claim *claim, enum claim_state state,
				       enum counter reason, struct claim_step *step, __u64 now_ns)
{
	if (!claim_is_certain(state)) {
		claim_stop_nudging(claim);
		if (state != CLAIM_ASKING && state != CLAIM_UNANSWERED)
			claim_stop_asking(claim);
	}
	if (!claim_may_be_timed(state))
		claim->is_timed = 0;
	claim->state = state;
	claim->reason = reason;
	claim->changed_ns = now_ns;
	step->reason = reason;
	step->changed = 1;
}

/*
 * Puts an announcement into the step. The time is noted now: generic XDP may see the
 * announcement, on another CPU, before this one has recorded that it was sent.
 */
static __always_inline void claim_announce(struct claim *claim, enum announce announce,
					   const struct settings *settings, struct claim_step *step,
					   __u64 now_ns)
{
	if (settings->observe) {
		claim->flags |= CLAIM_F_OBSERVED;
		return;
	}
	claim->flags &= ~CLAIM_F_OBSERVED;
	step->announce = announce;
	claim->retries = 0;
	claim->announce_start_ns = now_ns;
}

/* Did another MAC have the address before the claim's guest? */
static __always_inline int claim_has_former_owner(const struct claim *claim)
{
	return !mac_is_zero(claim->owner) && !mac_equal(claim->owner, claim->mac);
}

/* Are nudges scheduled? They wait for the announcement that they belong to. */
static __always_inline int claim_has_nudges(const struct claim *claim)
{
	return claim->nudge_ns && !(claim->flags & CLAIM_F_DEFERRED);
}

/*
 * Two clocks run, that of the state and that of the nudges: the daemon comes for the first one.
 * While the guest is asked both wait for its answer, and it comes for the next question.
 */
static __always_inline void claim_set_deadline(struct claim *claim)
{
	claim->deadline_ns = claim->due_ns;
	if (claim_is_asked(claim)) {
		claim->deadline_ns = claim->ask_ns;
		return;
	}
	if (claim_has_nudges(claim) && claim->nudge_ns < claim->due_ns)
		claim->deadline_ns = claim->nudge_ns;
}

/* The claim is over, for this reason, and is deleted. */
static __always_inline void claim_forget(struct claim *claim, enum counter reason,
					 struct claim_step *step, __u64 now_ns)
{
	claim_edge(claim, CLAIM_NONE, reason, step, now_ns);
	claim->due_ns = 0;
	claim_set_deadline(claim);
	step->forget = 1;
}

/*
 * The claim is deleted as soon as its lock is released. A CPU that has looked it up before finds
 * that it is of another key, and takes no step of it, which would be lost. Call with the lock held.
 */
static __always_inline void claim_bury(struct claim *claim)
{
	claim->key.segment = 0;
}

/* How long after its last frame the claim is deleted. */
static __always_inline __u64 claim_max_age_ns(const struct claim *claim,
					      const struct settings *settings)
{
	if (claim->state == CLAIM_DENIED && settings->max_age_ns > CLAIM_DENIED_NS)
		return CLAIM_DENIED_NS;
	return settings->max_age_ns;
}

/* When a settled claim is due: for its refresh, or its deletion, whichever comes first. */
static __always_inline __u64 claim_idle_until(const struct claim *claim,
					      const struct settings *settings, __u64 now_ns)
{
	__u64 aged_ns = claim->last_seen_ns + claim_max_age_ns(claim, settings);

	if (claim->state != CLAIM_OWNED || !settings->refresh_ns ||
	    now_ns + settings->refresh_ns > aged_ns)
		return aged_ns;
	return now_ns + settings->refresh_ns;
}

/* !addr_is_ipv4(), of words: the bytes one by one fill the stack of garpd_tc. */
static __always_inline int claim_is_ipv6(const struct claim *claim)
{
	const __u8 *bytes = claim->key.addr.bytes;

	return *(const __u64 *)bytes || *(const __u16 *)(bytes + 8) ||
	       (bytes[10] & bytes[11]) != 0xff;
}

/* In a conflict: do the probes of the window all come after the last sign of another host? */
static __always_inline int claim_is_alone(const struct claim *claim)
{
	return claim->first_probe_ns > claim->last_conflict_ns;
}

/*
 * Does the end of this conflict change anything? The address goes to the guest that probed on, or
 * back to its last owner, perhaps the guest itself. Any other is kept, to be shown.
 */
static __always_inline int claim_conflict_has_end(const struct claim *claim)
{
	return claim->state == CLAIM_CONFLICT &&
	       (claim_is_alone(claim) || !mac_is_zero(claim->owner));
}

/* Sets the deadline of the state. One rule per state, from the claim's fields. */
static __always_inline void claim_arm(struct claim *claim, const struct settings *settings,
				      __u64 now_ns)
{
	if (claim->flags & CLAIM_F_DEFERRED)
		claim->due_ns = claim->deferred_ns;
	else if (claim->state == CLAIM_PROBING)
		claim->due_ns = claim->window_end_ns;
	else if (claim->state == CLAIM_ANNOUNCING && claim->window_announcements == 1)
		claim->due_ns = now_ns + settings->first_interval_ns;
	else if (claim->state == CLAIM_ANNOUNCING)
		claim->due_ns = now_ns + settings->announce_interval_ns;
	else if (claim->state == CLAIM_FROZEN)
		claim->due_ns = now_ns + settings->thaw_ns;
	else if (claim->state == CLAIM_ASKING || claim->state == CLAIM_UNANSWERED)
		claim->due_ns = claim->last_probe_ns + settings->ask_give_up_ns;
	else if (claim_conflict_has_end(claim))
		claim->due_ns = claim->window_end_ns;
	else
		claim->due_ns = claim_idle_until(claim, settings, now_ns);
	claim_set_deadline(claim);
}

/* Makes the frame's sender the claim's guest. */
static __always_inline void claim_take_guest(struct claim *claim, const struct heard *heard)
{
	claim_copy_mac(claim->mac, heard->frame->mac);
	claim->port = heard->port;
	claim->role = heard->role;
	claim->tags = heard->frame->tags;
}

/* Was the frame heard on the claim's port, or on the port that replaced it? */
static __always_inline int claim_is_here(const struct claim *claim, const struct heard *heard)
{
	return heard->port == claim->port || heard->gone_port == claim->port;
}

/*
 * Does the frame of the guest's MAC come from another guest port? The guest moved without a
 * probe, or another guest spoofs its MAC; announcing there would redirect its traffic. A guest
 * that was behind an uplink may appear on any port.
 */
static __always_inline int claim_is_elsewhere(const struct claim *claim, const struct heard *heard)
{
	return !claim_is_here(claim, heard) && port_has_guests(heard->role) &&
	       port_has_guests(claim->role);
}

/* The guest has the address here: a failed attempt falls back to this place. */
static __always_inline void claim_set_owner_port(struct claim *claim)
{
	claim->owner_port = claim->port;
	claim->owner_role = claim->role;
	claim->owner_tags = claim->tags;
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

/* Counts a probe of the claim's guest, or of its successor. */
static __always_inline void claim_count_probe(struct claim *claim, __u64 now_ns)
{
	claim->probes++;
	if (now_ns > claim->last_probe_ns)
		claim->last_probe_ns = now_ns;
	claim->last_seen_ns = now_ns;
}

/* ---- deferred announcements ---- */

static __always_inline void claim_clear_deferred(struct claim *claim)
{
	claim->flags &= ~(CLAIM_F_DEFERRED | CLAIM_F_DEFENDER);
	claim->queued = QUEUED_NOT;
}

/*
 * Defers the announcement of the last step: garpd_speak sends it at at_ns, or as soon after that
 * as a daemon runs it.
 */
static __always_inline void claim_defer(struct claim *claim, enum announce announce, __u64 at_ns)
{
	claim_clear_deferred(claim);
	claim->flags |= CLAIM_F_DEFERRED;
	if (announce == ANNOUNCE_DEFENDER)
		claim->flags |= CLAIM_F_DEFENDER;
	claim->deferred_ns = at_ns;
	claim->due_ns = at_ns;
	claim_set_deadline(claim);
}

/* The MAC of the next announcement, which the policy judges. */
static __always_inline const __u8 *claim_next_mac(const struct claim *claim)
{
	return claim->flags & CLAIM_F_DEFENDER ? claim->rival : claim->mac;
}

static __always_inline __u32 claim_next_port(const struct claim *claim)
{
	return claim->flags & CLAIM_F_DEFENDER ? claim->rival_port : claim->port;
}

#endif /* GARPD_CLAIM_STATE_H */
