/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * log.h - the daemon's log: one line an event on standard output, as text or as JSON.
 *
 * When standard output is the journal, a line carries its priority as sd-daemon(3) wants it
 * ("<4>"); one with fields goes to the journal with these (journal.h), unless it is JSON.
 */
#ifndef GARPD_BASE_LOG_H
#define GARPD_BASE_LOG_H

#include <jansson.h>
#include <stdbool.h>

enum log_level {
	LOG_LEVEL_ERROR,
	LOG_LEVEL_WARNING,
	LOG_LEVEL_INFO,
};

/* Text (the default) or one JSON object a line. */
void log_set_json(bool json);
/* Lines with fields, and those in JSON, name the network namespace as `netns`. Not copied. */
void log_set_netns(const char *name);

bool log_wants_fields(void); /* in JSON, and where standard output is the journal */

/*
 * One line. In JSON: {"time": RFC 3339, "level": ..., "message": ..., and the members of
 * `fields`}; in text the message alone. `fields` may be NULL; the reference is taken over.
 */
void log_line(enum log_level level, json_t *fields, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/*
 * A line of the JSON log: the object that log_line() writes, of a time as time_text() has it. The
 * reference to `fields` is taken over.
 */
json_t *log_object(const char *time, enum log_level level, const char *message, json_t *fields);

#define log_error(...)	 log_line(LOG_LEVEL_ERROR, NULL, __VA_ARGS__)
#define log_warning(...) log_line(LOG_LEVEL_WARNING, NULL, __VA_ARGS__)
#define log_info(...)	 log_line(LOG_LEVEL_INFO, NULL, __VA_ARGS__)

#endif
