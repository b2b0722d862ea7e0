/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * on_frame.h - the claim machine when a frame is heard: a probe, or ARP and ND of a host that
 * uses the address. Part of claim.h.
 */
#ifndef GARPD_CLAIM_ON_FRAME_H
#define GARPD_CLAIM_ON_FRAME_H

#include "conflict.h"
#include "copies.h"
#include "on_deadline.h"

/* Denies the probe. It does not disturb an existing claim of another guest. */
static __always_inline void claim_deny(struct claim *claim, const struct heard *heard,
				       const struct settings *settings, struct claim_step *step,
				       __u64 now_ns)
{
	step->reason = heard->policy.denied;
	if (claim->state != CLAIM_NONE && claim->state != CLAIM_DENIED)
		return;
	if (!claim->first_probe_ns)
		claim->first_probe_ns = now_ns;
	claim_count_probe(claim, now_ns);
	claim_take_guest(claim, heard);
	claim_edge(claim, CLAIM_DENIED, heard->policy.denied, step, now_ns);
	claim_arm(claim, settings, now_ns);
}

/*
 * A probe in an open window, whose last probe was at before_ns: of its guest, of another MAC, or
 * of the one that lost the window. The same MAC on another port is another prober.
 */
static __always_inline void claim_hear_probe_again(struct claim *claim, const struct heard *heard,
						   __u64 before_ns, const struct settings *settings,
						   struct claim_step *step, __u64 now_ns)
{
	const __u8 *mac = heard->frame->mac;
	struct tags older_tags = claim->tags;
	__u32 older_port = claim->port;
	int same_mac = mac_equal(claim->mac, mac);
	enum counter why = same_mac ? COUNTER_conflict_elsewhere : COUNTER_conflict_probe;
	__u8 older[MAC_LEN];

	if (same_mac && claim_is_here(claim, heard))
		return claim_continue_window(claim, heard, before_ns, settings, step, now_ns);
	if (claim_fails_both(claim, settings) && claim->state == CLAIM_PROBING &&
	    now_ns < claim->window_end_ns)
		return claim_contradict(claim, heard, why, settings, step, now_ns);
	if (claim_is_contested(claim, mac, settings, now_ns))
		return claim_contest(claim, heard, why, before_ns, settings, step, now_ns);
	claim_copy_mac(older, claim->mac);
	claim_open_window(claim, heard, COUNTER_rival_probe, settings, step, now_ns);
	claim_note_rival(claim, older, older_port, &older_tags);
	claim->rival_probe_ns = before_ns;
}

/* A probe on an uplink is announced by another machine; here it contradicts or raises doubt. */
static __always_inline void claim_hear_uplink_probe(struct claim *claim, const struct heard *heard,
						    const struct settings *settings,
						    struct claim_step *step, __u64 now_ns)
{
	step->reason = COUNTER_probe_uplink;
	if (claim_comes_back(claim, heard, settings, now_ns))
		step->reason = COUNTER_came_back;
	if (mac_equal(claim->mac, heard->frame->mac))
		return;
	claim_doubt_owner(claim, settings, step, now_ns);
	if (claim_is_open(claim->state) || claim_has_conflict(claim, now_ns))
		claim_contradict(claim, heard, COUNTER_conflict_probe, settings, step, now_ns);
}

/* Hears a FRAME_PROBE. The claim may be new: CLAIM_NONE, all zero except its key. */
static __always_inline struct claim_step claim_hear_probe(struct claim *claim,
							  const struct heard *heard,
							  const struct settings *settings,
							  __u64 now_ns)
{
	struct claim_step step = {.old_state = claim->state};
	__u64 before_ns = claim->last_probe_ns;

	if (claim_probe_is_looped(claim, heard->frame)) {
		step.reason = COUNTER_probe_looped;
		return step;
	}
	if (!port_has_guests(heard->role)) {
		claim_hear_uplink_probe(claim, heard, settings, &step, now_ns);
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
	claim_count_probe(claim, now_ns);
	if (claim->state == CLAIM_FROZEN && now_ns < claim->due_ns) {
		claim_doubt(claim);
		claim_edge(claim, CLAIM_FROZEN, COUNTER_frozen_probe, &step, now_ns);
		claim_arm(claim, settings, now_ns);
	} else if (claim_is_probed_in_conflict(claim, heard, before_ns, settings, now_ns)) {
		claim_hear_probe_in_conflict(claim, heard, before_ns, settings, &step, now_ns);
	} else if (claim_is_open(claim->state)) {
		claim_hear_probe_again(claim, heard, before_ns, settings, &step, now_ns);
	} else {
		if (claim->state == CLAIM_FROZEN) /* it was quiet long enough */
			claim->recent_moves = 0;
		claim_open_window(claim, heard, COUNTER_window_opened, settings, &step, now_ns);
	}
	return step;
}

/* The MAC of the claim's guest uses the address on two guest ports. */
static __always_inline void claim_hear_elsewhere(struct claim *claim, const struct heard *heard,
						 const struct settings *settings,
						 struct claim_step *step, __u64 now_ns)
{
	step->reason = COUNTER_seen_elsewhere;
	claim_doubt(claim);
	/* After an announcement this may be the announcement itself, reflected. */
	if (claim_is_open(claim->state) && !(claim->flags & CLAIM_F_IMMEDIATE))
		claim_contradict(claim, heard, COUNTER_conflict_elsewhere, settings, step, now_ns);
}

/* The owner may have moved to or from another machine without a probe. */
static __always_inline void claim_follow_owner(struct claim *claim, const struct heard *heard,
					       __u64 now_ns)
{
	if (claim->port != heard->port)
		claim->changed_ns = now_ns;
	claim_take_guest(claim, heard);
	claim_set_owner_port(claim);
}

/* What waited for the guest's answer is done now, with this very frame. */
static __always_inline void claim_take_answer(struct claim *claim, const struct heard *heard,
					      const struct settings *settings,
					      struct claim_step *step, __u64 now_ns)
{
	struct claim_next next = {.live_port = heard->port, .policy = heard->policy};

	claim_stop_asking(claim);
	if (!claim_is_certain(claim->state))
		claim_start_announcing(claim, COUNTER_answered, settings, step, now_ns);
	else if (now_ns >= claim->due_ns)
		claim_run_state(claim, &next, settings, step, now_ns);
	claim_set_deadline(claim);
}

/* The guest answers the question, or uses the address. */
static __always_inline void claim_hear_answer(struct claim *claim, const struct heard *heard,
					      const struct settings *settings,
					      struct claim_step *step, __u64 now_ns)
{
	if (claim_is_answered_too_soon(claim))
		return;
	step->reason = COUNTER_answered_again;
	step->changed = 1;
	/* It may use the address before a question has left: its port does not forward. */
	if (claim->questions)
		step->answered = claim->answered_to = claim->asked_as;
	claim_take_guest(claim, heard);
	if (!claim_is_certain(claim->state) && claim->flags & CLAIM_F_DOUBTED)
		claim_ask_twice(claim, step, now_ns);
	else
		claim_take_answer(claim, heard, settings, step, now_ns);
}

/* Does the guest say on its own port that it has the address, for good? */
static __always_inline int claim_is_answer(const struct claim *claim, const struct heard *heard)
{
	/* A deferred announcement of a defender waits for the defender's answer. */
	return claim_is_here(claim, heard) && port_has_guests(heard->role) &&
	       !heard->frame->tentative && !(claim->flags & CLAIM_F_DEFENDER);
}

/* Hears a frame of the claim's own guest. */
static __always_inline void claim_hear_guest(struct claim *claim, const struct heard *heard,
					     const struct settings *settings,
					     struct claim_step *step, __u64 now_ns)
{
	int announces = heard->frame->kind == FRAME_ANNOUNCEMENT;
	int pending = claim_is_open(claim->state) || claim->state == CLAIM_ANNOUNCING ||
		      claim->state == CLAIM_UNANSWERED;
	int answers = claim_is_answer(claim, heard);

	step->reason = COUNTER_seen;
	/* A relayed frame, perhaps of another garpd, has no effect: the guest did not send it. */
	if (heard->frame->relayed)
		return;
	/*
	 * Nor has one from a port where the guest may not be: another host replays its
	 * announcement.
	 */
	if (heard->policy.denied && claim->state != CLAIM_DENIED) {
		step->reason = heard->policy.denied;
		return;
	}
	if (claim_is_elsewhere(claim, heard)) {
		claim_hear_elsewhere(claim, heard, settings, step, now_ns);
		return;
	}
	claim->last_seen_ns = now_ns;
	/* Before it is announced two answers clear a doubt, and its using the address does not. */
	if (!claim_is_open(claim->state) && claim->state != CLAIM_UNANSWERED)
		claim->flags &= ~CLAIM_F_DOUBTED;
	if (claim->state == CLAIM_DENIED)
		return;
	if (answers)
		claim->answered_ns = now_ns;
	if (claim->state == CLAIM_OWNED) {
		claim_follow_owner(claim, heard, now_ns);
		claim->self_announced += announces;
		if (answers && claim_is_asked(claim))
			claim_hear_answer(claim, heard, settings, step, now_ns);
		return;
	}
	/* An echo from the uplink does not show what the guest does. */
	if (pending && !port_has_guests(heard->role))
		return;
	if ((pending || claim->state == CLAIM_CONFLICT) && announces &&
	    (!claim_has_conflict(claim, now_ns) || claim_is_alone(claim))) {
		claim_take_guest(claim, heard);
		claim_settle(claim, settings, step, now_ns);
	} else if (answers && claim_is_asked(claim)) {
		claim_hear_answer(claim, heard, settings, step, now_ns);
	} else if (claim->state == CLAIM_PROBING && !(claim->flags & CLAIM_F_USED)) {
		/*
		 * It uses the address already. That replaces missing probes but does not end the
		 * window: Windows 7 does so in 10 of 11 captured sequences, goes on probing, and
		 * then announces itself.
		 */
		claim_take_guest(claim, heard);
		claim->flags |= CLAIM_F_USED;
		claim_edge(claim, CLAIM_PROBING, COUNTER_window_used, step, now_ns);
	}
}

/* Does the host object again whose announcement is deferred, on its own port? */
static __always_inline int claim_is_defended(const struct claim *claim, const struct heard *heard)
{
	return claim->flags & CLAIM_F_DEFENDER && mac_equal(claim->rival, heard->frame->mac) &&
	       claim->rival_port == heard->port && heard->policy.declared &&
	       !heard->policy.denied && !heard->frame->relayed &&
	       heard->frame->kind == FRAME_ASSERTION;
}

/* Its objection is its answer: if it was asked, it is announced with this very frame. */
static __always_inline void claim_hear_defender(struct claim *claim, const struct heard *heard,
						const struct settings *settings,
						struct claim_step *step, __u64 now_ns)
{
	claim->answered_ns = now_ns;
	claim_prolong_conflict(claim, settings, now_ns);
	if (!claim_is_asked(claim))
		return;
	step->answered = claim->asked_as;
	step->reason = COUNTER_defended;
	step->changed = 1;
	step->queued = claim->queued;
	claim_stop_asking(claim);
	claim_clear_deferred(claim);
	claim_announce(claim, ANNOUNCE_DEFENDER, settings, step, now_ns);
	claim_arm(claim, settings, now_ns);
}

/*
 * Can the guest have heard the frame? Of one whose VLAN is not known only if it is to the guest: in
 * each network on a bridge another host may have the same address.
 */
static __always_inline int claim_guest_hears(const struct claim *claim, const struct heard *heard)
{
	return heard->any_vlan ? mac_equal(heard->frame->to_mac, claim->mac)
			       : frame_reaches(heard->frame, claim->mac);
}

/*
 * An objection is a frame that the guest can have heard: with a reply to a third host, as a router
 * gives it by proxy ARP, the guest still gets the address. But the owner may have lived to say so,
 * and its reply to the guest may have passed garpd by: doubt, which the guest resolves. Where it
 * can't be asked such a frame is a conflict, since silence is the safer error.
 */
static __always_inline int claim_is_only_doubted(const struct claim *claim,
						 const struct heard *heard,
						 const struct settings *settings, __u64 now_ns)
{
	int pending = claim_is_open(claim->state) || claim->state == CLAIM_ANNOUNCING ||
		      claim->state == CLAIM_UNANSWERED || claim_has_conflict(claim, now_ns);

	return pending && settings->ask && !settings->observe && !claim_guest_hears(claim, heard) &&
	       !claim_is_former_answer(claim, heard);
}

/*
 * Did the owner lose the address to the host that announces it? Not while its own announcements are
 * being sent: then both claim to have it. EVPN, though, tells of the later of two moves (RFC 7432
 * 15), whatever garpd still has to say for the former owner, which may be dead since.
 */
static __always_inline int claim_is_taken_over(const struct claim *claim, const struct heard *heard)
{
	return claim->state == CLAIM_OWNED || claim->state == CLAIM_CONFLICT ||
	       claim->state == CLAIM_UNANSWERED ||
	       (claim->state == CLAIM_ANNOUNCING && heard->is_told);
}

/* Hears a frame of another host. */
static __always_inline void claim_hear_other(struct claim *claim, const struct heard *heard,
					     const struct settings *settings,
					     struct claim_step *step, __u64 now_ns)
{
	/* A host that may not have the address can contradict a claim, but not take it. */
	int announces = heard->frame->kind == FRAME_ANNOUNCEMENT && !heard->policy.denied;

	/* The host's filters are expected to repeat the rule, so the guest does not hear it. */
	if (heard->policy.ruled_out) {
		step->reason = COUNTER_other_ruled_out;
		return;
	}
	step->reason = COUNTER_other_seen;
	claim_doubt(claim);
	if (claim_is_defended(claim, heard)) {
		claim_hear_defender(claim, heard, settings, step, now_ns);
	} else if (claim_is_only_doubted(claim, heard, settings, now_ns)) {
		step->reason = COUNTER_other_doubted;
	} else if (claim_is_open(claim->state) ||
		   ((claim->state == CLAIM_ANNOUNCING || claim->state == CLAIM_UNANSWERED) &&
		    !(announces && claim_is_taken_over(claim, heard)))) {
		claim_contradict_by_assertion(claim, heard, settings, step, now_ns);
	} else if (claim_has_conflict(claim, now_ns)) {
		claim_prolong_conflict(claim, settings, now_ns);
	} else if (claim->state == CLAIM_FROZEN && announces) {
		claim_arm(claim, settings, now_ns);
	} else if (announces && claim_is_taken_over(claim, heard)) {
		/* It took the address over and announced itself, or kept it from a silent guest. */
		claim_take_guest(claim, heard);
		claim->last_seen_ns = now_ns;
		claim_settle(claim, settings, step, now_ns);
	} else {
		claim_doubt_owner(claim, settings, step, now_ns);
	}
}

/*
 * Hears an objection that is no assertion: it contradicts, and raises doubt, as any frame of
 * another host does. The guest's own is no sign of it: it says nothing that caches take.
 */
static __always_inline void claim_hear_objection(struct claim *claim, const struct heard *heard,
						 const struct settings *settings,
						 struct claim_step *step, __u64 now_ns)
{
	if (!mac_equal(claim->mac, heard->frame->mac))
		claim_hear_other(claim, heard, settings, step, now_ns);
	else if (claim_is_elsewhere(claim, heard))
		claim_hear_elsewhere(claim, heard, settings, step, now_ns);
	else
		step->reason = COUNTER_own_objection;
}

/*
 * Hears a FRAME_ANNOUNCEMENT, FRAME_ASSERTION or FRAME_OBJECTION about the claim's address, on any
 * port.
 */
static __always_inline struct claim_step claim_hear_assertion(struct claim *claim,
							      const struct heard *heard,
							      const struct settings *settings,
							      __u64 now_ns)
{
	struct claim_step step = {.old_state = claim->state};

	if (claim_is_echo(claim, heard, settings, now_ns))
		step.reason = COUNTER_own_frame;
	else if (claim_comes_back(claim, heard, settings, now_ns))
		step.reason = COUNTER_came_back;
	else if (heard->frame->kind == FRAME_OBJECTION)
		claim_hear_objection(claim, heard, settings, &step, now_ns);
	else if (mac_equal(claim->mac, heard->frame->mac))
		claim_hear_guest(claim, heard, settings, &step, now_ns);
	else
		claim_hear_other(claim, heard, settings, &step, now_ns);
	return step;
}

#endif /* GARPD_CLAIM_ON_FRAME_H */
