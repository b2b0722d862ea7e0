// SPDX-License-Identifier: GPL-2.0-or-later
/* The addresses that no guest may be announced for: own ones and next hops, from messages. */
#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <linux/if.h>
#include <linux/if_addr.h>
#include <linux/nexthop.h>
#include <linux/rtnetlink.h>
#include <libmnl/libmnl.h>

#include "loader/topology/host.h"
#include "loader/base/text.h"

#define LINES 64

static struct host *host;
static char line[LINES][ADDR_TEXT_LEN + 16];
static size_t told, expected;
static bool count_only;
static bool refuses; /* set() takes nothing */
static char buffer[4096] __attribute__((aligned(NLMSG_ALIGNTO)));

/* ---- the ops, written down ---- */

static char *line_next(void)
{
	size_t i = told++;

	cr_assert(count_only || i < LINES, "more ops than lines");
	return line[count_only ? 0 : i];
}

static int set(void *ctx, const struct addr *addr, enum host_address why)
{
	char text[ADDR_TEXT_LEN];

	(void)ctx;
	snprintf(line_next(), sizeof(line[0]), "%s %s", why == HOST_OWN ? "own" : "next hop",
		 addr_text(addr, text));
	return refuses ? -E2BIG : 0;
}

static void unset(void *ctx, const struct addr *addr)
{
	char text[ADDR_TEXT_LEN];

	(void)ctx;
	snprintf(line_next(), sizeof(line[0]), "unset %s", addr_text(addr, text));
}

static void settled(void *ctx)
{
	(void)ctx;
}

static void expect(const char *text)
{
	cr_assert_eq(host_settle(host), 0);
	cr_assert_lt(expected, told, "silence instead of: %s", text);
	cr_assert_str_eq(line[expected], text, "'%s' instead of '%s'", line[expected], text);
	expected++;
}

static void expect_silence(void)
{
	cr_assert_eq(host_settle(host), 0);
	cr_assert_eq(expected, told, "instead of silence: %s", line[expected]);
}

static void start(void)
{
	static const struct host_ops ops = {.set = set, .unset = unset, .settled = settled};

	cr_assert_eq(host_new(&host, &ops, NULL), 0);
}

static void end(void)
{
	host_close(host);
}

TestSuite(host, .init = start, .fini = end);

/* ---- the kernel's messages ---- */

static void put_addr(struct nlmsghdr *message, int type, const char *text)
{
	struct in6_addr bytes;
	int family = strchr(text, ':') ? AF_INET6 : AF_INET;

	cr_assert_eq(inet_pton(family, text, &bytes), 1);
	mnl_attr_put(message, type, family == AF_INET ? 4 : 16, &bytes);
}

static const struct nlmsghdr *address(int type, const char *local, const char *address,
				      const char *broadcast, unsigned char prefixlen)
{
	struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);
	struct ifaddrmsg *ifa = mnl_nlmsg_put_extra_header(message, sizeof(*ifa));

	message->nlmsg_type = type;
	ifa->ifa_family = strchr(address, ':') ? AF_INET6 : AF_INET;
	ifa->ifa_prefixlen = prefixlen;
	put_addr(message, IFA_ADDRESS, address);
	if (local)
		put_addr(message, IFA_LOCAL, local);
	if (broadcast)
		put_addr(message, IFA_BROADCAST, broadcast);
	return message;
}

static struct nlmsghdr *route_begin(int type, int family, unsigned int flags)
{
	struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);
	struct rtmsg *rtm = mnl_nlmsg_put_extra_header(message, sizeof(*rtm));

	message->nlmsg_type = type;
	rtm->rtm_family = family;
	rtm->rtm_flags = flags;
	return message;
}

static struct nlmsghdr *route(int type, const char *gateway)
{
	struct nlmsghdr *message = route_begin(type, strchr(gateway, ':') ? AF_INET6 : AF_INET, 0);

	put_addr(message, RTA_GATEWAY, gateway);
	return message;
}

static void via_put(struct nlmsghdr *message, const char *text)
{
	struct {
		__kernel_sa_family_t family;
		unsigned char bytes[16];
	} via = {.family = AF_INET6};

	cr_assert_eq(inet_pton(AF_INET6, text, via.bytes), 1);
	mnl_attr_put(message, RTA_VIA, sizeof(via), &via);
}

/* A next hop inside RTA_MULTIPATH: a struct rtnexthop and its attributes. */
static void hop_put(struct nlmsghdr *message, const char *gateway, const char *via)
{
	struct rtnexthop *hop = mnl_nlmsg_get_payload_tail(message);
	char *begin = (char *)hop;

	memset(hop, 0, sizeof(*hop));
	message->nlmsg_len += sizeof(*hop);
	if (gateway)
		put_addr(message, RTA_GATEWAY, gateway);
	if (via)
		via_put(message, via);
	hop->rtnh_len = (char *)mnl_nlmsg_get_payload_tail(message) - begin;
}

static struct nlmsghdr *nexthop_object(int type, const char *gateway, bool fdb)
{
	struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);
	struct nhmsg *nhm = mnl_nlmsg_put_extra_header(message, sizeof(*nhm));

	message->nlmsg_type = type;
	nhm->nh_family = AF_INET;
	mnl_attr_put_u32(message, NHA_ID, 1);
	put_addr(message, NHA_GATEWAY, gateway);
	if (fdb)
		mnl_attr_put(message, NHA_FDB, 0, NULL);
	return message;
}

static const struct nlmsghdr *link_flags(int type, unsigned int flags, unsigned int change)
{
	struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);
	struct ifinfomsg *ifi = mnl_nlmsg_put_extra_header(message, sizeof(*ifi));

	message->nlmsg_type = type;
	ifi->ifi_flags = flags;
	ifi->ifi_change = change;
	return message;
}

/* ---- addresses ---- */

Test(host, own_address_and_both_of_its_broadcast_addresses)
{
	host_collect(host, address(RTM_NEWADDR, "192.0.2.1", "192.0.2.1", "192.0.2.99", 24));
	expect("own 192.0.2.1");
	expect("own 192.0.2.99");
	expect("own 192.0.2.255");
	expect_silence();
}

Test(host, the_far_end_of_a_point_to_point_address_is_not_ours)
{
	host_collect(host, address(RTM_NEWADDR, "192.0.2.1", "192.0.2.7", NULL, 32));
	expect("own 192.0.2.1");
	expect_silence();
}

Test(host, subnet_broadcast_stops_at_31)
{
	host_collect(host, address(RTM_NEWADDR, "192.0.2.0", "192.0.2.0", NULL, 31));
	host_collect(host, address(RTM_NEWADDR, "192.0.2.5", "192.0.2.5", NULL, 30));
	expect("own 192.0.2.0");
	expect("own 192.0.2.5");
	expect("own 192.0.2.7");
	expect_silence();
}

Test(host, ipv6_address_has_no_broadcast)
{
	host_collect(host, address(RTM_NEWADDR, NULL, "2001:db8::1", NULL, 64));
	expect("own 2001:db8::1");
	expect_silence();
}

Test(host, an_address_on_two_interfaces_is_there_until_the_last_is_gone)
{
	for (int interfaces = 2; interfaces >= 0; interfaces--) {
		host_read_begin(host, HOST_ADDRESSES);
		for (int i = 0; i < interfaces; i++)
			host_collect(host, address(RTM_NEWADDR, NULL, "2001:db8::1", NULL, 64));
		if (interfaces == 2)
			expect("own 2001:db8::1");
		if (interfaces == 0)
			expect("unset 2001:db8::1");
		expect_silence();
	}
}

/* The map is full: what it has not taken is told again, once there is room. */
Test(host, what_is_not_taken_is_told_again)
{
	refuses = true;
	host_collect(host, address(RTM_NEWADDR, NULL, "2001:db8::1", NULL, 64));
	expect("own 2001:db8::1");
	host_collect(host, route(RTM_NEWROUTE, "2001:db8::2"));
	expect("own 2001:db8::1");
	expect("next hop 2001:db8::2");
	refuses = false;
	host_read_begin(host, HOST_ROUTES);
	expect("own 2001:db8::1");
	refuses = true;
	host_read_begin(host, HOST_ADDRESSES);
	host_collect(host, route(RTM_NEWROUTE, "2001:db8::1"));
	expect("next hop 2001:db8::1");
	refuses = false;
	host_read_begin(host, HOST_ROUTES);
	expect("unset 2001:db8::1");
	expect_silence();
}

Test(host, room_is_made_before_it_is_taken)
{
	host_collect(host, address(RTM_NEWADDR, NULL, "2001:db8::2", NULL, 64));
	expect("own 2001:db8::2");
	host_read_begin(host, HOST_ADDRESSES);
	host_collect(host, address(RTM_NEWADDR, NULL, "2001:db8::1", NULL, 64));
	expect("unset 2001:db8::2");
	expect("own 2001:db8::1");
	expect_silence();
}

/* ---- next hops ---- */

Test(host, gateways_of_both_families)
{
	host_collect(host, route(RTM_NEWROUTE, "192.0.2.254"));
	host_collect(host, route(RTM_NEWROUTE, "fe80::1"));
	expect("next hop 192.0.2.254");
	expect("next hop fe80::1");
	expect_silence();
}

Test(host, an_ipv4_route_by_an_ipv6_router)
{
	struct nlmsghdr *message = route_begin(RTM_NEWROUTE, AF_INET, 0);

	via_put(message, "fe80::2");
	host_collect(host, message);
	expect("next hop fe80::2");
	expect_silence();
}

Test(host, every_next_hop_of_a_multipath_route)
{
	struct nlmsghdr *message = route_begin(RTM_NEWROUTE, AF_INET, 0);
	struct nlattr *multipath = mnl_attr_nest_start(message, RTA_MULTIPATH);

	hop_put(message, "192.0.2.251", NULL);
	hop_put(message, NULL, NULL); /* by an interface alone */
	hop_put(message, NULL, "fe80::3");
	hop_put(message, "192.0.2.252", NULL);
	mnl_attr_nest_end(message, multipath);
	host_collect(host, message);
	expect("next hop 192.0.2.251");
	expect("next hop 192.0.2.252");
	expect("next hop fe80::3");
	expect_silence();
}

Test(host, next_hop_objects_but_not_those_of_an_fdb)
{
	host_collect(host, nexthop_object(RTM_NEWNEXTHOP, "192.0.2.253", false));
	host_collect(host, nexthop_object(RTM_NEWNEXTHOP, "192.0.2.9", true));
	expect("next hop 192.0.2.253");
	expect_silence();
}

Test(host, no_gateway_no_next_hop)
{
	struct nlmsghdr *message = route_begin(RTM_NEWROUTE, AF_INET6, 0);

	put_addr(message, RTA_DST, "ff00::");
	host_collect(host, message);
	message = route_begin(RTM_NEWROUTE, AF_INET, RTM_F_CLONED);
	put_addr(message, RTA_GATEWAY, "192.0.2.66"); /* a redirect's */
	host_collect(host, message);
	message = route_begin(RTM_NEWROUTE, AF_INET, 0);
	put_addr(message, RTA_GATEWAY, "0.0.0.0");
	host_collect(host, message);
	expect_silence();
}

Test(host, own_wins_over_next_hop_in_both_directions)
{
	host_collect(host, route(RTM_NEWROUTE, "192.0.2.1"));
	expect("next hop 192.0.2.1");
	host_collect(host, address(RTM_NEWADDR, "192.0.2.1", "192.0.2.1", NULL, 32));
	expect("own 192.0.2.1");
	host_read_begin(host, HOST_ADDRESSES);
	expect("next hop 192.0.2.1");
	host_read_begin(host, HOST_ROUTES);
	expect("unset 192.0.2.1");
	expect_silence();
}

/* ---- news ---- */

Test(host, a_new_next_hop_counts_at_once_and_needs_no_reading)
{
	host_hear(host, route(RTM_NEWROUTE, "192.0.2.254"));
	cr_assert_eq(host_stale(host), 0);
	expect("next hop 192.0.2.254");
	host_hear(host, route(RTM_NEWROUTE, "192.0.2.254"));
	cr_assert_eq(host_stale(host), 0);
	expect_silence();
}

Test(host, a_route_less_asks_for_a_reading_and_keeps_the_next_hop_until_then)
{
	host_hear(host, route(RTM_NEWROUTE, "192.0.2.254"));
	expect("next hop 192.0.2.254");
	host_hear(host, route(RTM_DELROUTE, "192.0.2.254"));
	cr_assert_eq(host_stale(host), HOST_ROUTES);
	expect_silence();
	host_read_begin(host, HOST_ROUTES);
	cr_assert_eq(host_stale(host), 0);
	expect("unset 192.0.2.254");
}

Test(host, what_a_replaced_route_or_object_had_must_be_read)
{
	struct nlmsghdr *message = route(RTM_NEWROUTE, "192.0.2.254");

	message->nlmsg_flags |= NLM_F_REPLACE;
	host_hear(host, message);
	cr_assert_eq(host_stale(host), HOST_ROUTES);
	expect("next hop 192.0.2.254");
	host_read_begin(host, HOST_ROUTES);
	host_hear(host, nexthop_object(RTM_DELNEXTHOP, "192.0.2.254", false));
	cr_assert_eq(host_stale(host), HOST_ROUTES);
}

/* A route to what is on the link of an interface. */
static const struct nlmsghdr *route_on_link(int type, const char *to, unsigned char len,
					    __u32 ifindex, unsigned char protocol)
{
	int family = strchr(to, ':') ? AF_INET6 : AF_INET;
	struct nlmsghdr *message = route_begin(type, family, 0);
	struct rtmsg *rtm = mnl_nlmsg_get_payload(message);

	rtm->rtm_type = RTN_UNICAST;
	rtm->rtm_protocol = protocol;
	rtm->rtm_dst_len = len;
	if (len)
		put_addr(message, RTA_DST, to);
	mnl_attr_put_u32(message, RTA_OIF, ifindex);
	return message;
}

static void expect_routes(size_t count)
{
	size_t found;

	host_routes(host, &found);
	cr_assert_eq(found, count, "%zu routes, not %zu", found, count);
}

/* The last one that was found. */
static void expect_route(__u32 ifindex, const char *prefix)
{
	char text[ADDR_TEXT_LEN];
	size_t count;
	const struct found_route *route = host_routes(host, &count);

	cr_assert_gt(count, 0, "no route instead of %s", prefix);
	cr_assert_eq(route[count - 1].ifindex, ifindex);
	cr_assert_str_eq(prefix_text(&route[count - 1].prefix, text), prefix);
}

Test(host, a_connected_route_less_is_nothing)
{
	host_hear(host, route_begin(RTM_DELROUTE, AF_INET, 0));
	cr_assert_eq(host_stale(host), 0);
	host_hear(host, route_on_link(RTM_DELROUTE, "192.0.2.0", 24, 3, RTPROT_KERNEL));
	cr_assert_eq(host_stale(host), 0);
}

Test(host, what_a_route_has_on_a_link)
{
	host_hear(host, route_on_link(RTM_NEWROUTE, "10.99.0.0", 24, 3, RTPROT_BOOT));
	expect_route(3, "10.99.0.0/24");
	host_hear(host, route_on_link(RTM_NEWROUTE, "198.51.100.7", 32, 4, RTPROT_STATIC));
	expect_route(4, "198.51.100.7");
	host_hear(host, route_on_link(RTM_NEWROUTE, "2001:db8:99::", 64, 3, RTPROT_KERNEL));
	expect_route(3, "2001:db8:99::/64");
	host_hear(host, route_on_link(RTM_NEWROUTE, "0.0.0.0", 0, 5, RTPROT_BOOT));
	expect_route(5, "0.0.0.0/0");
	expect_routes(4);
	expect_silence(); /* no next hop */
	host_hear(host, route_on_link(RTM_DELROUTE, "10.99.0.0", 24, 3, RTPROT_BOOT));
	cr_assert_eq(host_stale(host), HOST_ROUTES);
	host_read_begin(host, HOST_ROUTES);
	expect_routes(0);
}

Test(host, what_is_on_no_link)
{
	struct nlmsghdr *message;

	host_hear(host, route_on_link(RTM_NEWROUTE, "192.0.2.0", 24, 3, RTPROT_KERNEL));
	message = (struct nlmsghdr *)route_on_link(RTM_NEWROUTE, "10.99.0.0", 24, 3, RTPROT_BOOT);
	put_addr(message, RTA_GATEWAY, "192.0.2.9");
	host_hear(host, message);
	message = (struct nlmsghdr *)route_on_link(RTM_NEWROUTE, "10.99.0.0", 24, 3, RTPROT_BOOT);
	((struct rtmsg *)mnl_nlmsg_get_payload(message))->rtm_type = RTN_BLACKHOLE;
	host_hear(host, message);
	expect_routes(0);
}

Test(host, a_thousand_routes_are_all_kept)
{
	for (int i = 0; i < 1000; i++) {
		char text[ADDR_TEXT_LEN];

		snprintf(text, sizeof(text), "198.18.%d.%d", i / 250, i % 250);
		host_hear(host, route_on_link(RTM_NEWROUTE, text, 32, 3, RTPROT_BOOT));
		expect_route(3, text);
	}
	expect_routes(1000);
}

Test(host, addresses_are_read_again_and_the_routes_that_vanish_with_one)
{
	host_hear(host, address(RTM_NEWADDR, "192.0.2.1", "192.0.2.1", NULL, 24));
	cr_assert_eq(host_stale(host), HOST_ADDRESSES);
	host_read_begin(host, HOST_ADDRESSES);
	host_hear(host, address(RTM_DELADDR, "192.0.2.1", "192.0.2.1", NULL, 24));
	cr_assert_eq(host_stale(host), HOST_ADDRESSES | HOST_ROUTES);
}

Test(host, routes_vanish_with_an_interface_that_goes_down)
{
	host_hear(host, link_flags(RTM_NEWLINK, IFF_UP, IFF_UP));
	host_hear(host, link_flags(RTM_NEWLINK, 0, 0));
	cr_assert_eq(host_stale(host), 0);
	host_hear(host, link_flags(RTM_NEWLINK, 0, IFF_UP));
	cr_assert_eq(host_stale(host), HOST_ROUTES);
	host_read_begin(host, HOST_ROUTES);
	host_hear(host, link_flags(RTM_DELLINK, 0, ~0u));
	cr_assert_eq(host_stale(host), HOST_ROUTES);
}

Test(host, a_hundred_thousand_routes_by_a_few_next_hops)
{
	char text[ADDR_TEXT_LEN];

	for (int i = 0; i < 100000; i++) {
		snprintf(text, sizeof(text), "192.0.2.%d", 1 + i * 7 % 5);
		host_collect(host, route(RTM_NEWROUTE, text));
	}
	for (int i = 1; i <= 5; i++) {
		snprintf(text, sizeof(text), "next hop 192.0.2.%d", i);
		expect(text);
	}
	expect_silence();
}

Test(host, a_thousand_next_hops_are_all_kept)
{
	struct addr addr;
	char text[ADDR_TEXT_LEN];

	count_only = true;
	for (int i = 999; i >= 0; i--) {
		snprintf(text, sizeof(text), "10.0.%d.%d", i / 256, i % 256);
		host_collect(host, route(RTM_NEWROUTE, text));
	}
	cr_assert_eq(addr_parse("10.0.3.231", &addr), 0);
	cr_assert_not(host_knows(host, &addr));
	cr_assert_eq(host_settle(host), 0);
	cr_assert_eq(told, 1000);
	cr_assert(host_knows(host, &addr));
	cr_assert_eq(addr_parse("10.0.3.232", &addr), 0);
	cr_assert_not(host_knows(host, &addr));
}

/* ---- the addresses of interfaces ---- */

static struct nlmsghdr *address_of(__u32 ifindex, const char *text, unsigned char prefixlen)
{
	struct nlmsghdr *message = (struct nlmsghdr *)address(RTM_NEWADDR, NULL, text, NULL,
							      prefixlen);
	struct ifaddrmsg *ifa = mnl_nlmsg_get_payload(message);

	ifa->ifa_index = ifindex;
	return message;
}

Test(host, subnet_of_each_address_and_of_a_peer)
{
	const struct found_address *address_found;
	char text[ADDR_TEXT_LEN];
	size_t count;

	host_read_begin(host, HOST_ADDRESSES);
	host_collect(host, address(RTM_NEWADDR, "192.0.2.1", "192.0.2.1", NULL, 24));
	host_collect(host, address(RTM_NEWADDR, "192.0.2.1", "198.51.100.0", NULL, 30));
	host_collect(host, address(RTM_NEWADDR, NULL, "2001:db8::1", NULL, 64));
	host_settle(host);
	address_found = host_addresses(host, &count);
	cr_assert_eq(count, 3);
	cr_assert_eq(address_found[0].prefix.len, ADDR_V4_BITS + 24);
	cr_assert_str_eq(addr_text(&address_found[0].prefix.addr, text), "192.0.2.1");
	cr_assert_str_eq(addr_text(&address_found[1].prefix.addr, text), "198.51.100.0");
	cr_assert_eq(address_found[2].prefix.len, 64);
	host_read_begin(host, HOST_ADDRESSES);
	host_settle(host);
	host_addresses(host, &count);
	cr_assert_eq(count, 0);
}

static void expect_order(const struct found_address *found, const char *first, const char *second)
{
	char text[ADDR_TEXT_LEN];

	cr_assert_str_eq(addr_text(&found[0].addr, text), first);
	cr_assert_str_eq(addr_text(&found[1].addr, text), second);
}

Test(host, addresses_of_each_interface_sorted)
{
	const struct found_address *all, *of;
	size_t count, count_of;

	host_read_begin(host, HOST_ADDRESSES);
	host_collect(host, address_of(7, "192.0.2.9", 24));
	host_collect(host, address_of(3, "192.0.2.1", 24));
	host_collect(host, address_of(7, "192.0.2.2", 24));
	host_settle(host);
	all = host_addresses(host, &count);
	of = found_addresses_of(all, count, 7, &count_of);
	cr_assert_eq(count_of, 2);
	expect_order(of, "192.0.2.2", "192.0.2.9");
	of = found_addresses_of(all, count, 3, &count_of);
	cr_assert_eq(count_of, 1);
	cr_assert_eq(of, all);
	cr_assert_null(found_addresses_of(all, count, 5, &count_of));
	cr_assert_eq(count_of, 0);
	cr_assert_null(found_addresses_of(all, count, 8, &count_of));
	cr_assert_null(found_addresses_of(NULL, 0, 7, &count_of));
}

/* ifa_flags has 8 bits; IFA_FLAGS, where it is, all 32. */
Test(host, flags_scope_and_program_of_an_address)
{
	const struct found_address *found;
	struct nlmsghdr *message;
	struct ifaddrmsg *ifa;
	size_t count;

	host_read_begin(host, HOST_ADDRESSES);
	message = address_of(3, "192.0.2.1", 24);
	ifa = mnl_nlmsg_get_payload(message);
	ifa->ifa_flags = IFA_F_SECONDARY;
	ifa->ifa_scope = RT_SCOPE_LINK;
	host_collect(host, message);
	message = address_of(3, "192.0.2.2", 24);
	mnl_attr_put_u32(message, IFA_FLAGS, IFA_F_PERMANENT | IFA_F_NOPREFIXROUTE);
	mnl_attr_put_u8(message, 11 /* IFA_PROTO */, 18);
	host_collect(host, message);
	host_settle(host);
	found = host_addresses(host, &count);
	cr_assert_eq(count, 2);
	cr_assert_eq(found[0].flags, IFA_F_SECONDARY);
	cr_assert_eq(found[0].scope, RT_SCOPE_LINK);
	cr_assert_eq(found[0].proto, 0);
	cr_assert_eq(found[1].flags, IFA_F_PERMANENT | IFA_F_NOPREFIXROUTE);
	cr_assert_eq(found[1].scope, RT_SCOPE_UNIVERSE);
	cr_assert_eq(found[1].proto, 18);
}

/* ---- addresses that garpd uses itself ---- */

static void reserve(const char *a, const char *b)
{
	struct addr addr[2];
	size_t count = 0;

	if (a)
		cr_assert_eq(addr_parse(a, &addr[count++]), 0);
	if (b)
		cr_assert_eq(addr_parse(b, &addr[count++]), 0);
	cr_assert_eq(host_reserve(host, addr, count), 0);
}

Test(host, reserved_addresses_are_guarded_as_own_ones)
{
	struct addr addr;

	reserve("169.254.3.3", "fe80::3");
	expect("own 169.254.3.3");
	expect("own fe80::3");
	reserve("fe80::3", "169.254.3.3");
	expect_silence();
	reserve("169.254.3.4", NULL);
	expect("unset 169.254.3.3");
	expect("unset fe80::3");
	expect("own 169.254.3.4");
	cr_assert_eq(addr_parse("169.254.3.4", &addr), 0);
	cr_assert(host_knows(host, &addr));
	cr_assert_not(host_has(host, &addr));
	reserve(NULL, NULL);
	expect("unset 169.254.3.4");
}

/* Its address appears on an interface, and is no longer reserved: it stays guarded. */
Test(host, reserved_address_that_the_host_gets_stays_guarded)
{
	struct addr addr;

	cr_assert_eq(addr_parse("169.254.3.3", &addr), 0);
	reserve("169.254.3.3", NULL);
	expect("own 169.254.3.3");
	host_read_begin(host, HOST_ADDRESSES);
	host_collect(host, address_of(3, "169.254.3.3", 32));
	expect_silence();
	cr_assert(host_has(host, &addr));
	reserve(NULL, NULL);
	expect_silence();
	host_read_begin(host, HOST_ADDRESSES);
	expect("unset 169.254.3.3");
	cr_assert_not(host_has(host, &addr));
}

Test(host, reserved_address_that_is_a_next_hop_is_own)
{
	host_read_begin(host, HOST_ROUTES);
	host_collect(host, route(RTM_NEWROUTE, "169.254.3.3"));
	expect("next hop 169.254.3.3");
	reserve("169.254.3.3", NULL);
	expect("own 169.254.3.3");
}

/* ---- gateways of the configuration ---- */

static void name_gateways(const char *first, const char *second)
{
	const char *const text[] = {first, second};
	struct addr addr[2];
	size_t count = 0;

	for (size_t i = 0; i < 2; i++)
		if (text[i])
			cr_assert_eq(addr_parse(text[i], &addr[count++]), 0);
	cr_assert_eq(host_name_gateways(host, addr, count), 0);
}

Test(host, gateways_of_the_configuration_are_guarded_as_next_hops)
{
	name_gateways("192.0.2.254", "2001:db8::1");
	expect("next hop 192.0.2.254");
	expect("next hop 2001:db8::1");
	name_gateways("192.0.2.254", "2001:db8::1");
	expect_silence();
	name_gateways("192.0.2.253", NULL);
	expect("unset 192.0.2.254");
	expect("unset 2001:db8::1");
	expect("next hop 192.0.2.253");
	name_gateways(NULL, NULL);
	expect("unset 192.0.2.253");
	expect_silence();
}

Test(host, gateway_that_is_a_next_hop_stays_guarded)
{
	host_collect(host, route(RTM_NEWROUTE, "192.0.2.254"));
	expect("next hop 192.0.2.254");
	name_gateways("192.0.2.254", NULL);
	expect_silence();
	host_read_begin(host, HOST_ROUTES);
	expect_silence();
	name_gateways(NULL, NULL);
	expect("unset 192.0.2.254");
}

Test(host, gateway_that_is_the_host_is_its_own)
{
	host_collect(host, address(RTM_NEWADDR, "192.0.2.254", "192.0.2.254", NULL, 24));
	expect("own 192.0.2.254");
	expect("own 192.0.2.255");
	name_gateways("192.0.2.254", NULL);
	expect_silence();
}
