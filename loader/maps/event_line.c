// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>

#include "event_line.h"
#include "loader/base/output.h"

#define PLACE_LEN (PORT_GUEST_TEXT_LEN + 4)

/* A window that came to nothing: `event->mac` is its guest's, or that of the owner before it. */
static void lapsed_text(const struct event *event, __u32 min_probes, char fact[EVENT_FACT_LEN])
{
	if (event->old_state == CLAIM_CONFLICT && event->state == CLAIM_NONE)
		snprintf(fact, EVENT_FACT_LEN, "the conflict is over; not announced");
	else if (event->old_state == CLAIM_CONFLICT)
		snprintf(fact, EVENT_FACT_LEN, "still the owner; the conflict is over");
	else if (event->state == CLAIM_OWNED)
		snprintf(fact, EVENT_FACT_LEN,
			 "still the owner; ignored %u of %u probes of another host",
			 event->window_probes, min_probes);
	else
		snprintf(fact, EVENT_FACT_LEN,
			 "ignored: %u of %u required probes and no traffic from the address",
			 event->window_probes, min_probes);
}

/* The event's sentence, or one with its figures. */
static void fact_text(const struct event *event, const struct settings *settings,
		      char fact[EVENT_FACT_LEN])
{
	const char *sentence = event_text_find(event->reason)->sentence;
	char listener[ADDR_TEXT_LEN];

	if (event->reason == COUNTER_lapsed)
		lapsed_text(event, settings->min_probes, fact);
	else if ((event->reason == COUNTER_window_ended || event->reason == COUNTER_answered) &&
		 event->sent)
		snprintf(fact, EVENT_FACT_LEN, "1 of %u", settings->announce_num);
	else if (event->reason == COUNTER_announce_done && event->sent)
		snprintf(fact, EVENT_FACT_LEN, "%u of %u", settings->announce_num,
			 settings->announce_num);
	else if (event->reason == COUNTER_frozen)
		snprintf(fact, EVENT_FACT_LEN, "frozen: more than %u moves in %llu s",
			 settings->max_moves,
			 (unsigned long long)(settings->moves_ns / NSEC_PER_SEC));
	else if (event->reason == COUNTER_confirmed)
		snprintf(fact, EVENT_FACT_LEN, "confirmed by %s %.1f ms after the announcement",
			 addr_text(&event->listener, listener),
			 (double)event->took_ns / NSEC_PER_MSEC);
	else
		snprintf(fact, EVENT_FACT_LEN, "%s",
			 sentence ? sentence : counter_name(event->reason));
}

/* " on vnet3 [web-1]"; "" for an event without a port. */
static const char *place_text(const struct event_names *names, char text[PLACE_LEN])
{
	char name[NAME_TEXT_LEN], place[PORT_GUEST_TEXT_LEN];

	text[0] = '\0';
	if (names->port)
		snprintf(text, PLACE_LEN, " on %s",
			 port_guest_text(name_text(names->port, name), names->guest, place));
	return text;
}

const char *event_deed_text(const struct event *event, const struct settings *settings,
			    const struct event_names *names, char deed[EVENT_DEED_LEN])
{
	char fact[EVENT_FACT_LEN], mac[MAC_TEXT_LEN], place[PLACE_LEN];

	fact_text(event, settings, fact);
	mac_text(event->mac, mac);
	place_text(names, place);
	if (event->sent)
		snprintf(deed, EVENT_DEED_LEN, "announced for %s%s (%s)", mac, place, fact);
	else if (event->reason == COUNTER_observed)
		snprintf(deed, EVENT_DEED_LEN, "would %s %s%s (%s)",
			 settings->ask ? "ask" : "announce for", mac, place, fact);
	else
		snprintf(deed, EVENT_DEED_LEN, "%s%s: %s", mac, place, fact);
	return deed;
}

const char *event_line_text(const struct event *event, const struct settings *settings,
			    const struct event_names *names, char line[EVENT_LINE_LEN])
{
	char bridge[NAME_TEXT_LEN], segment[SEGMENT_TEXT_LEN], address[ADDR_TEXT_LEN],
		deed[EVENT_DEED_LEN];

	snprintf(line, EVENT_LINE_LEN, "%s: %s: %s",
		 segment_text(&event->key, name_text(names->bridge, bridge), segment),
		 addr_text(&event->key.addr, address),
		 event_deed_text(event, settings, names, deed));
	return line;
}

json_t *event_line_fields(const struct event *event, const struct event_names *names,
			  unsigned int not_logged)
{
	char address[ADDR_TEXT_LEN], mac[MAC_TEXT_LEN], segment[SEGMENT_TEXT_LEN],
		text[2][NAME_TEXT_LEN];
	const char *bridge = name_text(names->bridge, text[0]);
	bool confirmed = event->reason == COUNTER_confirmed;

	return json_pack(
		"{s:s, s:s, s:s, s:o, s:o, s:s, s:s, s:s, s:s?, s:s, s:s, s:i, s:i, s:b, s:o, "
		"s:o, s:i}",
		"event", counter_name(event->reason), "segment",
		segment_text(&event->key, bridge, segment), "bridge", bridge, "vlan",
		output_vlan(event->key.vlan), "inner_vlan", output_vlan(event->key.inner_vlan),
		"address", addr_text(&event->key.addr, address), "mac", mac_text(event->mac, mac),
		"port", name_text(names->port, text[1]), "guest",
		names->guest[0] ? names->guest : NULL, "old_state",
		claim_state_name(event->old_state), "state", claim_state_name(event->state),
		"window_probes", event->window_probes, "announcements", event->announcements,
		"sent", event->sent, "listener", output_addr(&event->listener), "confirmed_by",
		confirmed ? output_addr(&event->listener) : json_null(), "not_logged", not_logged);
}
