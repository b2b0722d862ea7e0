/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * claims.h - reading the claims map, and a claim as a user sees it.
 */
#ifndef GARPD_MAPS_CLAIMS_H
#define GARPD_MAPS_CLAIMS_H

#include <stddef.h>

#include "bpf/abi/abi.h"
#include "loader/base/err.h"
#include "loader/base/output.h"

/* A copy of the map, each claim whole (read under its lock), sorted by bridge, VLAN, address. */
struct claims {
	struct claim *claim;
	size_t count;
};

/* 0, or -errno with `err`. claims_free takes what is left either way. */
int claims_read(int claims_fd, struct claims *claims, struct err *err);
void claims_free(struct claims *claims);

/* Orders as claims_read does. */
int claims_compare(const struct claim_key *a, const struct claim_key *b);

/* The claim with this key, or NULL. */
const struct claim *claims_find(const struct claims *claims, const struct claim_key *key);

/* What `garpd show claims` and `garpd watch` print of a struct claim; ends with a NULL key. */
extern const struct field claims_fields[];

#endif
