/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * subnets.h - the subnets of the host's addresses in each segment, for the map `subnets`.
 */
#ifndef GARPD_TOPOLOGY_SUBNETS_H
#define GARPD_TOPOLOGY_SUBNETS_H

#include <stdbool.h>
#include <stddef.h>

#include "bpf/abi/abi.h"

struct subnet_entry {
	struct subnet subnet; /* first: a set is sorted by it */
	__u32 what;	      /* enum subnet_kind */
};

/* Zeroed: none. Sorted, each subnet once, after subnets_sort(). */
struct subnets {
	struct subnet_entry *entry;
	size_t count;
	size_t room;
};

/*
 * The host has an address with this prefix in a segment. A single address (/32, /128) says nothing
 * of what else is on the link, and a link-local one is of every link: neither is added. 0, or
 * -ENOMEM.
 */
int subnets_add(struct subnets *subnets, __u32 segment, __u16 vlan, const struct prefix *prefix);

/* Appends an element of the map as it is. 0, or -ENOMEM. */
int subnets_append(struct subnets *subnets, const struct subnet_entry *entry);

void subnets_sort(struct subnets *subnets);
void subnets_free(struct subnets *subnets);

/*
 * Calls these so that, in this order, no address is foreign for a moment that is not so before or
 * after. write() returns 0, or what ends it: nothing becomes foreign then that was not.
 */
struct subnets_ops {
	int (*write)(void *ctx, const struct subnet_entry *entry);
	void (*remove)(void *ctx, const struct subnet_entry *entry);
};

int subnets_change(const struct subnets *from, const struct subnets *to,
		   const struct subnets_ops *ops, void *ctx);

#endif
