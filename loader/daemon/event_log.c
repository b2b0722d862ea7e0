// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * event_log.c - each event as a line that a person understands.
 */
#include <stdio.h>
#include <string.h>

#include "loader/maps/events.h"
#include "loader/base/log.h"
#include "loader/base/output.h"
#include "storms.h"
#include "loader/base/text.h"

/* What to say of an event: "BRIDGE: ADDRESS: MAC on PORT " and this. */
static const struct story {
	const char *text;
	enum log_level level;
	bool storms; /* somebody can bring it about as often as he likes: once a minute a claim */
} stories[COUNTER_MAX] = {
	[COUNTER_window_opened] = {"probes", LOG_LEVEL_INFO},
	[COUNTER_window_continued] = {"probes again", LOG_LEVEL_INFO},
	[COUNTER_window_ended] = {"announced: its window passed quietly", LOG_LEVEL_INFO},
	[COUNTER_window_used] = {"uses the address already", LOG_LEVEL_INFO},
	[COUNTER_immediate] = {"is announced at its first probe: declared", LOG_LEVEL_INFO},
	[COUNTER_announce_owed] = {"announced: it was owed", LOG_LEVEL_INFO},
	[COUNTER_announce_next] = {"announced again", LOG_LEVEL_INFO},
	[COUNTER_announce_done] = {"announced for the last time", LOG_LEVEL_INFO},
	[COUNTER_announce_asked] = {"announced: asked for", LOG_LEVEL_INFO},
	[COUNTER_announce_failed] = {"not announced yet: the kernel took no frame",
				     LOG_LEVEL_WARNING},
	[COUNTER_announce_lost] = {"not announced: its port is down, gone, or takes no frames",
				   LOG_LEVEL_WARNING},
	[COUNTER_announce_void] = {"not announced: somebody else was heard meanwhile",
				   LOG_LEVEL_INFO},
	[COUNTER_self_announced] = {"announced itself: nothing to add", LOG_LEVEL_INFO},
	[COUNTER_fabric_moved] = {"has the address now, says EVPN", LOG_LEVEL_INFO},
	[COUNTER_lapsed] = {"is left: too few probes and no sign of use, nothing said",
			    LOG_LEVEL_INFO},
	[COUNTER_rival_probe] = {"probes too: the newer goes on, the older is dropped",
				 LOG_LEVEL_INFO, true},
	[COUNTER_conflict_probe] = {"probes too: conflict, nobody is announced", LOG_LEVEL_WARNING,
				    true},
	[COUNTER_conflict_asserted] = {"has the address: conflict, nobody is announced",
				       LOG_LEVEL_WARNING, true},
	[COUNTER_conflict_elsewhere] = {"has the address on two ports: conflict, nobody is "
					"announced",
					LOG_LEVEL_WARNING, true},
	[COUNTER_defended] = {"defends a declared address: conflict, it is announced again",
			      LOG_LEVEL_WARNING, true},
	[COUNTER_frozen] = {"took the address once too often: frozen until it is quiet",
			    LOG_LEVEL_WARNING},
	[COUNTER_frozen_probe] = {"probes for a frozen address: nothing said", LOG_LEVEL_INFO,
				  true},
	[COUNTER_thawed] = {"thawed: it was quiet long enough", LOG_LEVEL_INFO},
	[COUNTER_thaw_asked] = {"thawed: asked for", LOG_LEVEL_INFO},
	[COUNTER_left] = {"forgotten: its port has left", LOG_LEVEL_INFO},
	[COUNTER_announce_queued] = {"not announced yet: its port, or all together, say too much",
				     LOG_LEVEL_WARNING, true},
	[COUNTER_aged] = {"forgotten: no sign of life", LOG_LEVEL_INFO},
	[COUNTER_announce_refresh] = {"announced again: it is still there", LOG_LEVEL_INFO},
	[COUNTER_confirmed] = {"is followed", LOG_LEVEL_INFO},
	[COUNTER_unconfirmed] = {"announced, but a listener does not answer it; garpd explain "
				 "tells which",
				 LOG_LEVEL_WARNING},
	[COUNTER_denied_never] = {"denied: the address is marked never", LOG_LEVEL_WARNING, true},
	[COUNTER_denied_owner] = {"denied: not on the address's list of owners", LOG_LEVEL_WARNING,
				  true},
	[COUNTER_denied_host] = {"denied: the address is this host's own", LOG_LEVEL_WARNING, true},
	[COUNTER_denied_next_hop] = {"denied: a next hop of this host; declare it with its owners "
				     "if it may move",
				     LOG_LEVEL_WARNING, true},
	[COUNTER_denied_undeclared] = {"denied: only declared addresses may be announced there",
				       LOG_LEVEL_WARNING, true},
	[COUNTER_denied_foreign] = {"denied: of no subnet that this host has there; declare it, or "
				    "allow it with \"foreign: yes\"",
				    LOG_LEVEL_WARNING, true},
	[COUNTER_denied_port_address] = {"denied: the port's list has not the address",
					 LOG_LEVEL_WARNING, true},
	[COUNTER_denied_port_mac] = {"denied: the port's list has not the MAC", LOG_LEVEL_WARNING,
				     true},
};

const char *events_story(unsigned int counter)
{
	return counter < COUNTER_MAX ? stories[counter].text : NULL;
}

static struct storm storms[STORMS];

static json_t *events_fields(const struct event *event, const char *bridge, const char *port,
			     const char *address, const char *mac)
{
	return json_pack("{s:s, s:s, s:o, s:o, s:s, s:s, s:s, s:s, s:s, s:i, s:i, s:b, s:o}",
			 "event", counter_name(event->reason), "bridge", bridge, "vlan",
			 output_vlan(event->key.vlan), "inner_vlan",
			 output_vlan(event->key.inner_vlan), "address", address, "mac", mac, "port",
			 port, "old_state", claim_state_name(event->old_state), "state",
			 claim_state_name(event->state), "window_probes", event->window_probes,
			 "announcements", event->announcements, "sent", event->sent, "listener",
			 output_addr(&event->listener));
}

/* Of a confirmation: whose, and how long after the announcement. */
static void events_listener(const struct event *event, char *text, size_t size)
{
	static const struct addr nobody;
	char listener[ADDR_TEXT_LEN];

	text[0] = '\0';
	if (memcmp(&event->listener, &nobody, sizeof(nobody)) == 0)
		return;
	snprintf(text, size, ": confirmed by %s %.1f ms after the announcement",
		 addr_text(&event->listener, listener), (double)event->took_ns / NSEC_PER_MSEC);
}

void events_log(const struct event *event, const char *bridge, const char *port)
{
	const struct story *story = &stories[event->reason < COUNTER_MAX ? event->reason : 0];
	char address[ADDR_TEXT_LEN], mac[MAC_TEXT_LEN], segment[SEGMENT_TEXT_LEN], listener[128],
		names[2][NAME_TEXT_LEN], more[48] = "";
	unsigned int left_out = 0;

	if (story->storms &&
	    !storms_allow(storms, &event->key, event->reason, event->time_ns, &left_out))
		return;
	if (left_out)
		snprintf(more, sizeof(more), " (%u more such lines were left out)", left_out);
	bridge = name_text(bridge, names[0]);
	port = name_text(port, names[1]);
	addr_text(&event->key.addr, address);
	mac_text(event->mac, mac);
	segment_text(&event->key, bridge, segment);
	events_listener(event, listener, sizeof(listener));
	log_line(story->text ? story->level : LOG_LEVEL_INFO,
		 log_is_json() ? events_fields(event, bridge, port, address, mac) : NULL,
		 "%s: %s: %s on %s %s%s%s", segment, address, mac, port,
		 story->text ? story->text : counter_name(event->reason), listener, more);
}
