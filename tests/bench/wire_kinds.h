/* SPDX-License-Identifier: GPL-2.0-or-later */
/* wire_kinds.h - what a frame says about an address, in ARP and in Neighbor Discovery. */
#ifndef GARPD_BENCH_WIRE_KINDS_H
#define GARPD_BENCH_WIRE_KINDS_H

#include <stddef.h>
#include <stdint.h>

enum kind {
	KIND_OTHER,
	KIND_PROBE,
	KIND_ANNOUNCEMENT,	 /* a request, where the protocol knows both */
	KIND_ANNOUNCEMENT_REPLY, /* ARP's other form */
	KINDS,
};

struct wire_protocol {
	const char *filter; /* pcap's */
	enum kind last;	    /* an announcement has every form from KIND_ANNOUNCEMENT to this one */
	/* Writes to `addr` whom it is about, in the family's length, unless it is KIND_OTHER. */
	enum kind (*classify)(const uint8_t *frame, size_t len, uint8_t *addr);
};

extern const struct wire_protocol wire_arp;
extern const struct wire_protocol wire_nd;

#endif
