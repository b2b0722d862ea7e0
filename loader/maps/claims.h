/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * claims.h - reading the claims map, and a claim as a user sees it.
 */
#ifndef GARPD_MAPS_CLAIMS_H
#define GARPD_MAPS_CLAIMS_H

#include <stdbool.h>
#include <stddef.h>

#include "bpf/abi/abi.h"
#include "loader/base/err.h"
#include "loader/base/output.h"
#include "pins.h"
#include "walk.h"

/*
 * The claims one after the other, each whole (read under its lock), in any order; without room for
 * all of them. claims_walk_end(): 0, or -errno with `why`: not all were read.
 */
void claims_walk_begin(struct map_walk *walk, int claims_fd);
bool claims_walk_next(struct map_walk *walk, struct claim *claim);
int claims_walk_end(struct map_walk *walk, struct err *why);

/* A copy of the map, each claim whole (read under its lock), sorted by bridge, VLAN, address. */
struct claims {
	struct claim *claim;
	size_t count;
};

/* 0, or -errno with `why`. claims_free takes what is left either way. */
int claims_read(int claims_fd, struct claims *claims, struct err *why);
void claims_free(struct claims *claims);

/* The order of claims_read, for qsort(3). */
int claims_compare(const struct claim_key *a, const struct claim_key *b);

/* The claim with this key, or NULL. */
const struct claim *claims_find(const struct claims *claims, const struct claim_key *key);

/* One claim, whole. 0, or -errno (-ENOENT: not in the map). */
int claims_lookup(const struct pins *pins, const struct claim_key *key, struct claim *claim);

/*
 * Whether garpd announces this MAC for the address, as the claim is at this moment. To be checked
 * again before anything that follows an announcement after a delay.
 */
bool claims_is_announced(const struct pins *pins, const struct claim_key *key,
			 const __u8 mac[MAC_LEN]);

/* A claim, and the state that it had before; NONE where it is new. */
struct claim_change {
	struct claim claim;
	__u8 from;
};

/*
 * What `garpd show claims` prints of a struct claim, and `garpd watch` of a struct claim_change;
 * ends with a NULL key. The columns are those that most people want.
 */
extern const struct field claims_fields[], claims_columns[], claims_change_fields[],
	claims_change_columns[];

/* Whether it needs attention: what garpd explain calls a trouble, as far as a claim tells.
 */
enum trouble claims_trouble(const struct claim *claim);

/* What needs attention first, then what changed last; claims_find() does not work any more. */
void claims_sort_by_trouble(struct claims *claims);

#endif
