// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * sweep.c - the claims of ports that have left.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/bpf.h>

#include "loader/maps/claims.h"
#include "parts.h"
#include "loader/base/log.h"
#include "loader/maps/speak.h"
#include "loader/base/text.h"

/*
 * A bridge that is made anew, as ifupdown2 and netplan do it, takes its ports back well within this
 * time: their claims, and the windows that are open, stay.
 */
#define SWEEP_AFTER_USEC 10000000ull
#define SWEEP_SLACK_USEC 1000000ull

/* A port that has left not long ago: its claims are still left alone. */
struct departure {
	TAILQ_ENTRY(departure) others;
	__u32 ifindex;
	uint64_t left_usec; /* CLOCK_MONOTONIC */
};

/* ---- what is swept ---- */

static struct departure *departure_find(const struct daemon *daemon, __u32 ifindex)
{
	struct departure *departure;

	for (departure = TAILQ_FIRST(&daemon->departures); departure;
	     departure = TAILQ_NEXT(departure, others))
		if (departure->ifindex == ifindex)
			return departure;
	return NULL;
}

/* Is it gone, or in another bridge, and not just now? The program looks again. */
static bool has_left(const struct daemon *daemon, const struct claim *claim)
{
	struct port port;

	return (bpf_map_lookup_elem(daemon->datapath.pins.ports, &claim->quota_port, &port) ||
		port.segment != claim->key.segment) &&
	       !departure_find(daemon, claim->quota_port);
}

/* 0, or -errno with `err`. */
static int sweep_claim(struct daemon *daemon, const struct claim *claim, struct err *err)
{
	struct speak_call call = {.key = claim->key, .op = SPEAK_PORT_LEFT};
	char address[ADDR_TEXT_LEN], segment[SEGMENT_TEXT_LEN];
	int code;

	if (!has_left(daemon, claim))
		return 0;
	code = speak_run(&daemon->datapath.pins, &call);
	if (!code)
		return 0;
	segment_text(&claim->key, ports_name_text(daemon->ports, claim->key.segment), segment);
	return err_set(err, code, "%s: %s: the claim's port has left: cannot run garpd_speak: %s",
		       segment, addr_text(&claim->key.addr, address), strerror(-code));
}

/* As far as it goes: 0, or -errno with `err`. */
static int sweep(struct daemon *daemon, struct err *err)
{
	struct claims claims;
	int code = claims_read(daemon->datapath.pins.claims, &claims, err);

	for (size_t i = 0; !code && i < claims.count; i++)
		code = sweep_claim(daemon, &claims.claim[i], err);
	claims_free(&claims);
	return code;
}

/* ---- when ---- */

static void departure_free(struct daemon *daemon, struct departure *departure)
{
	TAILQ_REMOVE(&daemon->departures, departure, others);
	free(departure);
}

static int sweep_fires(sd_event_source *source, uint64_t usec, void *ctx);

static void sweep_arm_at(struct daemon *daemon, uint64_t usec)
{
	int code;

	daemon->sweep = sd_event_source_disable_unref(daemon->sweep);
	code = sd_event_add_time(daemon->event, &daemon->sweep, CLOCK_MONOTONIC, usec,
				 SWEEP_SLACK_USEC, sweep_fires, daemon);
	if (code < 0)
		log_error("claims of ports that left: cannot set a timer: %s", strerror(-code));
}

/* For the port that has been away for longest. */
static void sweep_arm(struct daemon *daemon)
{
	const struct departure *first = TAILQ_FIRST(&daemon->departures);

	if (first)
		return sweep_arm_at(daemon, first->left_usec + SWEEP_AFTER_USEC);
	daemon->sweep = sd_event_source_disable_unref(daemon->sweep);
}

/* Said once, until a sweep comes through. */
static void sweep_again(struct daemon *daemon, const struct err *err)
{
	uint64_t now_usec = 0;

	if (!daemon->sweep_failed)
		log_error("%s; " SPEAK_AGAIN_TEXT, err->text);
	sd_event_now(daemon->event, CLOCK_MONOTONIC, &now_usec);
	sweep_arm_at(daemon, now_usec + SPEAK_AGAIN_USEC);
}

static int sweep_fires(sd_event_source *source, uint64_t usec, void *ctx)
{
	struct daemon *daemon = ctx;
	struct departure *first;
	struct err err;
	int code;

	(void)source;
	while ((first = TAILQ_FIRST(&daemon->departures)) &&
	       first->left_usec + SWEEP_AFTER_USEC <= usec)
		departure_free(daemon, first);
	code = sweep(daemon, &err);
	if (code)
		sweep_again(daemon, &err);
	else
		sweep_arm(daemon);
	daemon->sweep_failed = code;
	return 0;
}

void daemon_sweep_later(struct daemon *daemon, __u32 ifindex)
{
	struct departure *departure = departure_find(daemon, ifindex);

	if (departure) /* it has been back: its time begins anew */
		TAILQ_REMOVE(&daemon->departures, departure, others);
	else
		departure = calloc(1, sizeof(*departure));
	if (!departure)
		return log_error("claims of ports that left: out of memory");
	departure->ifindex = ifindex;
	sd_event_now(daemon->event, CLOCK_MONOTONIC, &departure->left_usec);
	TAILQ_INSERT_TAIL(&daemon->departures, departure, others);
	if (!daemon->sweep)
		sweep_arm(daemon);
}

void daemon_sweep_end(struct daemon *daemon)
{
	while (!TAILQ_EMPTY(&daemon->departures))
		departure_free(daemon, TAILQ_FIRST(&daemon->departures));
	daemon->sweep = sd_event_source_disable_unref(daemon->sweep);
}
