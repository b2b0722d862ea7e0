/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * window.h - how a guest gets an address: the window, and the former owner. Part of claim.h.
 */
#ifndef GARPD_CLAIM_WINDOW_H
#define GARPD_CLAIM_WINDOW_H

#include "state.h"

/* ---- owners and moves ---- */

/*
 * Makes the claim's guest the owner. Returns 1 if the address moved; more than max_moves moves
 * in moves_ns freeze the claim (counted from the first move on, as FRR counts mobility).
 */
static __always_inline int claim_set_owner(struct claim *claim, const struct settings *settings,
					   __u64 now_ns)
{
	int moved = !mac_is_zero(claim->owner) && !mac_equal(claim->owner, claim->mac);

	claim_copy_mac(claim->owner, claim->mac);
	claim_set_owner_port(claim);
	claim->flags &= ~CLAIM_F_DOUBTED;
	if (!moved)
		return 0;
	claim->moves++;
	if (!claim->recent_moves || now_ns > claim->recent_since_ns + settings->moves_ns) {
		claim->recent_moves = 0;
		claim->recent_since_ns = now_ns;
	}
	claim->recent_moves++;
	return 1;
}

static __always_inline int claim_is_flapping(const struct claim *claim,
					     const struct settings *settings)
{
	return claim->recent_moves > settings->max_moves;
}

/* The guest has the address: announce it in announce_num slots, or freeze the claim. */
static __always_inline void claim_start_announcing(struct claim *claim, enum counter reason,
						   const struct settings *settings,
						   struct claim_step *step, __u64 now_ns)
{
	step->moved = claim_set_owner(claim, settings, now_ns);
	claim->window_announcements = 1;
	claim_begin_announcing(claim, now_ns);
	if (step->moved && claim_is_flapping(claim, settings)) {
		claim_edge(claim, CLAIM_FROZEN, COUNTER_frozen, step, now_ns);
	} else if (settings->observe) {
		claim->flags |= CLAIM_F_OBSERVED;
		claim_edge(claim, CLAIM_OWNED, COUNTER_observed, step, now_ns);
	} else {
		claim_edge(claim, settings->announce_num > 1 ? CLAIM_ANNOUNCING : CLAIM_OWNED,
			   reason, step, now_ns);
		claim_announce(claim, ANNOUNCE_GUEST, settings, step, now_ns);
		claim_start_nudging(claim, settings, now_ns);
	}
	claim_arm(claim, settings, now_ns);
}

/* The guest announced itself: nothing is sent. */
static __always_inline void claim_settle(struct claim *claim, const struct settings *settings,
					 struct claim_step *step, __u64 now_ns)
{
	claim->self_announced++;
	claim_clear_deferred(claim);
	claim_stop_asking(claim);
	claim->is_timed = 0;
	claim->flags &= ~CLAIM_F_OBSERVED;
	claim->retries = 0;
	step->moved = claim_set_owner(claim, settings, now_ns);
	if (step->moved)
		claim_stop_nudging(claim); /* the nudges of the former owner */
	if (!claim->nudge_ns)
		claim_begin_announcing(claim, now_ns);
	if (step->moved && claim_is_flapping(claim, settings)) {
		claim_edge(claim, CLAIM_FROZEN, COUNTER_frozen, step, now_ns);
	} else {
		claim_edge(claim, CLAIM_OWNED, COUNTER_self_announced, step, now_ns);
		if (settings->nudge == NUDGE_ALWAYS && !claim->nudge_ns)
			claim_start_nudging(claim, settings, now_ns);
	}
	claim_arm(claim, settings, now_ns);
}

/* ---- windows ---- */

/*
 * Did the probes come one second apart, as Windows sends them? Then the window is one second
 * shorter.
 */
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
 * Sets the end of the window after the probe just counted. The grace waits for a guest that
 * announces itself; a declared address needs none, but before min_probes the grace also covers a
 * next probe as late as PROBE_MAX. In IPv6 the number of probes is not known, so each may be the
 * last, and the grace covers the next.
 */
static __always_inline void claim_set_window(struct claim *claim, const struct settings *settings)
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
	claim->window_end_ns = claim->last_probe_ns + wait_ns + grace_ns;
}

static __always_inline void claim_open_window(struct claim *claim, const struct heard *heard,
					      enum counter reason, const struct settings *settings,
					      struct claim_step *step, __u64 now_ns)
{
	if (!mac_equal(claim->mac, heard->frame->mac))
		claim->answered_to = ASKER_NONE;
	claim_take_prober(claim, heard);
	__builtin_memset(claim->rival, 0, MAC_LEN);
	__builtin_memset(&claim->rival_tags, 0, sizeof(claim->rival_tags));
	claim->rival_port = 0;
	claim->rival_probe_ns = 0;
	claim_clear_deferred(claim);
	claim->flags = heard->policy.declared ? CLAIM_F_DECLARED : 0;
	claim->retries = 0;
	claim->window_probes = 1;
	claim->window_announcements = 0;
	claim->answered_ns = 0;
	claim->probe_gap_ns = 0;
	claim->first_probe_ns = now_ns;
	claim_set_window(claim, settings);
	if (heard->policy.immediate) {
		claim->flags |= CLAIM_F_IMMEDIATE;
		reason = COUNTER_immediate;
		claim_announce(claim, ANNOUNCE_GUEST, settings, step, now_ns);
	}
	claim_edge(claim, CLAIM_PROBING, reason, step, now_ns);
	claim_arm(claim, settings, now_ns);
}

/* One more probe of the window; the one before was at before_ns. */
static __always_inline void claim_add_probe(struct claim *claim, __u64 before_ns,
					    const struct settings *settings, __u64 now_ns)
{
	__u64 gap_ns = now_ns > before_ns ? now_ns - before_ns : 0;
	__u64 off_ns = gap_ns > settings->steady_gap_ns ? gap_ns - settings->steady_gap_ns
							: settings->steady_gap_ns - gap_ns;

	if (off_ns > settings->steady_tolerance_ns)
		claim->flags |= CLAIM_F_UNSTEADY;
	if (gap_ns > claim->probe_gap_ns)
		claim->probe_gap_ns = gap_ns;
	claim->window_probes++;
}

/* The guest's last probe was at before_ns; this one is later and not a copy. */
static __always_inline void claim_continue_window(struct claim *claim, const struct heard *heard,
						  __u64 before_ns, const struct settings *settings,
						  struct claim_step *step, __u64 now_ns)
{
	claim_take_prober(claim, heard);
	claim_add_probe(claim, before_ns, settings, now_ns);
	claim_set_window(claim, settings);
	claim_edge(claim, CLAIM_PROBING, COUNTER_window_continued, step, now_ns);
	claim_arm(claim, settings, now_ns);
}

/*
 * The attempt failed: the claim goes back to its last owner, or is deleted. The prober may have
 * the address all the same, so the owner is in doubt until it uses the address.
 */
static __always_inline void claim_lapse(struct claim *claim, const struct settings *settings,
					struct claim_step *step, __u64 now_ns)
{
	if (mac_is_zero(claim->owner)) {
		claim_forget(claim, COUNTER_lapsed, step, now_ns);
		return;
	}
	claim_copy_mac(claim->mac, claim->owner);
	claim->port = claim->owner_port;
	claim->role = claim->owner_role;
	claim->tags = claim->owner_tags;
	claim->is_timed = 0;
	claim_doubt(claim);
	claim_edge(claim, CLAIM_OWNED, COUNTER_lapsed, step, now_ns);
	claim_arm(claim, settings, now_ns);
}

/* Does a guest want the address that has not been announced for it, or only at its first probe? */
static __always_inline int claim_is_open(__u32 state)
{
	return state == CLAIM_PROBING || state == CLAIM_ASKING;
}

#endif /* GARPD_CLAIM_WINDOW_H */
