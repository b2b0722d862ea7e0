/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * speech.h - what is to be said: who is announced, with what, where.
 */
#ifndef GARPD_SPEECH_H
#define GARPD_SPEECH_H

#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>

#include "bpf/abi/abi.h"
#include "bpf/frame/frame.h"
#include "bpf/frame/nd_build.h"

#define NET_XMIT_CN 2 /* linux/netdevice.h: queued, but the queue is getting long */

struct speech {
	__u8 mac[MAC_LEN];
	__u8 pad[2];
	struct addr addr;
	struct tags tags;
	__u32 port;		   /* ifindex */
	__u32 form;		   /* enum announce_form; of IPv6 there is one form only */
	struct nd_message message; /* or the ARP, and in IPv6 what it is written over */
	struct nd_message kept;
};

static __always_inline int speech_is_ipv6(const struct speech *speech)
{
	return !addr_is_ipv4(&speech->addr);
}

/* From the MAC that is announced, to `dst`. 0, or the kernel's error. */
static __always_inline int speech_set_macs(struct __sk_buff *skb, const struct speech *speech,
					   const __u8 *dst)
{
	__u8 macs[2 * MAC_LEN];

	__builtin_memcpy(macs, dst, MAC_LEN);
	__builtin_memcpy(macs + MAC_LEN, speech->mac, MAC_LEN);
	return bpf_skb_store_bytes(skb, 0, macs, sizeof(macs), 0);
}

/*
 * Sends a clone of the frame: with BPF_F_INGRESS into the port's receive path, with 0 out on its
 * wire. 0, or the kernel's error.
 */
static __always_inline int speech_send(struct __sk_buff *skb, const struct speech *speech,
				       __u64 flags)
{
	int err = bpf_clone_redirect(skb, speech->port, flags);

	return err == NET_XMIT_CN ? 0 : err;
}

/* Sets the tags that a guest's frames have on the port, from the VLAN of its segment. */
static __always_inline void speech_set_tags(struct tags *tags, const struct port *port, __u16 vlan)
{
	__builtin_memset(tags, 0, sizeof(*tags));
	if (!vlan || (port->vlan_proto && vlan == port->pvid))
		return;
	tags->proto = !port->vlan_proto && vlan & VLAN_AD ? ETH_P_8021AD : port_tag_proto(port);
	tags->tci = vlan & VLAN_VID;
}

/*
 * The flags of speech_send() for a frame as from a host on this port, and to it: what is above a
 * bridge sends by the bridge's egress, and receives by its ingress.
 */
static __always_inline __u64 speech_from(const struct port *port)
{
	return port->role == ROLE_HOST ? 0 : BPF_F_INGRESS;
}

static __always_inline __u64 speech_to(const struct port *port)
{
	return port->role == ROLE_HOST ? BPF_F_INGRESS : 0;
}

#endif /* GARPD_SPEECH_H */
