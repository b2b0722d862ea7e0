/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * subnets.h - the host's subnets, by its addresses and routes, in each segment, for the map
 * `subnets`.
 */
#ifndef GARPD_TOPOLOGY_SUBNETS_H
#define GARPD_TOPOLOGY_SUBNETS_H

#include <stdbool.h>
#include <stddef.h>

#include "bpf/abi/abi.h"

struct subnet_entry {
	struct subnet subnet; /* first: sorted by it */
	__u32 kind;	      /* enum subnet_kind */
};

/* Zeroed: none. Sorted and without duplicates after subnets_sort(). */
struct subnets {
	struct subnet_entry *entry;
	size_t count;
};

/*
 * Adds the prefix of an address that the host has in a segment. Ignored are a single address (/32,
 * /128), which tells nothing about the link, and link-local ones, which every link has. 0 or
 * -ENOMEM.
 */
int subnets_add(struct subnets *subnets, __u32 segment, __u16 vlan, const struct prefix *prefix);

/*
 * Adds a prefix that a route says is on the link of the segment, even a single address: not
 * foreign. Whether any other is depends on the host's addresses. 0 or -ENOMEM.
 */
int subnets_add_route(struct subnets *subnets, __u32 segment, __u16 vlan,
		      const struct prefix *prefix);

/* Appends an element of the map. 0 or -ENOMEM. */
int subnets_append(struct subnets *subnets, const struct subnet_entry *entry);

void subnets_sort(struct subnets *subnets);
void subnets_free(struct subnets *subnets);

struct subnets_ops {
	int (*write)(void *ctx, const struct subnet_entry *entry); /* 0 or -errno */
	void (*remove)(void *ctx, const struct subnet_entry *entry);
};

/*
 * Changes the map in an order in which no address is foreign for a moment that is not foreign
 * before or after. 0, or the -errno of the first write that fails: then no more become foreign.
 */
int subnets_change(const struct subnets *from, const struct subnets *to,
		   const struct subnets_ops *ops, void *ctx);

#endif
