// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * daemon_sweep.c - the claims of ports that are gone.
 */
#include <string.h>

#include "claims.h"
#include "daemon_parts.h"
#include "log.h"

/*
 * A bridge that is made anew, as ifupdown2 and netplan do it, takes its ports back well within this
 * time: their claims, and the windows that are open, stay.
 */
#define SWEEP_AFTER_USEC 10000000ull
#define SWEEP_SLACK_USEC 1000000ull

static void sweep_claim(struct daemon *daemon, const struct claim *claim)
{
	struct speak_call call = {.key = claim->key, .op = SPEAK_LEFT};
	int code;

	if (ports_is_port(daemon->ports, claim->quota_port))
		return;
	code = pins_speak(&daemon->datapath.pins, &call);
	if (code)
		log_error("claims of deleted ports: cannot run garpd_speak: %s", strerror(-code));
}

static int sweep_fires(sd_event_source *source, uint64_t usec, void *ctx)
{
	struct daemon *daemon = ctx;
	struct claims claims;
	struct err err;
	size_t i;

	(void)source;
	(void)usec;
	daemon->sweep = sd_event_source_unref(daemon->sweep);
	if (claims_read(daemon->datapath.pins.claims, &claims, &err))
		log_error("%s", err.text);
	else
		for (i = 0; i < claims.count; i++)
			sweep_claim(daemon, &claims.claim[i]);
	claims_free(&claims);
	return 0;
}

void daemon_sweep_later(struct daemon *daemon)
{
	int code;

	if (daemon->sweep)
		return;
	code = sd_event_add_time_relative(daemon->event, &daemon->sweep, CLOCK_MONOTONIC,
					  SWEEP_AFTER_USEC, SWEEP_SLACK_USEC, sweep_fires, daemon);
	if (code < 0)
		log_error("claims of deleted ports: cannot set a timer: %s", strerror(-code));
}
