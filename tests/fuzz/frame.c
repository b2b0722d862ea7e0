// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * frame.c - any bytes through parse.h. The rules are stated here once more, from the bytes and the
 * RFCs, with nothing of what is tested; AddressSanitizer watches the end of the frame.
 *
 * Input: FLAGS TCI(2) FRAME. FLAGS: bits 0-1 the tag that the kernel took out (none, 802.1Q,
 * 802.1ad, none), bit 2: the checksum of the ND in it is made right, which no fuzzer guesses.
 */
#include "bpf/frame/nd_build.h"
#include "fuzz.h"
#include "tests/unit/nd_bytes.h"

enum { FLAG_TAG = 3, FLAG_SEAL = 4 };

static const struct tags no_tags;

/* ---- the model: where things are in the frame ---- */

static unsigned int word_at(const struct bytes *frame, unsigned int at)
{
	return at + 2 <= frame->len ? frame->at[at] << 8 | frame->at[at + 1] : 0;
}

static int is_tag(unsigned int proto)
{
	return proto == 0x8100 || proto == 0x88a8;
}

/* Behind the inline tags, of which there are two at most. */
static unsigned int payload_of(const struct bytes *frame)
{
	unsigned int at = 14;

	while (at < 22 && is_tag(word_at(frame, at - 2)))
		at += 4;
	return at;
}

static void seal(struct bytes *frame)
{
	unsigned int ip = payload_of(frame), len;

	if (word_at(frame, ip - 2) != 0x86dd || ip + 64 > frame->len)
		return;
	len = word_at(frame, ip + 4);
	if (ip + 40 + len <= frame->len && len >= 24)
		seal6(frame->at + ip, len);
}

/* ---- the rules ---- */

static void check_ipv4(const struct frame *frame)
{
	unsigned int first = frame->addr.bytes[12];

	must(first && first != 127 && first < 224, "%u/8 is no address of a host", first);
}

static void check_ipv6(const struct frame *frame)
{
	static const __u8 mapped[12] = {[10] = 0xff, [11] = 0xff};
	static const __u8 nothing[16];

	must(frame->addr.bytes[0] != 0xff, "multicast");
	must(memcmp(frame->addr.bytes, mapped, 12), "IPv4 in ND");
	must(memcmp(frame->addr.bytes, nothing, 15) || frame->addr.bytes[15] > 1, ":: or ::1");
}

/* RFC 5227 2.1.1 and docs/architecture.md, from the bytes. */
static void check_arp(const struct bytes *bytes, const struct frame *frame)
{
	const __u8 *arp = bytes->at + frame->offset;
	const __u8 *spa = arp + 14, *tpa = arp + 24;
	int gratuitous = !memcmp(spa, tpa, 4), broadcast = !memcmp(bytes->at, ones, 6);
	int sender = memcmp(spa, NOBODY, 4);

	must(frame->offset + 28 <= bytes->len, "shorter than ARP");
	must(!memcmp(arp, "\0\1\x08\0\6\4\0", 7) && (arp[7] == 1 || arp[7] == 2), "no ARP of IPv4");
	must(!memcmp(frame->mac, arp + 8, 6), "not the SHA");
	must(frame->relayed == !!memcmp(arp + 8, bytes->at + 6, 6), "relayed");
	must(!memcmp(frame->addr.bytes + 12, sender ? spa : tpa, 4), "not the address");
	must((frame->kind == FRAME_PROBE) == !sender, "a probe has no sender address");
	must((frame->kind == FRAME_ANNOUNCEMENT) ==
		     (sender && gratuitous && broadcast && !frame->relayed),
	     "an announcement is gratuitous and to everybody");
	if (frame->kind == FRAME_PROBE)
		must(broadcast && arp[7] == 1 && !frame->relayed, "a probe that does not count");
	check_ipv4(frame);
}

/* RFC 4861 7.1, RFC 4862 5.4, from the bytes. */
static void check_nd(const struct bytes *bytes, const struct frame *frame)
{
	const __u8 *ip = bytes->at + frame->offset, *nd = ip + 40;
	unsigned int len = word_at(bytes, frame->offset + 4);
	int from_nobody = !memcmp(ip + 8, NOBODY6, 16);

	must(len >= 24 && frame->offset + 40 + len <= bytes->len, "shorter than ND");
	must(ip[0] >> 4 == 6 && ip[6] == 58 && ip[7] == 255 && !nd[1], "no ND");
	must(nd[0] == 135 || nd[0] == 136, "another ICMPv6");
	must(sum6(ip, len) == 0xffff, "a wrong checksum");
	must((frame->kind == FRAME_PROBE) == (nd[0] == 135 && from_nobody), "who probes");
	must(!memcmp(frame->addr.bytes, nd[0] == 136 || from_nobody ? nd + 8 : ip + 8, 16),
	     "not the address");
	if (frame->kind == FRAME_PROBE)
		must(!memcmp(bytes->at, "\x33\x33", 2) && !memcmp(bytes->at + 6, frame->mac, 6),
		     "a probe that does not count");
	if (frame->kind == FRAME_ANNOUNCEMENT)
		must(nd[0] == 136 && !memcmp(ip + 24, ALL_NODES6, 16) && (nd[4] & 0x60) == 0x20 &&
			     !frame->relayed,
		     "no announcement");
	check_ipv6(frame);
}

/* Receivers heed it in duplicate address detection; garpd knows only its Ethernet source. */
static void check_objection(const struct bytes *bytes, const struct frame *frame)
{
	const __u8 *at = bytes->at + frame->offset;
	int ipv6 = word_at(bytes, frame->offset - 2) == 0x86dd;

	must(!memcmp(frame->mac, bytes->at + 6, 6), "not the Ethernet source");
	must(!frame->to && !frame->relayed && !frame->nonce[0], "more than an objection");
	if (!ipv6) {
		must((at[8] & 1) || !memcmp(at + 8, zeroes, 6), "an SHA that a host has");
		must(!memcmp(frame->addr.bytes + 12, at + 14, 4), "not the SPA");
		return check_ipv4(frame);
	}
	must(at[0] >> 4 == 6 && at[7] == 255, "no ND");
	must(at[6] == 0 || at[6] == 43 || at[6] == 58 || at[6] == 60, "behind header %d", at[6]);
	must(at[6] != 58 || word_at(bytes, frame->offset + 4) > 256 ||
		     sum6(at, word_at(bytes, frame->offset + 4)) == 0xffff,
	     "a wrong checksum");
	check_ipv6(frame);
}

static void check_ignored(const struct frame *frame)
{
	switch (frame->reason) {
	case COUNTER_too_many_tags ... COUNTER_nd_checksum:
	case COUNTER_probe_unicast ... COUNTER_probe_target:
		return;
	}
	must(0, "ignored for reason %d", frame->reason);
}

static void check(const struct bytes *bytes, const struct tags *metadata, const struct frame *frame)
{
	int inline_tags = !!frame->tags.proto + !!frame->tags.inner_proto - !!metadata->proto;

	if (frame->kind == FRAME_IGNORED)
		return check_ignored(frame);
	must(!frame->reason, "kind %d for reason %d", frame->kind, frame->reason);
	must(frame->offset == 14 + 4 * inline_tags, "%d tags, offset %d", inline_tags,
	     frame->offset);
	must(!(frame->mac[0] & 1) && memcmp(frame->mac, zeroes, 6), "no MAC of a host");
	must(!memcmp(frame->to_mac, bytes->at, 6), "not the Ethernet destination");
	if (frame->kind == FRAME_OBJECTION)
		check_objection(bytes, frame);
	else if (word_at(bytes, frame->offset - 2) == 0x86dd)
		check_nd(bytes, frame);
	else
		check_arp(bytes, frame);
}

/* What is behind a frame that counts changes nothing: drivers pad. */
static void check_padding(const struct bytes *bytes, const struct tags *metadata,
			  const struct frame *frame)
{
	struct bytes padded = *bytes;
	struct frame again;

	if (frame->kind == FRAME_IGNORED || bytes->len + 18 > MAX_BYTES)
		return;
	memset(padded.at + padded.len, 0x5a, 18);
	frame_parse(padded.at, padded.at + padded.len + 18, metadata, &again);
	must(!memcmp(&again, frame, sizeof(again)), "padding changes what a frame means");
}

/* What garpd would say for it is itself understood, as an announcement of the same. */
static void check_announcement(const struct frame *frame)
{
	struct bytes sent;
	struct nd_message nd;
	struct frame again;

	if (frame->kind == FRAME_IGNORED || addr_is_ipv4(&frame->addr))
		return;
	nd_announce(&nd, &frame->addr, frame->mac);
	put_ethernet(&sent, ALL_NODES_MAC, frame->mac);
	put16(&sent, 0x86dd);
	put(&sent, &nd, sizeof(nd));
	frame_parse(sent.at, sent.at + sent.len, &no_tags, &again);
	must(again.kind == FRAME_ANNOUNCEMENT, "kind %d, reason %d", again.kind, again.reason);
	must(mac_equal(again.mac, frame->mac) && !memcmp(&again.addr, &frame->addr, 16),
	     "another one is announced");
}

int LLVMFuzzerTestOneInput(const __u8 *data, size_t len)
{
	static const __u16 protos[] = {0, ETH_P_8021Q, ETH_P_8021AD, 0};
	static struct bytes bytes;
	struct input input = {data, len};
	struct tags metadata = {};
	struct frame frame;
	__u8 flags = input_byte(&input), *exact;

	metadata.tci = input_u16(&input);
	metadata.proto = protos[flags & FLAG_TAG];
	bytes.len = input.len < MAX_BYTES ? input.len : MAX_BYTES;
	memcpy(bytes.at, input.at, bytes.len);
	if (flags & FLAG_SEAL)
		seal(&bytes);
	exact = malloc(bytes.len);
	memcpy(exact, bytes.at, bytes.len);
	memset(&frame, 0xa5, sizeof(frame));
	frame_parse(exact, exact + bytes.len, &metadata, &frame);
	free(exact);
	check(&bytes, &metadata, &frame);
	check_padding(&bytes, &metadata, &frame);
	check_announcement(&frame);
	return 0;
}
