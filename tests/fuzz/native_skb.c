// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The packet of the native half, and the programs that it goes through: garpd.bpf.c itself.
 *
 * A packet ends where the page of memory ends that may be read. It lies below 4 GiB, because
 * `data` and `data_end` of a context have 32 bits.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <sys/mman.h>

#include "bpf/garpd.bpf.c"

#include "native.h"

#define PACKET_AT    ((void *)0x40000000)
#define PACKET_ROOM  16384u
#define PACKET_GUARD 4096u
#define INTERFACES   16
#define NET_RX_DROP  1

static __u8 *packet_end;
static struct {
	__u32 ifindex;
	int up;
} interfaces[INTERFACES];
static unsigned int interface_count;

static void packet_map(void)
{
	__u8 *at = mmap(PACKET_AT, PACKET_ROOM + PACKET_GUARD, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);

	must(at == PACKET_AT, "no memory at %p", PACKET_AT);
	must(!mprotect(at + PACKET_ROOM, PACKET_GUARD, PROT_NONE), "no guard page");
	packet_end = at + PACKET_ROOM;
}

static __u8 *packet_of(const struct __sk_buff *skb)
{
	return packet_end - skb->len;
}

static void packet_put(struct __sk_buff *skb, const void *from, __u32 len)
{
	if (!packet_end)
		packet_map();
	must(len <= PACKET_ROOM, "a packet of %u bytes", len);
	skb->len = len;
	memcpy(packet_of(skb), from, len);
	skb->data = (__u32)(unsigned long)packet_of(skb);
	skb->data_end = (__u32)(unsigned long)packet_end;
}

/* `len` bytes at `at` become the `room` bytes at `in`. */
static void packet_splice(struct __sk_buff *skb, __u32 at, __u32 len, const void *in, __u32 room)
{
	static __u8 copy[PACKET_ROOM];
	__u32 rest = skb->len - at - len;

	memcpy(copy, packet_of(skb), at);
	memcpy(copy + at, in, room);
	memcpy(copy + at + room, packet_of(skb) + at + len, rest);
	packet_put(skb, copy, at + room + rest);
}

/* ---- helpers ---- */

long bpf_skb_pull_data(struct __sk_buff *skb, __u32 len)
{
	return len > skb->len ? -ENOMEM : 0;
}

long bpf_skb_load_bytes(const struct __sk_buff *skb, __u32 offset, void *to, __u32 len)
{
	memset(to, 0, len);
	if (offset > skb->len || len > skb->len - offset)
		return -EFAULT;
	memcpy(to, packet_of(skb) + offset, len);
	return 0;
}

long bpf_skb_store_bytes(struct __sk_buff *skb, __u32 offset, const void *from, __u32 len,
			 __u64 flags)
{
	must(!(flags & ~(__u64)BPF_F_RECOMPUTE_CSUM), "flags");
	if (offset > skb->len || len > skb->len - offset)
		return -EFAULT;
	memcpy(packet_of(skb) + offset, from, len);
	return 0;
}

long bpf_skb_change_tail(struct __sk_buff *skb, __u32 len, __u64 flags)
{
	static const __u8 zero[PACKET_ROOM];

	(void)flags;
	if (len < ETH_HLEN || len > PACKET_ROOM)
		return -EINVAL;
	if (len > skb->len)
		packet_splice(skb, skb->len, 0, zero, len - skb->len);
	else
		packet_splice(skb, len, skb->len - len, zero, 0);
	return 0;
}

static void tag_inline(struct __sk_buff *skb)
{
	__u8 tag[] = {skb->vlan_proto & 0xff, skb->vlan_proto >> 8, skb->vlan_tci >> 8,
		      skb->vlan_tci & 0xff};

	if (skb->vlan_present)
		packet_splice(skb, 2 * MAC_LEN, 0, tag, sizeof(tag));
}

static void tag_take_out(struct __sk_buff *skb)
{
	const __u8 *tag = packet_of(skb) + 2 * MAC_LEN;

	skb->vlan_present = frame_is_tag(tag[0] | tag[1] << 8);
	if (!skb->vlan_present)
		return;
	skb->vlan_proto = tag[0] | tag[1] << 8;
	skb->vlan_tci = tag[2] << 8 | tag[3];
	packet_splice(skb, 2 * MAC_LEN, sizeof(struct tag_wire), "", 0);
}

/* The kernel keeps the last one pushed outside the packet. */
long bpf_skb_vlan_push(struct __sk_buff *skb, __be16 proto, __u16 tci)
{
	tag_inline(skb);
	skb->vlan_present = 1;
	skb->vlan_proto = proto;
	skb->vlan_tci = tci;
	return 0;
}

long bpf_skb_vlan_pop(struct __sk_buff *skb)
{
	if (!skb->vlan_present)
		tag_take_out(skb);
	tag_take_out(skb);
	return 0;
}

long bpf_clone_redirect(struct __sk_buff *skb, __u32 ifindex, __u64 flags)
{
	struct native_sent *sent = &native.frame[native.sent];
	struct __sk_buff clone = *skb;
	unsigned int i;

	for (i = 0; i < interface_count; i++)
		if (interfaces[i].ifindex == ifindex)
			break;
	if (i == interface_count)
		return -EINVAL;
	if (!interfaces[i].up)
		return NET_RX_DROP;
	must(native.sent < NATIVE_SENT, "too many frames");
	sent->frame.len = 0;
	put(&sent->frame, packet_of(&clone), clone.len);
	if (clone.vlan_present) {
		memmove(sent->frame.at + 16, sent->frame.at + 12, sent->frame.len - 12);
		memcpy(sent->frame.at + 12, &(__u16){clone.vlan_proto}, 2);
		memcpy(sent->frame.at + 14, &(__u16){frame_be16((__u16)clone.vlan_tci)}, 2);
		sent->frame.len += 4;
	}
	sent->ifindex = ifindex;
	sent->mark = skb->mark;
	sent->flags = flags;
	native.sent++;
	return 0;
}

/* ---- the programs ---- */

void native_interface(__u32 ifindex, int up)
{
	must(interface_count < INTERFACES, "too many interfaces");
	interfaces[interface_count].ifindex = ifindex;
	interfaces[interface_count++].up = up;
}

static void give_back(const struct __sk_buff *skb, struct bytes *frame)
{
	must(!skb->vlan_present, "a tag was left");
	frame->len = 0;
	put(frame, packet_of(skb), skb->len);
}

static void give(struct __sk_buff *skb, const struct bytes *frame)
{
	packet_put(skb, frame->at, frame->len);
	/* As eth_type_trans() has it; below 0x600 it is a length. */
	if (frame->at[2 * MAC_LEN] >= 6)
		memcpy(&skb->protocol, frame->at + 2 * MAC_LEN, sizeof(__u16));
}

int native_tc(struct bytes *frame, __u32 ifindex, __u32 *mark)
{
	struct __sk_buff skb = {.ifindex = ifindex, .ingress_ifindex = ifindex, .mark = *mark};
	int verdict;

	give(&skb, frame);
	verdict = garpd_tc(&skb);
	give_back(&skb, frame);
	*mark = skb.mark;
	return verdict;
}

int native_speak(struct bytes *frame)
{
	struct __sk_buff skb = {.ifindex = 1};
	int verdict;

	give(&skb, frame);
	verdict = garpd_speak(&skb);
	give_back(&skb, frame);
	return verdict;
}

int native_xdp(struct bytes *frame, __u32 ifindex)
{
	struct __sk_buff skb = {};
	struct xdp_md xdp = {.ingress_ifindex = ifindex};
	int verdict;

	give(&skb, frame);
	xdp.data = skb.data;
	xdp.data_end = skb.data_end;
	verdict = garpd_xdp(&xdp);
	give_back(&skb, frame);
	return verdict;
}
