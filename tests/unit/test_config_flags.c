// SPDX-License-Identifier: GPL-2.0-or-later
/* The flags of `garpd run`: the same words and checks as in the file, on top of it. */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "../../loader/config/config.h"
#include "leaks.h"

#define FILES "tests/unit/config/"

static struct config config;
static struct err err;

static void setup(void)
{
	config_init(&config);
}

TestSuite(config_flags, .init = setup);

Test(config_flags, mean_what_the_file_means)
{
	struct config file;

	config_init(&file);
	cr_assert_eq(config_load(&file, FILES "full.yaml", &err), 0, "%s", err.text);
	cr_assert_eq(config_set_flag(&config, "bridge", "br0", &err), 0, "%s", err.text);
	cr_assert_eq(config_set_flag(&config, "uplink", "eth0", &err), 0, "%s", err.text);
	cr_assert_eq(config_set_flag(&config, "mode", "tc", &err), 0, "%s", err.text);
	cr_assert_eq(config_set_flag(&config, "declare",
				     "192.0.2.7=00:15:5d:00:00:01,00:15:5d:00:00:02", &err),
		     0, "%s", err.text);
	cr_assert_eq(config_check(&config, &err), 0, "%s", err.text);
	cr_assert_str_eq(config.bridges.name[0], file.bridges.name[0]);
	cr_assert_str_eq(config.uplinks.name[0], file.uplinks.name[0]);
	cr_assert_eq(config.mode, file.mode);
	cr_assert_eq(
		memcmp(&config.declared[0].prefix, &file.declared[0].prefix, sizeof(struct prefix)),
		0);
	cr_assert_eq(memcmp(&config.declared[0].address, &file.declared[0].address,
			    sizeof(struct address)),
		     0);
	config_free(&file);
	config_free(&config);
	no_leaks();
}

/* An administrator who tries garpd must not find out about a segment of the file. */
Test(config_flags, observe_is_of_all_segments_whatever_the_file_says)
{
	cr_assert_eq(config_load(&config, FILES "full.yaml", &err), 0, "%s", err.text);
	cr_assert_eq(config.guards.segment[1].observe, 0);
	config.guards.observe = 0;
	cr_assert_eq(config_set_flag(&config, "observe", NULL, &err), 0, "%s", err.text);
	cr_assert_eq(config.guards.observe, 1);
	for (size_t i = 0; i < config.guards.segment_count; i++)
		cr_assert_eq(config.guards.segment[i].observe, 1);
	config_free(&config);
}

Test(config_flags, of_a_bridge_that_the_file_names_adds_nothing)
{
	cr_assert_eq(config_load(&config, FILES "hollow.yaml", &err), 0, "%s", err.text);
	cr_assert_eq(config_set_flag(&config, "bridge", "br0", &err), 0, "%s", err.text);
	cr_assert_eq(config.bridges.count, 1);
	config_free(&config);
}

static void expect_declare_message(const char *argument, const char *words)
{
	char message[256];

	snprintf(message, sizeof(message), "--declare %s: %s", argument, words);
	cr_expect_eq(config_set_flag(&config, "declare", argument, &err), -EINVAL, "%s", argument);
	cr_expect_eq(strncmp(err.text, message, strlen(message)), 0, "expected \"%s\", got \"%s\"",
		     message, err.text);
	cr_expect_eq(config.declared_count, 0);
}

Test(config_flags, that_are_bad_are_named_in_the_message)
{
	expect_declare_message("192.0.2.7", "no owner given; write ADDRESS=MAC[,MAC...]");
	expect_declare_message("169.254.0.7=00:15:5d:00:00:01", "169.254.0.7 is link-local");
	expect_declare_message("192.0.2.7=", "\"\" is not a valid unicast MAC");
	expect_declare_message("=00:15:5d:00:00:01", "\"\" is not a valid address");
	expect_declare_message("192.0.2.7=00:15:5d:00:00:01,", "\"\" is not a valid unicast MAC");
	expect_declare_message("192.0.2.7/24=00:15:5d:00:00:01", "192.0.2.7/24 has host bits set");
	expect_declare_message("::1=00:15:5d:00:00:01", "::1 cannot be the address of a guest");
	cr_assert_eq(config_set_flag(&config, "mode", "hw", &err), -EINVAL);
	cr_assert_str_eq(err.text,
			 "--mode hw: mode can't be \"hw\"; use auto, tcx, tc, xdp or xdp-generic");
	cr_assert_eq(config_set_flag(&config, "bridge", "", &err), -EINVAL);
	cr_assert_eq(strncmp(err.text, "--bridge : \"\" is not an interface name", 36), 0, "%s",
		     err.text);
	no_leaks();
}

Test(config_flags, are_known_by_name)
{
	cr_assert_eq(config_set_flag(&config, "guest", "eth0", &err), -EINVAL);
	cr_assert_str_eq(err.text, "--guest eth0: unknown flag");
}

Test(config_flags, that_overlap_the_file_are_refused_by_the_check)
{
	cr_assert_eq(config_load(&config, FILES "full.yaml", &err), 0, "%s", err.text);
	cr_assert_eq(config_set_flag(&config, "declare", "203.0.113.9=00:15:5d:00:00:01", &err), 0);
	cr_assert_eq(config_check(&config, &err), -EINVAL);
	cr_assert_eq(strncmp(err.text,
			     "--declare 203.0.113.9: 203.0.113.9 overlaps 203.0.113.0/24 (" FILES
			     "full.yaml:23)",
			     60 + strlen(FILES "full.yaml:23)")),
		     0, "%s", err.text);
	config_free(&config);
}

Test(config_flags, that_repeat_each_other_are_refused_by_the_check)
{
	cr_assert_eq(config_set_flag(&config, "bridge", "br0", &err), 0);
	cr_assert_eq(config_set_flag(&config, "declare", "192.0.2.7=00:15:5d:00:00:01", &err), 0);
	cr_assert_eq(config_set_flag(&config, "declare", "192.0.2.7=00:15:5d:00:00:02", &err), 0);
	cr_assert_eq(config_check(&config, &err), -EINVAL);
	cr_assert_str_eq(err.text, "--declare 192.0.2.7: 192.0.2.7 is declared twice (--declare); "
				   "keep one");
	config_free(&config);
	no_leaks();
}

Test(config_flags, or_the_file_must_name_a_bridge_or_a_router_port)
{
	static const char words[] =
		"no bridge or router port is configured; name one with --bridge or --router, ";

	cr_assert_eq(config_check(&config, &err), -EINVAL);
	cr_assert_eq(strncmp(err.text, words, strlen(words)), 0, "%s", err.text);
}

Test(config_flags, a_router_port_alone_will_do)
{
	cr_assert_eq(config_set_flag(&config, "router", "lan*", &err), 0, "%s", err.text);
	cr_assert_eq(config_check(&config, &err), 0, "%s", err.text);
	cr_assert_eq(config.bridges.count, 0);
	cr_assert_eq(config.relay, 0);
	config_free(&config);
	config_init(&config);
	cr_assert_eq(config_load(&config, FILES "router.yaml", &err), 0, "%s", err.text);
	cr_assert_eq(config_check(&config, &err), 0, "%s", err.text);
	config_free(&config);
	no_leaks();
}

Test(config_flags, a_name_has_one_role_whatever_the_order)
{
	static const struct {
		const char *first;
		const char *second;
		const char *words;
	} pairs[] = {
		{"bridge", "router", "--router if0: if0 is a bridge and a router"},
		{"router", "bridge", "--bridge if0: if0 is a bridge and a router"},
		{"uplink", "router", "--router if0: if0 is an uplink and a rout"},
		{"router", "uplink", "--uplink if0: if0 is an uplink and a rout"},
	};

	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		config_init(&config);
		cr_assert_eq(config_set_flag(&config, pairs[i].first, "if0", &err), 0);
		cr_assert_eq(config_set_flag(&config, pairs[i].first, "if0", &err), 0);
		cr_assert_eq(config_set_flag(&config, pairs[i].second, "if0", &err), -EINVAL);
		cr_assert_eq(strncmp(err.text, pairs[i].words, strlen(pairs[i].words)), 0, "%s",
			     err.text);
		config_free(&config);
	}
	no_leaks();
}

Test(config_flags, declare_as_many_addresses_as_the_table_holds_and_no_more)
{
	char argument[64];

	for (unsigned int i = 0; i < GARPD_MAX_DECLARED; i++) {
		snprintf(argument, sizeof(argument), "10.0.%u.%u=00:15:5d:00:00:01", i / 256,
			 i % 256);
		cr_assert_eq(config_set_flag(&config, "declare", argument, &err), 0, "%s",
			     err.text);
	}
	cr_assert_eq(config_set_flag(&config, "declare", "192.0.2.7=00:15:5d:00:00:01", &err),
		     -EINVAL);
	cr_assert_not_null(strstr(err.text, "declare prefixes instead"), "%s", err.text);
	cr_assert_eq(config_set_flag(&config, "bridge", "br0", &err), 0);
	cr_assert_eq(config_check(&config, &err), 0, "%s", err.text);
	config_free(&config);
	no_leaks();
}

Test(config_flags, patterns_match_names_as_a_shell_does)
{
	cr_assert_eq(config_set_flag(&config, "bridge", "vmbr*", &err), 0);
	cr_assert_eq(config_set_flag(&config, "bridge", "br0", &err), 0);
	cr_assert(names_match(&config.bridges, "vmbr12"));
	cr_assert(names_match(&config.bridges, "br0"));
	cr_assert_not(names_match(&config.bridges, "br01"));
	cr_assert_not(names_match(&config.uplinks, "br0"));
	config_free(&config);
}

Test(config_flags, a_bridge_is_kept_out)
{
	cr_assert_eq(config_set_flag(&config, "bridge", "!vmbr7", &err), 0);
	cr_assert_neq(config_check(&config, &err), 0, "no bridge but one that is kept out");
	cr_assert_eq(config_set_flag(&config, "bridge", "vmbr*", &err), 0);
	cr_assert_eq(config_set_flag(&config, "bridge", "!br-*", &err), 0);
	cr_assert_eq(config_check(&config, &err), 0);
	cr_assert(names_match(&config.bridges, "vmbr1"));
	cr_assert_not(names_match(&config.bridges, "vmbr7"));
	cr_assert(names_exclude(&config.bridges, "vmbr7"));
	cr_assert(names_exclude(&config.bridges, "br-tenant"));
	cr_assert_not(names_exclude(&config.bridges, "br0"), "not named, and not kept out");
	cr_assert_eq(names_wanted(&config.bridges), 1);
	config_free(&config);
}
