// SPDX-License-Identifier: GPL-2.0-or-later
/* down.c - when no daemon ran: from what it, or systemd, says of its end to the next start. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "parts.h"

static const char *const names[DAEMON_EVENTS] = {
	[DAEMON_STARTING] = "starting", [DAEMON_READY] = "ready", [DAEMON_RELOADED] = "reloaded",
	[DAEMON_STOPPED] = "stopped",	[DAEMON_DIED] = "died",
};

enum daemon_event daemon_event_of(const char *name)
{
	for (unsigned int event = 0; name && event < DAEMON_EVENTS; event++)
		if (names[event] && !strcmp(names[event], name))
			return event;
	return DAEMON_OTHER;
}

const char *daemon_event_name(enum daemon_event event)
{
	return names[event];
}

static struct report_down *down_add(struct report *report, __s64 from_us, enum daemon_event how)
{
	struct report_down *down = realloc(report->down, (report->downs + 1) * sizeof(*down));

	if (!down)
		return NULL;
	report->down = down;
	down += report->downs++;
	*down = (struct report_down){.from_us = from_us, .how = how};
	return down;
}

/* How it ended before this start: the stop may be earlier than what was wanted of the log. */
static enum daemon_event end_before(const struct report_daemon_line *start)
{
	bool is_end = start->before == DAEMON_STOPPED || start->before == DAEMON_DIED;

	return is_end ? start->before : DAEMON_OTHER;
}

int down_find(struct report *report)
{
	struct report_down *open = NULL;

	for (size_t i = 0; i < report->lines; i++) {
		const struct report_daemon_line *line = &report->line[i];
		bool has_ended = line->event == DAEMON_STOPPED || line->event == DAEMON_DIED;
		bool was_killed = line->event == DAEMON_STARTING && line->before_us;

		if (open && line->event == DAEMON_READY) {
			open->until_us = line->at_us;
			open = NULL;
		}
		if (open || (!has_ended && !was_killed))
			continue;
		open = has_ended ? down_add(report, line->at_us, line->event)
				 : down_add(report, line->before_us, end_before(line));
		if (!open)
			return -ENOMEM;
	}
	return 0;
}
