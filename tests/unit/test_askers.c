// SPDX-License-Identifier: GPL-2.0-or-later
/* Who asks guests for their addresses: from interfaces and their addresses to the table. */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>

#include "loader/base/text.h"
#include "loader/topology/askers.h"
#include "leaks.h"

#define BR0    3
#define BR0_10 4 /* a VLAN device on it */
#define ETH1   5 /* a router port */

#define KEEPALIVED 18 /* RTPROT_KEEPALIVED */

static struct askers askers;
static struct host_found found;
static const char *taken[4]; /* addresses that another host has */

static void setup(void)
{
	memset(taken, 0, sizeof(taken));
}

static void end(void)
{
	askers_free(&askers);
	host_found_free(&found);
	no_leaks();
}

TestSuite(askers, .init = setup, .fini = end);

static bool is_taken(void *ctx, __u32 segment, __u16 vlan, const struct addr *addr)
{
	char text[ADDR_TEXT_LEN];

	(void)ctx;
	(void)segment;
	(void)vlan;
	addr_text(addr, text);
	for (size_t i = 0; i < sizeof(taken) / sizeof(taken[0]) && taken[i]; i++)
		if (strcmp(text, taken[i]) == 0)
			return true;
	return false;
}

/* A permanent address of an interface; the caller changes what is different about it. */
static struct found_address *has(__u32 ifindex, const char *text, unsigned int len)
{
	struct found_address *address;

	found.address = realloc(found.address, (found.address_count + 1) * sizeof(*found.address));
	address = &found.address[found.address_count++];
	*address = (struct found_address){.ifindex = ifindex, .flags = IFA_F_PERMANENT};
	cr_assert_eq(addr_parse(text, &address->addr), 0);
	address->prefix = (struct prefix){.len = len, .addr = address->addr};
	if (addr_is_ipv4(&address->addr))
		address->prefix.len += ADDR_V4_BITS;
	else if (addr_is_link_local(&address->addr))
		address->scope = RT_SCOPE_LINK;
	return address;
}

/* MACs 02:00:00:00:02:00 + ifindex, of which 169.254.3.0 + ifindex is made. */
static struct ports_interface interface(__u32 ifindex, __u32 segment, __u16 vlan)
{
	return (struct ports_interface){
		.ifindex = ifindex,
		.at = {segment, vlan},
		.elsewhere = ifindex == segment ? segment : 0,
		.mac = {0x02, 0, 0, 0, 0x02, (__u8)ifindex},
	};
}

static void add(struct ports_interface interface)
{
	host_found_sort(&found);
	cr_assert_eq(
		askers_add(&askers, &interface, found.address, found.address_count, is_taken, NULL),
		0);
	askers_sort(&askers);
}

/* "SEGMENT.VLAN NETWORK/BITS: ADDRESS MAC'S LAST BYTE host|made" of each, in order. */
static const char *line_of(const struct asker_entry *entry, char text[192])
{
	char network[ADDR_TEXT_LEN], addr[ADDR_TEXT_LEN], vlan[8];
	const struct subnet *subnet = &entry->subnet;

	snprintf(vlan, sizeof(vlan), "%u", subnet->vlan);
	snprintf(text, 192, "%u.%s v%u %s/%u: %s %02x %s\n", subnet->segment,
		 subnet->vlan == ASKER_ANY_VLAN ? "any" : vlan, subnet->family,
		 addr_text(&subnet->addr, network), subnet->len - SUBNET_FAMILY_BITS,
		 addr_text(&entry->asker.addr, addr), entry->asker.mac[5],
		 entry->asker.kind == ASKER_HOST ? "host" : "made");
	return text;
}

/* Those of one VLAN and family. */
static const char *written(__u16 vlan, __u16 family)
{
	static char text[2048];
	char line[192];
	size_t len = 0;

	text[0] = '\0';
	for (size_t i = 0; i < askers.count; i++)
		if (askers.entry[i].subnet.vlan == vlan && askers.entry[i].subnet.family == family)
			len += snprintf(text + len, sizeof(text) - len, "%s",
					line_of(&askers.entry[i], line));
	return text;
}

/* ---- IPv4 ---- */

Test(askers, an_address_asks_in_its_subnet_and_for_all_others)
{
	has(BR0, "192.0.2.1", 24);
	add(interface(BR0, BR0, 0));
	cr_assert_str_eq(written(0, 4), "3.0 v4 ::/0: 192.0.2.1 03 host\n"
					"3.0 v4 192.0.2.0/120: 192.0.2.1 03 host\n");
}

Test(askers, each_subnet_is_asked_by_its_own_address)
{
	has(BR0, "192.0.2.1", 24);
	has(BR0, "198.51.100.1", 25);
	add(interface(BR0, BR0, 0));
	cr_assert_str_eq(written(0, 4), "3.0 v4 ::/0: 192.0.2.1 03 host\n"
					"3.0 v4 192.0.2.0/120: 192.0.2.1 03 host\n"
					"3.0 v4 198.51.100.0/121: 198.51.100.1 03 host\n");
}

Test(askers, without_an_address_one_is_made_from_the_mac)
{
	add(interface(BR0, BR0, 0));
	cr_assert_str_eq(written(0, 4), "3.0 v4 ::/0: 169.254.3.3 03 made\n");
}

static void expect_made(void)
{
	add(interface(BR0, BR0, 0));
	cr_assert_str_eq(written(0, 4), "3.0 v4 ::/0: 169.254.3.3 03 made\n");
}

Test(askers, an_address_with_a_lifetime_does_not_ask)
{
	struct found_address *address = has(BR0, "192.0.2.1", 24);

	address->flags = 0;
	expect_made();
}

Test(askers, a_secondary_address_does_not_ask)
{
	struct found_address *address = has(BR0, "192.0.2.1", 24);

	address->flags |= IFA_F_SECONDARY;
	expect_made();
}

Test(askers, an_address_of_a_narrower_scope_does_not_ask)
{
	struct found_address *address = has(BR0, "192.0.2.1", 24);

	address->scope = RT_SCOPE_LINK;
	expect_made();
}

Test(askers, an_address_of_keepalived_does_not_ask)
{
	struct found_address *address = has(BR0, "192.0.2.1", 24);

	address->proto = KEEPALIVED;
	expect_made();
}

Test(askers, a_single_address_does_not_ask)
{
	has(BR0, "192.0.2.1", 32);
	expect_made();
}

Test(askers, an_address_of_a_point_to_point_link_does_not_ask)
{
	has(BR0, "192.0.2.1", 31);
	expect_made();
}

Test(askers, an_address_of_a_link_of_four_asks)
{
	has(BR0, "192.0.2.1", 30);
	add(interface(BR0, BR0, 0));
	cr_assert_str_eq(written(0, 4), "3.0 v4 ::/0: 192.0.2.1 03 host\n"
					"3.0 v4 192.0.2.0/126: 192.0.2.1 03 host\n");
}

Test(askers, what_may_not_ask_does_not_hide_what_may)
{
	has(BR0, "192.0.2.1", 32);
	has(BR0, "192.0.2.2", 24)->proto = KEEPALIVED;
	has(BR0, "192.0.2.3", 24);
	add(interface(BR0, BR0, 0));
	cr_assert_str_eq(written(0, 4), "3.0 v4 ::/0: 192.0.2.3 03 host\n"
					"3.0 v4 192.0.2.0/120: 192.0.2.3 03 host\n");
}

/* The address of the other end is not ours: a question from it would be somebody else's. */
Test(askers, with_a_peer_the_own_address_asks_in_the_peers_subnet)
{
	struct found_address *address = has(BR0, "192.0.2.1", 24);

	cr_assert_eq(addr_parse("198.51.100.7", &address->prefix.addr), 0);
	add(interface(BR0, BR0, 0));
	cr_assert_str_eq(written(0, 4), "3.0 v4 ::/0: 192.0.2.1 03 host\n"
					"3.0 v4 198.51.100.0/120: 192.0.2.1 03 host\n");
}

Test(askers, addresses_of_other_interfaces_do_not_ask)
{
	has(BR0 - 1, "192.0.2.1", 24);
	has(BR0 + 1, "192.0.2.2", 24);
	expect_made();
}

/* ---- addresses made from a MAC ---- */

Test(askers, an_address_that_is_taken_is_not_made)
{
	taken[0] = "169.254.3.3";
	taken[1] = "169.254.3.4";
	taken[2] = "fe80::ff:fe00:203";
	add(interface(BR0, BR0, 0));
	cr_assert_str_eq(written(0, 4), "3.0 v4 ::/0: 169.254.3.5 03 made\n");
	cr_assert_str_eq(written(0, 6), "3.0 v6 ::/0: fe80::ff:fd00:203 03 made\n");
}

/* RFC 3927 2.1: the first and the last 256 addresses are reserved. */
Test(askers, a_made_address_is_one_that_hosts_may_have)
{
	struct ports_interface it = interface(BR0, BR0, 0);

	memcpy(it.mac + 3, (__u8[]){0, 0, 0}, 3);
	add(it);
	cr_assert_str_eq(written(0, 4), "3.0 v4 ::/0: 169.254.1.0 00 made\n");
	askers_free(&askers);
	memcpy(it.mac + 3, (__u8[]){0, 0xfd, 0xff}, 3);
	add(it);
	cr_assert_str_eq(written(0, 4), "3.0 v4 ::/0: 169.254.254.255 ff made\n");
	askers_free(&askers);
	memcpy(it.mac + 3, (__u8[]){0, 0xfe, 0x00}, 3);
	add(it);
	cr_assert_str_eq(written(0, 4), "3.0 v4 ::/0: 169.254.1.0 00 made\n");
}

static bool all_are_taken(void *ctx, __u32 segment, __u16 vlan, const struct addr *addr)
{
	(void)ctx;
	(void)segment;
	(void)vlan;
	(void)addr;
	return true;
}

Test(askers, without_a_free_address_nobody_asks)
{
	struct ports_interface it = interface(BR0, BR0, 0);

	cr_assert_eq(askers_add(&askers, &it, NULL, 0, all_are_taken, NULL), 0);
	cr_assert_eq(askers.count, 0);
}

Test(askers, made_addresses_are_listed)
{
	struct addr made[8];
	char text[ADDR_TEXT_LEN];

	has(BR0, "192.0.2.1", 24);
	has(BR0, "fe80::1", 64);
	add(interface(BR0, BR0, 0));
	cr_assert_eq(askers_made(&askers, made), 2); /* those for any VLAN */
	cr_assert_str_eq(addr_text(&made[0], text), "169.254.3.3");
	cr_assert_str_eq(addr_text(&made[1], text), "fe80::ff:fe00:203");
}

/* ---- IPv6 ---- */

Test(askers, ipv6_is_asked_from_the_link_local_address)
{
	has(BR0, "2001:db8::1", 64);
	has(BR0, "fe80::aa", 64);
	add(interface(BR0, BR0, 0));
	cr_assert_str_eq(written(0, 6), "3.0 v6 ::/0: fe80::aa 03 host\n");
}

Test(askers, without_a_link_local_address_one_is_made)
{
	has(BR0, "2001:db8::1", 64);
	add(interface(BR0, BR0, 0));
	cr_assert_str_eq(written(0, 6), "3.0 v6 ::/0: fe80::ff:fe00:203 03 made\n");
}

static void expect_made_ipv6(__u32 flags, __u8 proto, unsigned int len)
{
	struct found_address *address = has(BR0, "fe80::aa", len);

	address->flags |= flags;
	address->proto = proto;
	add(interface(BR0, BR0, 0));
	cr_assert_str_eq(written(0, 6), "3.0 v6 ::/0: fe80::ff:fe00:203 03 made\n");
}

Test(askers, a_tentative_address_does_not_ask)
{
	expect_made_ipv6(IFA_F_TENTATIVE, 0, 64);
}

Test(askers, an_address_that_another_host_has_does_not_ask)
{
	expect_made_ipv6(IFA_F_DADFAILED, 0, 64);
}

Test(askers, a_temporary_address_does_not_ask)
{
	expect_made_ipv6(IFA_F_TEMPORARY, 0, 64);
}

Test(askers, an_ipv6_address_of_keepalived_does_not_ask)
{
	expect_made_ipv6(0, KEEPALIVED, 64);
}

Test(askers, a_single_ipv6_address_does_not_ask)
{
	expect_made_ipv6(0, 0, 128);
}

/* ---- VLANs ---- */

/* The host's own address belongs to one VLAN: in another, a host may have the same. */
Test(askers, in_a_vlan_without_an_interface_a_made_address_asks)
{
	has(BR0, "192.0.2.1", 24);
	has(BR0, "fe80::aa", 64);
	add(interface(BR0, BR0, 1));
	cr_assert_str_eq(written(ASKER_ANY_VLAN, 4), "3.any v4 ::/0: 169.254.3.3 03 made\n");
	cr_assert_str_eq(written(ASKER_ANY_VLAN, 6), "3.any v6 ::/0: fe80::ff:fe00:203 03 made\n");
}

Test(askers, a_vlan_device_asks_in_its_vlan_with_its_own_mac)
{
	has(BR0, "192.0.2.1", 24);
	has(BR0_10, "198.51.100.1", 24);
	add(interface(BR0, BR0, 1));
	add(interface(BR0_10, BR0, 10));
	cr_assert_str_eq(written(10, 4), "3.10 v4 ::/0: 198.51.100.1 04 host\n"
					 "3.10 v4 198.51.100.0/120: 198.51.100.1 04 host\n");
	cr_assert_str_eq(written(10, 6), "3.10 v6 ::/0: fe80::ff:fe00:204 04 made\n");
	cr_assert_str_eq(written(1, 4), "3.1 v4 ::/0: 192.0.2.1 03 host\n"
					"3.1 v4 192.0.2.0/120: 192.0.2.1 03 host\n");
	cr_assert_str_eq(written(ASKER_ANY_VLAN, 4), "3.any v4 ::/0: 169.254.3.3 03 made\n");
}

/* br0 is untagged in VLAN 10, and there is br0.10. */
Test(askers, of_two_interfaces_the_one_with_an_address_asks)
{
	has(BR0_10, "198.51.100.1", 24);
	add(interface(BR0, BR0, 10));
	add(interface(BR0_10, BR0, 10));
	cr_assert_str_eq(written(10, 4), "3.10 v4 ::/0: 198.51.100.1 04 host\n"
					 "3.10 v4 198.51.100.0/120: 198.51.100.1 04 host\n");
	cr_assert_str_eq(written(10, 6), "3.10 v6 ::/0: fe80::ff:fe00:203 03 made\n");
}

/* ---- MACs ---- */

/* An anycast SVI: a guest's entry for its gateway has this MAC already. */
Test(askers, a_bridge_with_the_mac_of_a_virtual_router_asks)
{
	struct ports_interface it = interface(BR0, BR0, 0);

	memcpy(it.mac, (__u8[]){0x00, 0x00, 0x5e, 0x00, 0x01, 0x07}, MAC_LEN);
	has(BR0, "192.0.2.1", 24);
	add(it);
	cr_assert_str_eq(written(0, 4), "3.0 v4 ::/0: 192.0.2.1 07 host\n"
					"3.0 v4 192.0.2.0/120: 192.0.2.1 07 host\n");
}

Test(askers, a_router_port_with_the_mac_of_a_virtual_router_does_not_ask)
{
	struct ports_interface it = interface(ETH1, ETH1, 0);

	it.is_router = true;
	has(ETH1, "192.0.2.1", 24);
	for (__u8 family = 1; family <= 2; family++) {
		memcpy(it.mac, (__u8[]){0x00, 0x00, 0x5e, 0x00, family, 0x07}, MAC_LEN);
		add(it);
		cr_assert_eq(askers.count, 0);
	}
	it.mac[4] = 3;
	add(it);
	cr_assert_str_eq(written(0, 4), "5.0 v4 ::/0: 192.0.2.1 07 host\n"
					"5.0 v4 192.0.2.0/120: 192.0.2.1 07 host\n");
}

Test(askers, an_interface_without_a_mac_does_not_ask)
{
	struct ports_interface it = interface(BR0, BR0, 0);

	memset(it.mac, 0, MAC_LEN);
	has(BR0, "192.0.2.1", 24);
	add(it);
	cr_assert_eq(askers.count, 0);
}

/* ---- changing the map ---- */

static char done[2048];
static int fails;

static int on_write(void *ctx, const struct asker_entry *entry)
{
	char line[192];

	(void)ctx;
	snprintf(done + strlen(done), sizeof(done) - strlen(done), "write %s",
		 line_of(entry, line));
	return fails ? -ENOSPC : 0;
}

static void on_remove(void *ctx, const struct asker_entry *entry)
{
	char line[192];

	(void)ctx;
	snprintf(done + strlen(done), sizeof(done) - strlen(done), "remove %s",
		 line_of(entry, line));
}

static const struct askers_ops ops = {.write = on_write, .remove = on_remove};

/* One element, for all addresses of the segment. */
static struct askers one(const char *text, __u8 last)
{
	struct asker_entry entry = {
		.subnet = {.len = SUBNET_FAMILY_BITS, .segment = BR0, .family = 4},
		.asker = {.mac = {2, 0, 0, 0, 0, last}, .kind = ASKER_HOST},
	};
	struct askers only = {};

	cr_assert_eq(addr_parse(text, &entry.asker.addr), 0);
	cr_assert_eq(askers_append(&only, &entry), 0);
	return only;
}

Test(askers, only_differences_are_written)
{
	struct askers old = one("192.0.2.1", 1), same = one("192.0.2.1", 1), none = {};

	done[0] = '\0';
	cr_assert_eq(askers_change(&none, &old, &ops, NULL), 0);
	cr_assert_str_eq(done, "write 3.0 v4 ::/0: 192.0.2.1 01 host\n");
	done[0] = '\0';
	cr_assert_eq(askers_change(&old, &same, &ops, NULL), 0);
	cr_assert_str_eq(done, "");
	cr_assert_eq(askers_change(&old, &none, &ops, NULL), 0);
	cr_assert_str_eq(done, "remove 3.0 v4 ::/0: 192.0.2.1 01 host\n");
	askers_free(&old);
	askers_free(&same);
}

Test(askers, another_mac_or_address_replaces_the_element)
{
	struct askers old = one("192.0.2.1", 1), mac = one("192.0.2.1", 2),
		      addr = one("192.0.2.9", 1);

	done[0] = '\0';
	cr_assert_eq(askers_change(&old, &mac, &ops, NULL), 0);
	cr_assert_str_eq(done, "write 3.0 v4 ::/0: 192.0.2.1 02 host\n");
	done[0] = '\0';
	cr_assert_eq(askers_change(&old, &addr, &ops, NULL), 0);
	cr_assert_str_eq(done, "write 3.0 v4 ::/0: 192.0.2.9 01 host\n");
	askers_free(&old);
	askers_free(&mac);
	askers_free(&addr);
}

Test(askers, a_full_map_is_an_error)
{
	struct askers new = one("192.0.2.1", 1), none = {};

	fails = 1;
	cr_assert_eq(askers_change(&none, &new, &ops, NULL), -ENOSPC);
	fails = 0;
	askers_free(&new);
}
