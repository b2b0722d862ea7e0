/* SPDX-License-Identifier: GPL-2.0-or-later */
/* wall_clock.h - the times that garpd writes, read again. Wants _GNU_SOURCE (strptime). */
#ifndef GARPD_TEST_WALL_CLOCK_H
#define GARPD_TEST_WALL_CLOCK_H

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Seconds since 1970 of "2026-01-31T12:00:00.123Z". */
static inline double wall_seconds(const char *text)
{
	struct tm utc = {};
	const char *rest = strptime(text, "%Y-%m-%dT%H:%M:%S", &utc);

	cr_assert_not_null(rest, "%s", text);
	cr_assert_eq(strlen(rest), 5, "%s", text);
	cr_assert_eq(rest[0], '.', "%s", text);
	cr_assert_eq(rest[4], 'Z', "%s", text);
	return (double)timegm(&utc) + strtod(rest, NULL);
}

#endif
