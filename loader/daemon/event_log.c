// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>

#include "event_log.h"
#include "loader/base/log.h"
#include "loader/base/text.h"
#include "repeats.h"

#define MORE_LEN 96

static struct repeat repeats[REPEATS];
static struct port_lines port_lines[PORT_LINES];

/* What was not logged since the last line like this one, and since the last line of the port. */
struct suppressed {
	unsigned int repeats;
	unsigned int of_port;
};

/* Announcements have a limit of their own (LIMITS in garpd(8)), and each is logged. */
static bool event_log_is_wanted(const struct event *event, const struct event_text *text,
				struct suppressed *suppressed)
{
	if (text->repeats && !repeats_allow(repeats, &event->key, event->reason, event->time_ns,
					    &suppressed->repeats))
		return false;
	return event->sent ||
	       port_lines_allow(port_lines, event->port, event->time_ns, &suppressed->of_port);
}

/* " (2 repeats not logged; 40 lines about v-new not logged)" */
static const char *suppressed_text(const struct suppressed *suppressed, const char *port,
				   char text[MORE_LEN])
{
	bool both = suppressed->repeats && suppressed->of_port;
	char name[NAME_TEXT_LEN];
	int used = 0;

	text[0] = '\0';
	if (suppressed->repeats)
		used = snprintf(text, MORE_LEN, " (%u repeats not logged%s", suppressed->repeats,
				both ? "; " : ")");
	if (suppressed->of_port)
		snprintf(text + used, MORE_LEN - used, "%s%u lines about %s not logged)",
			 both ? "" : " (", suppressed->of_port, name_text(port, name));
	return text;
}

/* A daemon that was away reads events later than they were. */
static json_t *event_log_fields(const struct event *event, const struct event_names *names,
				const struct suppressed *suppressed)
{
	json_t *fields = event_line_fields(event, names, suppressed->repeats + suppressed->of_port);
	char time[TIME_TEXT_LEN];

	json_object_set_new(fields, "event_time", json_string(time_text(event->time_ns, time)));
	return fields;
}

void event_log(const struct event *event, const struct settings *settings,
	       const struct event_names *names)
{
	const struct event_text *text = event_text_find(event->reason);
	char line[EVENT_LINE_LEN], more[MORE_LEN];
	struct suppressed suppressed = {};

	if (!event_log_is_wanted(event, text, &suppressed))
		return;
	log_line(text->level,
		 log_wants_fields() ? event_log_fields(event, names, &suppressed) : NULL, "%s%s",
		 event_line_text(event, settings, names, line),
		 suppressed_text(&suppressed, names->port, more));
}
