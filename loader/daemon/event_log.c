// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <string.h>

#include "event_log.h"
#include "loader/maps/event_text.h"
#include "loader/base/log.h"
#include "loader/base/output.h"
#include "repeats.h"
#include "loader/base/text.h"

static struct repeat repeats[REPEATS];

static json_t *event_log_fields(const struct event *event, const char *bridge, const char *port,
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
static void event_log_listener(const struct event *event, char *text, size_t size)
{
	static const struct addr nobody;
	char listener[ADDR_TEXT_LEN];

	text[0] = '\0';
	if (memcmp(&event->listener, &nobody, sizeof(nobody)) == 0)
		return;
	snprintf(text, size, ": confirmed by %s %.1f ms after the announcement",
		 addr_text(&event->listener, listener), (double)event->took_ns / NSEC_PER_MSEC);
}

void event_log(const struct event *event, const char *bridge, const char *port)
{
	const struct event_text *text = event_text_find(event->reason);
	char address[ADDR_TEXT_LEN], mac[MAC_TEXT_LEN], segment[SEGMENT_TEXT_LEN], listener[128],
		names[2][NAME_TEXT_LEN], more[48] = "";
	unsigned int suppressed = 0;

	if (text->repeats &&
	    !repeats_allow(repeats, &event->key, event->reason, event->time_ns, &suppressed))
		return;
	if (suppressed)
		snprintf(more, sizeof(more), " (%u repeats not logged)", suppressed);
	bridge = name_text(bridge, names[0]);
	port = name_text(port, names[1]);
	addr_text(&event->key.addr, address);
	mac_text(event->mac, mac);
	segment_text(&event->key, bridge, segment);
	event_log_listener(event, listener, sizeof(listener));
	log_line(text->level,
		 log_is_json() ? event_log_fields(event, bridge, port, address, mac) : NULL,
		 "%s: %s: %s on %s %s%s%s", segment, address, mac, port,
		 text->sentence ? text->sentence : counter_name(event->reason), listener, more);
}
