/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * carry.h - the claims of another version's maps go over into this version's, field by field.
 *
 * Twice: before the ports are attached, while nothing knows the new map yet, and once more when all
 * of them have the new program, for what the former one has heard meanwhile.
 */
#ifndef GARPD_DATAPATH_CARRY_H
#define GARPD_DATAPATH_CARRY_H

#include "layout.h"
#include "loader/maps/pins.h"

struct carry {
	int claims;		    /* the former map; -1: no such, or of an unknown layout */
	struct layout_moves *moves; /* of its claims */
	__u64 since_ns;		    /* of the first time */
	__u32 found, carried;	    /* claims */
};

void carry_init(struct carry *carry);

/* This version's, by their file descriptors. */
struct carry_maps {
	int claims, port_limits, claimed, asked;
};

/*
 * The first time, from the former version's maps (former_keep()). `is`: this one's
 * layout. The claims count against their ports' quotas, and are found as they were. One that has no
 * room, or no state that this version knows, is found and not carried.
 */
void carry_begin(struct carry *carry, const struct layout *is, struct carry_maps to);

/* The daemon that had begun was killed: only the second time is left, if any. */
void carry_resume(struct carry *carry, const struct layout *is);

/* The second time, and carry_close(). */
void carry_end(struct carry *carry, const struct pins *pins);

void carry_close(struct carry *carry);

#endif
