// SPDX-License-Identifier: GPL-2.0-or-later
/* Points in time as people write them, for garpd report --since and --until. */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "../../loader/report/moment.h"

#define HOUR_US (3600 * USEC_PER_SEC)

/* 2026-11-29 12:30:00 UTC, 13:30 in Berlin */
#define NOW_US (1795955400 * USEC_PER_SEC)

static void use_zone(const char *zone)
{
	setenv("TZ", zone, 1);
	tzset();
}

static __s64 parsed(const char *text)
{
	__s64 us = -1;

	cr_assert_eq(moment_parse(text, NOW_US, &us), 0, "%s", text);
	return us;
}

static void expect_moment(const char *text, const char *utc)
{
	char printed[MOMENT_TEXT_LEN];

	cr_expect_str_eq(moment_text(parsed(text), printed), utc, "%s is %s", text, printed);
}

Test(report_moment, is_rfc_3339_with_an_offset)
{
	use_zone("Europe/Berlin");
	expect_moment("2026-11-29T03:12:00Z", "2026-11-29T03:12:00.000Z");
	expect_moment("2026-11-29T03:12:00.5Z", "2026-11-29T03:12:00.500Z");
	expect_moment("2026-11-29T03:12:00.123456Z", "2026-11-29T03:12:00.123Z");
	expect_moment("2026-11-29T03:12:00+01:00", "2026-11-29T02:12:00.000Z");
	expect_moment("2026-11-29T03:12:00-0530", "2026-11-29T08:42:00.000Z");
	expect_moment("2026-11-29 03:12+01:00", "2026-11-29T02:12:00.000Z");
}

Test(report_moment, without_an_offset_is_local_time)
{
	use_zone("Europe/Berlin");
	expect_moment("2026-11-29 03:12:00", "2026-11-29T02:12:00.000Z");
	expect_moment("2026-11-29 03:12", "2026-11-29T02:12:00.000Z");
	expect_moment("2026-07-01", "2026-06-30T22:00:00.000Z");
	expect_moment("03:12", "2026-11-29T02:12:00.000Z");
	expect_moment("03:12:07.25", "2026-11-29T02:12:07.250Z");
	expect_moment("today", "2026-11-28T23:00:00.000Z");
	expect_moment("yesterday", "2026-11-27T23:00:00.000Z");
}

Test(report_moment, is_so_long_before_now)
{
	cr_expect_eq(parsed("now"), NOW_US);
	cr_expect_eq(parsed("-1h"), NOW_US - HOUR_US);
	cr_expect_eq(parsed("-90min"), NOW_US - 3 * HOUR_US / 2);
	cr_expect_eq(parsed("-1h30m"), NOW_US - 3 * HOUR_US / 2);
	cr_expect_eq(parsed("-2d"), NOW_US - 48 * HOUR_US);
	cr_expect_eq(parsed("-1w"), NOW_US - 7 * 24 * HOUR_US);
	cr_expect_eq(parsed("-45s"), NOW_US - 45 * USEC_PER_SEC);
}

Test(report_moment, refuses_what_is_none)
{
	static const char *const wrong[] = {
		"",
		"-",
		"1h",
		"-h",
		"-1",
		"-1y",
		"-1h ago",
		"-1h-",
		"--1h",
		"tomorrow",
		"2026-02-31",
		"2026-13-01",
		"25:00",
		"03:12Z",
		"2026-11-29T03:12:00+1",
		"2026-11-29T03:12:00+01:60",
		"03:12 today",
		"29.11.2026",
		"-99999999999999999999h",
		"2026-11-29T03:12:00.Z",
		"9999-12-31T23:59:59Z",
	};
	__s64 us;

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		cr_expect_eq(moment_parse(wrong[i], NOW_US, &us), -EINVAL, "\"%s\"", wrong[i]);
}

Test(report_moment, before_1970_is_1970)
{
	cr_expect_eq(parsed("1960-01-01T00:00:00Z"), 0);
	cr_expect_eq(parsed("-5000w"), 0);
}

/* A log has no relative times. */
Test(report_moment, of_a_log_has_a_date)
{
	static const char *const wrong[] = {
		"", "now", "today", "-1h", "03:12", "1970-01-01T00:00:00Z", "1969-12-31T00:00:00Z"};
	__s64 us;

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		cr_expect_eq(moment_parse_logged(wrong[i], &us), -EINVAL, "\"%s\"", wrong[i]);
	cr_expect_eq(moment_parse_logged("2026-11-29T12:30:00.000Z", &us), 0);
	cr_expect_eq(us, NOW_US);
}

Test(report_moment, is_printed_in_local_time_with_its_offset)
{
	char text[MOMENT_TEXT_LEN];

	use_zone("Asia/Kolkata");
	cr_expect_str_eq(moment_local_text(NOW_US + 7000, text), "2026-11-29 18:00:00.007+0530");
	cr_expect_str_eq(moment_clock_text(NOW_US + 7000, text), "18:00:00.007");
}
