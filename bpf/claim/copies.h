/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * copies.h - frames that are heard a second time: copies of a mirrored port, solicitations that are
 * looped back, garpd's own frames, and what comes back from an uplink. Part of claim.h.
 */
#ifndef GARPD_CLAIM_COPIES_H
#define GARPD_CLAIM_COPIES_H

#include "window.h"

/*
 * A mirrored port delivers each probe twice. A copy is a copy of the same host's last probe; a
 * probe of another host is a conflict, however soon it follows.
 */
static __always_inline int claim_probe_is_copy(const struct claim *claim, const __u8 *mac,
					       const struct settings *settings, __u64 now_ns)
{
	if (mac_equal(claim->mac, mac))
		return claim->probes && now_ns < claim->last_probe_ns + settings->duplicate_ns;
	return claim_is_open(claim->state) && mac_equal(claim->rival, mac) &&
	       claim->rival_probe_ns && now_ns < claim->rival_probe_ns + settings->duplicate_ns;
}

/* The guest's own solicitation, looped back with another MAC (RFC 7527). */
static __always_inline int claim_probe_is_looped(const struct claim *claim,
						 const struct frame *frame)
{
	const __u8 *ours = claim->nonce, *theirs = frame->nonce;

	return !mac_is_zero(ours) && mac_equal(ours, theirs) && !mac_equal(claim->mac, frame->mac);
}

/*
 * Is it garpd's own announcement or nudge? Generic XDP runs on re-injected frames and does not
 * see skb->mark; a guest does not send the same within duplicate_ns.
 */
static __always_inline int claim_is_echo(const struct claim *claim, const struct heard *heard,
					 const struct settings *settings, __u64 now_ns)
{
	__u64 sent_ns = heard->frame->to == FRAME_REQUEST ? claim->nudged_ns
							  : claim->announce_start_ns;

	if (!heard->markless || !sent_ns || now_ns >= sent_ns + settings->duplicate_ns)
		return 0;
	if (heard->frame->kind != FRAME_ANNOUNCEMENT && heard->frame->to != FRAME_REQUEST)
		return 0;
	return heard->port == claim->port && mac_equal(claim->mac, heard->frame->mac);
}

/*
 * Is it a frame of the guest, or garpd's own for it, that comes back from an uplink? A guest that
 * has moved to another machine is heard again later.
 */
static __always_inline int claim_comes_back(const struct claim *claim, const struct heard *heard,
					    const struct settings *settings, __u64 now_ns)
{
	__u64 sent_ns = claim->last_seen_ns;

	if (sent_ns < claim->announce_start_ns)
		sent_ns = claim->announce_start_ns;
	if (sent_ns < claim->nudged_ns)
		sent_ns = claim->nudged_ns;
	return heard->role == ROLE_UPLINK && !heard->is_told && port_has_guests(claim->role) &&
	       mac_equal(claim->mac, heard->frame->mac) && now_ns < sent_ns + settings->echo_ns;
}

#endif /* GARPD_CLAIM_COPIES_H */
