/* SPDX-License-Identifier: GPL-2.0-or-later */
/* wire_kinds.h - the kind of a frame of ARP or Neighbor Discovery, and its address. */
#ifndef GARPD_BENCH_WIRE_KINDS_H
#define GARPD_BENCH_WIRE_KINDS_H

#include <stddef.h>
#include <stdint.h>

enum kind {
	KIND_OTHER,
	KIND_PROBE,
	KIND_ANNOUNCEMENT,	 /* ARP: the request */
	KIND_ANNOUNCEMENT_REPLY, /* ARP: the reply */
	KIND_CONFIRMATION,	 /* ARP: another host's reply to the address */
	KINDS,
};

struct wire_protocol {
	const char *filter; /* for pcap */
	enum kind last;	    /* an announcement has every kind from KIND_ANNOUNCEMENT to this one */
	/* Writes the address to `addr`, in the family's length, unless it is KIND_OTHER. */
	enum kind (*classify)(const uint8_t *frame, size_t len, uint8_t *addr);
};

extern const struct wire_protocol wire_arp;
extern const struct wire_protocol wire_nd;

#endif
