// SPDX-License-Identifier: GPL-2.0-or-later
/* Addresses, MACs, times and names as people write them. */
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

#include "../../loader/base/log.h"
#include "../../loader/base/text.h"
#include "wall_clock.h"

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
		"00:00:00:00:00:00", /* no host */
		"01:15:5d:00:00:01", /* a group */
		"ff:ff:ff:ff:ff:ff",
	};
	__u8 mac[MAC_LEN];

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		cr_expect_eq(mac_parse(bad[i], mac), -EINVAL, "\"%s\"", bad[i]);
}

/* ---- times ---- */

Test(text_time, of_now_is_the_wall_clock)
{
	char text[TIME_TEXT_LEN];
	struct timespec wall;
	double shown;

	shown = wall_seconds(time_text(time_now_ns(), text));
	clock_gettime(CLOCK_REALTIME, &wall);
	cr_assert_float_eq(shown, (double)wall.tv_sec + (double)wall.tv_nsec / 1e9, 2.0);
}

Test(text_time, keeps_distances_before_and_after_now)
{
	char before[TIME_TEXT_LEN], after[TIME_TEXT_LEN];
	__u64 now_ns = time_now_ns();

	time_text(now_ns - 1, before);
	time_text(now_ns + 3600 * NSEC_PER_SEC, after); /* a deadline */
	cr_assert_float_eq(wall_seconds(after) - wall_seconds(before), 3600.0, 1.0);
}

Test(text_time, never_is_empty)
{
	char text[TIME_TEXT_LEN] = "x";

	cr_assert_str_eq(time_text(0, text), "");
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
	key.vlan |= VLAN_AD;
	cr_assert_str_eq(segment_text(&key, "br0", text), "br0 vlan 10ad.20");
	key.inner_vlan = 0;
	cr_assert_str_eq(segment_text(&key, "br0", text), "br0 vlan 10ad");
}

/* What is there is printed as it is, or as a '?' for each byte. */
Test(text, names_of_any_bytes_are_cleaned)
{
	static const char *const cleaned[][2] = {
		{"br0", "br0"},
		{"br\xc3\xbc"
		 "cke",
		 "br\xc3\xbc"
		 "cke"},
		{"\xe2\x82\xac\xf0\x9f\x99\x82", "\xe2\x82\xac\xf0\x9f\x99\x82"},
		{"a\x1b[2J\x7f\n", "a?[2J??"},
		{"v\xff"
		 "1",
		 "v?1"},
		{"\xc2\x9b"
		 "2J",
		 "??2J"},			   /* CSI, a C1 control */
		{"\xc0\x9b\xe0\x80\x9b", "?????"}, /* longer than they need be */
		{"\xed\xa0\x80\xf4\x90\x80\x80", "???????"},
		{"\xf8\x88\x80\x80\x80\xe2\x82", "???????"},
	};
	char text[NAME_TEXT_LEN];

	for (size_t i = 0; i < sizeof(cleaned) / sizeof(cleaned[0]); i++)
		cr_assert_str_eq(name_text(cleaned[i][0], text), cleaned[i][1], "%zu: %s", i, text);
	cr_assert_str_eq(interface_text(1, text), "lo");
	cr_assert_str_eq(interface_text(4000000000, text), "#4000000000");
}

/* ---- names ---- */

Test(text_names, come_from_the_lists)
{
	cr_assert_str_eq(claim_state_name(CLAIM_PROBING), "probing");
	cr_assert_str_eq(claim_state_name(CLAIM_FROZEN), "frozen");
	cr_assert_str_eq(counter_name(COUNTER_announced), "announced");
	cr_assert_str_eq(counter_name(COUNTER_MAX - 1), "fabric_moved");
	cr_assert_str_eq(counter_help(COUNTER_own_frame),
			 "garpd's own announcements, seen again on another port or hook");
	cr_assert_str_eq(port_mode_name(MODE_TCX), "tcx");
	cr_assert_str_eq(port_mode_name(MODE_TC), "tc");
	cr_assert_str_eq(port_mode_name(MODE_XDP), "xdp");
	cr_assert_str_eq(port_mode_name(MODE_XDP_GENERIC), "xdp-generic");
	cr_assert_str_eq(port_role_name(ROLE_UPLINK), "uplink");
	cr_assert_str_eq(port_role_name(ROLE_ROUTER), "router");
	cr_assert_str_eq(port_role_name(ROLE_HOST), "host");
}

Test(text_names, of_what_a_newer_kernel_half_wrote_are_unknown)
{
	cr_assert_str_eq(claim_state_name(CLAIM_STATE_MAX), "unknown");
	cr_assert_str_eq(counter_name(COUNTER_MAX), "unknown");
	cr_assert_str_eq(counter_help(COUNTER_MAX), "unknown");
	cr_assert_str_eq(port_mode_name(99), "unknown");
	cr_assert_str_eq(port_role_name(~0u), "unknown");
}

Test(text, columns_of_a_terminal)
{
	cr_assert_eq(text_columns(""), 0);
	cr_assert_eq(text_columns("v-new"), 5);
	cr_assert_eq(text_columns("b\xc3\xa4r"), 3);
	cr_assert_eq(text_columns("\xe6\xa9\x8b"), 2, "a wide character");
	cr_assert_eq(text_columns("a\xcc\x88"), 1, "a combining one");
	cr_assert_eq(text_columns("\xff?"), 2, "not UTF-8: its bytes");
}

static bool one_is_known(__u32 ifindex, char name[NAME_TEXT_LEN])
{
	return ifindex == 70001 && strcpy(name, "v-gone");
}

Test(text, an_interface_that_is_gone_keeps_its_name_where_that_is_known)
{
	char text[NAME_TEXT_LEN];

	cr_assert_str_eq(interface_text(70001, text), "#70001");
	text_remember_names(one_is_known);
	cr_assert_str_eq(interface_text(70001, text), "v-gone");
	cr_assert_str_eq(interface_text(70002, text), "#70002");
	text_remember_names(NULL);
}
