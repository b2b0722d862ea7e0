// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * journal_line.c - an entry of the journal as a line of the JSON log. loader/base/journal.c wrote
 * it: each member is a field GARPD_MEMBER, null where it is missing.
 */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-messages.h>

#include "parts.h"

#define FIELD_START "GARPD_"
#define KEY_LEN	    64

static const char *field(const json_t *entry, const char *name)
{
	return json_string_value(json_object_get(entry, name));
}

/* The kernel's time of the datagram is more exact than that of its arrival. */
static json_t *time_of(const json_t *entry)
{
	const char *us = field(entry, "_SOURCE_REALTIME_TIMESTAMP")
				 ?: field(entry, "__REALTIME_TIMESTAMP");
	long long number = us ? strtoll(us, NULL, 10) : 0;
	char text[MOMENT_TEXT_LEN];

	if (number <= 0 || number > MOMENT_MAX_US)
		return NULL;
	return json_string(moment_text(number, text));
}

static const char *level_of(const json_t *entry)
{
	const char *priority = field(entry, "PRIORITY");

	if (!priority || priority[0] > '4')
		return "info";
	return priority[0] == '4' ? "warning" : "error";
}

/* Of texts, with the types that they had: "yes" and "no" are booleans, digits a number. */
static json_t *value_of(const char *text)
{
	size_t digits = strspn(text, "0123456789");

	if (!strcmp(text, "yes") || !strcmp(text, "no"))
		return json_boolean(text[0] == 'y');
	if (digits && !text[digits])
		return json_integer(strtoll(text, NULL, 10));
	return json_string(text);
}

/* Names are texts, whatever they look like. */
static bool is_name(const char *key)
{
	return !strcmp(key, "guest") || !strcmp(key, "port") || !strcmp(key, "bridge") ||
	       !strcmp(key, "segment");
}

static void take_fields(json_t *line, const json_t *entry)
{
	const size_t start = strlen(FIELD_START);
	char key[KEY_LEN];
	const char *name;
	json_t *value;

	json_object_foreach((json_t *)entry, name, value) {
		if (strncmp(name, FIELD_START, start) != 0 || !json_is_string(value) ||
		    strlen(name) >= start + KEY_LEN)
			continue;
		strcpy(key, name + start);
		for (char *at = key; *at; at++)
			*at = (char)tolower((unsigned char)*at);
		json_object_set_new(line, key,
				    is_name(key) ? json_incref(value)
						 : value_of(json_string_value(value)));
	}
}

/*
 * What systemd says of the unit: "Main process exited, code=killed, status=9/KILL", "Stopped". The
 * daemon's own last line may have come without the name of its unit.
 */
static const char *unit_end(const json_t *entry)
{
	const char *id = field(entry, "MESSAGE_ID");

	if (id && !strcmp(id, SD_MESSAGE_UNIT_PROCESS_EXIT_STR))
		return daemon_event_name(DAEMON_DIED);
	if (id && !strcmp(id, SD_MESSAGE_UNIT_STOPPED_STR))
		return daemon_event_name(DAEMON_STOPPED);
	return NULL;
}

json_t *journal_line(const json_t *entry)
{
	const char *message = field(entry, "MESSAGE");
	json_t *line, *time = time_of(entry);

	if (!message || !time) {
		json_decref(time);
		return NULL;
	}
	/* A daemon with --log json. */
	line = message[0] == '{' ? json_loads(message, 0, NULL) : NULL;
	if (line && json_object_get(line, "message")) {
		json_decref(time);
		return line;
	}
	json_decref(line);
	line = json_object();
	json_object_set_new(line, "time", time);
	json_object_set_new(line, "level", json_string(level_of(entry)));
	json_object_set_new(line, "message", json_string(message));
	if (unit_end(entry))
		json_object_set_new(line, "daemon", json_string(unit_end(entry)));
	take_fields(line, entry);
	return line;
}
