/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * host.h - the addresses that no guest may be announced for: the host's own, and its next hops.
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
#include "loader/base/err.h"

struct host;

/* None may be NULL. An address that is both is HOST_OWN. */
struct host_ops {
	/* New, or changed. Not 0: it was not taken, and is told again with the next change. */
	int (*set)(void *ctx, const struct addr *addr, enum host_address why);
	void (*unset)(void *ctx, const struct addr *addr);
	void (*settled)(void *ctx); /* after all of those: host_subnets() may have changed, too */
};

/*
 * Reads everything, calls set() for each address, and follows changes on `event`. The host's own
 * addresses and new next hops are followed at once; a next hop that is gone within 200 ms (longer
 * with a very large routing table, whose reading is kept to a few per cent of a CPU). 0, or
 * -errno with `err` set.
 */
int host_open(struct host **host, sd_event *event, const struct host_ops *ops, void *ctx,
	      struct err *err);

/* set() has taken it, and no unset() was called since. */
bool host_knows(const struct host *host, const struct addr *addr);

/* The prefixes of the host's own addresses, by interface, in no order; valid until the next op. */
const struct host_subnet *host_subnets(const struct host *host, size_t *count);

/* Calls no op. Takes NULL. */
void host_close(struct host *host);

/*
 * The same machine without sockets, for host_open and the tests.
 * host_hear takes one message (RTM_*ADDR, RTM_*ROUTE, RTM_*NEXTHOP, RTM_*LINK) as news; after it
 * host_stale tells which tables must be read again. host_read_begin empties what is known of
 * `tables`, host_collect takes the messages of a dump, host_settle calls the ops for differences.
 */
#define HOST_ADDRESSES 0x1
#define HOST_ROUTES    0x2

int host_new(struct host **host, const struct host_ops *ops, void *ctx);
int host_hear(struct host *host, const struct nlmsghdr *message);
unsigned int host_stale(const struct host *host); /* HOST_ADDRESSES, HOST_ROUTES */
void host_read_begin(struct host *host, unsigned int tables);
int host_collect(struct host *host, const struct nlmsghdr *message);
int host_settle(struct host *host); /* 0, or -ENOMEM: nothing was called */

#endif
