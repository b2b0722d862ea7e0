// SPDX-License-Identifier: GPL-2.0-or-later
#define _GNU_SOURCE /* tdestroy */
#include <errno.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include <systemd/sd-daemon.h>

#include "loader/maps/claims.h"
#include "loader/maps/summary.h"
#include "status.h"

#define STATUS_EVERY_USEC 1000000ull
#define STATUS_PRIORITY	  100 /* after everything else */

struct status {
	sd_event *event;
	const struct pins *pins;
	sd_event_source *timer;
	uint64_t sent_usec;
	void *attention; /* keys of the claims that need it, tsearch(3) */
	unsigned int attention_count;
	char text[SUMMARY_LEN]; /* sent last */
};

static int status_order(const void *a, const void *b)
{
	return claims_compare(a, b);
}

static int on_due(sd_event_source *timer, uint64_t usec, void *ctx)
{
	struct status *status = ctx;
	struct summary summary;
	char text[SUMMARY_LEN];

	sd_event_now(status->event, CLOCK_MONOTONIC, &status->sent_usec);
	summary_read(status->pins, &summary);
	summary.attention = status->attention_count;
	summary_text(&summary, text);
	if (strcmp(text, status->text)) {
		strcpy(status->text, text);
		sd_notifyf(0, "STATUS=%s", text);
	}
	return 0;
}

int status_open(struct status **status, sd_event *event, const struct pins *pins)
{
	struct status *fresh;
	int err;

	if (!getenv("NOTIFY_SOCKET"))
		return 0;
	fresh = calloc(1, sizeof(*fresh));
	if (!fresh)
		return -ENOMEM;
	*status = fresh;
	fresh->event = event;
	fresh->pins = pins;
	err = sd_event_add_time(event, &fresh->timer, CLOCK_MONOTONIC, 0, 0, on_due, fresh);
	return err < 0 ? err : sd_event_source_set_priority(fresh->timer, STATUS_PRIORITY);
}

void status_reset(struct status *status)
{
	if (!status)
		return;
	tdestroy(status->attention, free);
	status->attention = NULL;
	status->attention_count = 0;
}

void status_close(struct status *status)
{
	if (!status)
		return;
	status_reset(status);
	sd_event_source_disable_unref(status->timer);
	free(status);
}

void status_change(struct status *status)
{
	int enabled;

	if (!status || sd_event_source_get_enabled(status->timer, &enabled) < 0 || enabled)
		return;
	sd_event_source_set_time(status->timer, status->sent_usec + STATUS_EVERY_USEC);
	sd_event_source_set_enabled(status->timer, SD_EVENT_ONESHOT);
}

/* Without memory the count is too small until the claims are read again. */
static void status_attend(struct status *status, const struct claim_key *key)
{
	struct claim_key *fresh = malloc(sizeof(*fresh)), **found;

	if (!fresh)
		return;
	*fresh = *key;
	found = tsearch(fresh, &status->attention, status_order);
	if (found && *found == fresh)
		status->attention_count++;
	else
		free(fresh);
}

static void status_leave(struct status *status, const struct claim_key *key)
{
	struct claim_key **found = tfind(key, &status->attention, status_order), *left;

	if (!found)
		return;
	left = *found;
	tdelete(key, &status->attention, status_order);
	free(left);
	status->attention_count--;
}

void status_claim(struct status *status, const struct claim_key *key, const struct claim *claim)
{
	if (!status)
		return;
	if (claim && claims_trouble(claim) != TROUBLE_NONE)
		status_attend(status, key);
	else
		status_leave(status, key);
	status_change(status);
}
