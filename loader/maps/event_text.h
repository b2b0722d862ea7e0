/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * event_text.h - an event as a sentence.
 */
#ifndef GARPD_MAPS_EVENT_TEXT_H
#define GARPD_MAPS_EVENT_TEXT_H

#include <stdbool.h>

#include "loader/base/log.h"

struct event_text {
	const char *sentence; /* goes on after "MAC on PORT "; NULL: the counter's name will do */
	enum log_level level;
	bool repeats; /* hosts can cause it as often as they like: log it once a minute a claim */
};

/* What an event, or a claim, of this reason (enum counter) is called. Never NULL. */
const struct event_text *event_text_find(unsigned int reason);

#endif
