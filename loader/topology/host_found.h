/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * host_found.h - the host's addresses, next hops and links, from the kernel's messages.
 */
#ifndef GARPD_TOPOLOGY_HOST_FOUND_H
#define GARPD_TOPOLOGY_HOST_FOUND_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/netlink.h>

#include "bpf/abi/abi.h"

/* An address of an interface. */
struct found_address {
	__u32 ifindex;	      /* first: sorted by it, then by the address */
	struct addr addr;     /* the interface's own */
	struct prefix prefix; /* host bits included; with a peer it is the peer's */
	__u32 flags;	      /* IFA_F_* */
	__u8 scope;	      /* RT_SCOPE_* */
	__u8 proto;	      /* RTPROT_*, IFAPROT_*: which program added it; 0: unknown */
};

/* A prefix on the link of an interface, by a route without a gateway. */
struct found_route {
	__u32 ifindex;
	struct prefix prefix;
};

/* Addresses, in any order and with duplicates until addr_set_sort(). */
struct addr_set {
	struct addr *addr;
	size_t count;
	size_t room;
};

/* Zeroed: nothing found. */
struct host_found {
	struct addr_set own;
	struct addr_set next_hops;
	struct found_address *address;
	size_t address_count;
	struct found_route *route;
	size_t route_count;
	size_t route_room;
	size_t routes; /* RTM_NEWROUTE messages */
};

/* Compares what begins with a struct addr, for qsort(3) and bsearch(3). */
int addr_compare(const void *a, const void *b);

/* Sorts it and drops duplicates. */
void addr_set_sort(struct addr_set *set);

/* Have two sorted sets the same addresses? */
bool addr_set_equal(const struct addr_set *a, const struct addr_set *b);

/* Is the address in a sorted set? */
bool addr_set_has(const struct addr_set *set, const struct addr *addr);

/* Sorts the addresses of interfaces. */
void host_found_sort(struct host_found *found);

/* The addresses of the interface among `count` sorted ones; NULL: it has none. */
const struct found_address *found_addresses_of(const struct found_address *address, size_t count,
					       __u32 ifindex, size_t *found);

/*
 * Takes RTM_NEWADDR (an interface's own addresses, with their broadcast addresses), RTM_NEWROUTE
 * (gateways, or what is on a link) or RTM_NEWNEXTHOP (gateways); ignores other messages. 0 or
 * -ENOMEM.
 */
int host_found_take(struct host_found *found, const struct nlmsghdr *message);

/* Would host_found_take() take anything from this RTM_*ROUTE? */
bool host_found_has_route(const struct nlmsghdr *message);

void host_found_free(struct host_found *found);

#endif
