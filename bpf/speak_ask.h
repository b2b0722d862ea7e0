/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * speak_ask.h - the question: a unicast who-has, or Neighbor Solicitation, for the claim's address,
 * sent out of the guest's own port. No other host sees it, and no cache but the guest's own
 * changes.
 */
#ifndef GARPD_SPEAK_ASK_H
#define GARPD_SPEAK_ASK_H

#include "speak.h"

/* ---- who asks ---- */

/* The longest match in `askers`; `subnet` is where the key is put together. */
static __always_inline const struct asker *ask_find(struct subnet *subnet,
						    const struct claim_key *key, __u16 vlan)
{
	subnet->len = SUBNET_FAMILY_BITS + ADDR_BITS;
	subnet->segment = key->segment;
	subnet->vlan = vlan;
	subnet->family = addr_is_ipv4(&key->addr) ? 4 : 6;
	subnet->addr = key->addr;
	return bpf_map_lookup_elem(&askers, subnet);
}

/* Behind two tags no interface of the host is known. */
static __always_inline void ask_find_asker(struct outcome *outcome)
{
	const struct claim_key *key = &outcome->event.key;
	struct subnet *subnet = &outcome->guard_work.subnet;
	const struct asker *asker = NULL;

	if (!key->inner_vlan)
		asker = ask_find(subnet, key, key->vlan);
	if (!asker)
		asker = ask_find(subnet, key, ASKER_ANY_VLAN);
	if (asker)
		outcome->asker = *asker;
	else
		__builtin_memset(&outcome->asker, 0, sizeof(outcome->asker));
}

/*
 * Notes that outcome->next.mac is asked: when it is heard, it is asked at once (hear_asked()). A
 * global function, as ask_send(). Returns 0.
 */
__noinline int ask_note(__u32 place)
{
	struct outcome *outcome = outcome_of(OUTCOME_OF_SPEAK);
	struct asked *there;

	if (!outcome)
		return 0;
	outcome->asked_key.segment = outcome->event.key.segment;
	__builtin_memcpy(outcome->asked_key.mac, outcome->next.mac, MAC_LEN);
	there = bpf_map_lookup_elem(&asked, &outcome->asked_key);
	if (!there) {
		__builtin_memset(&outcome->asked, 0, sizeof(outcome->asked));
		bpf_map_update_elem(&asked, &outcome->asked_key, &outcome->asked, BPF_NOEXIST);
		there = bpf_map_lookup_elem(&asked, &outcome->asked_key);
	}
	if (there) /* a reader that sees half of it finds no claim */
		there->claim[place % ASKED_CLAIMS] = outcome->event.key;
	if (outcome->gives_way)
		quota_note_unanswered(outcome->quota_port, &outcome->event.key);
	return 0;
}

/* ---- the question ---- */

/* To the one MAC that is asked; from the sender's. */
static __always_inline int ask_macs(struct __sk_buff *skb, const struct outcome *outcome)
{
	int err = bpf_skb_store_bytes(skb, 0, outcome->speech.mac, MAC_LEN, 0);

	return err ? err : bpf_skb_store_bytes(skb, MAC_LEN, outcome->asker.mac, MAC_LEN, 0);
}

/* Put together in the map: the stack of garpd_speak has no room for it. */
static __always_inline int ask_arp(struct __sk_buff *skb, struct outcome *outcome, __u32 offset)
{
	struct arp_wire *arp = (struct arp_wire *)&outcome->speech.message;

	arp_begin(arp, ARP_REQUEST, &outcome->asker.addr, outcome->asker.mac);
	if (outcome->step.asker == ASKER_ZERO)
		__builtin_memset(arp->spa, 0, sizeof(arp->spa));
	__builtin_memcpy(arp->tpa, outcome->speech.addr.bytes + 12, sizeof(arp->tpa));
	return bpf_skb_store_bytes(skb, offset, arp, sizeof(*arp), BPF_F_RECOMPUTE_CSUM);
}

/*
 * To the solicited-node group, although the frame is to one MAC: the guest is obliged to put its
 * link-layer option into the answer then (RFC 4861 7.2.4); without it Linux answers O=0.
 */
static __always_inline int ask_nd(struct __sk_buff *skb, struct outcome *outcome, __u32 offset)
{
	struct speech *speech = &outcome->speech;

	nd_nudge(&speech->message, &outcome->asker.addr, outcome->asker.mac, &speech->addr, 0);
	return bpf_skb_store_bytes(skb, offset, &speech->message, sizeof(speech->message),
				   BPF_F_RECOMPUTE_CSUM);
}

/*
 * Asks outcome->speech.mac for outcome->speech.addr, from the sender in outcome->asker and
 * step.asker, with a struct speak_frame, which is restored. Input: outcomes[OUTCOME_OF_SPEAK]. A
 * global function, so that the verifier walks it once, with a stack frame of its own. Returns 0 or
 * the kernel's error.
 */
__noinline int ask_send(struct __sk_buff *skb)
{
	struct outcome *outcome = outcome_of(OUTCOME_OF_SPEAK);
	__u32 mark = skb->mark, offset;
	const struct port *port;
	int err;

	if (!outcome)
		return -1;
	port = bpf_map_lookup_elem(&ports, &outcome->speech.port);
	if (!port)
		return -1;
	/* A guest takes a priority tag for untagged, but some do not answer one. */
	if (!(outcome->speech.tags.tci & VLAN_VID) && !outcome->speech.tags.inner_proto)
		outcome->speech.tags.proto = 0;
	err = speak_make(skb, &outcome->speech, &offset);
	if (!err)
		err = ask_macs(skb, outcome);
	if (!err)
		err = speech_is_ipv6(&outcome->speech) ? ask_nd(skb, outcome, offset)
						       : ask_arp(skb, outcome, offset);
	skb->mark = GARPD_MARK;
	if (!err)
		err = speech_send(skb, &outcome->speech, speech_to(port));
	skb->mark = mark;
	speak_unmake(skb, &outcome->speech);
	return err;
}

#endif /* GARPD_SPEAK_ASK_H */
