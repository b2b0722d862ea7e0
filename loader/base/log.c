// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "journal.h"
#include "log.h"
#include "text.h"

#define MESSAGE_LEN 1024 /* twice a struct err: an error with its prefix always fits */

static const struct {
	const char *name;
	unsigned int priority; /* syslog(3) */
} levels[] = {
	[LOG_LEVEL_ERROR] = {"error", 3},
	[LOG_LEVEL_WARNING] = {"warning", 4},
	[LOG_LEVEL_INFO] = {"info", 6},
};

static bool as_json;
static const char *netns;  /* NULL: the first one */
static unsigned long lost; /* lines that could not be written */

void log_set_json(bool json)
{
	as_json = json;
}

void log_set_netns(const char *name)
{
	netns = name;
}

bool log_wants_fields(void)
{
	return as_json || journal_is_stdout();
}

json_t *log_object(const char *time, enum log_level level, const char *message, json_t *fields)
{
	json_t *line = json_object();

	json_object_set_new(line, "time", json_string(time));
	json_object_set_new(line, "level", json_string(levels[level].name));
	json_object_set_new(line, "message", json_string(message));
	if (fields)
		json_object_update_missing(line, fields);
	json_decref(fields);
	return line;
}

static char *line_json(enum log_level level, json_t *fields, const char *message)
{
	char time[TIME_TEXT_LEN];
	json_t *line = log_object(time_text(time_now_ns(), time), level, message,
				  json_incref(fields));
	char *text = json_dumps(line, JSON_COMPACT);

	json_decref(line);
	return text;
}

/*
 * Announcements must not wait for a pipe whose reader has stopped, or for a suspended terminal. An
 * error (-1, or POLLERR) is left for the write to meet.
 */
static bool log_has_room(void)
{
	struct pollfd out = {.fd = STDOUT_FILENO, .events = POLLOUT};

	return poll(&out, 1, 0) != 0;
}

static void log_write(enum log_level level, const char *line)
{
	if (journal_is_stdout())
		printf("<%u>", levels[level].priority); /* sd-daemon(3) */
	printf("%s\n", line);
	fflush(stdout);
	if (ferror(stdout))
		lost++;
	clearerr(stdout);
}

static void log_report_lost(void)
{
	unsigned long count = lost;

	lost = 0;
	if (count)
		log_warning("%lu log lines lost: the reader stopped, or the disk was full", count);
	if (lost) /* this line was lost as well: reported again later */
		lost = count;
}

static int log_send(enum log_level level, const json_t *fields, const char *message)
{
	char text[JOURNAL_LEN];

	return journal_send(text, journal_format(levels[level].priority, message, fields, text));
}

void log_line(enum log_level level, json_t *fields, const char *format, ...)
{
	char message[MESSAGE_LEN];
	char *json = NULL;
	va_list args;
	int err = -ENOTCONN; /* not sent yet */

	va_start(args, format);
	vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	text_clean(message); /* names from outside may be any bytes */
	if (netns && as_json && !fields)
		fields = json_object();
	if (netns && fields)
		json_object_set_new(fields, "netns", json_string(netns));
	if (!as_json && fields && journal_is_stdout())
		err = log_send(level, fields, message);
	if (as_json)
		json = line_json(level, fields, message);
	json_decref(fields);
	/* Out of memory leaves the plain message: better than silence. */
	if (err == -EAGAIN || (err && !log_has_room())) {
		lost++;
	} else {
		log_report_lost();
		if (err)
			log_write(level, json ? json : message);
	}
	free(json);
}
