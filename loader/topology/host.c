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

struct host_entry {
	struct addr addr; /* first: sorted by it with addr_compare() */
	enum host_address why;
};

struct host_entries {
	struct host_entry *entry;
	size_t count;
};

struct host {
	const struct host_ops *ops;
	void *ctx;
	struct host_found found; /* what the kernel has, as far as it was heard */
	struct host_entries reported;
	unsigned int stale;   /* HOST_* that have to be dumped again */
	unsigned int dumping; /* HOST_* that the next dump is of */
	bool is_changed;      /* `found` may differ from `reported` */

	struct follow follow;
	sd_event *event;
	sd_event_source *timer; /* NULL: no dump of the routes is due */
};

/* An address that is both is HOST_OWN. */
static int entries_build(const struct addr_set *own, const struct addr_set *hops,
			 struct host_entries *entries)
{
	size_t count = 0;

	entries->entry = calloc(own->count + hops->count + 1, sizeof(*entries->entry));
	if (!entries->entry)
		return -ENOMEM;
	for (size_t i = 0; i < own->count; i++)
		entries->entry[count++] = (struct host_entry){own->addr[i], HOST_OWN};
	for (size_t i = 0; i < hops->count; i++)
		if (!addr_set_has(own, &hops->addr[i]))
			entries->entry[count++] = (struct host_entry){hops->addr[i], HOST_NEXT_HOP};
	qsort(entries->entry, count, sizeof(*entries->entry), addr_compare);
	entries->count = count;
	return 0;
}

static const struct host_entry *entry_find(const struct host_entries *entries,
					   const struct addr *addr)
{
	if (!entries->count)
		return NULL;
	return bsearch(addr, entries->entry, entries->count, sizeof(*entries->entry), addr_compare);
}

static void entries_unset(struct host *host, const struct host_entries *old,
			  const struct host_entries *new)
{
	for (size_t i = 0; i < old->count; i++)
		if (!entry_find(new, &old->entry[i].addr))
			host->ops->unset(host->ctx, &old->entry[i].addr);
}

/* An entry whose set() fails stays as it was, to be tried again with the next change. */
static void entries_set(struct host *host, const struct host_entries *old, struct host_entries *new)
{
	size_t kept = 0;

	for (size_t i = 0; i < new->count; i++) {
		struct host_entry *entry = &new->entry[i];
		const struct host_entry *was = entry_find(old, &entry->addr);

		if ((!was || was->why != entry->why) &&
		    host->ops->set(host->ctx, &entry->addr, entry->why)) {
			if (!was)
				continue;
			entry->why = was->why;
		}
		new->entry[kept++] = *entry;
	}
	new->count = kept;
}

int host_settle(struct host *host)
{
	struct host_entries entries;

	if (!host->is_changed) /* most notifications are about links */
		return 0;
	addr_set_sort(&host->found.own);
	addr_set_sort(&host->found.next_hops);
	if (entries_build(&host->found.own, &host->found.next_hops, &entries))
		return -ENOMEM;
	entries_unset(host, &host->reported, &entries); /* first: the map may be full */
	entries_set(host, &host->reported, &entries);
	free(host->reported.entry);
	host->reported = entries;
	host->is_changed = false;
	host->ops->settled(host->ctx);
	return 0;
}

/* ---- notifications ---- */

int host_collect(struct host *host, const struct nlmsghdr *message)
{
	host->is_changed = true;
	return host_found_take(&host->found, message);
}

/*
 * IPv4 routes of an interface that goes down vanish without a RTM_DELROUTE (fib_table_flush sends
 * none), and so do those whose source address is deleted.
 */
static bool link_went_down(const struct nlmsghdr *message)
{
	const struct ifinfomsg *ifi = mnl_nlmsg_get_payload(message);

	if (mnl_nlmsg_get_payload_len(message) < sizeof(*ifi) || ifi->ifi_family != AF_UNSPEC)
		return false;
	return message->nlmsg_type == RTM_DELLINK ||
	       (ifi->ifi_change & IFF_UP && !(ifi->ifi_flags & IFF_UP));
}

int host_hear(struct host *host, const struct nlmsghdr *message)
{
	switch (message->nlmsg_type) {
	case RTM_DELADDR:
		host->stale |= HOST_ROUTES;
		/* fall through */
	case RTM_NEWADDR:
		host->stale |= HOST_ADDRESSES;
		return 0;
	case RTM_NEWROUTE:
	case RTM_NEWNEXTHOP:
		if (message->nlmsg_flags & NLM_F_REPLACE) /* the replaced one has no message */
			host->stale |= HOST_ROUTES;
		return host_collect(host, message);
	case RTM_DELROUTE:
		if (host_found_has_gateway(message))
			host->stale |= HOST_ROUTES;
		return 0;
	case RTM_DELNEXTHOP:
		host->stale |= HOST_ROUTES;
		return 0;
	case RTM_NEWLINK:
	case RTM_DELLINK:
		if (link_went_down(message))
			host->stale |= HOST_ROUTES;
		return 0;
	}
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
		host->found.own.count = host->found.subnet_count = 0;
	if (tables & HOST_ROUTES) {
		host->found.next_hops.count = 0;
		host->found.routes = 0;
	}
}

/* ---- rtnetlink ---- */

static int on_dumped(void *ctx, const struct nlmsghdr *message)
{
	return host_collect(ctx, message);
}

static int table_dump(struct host *host, struct netlink *netlink, __u16 type, unsigned char family,
		      size_t header_size)
{
	const char header[sizeof(struct rtmsg)] = {family}; /* all three begin with it */
	struct netlink_request request;

	netlink_request_begin(&request, type, header, header_size);
	return netlink_dump(netlink, &request, on_dumped, host);
}

static int routes_dump(struct host *host, struct netlink *netlink)
{
	int v4, v6, objects;

	v4 = table_dump(host, netlink, RTM_GETROUTE, AF_INET, sizeof(struct rtmsg));
	if (v4 < 0)
		return v4;
	v6 = table_dump(host, netlink, RTM_GETROUTE, AF_INET6, sizeof(struct rtmsg));
	if (v6 < 0)
		return v6;
	objects = table_dump(host, netlink, RTM_GETNEXTHOP, AF_UNSPEC, sizeof(struct nhmsg));
	if (objects == -EOPNOTSUPP) /* Linux 5.2 and older */
		objects = 0;
	return objects < 0 ? objects : v4 | v6 | objects;
}

static int on_dump(void *ctx, struct netlink *netlink)
{
	struct host *host = ctx;
	int addresses = 0, routes = 0;

	host_read_begin(host, host->dumping);
	if (host->dumping & HOST_ADDRESSES)
		addresses = table_dump(host, netlink, RTM_GETADDR, AF_UNSPEC,
				       sizeof(struct ifaddrmsg));
	if (addresses < 0)
		return addresses;
	if (host->dumping & HOST_ROUTES)
		routes = routes_dump(host, netlink);
	return routes < 0 ? routes : addresses | routes;
}

static int on_notification(void *ctx, const struct nlmsghdr *message)
{
	return host_hear(ctx, message);
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
	err = tables_read(host, HOST_ROUTES);
	if (!err)
		err = host_settle(host);
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
	if (!err)
		err = host_settle(host);
	if (!err && host->stale & HOST_ROUTES)
		err = pause_begin(host);
	return err;
}

static const unsigned int groups[] = {
	RTNLGRP_IPV4_IFADDR, RTNLGRP_IPV6_IFADDR, RTNLGRP_IPV4_ROUTE, RTNLGRP_IPV6_ROUTE,
	RTNLGRP_NEXTHOP,     RTNLGRP_LINK,	  RTNLGRP_NONE,
};

static const struct follow_ops host_follow_ops = {
	.table = "addresses and routes",
	.groups = groups,
	.dump = on_dump,
	.hear = on_notification,
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
	return entry_find(&host->reported, addr) != NULL;
}

const struct host_subnet *host_subnets(const struct host *host, size_t *count)
{
	*count = host->found.subnet_count;
	return host->found.subnet;
}

void host_close(struct host *host)
{
	if (!host)
		return;
	sd_event_source_disable_unref(host->timer);
	follow_close(&host->follow);
	sd_event_unref(host->event);
	host_found_free(&host->found);
	free(host->reported.entry);
	free(host);
}
