// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <linux/if.h>
#include <linux/nexthop.h>
#include <linux/rtnetlink.h>

#include "host.h"
#include "loader/rtnl/follow.h"

/*
 * Between two dumps of the routes: 200 ms, and 200 ms more for each 10,000 routes of the last one.
 * A dump takes a few milliseconds for 10,000, so that a table in constant change costs a few per
 * cent of a CPU whatever its size.
 */
#define ROUTES_PAUSE_USEC 200000ull
#define ROUTES_PAUSE_STEP 10000u
#define TIMER_SLACK_USEC  10000ull

/* ---- the machine ---- */

struct host {
	const struct host_ops *ops;
	void *ctx;
	struct host_found found;  /* what the kernel has, as far as it was heard */
	struct addr_set reserved; /* sorted: host_reserve() */
	struct addr_set gateways; /* sorted: host_name_gateways() */
	struct guarded reported;
	unsigned int stale;   /* HOST_* that have to be dumped again */
	unsigned int dumping; /* HOST_* that the next dump is of */
	bool is_changed;      /* `found` may differ from `reported` */

	struct follow follow;
	sd_event *event;
	sd_event_source *timer; /* NULL: no dump of the routes is due */
};

/* Calls the ops for what is different from what was reported. */
static int host_report(struct host *host)
{
	const struct guarded_source sources[] = {
		{&host->found.own, HOST_OWN},
		{&host->reserved, HOST_OWN},
		{&host->found.next_hops, HOST_NEXT_HOP},
		{&host->gateways, HOST_NEXT_HOP},
	};

	addr_set_sort(&host->found.own);
	addr_set_sort(&host->found.next_hops);
	return guarded_change(&host->reported, sources, sizeof(sources) / sizeof(sources[0]),
			      host->ops, host->ctx);
}

int host_settle(struct host *host)
{
	if (!host->is_changed) /* most notifications are about links */
		return 0;
	host_found_sort(&host->found);
	if (host_report(host))
		return -ENOMEM;
	host->is_changed = false;
	host->ops->settled(host->ctx);
	return 0;
}

/* Takes the addresses for those of the last call. */
static int host_take(struct host *host, struct addr_set *set, const struct addr *addr, size_t count)
{
	struct addr_set taken = {.addr = calloc(count + 1, sizeof(*addr)), .count = count};

	if (!taken.addr)
		return -ENOMEM;
	if (count)
		memcpy(taken.addr, addr, count * sizeof(*addr));
	addr_set_sort(&taken);
	if (addr_set_equal(&taken, set)) {
		free(taken.addr);
		return 0;
	}
	free(set->addr);
	*set = taken;
	return host_report(host);
}

int host_reserve(struct host *host, const struct addr *addr, size_t count)
{
	return host_take(host, &host->reserved, addr, count);
}

int host_name_gateways(struct host *host, const struct addr *addr, size_t count)
{
	return host_take(host, &host->gateways, addr, count);
}

/* ---- notifications ---- */

int host_collect(void *ctx, const struct nlmsghdr *message)
{
	struct host *host = ctx;

	host->is_changed = true;
	return host_found_take(&host->found, message);
}

/*
 * May routes be gone? IPv4 routes of an interface that goes down vanish without a RTM_DELROUTE
 * (fib_table_flush sends none), and so do those whose source address is deleted.
 */
static bool is_losing_routes(const struct nlmsghdr *message)
{
	const struct ifinfomsg *ifi = mnl_nlmsg_get_payload(message);

	switch (message->nlmsg_type) {
	case RTM_DELADDR:
	case RTM_DELNEXTHOP:
		return true;
	case RTM_DELROUTE:
		return host_found_has_route(message);
	case RTM_NEWROUTE:
	case RTM_NEWNEXTHOP:
		return message->nlmsg_flags & NLM_F_REPLACE; /* no message about the former one */
	case RTM_NEWLINK:
	case RTM_DELLINK:
		if (mnl_nlmsg_get_payload_len(message) < sizeof(*ifi) ||
		    ifi->ifi_family != AF_UNSPEC)
			return false;
		return message->nlmsg_type == RTM_DELLINK ||
		       (ifi->ifi_change & IFF_UP && !(ifi->ifi_flags & IFF_UP));
	}
	return false;
}

int host_hear(void *ctx, const struct nlmsghdr *message)
{
	struct host *host = ctx;

	if (is_losing_routes(message))
		host->stale |= HOST_ROUTES;
	if (message->nlmsg_type == RTM_NEWADDR || message->nlmsg_type == RTM_DELADDR)
		host->stale |= HOST_ADDRESSES;
	if (message->nlmsg_type == RTM_NEWROUTE || message->nlmsg_type == RTM_NEWNEXTHOP)
		return host_collect(host, message);
	return 0;
}

unsigned int host_stale(const struct host *host)
{
	return host->stale;
}

void host_read_begin(struct host *host, unsigned int tables)
{
	host->stale &= ~tables;
	host->is_changed = true;
	if (tables & HOST_ADDRESSES)
		host->found.own.count = host->found.address_count = 0;
	if (tables & HOST_ROUTES) {
		host->found.next_hops.count = 0;
		host->found.route_count = 0;
		host->found.routes = 0;
	}
}

/* ---- rtnetlink ---- */

static const struct {
	unsigned int table;
	__u16 type;
	unsigned char family;
	size_t header_size;
} dumps[] = {
	{HOST_ADDRESSES, RTM_GETADDR, AF_UNSPEC, sizeof(struct ifaddrmsg)},
	{HOST_ROUTES, RTM_GETROUTE, AF_INET, sizeof(struct rtmsg)},
	{HOST_ROUTES, RTM_GETROUTE, AF_INET6, sizeof(struct rtmsg)},
	{HOST_ROUTES, RTM_GETNEXTHOP, AF_UNSPEC, sizeof(struct nhmsg)},
};

int host_dump(struct host *host, struct netlink *netlink, unsigned int tables)
{
	int inconsistent = 0;

	host_read_begin(host, tables);
	for (size_t i = 0; i < sizeof(dumps) / sizeof(dumps[0]); i++) {
		const char header[sizeof(struct rtmsg)] = {dumps[i].family}; /* all begin with it */
		struct netlink_request request;
		int err;

		if (!(dumps[i].table & tables))
			continue;
		netlink_request_begin(&request, dumps[i].type, header, dumps[i].header_size);
		err = netlink_run(netlink, &request, NLM_F_DUMP, host_collect, host);
		if (err == -EOPNOTSUPP && dumps[i].type == RTM_GETNEXTHOP)
			continue; /* Linux 5.2 and older */
		if (err < 0)
			return err;
		inconsistent |= err;
	}
	return inconsistent;
}

static int on_dump(void *ctx, struct netlink *netlink)
{
	struct host *host = ctx;

	return host_dump(host, netlink, host->dumping);
}

static int tables_read(struct host *host, unsigned int tables)
{
	host->dumping = tables;
	return follow_read(&host->follow);
}

static int on_pause_ends(sd_event_source *source, uint64_t usec, void *ctx)
{
	struct host *host = ctx;
	int err;

	host->timer = sd_event_source_unref(host->timer);
	err = tables_read(host, HOST_ROUTES) ?: host_settle(host);
	if (err)
		follow_fail(&host->follow, err);
	return 0;
}

static int pause_begin(struct host *host)
{
	uint64_t usec = ROUTES_PAUSE_USEC * (1 + host->found.routes / ROUTES_PAUSE_STEP);

	if (host->timer)
		return 0;
	return sd_event_add_time_relative(host->event, &host->timer, CLOCK_MONOTONIC, usec,
					  TIMER_SLACK_USEC, on_pause_ends, host);
}

static int on_lost(void *ctx)
{
	struct host *host = ctx;

	host->stale |= HOST_ADDRESSES | HOST_ROUTES;
	return 0;
}

static int on_settle(void *ctx, int err)
{
	struct host *host = ctx;

	if (!err && host->stale & HOST_ADDRESSES)
		err = tables_read(host, HOST_ADDRESSES);
	err = err ?: host_settle(host);
	return err ?: host->stale & HOST_ROUTES ? pause_begin(host) : 0;
}

static const unsigned int groups[] = {
	RTNLGRP_IPV4_IFADDR, RTNLGRP_IPV6_IFADDR, RTNLGRP_IPV4_ROUTE, RTNLGRP_IPV6_ROUTE,
	RTNLGRP_NEXTHOP,     RTNLGRP_LINK,	  RTNLGRP_NONE,
};

static const struct follow_ops host_follow_ops = {
	.table = "addresses and routes",
	.groups = groups,
	.dump = on_dump,
	.hear = host_hear,
	.lost = on_lost,
	.settle = on_settle,
};

/* ---- life ---- */

int host_new(struct host **out, const struct host_ops *ops, void *ctx)
{
	*out = calloc(1, sizeof(**out));
	if (!*out)
		return -ENOMEM;
	(*out)->ops = ops;
	(*out)->ctx = ctx;
	return 0;
}

static int host_start(struct host *host, sd_event *event, struct err *why)
{
	int err;

	host->event = sd_event_ref(event);
	host->dumping = HOST_ADDRESSES | HOST_ROUTES;
	err = follow_open(&host->follow, event, &host_follow_ops, host, why);
	if (err)
		return err;
	err = host_settle(host);
	return err ? err_set(why, err, "addresses and routes: %s", strerror(-err)) : 0;
}

int host_open(struct host **out, sd_event *event, const struct host_ops *ops, void *ctx,
	      struct err *why)
{
	int err = host_new(out, ops, ctx);

	if (err)
		return err_set(why, err, "addresses and routes: %s", strerror(-err));
	err = host_start(*out, event, why);
	if (err) {
		host_close(*out);
		*out = NULL;
	}
	return err;
}

bool host_knows(const struct host *host, const struct addr *addr)
{
	return guarded_find(&host->reported, addr) != NULL;
}

bool host_has(const struct host *host, const struct addr *addr)
{
	return addr_set_has(&host->found.own, addr);
}

bool host_routes_by(const struct host *host, const struct addr *addr)
{
	return addr_set_has(&host->found.next_hops, addr);
}

const struct found_address *host_addresses(const struct host *host, size_t *count)
{
	*count = host->found.address_count;
	return host->found.address;
}

const struct found_route *host_routes(const struct host *host, size_t *count)
{
	*count = host->found.route_count;
	return host->found.route;
}

void host_close(struct host *host)
{
	if (!host)
		return;
	sd_event_source_disable_unref(host->timer);
	follow_close(&host->follow);
	sd_event_unref(host->event);
	host_found_free(&host->found);
	free(host->reserved.addr);
	free(host->gateways.addr);
	free(host->reported.entry);
	free(host);
}
