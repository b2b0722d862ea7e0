/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * fabric.h - announces an address that EVPN moved to the L2 clients of this hypervisor. The
 * fabric carries no announcement (neigh_suppress), so it is made here, as if the owner had sent
 * it: on the VXLAN port if the owner is on another hypervisor, on its own port if it is here.
 * The bridge's FDB then agrees with EVPN.
 */
#ifndef GARPD_FABRIC_H
#define GARPD_FABRIC_H

#include "bpf/claim/claim.h"
#include "hear.h"
#include "maps.h"
#include "outcome.h"
#include "speak.h"

/* Do frames that have the VLAN `vid` on the port end in that VLAN of its segment? */
static __always_inline int fabric_leads_to(const struct vlan_way *way, __u16 vid, __u16 vlan)
{
	__u16 to = way->to[vid & VLAN_VID];

	return vlan_way_at(to) == VLAN_WAY_OUT && (to & VLAN_ALL) == vlan;
}

/*
 * Sets `vid` to the VLAN that the owner's frames have on the port, for a VLAN of its segment: the
 * PVID, or the same one. Returns 0, or -1: neither leads there.
 */
static __always_inline int fabric_find_vlan(const struct port *port, __u32 ifindex, __u16 vlan,
					    __u16 *vid)
{
	const struct vlan_way *way;

	*vid = vlan;
	if (!port_maps_vlans(port))
		return 0;
	way = bpf_map_lookup_elem(&vlan_ways, &ifindex);
	if (!way)
		return -1;
	if (port->pvid && fabric_leads_to(way, port->pvid, vlan))
		*vid = port->pvid;
	return fabric_leads_to(way, *vid, vlan) ? 0 : -1;
}

/* A move learned from EVPN counts as an announcement of the owner on that port. */
static __always_inline void fabric_fill_frame(struct outcome *outcome,
					      const struct speak_call *call)
{
	struct frame *frame = &outcome->frame;

	__builtin_memset(frame, 0, sizeof(*frame));
	frame->kind = FRAME_ANNOUNCEMENT;
	__builtin_memset(frame->to_mac, 0xff, MAC_LEN);
	frame->addr = call->key.addr;
	frame->tags = outcome->speech.tags;
	__builtin_memcpy(frame->mac, outcome->speech.mac, MAC_LEN);
}

/*
 * Runs the local claim's step. Returns 1 if the claim agrees, 0 if a local guest is taking the
 * address, or it is in conflict or frozen: then the move is not announced.
 */
static __always_inline int fabric_update_claim(struct outcome *outcome, struct claim *claim,
					       const struct heard *heard,
					       const struct settings *settings)
{
	__u64 now_ns = bpf_ktime_get_ns();
	int agreed = 0;

	outcome->step.reason = COUNTER_no_claim;
	bpf_spin_lock(&claim->lock);
	if (key_equal(&claim->key, &outcome->event.key)) {
		outcome->step = claim_hear_assertion(claim, heard, settings, now_ns);
		event_take(&outcome->event, claim, &outcome->step, now_ns);
		agreed = claim->state == CLAIM_OWNED || claim->state == CLAIM_DENIED;
	}
	bpf_spin_unlock(&claim->lock);
	outcome->step.announce = ANNOUNCE_NONE; /* announced by the caller, or not at all */
	/* The event gives EVPN as the reason for the new owner. */
	if (outcome->step.reason == COUNTER_self_announced)
		outcome->event.reason = outcome->step.reason = COUNTER_fabric_moved;
	outcome_finish(outcome, claim);
	return agreed;
}

/* Returns the enum counter of what was done, or why not. `port` describes call->port. */
static __always_inline __u16 fabric_speak(struct __sk_buff *skb, struct outcome *outcome,
					  struct claim *claim, const struct port *port,
					  const struct speak_call *call,
					  const struct settings *settings)
{
	struct speech *speech = &outcome->speech;
	struct heard heard = {
		.frame = &outcome->frame, .port = call->port, .role = port->role, .is_told = 1};
	__u16 vid;

	heard.policy = guard_judge(&outcome->guard_work, &call->key, speech->mac, port);
	if (heard.policy.denied)
		return heard.policy.denied;
	if (!settings->link_local && addr_is_link_local(&call->key.addr))
		return COUNTER_fabric_link_local;
	if (fabric_find_vlan(port, call->port, call->key.vlan, &vid))
		return COUNTER_fabric_no_port;
	speech_set_tags(&speech->tags, port, vid);
	fabric_fill_frame(outcome, call);
	if (claim && !fabric_update_claim(outcome, claim, &heard, settings))
		return COUNTER_fabric_contradicted;
	if (settings->observe)
		return COUNTER_observed;
	return speak_with_blank(skb) ? COUNTER_fabric_failed : COUNTER_fabric_announced;
}

/* Can an owner's frames of the segment come in on the port? */
static __always_inline int fabric_is_usable(const struct port *port, const struct speak_call *call)
{
	return port && port->forwarding && port->segment == call->key.segment &&
	       port->role != ROLE_ROUTER;
}

/* `claim` is the local claim of the address, or NULL. Sets call->result and counts it. */
static __always_inline void fabric_announce(struct __sk_buff *skb, struct claim *claim,
					    struct speak_call *call)
{
	const struct settings *settings;
	struct outcome *outcome = outcome_new(OUTCOME_OF_SPEAK);
	const struct port *port = bpf_map_lookup_elem(&ports, &call->port);

	call->result = COUNTER_fabric_no_port;
	if (!outcome || !port || !fabric_is_usable(port, call) ||
	    bpf_skb_load_bytes(skb, SPEAK_MAC_OFFSET, outcome->speech.mac, MAC_LEN))
		return count(call->result);
	settings = settings_at(port->settings);
	if (!settings)
		return;
	outcome->speech.addr = call->key.addr;
	outcome->speech.port = call->port;
	outcome->speech.form = settings->form;
	outcome->event.key = call->key;
	outcome->event.port = call->port;
	__builtin_memcpy(outcome->event.mac, outcome->speech.mac, MAC_LEN);
	call->result = fabric_speak(skb, outcome, claim, port, call, settings);
	count(call->result);
}

#endif /* GARPD_FABRIC_H */
