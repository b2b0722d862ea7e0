// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * claims.c - takes events, keeps deadlines, has announcements confirmed. What an event is about
 * beyond its deadline can wait (later.c).
 */
#include <stdlib.h>
#include <string.h>

#include <bpf/bpf.h>

#include "loader/maps/claims.h"
#include "event_log.h"
#include "parts.h"
#include "status.h"
#include "loader/base/log.h"
#include "loader/maps/speak.h"
#include "loader/base/text.h"

#define NOTHING_MISSED (~0ull) /* since_ns: no announcement was missed */

/* CLOCK_MONOTONIC when the event loop last woke: before all that is read in this turn. */
static __u64 daemon_now_ns(const struct daemon *daemon)
{
	uint64_t now_us;

	sd_event_now(daemon->event, CLOCK_MONOTONIC, &now_us);
	return now_us * NSEC_PER_USEC;
}

static void daemon_due_failed(struct daemon *daemon, struct due *due, int err)
{
	speak_log_failed(&due->key, ports_name_text(daemon->ports, due->key.segment), err);
	due->next_ns = daemon_now_ns(daemon) + SPEAK_AGAIN_USEC * NSEC_PER_USEC;
}

/* Deadlines have passed. The kernel half checks each claim and does what is due. */
static void daemon_run_deadlines(void *ctx, struct due *due, size_t count)
{
	struct daemon *daemon = ctx;
	struct speak_call *list = daemon->datapath.speak_list;
	int err;

	for (size_t i = 0; i < count; i++)
		list[i] = (struct speak_call){.key = due[i].key, .op = SPEAK_DUE};
	err = speak_run_list(&daemon->datapath.pins, list, count);
	for (size_t i = 0; i < count; i++)
		if (list[i].op == SPEAK_DONE)
			due[i].next_ns = list[i].deadline_ns;
		else
			daemon_due_failed(daemon, &due[i], err);
	events_expect(daemon->events, count);
}

static void daemon_arm_failed(const struct claim_key *key, int err)
{
	char text[ADDR_TEXT_LEN];

	if (err)
		log_error("%s: cannot set a timer: %s", addr_text(&key->addr, text),
			  strerror(-err));
}

static void daemon_arm(struct daemon *daemon, const struct claim_key *key, __u32 port,
		       __u64 deadline_ns, __u64 time_ns)
{
	daemon_arm_failed(key, deadlines_set(daemon->deadlines, key, port, deadline_ns, time_ns));
}

/* What a claim whose event is not read yet has to say is said by that event. */
static void daemon_for_claims_of(struct daemon *daemon, __u32 ifindex,
				 void (*act)(struct daemon *daemon, const struct claim_key *key,
					     __u32 port))
{
	struct claim_key *keys;
	size_t count;

	if (!daemon->deadlines) /* while starting: all are read later */
		return;
	if (deadlines_of_port(daemon->deadlines, ifindex, &keys, &count))
		log_error("%s: out of memory", ports_name_text(daemon->ports, ifindex));
	for (size_t i = 0; i < count; i++)
		act(daemon, &keys[i], ifindex);
	free(keys);
}

static void daemon_claim_opened(struct daemon *daemon, const struct claim_key *key, __u32 port)
{
	const struct pins *pins = &daemon->datapath.pins;
	struct speak_call call = {.key = *key, .op = SPEAK_PORT_OPEN};
	struct claim claim;

	if (!claims_lookup(pins, key, &claim) && claim.port == port && claim.ask_ns &&
	    !speak_run(pins, &call))
		daemon_arm(daemon, &call.key, port, call.deadline_ns, daemon_now_ns(daemon));
}

void daemon_port_opened(struct daemon *daemon, __u32 ifindex)
{
	daemon_for_claims_of(daemon, ifindex, daemon_claim_opened);
}

static int on_take(sd_event_source *timer, uint64_t usec, void *ctx)
{
	struct daemon *daemon = ctx;
	__u32 ifindex;

	daemon->take = sd_event_source_disable_unref(daemon->take);
	while (!daemon->take && (ifindex = daemon_take_next(daemon)))
		daemon_take_claims(daemon, ifindex);
	return 0;
}

static void daemon_take_again(struct daemon *daemon, __u32 ifindex)
{
	int err;

	daemon_take_later(daemon, ifindex);
	if (daemon->take)
		return;
	err = sd_event_add_time_relative(daemon->event, &daemon->take, CLOCK_MONOTONIC,
					 SPEAK_AGAIN_USEC, 0, on_take, daemon);
	if (err < 0)
		log_error("claims of a bridge that was joined: cannot set a timer: %s",
			  strerror(-err));
}

/* A claim that cannot be taken along is swept away; not where garpd_speak is only busy. */
static void daemon_take_claim(struct daemon *daemon, const struct claim_key *key, __u32 port)
{
	struct speak_call call = {.key = *key, .op = SPEAK_MOVE_SEGMENT};
	int err = speak_run(&daemon->datapath.pins, &call);
	struct claim claim;

	if (err) {
		speak_log_failed(key, ports_name_text(daemon->ports, key->segment), err);
		return daemon_take_again(daemon, port);
	}
	if (call.result != COUNTER_segment_moved && call.result != COUNTER_segment_merged)
		return;
	daemon_arm(daemon, key, port, 0, daemon_now_ns(daemon));
	daemon_arm(daemon, &call.key, call.port, call.deadline_ns, daemon_now_ns(daemon));
	status_claim(daemon->status, key, NULL);
	if (!claims_lookup(&daemon->datapath.pins, &call.key, &claim))
		status_claim(daemon->status, &call.key, &claim);
}

void daemon_take_claims(struct daemon *daemon, __u32 ifindex)
{
	daemon_for_claims_of(daemon, ifindex, daemon_take_claim);
}

/* A joint has appeared or vanished before the daemon knew of the claim, or while none ran. */
static void daemon_take_left(struct daemon *daemon, const struct claim_key *key, __u32 ifindex)
{
	struct port port;

	if (bpf_map_lookup_elem(daemon->datapath.pins.ports, &ifindex, &port))
		return;
	if (key->segment == port.inner || daemon_takes_claims(daemon, ifindex))
		daemon_take_claim(daemon, key, ifindex);
}

/* The index of map `settings` for the port's segment. */
static __u32 daemon_settings_of(const struct daemon *daemon, __u32 ifindex)
{
	const struct guards *guards = &daemon->config.guards;
	struct port port;

	if (bpf_map_lookup_elem(daemon->datapath.pins.ports, &ifindex, &port))
		return settings_index(guards->ask, guards->observe);
	return port.settings;
}

/*
 * Two CPUs may send their events in another order than they had the claim, with clocks that they
 * read before: the event of the first one would remove the timer of the other's deadline, or put it
 * off. What the claim has now corrects that.
 */
static void daemon_correct(struct daemon *daemon, const struct claim *claim)
{
	int err = deadlines_set(daemon->deadlines, &claim->key, claim->port, claim->deadline_ns,
				daemon_now_ns(daemon));

	daemon_arm_failed(&claim->key, err);
}

/* The port of the claim's guest; the event may be of a rival on another port. */
static void daemon_follow(struct daemon *daemon, const struct event *event)
{
	struct claim claim;
	bool is_there = !claims_lookup(&daemon->datapath.pins, &event->key, &claim);

	status_claim(daemon->status, &event->key, is_there ? &claim : NULL);
	if (!is_there)
		return;
	daemon_arm_failed(&event->key, deadlines_move(daemon->deadlines, &event->key, claim.port));
	daemon_correct(daemon, &claim);
}

static void daemon_log(const struct daemon *daemon, const struct event *event)
{
	__u32 index = daemon_settings_of(daemon, event->port);
	struct settings settings = daemon->config.settings;
	char guest[GUEST_TEXT_LEN];

	settings.ask = settings_asks(index);
	settings.observe = settings_observes(index);
	event_log(event, &settings,
		  &(struct event_names){
			  .bridge = ports_name_text(daemon->ports, event->key.segment),
			  .port = ports_name_text(daemon->ports, event->port),
			  .guest = ports_guest_text(daemon->ports, event->port, guest),
		  });
}

/* The part of an event that can wait. */
static void daemon_event_later(void *ctx, const struct event *event)
{
	struct daemon *daemon = ctx;

	if (event->reason != COUNTER_made_room) /* room.c has one line for all of them */
		daemon_log(daemon, event);
	if (event->reason == COUNTER_uplink_reflects) /* no change of a claim */
		return;
	daemon_follow(daemon, event);
	daemon_take_left(daemon, &event->key, event->port);
	if (event->sent)
		confirm_announced(daemon->confirm, &event->key, event->mac);
}

/* Only what other announcements, or other hosts, wait for: there may be thousands to read. */
static void daemon_event(void *ctx, const struct event *event)
{
	struct daemon *daemon = ctx;

	if (event->reason == COUNTER_port_filling)
		return daemon_make_room(daemon);
	if (event->reason != COUNTER_uplink_reflects)
		daemon_arm_failed(&event->key, deadlines_set_unplaced(
						       daemon->deadlines, &event->key, event->port,
						       event->deadline_ns, event->time_ns));
	if (evpn_wants_event(daemon->evpn, event) &&
	    !settings_observes(daemon_settings_of(daemon, event->port)))
		evpn_hear_event(daemon->evpn, event);
	later_add(daemon->later, event);
}

/*
 * Follows up announcements whose event was lost. Not older ones: the kernel may have found such a
 * claim to be false since, and the fabric must not hear of it again.
 */
static void daemon_catch_up(struct daemon *daemon, const struct claim *claim, __u64 since_ns)
{
	if (claim->announced_since_ns > since_ns &&
	    !settings_observes(daemon_settings_of(daemon, claim->port)))
		evpn_hear_claim(daemon->evpn, claim);
	if (claim->last_announcement_ns > since_ns)
		confirm_announced(daemon->confirm, &claim->key, claim->mac);
}

/*
 * Sets the deadline of every claim in the map, after a start or lost events, and follows up what
 * was announced after since_ns.
 */
static int daemon_rescan(struct daemon *daemon, __u64 since_ns, struct err *why)
{
	struct map_walk walk;
	struct claim claim;

	status_reset(daemon->status);
	claims_walk_begin(&walk, daemon->datapath.pins.claims);
	while (claims_walk_next(&walk, &claim)) {
		daemon_arm(daemon, &claim.key, claim.port, claim.deadline_ns,
			   daemon_now_ns(daemon));
		daemon_catch_up(daemon, &claim, since_ns);
		status_claim(daemon->status, &claim.key, &claim);
		daemon_take_left(daemon, &claim.key, claim.port);
	}
	return claims_walk_end(&walk, why);
}

static void daemon_events_read_out(void *ctx, __u64 since_ns)
{
	struct err why;

	if (daemon_rescan(ctx, since_ns, &why))
		log_error("%s", why.text);
}

static void daemon_events_lost(void *ctx, __u64 count)
{
	log_warning("%llu events lost (ring buffer full); reading the claims again",
		    (unsigned long long)count);
}

static const struct events_ops daemon_events_ops = {
	.heard = daemon_event,
	.lost = daemon_events_lost,
	.read_out = daemon_events_read_out,
};

int daemon_start_claims(struct daemon *daemon, struct err *why)
{
	const struct pins *pins = &daemon->datapath.pins;
	sd_event *event = daemon->event;
	int err = deadlines_open(&daemon->deadlines, event, daemon_run_deadlines, daemon);

	if (!err)
		err = status_open(&daemon->status, event, pins);
	if (!err)
		err = later_open(&daemon->later, event, daemon_event_later, daemon);
	if (err)
		return err_set(why, err, "timers: %s", strerror(-err));
	err = confirm_open(&daemon->confirm, event, pins, daemon->ports, why)
		      ?: evpn_open(&daemon->evpn, event, pins, daemon->ports, daemon->config.evpn, why)
		      ?: events_open(&daemon->events, event, pins, &daemon_events_ops, daemon, why)
		      ?: daemon_rescan(daemon, NOTHING_MISSED, why);
	if (err)
		return err;
	daemon_sweep_later(daemon, 0, false); /* ports that left before this daemon */
	return 0;
}
