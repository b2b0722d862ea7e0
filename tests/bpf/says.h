/* SPDX-License-Identifier: GPL-2.0-or-later */
/* says.h - the frames that guests send and garpd answers with, in any tags. */
#ifndef GARPD_TEST_SAYS_H
#define GARPD_TEST_SAYS_H

#include "rig.h"

extern const struct tags untagged;

/* An Ethernet header with up to two tags. */
struct bytes says_from(const __u8 *dst, const __u8 *src, const struct tags *tags);

/* The guest's probe for SERVICE. */
struct bytes says_probe(const struct tags *tags);

/* What is announced for the MAC: broadcast, SPA = TPA = SERVICE, THA 0 or, in a reply, SHA. */
struct bytes says_announcement(const __u8 *mac, __u16 op, const struct tags *tags);

/*
 * Asserts that the MAC is announced at every port but `here`, a request and a reply, `len` bytes
 * behind each, and nothing more.
 */
void says_expect(const __u8 *mac, enum rig_port here, const struct tags *tags, const void *behind,
		 unsigned int len);

/* Whole frames of garpd_speak for the guest on port A, with zeroes up to the shortest length. */
void says_expect_guest(const struct tags *tags);

/* The guest probes for 192.0.2.last on port A. */
void says_probe_for(__u8 last, const struct tags *tags);

/* Three probes of the guest on port A; or another host's gratuitous ARP for SERVICE. */
void says_probes(const struct tags *tags);
void says_has(enum rig_port at, const __u8 *mac, __u16 op, const __u8 *dst);

#endif /* GARPD_TEST_SAYS_H */
