/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * hear.h - from a parsed frame to a step of its claim: which segment, which claim, which policy.
 * The same for every kind of hook.
 */
#ifndef GARPD_HEAR_H
#define GARPD_HEAR_H

#include "abi.h"
#include "claim.h"
#include "frame.h"
#include "listen.h"
#include "maps.h"
#include "outcome.h"
#include "policy.h"

/* May the hook that heard a frame send another one? XDP may not: it owes what is to be said. */
enum hook {
	HOOK_SPEAKS,
	HOOK_OWES,
};

/* What the maps say of a frame, and the step that its claim took. */
struct hearing {
	struct claim *claim;
	const struct settings *settings;
	struct outcome *outcome;
	__u64 now_ns;
};

static __always_inline const struct settings *settings_now(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&settings, &zero);
}

static __always_inline struct policy policy_of(const struct addr *addr, const __u8 *mac)
{
	struct prefix prefix = {.len = ADDR_BITS, .addr = *addr};

	return policy_judge(bpf_map_lookup_elem(&addresses, &prefix),
			    bpf_map_lookup_elem(&host, addr), mac);
}

/* The bridge's VLAN of the frame, DESIGN 8. 0, or -1: the bridge would not take it there. */
static __always_inline int vlan_of(const struct port *port, __u32 ifindex, const struct tags *tags,
				   struct claim_key *key)
{
	__u16 vid = tags->proto ? tags->tci & VLAN_VID : 0;
	__u16 inner_vid = tags->inner_proto ? tags->inner_tci & VLAN_VID : 0;
	const struct port_vlans *vlans;

	if (port->vlan_proto && tags->proto && tags->proto != port->vlan_proto) {
		/* A tag of another kind is payload to this bridge. */
		inner_vid = vid;
		vid = 0;
	}
	key->inner_vlan = inner_vid;
	key->vlan = vid;
	if (!port->vlan_proto)
		return 0;
	if (!vid)
		key->vlan = vid = port->pvid;
	vlans = bpf_map_lookup_elem(&port_vlans, &ifindex);
	if (!vid || !vlans || !(vlans->member[(vid >> 6) & 63] >> (vid & 63) & 1))
		return -1;
	return 0;
}

static __always_inline struct claim *claim_make(const struct claim_key *key)
{
	__u32 zero = 0;
	struct claim *claim = bpf_map_lookup_elem(&new_claim, &zero);

	if (!claim)
		return NULL;
	claim->key = *key; /* the rest is zero and stays so: nobody else writes here */
	/* Another CPU may have been first: then its claim is ours too. */
	bpf_map_update_elem(&claims, key, claim, BPF_NOEXIST);
	return bpf_map_lookup_elem(&claims, key);
}

/* The claim that the frame is about; a probe of a guest makes one. NULL, counted: none. */
static __always_inline struct claim *claim_of(const struct claim_key *key,
					      const struct frame *frame, __u32 role)
{
	struct claim *claim = bpf_map_lookup_elem(&claims, key);

	if (claim)
		return claim;
	if (frame->kind != FRAME_PROBE) {
		count(COUNTER_no_claim);
		return NULL;
	}
	if (!port_has_guests(role)) {
		count(COUNTER_probe_uplink);
		return NULL;
	}
	claim = claim_make(key);
	if (!claim)
		count(COUNTER_probe_no_room);
	return claim;
}

/* The claim machine. 0, or -1, counted: the claim was forgotten this very moment. */
static __always_inline int hear_claim(struct hearing *hearing, const struct heard *heard,
				      enum hook hook)
{
	struct outcome *outcome = hearing->outcome;
	struct claim *claim = hearing->claim;
	int ours;

	hearing->now_ns = bpf_ktime_get_ns();
	bpf_spin_lock(&claim->lock);
	ours = key_equal(&claim->key, &outcome->event.key);
	if (ours) {
		if (heard->frame->kind == FRAME_PROBE)
			outcome->step = claim_probe(claim, heard, hearing->settings,
						    hearing->now_ns);
		else
			outcome->step = claim_heard(claim, heard, hearing->settings,
						    hearing->now_ns);
		if (hook == HOOK_OWES && outcome->step.announce)
			claim_owe(claim, outcome->step.announce, hearing->now_ns);
		outcome_take(outcome, claim, hearing->now_ns);
	}
	bpf_spin_unlock(&claim->lock);
	if (!ours) {
		count(COUNTER_no_claim);
		return -1;
	}
	outcome->event.port = heard->port;
	__builtin_memcpy(outcome->event.mac, heard->frame->mac, MAC_LEN);
	/* Whoever is announced for a frame is its sender, on the port that it came from. */
	__builtin_memcpy(outcome->speech.mac, heard->frame->mac, MAC_LEN);
	outcome->speech.addr = outcome->event.key.addr;
	outcome->speech.port = heard->port;
	outcome->speech.form = hearing->settings->form;
	return 0;
}

/* The segment and the address. 0, or -1, counted: nothing comes of the frame there. */
static __always_inline int hear_where(struct outcome *outcome, __u32 ifindex,
				      const struct port *port)
{
	struct claim_key *key = &outcome->event.key;

	key->segment = port->segment;
	key->addr = outcome->frame.addr;
	if (!port->forwarding) {
		count(COUNTER_not_forwarding);
		return -1;
	}
	if (vlan_of(port, ifindex, &outcome->frame.tags, key)) {
		count(COUNTER_vlan_not_member);
		return -1;
	}
	return 0;
}

/* From where it was heard to the step of its claim. 0; -1, counted: there is none. */
static __always_inline int hear_step(struct outcome *outcome, __u32 ifindex,
				     const struct port *port, enum hook hook,
				     struct hearing *hearing)
{
	const struct frame *frame = &outcome->frame;
	struct heard heard = {
		.frame = frame,
		.port = ifindex,
		.role = port->role,
		.markless = hook == HOOK_OWES,
	};

	if (frame->kind == FRAME_PROBE && !hearing->settings->link_local &&
	    addr_is_link_local(&frame->addr)) {
		count(COUNTER_probe_link_local);
		return -1;
	}
	hearing->claim = claim_of(&outcome->event.key, frame, port->role);
	if (!hearing->claim)
		return -1;
	heard.policy = policy_of(&frame->addr, frame->mac);
	return hear_claim(hearing, &heard, hook);
}

/*
 * The frame of `outcome`, which says something about an address, was heard on a port: 0 when its
 * claim took a step, which the caller carries out; -1, counted, when there is none.
 */
static __always_inline int hear_frame(struct outcome *outcome, __u32 ifindex,
				      const struct port *port, enum hook hook,
				      struct hearing *hearing)
{
	hearing->outcome = outcome;
	hearing->settings = settings_now();
	if (!hearing->settings || hear_where(outcome, ifindex, port))
		return -1;
	outcome->placed = 1;
	return hear_step(outcome, ifindex, port, hook, hearing);
}

/*
 * What needs no claim, once everything else is done: who listens, who is alive. A global function,
 * which the verifier goes through by itself and not once for each way that leads here: what it
 * needs it finds in outcomes[OUTCOME_OF_FRAME]. 0.
 */
__noinline int hear_aside(__u32 role)
{
	struct outcome *outcome = outcome_of(OUTCOME_OF_FRAME);
	const struct settings *set = settings_now();

	/* Our own frame, met again, is no sign of its guest. */
	if (!outcome || !set || !outcome->placed || outcome->step.reason == COUNTER_own_frame)
		return 0;
	if (outcome->frame.to && set->nudge != NUDGE_NEVER)
		listen_frame(outcome, role);
	if (set->refresh_ns && port_has_guests(role) && !outcome->frame.relayed)
		seen_note(&outcome->frame, outcome->event.key.segment, bpf_ktime_get_ns());
	return 0;
}

#endif /* GARPD_HEAR_H */
