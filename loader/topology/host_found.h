/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * host_found.h - what the kernel's messages say of the host's addresses and next hops.
 */
#ifndef GARPD_TOPOLOGY_HOST_FOUND_H
#define GARPD_TOPOLOGY_HOST_FOUND_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/netlink.h>

#include "bpf/abi/abi.h"

/* An address of an interface, with the prefix that it is of (its host bits are set). */
struct host_subnet {
	__u32 ifindex;
	struct prefix prefix;
};

/* Addresses, in any order and perhaps twice until addr_set_sort(). */
struct addr_set {
	struct addr *addr;
	size_t count;
	size_t room;
};

/* Zeroed: nothing found. */
struct host_found {
	struct addr_set own;
	struct addr_set next_hops;
	struct host_subnet *subnet;
	size_t subnet_count;
	size_t subnet_room;
	size_t routes; /* messages that told of one */
};

/* For qsort(3): struct addr, in the order of its bytes. */
int addr_compare(const void *a, const void *b);

/* Into order, each address once. */
void addr_set_sort(struct addr_set *set);

/*
 * Adds what RTM_NEWADDR, RTM_NEWROUTE or RTM_NEWNEXTHOP says: an interface's own addresses with
 * their broadcast addresses; gateways. Others are passed over. 0, or -ENOMEM.
 */
int host_found_take(struct host_found *found, const struct nlmsghdr *message);

/* Does this RTM_*ROUTE say a next hop itself (not by RTA_NH_ID)? */
bool host_found_names_gateway(const struct nlmsghdr *message);

void host_found_free(struct host_found *found);

#endif
