/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * on_sent.h - the claim machine once a step was carried out: the announcement was sent, or was
 * not, or has to wait; and what the daemon found then. Part of claim.h.
 */
#ifndef GARPD_CLAIM_ON_SENT_H
#define GARPD_CLAIM_ON_SENT_H

#include "state.h"

/* Another CPU may have changed the claim while the announcement failed: is it still wanted? */
static __always_inline int claim_can_defer(const struct claim *claim, enum announce announce,
					   const __u8 *mac)
{
	if (announce == ANNOUNCE_DEFENDER)
		return claim->state == CLAIM_CONFLICT && mac_equal(claim->rival, mac);
	if (!mac_equal(claim->mac, mac))
		return 0;
	if (claim->state == CLAIM_PROBING)
		return claim->flags & CLAIM_F_IMMEDIATE;
	return claim_is_certain(claim->state);
}

/*
 * What became of the announcement of the last step, which was of `mac`: another CPU may have given
 * the claim to somebody else since, and owe that one the same. One that the kernel could not queue
 * is owed and tried again in retry_ns, a few times, while it is wanted. The step says what is to be
 * counted.
 */
static __always_inline struct claim_step claim_record_sent(struct claim *claim,
							   enum announce announce, const __u8 *mac,
							   int sent,
							   const struct settings *settings,
							   __u64 now_ns)
{
	struct claim_step step = {.old_state = claim->state, .changed = 1};

	claim->changed_ns = now_ns;
	if (sent) {
		claim->announcements++;
		claim->last_announcement_ns = now_ns;
		claim->retries = 0;
		step.reason = COUNTER_announced;
		if (claim->flags & CLAIM_F_DEFERRED && mac_equal(claim_next_mac(claim), mac)) {
			/* An operator was quicker than the retry. */
			claim_clear_deferred(claim);
			claim_arm(claim, settings, now_ns);
		}
	} else if (!claim_can_defer(claim, announce, mac)) {
		claim->retries = 0;
		step.reason = COUNTER_announce_superseded;
	} else if (claim->retries < CLAIM_RETRIES) {
		claim->retries++;
		claim_defer(claim, announce, now_ns + settings->retry_ns);
		step.reason = COUNTER_announce_failed;
	} else {
		claim->retries = 0;
		step.reason = COUNTER_announce_lost;
	}
	return step;
}

/* The same announcement waits for its turn until at_ns, `queued` says for which. */
static __always_inline struct claim_step claim_queue(struct claim *claim, enum announce announce,
						     const __u8 *mac, __u8 queued, __u64 at_ns,
						     __u64 now_ns)
{
	struct claim_step step = {.old_state = claim->state, .changed = 1};

	claim->changed_ns = now_ns;
	step.reason = COUNTER_announce_superseded;
	if (!claim_can_defer(claim, announce, mac))
		return step;
	claim_defer(claim, announce, at_ns);
	claim->queued = queued;
	step.reason = COUNTER_announce_over_limit;
	return step;
}

/* The daemon has looked at the host's own neighbour entry after an announcement. */
static __always_inline void claim_note_host(struct claim *claim, int followed, __u64 now_ns)
{
	claim->refreshed += followed;
	claim->changed_ns = now_ns;
}

#endif /* GARPD_CLAIM_ON_SENT_H */
