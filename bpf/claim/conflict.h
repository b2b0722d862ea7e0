/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * conflict.h - a conflict: another host uses the address, or probes for it. How it begins and
 * lasts, and what the guest's probes in it are good for. Part of claim.h.
 */
#ifndef GARPD_CLAIM_CONFLICT_H
#define GARPD_CLAIM_CONFLICT_H

#include "window.h"

/* How long a conflict lasts after its last sign: the longest window of a guest. */
static __always_inline __u64 claim_conflict_ns(const struct claim *claim,
					       const struct settings *settings)
{
	if (claim_is_ipv6(claim))
		return settings->dad_window_ns + settings->dad_grace_ns;
	return settings->window_ns + settings->grace_ns;
}

/*
 * A sign of another host: a probe from before it counts for nothing. It never shortens the
 * conflict: now_ns may be that of an older frame.
 */
static __always_inline void claim_prolong_conflict(struct claim *claim,
						   const struct settings *settings, __u64 now_ns)
{
	__u64 last_ns = now_ns > claim->last_probe_ns ? now_ns : claim->last_probe_ns;
	__u64 end_ns = last_ns + claim_conflict_ns(claim, settings);

	if (last_ns > claim->last_conflict_ns)
		claim->last_conflict_ns = last_ns;
	if (end_ns > claim->window_end_ns)
		claim->window_end_ns = end_ns;
}

/* Stops announcements for the length of a window, which each further objection starts anew. */
static __always_inline void claim_contradict(struct claim *claim, const struct heard *heard,
					     enum counter reason, const struct settings *settings,
					     struct claim_step *step, __u64 now_ns)
{
	claim->conflicts++;
	claim_prolong_conflict(claim, settings, now_ns);
	/* Caches may still point at the guest; keep the rival's announcement pending. */
	if (!(claim->flags & CLAIM_F_DEFENDER)) {
		claim_clear_deferred(claim);
		/* Its own MAC on another port is no rival to be announced. */
		if (!mac_equal(claim->mac, heard->frame->mac))
			claim_note_rival(claim, heard->frame->mac, heard->port,
					 &heard->frame->tags);
	}
	claim_edge(claim, CLAIM_CONFLICT, reason, step, now_ns);
	claim_arm(claim, settings, now_ns);
}

/*
 * Another host uses the address. If the prober was already announced, at its first probe, an
 * owner that defends is announced again, so that no cache stays wrong.
 */
static __always_inline void claim_contradict_by_assertion(struct claim *claim,
							  const struct heard *heard,
							  const struct settings *settings,
							  struct claim_step *step, __u64 now_ns)
{
	int asserts = heard->frame->kind != FRAME_OBJECTION;
	int defends = claim->flags & CLAIM_F_IMMEDIATE && heard->policy.declared &&
		      !heard->policy.denied && !heard->frame->relayed && !settings->observe &&
		      asserts;
	enum counter reason = asserts ? COUNTER_conflict_asserted : COUNTER_conflict_objected;

	claim_contradict(claim, heard, defends ? COUNTER_defended : reason, settings, step, now_ns);
	if (!defends)
		return;
	claim->answered_ns = now_ns; /* its objection is its answer */
	claim_announce(claim, ANNOUNCE_DEFENDER, settings, step, now_ns);
}

/*
 * Another host probes for an owner's address behind the uplink, or uses it. The owner is asked
 * before it is announced on; where it can't be, what was left to say is not said.
 */
static __always_inline void claim_doubt_owner(struct claim *claim, const struct settings *settings,
					      struct claim_step *step, __u64 now_ns)
{
	int pending = claim->state == CLAIM_ANNOUNCING || claim->flags & CLAIM_F_DEFERRED ||
		      claim->nudge_ns;

	claim_doubt(claim);
	if (settings->ask || !claim_is_certain(claim->state) || !pending)
		return;
	claim_clear_deferred(claim);
	claim_stop_nudging(claim);
	claim_edge(claim, CLAIM_OWNED, COUNTER_announce_doubted, step, now_ns);
	claim_arm(claim, settings, now_ns);
}

static __always_inline int claim_has_conflict(const struct claim *claim, __u64 now_ns)
{
	return claim->state == CLAIM_CONFLICT && now_ns < claim->window_end_ns;
}

/*
 * A probe of the claim's guest in a conflict, the first one since the last sign of another host. An
 * immediate address is not announced again now: the former owner was here a moment ago.
 */
static __always_inline void claim_begin_alone(struct claim *claim, const struct heard *heard,
					      __u64 now_ns)
{
	claim->flags &= CLAIM_F_DEFERRED | CLAIM_F_DEFENDER;
	if (heard->policy.declared)
		claim->flags |= CLAIM_F_DECLARED;
	claim->window_probes = 1;
	claim->window_announcements = 0;
	claim->answered_ns = 0;
	claim->probe_gap_ns = 0;
	claim->first_probe_ns = now_ns;
}

/* In a conflict: has the guest made a whole attempt since the last sign of another host? */
static __always_inline int claim_has_probed_alone(const struct claim *claim,
						  const struct settings *settings)
{
	return claim->state == CLAIM_CONFLICT && claim_is_alone(claim) &&
	       claim->window_probes >= claim_min_probes(claim, settings);
}

/* In a conflict: the window that such a probe opened ends no sooner than the conflict would. */
static __always_inline void claim_set_window_alone(struct claim *claim,
						   const struct settings *settings)
{
	__u64 end_ns = claim->last_conflict_ns + claim_conflict_ns(claim, settings);

	claim_set_window(claim, settings);
	if (claim->window_end_ns < end_ns)
		claim->window_end_ns = end_ns;
}

/* ---- probes in a conflict ---- */

/*
 * Does the probe, the next after that of before_ns, belong to the conflict? One of the attempt that
 * the guest makes alone does, also when that was to be over and no daemon has come.
 */
static __always_inline int claim_is_probed_in_conflict(const struct claim *claim,
						       const struct heard *heard, __u64 before_ns,
						       const struct settings *settings,
						       __u64 now_ns)
{
	if (claim_has_conflict(claim, now_ns))
		return 1;
	return claim->state == CLAIM_CONFLICT && claim_is_alone(claim) &&
	       mac_equal(claim->mac, heard->frame->mac) && claim_is_here(claim, heard) &&
	       now_ns < before_ns + claim_conflict_ns(claim, settings);
}

/*
 * In IPv6 no further probe shows that two were in DAD at once, when both may have failed (RFC 4862
 * 5.4.3). The later one is asked; where it can't be, silence is the safer error.
 */
static __always_inline int claim_fails_both(const struct claim *claim,
					    const struct settings *settings)
{
	return claim_is_ipv6(claim) && (!settings->ask || settings->observe);
}

/*
 * Does the prober that lost the open window probe on? If it was silent for the length of a
 * conflict, it has begun anew.
 */
static __always_inline int claim_is_contested(const struct claim *claim, const __u8 *mac,
					      const struct settings *settings, __u64 now_ns)
{
	return mac_equal(claim->rival, mac) &&
	       now_ns < claim->rival_probe_ns + claim_conflict_ns(claim, settings);
}

/* It does: a conflict, and its probe is the first of an attempt that the other may leave to it. */
static __always_inline void claim_contest(struct claim *claim, const struct heard *heard,
					  enum counter reason, __u64 before_ns,
					  const struct settings *settings, struct claim_step *step,
					  __u64 now_ns)
{
	claim->conflicts++;
	claim_clear_deferred(claim);
	claim_note_rival(claim, claim->mac, claim->port, &claim->tags);
	claim_take_prober(claim, heard);
	if (before_ns > claim->last_conflict_ns)
		claim->last_conflict_ns = before_ns;
	claim_begin_alone(claim, heard, now_ns);
	claim_set_window_alone(claim, settings);
	claim_edge(claim, CLAIM_CONFLICT, reason, step, now_ns);
	claim_arm(claim, settings, now_ns);
}

/*
 * A probe in a conflict. The guest's own do not prolong it: with no sign of another host since,
 * they make a window like any other. A defender that waits to be announced is not lost for a
 * prober.
 */
static __always_inline void claim_hear_probe_in_conflict(struct claim *claim,
							 const struct heard *heard, __u64 before_ns,
							 const struct settings *settings,
							 struct claim_step *step, __u64 now_ns)
{
	int same_mac = mac_equal(claim->mac, heard->frame->mac);
	int same = same_mac && claim_is_here(claim, heard);
	int rival_probes = mac_equal(claim->rival, heard->frame->mac);

	/* A defender that probes has lost the address: it is a prober like any other. */
	if (rival_probes && claim->flags & CLAIM_F_DEFENDER) {
		claim_clear_deferred(claim);
		claim_stop_asking(claim);
	}
	if (!same && (claim_fails_both(claim, settings) || claim->flags & CLAIM_F_DEFENDER)) {
		claim_contradict(claim, heard,
				 same_mac ? COUNTER_conflict_elsewhere : COUNTER_conflict_probe,
				 settings, step, now_ns);
		/* Another CPU may be sending its announcement, and is not to defer it again. */
		if (rival_probes)
			claim->rival_port = 0;
		return;
	}
	if (!same) /* it takes over, as in an open window */
		claim_note_rival(claim, claim->mac, claim->port, &claim->tags);
	claim_take_prober(claim, heard);
	if (same && claim_is_alone(claim))
		claim_add_probe(claim, before_ns, settings, now_ns);
	else
		claim_begin_alone(claim, heard, now_ns);
	claim_set_window_alone(claim, settings);
	/* The claim's reason stays: it says why there is a conflict. */
	step->reason = same ? COUNTER_conflict_reprobed : COUNTER_rival_probe;
	step->changed = 1;
	claim->changed_ns = now_ns;
	claim_arm(claim, settings, now_ns);
}

#endif /* GARPD_CLAIM_CONFLICT_H */
