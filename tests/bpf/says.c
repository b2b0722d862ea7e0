// SPDX-License-Identifier: GPL-2.0-or-later
#include "says.h"

const struct tags untagged;

struct bytes says_from(const __u8 *dst, const __u8 *src, const struct tags *tags)
{
	struct bytes frame;

	put_ethernet(&frame, dst, src);
	if (tags->proto)
		put_tag(&frame, tags->proto, tags->tci);
	if (tags->inner_proto)
		put_tag(&frame, tags->inner_proto, tags->inner_tci);
	return frame;
}

struct bytes says_probe(const struct tags *tags)
{
	struct bytes frame = says_from(ones, guest, tags);

	put_probe(&frame);
	return frame;
}

struct bytes says_announcement(const __u8 *mac, __u16 op, const struct tags *tags)
{
	struct bytes frame = says_from(ones, mac, tags);

	put_arp(&frame, op, mac, SERVICE, op == ARP_REPLY ? mac : zeroes, SERVICE);
	return frame;
}

void says_expect(const __u8 *mac, enum rig_port here, const struct tags *tags, const void *behind,
		 unsigned int len)
{
	struct bytes request = says_announcement(mac, ARP_REQUEST, tags);
	struct bytes reply = says_announcement(mac, ARP_REPLY, tags);
	int at;

	put(&request, behind, len);
	put(&reply, behind, len);
	for (at = 0; at < PORT_MAX; at++) {
		if (at == (int)here)
			continue;
		rig_expect(at, &request, "request");
		rig_expect(at, &reply, "reply");
		rig_expect_silence(at);
	}
	rig_expect_silence(here);
}

void says_expect_guest(const struct tags *tags)
{
	static const __u8 padding[18];

	says_expect(guest, PORT_A, tags, padding, sizeof(padding));
}

void says_probe_for(__u8 last, const struct tags *tags)
{
	char tpa[4] = {192, 0, 2, last};
	struct bytes frame = says_from(ones, guest, tags);

	put_arp(&frame, ARP_REQUEST, guest, NOBODY, zeroes, tpa);
	rig_hear(PORT_A, &frame);
}

void says_probes(const struct tags *tags)
{
	struct bytes frame = says_probe(tags);
	int i;

	for (i = 0; i < 3; i++)
		rig_hear(PORT_A, &frame);
}

void says_has(enum rig_port at, const __u8 *mac, __u16 op, const __u8 *dst)
{
	struct bytes frame = says_from(dst, mac, &untagged);

	put_arp(&frame, op, mac, SERVICE, zeroes, SERVICE);
	rig_hear(at, &frame);
}
