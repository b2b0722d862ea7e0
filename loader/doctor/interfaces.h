/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * interfaces.h - where this host itself receives announcements: its interfaces with an address in
 * the segments that are looked at, macvlans on them included.
 */
#ifndef GARPD_DOCTOR_INTERFACES_H
#define GARPD_DOCTOR_INTERFACES_H

#include "parts.h"
#include "view.h"

struct interface {
	__u32 ifindex;
	__u32 segment;
	char name[IFNAMSIZ];
	bool has_ipv4;
	bool has_ipv6;
};

/* Zeroed: none. */
struct interfaces {
	struct interface *at;
	size_t count;
};

/* 0 or -ENOMEM. Call interfaces_free after it. */
int interfaces_read(const struct view *view, struct interfaces *interfaces);
void interfaces_free(struct interfaces *interfaces);

/* NULL: not one of them. */
const struct interface *interfaces_find(const struct interfaces *interfaces, __u32 ifindex);

#endif
