// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>

#include "event_log.h"
#include "loader/maps/event_text.h"
#include "loader/base/guest.h"
#include "loader/base/log.h"
#include "loader/base/output.h"
#include "repeats.h"
#include "loader/base/text.h"

#define FACT_LEN 160
#define DEED_LEN (FACT_LEN + MAC_TEXT_LEN + PORT_GUEST_TEXT_LEN + 32)

#define MORE_LEN 96

static struct repeat repeats[REPEATS];
static struct port_lines port_lines[PORT_LINES];

/* What was not logged since the last line like this one, and since the last line of the port. */
struct suppressed {
	unsigned int repeats;
	unsigned int of_port;
};

/* The members of the JSON, and the fields in the journal. */
static json_t *event_log_fields(const struct event *event, const struct suppressed *suppressed,
				const char *segment, const char *bridge, const char *port,
				const char *guest, const char *address, const char *mac)
{
	bool confirmed = event->reason == COUNTER_confirmed;

	return json_pack(
		"{s:s, s:s, s:s, s:o, s:o, s:s, s:s, s:s, s:s?, s:s, s:s, s:i, s:i, s:b, s:o, "
		"s:o, s:i}",
		"event", counter_name(event->reason), "segment", segment, "bridge", bridge, "vlan",
		output_vlan(event->key.vlan), "inner_vlan", output_vlan(event->key.inner_vlan),
		"address", address, "mac", mac, "port", port, "guest", guest[0] ? guest : NULL,
		"old_state", claim_state_name(event->old_state), "state",
		claim_state_name(event->state), "window_probes", event->window_probes,
		"announcements", event->announcements, "sent", event->sent, "listener",
		output_addr(&event->listener), "confirmed_by",
		confirmed ? output_addr(&event->listener) : json_null(), "not_logged",
		suppressed->repeats + suppressed->of_port);
}

/* A window that came to nothing: `event->mac` is its guest's, or that of the owner before it. */
static void event_log_lapsed(const struct event *event, __u32 min_probes, char fact[FACT_LEN])
{
	if (event->old_state == CLAIM_CONFLICT)
		snprintf(fact, FACT_LEN, "still the owner; the conflict is over");
	else if (event->state == CLAIM_OWNED)
		snprintf(fact, FACT_LEN, "still the owner; ignored %u of %u probes of another host",
			 event->window_probes, min_probes);
	else
		snprintf(fact, FACT_LEN,
			 "ignored: %u of %u required probes and no traffic from the address",
			 event->window_probes, min_probes);
}

/* The event's sentence, or one with its figures. */
static void event_log_fact(const struct event *event, const struct settings *settings,
			   char fact[FACT_LEN])
{
	const char *sentence = event_text_find(event->reason)->sentence;
	char listener[ADDR_TEXT_LEN];

	if (event->reason == COUNTER_lapsed)
		event_log_lapsed(event, settings->min_probes, fact);
	else if ((event->reason == COUNTER_window_ended || event->reason == COUNTER_answered) &&
		 event->sent)
		snprintf(fact, FACT_LEN, "1 of %u", settings->announce_num);
	else if (event->reason == COUNTER_announce_done && event->sent)
		snprintf(fact, FACT_LEN, "%u of %u", settings->announce_num,
			 settings->announce_num);
	else if (event->reason == COUNTER_frozen)
		snprintf(fact, FACT_LEN, "frozen: more than %u moves in %llu s",
			 settings->max_moves,
			 (unsigned long long)(settings->moves_ns / NSEC_PER_SEC));
	else if (event->reason == COUNTER_confirmed)
		snprintf(fact, FACT_LEN, "confirmed by %s %.1f ms after the announcement",
			 addr_text(&event->listener, listener),
			 (double)event->took_ns / NSEC_PER_MSEC);
	else
		snprintf(fact, FACT_LEN, "%s", sentence ? sentence : counter_name(event->reason));
}

/* The guest, its port and the fact, by what was done. */
static void event_log_deed(const struct event *event, const struct settings *settings,
			   const char *mac, const char *port, char deed[DEED_LEN])
{
	char fact[FACT_LEN];

	event_log_fact(event, settings, fact);
	if (event->sent)
		snprintf(deed, DEED_LEN, "announced for %s on %s (%s)", mac, port, fact);
	else if (event->reason == COUNTER_observed)
		snprintf(deed, DEED_LEN, "would %s %s on %s (%s)",
			 settings->ask ? "ask" : "announce for", mac, port, fact);
	else
		snprintf(deed, DEED_LEN, "%s on %s: %s", mac, port, fact);
}

/* Announcements have a limit of their own (LIMITS in garpd(8)), and each is logged. */
static bool event_log_is_wanted(const struct event *event, const struct event_text *text,
				struct suppressed *suppressed)
{
	if (text->repeats && !repeats_allow(repeats, &event->key, event->reason, event->time_ns,
					    &suppressed->repeats))
		return false;
	return event->sent ||
	       port_lines_allow(port_lines, event->port, event->time_ns, &suppressed->of_port);
}

/* " (2 repeats not logged; 40 lines about v-new not logged)" */
static const char *suppressed_text(const struct suppressed *suppressed, const char *port,
				   char text[MORE_LEN])
{
	bool both = suppressed->repeats && suppressed->of_port;
	int used = 0;

	text[0] = '\0';
	if (suppressed->repeats)
		used = snprintf(text, MORE_LEN, " (%u repeats not logged%s", suppressed->repeats,
				both ? "; " : ")");
	if (suppressed->of_port)
		snprintf(text + used, MORE_LEN - used, "%s%u lines about %s not logged)",
			 both ? "" : " (", suppressed->of_port, port);
	return text;
}

void event_log(const struct event *event, const struct settings *settings, const char *bridge,
	       const char *port, const char *guest)
{
	const struct event_text *text = event_text_find(event->reason);
	char address[ADDR_TEXT_LEN], mac[MAC_TEXT_LEN], segment[SEGMENT_TEXT_LEN], deed[DEED_LEN],
		names[2][NAME_TEXT_LEN], place[PORT_GUEST_TEXT_LEN], more[MORE_LEN];
	struct suppressed suppressed = {};

	if (!event_log_is_wanted(event, text, &suppressed))
		return;
	bridge = name_text(bridge, names[0]);
	port = name_text(port, names[1]);
	addr_text(&event->key.addr, address);
	mac_text(event->mac, mac);
	segment_text(&event->key, bridge, segment);
	event_log_deed(event, settings, mac, port_guest_text(port, guest, place), deed);
	log_line(text->level,
		 log_wants_fields() ? event_log_fields(event, &suppressed, segment, bridge, port,
						       guest, address, mac)
				    : NULL,
		 "%s: %s: %s%s", segment, address, deed, suppressed_text(&suppressed, port, more));
}
