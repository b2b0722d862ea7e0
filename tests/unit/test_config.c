// SPDX-License-Identifier: GPL-2.0-or-later
/* The configuration file: its meaning, and the error for each mistake. */
#include <criterion/criterion.h>
#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../loader/config/config.h"
#include "../../loader/base/text.h"
#include "config_checks.h"
#include "leaks.h"

#define FILES "tests/unit/config/"

static struct config config;
static struct err err;

static void setup(void)
{
	config_init(&config);
	err.text[0] = '\0';
}

/* ---- a good file ---- */

TestSuite(config_file, .init = setup);

Test(config_file, every_key_reaches_its_setting)
{
	const struct settings *settings = &config.settings;

	cr_assert_eq(config_load(&config, FILES "full.yaml", &err), 0, "%s", err.text);
	cr_assert_eq(config_check(&config, &err), 0, "%s", err.text);
	cr_assert_eq(config.bridges.count, 2);
	cr_assert_str_eq(config.bridges.name[1], "vmbr*");
	cr_assert_str_eq(config.uplinks.name[0], "eth0");
	cr_assert_str_eq(config.guests.name[0], "dummy*");
	cr_assert_eq(config.routers.count, 2);
	cr_assert_str_eq(config.routers.name[1], "lan*");
	cr_assert_eq(config.relay, 1);
	cr_assert_str_eq(config.group, "daemon");
	cr_assert_eq(config.mode, MODE_TC);
	cr_assert_eq(config.evpn, EVPN_YES);
	cr_assert_str_eq(config.ovsdb, "unix:/run/other.sock");
	cr_assert_eq(config.ovn, 1);
	cr_assert_eq(config.max_claims, 1024);
	cr_assert_eq(settings->form, FORM_REPLY);
	cr_assert_eq(settings->link_local, 1);
	cr_assert_eq(settings->xdp_drop, 1);
	cr_assert_eq(settings->nudge, NUDGE_ALWAYS);
	cr_assert_eq(settings->refresh_ns, 300 * NSEC_PER_SEC);
	cr_assert_eq(config.gateway_count, 2);
	cr_assert_eq(config.gateways[1].bytes[15], 1);
	cr_assert_eq(settings->claims_per_port, 100);
	cr_assert_eq(settings->probes_per_second, 50);
	cr_assert_eq(settings->probes_burst, 60);
	cr_assert_eq(settings->announcements_per_second, 70);
	cr_assert_eq(settings->announcements_burst, 80);
	cr_assert_eq(settings->all_announcements_per_second, 90);
	cr_assert_eq(settings->min_probes, 2);
	cr_assert_eq(settings->announce_num, 3);
	cr_assert_eq(settings->max_moves, 9);
	cr_assert_eq(settings->announce_interval_ns, 2500 * NSEC_PER_MSEC);
	cr_assert_eq(settings->first_interval_ns, 1200 * NSEC_PER_MSEC);
	cr_assert_eq(settings->window_ns, 2100 * NSEC_PER_MSEC);
	cr_assert_eq(settings->grace_ns, 0);
	cr_assert_eq(settings->steady_window_ns, 1300 * NSEC_PER_MSEC);
	cr_assert_eq(settings->steady_grace_ns, 70 * NSEC_PER_MSEC);
	cr_assert_eq(settings->dad_window_ns, 1100 * NSEC_PER_MSEC);
	cr_assert_eq(settings->dad_grace_ns, 80 * NSEC_PER_MSEC);
	cr_assert_eq(settings->max_age_ns, 3600 * NSEC_PER_SEC);
	cr_assert_eq(settings->moves_ns, 60 * NSEC_PER_SEC);
	cr_assert_eq(settings->thaw_ns, 90 * NSEC_PER_SEC);
	config_free(&config);
	no_leaks();
}

Test(config_file, addresses_carry_their_owners)
{
	static const __u8 second[MAC_LEN] = {0x00, 0x15, 0x5d, 0x00, 0x00, 0x02};

	cr_assert_eq(config_load(&config, FILES "full.yaml", &err), 0, "%s", err.text);
	cr_assert_eq(config.declared_count, 3);
	assert_declared(&config, 0, "192.0.2.7", ANNOUNCE_IMMEDIATE, 2);
	assert_declared(&config, 1, "198.51.100.0/24", ANNOUNCE_NEVER, 0);
	assert_declared(&config, 2, "203.0.113.0/24", ANNOUNCE_AFTER_PROBE, 0);
	cr_assert_eq(memcmp(config.declared[0].address.owners[1], second, MAC_LEN), 0);
	config_free(&config);
}

Test(config_file, without_keys_leaves_every_default)
{
	cr_assert_eq(config_load(&config, FILES "empty.yaml", &err), 0, "%s", err.text);
	assert_defaults(&config);
	cr_assert_eq(config.declared_count, 0);
	config_free(&config);
	no_leaks();
}

Test(config_file, may_hold_sections_with_everything_commented_out)
{
	cr_assert_eq(config_load(&config, FILES "hollow.yaml", &err), 0, "%s", err.text);
	assert_defaults(&config);
	cr_assert_eq(config.bridges.count, 1);
	config_free(&config);
}

Test(config_file, may_overlap_where_no_owners_are_listed)
{
	cr_assert_eq(config_load(&config, FILES "overlap_free.yaml", &err), 0, "%s", err.text);
	cr_assert_eq(config.declared_count, 3);
	config_free(&config);
}

/* ---- a bad file ---- */

/* "LINE: words" of the message, after the name of the file. */
static const struct bad {
	const char *name;
	const char *message;
} bad_files[] = {
	{"address", "3: \"192.0.2.256\" is not a valid address; write 192.0.2.7"},
	{"address_length", "2: \"192.0.2.0/33\" is not a valid address"},
	{"alias", "2: *br is an alias in YAML, which is not supported; quote"},
	{"ask", "2: ask can't be \"please\"; use yes, no"},
	{"observe", "3: observe must be a single value; write it without [] or {}"},
	{"announce", "3: announce can't be \"now\"; use after-probe, immediate or never"},
	{"bare_star", "2: invalid YAML: while scanning an alias"},
	{"both_roles", "4: eth0 is an uplink and a guest; keep it in one"},
	{"control", "2: invalid YAML: control characters are not allowed"},
	{"control_key", "1: unknown key \"m?[1mode\"; use bridges, uplinks"},
	{"declared_twice", "4: 192.0.2.7 is declared twice (line 2); keep one"},
	{"deep", "1: bridges[0] must be a single value"},
	{"empty_item", "3: addresses[0] has no \"address\"; add the key"},
	{"gateway", "2: \"192.0.2.0/24\" is not a valid gateway address; write"},
	{"gateway_twice", "3: gateway 192.0.2.1 is listed twice; keep one"},
	{"nudge", "1: nudge can't be \"often\"; use never, auto or always"},
	{"refresh", "2: refresh can't be \"5s\"; use off, or a time from 10s to 24h"},
	{"refresh_unit", "1: refresh can't be \"60\"; use off"},
	{"evpn", "1: evpn can't be \"perhaps\"; use auto, yes or no"},
	{"line_in_key", "2: unknown key \"b(line: 99999999999999999999)\""},
	{"form", "1: form can't be \"none\"; use request, reply or both"},
	{"host_bits", "2: 192.0.2.7/24 has host bits set; write 192.0.2.0/24, or 192.0.2.7 for"},
	{"immediate", "3: \"announce: immediate\" needs owners; list the MACs"},
	{"ipv6_mapped", "2: ::/0 also covers IPv4 (::ffff:0:0/96); write 2000::/3"},
	{"ipv6_multicast", "2: ff02::1 cannot be the address of a guest"},
	{"link_local", "1: link_local can't be \"maybe\"; use yes, no"},
	{"link_local_declared",
	 "8: fe80::10 is link-local, which is not announced; set \"link_local: yes\", or"},
	{"list_as_key", "2: a list or mapping in place of a key"},
	{"list_at_top", "1: the file must hold keys; write \"key: value\""},
	{"long_key", "3: unknown key \"kkkk"},
	{"ovsdb", "2: \"tcp:127.0.0.1:6640\" is not a Unix socket; write unix:/PATH"},
	{"group", "2: \"net watch\" is not a group name"},
	{"mac", "6: \"00:15:5d:00:00:0g\" is not a valid unicast MAC; write it like"},
	{"mac_group", "3: \"01:15:5d:00:00:01\" is not a valid unicast MAC"},
	{"mode", "2: mode can't be \"fast\"; use auto, tcx, tc, xdp or xdp-generic"},
	{"multicast", "2: 224.0.0.1 cannot be the address of a guest"},
	{"name", "1: \"a/b\" is not an interface name"},
	{"name_dots", "1: \"..\" is not an interface name"},
	{"name_excluding", "1: \"\" is not an interface name"},
	{"name_excluding_uplink", "2: \"!eth0\": only \"bridges\" can keep a name out"},
	{"name_bracket", "1: \"[br\" has a \"[\" without a \"]\""},
	{"name_long", "1: \"averyveryverylongname\" is too long; an interface name"},
	{"never_owners", "3: \"announce: never\" with owners"},
	{"newline", "2: mode can't be \"t?c\"; did you mean tc?"},
	{"newline_key", "2: unknown key \"foo?bar\"; use bridges, uplinks"},
	{"no_address", "3: addresses[1] has no \"address\"; add the key"},
	{"no_owners", "3: addresses[0].owners is empty; list an item, or leave the key out"},
	{"no_value", "2: mode has no value; give one, or leave the key out"},
	{"not_a_list", "1: bridges must be a list; write [ITEM, ITEM]"},
	{"not_a_mapping", "2: timing must hold keys"},
	{"not_a_value", "2: mode must be a single value"},
	{"number_large", "2: limits.claims: 99999999999999999999999 is outside 16 to 1048576"},
	{"number_negative", "2: timing.window_ms: \"-1\" is not a whole number"},
	{"number_small", "2: timing.min_probes: 0 is outside 1 to 10: a claim needs a probe"},
	{"number_unit",
	 "2: timing.window_ms: \"2s\" is not a whole number; the key names the unit"},
	{"overlap_narrow", "4: 192.0.2.0/24 overlaps 192.0.2.7 (line 2), and owners are listed"},
	{"overlap_wide", "4: 192.0.2.127 overlaps 192.0.2.0/25 (line 2), and owners are listed"},
	{"owner_twice", "5: owner 00-15-5D-00-00-01 is listed twice; keep one"},
	{"owners_many", "68: more than 64 owners; split the prefix"},
	{"port_mac", "4: \"01:00:5e:00:00:01\" is not a valid unicast MAC"},
	{"port_no_addresses", "3: ports[0].addresses is empty; list an item, or leave the key out"},
	{"port_no_name", "3: ports[1] has no \"port\"; add the key"},
	{"port_shadowed", "5: tap1 never applies: tap* (line 3) is an earlier match; move it"},
	{"port_twice", "4: tap* is listed twice (line 3); keep one"},
	{"port_unknown_key", "3: unknown key \"mac\"; did you mean macs?"},
	{"relay", "1: relay can't be \"twice\"; use yes, no"},
	{"router_and_bridge", "4: br0 is a bridge and a router port; keep it in one of the lists"},
	{"router_and_uplink", "1: eth0 is an uplink and a router port; keep it in one of"},
	{"second_document", "2: a second document; keep one"},
	{"segment_no_name", "2: segments[0] has no \"segment\"; add the key"},
	{"segment_shadowed", "6: vmbr1 never applies: vmbr? (line 3) is an earlier match"},
	{"segment_twice", "4: br0 is listed twice (line 2); keep one"},
	{"segment_ask", "3: ask can't be \"often\"; use yes, no"},
	{"segment_deaf", "3: deaf can't be \"no\"; use report or deny"},
	{"segment_on_link", "3: announce_on_link can't be \"sometimes\"; use auto, yes, no"},
	{"segment_observe", "3: observe can't be \"sometimes\"; use yes, no"},
	{"segment_word", "3: foreign can't be \"maybe\"; use yes, no"},
	{"syntax", "2: invalid YAML: while parsing a flow sequence"},
	{"tab", "3: invalid YAML: while scanning for the next token"},
	{"twice", "3: mode is given twice; keep one"},
	{"unknown_address_key", "3: unknown key \"owner\"; did you mean owners?"},
	{"unknown_key", "3: unknown key \"bridge\"; did you mean bridges?"},
	{"unknown_timing_key", "4: unknown key \"window\"; did you mean window_ms?"},
};

#define BAD_FILES  (sizeof(bad_files) / sizeof(bad_files[0]))
#define GOOD_FILES 5 /* the suite above */

static void expect_message(const struct bad *bad)
{
	char file[128], message[256];

	snprintf(file, sizeof(file), FILES "%s.yaml", bad->name);
	snprintf(message, sizeof(message), "%s:%s", file, bad->message);
	config_init(&config);
	cr_expect_eq(config_load(&config, file, &err), -EINVAL, "%s was taken", file);
	cr_expect_eq(strncmp(err.text, message, strlen(message)), 0,
		     "expected \"%s...\", got \"%s\"", message, err.text);
	cr_expect_null(strchr(err.text, '\n'), "%s: more than one line", file);
	config_free(&config);
}

Test(config_file, that_is_bad_gets_the_line_the_cause_and_the_remedy)
{
	for (size_t i = 0; i < BAD_FILES; i++)
		expect_message(&bad_files[i]);
	no_leaks();
}

Test(config_file, each_one_is_listed_here)
{
	glob_t found;

	cr_assert_eq(glob(FILES "*.yaml", 0, NULL, &found), 0);
	cr_assert_eq(found.gl_pathc, BAD_FILES + GOOD_FILES + 1); /* every_fault.yaml */
	globfree(&found);
}

/* ---- every fault of a file ---- */

static struct faults faults;

static void read_faults(const char *file)
{
	faults = (struct faults){};
	config_init(&config);
	cr_expect_eq(config_read(&config, file, &faults, &err), -EINVAL, "%s was taken", file);
	config_free(&config);
}

/* No fault makes a value that depends on it look wrong, too. */
Test(config_faults, each_mistake_is_one)
{
	char file[128];

	for (size_t i = 0; i < BAD_FILES; i++) {
		snprintf(file, sizeof(file), FILES "%s.yaml", bad_files[i].name);
		read_faults(file);
		cr_expect_eq(faults.count, 1, "%s: %zu: %s", file, faults.count,
			     faults.count > 1 ? faults.fault[1].message : "");
		faults_free(&faults);
	}
	no_leaks();
}

/* The file says behind each mistake, as a comment, how its message begins. */
Test(config_faults, each_has_its_line)
{
	FILE *file = fopen(FILES "every_fault.yaml", "r");
	char line[256];
	unsigned int number = 0;
	size_t next = 0;

	cr_assert_not_null(file);
	read_faults(FILES "every_fault.yaml");
	while (fgets(line, sizeof(line), file)) {
		char *expected = strstr(line, "# ");

		number++;
		line[strcspn(line, "\n")] = '\0';
		for (; expected; expected = strstr(expected + 2, "# ")) {
			char *end = strstr(expected + 2, " # ");
			size_t len = end ? (size_t)(end - expected) - 2 : strlen(expected + 2);

			cr_assert_lt(next, faults.count, "missed: %s", expected);
			cr_expect_eq(faults.fault[next].line, number, "line %u: %s",
				     faults.fault[next].line, faults.fault[next].message);
			cr_expect_eq(strncmp(faults.fault[next].message, expected + 2, len), 0,
				     "line %u: %s", number, faults.fault[next].message);
			next++;
		}
	}
	fclose(file);
	cr_expect_geq(next, 20);
	cr_expect_eq(next, faults.count, "too many: %s",
		     next < faults.count ? faults.fault[next].message : "");
	faults_free(&faults);
	no_leaks();
}

Test(config_faults, the_first_one_names_the_command_for_the_others)
{
	cr_assert_eq(config_load(&config, FILES "every_fault.yaml", &err), -EINVAL);
	cr_assert_not_null(strstr(err.text, "every_fault.yaml:1: "), "%s", err.text);
	cr_assert_not_null(strstr(err.text, ": garpd check " FILES "every_fault.yaml)"), "%s",
			   err.text);
	no_leaks();
}

Test(config_file, that_is_bad_leaves_nothing_behind)
{
	/* Its bridges and first address are good, and read before the bad MAC. */
	cr_assert_eq(config_load(&config, FILES "mac.yaml", &err), -EINVAL);
	cr_assert_eq(config.bridges.count, 0);
	cr_assert_eq(config.declared_count, 0);
	cr_assert_null(config.file);
	assert_defaults(&config);
	no_leaks();
}

Test(config_file, that_cannot_be_read_is_an_error)
{
	cr_assert_eq(config_load(&config, "/nonexistent.yaml", &err), -ENOENT);
	cr_assert_str_eq(err.text, "/nonexistent.yaml: cannot be opened: No such file or "
				   "directory; name the configuration file");
	cr_assert_eq(config_load(&config, "/", &err), -EISDIR);
	cr_assert_eq(config_load(&config, "/dev/zero", &err), -EFBIG);
	no_leaks();
}

Test(config_file, is_one)
{
	cr_assert_eq(config_load(&config, FILES "hollow.yaml", &err), 0, "%s", err.text);
	cr_assert_eq(config_load(&config, FILES "full.yaml", &err), -EINVAL);
	cr_assert_str_eq(err.text, FILES "full.yaml: a second configuration file, after " FILES
					 "hollow.yaml; give one");
	no_leaks();
}

/* Wherever a file is cut short, it is taken or refused with a message, and no memory is lost. */
Test(config_file, cut_short_anywhere_does_no_harm)
{
	char text[4096], file[] = "/tmp/garpd-config-XXXXXX";
	FILE *full = fopen(FILES "full.yaml", "r");
	size_t len;
	int fd = mkstemp(file);

	cr_assert_not_null(full);
	cr_assert_geq(fd, 0);
	len = fread(text, 1, sizeof(text), full);
	fclose(full);
	cr_assert_gt(len, 500);
	for (size_t cut = 0; cut < len; cut++) {
		cr_assert_eq(ftruncate(fd, 0), 0);
		cr_assert_eq(pwrite(fd, text, cut, 0), (ssize_t)cut);
		config_init(&config);
		err.text[0] = '\0';
		if (config_load(&config, file, &err))
			cr_assert_eq(strncmp(err.text, file, strlen(file)), 0, "%s", err.text);
		config_free(&config);
	}
	close(fd);
	unlink(file);
	no_leaks();
}
