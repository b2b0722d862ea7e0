/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * event_line.h - an event as a line of the log: its text, and the members of its JSON. The daemon
 * writes such lines, and so does a replay.
 */
#ifndef GARPD_MAPS_EVENT_LINE_H
#define GARPD_MAPS_EVENT_LINE_H

#include <jansson.h>

#include "bpf/abi/abi.h"
#include "event_text.h"
#include "loader/base/guest.h"
#include "loader/base/text.h"

#define EVENT_FACT_LEN 160
#define EVENT_DEED_LEN (EVENT_FACT_LEN + MAC_TEXT_LEN + PORT_GUEST_TEXT_LEN + 32)
#define EVENT_LINE_LEN (SEGMENT_TEXT_LEN + ADDR_TEXT_LEN + EVENT_DEED_LEN)

/*
 * What the event's bridge and port are called, and the guest behind that ("": not known). In text
 * a port may be NULL: it is left out.
 */
struct event_names {
	const char *bridge, *port, *guest;
};

/* "announced for 00:15:5d:00:00:02 on vnet3 (1 of 2)". Returns `deed`. */
const char *event_deed_text(const struct event *event, const struct settings *settings,
			    const struct event_names *names, char deed[EVENT_DEED_LEN]);

/* The same behind "br0 vlan 10: 192.0.2.10: ". Returns `line`. */
const char *event_line_text(const struct event *event, const struct settings *settings,
			    const struct event_names *names, char line[EVENT_LINE_LEN]);

/*
 * The members of the JSON, and the fields in the journal; so many such events were not logged since
 * the last one. A new reference.
 */
json_t *event_line_fields(const struct event *event, const struct event_names *names,
			  unsigned int not_logged);

#endif
