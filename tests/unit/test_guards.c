// SPDX-License-Identifier: GPL-2.0-or-later
/* The rules of segments and ports, by name; and the subnets of segments. */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "../../loader/config/config.h"
#include "../../loader/topology/subnets.h"
#include "../../loader/base/text.h"
#include "bpf/frame/frame.h"
#include "leaks.h"

#define FULL "tests/unit/config/full.yaml"

static struct config config;
static struct err err;

static void setup(void)
{
	config_init(&config);
}

TestSuite(guards, .init = setup);
TestSuite(subnets);

static struct port described(const char *segment, const char *name)
{
	struct port port = {};

	guards_describe(&config.guards, segment, segment, name, &port);
	return port;
}

Test(guards, by_default_what_is_foreign_is_denied_and_nothing_else)
{
	struct port port = described("br0", "tap0");

	cr_assert_eq(port.guards, GUARD_FOREIGN);
	cr_assert_eq(port.rule, 0);
}

static __u32 settings_of(const char *segment)
{
	return described(segment, "veth1").settings;
}

Test(guards, by_default_settings_are_those_of_the_defaults)
{
	const struct settings defaults = SETTINGS_DEFAULTS;

	cr_assert_eq(settings_of("br0"), settings_index(defaults.ask, defaults.observe));
}

Test(guards, by_default_guests_are_announced_behind_bonds_that_come_back)
{
	cr_assert(guards_announce_on_link(&config.guards, "br0", "br0", true));
	cr_assert_not(guards_announce_on_link(&config.guards, "br0", "br0", false));
	config.guards.announce_on_link = ON_LINK_YES;
	cr_assert(guards_announce_on_link(&config.guards, "br0", "br0", false));
	config.guards.announce_on_link = ON_LINK_NO;
	cr_assert_not(guards_announce_on_link(&config.guards, "br0", "br0", true));
}

Test(guards, a_segment_asks_and_observes_by_itself)
{
	cr_assert_eq(config_load(&config, FULL, &err), 0, "%s", err.text);
	cr_assert_eq(settings_of("eth1"), settings_index(0, 1));
	cr_assert_eq(settings_of("br0"), settings_index(1, 1));
	cr_assert_eq(settings_of("vmbr7"), settings_index(0, 0));
	config_free(&config);
}

Test(guards, a_segment_says_what_follows_from_a_port_that_is_not_heard)
{
	cr_assert_eq(described("br0", "veth1").guards & GUARD_DEAF, 0);
	cr_assert_eq(config_load(&config, FULL, &err), 0, "%s", err.text);
	cr_assert_eq(described("br0", "veth1").guards & GUARD_DEAF, 0);
	cr_assert_eq(described("vmbr7", "veth1").guards & GUARD_DEAF, GUARD_DEAF);
	config_free(&config);
}

/* Each pair has an element of its own, beside that of the configuration. */
Test(guards, an_index_says_what_it_is_of)
{
	for (__u32 i = 1; i < SETTINGS_COUNT; i++)
		cr_assert_eq(settings_index(settings_asks(i), settings_observes(i)), i);
	cr_assert_eq(settings_index(1, 1), SETTINGS_COUNT - 1);
	cr_assert_neq(settings_index(0, 0), SETTINGS_OF_ALL);
}

/* A key that an item does not have is taken from the top. */
Test(guards, first_segment_that_matches_counts)
{
	cr_assert_eq(config_load(&config, FULL, &err), 0, "%s", err.text);
	cr_assert_eq(described("br0", "veth1").guards, 0);
	cr_assert_eq(described("vmbr7", "veth1").guards,
		     GUARD_FOREIGN | GUARD_ONLY_DECLARED | GUARD_DEAF);
	cr_assert_eq(described("eth1", "eth1").guards, GUARD_ONLY_DECLARED | GUARD_DEAF);
	config_free(&config);
}

Test(guards, first_rule_that_matches_counts)
{
	cr_assert_eq(config_load(&config, FULL, &err), 0, "%s", err.text);
	config.guards.rule_base = 100;
	cr_assert_eq(described("br0", "tap100i0").rule, 101);
	cr_assert_eq(described("br0", "tap100i0").guards, GUARD_ADDRESSES | GUARD_MACS);
	cr_assert_eq(described("br0", "tap101i0").rule, 102);
	cr_assert_eq(described("br0", "tap101i0").guards, GUARD_MACS);
	cr_assert_eq(described("br0", "veth1").rule, 0);
	config_free(&config);
	no_leaks();
}

Test(guards, rules_hold_what_the_file_says)
{
	const struct port_rule *rule;
	char text[ADDR_TEXT_LEN];

	cr_assert_eq(config_load(&config, FULL, &err), 0, "%s", err.text);
	rule = config.guards.rule;
	cr_assert_eq(config.guards.rule_count, 2);
	cr_assert_eq(rule[0].address_count, 2);
	cr_assert_str_eq(prefix_text(&rule[0].address[0], text), "192.0.2.7");
	cr_assert_str_eq(prefix_text(&rule[0].address[1], text), "2001:db8::/64");
	cr_assert_eq(rule[1].address_count, 0);
	cr_assert_eq(rule[1].mac_count, 2);
	cr_assert_eq(rule[1].mac[1][5], 3);
	config_free(&config);
}

/* ---- subnets ---- */

static void add(struct subnets *subnets, __u32 segment, __u16 vlan, const char *text,
		unsigned int len)
{
	struct prefix prefix = {.len = len};

	cr_assert_eq(addr_parse(text, &prefix.addr), 0);
	if (addr_is_ipv4(&prefix.addr))
		prefix.len += ADDR_V4_BITS;
	cr_assert_eq(subnets_add(subnets, segment, vlan, &prefix), 0);
	subnets_sort(subnets);
}

/* "SEGMENT.VLAN vFAMILY NETWORK/BITS local|foreign" of each, in order. */
static const char *written(const struct subnets *subnets)
{
	static char text[1024];
	char addr[ADDR_TEXT_LEN];
	size_t i, len = 0;

	text[0] = '\0';
	for (i = 0; i < subnets->count; i++) {
		const struct subnet *it = &subnets->entry[i].subnet;

		len += snprintf(text + len, sizeof(text) - len, "%u.%u v%u %s/%u %s\n", it->segment,
				it->vlan, it->family, addr_text(&it->addr, addr),
				it->len - SUBNET_FAMILY_BITS,
				subnets->entry[i].kind == SUBNET_LOCAL ? "local" : "foreign");
	}
	return text;
}

Test(subnets, address_makes_its_subnet_local_and_its_family_foreign)
{
	struct subnets subnets = {};

	add(&subnets, 3, 0, "192.0.2.1", 24);
	cr_assert_str_eq(written(&subnets), "3.0 v4 ::/0 foreign\n"
					    "3.0 v4 192.0.2.0/120 local\n");
	add(&subnets, 3, 0, "192.0.2.2", 24);
	cr_assert_eq(subnets.count, 2);
	add(&subnets, 3, 10, "2001:db8::1", 64);
	cr_assert_eq(subnets.count, 4);
	subnets_free(&subnets);
}

/* fe80::1/64 is of every link; a /32 does not cover other hosts. */
Test(subnets, link_local_and_single_addresses_do_not_count)
{
	struct subnets subnets = {};

	add(&subnets, 3, 0, "fe80::1", 64);
	add(&subnets, 3, 0, "169.254.1.1", 16);
	add(&subnets, 3, 0, "192.0.2.1", 32);
	add(&subnets, 3, 0, "2001:db8::1", 128);
	cr_assert_eq(subnets.count, 0);
	subnets_free(&subnets);
}

static void add_route(struct subnets *subnets, __u32 segment, const char *text, unsigned int len)
{
	struct prefix prefix = {.len = len};

	cr_assert_eq(addr_parse(text, &prefix.addr), 0);
	if (addr_is_ipv4(&prefix.addr))
		prefix.len += ADDR_V4_BITS;
	cr_assert_eq(subnets_add_route(subnets, segment, 0, &prefix), 0);
	subnets_sort(subnets);
}

/* A route says that what it leads to is there, even one host; not that the rest is elsewhere. */
Test(subnets, route_makes_nothing_foreign)
{
	struct subnets subnets = {};

	add_route(&subnets, 3, "fe80::", 64);
	cr_assert_eq(subnets.count, 0);
	add_route(&subnets, 3, "10.99.0.0", 24);
	add_route(&subnets, 3, "198.51.100.7", 32);
	cr_assert_str_eq(written(&subnets), "3.0 v4 10.99.0.0/120 local\n"
					    "3.0 v4 198.51.100.7/128 local\n");
	subnets_free(&subnets);
}

/* ---- changing the map ---- */

static char done[1024];

static void note(const char *verb, const struct subnet_entry *entry)
{
	struct subnets one = {.entry = (struct subnet_entry *)entry, .count = 1};

	snprintf(done + strlen(done), sizeof(done) - strlen(done), "%s %s", verb, written(&one));
}

static int fails;

static int on_write(void *ctx, const struct subnet_entry *entry)
{
	(void)ctx;
	note("write", entry);
	return fails ? -ENOSPC : 0;
}

static void on_remove(void *ctx, const struct subnet_entry *entry)
{
	(void)ctx;
	note("remove", entry);
}

static const struct subnets_ops ops = {.write = on_write, .remove = on_remove};

Test(subnets, nothing_is_foreign_for_a_moment)
{
	struct subnets none = {}, old = {}, new = {};

	add(&old, 3, 0, "192.0.2.1", 24);
	add(&new, 3, 0, "198.51.100.1", 24);
	cr_assert_eq(subnets_change(&none, &old, &ops, NULL), 0);
	cr_assert_str_eq(done, "write 3.0 v4 192.0.2.0/120 local\n"
			       "write 3.0 v4 ::/0 foreign\n");
	done[0] = '\0';
	cr_assert_eq(subnets_change(&old, &new, &ops, NULL), 0);
	cr_assert_str_eq(done, "write 3.0 v4 198.51.100.0/120 local\n"
			       "remove 3.0 v4 192.0.2.0/120 local\n");
	done[0] = '\0';
	cr_assert_eq(subnets_change(&new, &none, &ops, NULL), 0);
	cr_assert_str_eq(done, "remove 3.0 v4 ::/0 foreign\n"
			       "remove 3.0 v4 198.51.100.0/120 local\n");
	done[0] = '\0';
	cr_assert_eq(subnets_change(&new, &new, &ops, NULL), 0);
	cr_assert_str_eq(done, "");
	subnets_free(&old);
	subnets_free(&new);
}

Test(subnets, full_map_makes_nothing_foreign)
{
	struct subnets none = {}, new = {};

	add(&new, 3, 0, "192.0.2.1", 24);
	fails = 1;
	cr_assert_eq(subnets_change(&none, &new, &ops, NULL), -ENOSPC);
	cr_assert_str_eq(done, "write 3.0 v4 192.0.2.0/120 local\n");
	subnets_free(&new);
}
