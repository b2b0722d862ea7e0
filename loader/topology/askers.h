/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * askers.h - who asks guests for their addresses in each segment, for the map `askers`: from the
 * host's interfaces and their addresses.
 *
 * The MAC of a question is that of the interface whose address it names: another one would
 * overwrite the guest's entry for the host.
 */
#ifndef GARPD_TOPOLOGY_ASKERS_H
#define GARPD_TOPOLOGY_ASKERS_H

#include <stdbool.h>
#include <stddef.h>

#include "bpf/abi/abi.h"
#include "host_found.h"
#include "ports.h"

struct asker_entry {
	struct subnet subnet; /* first: sorted by it */
	struct asker asker;
	__u32 ifindex; /* of the interface that asks */
};

/* Zeroed: none. Sorted, one for each subnet, after askers_sort(). */
struct askers {
	struct asker_entry *entry;
	size_t count;
};

/* Has another host of the segment, or this one, the link-local address? */
typedef bool (*asker_is_taken)(void *ctx, __u32 segment, __u16 vlan, const struct addr *addr);

/*
 * Adds the askers of an interface in its segment: for each of its IPv4 subnets, for all other IPv4
 * addresses, and for IPv6; and of the segment's own interface, for the VLANs in which the host has
 * none. `address` are those of all interfaces, sorted.
 *
 * IPv4 is asked from a permanent, primary address of global scope, whose subnet has other hosts,
 * and which is not keepalived's; IPv6 from the link-local address. Without such an address, from a
 * link-local one that is made from the MAC and not taken. 0 or -ENOMEM.
 */
int askers_add(struct askers *askers, const struct ports_interface *interface,
	       const struct found_address *address, size_t count, asker_is_taken is_taken,
	       void *ctx);

/* Appends an element of the map. 0 or -ENOMEM. */
int askers_append(struct askers *askers, const struct asker_entry *entry);

/* Where two interfaces ask in one subnet, keeps the one with an address, then the first. */
void askers_sort(struct askers *askers);

/* Fills in the addresses that were made, at most askers->count. Returns how many. */
size_t askers_made(const struct askers *askers, struct addr *made);

void askers_free(struct askers *askers);

struct askers_ops {
	int (*write)(void *ctx, const struct asker_entry *entry); /* 0 or -errno */
	void (*remove)(void *ctx, const struct asker_entry *entry);
};

/*
 * Changes the map: each element is replaced whole, and there is always one for an address that has
 * one before and after. 0, or the -errno of the first write that fails.
 */
int askers_change(const struct askers *from, const struct askers *to, const struct askers_ops *ops,
		  void *ctx);

#endif
