/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * host_guarded.h - the guarded addresses, from all their sources, as they were reported.
 */
#ifndef GARPD_TOPOLOGY_HOST_GUARDED_H
#define GARPD_TOPOLOGY_HOST_GUARDED_H

#include "host_found.h"

/* None may be NULL. An address that is both is HOST_OWN. */
struct host_ops {
	/* A new or changed address. Not 0: failed; it is called again with the next change. */
	int (*set)(void *ctx, const struct addr *addr, enum host_address why);
	void (*unset)(void *ctx, const struct addr *addr);
	/* After those; host_addresses() and host_routes() may have changed, too. */
	void (*settled)(void *ctx);
};

struct guarded_addr {
	struct addr addr; /* first: sorted by it with addr_compare() */
	enum host_address why;
};

/* Zeroed: nothing was reported. */
struct guarded {
	struct guarded_addr *entry;
	size_t count;
};

/* Sorted addresses, all guarded for one reason. */
struct guarded_source {
	const struct addr_set *set;
	enum host_address why;
};

/*
 * Calls the ops for what the sources have and `guarded` has not, and the reverse. An address that
 * is in several sources is there for the reason of the first. 0 or -ENOMEM.
 */
int guarded_change(struct guarded *guarded, const struct guarded_source *source, size_t count,
		   const struct host_ops *ops, void *ctx);

/* NULL if it is not guarded. */
const struct guarded_addr *guarded_find(const struct guarded *guarded, const struct addr *addr);

#endif
