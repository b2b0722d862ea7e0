// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * sweep.c - forgets the claims of ports that have left.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/bpf.h>

#include "loader/maps/claims.h"
#include "parts.h"
#include "loader/base/log.h"
#include "loader/maps/port_list.h"
#include "loader/maps/speak.h"
#include "loader/base/text.h"

/* ifupdown2 and netplan re-create a bridge faster: its claims and open windows stay. */
#define SWEEP_AFTER_USEC 10000000ull
#define SWEEP_SLACK_USEC 1000000ull

/* A port that has left less than SWEEP_AFTER_USEC ago: its claims stay. */
struct departure {
	TAILQ_ENTRY(departure) others;
	__u32 ifindex;
	bool takes_claims;  /* its bridge was joined or parted: they go along */
	bool is_again;	    /* one of them could not yet */
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

/* The claim's port is gone, or in another bridge, and not only since now. garpd_speak checks again.
 */
static bool has_left(const struct daemon *daemon, const struct port_list *ports,
		     const struct claim *claim)
{
	const struct port *port = port_list_find(ports, claim->quota_port);

	return (!port || !port_is_in(port, claim->key.segment)) &&
	       !departure_find(daemon, claim->quota_port);
}

static int sweep_claim(struct daemon *daemon, const struct port_list *ports,
		       const struct claim *claim)
{
	int err;

	if (!has_left(daemon, ports, claim))
		return 0;
	err = speak_run_op(&daemon->datapath.pins, &claim->key, SPEAK_PORT_LEFT);
	if (err)
		speak_log_failed(&claim->key, ports_name_text(daemon->ports, claim->key.segment),
				 err);
	return err;
}

/* Up to the first claim that fails, which is logged. 0, or -errno. */
static int sweep_claims(struct daemon *daemon, const struct port_list *ports)
{
	struct map_walk walk;
	struct claim claim;
	struct err why;
	int err = 0, read_err;

	claims_walk_begin(&walk, daemon->datapath.pins.claims);
	while (!err && claims_walk_next(&walk, &claim))
		err = sweep_claim(daemon, ports, &claim);
	read_err = claims_walk_end(&walk, &why);
	if (read_err && !daemon->sweep_failed)
		log_error("%s", why.text);
	return err ? err : read_err;
}

static int sweep(struct daemon *daemon)
{
	struct port_list ports;
	int err = port_list_read(&daemon->datapath.pins, PORTS_BY_IFINDEX, &ports);

	if (!err)
		err = sweep_claims(daemon, &ports);
	port_list_free(&ports);
	daemon->sweep_failed = err != 0;
	return err;
}

/* ---- when ---- */

static void departure_free(struct daemon *daemon, struct departure *departure)
{
	TAILQ_REMOVE(&daemon->departures, departure, others);
	free(departure);
}

static int on_sweep(sd_event_source *timer, uint64_t usec, void *ctx);

static void sweep_arm_at(struct daemon *daemon, uint64_t usec)
{
	int err;

	daemon->sweep = sd_event_source_disable_unref(daemon->sweep);
	err = sd_event_add_time(daemon->event, &daemon->sweep, CLOCK_MONOTONIC, usec,
				SWEEP_SLACK_USEC, on_sweep, daemon);
	if (err < 0)
		log_error("claims of ports that left: cannot set a timer: %s", strerror(-err));
}

/* For the port that left first. */
static void sweep_arm(struct daemon *daemon)
{
	const struct departure *first = TAILQ_FIRST(&daemon->departures);

	if (first)
		return sweep_arm_at(daemon, first->left_usec + SWEEP_AFTER_USEC);
	daemon->sweep = sd_event_source_disable_unref(daemon->sweep);
}

static int on_sweep(sd_event_source *timer, uint64_t usec, void *ctx)
{
	struct daemon *daemon = ctx;
	struct departure *first;
	uint64_t now_usec = 0;

	/* Of ports that leave one after the other each second's are swept together. */
	while ((first = TAILQ_FIRST(&daemon->departures)) &&
	       first->left_usec + SWEEP_AFTER_USEC <= usec + SWEEP_SLACK_USEC)
		departure_free(daemon, first);
	if (!sweep(daemon)) {
		datapath_forget_limits(&daemon->datapath.pins);
		sweep_arm(daemon);
		return 0;
	}
	sd_event_now(daemon->event, CLOCK_MONOTONIC, &now_usec);
	sweep_arm_at(daemon, now_usec + SPEAK_AGAIN_USEC);
	return 0;
}

bool daemon_takes_claims(const struct daemon *daemon, __u32 ifindex)
{
	const struct departure *departure = departure_find(daemon, ifindex);

	return departure && departure->takes_claims;
}

void daemon_sweep_later(struct daemon *daemon, __u32 ifindex, bool takes_claims)
{
	struct departure *departure = departure_find(daemon, ifindex);

	if (departure) /* it has been back: its time starts again */
		TAILQ_REMOVE(&daemon->departures, departure, others);
	else
		departure = calloc(1, sizeof(*departure));
	if (!departure)
		return log_error("claims of ports that left: out of memory");
	departure->ifindex = ifindex;
	departure->takes_claims = takes_claims;
	sd_event_now(daemon->event, CLOCK_MONOTONIC, &departure->left_usec);
	TAILQ_INSERT_TAIL(&daemon->departures, departure, others);
	if (!daemon->sweep)
		sweep_arm(daemon);
}

void daemon_take_later(struct daemon *daemon, __u32 ifindex)
{
	struct departure *departure;

	daemon_sweep_later(daemon, ifindex, true);
	departure = departure_find(daemon, ifindex);
	if (departure) /* there was memory */
		departure->is_again = true;
}

__u32 daemon_take_next(struct daemon *daemon)
{
	struct departure *departure;

	for (departure = TAILQ_FIRST(&daemon->departures); departure && !departure->is_again;
	     departure = TAILQ_NEXT(departure, others))
		;
	if (!departure)
		return 0;
	departure->is_again = false;
	return departure->ifindex;
}

void daemon_sweep_end(struct daemon *daemon)
{
	while (!TAILQ_EMPTY(&daemon->departures))
		departure_free(daemon, TAILQ_FIRST(&daemon->departures));
	daemon->sweep = sd_event_source_disable_unref(daemon->sweep);
	daemon->take = sd_event_source_disable_unref(daemon->take);
}
