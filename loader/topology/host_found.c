// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <linux/if_addr.h>
#include <linux/nexthop.h>
#include <linux/rtnetlink.h>

#include "host_found.h"
#include "loader/rtnl/netlink.h"

int addr_compare(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct addr));
}

void addr_set_sort(struct addr_set *set)
{
	size_t kept = 0;

	if (set->count)
		qsort(set->addr, set->count, sizeof(*set->addr), addr_compare);
	for (size_t i = 0; i < set->count; i++)
		if (i == 0 || addr_compare(&set->addr[i], &set->addr[kept - 1]) != 0)
			set->addr[kept++] = set->addr[i];
	set->count = kept;
}

/* Drops doubles before it grows: 100,000 routes have a handful of next hops. */
static int addr_set_make_room(struct addr_set *set)
{
	size_t room = set->room ? 2 * set->room : 64;
	struct addr *addr;

	addr_set_sort(set);
	if (set->count < set->room / 2)
		return 0;
	addr = realloc(set->addr, room * sizeof(*addr));
	if (!addr)
		return -ENOMEM;
	set->addr = addr;
	set->room = room;
	return 0;
}

static int addr_set_add(struct addr_set *set, const struct addr *addr)
{
	if (set->count && addr_compare(&set->addr[set->count - 1], addr) == 0)
		return 0;
	if (set->count == set->room && addr_set_make_room(set))
		return -ENOMEM;
	set->addr[set->count++] = *addr;
	return 0;
}

/* ---- what a message says ---- */

static int own_add(struct host_found *found, int family, const struct nlattr *attr)
{
	struct addr addr;

	return netlink_addr(family, attr, &addr) ? addr_set_add(&found->own, &addr) : 0;
}

/*
 * The last address of an IPv4 prefix is a broadcast address of the host whether IFA_BROADCAST is
 * set or not (net/ipv4/fib_frontend.c, fib_add_ifaddr).
 */
static int subnet_broadcast_add(struct host_found *found, const struct nlattr *attr,
				unsigned int prefixlen)
{
	struct addr addr;

	if (prefixlen >= 31 || !netlink_addr(AF_INET, attr, &addr))
		return 0;
	for (unsigned int bit = ADDR_V4_BITS + prefixlen; bit < ADDR_BITS; bit++)
		addr.bytes[bit / 8] |= 0x80 >> bit % 8;
	return addr_set_add(&found->own, &addr);
}

/* With a peer the prefix is the peer's, and so is the link. */
static int subnet_add(struct host_found *found, const struct ifaddrmsg *ifa,
		      const struct nlattr *attr)
{
	struct host_subnet subnet = {.ifindex = ifa->ifa_index}, *more;
	size_t room = found->subnet_room ? 2 * found->subnet_room : 16;

	if (!netlink_addr(ifa->ifa_family, attr, &subnet.prefix.addr))
		return 0;
	subnet.prefix.len = ifa->ifa_prefixlen + (ifa->ifa_family == AF_INET ? ADDR_V4_BITS : 0);
	if (found->subnet_count == found->subnet_room) {
		more = realloc(found->subnet, room * sizeof(*more));
		if (!more)
			return -ENOMEM;
		found->subnet = more;
		found->subnet_room = room;
	}
	found->subnet[found->subnet_count++] = subnet;
	return 0;
}

static int address_collect(struct host_found *found, const struct nlmsghdr *message)
{
	const struct ifaddrmsg *ifa = mnl_nlmsg_get_payload(message);
	const struct nlattr *attrs[IFA_MAX + 1];
	int error;

	if (mnl_nlmsg_get_payload_len(message) < sizeof(*ifa))
		return 0;
	netlink_attrs(message, sizeof(*ifa), attrs, IFA_MAX + 1);
	/* With a peer, IFA_ADDRESS is the peer's: perhaps a guest's (linux/if_addr.h). */
	error = own_add(found, ifa->ifa_family, attrs[attrs[IFA_LOCAL] ? IFA_LOCAL : IFA_ADDRESS]);
	if (error == 0)
		error = own_add(found, ifa->ifa_family, attrs[IFA_BROADCAST]);
	if (error == 0)
		error = subnet_add(found, ifa, attrs[IFA_ADDRESS]);
	if (error == 0 && ifa->ifa_family == AF_INET)
		error = subnet_broadcast_add(found, attrs[IFA_ADDRESS], ifa->ifa_prefixlen);
	return error;
}

/* A gateway of the route's family, or RTA_VIA: of another (an IPv4 route by an IPv6 router). */
static int next_hop_collect(struct host_found *found, int family, const struct nlattr *gateway,
			    const struct nlattr *via)
{
	const struct rtvia *rtvia = via ? mnl_attr_get_payload(via) : NULL;
	struct addr addr;

	if (netlink_addr(family, gateway, &addr))
		return addr_set_add(&found->next_hops, &addr);
	if (!via || mnl_attr_get_payload_len(via) < sizeof(*rtvia))
		return 0;
	if (!netlink_addr_bytes(rtvia->rtvia_family, rtvia->rtvia_addr,
				mnl_attr_get_payload_len(via) - sizeof(*rtvia), &addr))
		return 0;
	return addr_set_add(&found->next_hops, &addr);
}

static int multipath_collect(struct host_found *found, int family, const struct nlattr *multipath)
{
	const struct rtnexthop *hop = mnl_attr_get_payload(multipath);
	int left = mnl_attr_get_payload_len(multipath), error = 0;

	while (error == 0 && RTNH_OK(hop, left)) {
		const struct nlattr *attr, *gateway = NULL, *via = NULL;
		size_t len = hop->rtnh_len - RTNH_LENGTH(0);

		mnl_attr_for_each_payload((const void *)RTNH_DATA(hop), len) {
			if (mnl_attr_get_type(attr) == RTA_GATEWAY)
				gateway = attr;
			if (mnl_attr_get_type(attr) == RTA_VIA)
				via = attr;
		}
		error = next_hop_collect(found, family, gateway, via);
		left -= RTNH_ALIGN(hop->rtnh_len);
		hop = RTNH_NEXT(hop);
	}
	return error;
}

/* RTA_NH_ID needs no look: every next hop object is collected by itself. */
static int route_collect(struct host_found *found, const struct nlmsghdr *message)
{
	const struct rtmsg *rtm = mnl_nlmsg_get_payload(message);
	const struct nlattr *attrs[RTA_MAX + 1];
	int error;

	if (mnl_nlmsg_get_payload_len(message) < sizeof(*rtm))
		return 0;
	if (rtm->rtm_flags & RTM_F_CLONED) /* a redirect or a path MTU, in no table */
		return 0;
	netlink_attrs(message, sizeof(*rtm), attrs, RTA_MAX + 1);
	error = next_hop_collect(found, rtm->rtm_family, attrs[RTA_GATEWAY], attrs[RTA_VIA]);
	if (error == 0 && attrs[RTA_MULTIPATH])
		error = multipath_collect(found, rtm->rtm_family, attrs[RTA_MULTIPATH]);
	return error;
}

static int nexthop_collect(struct host_found *found, const struct nlmsghdr *message)
{
	const struct nhmsg *nhm = mnl_nlmsg_get_payload(message);
	const struct nlattr *attrs[NHA_MAX + 1];

	if (mnl_nlmsg_get_payload_len(message) < sizeof(*nhm))
		return 0;
	netlink_attrs(message, sizeof(*nhm), attrs, NHA_MAX + 1);
	if (attrs[NHA_FDB]) /* a VXLAN tunnel's far end */
		return 0;
	return next_hop_collect(found, nhm->nh_family, attrs[NHA_GATEWAY], NULL);
}

int host_found_take(struct host_found *found, const struct nlmsghdr *message)
{
	switch (message->nlmsg_type) {
	case RTM_NEWADDR:
		return address_collect(found, message);
	case RTM_NEWROUTE:
		found->routes++;
		return route_collect(found, message);
	case RTM_NEWNEXTHOP:
		return nexthop_collect(found, message);
	}
	return 0;
}

bool host_found_names_gateway(const struct nlmsghdr *message)
{
	const struct nlattr *attrs[RTA_MAX + 1];

	netlink_attrs(message, sizeof(struct rtmsg), attrs, RTA_MAX + 1);
	return attrs[RTA_GATEWAY] || attrs[RTA_VIA] || attrs[RTA_MULTIPATH];
}

void host_found_free(struct host_found *found)
{
	free(found->own.addr);
	free(found->next_hops.addr);
	free(found->subnet);
	*found = (struct host_found){};
}
