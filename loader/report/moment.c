// SPDX-License-Identifier: GPL-2.0-or-later
#define _GNU_SOURCE /* strptime */
#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "moment.h"

#define DAY_S 86400LL

__s64 moment_now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return now.tv_sec * USEC_PER_SEC + now.tv_nsec / 1000;
}

/* ---- "-1h30min" ---- */

static long long unit_seconds(const char *unit, size_t length)
{
	static const struct {
		const char *name;
		long long seconds;
	} units[] = {
		{"s", 1},    {"sec", 1},   {"m", 60},	     {"min", 60},
		{"h", 3600}, {"d", DAY_S}, {"w", 7 * DAY_S},
	};

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (strlen(units[i].name) == length && !strncmp(units[i].name, unit, length))
			return units[i].seconds;
	return 0;
}

static int parse_span(const char *text, __s64 *us)
{
	long long seconds = 0, unit, number;
	size_t letters;
	char *end;

	do {
		if (!isdigit((unsigned char)*text))
			return -EINVAL;
		number = strtoll(text, &end, 10);
		letters = strcspn(end, "0123456789");
		unit = unit_seconds(end, letters);
		/* Longer than the clock has run. */
		if (!unit || number > 100 * 366 * DAY_S / unit)
			return -EINVAL;
		seconds += number * unit;
		text = end + letters;
	} while (*text);
	*us = seconds * USEC_PER_SEC;
	return 0;
}

/* ---- dates and times of day ---- */

/* ".250", behind seconds. Returns what follows. */
static const char *take_fraction(const char *text, __s64 *us)
{
	__s64 unit = USEC_PER_SEC / 10;

	*us = 0;
	if (*text != '.' || !isdigit((unsigned char)text[1]))
		return text;
	for (text++; isdigit((unsigned char)*text); text++, unit /= 10)
		*us += (*text - '0') * unit;
	return text;
}

/* "", "Z", "+01:00" or "+0100". Returns whether it is one of them. */
static bool take_offset(const char *text, bool *is_local, int *offset_s)
{
	unsigned int hours, minutes;
	int length = 0;

	*is_local = !*text;
	*offset_s = 0;
	if (*is_local || !strcmp(text, "Z") || !strcmp(text, "z"))
		return true;
	if ((*text != '+' && *text != '-') || !isdigit((unsigned char)text[1]) ||
	    !isdigit((unsigned char)text[2]))
		return false;
	if (sscanf(text + 1, "%2u:%2u%n", &hours, &minutes, &length) != 2 &&
	    sscanf(text + 1, "%2u%2u%n", &hours, &minutes, &length) != 2)
		return false;
	if (text[1 + length] || hours > 23 || minutes > 59)
		return false;
	*offset_s = (int)(hours * 3600 + minutes * 60) * (*text == '-' ? -1 : 1);
	return true;
}

/* Local time, or UTC. -EINVAL for a day that the month does not have. */
static int broken_down_us(struct tm *tm, bool is_local, __s64 *us)
{
	int day = tm->tm_mday;
	time_t seconds;

	tm->tm_isdst = -1;
	seconds = is_local ? mktime(tm) : timegm(tm);
	if (seconds == -1 || tm->tm_mday != day)
		return -EINVAL;
	*us = seconds * USEC_PER_SEC;
	return 0;
}

/* Midnight of so many days before now. */
static int day_us(__s64 now_us, int days, __s64 *us)
{
	time_t now = now_us / USEC_PER_SEC;
	struct tm tm;

	if (!localtime_r(&now, &tm))
		return -EINVAL;
	tm.tm_hour = tm.tm_min = tm.tm_sec = 0;
	tm.tm_mday -= days;
	tm.tm_isdst = -1;
	*us = mktime(&tm) * USEC_PER_SEC;
	return 0;
}

static int parse_date(const char *text, __s64 now_us, __s64 *us)
{
	static const struct {
		const char *format;
		bool has_date, has_seconds;
	} forms[] = {
		{"%Y-%m-%dT%H:%M:%S", true, true}, {"%Y-%m-%d %H:%M:%S", true, true},
		{"%Y-%m-%dT%H:%M", true, false},   {"%Y-%m-%d %H:%M", true, false},
		{"%Y-%m-%d", true, false},	   {"%H:%M:%S", false, true},
		{"%H:%M", false, false},
	};
	time_t now = now_us / USEC_PER_SEC;
	__s64 fraction_us;

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		struct tm tm = {};
		bool is_local;
		const char *rest;
		int offset_s;

		if (!forms[i].has_date && !localtime_r(&now, &tm))
			return -EINVAL;
		tm.tm_hour = tm.tm_min = tm.tm_sec = 0;
		rest = strptime(text, forms[i].format, &tm);
		if (!rest)
			continue;
		rest = forms[i].has_seconds ? take_fraction(rest, &fraction_us)
					    : (fraction_us = 0, rest);
		if (!take_offset(rest, &is_local, &offset_s) || (!is_local && !forms[i].has_date))
			continue;
		if (broken_down_us(&tm, is_local, us))
			return -EINVAL;
		*us += fraction_us - offset_s * USEC_PER_SEC;
		return 0;
	}
	return -EINVAL;
}

static int parse(const char *text, __s64 now_us, __s64 *us)
{
	__s64 span;

	if (!strcmp(text, "today"))
		return day_us(now_us, 0, us);
	if (!strcmp(text, "yesterday"))
		return day_us(now_us, 1, us);
	*us = now_us;
	if (!strcmp(text, "now"))
		return 0;
	if (*text != '-')
		return parse_date(text, now_us, us);
	if (parse_span(text + 1, &span))
		return -EINVAL;
	*us -= span;
	return 0;
}

int moment_parse(const char *text, __s64 now_us, __s64 *us)
{
	int err = parse(text, now_us, us);

	if (err || *us > MOMENT_MAX_US)
		return -EINVAL;
	if (*us < 0)
		*us = 0;
	return 0;
}

int moment_parse_logged(const char *text, __s64 *us)
{
	int err = isdigit((unsigned char)*text) && strchr(text, '-') ? moment_parse(text, 0, us)
								     : -EINVAL;

	return err || !*us ? -EINVAL : 0;
}

/* ---- printing ---- */

const char *moment_text(__s64 us, char text[MOMENT_TEXT_LEN])
{
	return time_wall_text(us * 1000, text);
}

const char *moment_local_text(__s64 us, char text[MOMENT_TEXT_LEN])
{
	return time_wall_local_text(us * 1000, text);
}

const char *moment_clock_text(__s64 us, char text[MOMENT_TEXT_LEN])
{
	char whole[MOMENT_TEXT_LEN];

	moment_local_text(us, whole);
	snprintf(text, MOMENT_TEXT_LEN, "%.12s", whole + strlen("2026-11-29 "));
	return text;
}
