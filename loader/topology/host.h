/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * host.h - the addresses that no guest may be announced for: the host's own, and its next hops;
 * and what is on the links of its interfaces.
 *
 * Follows addresses, routes of all tables and next hop objects of this network namespace over
 * rtnetlink, IPv4 and IPv6. Knows nothing of BPF.
 */
#ifndef GARPD_TOPOLOGY_HOST_H
#define GARPD_TOPOLOGY_HOST_H

#include <stdbool.h>
#include <systemd/sd-event.h>
#include <linux/netlink.h>

#include "bpf/abi/abi.h"
#include "host_found.h"
#include "host_guarded.h"
#include "loader/base/err.h"

struct host;
struct netlink;

/*
 * Reads everything, calls set() for each address, and follows changes on `event`: addresses and new
 * next hops at once, next hops that are gone within 200 ms (more with a very large routing table:
 * ROUTES_PAUSE_STEP). 0, or -errno with `why`.
 */
int host_open(struct host **host, sd_event *event, const struct host_ops *ops, void *ctx,
	      struct err *why);

/* Has set() taken the address, and was unset() not called since? */
bool host_knows(const struct host *host, const struct addr *addr);

/* Does an interface of the host have the address, or is it a broadcast address of one? */
bool host_has(const struct host *host, const struct addr *addr);

/* Is it a next hop of the host? */
bool host_routes_by(const struct host *host, const struct addr *addr);

/* The addresses of the host's interfaces, sorted; valid until the next op. */
const struct found_address *host_addresses(const struct host *host, size_t *count);

/*
 * The routes without a gateway, whose prefix is on the link of an interface, in any order and with
 * duplicates; valid until the next op. Those of the host's own IPv4 addresses are not among them.
 */
const struct found_route *host_routes(const struct host *host, size_t *count);

/*
 * Addresses that no interface has, but that garpd uses itself: the ops are called as for the
 * host's own, but for settled(). They take the place of those of the last call. 0 or -ENOMEM.
 */
int host_reserve(struct host *host, const struct addr *addr, size_t count);

/*
 * Gateways that the configuration names: the same for them as next hops of the host.
 */
int host_name_gateways(struct host *host, const struct addr *addr, size_t count);

/* Calls no op. Takes NULL. */
void host_close(struct host *host);

/*
 * The same without following, for garpd doctor and tests. host_hear takes a notification
 * (RTM_*ADDR, RTM_*ROUTE, RTM_*NEXTHOP, RTM_*LINK); host_stale tells which tables have to be dumped
 * then. host_read_begin forgets `tables`, host_collect takes a message of their dump, host_settle
 * calls the ops for the differences. 0 or -ENOMEM. host_dump does the first two; a positive result:
 * they changed meanwhile.
 */
#define HOST_ADDRESSES 0x1
#define HOST_ROUTES    0x2

int host_new(struct host **host, const struct host_ops *ops, void *ctx);
int host_hear(void *host, const struct nlmsghdr *message);
unsigned int host_stale(const struct host *host);
int host_dump(struct host *host, struct netlink *netlink, unsigned int tables);
void host_read_begin(struct host *host, unsigned int tables);
int host_collect(void *host, const struct nlmsghdr *message);
int host_settle(struct host *host);

#endif
