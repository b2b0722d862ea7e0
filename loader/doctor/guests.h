/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * guests.h - guests whose frames pass no port of a bridge, so that garpd cannot hear them; and
 * ports of guests on which libvirt and Proxmox cannot limit the rate.
 */
#ifndef GARPD_DOCTOR_GUESTS_H
#define GARPD_DOCTOR_GUESTS_H

#include "parts.h"
#include "view.h"

struct guests_found {
	enum check check;
	char object[FINDING_OBJECT_LEN]; /* the interface, card or guest */
	/* Of a macvtap, what is below it; of a card, the driver; of Open vSwitch, what is wrong. */
	char detail[256];
	size_t count; /* of virtual functions, or of ports; of a macvtap 1: on a bridge; 0 with a
			 detail of Open vSwitch: its database cannot be read */
};

struct guests_facts {
	struct guests_found *at;
	size_t count;
	bool no_memory;
};

/* `root` stands before the paths of files: "" but for tests. */
void guests_read(const struct view *view, const char *root, struct guests_facts *facts);
void guests_free(struct guests_facts *facts);
void guests_judge(const struct guests_facts *facts, struct findings *findings);

#endif
