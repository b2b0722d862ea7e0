// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * events_log.c - each event as a line that a person understands.
 */
#include <stdio.h>

#include "events.h"
#include "log.h"
#include "output.h"
#include "text.h"

/* What to say of an event: "BRIDGE: ADDRESS: MAC on PORT " and this. */
static const struct story {
	const char *text;
	enum log_level level;
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
	[COUNTER_self_announced] = {"announced itself: nothing to add", LOG_LEVEL_INFO},
	[COUNTER_fabric_moved] = {"has the address now, says EVPN", LOG_LEVEL_INFO},
	[COUNTER_lapsed] = {"is left: too few probes and no sign of use, nothing said",
			    LOG_LEVEL_INFO},
	[COUNTER_rival_probe] = {"probes too: the newer goes on, the older is dropped",
				 LOG_LEVEL_INFO},
	[COUNTER_conflict_probe] = {"probes too: conflict, nobody is announced", LOG_LEVEL_WARNING},
	[COUNTER_conflict_asserted] = {"has the address: conflict, nobody is announced",
				       LOG_LEVEL_WARNING},
	[COUNTER_defended] = {"defends a declared address: conflict, it is announced again",
			      LOG_LEVEL_WARNING},
	[COUNTER_frozen] = {"took the address once too often: frozen until it is quiet",
			    LOG_LEVEL_WARNING},
	[COUNTER_frozen_probe] = {"probes for a frozen address: nothing said", LOG_LEVEL_INFO},
	[COUNTER_thawed] = {"thawed: it was quiet long enough", LOG_LEVEL_INFO},
	[COUNTER_aged] = {"forgotten: no sign of life", LOG_LEVEL_INFO},
	[COUNTER_denied_never] = {"denied: the address is marked never", LOG_LEVEL_WARNING},
	[COUNTER_denied_owner] = {"denied: not on the address's list of owners", LOG_LEVEL_WARNING},
	[COUNTER_denied_host] = {"denied: the address is this host's own", LOG_LEVEL_WARNING},
	[COUNTER_denied_next_hop] = {"denied: a next hop of this host; declare it with its owners "
				     "if it may move",
				     LOG_LEVEL_WARNING},
};

static json_t *events_fields(const struct event *event, const char *bridge, const char *port,
			     const char *address, const char *mac)
{
	return json_pack("{s:s, s:s, s:o, s:o, s:s, s:s, s:s, s:s, s:s, s:i, s:i, s:b}", "event",
			 counter_name(event->reason), "bridge", bridge, "vlan",
			 output_vlan(event->key.vlan), "inner_vlan",
			 output_vlan(event->key.inner_vlan), "address", address, "mac", mac, "port",
			 port, "old_state", claim_state_name(event->old_state), "state",
			 claim_state_name(event->state), "window_probes", event->window_probes,
			 "announcements", event->announcements, "sent", event->sent);
}

/* "br0" or "br0 vlan 10" or "br0 vlan 10.20" */
static void events_segment(const struct event *event, const char *bridge, char *text, size_t size)
{
	if (event->key.inner_vlan)
		snprintf(text, size, "%s vlan %u.%u", bridge, event->key.vlan,
			 event->key.inner_vlan);
	else if (event->key.vlan)
		snprintf(text, size, "%s vlan %u", bridge, event->key.vlan);
	else
		snprintf(text, size, "%s", bridge);
}

void events_log(const struct event *event, const char *bridge, const char *port)
{
	const struct story *story = &stories[event->reason < COUNTER_MAX ? event->reason : 0];
	char address[ADDR_TEXT_LEN], mac[MAC_TEXT_LEN], segment[64];

	addr_text(&event->key.addr, address);
	mac_text(event->mac, mac);
	events_segment(event, bridge, segment, sizeof(segment));
	log_line(story->text ? story->level : LOG_LEVEL_INFO,
		 events_fields(event, bridge, port, address, mac), "%s: %s: %s on %s %s", segment,
		 address, mac, port, story->text ? story->text : counter_name(event->reason));
}
