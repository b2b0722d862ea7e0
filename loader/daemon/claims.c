// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * claims.c - events in, deadlines kept, announcements confirmed.
 */
#include <string.h>

#include "loader/maps/claims.h"
#include "event_log.h"
#include "parts.h"
#include "loader/base/log.h"
#include "loader/maps/speak.h"
#include "loader/base/text.h"

/* CLOCK_MONOTONIC when the event loop last woke, before whatever is read in this turn. */
static __u64 daemon_now_ns(const struct daemon *daemon)
{
	uint64_t now_us;

	sd_event_now(daemon->event, CLOCK_MONOTONIC, &now_us);
	return now_us * NSEC_PER_USEC;
}

/* When to try again what the kernel has just refused to run; said once, until it runs again. */
static __u64 daemon_try_again(struct daemon *daemon, const struct claim_key *key, int code)
{
	char address[ADDR_TEXT_LEN], segment[SEGMENT_TEXT_LEN];

	if (!daemon->is_mute)
		log_error("%s: %s: cannot run garpd_speak: %s; " SPEAK_AGAIN_TEXT,
			  segment_text(key, ports_name_text(daemon->ports, key->segment), segment),
			  addr_text(&key->addr, address), strerror(-code));
	daemon->is_mute = true;
	return daemon_now_ns(daemon) + SPEAK_AGAIN_USEC * NSEC_PER_USEC;
}

/* A deadline has passed: the kernel half looks again and does what is due. */
static __u64 daemon_due(void *ctx, const struct claim_key *key)
{
	struct daemon *daemon = ctx;
	struct speak_call call = {.key = *key, .op = SPEAK_DUE};
	int code = speak_run(&daemon->datapath.pins, &call);

	if (code)
		return daemon_try_again(daemon, key, code);
	daemon->is_mute = false;
	return call.deadline_ns;
}

static void daemon_arm(struct daemon *daemon, const struct claim_key *key, __u32 port,
		       __u64 deadline_ns, __u64 time_ns)
{
	char text[ADDR_TEXT_LEN];
	int code = deadlines_set(daemon->deadlines, key, port, deadline_ns, time_ns);

	if (code)
		log_error("%s: cannot set a timer: %s", addr_text(&key->addr, text),
			  strerror(-code));
}

/* Whose the deadline is: the event may be of somebody on another port who contradicts the guest. */
static __u32 daemon_port_of(const struct daemon *daemon, const struct event *event)
{
	struct claim claim;

	return claims_lookup(&daemon->datapath.pins, &event->key, &claim) ? event->port
									  : claim.port;
}

static void daemon_event(void *ctx, const struct event *event)
{
	struct daemon *daemon = ctx;

	evpn_heard(daemon->evpn, event);
	event_log(event, ports_name_text(daemon->ports, event->key.segment),
		  ports_name_text(daemon->ports, event->port));
	daemon_arm(daemon, &event->key, daemon_port_of(daemon, event), event->deadline_ns,
		   event->time_ns);
	if (event->sent)
		confirm_announced(daemon->confirm, &event->key, event->mac);
}

/* As it was read from the map, at time_ns or later. */
static void daemon_arm_claim(struct daemon *daemon, const struct claim *claim, __u64 time_ns)
{
	daemon_arm(daemon, &claim->key, claim->port, claim->deadline_ns, time_ns);
}

/* Every claim that waits for something, from the map: after a start, or when events were lost. */
static int daemon_rescan(struct daemon *daemon, struct err *err)
{
	struct claims claims;
	size_t i;
	int code = claims_read(daemon->datapath.pins.claims, &claims, err);

	for (i = 0; !code && i < claims.count; i++)
		daemon_arm_claim(daemon, &claims.claim[i], daemon_now_ns(daemon));
	claims_free(&claims);
	return code;
}

static void daemon_events_lost(void *ctx, __u64 count)
{
	struct daemon *daemon = ctx;
	struct err err;

	log_warning("%llu events lost (the ring buffer was full); reading the claims again",
		    (unsigned long long)count);
	if (daemon_rescan(daemon, &err))
		log_error("%s", err.text);
}

/*
 * What is done for an announcement is done now for those of which nothing was heard. Not for older
 * ones: what the kernel has found to be false since is not to be told to the fabric once more.
 */
static void daemon_catch_up(struct daemon *daemon, const struct claim *claim, __u64 since_ns)
{
	if (claim->announced_since_ns > since_ns)
		evpn_missed(daemon->evpn, claim);
	if (claim->last_announcement_ns > since_ns)
		confirm_announced(daemon->confirm, &claim->key, claim->mac);
}

static void daemon_events_read_out(void *ctx, __u64 since_ns)
{
	struct daemon *daemon = ctx;
	struct claims claims;
	struct err err;
	size_t i;

	if (claims_read(daemon->datapath.pins.claims, &claims, &err))
		log_error("%s", err.text);
	for (i = 0; i < claims.count; i++) {
		daemon_arm_claim(daemon, &claims.claim[i], daemon_now_ns(daemon));
		daemon_catch_up(daemon, &claims.claim[i], since_ns);
	}
	claims_free(&claims);
}

static const struct events_ops daemon_events_ops = {
	.heard = daemon_event,
	.lost = daemon_events_lost,
	.read_out = daemon_events_read_out,
};

int daemon_start_claims(struct daemon *daemon, struct err *err)
{
	int code = deadlines_open(&daemon->deadlines, daemon->event, daemon_due, daemon);

	if (code)
		return err_set(err, code, "deadlines: %s", strerror(-code));
	code = confirm_open(&daemon->confirm, daemon->event, &daemon->datapath.pins, daemon->ports,
			    err);
	if (!code)
		code = evpn_open(&daemon->evpn, daemon->event, &daemon->datapath.pins,
				 daemon->ports, daemon->config.evpn, err);
	if (!code)
		code = events_open(&daemon->events, daemon->event, &daemon->datapath.pins,
				   &daemon_events_ops, daemon, err);
	if (!code)
		code = daemon_rescan(daemon, err);
	if (!code)
		daemon_sweep_later(daemon, 0); /* what left while no daemon was looking */
	return code;
}
