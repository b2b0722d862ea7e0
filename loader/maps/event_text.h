/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * event_text.h - an event as a sentence.
 */
#ifndef GARPD_MAPS_EVENT_TEXT_H
#define GARPD_MAPS_EVENT_TEXT_H

#include <stdbool.h>

#include "loader/base/log.h"

struct event_text {
	const char *sentence; /* "MAC on PORT: SENTENCE"; NULL: use the counter's name */
	enum log_level level;
	bool repeats; /* hosts can cause it at any rate: log it once a minute for each claim */
};

/* The text for an event or a claim with this reason (enum counter). Never NULL. */
const struct event_text *event_text_find(unsigned int reason);

/*
 * State and reason of a claim: "denied: configured announce: never", "conflict with MAC". Returns
 * `text`.
 */
#define CLAIM_REASON_LEN 160
const char *claim_reason_text(const struct claim *claim, char text[CLAIM_REASON_LEN]);

#endif
