// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <linux/if_addr.h>
#include <linux/nexthop.h>
#include <linux/rtnetlink.h>

#include "host_found.h"
#include "loader/rtnl/netlink.h"

#define IFA_PROTO_SINCE_5_18 11 /* IFA_PROTO, which older headers lack */
#define IFA_ATTRS	     (IFA_PROTO_SINCE_5_18 + 1)

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

bool addr_set_has(const struct addr_set *set, const struct addr *addr)
{
	return set->count && bsearch(addr, set->addr, set->count, sizeof(*addr), addr_compare);
}

bool addr_set_equal(const struct addr_set *a, const struct addr_set *b)
{
	return a->count == b->count &&
	       (!a->count || memcmp(a->addr, b->addr, a->count * sizeof(*a->addr)) == 0);
}

/* Drops duplicates before it grows: 100,000 routes have a handful of next hops. */
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

static int found_address_compare(const void *a, const void *b)
{
	const struct found_address *x = a, *y = b;

	if (x->ifindex != y->ifindex)
		return x->ifindex < y->ifindex ? -1 : 1;
	return addr_compare(&x->addr, &y->addr)
		       ?: memcmp(&x->prefix, &y->prefix, sizeof(x->prefix));
}

void host_found_sort(struct host_found *found)
{
	if (found->address_count)
		qsort(found->address, found->address_count, sizeof(*found->address),
		      found_address_compare);
}

const struct found_address *found_addresses_of(const struct found_address *address, size_t count,
					       __u32 ifindex, size_t *found)
{
	size_t low = 0, high = count, end;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (address[middle].ifindex < ifindex)
			low = middle + 1;
		else
			high = middle;
	}
	for (end = low; end < count && address[end].ifindex == ifindex; end++)
		;
	*found = end - low;
	return *found ? address + low : NULL;
}

/* ---- messages ---- */

static int own_add(struct host_found *found, int family, const struct nlattr *attr)
{
	struct addr addr;

	return netlink_addr(family, attr, &addr) ? addr_set_add(&found->own, &addr) : 0;
}

/*
 * The last address of an IPv4 prefix is a broadcast address of the host whether IFA_BROADCAST is
 * set or not (net/ipv4/fib_frontend.c, fib_add_ifaddr).
 */
static int subnet_broadcast_add(struct host_found *found, const struct ifaddrmsg *ifa,
				const struct nlattr *attr)
{
	struct addr addr;

	if (ifa->ifa_family != AF_INET || ifa->ifa_prefixlen >= 31 ||
	    !netlink_addr(AF_INET, attr, &addr))
		return 0;
	for (unsigned int bit = ADDR_V4_BITS + ifa->ifa_prefixlen; bit < ADDR_BITS; bit++)
		addr.bytes[bit / 8] |= 0x80 >> bit % 8;
	return addr_set_add(&found->own, &addr);
}

static __u32 address_flags(const struct ifaddrmsg *ifa, const struct nlattr *flags)
{
	return flags ? netlink_uint(flags) : ifa->ifa_flags;
}

/* With a peer the prefix is the peer's, and so is the link. */
static int interface_address_add(struct host_found *found, const struct ifaddrmsg *ifa,
				 const struct nlattr *const *attrs, const struct nlattr *own)
{
	struct found_address address = {
		.ifindex = ifa->ifa_index,
		.flags = address_flags(ifa, attrs[IFA_FLAGS]),
		.scope = ifa->ifa_scope,
		.proto = netlink_uint(attrs[IFA_PROTO_SINCE_5_18]),
	};
	struct found_address *more;

	if (!netlink_addr(ifa->ifa_family, own, &address.addr) ||
	    !netlink_addr(ifa->ifa_family, attrs[IFA_ADDRESS], &address.prefix.addr))
		return 0;
	address.prefix.len = ifa->ifa_prefixlen + (ifa->ifa_family == AF_INET ? ADDR_V4_BITS : 0);
	more = realloc(found->address, (found->address_count + 1) * sizeof(*more));
	if (!more)
		return -ENOMEM;
	found->address = more;
	more[found->address_count++] = address;
	return 0;
}

static int address_take(struct host_found *found, const struct nlmsghdr *message)
{
	const struct nlattr *attrs[IFA_ATTRS];
	const struct ifaddrmsg *ifa = netlink_attrs(message, sizeof(*ifa), attrs, IFA_ATTRS);
	const struct nlattr *own;

	if (!ifa)
		return 0;
	/* With a peer, IFA_ADDRESS is the peer's: perhaps a guest's (linux/if_addr.h). */
	own = attrs[attrs[IFA_LOCAL] ? IFA_LOCAL : IFA_ADDRESS];
	return own_add(found, ifa->ifa_family, own)
		       ?: own_add(found, ifa->ifa_family, attrs[IFA_BROADCAST])
		       ?: interface_address_add(found, ifa, attrs, own)
		       ?: subnet_broadcast_add(found, ifa, attrs[IFA_ADDRESS]);
}

/* A gateway of the route's family, or RTA_VIA: of another (an IPv6 router of an IPv4 route). */
static int next_hop_add(struct host_found *found, int family, const struct nlattr *gateway,
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

/* Room for twice as many when it is full: a router to many guests has a route to each. */
static int route_make_room(struct host_found *found)
{
	size_t room = found->route_room ? 2 * found->route_room : 64;
	struct found_route *route = realloc(found->route, room * sizeof(*route));

	if (!route)
		return -ENOMEM;
	found->route = route;
	found->route_room = room;
	return 0;
}

/* A destination on the link of an interface. Without RTA_DST it is the default route. */
static int route_add(struct host_found *found, const struct rtmsg *rtm, const struct nlattr *to,
		     __u32 ifindex)
{
	struct found_route route = {.ifindex = ifindex};

	if (to && !netlink_addr(rtm->rtm_family, to, &route.prefix.addr))
		return 0;
	if (rtm->rtm_family == AF_INET && !to)
		route.prefix.addr.bytes[10] = route.prefix.addr.bytes[11] = 0xff;
	route.prefix.len = rtm->rtm_dst_len + (rtm->rtm_family == AF_INET ? ADDR_V4_BITS : 0);
	if (found->route_count == found->route_room && route_make_room(found))
		return -ENOMEM;
	found->route[found->route_count++] = route;
	return 0;
}

/*
 * May the route say what is on a link? Not the kernel's own IPv4 routes: they are those of the
 * host's addresses, which are known.
 */
static bool route_is_of_link(const struct rtmsg *rtm)
{
	return rtm->rtm_type == RTN_UNICAST &&
	       (rtm->rtm_family == AF_INET6 ||
		(rtm->rtm_family == AF_INET && rtm->rtm_protocol != RTPROT_KERNEL));
}

static int multipath_add(struct host_found *found, const struct rtmsg *rtm, const struct nlattr *to,
			 const struct nlattr *multipath)
{
	const struct rtnexthop *hop = mnl_attr_get_payload(multipath);
	int left = mnl_attr_get_payload_len(multipath), err = 0;

	for (; !err && RTNH_OK(hop, left); hop = RTNH_NEXT(hop)) {
		const struct nlattr *attr, *gateway = NULL, *via = NULL;
		size_t len = hop->rtnh_len - RTNH_LENGTH(0);

		mnl_attr_for_each_payload((const void *)RTNH_DATA(hop), len) {
			if (mnl_attr_get_type(attr) == RTA_GATEWAY)
				gateway = attr;
			if (mnl_attr_get_type(attr) == RTA_VIA)
				via = attr;
		}
		err = next_hop_add(found, rtm->rtm_family, gateway, via);
		if (!err && !gateway && !via && route_is_of_link(rtm))
			err = route_add(found, rtm, to, hop->rtnh_ifindex);
		left -= RTNH_ALIGN(hop->rtnh_len);
	}
	return err;
}

/* RTA_NH_ID: next hop objects have messages of their own. */
static int route_take(struct host_found *found, const struct nlmsghdr *message)
{
	const struct nlattr *attrs[RTA_MAX + 1];
	const struct rtmsg *rtm = netlink_attrs(message, sizeof(*rtm), attrs, RTA_MAX + 1);

	if (!rtm || rtm->rtm_flags & RTM_F_CLONED) /* a redirect or a path MTU, in no table */
		return 0;
	if (attrs[RTA_MULTIPATH])
		return multipath_add(found, rtm, attrs[RTA_DST], attrs[RTA_MULTIPATH]);
	if (attrs[RTA_GATEWAY] || attrs[RTA_VIA])
		return next_hop_add(found, rtm->rtm_family, attrs[RTA_GATEWAY], attrs[RTA_VIA]);
	if (attrs[RTA_OIF] && route_is_of_link(rtm))
		return route_add(found, rtm, attrs[RTA_DST], netlink_uint(attrs[RTA_OIF]));
	return 0;
}

static int next_hop_take(struct host_found *found, const struct nlmsghdr *message)
{
	const struct nlattr *attrs[NHA_MAX + 1];
	const struct nhmsg *nhm = netlink_attrs(message, sizeof(*nhm), attrs, NHA_MAX + 1);

	if (!nhm || attrs[NHA_FDB]) /* the far end of a VXLAN tunnel */
		return 0;
	return next_hop_add(found, nhm->nh_family, attrs[NHA_GATEWAY], NULL);
}

int host_found_take(struct host_found *found, const struct nlmsghdr *message)
{
	switch (message->nlmsg_type) {
	case RTM_NEWADDR:
		return address_take(found, message);
	case RTM_NEWROUTE:
		found->routes++;
		return route_take(found, message);
	case RTM_NEWNEXTHOP:
		return next_hop_take(found, message);
	}
	return 0;
}

bool host_found_has_route(const struct nlmsghdr *message)
{
	const struct nlattr *attrs[RTA_MAX + 1];
	const struct rtmsg *rtm = netlink_attrs(message, sizeof(*rtm), attrs, RTA_MAX + 1);

	return rtm && (attrs[RTA_GATEWAY] || attrs[RTA_VIA] || attrs[RTA_MULTIPATH] ||
		       (attrs[RTA_OIF] && route_is_of_link(rtm)));
}

void host_found_free(struct host_found *found)
{
	free(found->own.addr);
	free(found->next_hops.addr);
	free(found->address);
	free(found->route);
	*found = (struct host_found){};
}
