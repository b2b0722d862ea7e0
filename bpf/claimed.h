/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * claimed.h - frames whose VLAN is not known: they come in by a tunnel of Open vSwitch, or from
 * behind flows of a controller. They concern the claims for their address in every VLAN of the
 * segment, which the map `claimed` lists.
 */
#ifndef GARPD_CLAIMED_H
#define GARPD_CLAIMED_H

#include "bpf/abi/abi.h"
#include "bpf/claim/claim.h"
#include "guard.h"
#include "maps.h"
#include "outcome.h"

/*
 * The element of outcome->claimed_key at that place; outcome->claimed_there is the key of its claim
 * then. NULL: the place is free.
 */
static __always_inline const struct claimed *claimed_at(struct outcome *outcome, __u32 place)
{
	struct claim_key *there = &outcome->claimed_there;
	const struct claimed *element;

	outcome->claimed_key.place = place;
	element = bpf_map_lookup_elem(&claimed, &outcome->claimed_key);
	if (!element)
		return NULL;
	there->segment = outcome->claimed_key.segment;
	there->vlan = element->vlan;
	there->inner_vlan = element->inner_vlan;
	there->addr = outcome->claimed_key.addr;
	return element;
}

/* ---- a probe: the VLAN of its claim is listed ---- */

static __always_inline int claimed_has(struct outcome *outcome)
{
	const struct claimed *wanted = &outcome->claimed, *there;
	__u32 place;

	for (place = 0; place < CLAIMED_VLANS; place++) {
		there = claimed_at(outcome, place);
		if (there && there->vlan == wanted->vlan && there->inner_vlan == wanted->inner_vlan)
			return 1;
	}
	return 0;
}

/* Takes the first place that is free, or whose claim is gone. */
static __always_inline int claimed_add(struct outcome *outcome)
{
	__u32 place;

	for (place = 0; place < CLAIMED_VLANS; place++) {
		if (claimed_at(outcome, place)) {
			if (bpf_map_lookup_elem(&claims, &outcome->claimed_there))
				continue;
			bpf_map_delete_elem(&claimed, &outcome->claimed_key);
		}
		if (!bpf_map_update_elem(&claimed, &outcome->claimed_key, &outcome->claimed,
					 BPF_NOEXIST))
			return 1;
	}
	return 0;
}

/*
 * Lists the VLAN of the outcome's event; in every segment, for a port without a VLAN may come any
 * time. Returns 0 if there is one and no place: its objections would not find the claim. A global
 * function, as hear_passive().
 */
__noinline int claimed_note(__u32 of)
{
	struct outcome *outcome = outcome_of(of);
	const struct segment *segment;

	if (!outcome)
		return 0;
	outcome->claimed_key.segment = outcome->event.key.segment;
	outcome->claimed_key.addr = outcome->event.key.addr;
	outcome->claimed.vlan = outcome->event.key.vlan;
	outcome->claimed.inner_vlan = outcome->event.key.inner_vlan;
	if (claimed_has(outcome) || claimed_add(outcome))
		return 1;
	segment = bpf_map_lookup_elem(&segments, &outcome->event.key.segment);
	return !segment || !segment->any;
}

/*
 * May a claim be made that such an objection does not find? As where a port is not heard
 * (GUARD_UNHEARD): if its guest is asked, which has heard the objection itself. Else whoever has
 * the address in eight VLANs, or behind eight tags, would silence it in all others.
 */
static __always_inline int claimed_may_be_missed(const struct port *port,
						 const struct settings *settings)
{
	return settings->ask && !(port->guards & GUARD_DEAF);
}

/* ---- a frame without a VLAN ---- */

/* Those of the segment, as the port of its claims has them. */
static __always_inline const struct settings *claimed_settings(const struct claim *claim)
{
	__u32 ifindex = claim->port;
	const struct port *port = bpf_map_lookup_elem(&ports, &ifindex);

	return port ? settings_at(port->settings) : settings_now();
}

/*
 * The claim at that place of outcomes[OUTCOME_OF_FRAME].claimed_key hears the frame, of an uplink
 * whatever its port is. A global function, as hear_passive(). Returns 0.
 */
__noinline int claimed_hear_one(__u32 ifindex, __u32 place)
{
	struct outcome *outcome = outcome_new(OUTCOME_OF_FRAME);
	const struct port *port = bpf_map_lookup_elem(&ports, &ifindex);
	const struct settings *settings;
	struct heard heard = {.port = ifindex, .role = ROLE_UPLINK, .any_vlan = 1};
	struct claim *claim;
	__u64 now_ns;

	if (!outcome || !port || !claimed_at(outcome, place))
		return 0;
	claim = bpf_map_lookup_elem(&claims, &outcome->claimed_there);
	settings = claim ? claimed_settings(claim) : NULL;
	if (!settings)
		return 0;
	outcome->event.key = outcome->claimed_there;
	outcome->event.port = ifindex;
	__builtin_memcpy(outcome->event.mac, outcome->frame.mac, MAC_LEN);
	heard.frame = &outcome->frame;
	heard.policy = guard_judge(&outcome->guard_work, &outcome->event.key, outcome->frame.mac,
				   port);
	outcome->step.reason = COUNTER_no_claim;
	now_ns = bpf_ktime_get_ns();
	bpf_spin_lock(&claim->lock);
	if (key_equal(&claim->key, &outcome->event.key)) {
		outcome->deadline_was_ns = claim->deadline_ns;
		outcome->step = claim_hear_without_vlan(claim, &heard, settings, now_ns);
		outcome_take(outcome, claim, now_ns);
	}
	bpf_spin_unlock(&claim->lock);
	outcome_limit_event();
	outcome_finish(outcome, claim);
	return 0;
}

/*
 * The frame of outcomes[OUTCOME_OF_FRAME], in the segments where its VLAN is not known. Unless it
 * is a probe it counts as an objection there, and is changed into one: this is called last. A
 * global function, as hear_passive(). Returns 0.
 */
__noinline int claimed_hear(__u32 ifindex)
{
	struct outcome *outcome = outcome_of(OUTCOME_OF_FRAME);
	const struct port *port = bpf_map_lookup_elem(&ports, &ifindex);
	__u32 i, place;

	if (!outcome || !port)
		return 0;
	if (outcome->frame.kind != FRAME_PROBE)
		outcome->frame.kind = FRAME_OBJECTION;
	for (i = 0; i < PORT_ANY; i++) {
		if (!port->any[i])
			break;
		outcome->claimed_key.segment = port->any[i];
		outcome->claimed_key.addr = outcome->frame.addr;
		for (place = 0; place < CLAIMED_VLANS; place++)
			claimed_hear_one(ifindex, place);
	}
	return 0;
}

#endif /* GARPD_CLAIMED_H */
