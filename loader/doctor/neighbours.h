/* SPDX-License-Identifier: GPL-2.0-or-later */
/* neighbours.h - entries of this host's neighbour table that no announcement changes. */
#ifndef GARPD_DOCTOR_NEIGHBOURS_H
#define GARPD_DOCTOR_NEIGHBOURS_H

#include "interfaces.h"
#include "loader/rtnl/neigh.h"

/* Of a declared address, or of the one that was asked for. */
struct fixed_entry {
	struct addr addr;
	char interface[IFNAMSIZ];
	__u8 mac[MAC_LEN];
	bool is_noarp;	    /* else PERMANENT */
	bool is_sole_owner; /* the only MAC that may own it */
};

struct neighbours_facts {
	int err; /* of reading the table: 0 or -errno */
	bool is_any_declared;
	struct fixed_entry *at;
	size_t count;
};

/* 0 or -ENOMEM. Call neighbours_free after it. */
int neighbours_read(const struct doctor *doctor, const struct interfaces *interfaces,
		    struct neighbours_facts *facts);
void neighbours_free(struct neighbours_facts *facts);

void neighbours_judge(const struct neighbours_facts *facts, struct findings *findings);

#endif
