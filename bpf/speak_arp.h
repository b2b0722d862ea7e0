/* SPDX-License-Identifier: GPL-2.0-only */
/* speak_arp.h - IPv4: gratuitous ARP, as a request, a reply, or both. */
#ifndef GARPD_SPEAK_ARP_H
#define GARPD_SPEAK_ARP_H

#include "bpf/frame/arp.h"
#include "speech.h"

/*
 * Starts an ARP from `addr` at `mac`; the caller fills in the rest. Field by field: a constant
 * initialiser would be a .rodata without variables, whose BTF Linux 5.10 refuses.
 */
static __always_inline void arp_begin(struct arp_wire *arp, __u16 op, const struct addr *addr,
				      const __u8 *mac)
{
	__builtin_memset(arp, 0, sizeof(*arp));
	arp->hrd = bpf_htons(ARP_ETHERNET);
	arp->pro = bpf_htons(ETH_P_IP);
	arp->hln = MAC_LEN;
	arp->pln = 4;
	arp->op = bpf_htons(op);
	__builtin_memcpy(arp->sha, mac, MAC_LEN);
	__builtin_memcpy(arp->spa, addr->bytes + 12, 4);
}

/*
 * Writes the ARP of one form at `offset` and sends it. Built in the map, because the stack has
 * no room.
 */
static __always_inline int speak_arp_form(struct __sk_buff *skb, struct speech *speech,
					  __u32 offset, __u16 op, __u64 flags)
{
	struct arp_wire *arp = (struct arp_wire *)&speech->message;
	int err;

	arp_begin(arp, op, &speech->addr, speech->mac);
	__builtin_memcpy(arp->tpa, speech->addr.bytes + 12, 4);
	/*
	 * THA = SHA: with any other THA Linux treats the reply as solicited and applies
	 * locktime.
	 */
	if (op == ARP_REPLY)
		__builtin_memcpy(arp->tha, speech->mac, MAC_LEN);
	err = bpf_skb_store_bytes(skb, offset, arp, sizeof(*arp), BPF_F_RECOMPUTE_CSUM);
	return err ? err : speech_send(skb, speech, flags);
}

/* Sends each form in speech->form. */
static __always_inline int speak_arp(struct __sk_buff *skb, struct speech *speech, __u32 offset,
				     __u64 flags)
{
	int err = 0;

	if (speech->form & FORM_REQUEST)
		err = speak_arp_form(skb, speech, offset, ARP_REQUEST, flags);
	if (speech->form & FORM_REPLY)
		err |= speak_arp_form(skb, speech, offset, ARP_REPLY, flags);
	return err;
}

#endif /* GARPD_SPEAK_ARP_H */
