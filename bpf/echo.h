/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * echo.h - applies claim/echo.h to the maps `segments` and `echoes`: which frames of guests went
 * out, which came back, and whether an announcement would.
 */
#ifndef GARPD_ECHO_H
#define GARPD_ECHO_H

#include "bpf/abi/abi.h"
#include "bpf/claim/echo.h"
#include "maps.h"
#include "outcome.h"

static __always_inline struct echo *echo_find(const struct claim_key *key)
{
	struct echo_key at = {key->segment, key->vlan, key->inner_vlan};

	return bpf_map_lookup_elem(&echoes, &at);
}

/* The same, made if it is missing. */
static __always_inline struct echo *echo_of(const struct claim_key *key)
{
	struct echo_key at = {key->segment, key->vlan, key->inner_vlan};
	struct echo *echo = bpf_map_lookup_elem(&echoes, &at);
	struct echo none = {};

	if (echo)
		return echo;
	bpf_map_update_elem(&echoes, &at, &none, BPF_NOEXIST);
	return bpf_map_lookup_elem(&echoes, &at);
}

static __always_inline const struct segment *echo_segment(const struct claim_key *key)
{
	return bpf_map_lookup_elem(&segments, &key->segment);
}

/* A frame of this MAC was sent to every port. Where there is no uplink nothing is noted. */
static __always_inline void echo_note(const struct claim_key *key, const __u8 *mac,
				      const struct addr *addr)
{
	const struct segment *segment = echo_segment(key);
	const struct settings *settings = settings_now();
	struct echo *echo;

	if (!settings || !segment || !segment->uplinks)
		return;
	echo = echo_of(key);
	if (echo)
		echo_note_sent(echo, segment, echo_sample(mac, addr), settings, bpf_ktime_get_ns());
}

/* Does the bridge send frames to this MAC to all ports, whatever has joined the group? */
static __always_inline int echo_is_flooded(const __u8 *to_mac)
{
	static const __u8 all_nodes[MAC_LEN] = {0x33, 0x33, 0, 0, 0, 1};

	return mac_is_broadcast(to_mac) || mac_equal(to_mac, all_nodes);
}

/* The frame came back from its uplink: the first one since the uplinks changed is an event. */
static __always_inline void echo_take_returned(struct outcome *outcome, struct echo *echo,
					       const struct segment *segment)
{
	struct event *event = &outcome->listening.event;
	int is_known = echo_is_heard(echo, segment);

	echo->returned_ns = bpf_ktime_get_ns();
	if (is_known)
		return;
	__builtin_memset(event, 0, sizeof(*event));
	event->time_ns = echo->returned_ns;
	event->key = outcome->event.key;
	event->port = outcome->event.port;
	event->reason = COUNTER_uplink_reflects;
	__builtin_memcpy(event->mac, outcome->frame.mac, MAC_LEN);
	count(event->reason);
	event_send(event);
}

static __always_inline void echo_hear_uplink(struct outcome *outcome)
{
	const struct segment *segment = echo_segment(&outcome->event.key);
	const struct settings *settings = settings_now();
	const struct frame *frame = &outcome->frame;
	struct echo *echo;

	if (!settings || !segment)
		return;
	if (outcome->step.reason == COUNTER_came_back) {
		echo = echo_of(&outcome->event.key);
		if (echo)
			echo_take_returned(outcome, echo, segment);
		return;
	}
	echo = echo_find(&outcome->event.key);
	if (echo && echo_is_sample(echo, echo_sample(frame->mac, &frame->addr), settings,
				   bpf_ktime_get_ns()))
		echo_take_returned(outcome, echo, segment);
}

/* Does the switch drop what comes back there? Then no guest hears it. */
static __always_inline int echo_ends_there(const struct outcome *outcome)
{
	const struct port *port = bpf_map_lookup_elem(&ports, &outcome->event.port);

	return port && port->drops_returned;
}

/*
 * Learns from the frame of outcomes[OUTCOME_OF_FRAME]. A global function, as hear_passive().
 * Returns 0.
 */
__noinline int echo_hear(__u32 role)
{
	struct outcome *outcome = outcome_of(OUTCOME_OF_FRAME);

	if (!outcome || outcome->frame.relayed)
		return 0;
	if (role == ROLE_UPLINK && !echo_ends_there(outcome))
		echo_hear_uplink(outcome);
	else if (role == ROLE_GUEST && echo_is_flooded(outcome->frame.to_mac))
		echo_note(&outcome->event.key, outcome->frame.mac, &outcome->frame.addr);
	return 0;
}

/*
 * The announcement of the outcome was sent: it may come back. A global function, as echo_hear().
 * Returns 0.
 */
__noinline int echo_note_announced(__u32 of)
{
	struct outcome *outcome = outcome_of(of);

	if (outcome)
		echo_note(&outcome->event.key, outcome->speech.mac, &outcome->event.key.addr);
	return 0;
}

/*
 * May an announcement for a guest on this port come back to it? outcomes[OUTCOME_OF_FRAME] says of
 * which VLAN. A global function, as echo_hear().
 */
__noinline int echo_is_possible(__u32 ifindex)
{
	struct outcome *outcome = outcome_of(OUTCOME_OF_FRAME);
	const struct port *port = bpf_map_lookup_elem(&ports, &ifindex);
	const struct settings *settings = settings_now();
	const struct segment *segment;

	if (!outcome || !settings || !port || port->hairpin || port->relay)
		return 1;
	if (port->role == ROLE_ROUTER) /* the announcement reaches the host alone */
		return 0;
	segment = echo_segment(&outcome->event.key);
	return !segment || !echo_is_ruled_out(segment, echo_find(&outcome->event.key), settings,
					      bpf_ktime_get_ns());
}

#endif /* GARPD_ECHO_H */
