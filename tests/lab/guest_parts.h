/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Between the script and its protocols. */
#ifndef LAB_GUEST_PARTS_H
#define LAB_GUEST_PARTS_H

#include "guest.h"

/* What NLB has in multicast mode: the cluster's MAC. */
#define GUEST_GROUP_MAC                            \
	{                                          \
		0x03, 0xbf, 0xc0, 0x00, 0x02, 0x0a \
	}

struct guest_protocol {
	int family;
	int probes; /* as many as Windows sends, one second apart */
	const char *use_target;
	void (*probe)(const struct guest *guest, const union guest_addr *addr);
	/* An ordinary request from the address, for `target`. */
	void (*use)(const struct guest *guest, const union guest_addr *addr,
		    const union guest_addr *target);
	void (*announce)(const struct guest *guest, const union guest_addr *addr);
	/* A frame of `len` came in for a guest that replies for its addresses. */
	void (*answer)(const struct guest *guest, const uint8_t *frame, size_t len);
	/* The index of the tentative address that this frame shows to be a duplicate, or -1. */
	int (*duplicate)(const struct guest *guest, const uint8_t *frame, size_t len);
};

extern const struct guest_protocol guest_arp;
extern const struct guest_protocol guest_nd;

size_t put_be16(uint8_t *at, uint16_t value);

/* Writes the Ethernet header with the guest's tags; returns its length. */
size_t frame_begin(const struct guest *guest, const uint8_t *dst, uint16_t type, uint8_t *frame);

/* Sends it, and prints `what` about `addr`. */
void frame_send(const struct guest *guest, const uint8_t *frame, size_t len, const char *what,
		const union guest_addr *addr);

/* The offset of a payload of this type in the guest's VLAN; 0 for another type or VLAN. */
size_t frame_payload(const struct guest *guest, const uint8_t *frame, size_t len, uint16_t type);

/* The index of an address of the guest that it has not lost, or -1. */
int guest_find(const struct guest *guest, const void *addr);

#endif
