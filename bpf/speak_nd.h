/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * speak_nd.h - IPv6: the unsolicited Neighbor Advertisement (RFC 4861 7.2.6). It is longer than
 * the guest's solicitation, so the frame is grown for it and cut again afterwards.
 */
#ifndef GARPD_SPEAK_ND_H
#define GARPD_SPEAK_ND_H

#include "bpf/frame/nd_build.h"
#include "speech.h"

/* Lengths of a DAD solicitation, from the IPv6 header on: without option, and with the nonce. */
#define ND_DAD_BYTES	   (sizeof(struct ipv6_wire) + sizeof(struct nd_wire))
#define ND_DAD_NONCE_BYTES (ND_DAD_BYTES + ND_UNIT)
_Static_assert(ND_DAD_NONCE_BYTES == sizeof(struct nd_message), "as long as it needs to be");

/* Writes the advertisement at `offset` and sends it. The frame is long enough. */
static __always_inline int speak_nd(struct __sk_buff *skb, struct speech *speech, __u32 offset,
				    __u64 flags)
{
	int err;

	nd_announce(&speech->message, &speech->addr, speech->mac);
	err = bpf_skb_store_bytes(skb, offset, &speech->message, sizeof(speech->message),
				  BPF_F_RECOMPUTE_CSUM);
	return err ? err : speech_send(skb, speech, flags);
}

/* Grows the frame to the end of an advertisement at `offset`. */
static __always_inline int speak_nd_grow(struct __sk_buff *skb, __u32 offset)
{
	return bpf_skb_change_tail(skb, offset + sizeof(struct nd_message), 0);
}

/*
 * Saves the guest's solicitation before it is overwritten. Only the two lengths that hosts send
 * are supported; for others this fails, and garpd_speak sends the deferred announcement.
 */
static __always_inline int speak_nd_keep(struct __sk_buff *skb, struct speech *speech, __u32 offset,
					 __u32 len)
{
	int err;

	if (len == offset + ND_DAD_NONCE_BYTES)
		return bpf_skb_load_bytes(skb, offset, &speech->kept, ND_DAD_NONCE_BYTES);
	if (len != offset + ND_DAD_BYTES)
		return -1;
	err = bpf_skb_load_bytes(skb, offset, &speech->kept, ND_DAD_BYTES);
	return err ? err : speak_nd_grow(skb, offset);
}

static __always_inline void speak_nd_restore(struct __sk_buff *skb, const struct speech *speech,
					     __u32 offset, __u32 len)
{
	bpf_skb_store_bytes(skb, offset, &speech->kept, sizeof(speech->kept), BPF_F_RECOMPUTE_CSUM);
	if (len == offset + ND_DAD_BYTES)
		bpf_skb_change_tail(skb, len, 0);
}

#endif /* GARPD_SPEAK_ND_H */
