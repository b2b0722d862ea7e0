/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * without_vlan.h - what a claim makes of frames whose VLAN is not known. Part of claim.h.
 */
#ifndef GARPD_CLAIM_WITHOUT_VLAN_H
#define GARPD_CLAIM_WITHOUT_VLAN_H

#include "on_frame.h"

static __always_inline void claim_hear_probe_without_vlan(struct claim *claim,
							  const struct heard *heard,
							  const struct settings *settings,
							  struct claim_step *step, __u64 now_ns)
{
	if (mac_equal(claim->mac, heard->frame->mac) ||
	    !claim_is_only_doubted(claim, heard, settings, now_ns))
		return claim_hear_uplink_probe(claim, heard, settings, step, now_ns);
	claim_doubt(claim);
	step->reason = COUNTER_other_doubted;
}

/*
 * Hears a FRAME_PROBE or FRAME_OBJECTION that came in without a known VLAN, as on an uplink. Its
 * sender may be in another VLAN than the claim, so it never becomes the owner, and only raises
 * doubt where the guest is asked, unless the frame is to the guest.
 */
static __always_inline struct claim_step claim_hear_without_vlan(struct claim *claim,
								 const struct heard *heard,
								 const struct settings *settings,
								 __u64 now_ns)
{
	struct claim_step step = {.old_state = claim->state};

	if (heard->frame->kind != FRAME_PROBE && claim_comes_back(claim, heard, settings, now_ns))
		step.reason = COUNTER_came_back;
	else if (heard->frame->kind != FRAME_PROBE)
		claim_hear_objection(claim, heard, settings, &step, now_ns);
	else if (claim_probe_is_looped(claim, heard->frame))
		step.reason = COUNTER_probe_looped;
	else if (heard->policy.ruled_out) /* as an objection, and as the probe in its own VLAN */
		step.reason = COUNTER_other_ruled_out;
	else
		claim_hear_probe_without_vlan(claim, heard, settings, &step, now_ns);
	return step;
}

#endif /* GARPD_CLAIM_WITHOUT_VLAN_H */
