// SPDX-License-Identifier: GPL-2.0-or-later
/* Addresses, MACs, times and names as people write them; and the log's lines. */
#define _GNU_SOURCE
#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "../../loader/log.h"
#include "../../loader/text.h"
#include "leaks.h"

/* ---- addresses ---- */

static void assert_addr(const char *given, const char *shown)
{
	char text[ADDR_TEXT_LEN];
	struct addr addr;

	cr_assert_eq(addr_parse(given, &addr), 0, "%s", given);
	cr_assert_str_eq(addr_text(&addr, text), shown);
}

Test(text_addr, goes_both_ways)
{
	assert_addr("192.0.2.7", "192.0.2.7");
	assert_addr("0.0.0.0", "0.0.0.0");
	assert_addr("255.255.255.255", "255.255.255.255");
	assert_addr("2001:DB8:0::7", "2001:db8::7");
	assert_addr("::", "::");
	assert_addr("::ffff:192.0.2.7", "192.0.2.7");
}

Test(text_addr, of_ipv4_is_mapped)
{
	static const __u8 mapped[16] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 0, 2, 7};
	struct addr addr;

	cr_assert_eq(addr_parse("192.0.2.7", &addr), 0);
	cr_assert_eq(memcmp(addr.bytes, mapped, 16), 0);
	cr_assert(addr_is_ipv4(&addr));
	cr_assert_eq(addr_parse("2001:db8::7", &addr), 0);
	cr_assert_not(addr_is_ipv4(&addr));
	cr_assert_eq(addr_parse("::192.0.2.7", &addr), 0);
	cr_assert_not(addr_is_ipv4(&addr));
}

Test(text_addr, that_is_bad_is_refused_and_changes_nothing)
{
	static const char *const bad[] = {"",		"192.0.2",    "192.0.2.256",  "192.0.2.07",
					  "192.0.2.7 ", " 192.0.2.7", "192.0.2.7/32", "2001:db8",
					  "host",	"1.2.3.4.5",  ":::",	      "1::2::3"};
	struct addr addr, before;

	memset(&before, 0x5a, sizeof(before));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		addr = before;
		cr_expect_eq(addr_parse(bad[i], &addr), -EINVAL, "\"%s\"", bad[i]);
		cr_expect_eq(memcmp(&addr, &before, sizeof(addr)), 0, "\"%s\"", bad[i]);
	}
}

/* ---- prefixes ---- */

static void assert_prefix(const char *given, __u32 len, const char *shown)
{
	char text[ADDR_TEXT_LEN];
	struct prefix prefix;

	cr_assert_eq(prefix_parse(given, &prefix), 0, "%s", given);
	cr_assert_eq(prefix.len, len, "%s: %u", given, prefix.len);
	cr_assert_str_eq(prefix_text(&prefix, text), shown);
}

Test(text_prefix, goes_both_ways)
{
	assert_prefix("192.0.2.7", 128, "192.0.2.7");
	assert_prefix("192.0.2.7/32", 128, "192.0.2.7");
	assert_prefix("192.0.2.0/24", 120, "192.0.2.0/24");
	assert_prefix("192.0.2.128/25", 121, "192.0.2.128/25");
	assert_prefix("0.0.0.0/0", 96, "0.0.0.0/0");
	assert_prefix("2001:db8::/32", 32, "2001:db8::/32");
	assert_prefix("2001:db8::7", 128, "2001:db8::7");
	assert_prefix("2001:db8::7/128", 128, "2001:db8::7");
	assert_prefix("::/0", 0, "::/0");
	assert_prefix("::ffff:192.0.2.0/120", 120, "192.0.2.0/24");
}

static void assert_host_bits(const char *given, const char *network)
{
	char text[ADDR_TEXT_LEN];
	struct prefix prefix;

	cr_assert_eq(prefix_parse(given, &prefix), -EDOM, "%s", given);
	cr_assert_str_eq(prefix_text(&prefix, text), network);
}

Test(text_prefix, with_host_bits_is_refused_with_its_network)
{
	assert_host_bits("192.0.2.7/24", "192.0.2.0/24");
	assert_host_bits("192.0.2.1/31", "192.0.2.0/31");
	assert_host_bits("128.0.0.0/0", "0.0.0.0/0");
	assert_host_bits("10.128.0.0/8", "10.0.0.0/8");
	assert_host_bits("2001:db8::7/64", "2001:db8::/64");
}

Test(text_prefix, that_is_bad_is_refused)
{
	static const char *const bad[] = {
		"192.0.2.0/",
		"192.0.2.0/33",
		"192.0.2.0/-1",
		"192.0.2.0/+24",
		"192.0.2.0/ 24",
		"192.0.2.0/24x",
		"192.0.2.0/24/24",
		"/24",
		"",
		"2001:db8::/129",
		"192.0.2.0/0000024",
		"192.0.2.0/4294967296",
	};
	char wide[200];
	struct prefix prefix;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		cr_expect_eq(prefix_parse(bad[i], &prefix), -EINVAL, "\"%s\"", bad[i]);
	memset(wide, '1', sizeof(wide) - 1);
	wide[sizeof(wide) - 1] = '\0';
	cr_expect_eq(prefix_parse(wide, &prefix), -EINVAL);
}

/* ---- MACs ---- */

Test(text_mac, is_read_with_colons_and_with_dashes)
{
	static const __u8 expected[MAC_LEN] = {0x00, 0x15, 0x5d, 0xab, 0xcd, 0xef};
	char text[MAC_TEXT_LEN];
	__u8 mac[MAC_LEN];

	cr_assert_eq(mac_parse("00:15:5d:ab:cd:ef", mac), 0);
	cr_assert_eq(memcmp(mac, expected, MAC_LEN), 0);
	memset(mac, 0, MAC_LEN);
	cr_assert_eq(mac_parse("00-15-5D-AB-CD-EF", mac), 0);
	cr_assert_eq(memcmp(mac, expected, MAC_LEN), 0);
	cr_assert_str_eq(mac_text(mac, text), "00:15:5d:ab:cd:ef");
}

Test(text_mac, that_nobody_can_have_is_refused)
{
	static const char *const bad[] = {
		"",
		"00:15:5d:00:00",
		"00:15:5d:00:00:01:02",
		"00:15:5d:00:00:1",
		"0:15:5d:00:00:01x",
		"00:15:5d:00:00:0g",
		"00:15-5d:00:00:01",
		"00.15.5d.00.00.01",
		"00155d000001",
		"00:15:5d:00:00:01 ",
		"00:00:00:00:00:00", /* nobody */
		"01:15:5d:00:00:01", /* a group */
		"ff:ff:ff:ff:ff:ff",
	};
	__u8 mac[MAC_LEN];

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		cr_expect_eq(mac_parse(bad[i], mac), -EINVAL, "\"%s\"", bad[i]);
}

/* ---- times ---- */

static __u64 monotonic_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (__u64)now.tv_sec * NSEC_PER_SEC + (__u64)now.tv_nsec;
}

/* Seconds since 1970 of "2026-01-31T12:00:00.123Z". */
static double wall_seconds(const char *text)
{
	struct tm utc = {};
	const char *rest = strptime(text, "%Y-%m-%dT%H:%M:%S", &utc);

	cr_assert_not_null(rest, "%s", text);
	cr_assert_eq(strlen(rest), 5, "%s", text);
	cr_assert_eq(rest[0], '.', "%s", text);
	cr_assert_eq(rest[4], 'Z', "%s", text);
	return (double)timegm(&utc) + strtod(rest, NULL);
}

Test(text_time, of_now_is_the_wall_clock)
{
	char text[TIME_TEXT_LEN];
	struct timespec wall;
	double shown;

	shown = wall_seconds(time_text(monotonic_now_ns(), text));
	clock_gettime(CLOCK_REALTIME, &wall);
	cr_assert_float_eq(shown, (double)wall.tv_sec + (double)wall.tv_nsec / 1e9, 2.0);
}

Test(text_time, keeps_distances_before_and_after_now)
{
	char before[TIME_TEXT_LEN], after[TIME_TEXT_LEN];
	__u64 now_ns = monotonic_now_ns();

	time_text(now_ns - 1, before);
	time_text(now_ns + 3600 * NSEC_PER_SEC, after); /* a deadline */
	cr_assert_float_eq(wall_seconds(after) - wall_seconds(before), 3600.0, 1.0);
}

Test(text_time, never_is_empty)
{
	char text[TIME_TEXT_LEN] = "x";

	cr_assert_str_eq(time_text(0, text), "");
}

/* ---- names ---- */

Test(text_names, come_from_the_lists)
{
	cr_assert_str_eq(claim_state_name(CLAIM_PROBING), "probing");
	cr_assert_str_eq(claim_state_name(CLAIM_FROZEN), "frozen");
	cr_assert_str_eq(counter_name(COUNTER_announced), "announced");
	cr_assert_str_eq(counter_name(COUNTER_MAX - 1), "fabric_moved");
	cr_assert_str_eq(counter_help(COUNTER_own_frame),
			 "our own announcements, met again on their way");
	cr_assert_str_eq(port_mode_name(MODE_TCX), "tcx");
	cr_assert_str_eq(port_mode_name(MODE_TC), "tc");
	cr_assert_str_eq(port_mode_name(MODE_XDP), "xdp");
	cr_assert_str_eq(port_mode_name(MODE_XDP_GENERIC), "xdp-generic");
	cr_assert_str_eq(port_role_name(ROLE_UPLINK), "uplink");
	cr_assert_str_eq(port_role_name(ROLE_ROUTER), "router");
}

Test(text_names, of_what_a_newer_kernel_half_wrote_are_unknown)
{
	cr_assert_str_eq(claim_state_name(CLAIM_STATE_MAX), "unknown");
	cr_assert_str_eq(counter_name(COUNTER_MAX), "unknown");
	cr_assert_str_eq(counter_help(COUNTER_MAX), "unknown");
	cr_assert_str_eq(port_mode_name(99), "unknown");
	cr_assert_str_eq(port_role_name(~0u), "unknown");
}

/* ---- the log ---- */

static char logged[8192];
static int log_file, old_stdout;

/* Standard output becomes a file that can be read back. */
static void log_begin(void)
{
	fflush(stdout);
	old_stdout = dup(STDOUT_FILENO);
	log_file = memfd_create("log", 0);
	cr_assert_geq(log_file, 0);
	dup2(log_file, STDOUT_FILENO);
	unsetenv("JOURNAL_STREAM");
}

/* What was written without anybody flushing: a line must be out as soon as it is said. */
static const char *log_end(void)
{
	ssize_t got = pread(log_file, logged, sizeof(logged) - 1, 0);

	dup2(old_stdout, STDOUT_FILENO);
	cr_assert_geq(got, 0);
	logged[got] = '\0';
	return logged;
}

static void set_journal(unsigned long long inode_off_by)
{
	char stream[64];
	struct stat st;

	cr_assert_eq(fstat(STDOUT_FILENO, &st), 0);
	snprintf(stream, sizeof(stream), "%llu:%llu", (unsigned long long)st.st_dev,
		 (unsigned long long)st.st_ino + inode_off_by);
	setenv("JOURNAL_STREAM", stream, 1);
}

static json_t *log_end_json(void)
{
	json_t *line = json_loads(log_end(), 0, NULL);

	cr_assert_not_null(line, "no JSON: %s", logged);
	return line;
}

static const char *member(const json_t *line, const char *key)
{
	const char *value = json_string_value(json_object_get(line, key));

	return value ? value : "(none)";
}

TestSuite(log, .init = log_begin);

Test(log, text_is_the_message_alone_and_out_at_once)
{
	log_line(LOG_LEVEL_INFO, json_pack("{s:s}", "port", "vnet3"), "announced %s", "192.0.2.7");
	cr_assert_str_eq(log_end(), "announced 192.0.2.7\n");
	no_leaks();
}

Test(log, to_the_journal_carries_the_priority)
{
	set_journal(0);
	log_error("one");
	log_warning("two");
	log_info("three");
	cr_assert_str_eq(log_end(), "<3>one\n<4>two\n<6>three\n");
}

Test(log, to_another_file_than_the_inherited_journal_carries_none)
{
	set_journal(1);
	log_error("one");
	setenv("JOURNAL_STREAM", "nonsense", 1);
	log_error("two");
	cr_assert_str_eq(log_end(), "one\ntwo\n");
}

Test(log, json_is_an_object_a_line_with_time_level_message_and_the_fields)
{
	json_t *line;

	log_set_json(true);
	log_line(LOG_LEVEL_WARNING, json_pack("{s:s, s:i}", "port", "vnet3", "vlan", 7), "%s \"x\"",
		 "conflict");
	line = log_end_json();
	cr_assert_eq(strchr(logged, '\n'), logged + strlen(logged) - 1);
	cr_assert_str_eq(member(line, "level"), "warning");
	cr_assert_str_eq(member(line, "message"), "conflict \"x\"");
	cr_assert_str_eq(member(line, "port"), "vnet3");
	cr_assert_eq(json_integer_value(json_object_get(line, "vlan")), 7);
	cr_assert_float_eq(wall_seconds(member(line, "time")), (double)time(NULL), 5.0);
	json_decref(line);
	no_leaks();
}

Test(log, fields_cannot_take_the_place_of_the_lines_own)
{
	json_t *line;

	log_set_json(true);
	log_line(LOG_LEVEL_ERROR, json_pack("{s:s}", "level", "info"), "bad");
	line = log_end_json();
	cr_assert_str_eq(member(line, "level"), "error");
	json_decref(line);
}

Test(log, a_name_of_any_bytes_stays_one_line)
{
	log_info("port %s", "a\nb\033[2Jc");
	cr_assert_str_eq(log_end(), "port a?b?[2Jc\n");
}

Test(log, a_name_that_is_no_utf8_still_makes_json)
{
	json_t *line;

	log_set_json(true);
	log_info("port %s", "a\xff"
			    "b");
	line = log_end_json();
	cr_assert_str_eq(member(line, "message"), "port a?b");
	json_decref(line);
	no_leaks();
}

Test(log, a_long_message_is_cut_and_the_line_ends)
{
	char message[4000];

	memset(message, 'x', sizeof(message) - 1);
	message[sizeof(message) - 1] = '\0';
	log_info("%s", message);
	cr_assert_str_eq(log_end() + strlen(logged) - 2, "x\n");
	cr_assert_gt(strlen(logged), 512); /* a struct err, at least */
}

Test(text, durations_in_the_unit_that_suits)
{
	static const struct {
		__u64 ns;
		const char *shown;
	} durations[] = {
		{0, "0.0 ms"},
		{87 * NSEC_PER_USEC, "0.1 ms"},
		{3250 * NSEC_PER_MSEC, "3.2 s"},
		{119 * NSEC_PER_SEC, "119.0 s"},
		{120 * NSEC_PER_SEC, "2 min"},
		{7199 * NSEC_PER_SEC, "119 min"},
		{7200 * NSEC_PER_SEC, "2 h"},
		{~0ull, "5124095 h"},
	};
	char text[DURATION_TEXT_LEN];

	for (size_t i = 0; i < sizeof(durations) / sizeof(durations[0]); i++)
		cr_assert_str_eq(duration_text(durations[i].ns, text), durations[i].shown);
}

Test(text, segments_with_their_tags)
{
	struct claim_key key = {};
	char text[SEGMENT_TEXT_LEN];

	cr_assert_str_eq(segment_text(&key, "br0", text), "br0");
	key.vlan = 10;
	cr_assert_str_eq(segment_text(&key, "br0", text), "br0 vlan 10");
	key.inner_vlan = 20;
	cr_assert_str_eq(segment_text(&key, "br0", text), "br0 vlan 10.20");
}
