/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * on_sent.h - the claim machine after a step was carried out: the announcement was sent, failed,
 * or is rate-limited; and the state of the host's own entry. Part of claim.h.
 */
#ifndef GARPD_CLAIM_ON_SENT_H
#define GARPD_CLAIM_ON_SENT_H

#include "state.h"

/* The announcement of the last step: whose, and the port that it entered by, or was to enter by. */
struct said {
	enum announce announce;
	const __u8 *mac;
	__u32 port;
};

/*
 * Is the announcement still valid? Another CPU may have changed the claim meanwhile. A defender
 * that has been heard on another port since is not announced on the old one, nor on the new one.
 */
static __always_inline int claim_can_defer(const struct claim *claim, const struct said *said)
{
	if (said->announce == ANNOUNCE_DEFENDER)
		return claim->state == CLAIM_CONFLICT && claim->rival_port == said->port &&
		       mac_equal(claim->rival, said->mac);
	if (!mac_equal(claim->mac, said->mac))
		return 0;
	if (claim->state == CLAIM_PROBING)
		return claim->flags & CLAIM_F_IMMEDIATE;
	return claim_is_certain(claim->state);
}

/* Was the announcement of the last step one of the claim's guest? */
static __always_inline int said_is_of_guest(const struct said *said, const struct claim *claim)
{
	return said->announce == ANNOUNCE_GUEST && mac_equal(claim->mac, said->mac);
}

/*
 * How long after the window's end the guest is announced, or HISTOGRAM_NOTHING: the announcement
 * of the last step is not the first since then. Before claim_record_sent(), which ends the time.
 */
static __always_inline __u64 claim_waited_ns(const struct claim *claim, const struct said *said,
					     __u64 now_ns)
{
	if (!claim->is_timed || !said_is_of_guest(said, claim))
		return HISTOGRAM_NOTHING;
	return now_ns > claim->window_end_ns ? now_ns - claim->window_end_ns : 0;
}

/*
 * Records whether the announcement of the last step was sent; the claim may be about another MAC
 * by now. If the kernel could not queue it, it is deferred and retried after retry_ns,
 * CLAIM_RETRIES times, while it is valid. The returned step has the counter.
 */
static __always_inline struct claim_step claim_record_sent(struct claim *claim,
							   const struct said *said, int sent,
							   const struct settings *settings,
							   __u64 now_ns)
{
	struct claim_step step = {.old_state = claim->state, .changed = 1};

	claim->changed_ns = now_ns;
	if (sent) {
		claim->announcements++;
		claim->last_announcement_ns = now_ns;
		claim->retries = 0;
		if (said_is_of_guest(said, claim))
			claim->is_timed = 0;
		step.reason = COUNTER_announced;
		if (claim->flags & CLAIM_F_DEFERRED &&
		    mac_equal(claim_next_mac(claim), said->mac)) {
			/* An operator's announcement came before the retry. */
			claim_clear_deferred(claim);
			claim_arm(claim, settings, now_ns);
		}
	} else if (!claim_can_defer(claim, said)) {
		claim->retries = 0;
		step.reason = COUNTER_announce_superseded;
	} else if (claim->retries < CLAIM_RETRIES) {
		claim->retries++;
		claim_defer(claim, said->announce, now_ns + settings->retry_ns);
		step.reason = COUNTER_announce_failed;
	} else {
		claim->retries = 0;
		step.reason = COUNTER_announce_lost;
	}
	return step;
}

/* Defers the announcement of the last step until at_ns, for the limits in `queued`. */
static __always_inline struct claim_step claim_queue(struct claim *claim, const struct said *said,
						     __u8 queued, __u64 at_ns, __u64 now_ns)
{
	struct claim_step step = {.old_state = claim->state, .changed = 1};

	claim->changed_ns = now_ns;
	step.reason = COUNTER_announce_superseded;
	if (!claim_can_defer(claim, said))
		return step;
	claim_defer(claim, said->announce, at_ns);
	claim->queued = queued;
	step.reason = COUNTER_announce_over_limit;
	return step;
}

/* Records the state of the host's own neighbour entry after an announcement. */
static __always_inline void claim_note_host(struct claim *claim, int followed, __u64 now_ns)
{
	claim->refreshed += followed;
	claim->changed_ns = now_ns;
}

#endif /* GARPD_CLAIM_ON_SENT_H */
