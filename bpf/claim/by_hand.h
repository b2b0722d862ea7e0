/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * by_hand.h - the claim machine when an operator says which guest has the address: a guest that
 * does not even probe. Part of claim.h.
 */
#ifndef GARPD_CLAIM_BY_HAND_H
#define GARPD_CLAIM_BY_HAND_H

#include "conflict.h"
#include "window.h"

/* Has another host just been heard that wants the address or uses it, or does it move too often? */
static __always_inline int claim_is_disputed(const struct claim *claim, __u64 now_ns)
{
	return claim_is_open(claim->state) || claim->state == CLAIM_FROZEN ||
	       claim_has_conflict(claim, now_ns);
}

/*
 * Opens a window for the guest in `heard`, which the policy allows, and which was not heard. It
 * ends at once: what follows is the same as when probes were heard, so the guest is asked, and is
 * announced when it answers. Refused while a window or a conflict is open: that is decided first.
 */
static __always_inline struct claim_step claim_make_by_hand(struct claim *claim,
							    const struct heard *heard,
							    const struct settings *settings,
							    __u64 now_ns)
{
	struct claim_step step = {.old_state = claim->state, .reason = COUNTER_claim_refused};

	if (claim_is_disputed(claim, now_ns))
		return step;
	/* Questions end ten minutes after it; a probe that now comes is no copy of one. */
	claim->last_probe_ns = now_ns - settings->duplicate_ns;
	claim->last_seen_ns = now_ns;
	claim_open_window(claim, heard, COUNTER_claim_by_hand, settings, &step, now_ns);
	claim->first_probe_ns = claim->last_probe_ns;
	claim->flags |= CLAIM_F_USED; /* which replaces probes */
	claim->window_end_ns = now_ns;
	claim_arm(claim, settings, now_ns);
	return step;
}

#endif /* GARPD_CLAIM_BY_HAND_H */
