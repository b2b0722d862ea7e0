// SPDX-License-Identifier: GPL-2.0-or-later
#include "inputs.h"
#include "tests/unit/nd_bytes.h"

enum form {
	FORM_PROBE,
	FORM_ANNOUNCEMENT,
	FORM_USE,
	FORM_ANSWER,
	FORM_DAD,
	FORM_DAD_NONCE,
	FORM_UNSOLICITED,
	FORM_SOLICITED,
};

/* Each of them is another case of the policy: fill_policy(). */
static const char *const ipv4[ADDRESSES] = {"\xc0\x00\x02\x07", "\xc0\x00\x02\x08",
					    "\xc0\x00\x02\x09", "\xc6\x33\x64\x01"};

void guest_mac(__u8 *mac, unsigned int who)
{
	memcpy(mac, guest, MAC_LEN);
	mac[5] += who;
}

struct addr address4(unsigned int which)
{
	struct addr addr;

	addr_from_ipv4(&addr, (const __u8 *)ipv4[which]);
	return addr;
}

struct addr address6(unsigned int which)
{
	struct addr addr;

	memcpy(addr.bytes, TARGET6, 16);
	addr.bytes[15] += which;
	return addr;
}

static void put_form(struct bytes *frame, unsigned int form, const __u8 *mac, unsigned int which,
		     struct input *tags)
{
	static const char ff02[] = NODE6;
	__u8 to[MAC_LEN], node[16], tagged = input_byte(tags);
	struct bytes options = {};
	const char *ip = ipv4[which];

	memcpy(node, ff02, 16);
	node[15] += which;
	memcpy(to, NODE_MAC, MAC_LEN);
	to[5] += which;
	if (form >= FORM_DAD)
		put_ethernet(frame, form == FORM_UNSOLICITED ? ALL_NODES_MAC : to, mac);
	else
		put_ethernet(frame, form == FORM_ANSWER ? other : ones, mac);
	/* Tags: bits 0-1 how many, 2 their kind, 3-4 the VID */
	if (tagged & 1)
		put_tag(frame, tagged & 4 ? ETH_P_8021AD : ETH_P_8021Q, (tagged >> 3 & 3) * 5);
	if (tagged & 2)
		put_tag(frame, ETH_P_8021Q, 10);
	if (form == FORM_DAD_NONCE)
		put(&options, "\x0e\x01\x01\x02\x03\x04\x05\x06", 8);
	else if (form > FORM_DAD)
		put(&options, form == FORM_SOLICITED ? "\x01\x01" : "\x02\x01", 2);
	if (form > FORM_DAD_NONCE)
		put(&options, mac, MAC_LEN);
	switch (form) {
	case FORM_PROBE:
		return put_arp(frame, ARP_REQUEST, mac, NOBODY, zeroes, ip);
	case FORM_ANNOUNCEMENT:
		return put_arp(frame, ARP_REQUEST, mac, ip, zeroes, ip);
	case FORM_USE:
		return put_arp(frame, ARP_REQUEST, mac, ip, zeroes, CLIENT);
	case FORM_ANSWER:
		return put_arp(frame, ARP_REPLY, mac, ip, other, CLIENT);
	case FORM_UNSOLICITED:
		return put_nd(frame, ND_ADVERTISEMENT, 0x20, TARGET6, ALL_NODES6, &options);
	default:
		return put_nd(frame, ND_SOLICITATION, 0, form == FORM_SOLICITED ? TARGET6 : NOBODY6,
			      (const char *)node, &options);
	}
}

/* Where the IPv6 header is; 0: nowhere. */
static unsigned int ipv6_of(const struct bytes *frame)
{
	unsigned int ip = ETH_HLEN;

	while (ip < 22 && frame->at[ip - 2] != 0x86)
		ip += 4;
	return frame->at[ip - 2] == 0x86 && ip + 64 <= frame->len ? ip : 0;
}

static void seal(struct bytes *frame)
{
	unsigned int ip = ipv6_of(frame), len;

	if (!ip)
		return;
	len = frame->at[ip + 4] << 8 | frame->at[ip + 5];
	if (len >= 24 && ip + 40 + len <= frame->len)
		seal6(frame->at + ip, len);
}

/* put_nd() speaks of TARGET6: that becomes the address. */
static void retarget(struct bytes *frame, unsigned int which)
{
	unsigned int ip = ipv6_of(frame);

	if (!memcmp(frame->at + ip + 8, TARGET6, 16))
		frame->at[ip + 23] += which;
	frame->at[ip + 63] += which;
	seal(frame);
}

void read_frame(struct input *input, struct bytes *frame)
{
	unsigned int form = input_byte(input) & 7, who = input_byte(input) % GUESTS;
	unsigned int which = input_byte(input) % ADDRESSES, patches, i;
	__u8 mac[MAC_LEN];
	__u16 at;

	guest_mac(mac, who);
	frame->len = 0;
	put_form(frame, form, mac, which, input);
	if (form >= FORM_DAD)
		retarget(frame, which);
	/* PATCHES: bits 0-1 how many, 2: with the checksum made right again */
	patches = input_byte(input);
	for (i = 0; i < (patches & 3); i++) {
		at = input_byte(input) % frame->len;
		frame->at[at] = input_byte(input);
	}
	if (patches & 4)
		seal(frame);
	if (input_byte(input) & 1) /* drivers pad, and cables cut */
		frame->len = frame->len < 60 ? 60 : ETH_HLEN + input_byte(input) % 80;
}

void read_bytes(struct input *input, struct bytes *frame)
{
	size_t len = input_byte(input);

	len = len < input->len ? len : input->len;
	memset(frame->at, 0, ETH_HLEN);
	memcpy(frame->at, input->at, len);
	frame->len = len < ETH_HLEN ? ETH_HLEN : len;
	input->at += len;
	input->len -= len;
}

void read_speak(struct input *input, struct bytes *frame)
{
	struct speak_frame call;
	__u8 which, tags;

	memset(&call, 0xa5, sizeof(call));
	call.call.op = input_byte(input) % 6;
	which = input_byte(input);
	tags = input_byte(input);
	call.call.key = (struct claim_key){
		.segment = which & 8 ? kernel.ifindex[PORT_ROUTER] : KERNEL_SEGMENT,
		.vlan = (tags & 3) * 5,
		.inner_vlan = (tags >> 2 & 3) * 5,
		.addr = which & 4 ? address6(which & 3) : address4(which & 3),
	};
	frame->len = 0;
	put(frame, &call, sizeof(call));
}
