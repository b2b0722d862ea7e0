/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * moment.h - points in time of the wall clock, in microseconds since 1970, and as people write
 * them.
 */
#ifndef GARPD_REPORT_MOMENT_H
#define GARPD_REPORT_MOMENT_H

#include <linux/types.h>

#include "loader/base/text.h"

#define USEC_PER_SEC	1000000LL
#define MOMENT_TEXT_LEN TIME_TEXT_LEN

/* In 2255: what is later has no nanoseconds in 64 bits. */
#define MOMENT_MAX_US (9000000000LL * USEC_PER_SEC)

/*
 * "2026-11-29T03:12:00.5Z" or with an offset, RFC 3339; a blank may stand for the T. Without an
 * offset it is local time, and seconds, or the time of day, may be missing: that is 0. "03:12" is
 * today; "now", "today" and "yesterday" are words; "-1h30min" is so long before now. What is before
 * 1970 is 1970. Returns 0, or -EINVAL.
 */
int moment_parse(const char *text, __s64 now_us, __s64 *us);

/* Of a log: with a date, and after 1970. */
int moment_parse_logged(const char *text, __s64 *us);

__s64 moment_now_us(void);

/* "2026-11-29T03:12:00.500Z", and "2026-11-29 04:12:00.500+0100" in local time. Return `text`. */
const char *moment_text(__s64 us, char text[MOMENT_TEXT_LEN]);
const char *moment_local_text(__s64 us, char text[MOMENT_TEXT_LEN]);

/* The same, of the time of day alone: "04:12:00.500". */
const char *moment_clock_text(__s64 us, char text[MOMENT_TEXT_LEN]);

#endif
