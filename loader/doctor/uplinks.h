/* SPDX-License-Identifier: GPL-2.0-or-later */
/* uplinks.h - what leads from a bridge to other machines: bonds, and networks that send back. */
#ifndef GARPD_DOCTOR_UPLINKS_H
#define GARPD_DOCTOR_UPLINKS_H

#include "parts.h"
#include "view.h"

/* A bond that is a port, or below a VLAN device that is one. */
struct uplinks_bond {
	const struct link_details *link;
	char port[IFNAMSIZ];
	bool announces; /* announce_on_link applies */
};

/* What a running garpd has learned of a segment. */
struct uplinks_segment {
	char bridge[IFNAMSIZ];
	__u32 uplinks;
	__u64 returned_ns; /* so long ago a frame came back, since the uplinks changed; 0: never */
};

struct uplinks_facts {
	struct uplinks_bond *bond;
	size_t bonds;
	struct uplinks_segment *segment;
	size_t segments;
};

/* 0 or -ENOMEM. uplinks_free takes what is left; the view has to live as long. */
int uplinks_read(const struct doctor *doctor, struct uplinks_facts *facts);
void uplinks_free(struct uplinks_facts *facts);
void uplinks_judge(const struct uplinks_facts *facts, struct findings *findings);

#endif
