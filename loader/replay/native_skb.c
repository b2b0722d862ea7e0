// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The packet of the native program, and the program that it goes through: garpd.bpf.c itself.
 *
 * A packet ends where the page of memory ends that may be read. It lies below 4 GiB, because
 * `data` and `data_end` of a context have 32 bits.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "native_helpers.h"

/* Of libraries, too, some have symbols of such names. */
#pragma GCC visibility push(hidden)
#include "bpf/garpd.bpf.c"
#pragma GCC visibility pop

#include "native_parts.h"

#define PACKET_AT    0x40000000ul
#define PACKET_STEP  0x08000000ul /* to the next place, if something is there already */
#define PACKET_TRIES 16
#define PACKET_ROOM  16384u
#define PACKET_GUARD 4096u
#define INTERFACES   16
#define NET_RX_DROP  1

/* ---- maps ---- */

#define COUNT_OF(of) sizeof(*(of)) / sizeof(int)
#define SHAPE_HASH(map)                                                                       \
	{                                                                                     \
#map, &(map), COUNT_OF((map).type), sizeof(*(map).key), sizeof(*(map).value), \
			COUNT_OF((map).max_entries)                                           \
	}
#define SHAPE_SIZES(map)                                                        \
	{                                                                       \
#map, &(map), COUNT_OF((map).type), COUNT_OF((map).key_size),   \
			COUNT_OF((map).value_size), COUNT_OF((map).max_entries) \
	}
#define SHAPE_RING(map)                                                               \
	{                                                                             \
#map, &(map), COUNT_OF((map).type), 0, 0, COUNT_OF((map).max_entries) \
	}

/* Every map of the object, which the unit tests and the differential fuzzer compare. */
/* clang-format off */
static const struct native_shape shapes[] = {
	SHAPE_HASH(claims),
	SHAPE_HASH(layout),
	SHAPE_HASH(ports),
	SHAPE_HASH(port_vlans),
	SHAPE_HASH(vlan_ways),
	SHAPE_HASH(daemon),
	SHAPE_HASH(segments),
	SHAPE_HASH(echoes),
	SHAPE_HASH(claimed),
	SHAPE_HASH(port_limits),
	SHAPE_HASH(port_names),
	SHAPE_HASH(lanes),
	SHAPE_HASH(addresses),
	SHAPE_HASH(host),
	SHAPE_HASH(listeners),
	SHAPE_HASH(gateways_heard),
	SHAPE_HASH(gateways),
	SHAPE_HASH(subnets),
	SHAPE_HASH(askers),
	SHAPE_HASH(asked),
	SHAPE_HASH(rule_addresses),
	SHAPE_HASH(rule_macs),
	SHAPE_HASH(settings),
	SHAPE_HASH(counters),
	SHAPE_HASH(histograms),
	SHAPE_RING(events),
	SHAPE_SIZES(new_claim),
	SHAPE_HASH(speak_list),
	SHAPE_HASH(outcomes),
	{},
};
/* clang-format on */

int native_open(unsigned int world, __u32 max_claims)
{
	return native_make_world(world, shapes, max_claims);
}

/* ---- the packet ---- */

static __u8 *packet_ends[NATIVE_PACKETS];
static unsigned int packet_number;
static struct {
	__u32 ifindex;
	int up;
} interfaces[INTERFACES];
static unsigned int interface_count;

static void packet_map(void)
{
	__u8 *wanted, *at = MAP_FAILED;

	for (int i = 0; i < PACKET_TRIES && at == MAP_FAILED; i++) {
		wanted = (__u8 *)(PACKET_AT + i * PACKET_STEP);
		at = mmap(wanted, PACKET_ROOM + PACKET_GUARD, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
	}
	must(at != MAP_FAILED && !mprotect(at + PACKET_ROOM, PACKET_GUARD, PROT_NONE));
	packet_ends[packet_number] = at + PACKET_ROOM;
}

void native_packet(unsigned int number)
{
	packet_number = number;
}

static __u8 *packet_of(const struct __sk_buff *skb)
{
	return packet_ends[packet_number] - skb->len;
}

static void packet_put(struct __sk_buff *skb, const void *from, __u32 len)
{
	if (!packet_ends[packet_number])
		packet_map();
	must(len <= PACKET_ROOM);
	skb->len = len;
	memcpy(packet_of(skb), from, len);
	skb->data = (__u32)(unsigned long)packet_of(skb);
	skb->data_end = (__u32)(unsigned long)packet_ends[packet_number];
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
	must(!(flags & ~(__u64)BPF_F_RECOMPUTE_CSUM));
	if (offset > skb->len || len > skb->len - offset)
		return -EFAULT;
	memcpy(packet_of(skb) + offset, from, len);
	return 0;
}

long bpf_skb_change_tail(struct __sk_buff *skb, __u32 len, __u64 flags)
{
	static const __u8 zero[PACKET_ROOM];

	if (len < ETH_HLEN || len > PACKET_ROOM)
		return -EINVAL;
	if (len > skb->len)
		packet_splice(skb, skb->len, 0, zero, len - skb->len);
	else
		packet_splice(skb, len, skb->len - len, zero, 0);
	return 0;
}

/* Of a frame, in network byte order. */
static __be16 packet_u16(const __u8 *at)
{
	__be16 value;

	memcpy(&value, at, sizeof(value));
	return value;
}

static void tag_inline(struct __sk_buff *skb)
{
	__be16 tag[] = {(__u16)skb->vlan_proto, frame_be16((__u16)skb->vlan_tci)};

	if (skb->vlan_present)
		packet_splice(skb, 2 * MAC_LEN, 0, tag, sizeof(tag));
}

static void tag_take_out(struct __sk_buff *skb)
{
	const __u8 *tag = packet_of(skb) + 2 * MAC_LEN;

	skb->vlan_present = frame_is_tag(packet_u16(tag));
	if (!skb->vlan_present)
		return;
	skb->vlan_proto = packet_u16(tag);
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

/* The tag that is outside the packet is inline then. */
static void sent_copy(struct native_sent *sent, const struct __sk_buff *skb)
{
	__u32 tag = skb->vlan_present ? sizeof(struct tag_wire) : 0, macs = 2 * MAC_LEN;
	__u32 most = NATIVE_SENT_BYTES - tag, len = skb->len < most ? skb->len : most;
	__u16 tci = frame_be16((__u16)skb->vlan_tci), proto = (__u16)skb->vlan_proto;
	const __u8 *packet = packet_of(skb);

	memcpy(sent->frame.at, packet, macs);
	memcpy(sent->frame.at + macs, &proto, tag / 2);
	memcpy(sent->frame.at + macs + tag / 2, &tci, tag / 2);
	memcpy(sent->frame.at + macs + tag, packet + macs, len - macs);
	sent->frame.len = len + tag;
}

/* 1: it is there and up; 0: down; -1: it is not there. */
static int interface_state(__u32 ifindex)
{
	if (!interface_count)
		return 1;
	for (unsigned int i = 0; i < interface_count; i++)
		if (interfaces[i].ifindex == ifindex)
			return interfaces[i].up;
	return -1;
}

/*
 * Of a device that is down: it takes no frame in (dev_forward_skb()), and its queue drops what is
 * sent (noop_enqueue(), net/sched/sch_generic.c).
 */
long bpf_clone_redirect(struct __sk_buff *skb, __u32 ifindex, __u64 flags)
{
	int state = interface_state(ifindex);
	struct native_sent *sent;

	if (state < 0)
		return -EINVAL;
	if (!state)
		return flags & BPF_F_INGRESS ? NET_RX_DROP : NET_XMIT_CN;
	native.frame = native_grow(native.frame, native.sent, &native.sent_room, sizeof(*sent));
	sent = &native.frame[native.sent++];
	sent_copy(sent, skb);
	sent->ifindex = ifindex;
	sent->mark = skb->mark;
	sent->flags = flags;
	return 0;
}

/* ---- the programs ---- */

void native_interface(__u32 ifindex, int up)
{
	must(interface_count < INTERFACES);
	interfaces[interface_count].ifindex = ifindex;
	interfaces[interface_count++].up = up;
}

static void give_back(const struct __sk_buff *skb, __u8 *frame, __u32 *len)
{
	must(!skb->vlan_present && skb->len <= NATIVE_FRAME_MAX); /* no tag was left */
	memcpy(frame, packet_of(skb), skb->len);
	*len = skb->len;
}

static void give(struct __sk_buff *skb, const __u8 *frame, __u32 len)
{
	packet_put(skb, frame, len);
	/* As eth_type_trans() has it; below 0x600 it is a length. */
	if (frame[2 * MAC_LEN] >= 6)
		skb->protocol = packet_u16(frame + 2 * MAC_LEN);
}

static int run_tc(int (*program)(struct __sk_buff *skb), __u8 *frame, __u32 *len, __u32 ifindex,
		  __u32 *mark)
{
	struct __sk_buff skb = {.ifindex = ifindex, .ingress_ifindex = ifindex, .mark = *mark};
	int verdict;

	give(&skb, frame, *len);
	verdict = program(&skb);
	give_back(&skb, frame, len);
	*mark = skb.mark;
	return verdict;
}

int native_tc(__u8 *frame, __u32 *len, __u32 ifindex, __u32 *mark)
{
	return run_tc(garpd_tc, frame, len, ifindex, mark);
}

int native_host_out(__u8 *frame, __u32 *len, __u32 ifindex, __u32 *mark)
{
	return run_tc(garpd_host_out, frame, len, ifindex, mark);
}

int native_host_in(__u8 *frame, __u32 *len, __u32 ifindex, __u32 *mark)
{
	return run_tc(garpd_host_in, frame, len, ifindex, mark);
}

int native_speak(__u8 *frame, __u32 *len)
{
	struct __sk_buff skb = {.ifindex = 1};
	int verdict;

	give(&skb, frame, *len);
	verdict = garpd_speak(&skb);
	give_back(&skb, frame, len);
	return verdict;
}

int native_xdp(__u8 *frame, __u32 *len, __u32 ifindex)
{
	struct __sk_buff skb = {};
	struct xdp_md xdp = {.ingress_ifindex = ifindex};
	int verdict;

	give(&skb, frame, *len);
	xdp.data = skb.data;
	xdp.data_end = skb.data_end;
	verdict = garpd_xdp(&xdp);
	give_back(&skb, frame, len);
	return verdict;
}
