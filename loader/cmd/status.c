// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * garpd status [-j]: the whole on one screen: the daemon, the ports of each segment, the claims by
 * state, and what needs attention, with the command that tells more. Reads the pinned maps.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "loader/base/guest.h"
#include "loader/base/output.h"
#include "loader/base/text.h"
#include "loader/datapath/port_table.h"
#include "loader/maps/claims.h"
#include "loader/maps/event_text.h"
#include "loader/maps/running.h"
#include "loader/maps/summary.h"
#include "loader/maps/pins_netns.h"

#define PROBLEMS_SHOWN 8 /* of claims; `garpd show claims --problems` has all */
#define LINE_LEN       320

struct status {
	bool running;
	struct daemon_info daemon;
	struct port_table ports;
	struct claims claims; /* in the order of compare_claims() */
	size_t problems;      /* claims */
	struct summary summary;
};

/* ---- the first line ---- */

static json_t *get_summary(const void *row)
{
	char text[SUMMARY_LEN];

	return json_string(summary_text(&((const struct status *)row)->summary, text));
}

static json_t *get_observing(const void *row)
{
	const struct summary *summary = &((const struct status *)row)->summary;

	return json_boolean(summary->ports && !summary->sending);
}

/* ---- the daemon ---- */

static json_t *get_daemon_text(const void *row)
{
	const struct status *status = row;
	const struct daemon_info *daemon = &status->daemon;
	char since[TIME_TEXT_LEN];

	if (!status->running)
		return json_sprintf("NOT RUNNING: programs hear on; to start: systemctl start %s",
				    pins_unit());
	return json_sprintf("running since %.19s, pid %u, %s",
			    time_local_text(daemon->started_ns, since), daemon->pid,
			    daemon->config[0] ? daemon->config : "without a file");
}

static json_t *get_daemon(const void *row)
{
	const struct status *status = row;
	char since[TIME_TEXT_LEN];

	if (!status->running)
		return json_pack("{s:b}", "running", 0);
	return json_pack("{s:b, s:i, s:s, s:s, s:s?}", "running", 1, "pid", status->daemon.pid,
			 "since", time_text(status->daemon.started_ns, since), "version",
			 status->daemon.version, "config",
			 status->daemon.config[0] ? status->daemon.config : NULL);
}

/* ---- ports ---- */

/* One row stands for each segment: its first port; the bridge's own device if it has no port. */
static bool stands_for_segment(const struct port_table *ports, size_t place)
{
	const struct port *port = &ports->row[place].port, *other;

	for (size_t i = 0; i < ports->count; i++) {
		other = &ports->row[i].port;
		if (i == place || other->segment != port->segment || other->role == ROLE_HOST)
			continue;
		if (i < place || port->role == ROLE_HOST)
			return false;
	}
	return true;
}

static unsigned int count_role(const struct port_table *ports, __u32 segment, unsigned int role)
{
	unsigned int count = 0;

	for (size_t i = 0; i < ports->count; i++)
		count += ports->row[i].port.segment == segment && ports->row[i].port.role == role;
	return count;
}

/* "br0: 3 guests, 1 uplink, tcx" */
static json_t *segment_line(const struct port_table *ports, const struct port *port)
{
	unsigned int guests = count_role(ports, port->segment, ROLE_GUEST);
	unsigned int uplinks = count_role(ports, port->segment, ROLE_UPLINK);
	const char *observing = settings_observes(port->settings) ? ", observing" : "";
	char name[NAME_TEXT_LEN];

	interface_text(port->segment, name);
	if (port->role == ROLE_ROUTER)
		return json_sprintf("%s: router port, %s%s", name, port_mode_name(port->mode),
				    observing);
	return json_sprintf("%s: %u guest%s, %u uplink%s, %s%s", name, guests,
			    text_plural(guests, "", "s"), uplinks, text_plural(uplinks, "", "s"),
			    port_mode_name(port->mode), observing);
}

static json_t *segment_object(const struct port_table *ports, const struct port *port)
{
	char name[NAME_TEXT_LEN];

	return json_pack("{s:s, s:i, s:i, s:b, s:s, s:b}", "bridge",
			 interface_text(port->segment, name), "guests",
			 count_role(ports, port->segment, ROLE_GUEST), "uplinks",
			 count_role(ports, port->segment, ROLE_UPLINK), "router",
			 port->role == ROLE_ROUTER, "mode", port_mode_name(port->mode), "observing",
			 (int)settings_observes(port->settings));
}

static json_t *each_segment(const struct port_table *ports,
			    json_t *(*get)(const struct port_table *ports, const struct port *port))
{
	json_t *list = json_array();

	for (size_t i = 0; i < ports->count; i++)
		if (stands_for_segment(ports, i))
			json_array_append_new(list, get(ports, &ports->row[i].port));
	return list;
}

static json_t *get_segment_lines(const void *row)
{
	const struct status *status = row;

	if (!status->ports.count)
		return json_string("none: no bridge or router port is there");
	return each_segment(&status->ports, segment_line);
}

static json_t *get_segments(const void *row)
{
	return each_segment(&((const struct status *)row)->ports, segment_object);
}

/* ---- claims ---- */

static size_t count_state(const struct claims *claims, unsigned int state)
{
	size_t count = 0;

	for (size_t i = 0; i < claims->count; i++)
		count += claims->claim[i].state == state;
	return count;
}

/* "12: 10 owned, 2 denied" */
static json_t *get_claims_text(const void *row)
{
	const struct claims *claims = &((const struct status *)row)->claims;
	size_t used, count;
	char line[LINE_LEN];

	used = (size_t)snprintf(line, sizeof(line), "%zu", claims->count);
	for (unsigned int state = 0; state < CLAIM_STATE_MAX; state++) {
		count = count_state(claims, state);
		if (count)
			used += (size_t)snprintf(line + used, sizeof(line) - used, "%s %zu %s",
						 strchr(line, ':') ? "," : ":", count,
						 claim_state_name(state));
	}
	return json_string(line);
}

static json_t *get_claims(const void *row)
{
	const struct claims *claims = &((const struct status *)row)->claims;
	json_t *object = json_object();

	json_object_set_new(object, "total", json_integer((json_int_t)claims->count));
	for (unsigned int state = CLAIM_NONE + 1; state < CLAIM_STATE_MAX; state++)
		json_object_set_new(object, claim_state_name(state),
				    json_integer((json_int_t)count_state(claims, state)));
	return object;
}

/* "192.0.2.10 on br0 vlan 7 [web-1]" */
static const char *claim_guest(const struct claim *claim, char text[LINE_LEN])
{
	char place[CLAIM_TEXT_LEN], guest[GUEST_TEXT_LEN];
	const char *name = guest_text(claim->port, guest);

	claim_text(&claim->key, place);
	snprintf(text, LINE_LEN, name[0] ? "%s [%s]" : "%s", place, name);
	return text;
}

/* ---- what needs attention ---- */

static const char *problem_text(const struct claim *claim, char text[CLAIM_REASON_LEN])
{
	if (claims_trouble(claim) && claim->state == CLAIM_OWNED && !claim->confirmed_ns &&
	    claim->unconfirmed)
		return "announced, but no listener has replied";
	if (claim->ask_flags & ASK_F_UNANSWERED && claim->ask_ns)
		return "the guest does not answer for it";
	return claim_reason_text(claim, text);
}

static json_t *claim_problem(const struct claim *claim, bool as_text)
{
	char place[LINE_LEN], reason[CLAIM_REASON_LEN], address[ADDR_TEXT_LEN];
	const char *text = problem_text(claim, reason);

	addr_text(&claim->key.addr, address);
	if (as_text)
		return json_sprintf("%s: %s; garpd explain %s", claim_guest(claim, place), text,
				    address);
	return json_pack("{s:s, s:o, s:s, s:o}", "object", claim_text(&claim->key, place), "guest",
			 guest_json(claim->port), "problem", text, "command",
			 json_sprintf("garpd explain %s", address));
}

static json_t *port_problem(const struct port_row *port, bool as_text)
{
	const char *unheard = unheard_name(port->port.unheard);
	char guest[GUEST_TEXT_LEN], place[PORT_GUEST_TEXT_LEN];

	if (as_text)
		return json_sprintf(
			"%s: not heard, %s; garpd show ports",
			port_guest_text(port->name, guest_text(port->ifindex, guest), place),
			unheard);
	return json_pack("{s:s, s:o, s:o, s:s}", "object", port->name, "guest",
			 guest_json(port->ifindex), "problem",
			 json_sprintf("not heard, %s", unheard), "command", "garpd show ports");
}

static void add_problem_ports(const struct status *status, bool as_text, json_t *list)
{
	for (size_t i = 0; i < status->ports.count; i++)
		if (status->ports.row[i].port.unheard)
			json_array_append_new(list, port_problem(&status->ports.row[i], as_text));
}

static json_t *get_problem_lines(const void *row)
{
	const struct status *status = row;
	json_t *list = json_array();

	json_array_append_new(list, running_problem(&status->daemon, status->running, true));
	add_problem_ports(status, true, list);
	for (size_t i = 0; i < status->problems && i < PROBLEMS_SHOWN; i++)
		json_array_append_new(list, claim_problem(&status->claims.claim[i], true));
	if (status->problems > PROBLEMS_SHOWN)
		json_array_append_new(list, json_sprintf("%zu more; garpd show claims --problems",
							 status->problems - PROBLEMS_SHOWN));
	if (!json_array_size(list))
		json_array_append_new(list, json_string("nothing"));
	return list;
}

static json_t *get_problems(const void *row)
{
	const struct status *status = row;
	json_t *list = json_array();

	json_array_append_new(list, running_problem(&status->daemon, status->running, false));
	add_problem_ports(status, false, list);
	for (size_t i = 0; i < status->problems; i++)
		json_array_append_new(list, claim_problem(&status->claims.claim[i], false));
	return list;
}

/* ---- what happened last ---- */

static const struct claim *last_changed(const struct claims *claims)
{
	const struct claim *last = NULL;

	for (size_t i = 0; i < claims->count; i++)
		if (!last || claims->claim[i].changed_ns > last->changed_ns)
			last = &claims->claim[i];
	return last;
}

static json_t *get_last_text(const void *row)
{
	const struct claim *last = last_changed(&((const struct status *)row)->claims);
	char place[LINE_LEN], reason[CLAIM_REASON_LEN], ago[DURATION_TEXT_LEN];

	if (!last)
		return json_null();
	return json_sprintf("%s: %s, %s ago", claim_guest(last, place),
			    claim_reason_text(last, reason),
			    duration_text(time_now_ns() - last->changed_ns, ago));
}

static json_t *get_last(const void *row)
{
	const struct claim *last = last_changed(&((const struct status *)row)->claims);

	return last ? output_object(claims_fields, last) : json_null();
}

static const struct field status_fields[] = {
	{"summary", "garpd", .get = get_summary},
	{"", "daemon", .get = get_daemon_text},
	{"daemon", NULL, .get = get_daemon},
	{"observing", NULL, .get = get_observing},
	{"", "ports", .get = get_segment_lines},
	{"segments", NULL, .get = get_segments},
	{"", "claims", .get = get_claims_text},
	{"claims", NULL, .get = get_claims},
	{"", "attention", .get = get_problem_lines},
	{"problems", NULL, .get = get_problems},
	{"", "last", .get = get_last_text},
	{"last", NULL, .get = get_last},
	{},
};

/* ---- the verb ---- */

static int status_read(const struct pins *pins, struct status *status, struct err *why)
{
	int err = claims_read(pins->claims, &status->claims, why)
			  ?: port_table_read(pins, &status->ports, why);

	if (err)
		return err;
	running_read(pins, &status->daemon);
	status->running = pins_is_locked() > 0;
	claims_sort_by_trouble(&status->claims);
	while (status->problems < status->claims.count &&
	       claims_trouble(&status->claims.claim[status->problems]))
		status->problems++;
	summary_read(pins, &status->summary);
	status->summary.attention = (unsigned int)status->problems;
	return 0;
}

static int status_run(const struct command *command, struct err *why)
{
	struct status status = {};
	struct pins pins;
	int err;

	if (cmd_open_pins(&pins, true, why))
		return cmd_cannot_look(why);
	err = status_read(&pins, &status, why);
	if (!err && cmd_has(command, "json"))
		output_row_stream(status_fields, &status, true);
	else if (!err)
		output_sheet(status_fields, &status);
	claims_free(&status.claims);
	port_table_free(&status.ports);
	pins_close(&pins);
	if (err)
		return cmd_cannot_look(why);
	return status.running && !status.problems && !status.summary.unheard ? EXIT_DONE
									     : EXIT_FAILED;
}

static const struct verb_option status_options[] = {
	{"json", 'j', .help = "print JSON"},
	NETNS_OPTION,
	{},
};

static const struct verb_print status_prints[] = {
	{"status", "", status_fields},
	{},
};

const struct verb verb_status = {
	.name = "status",
	.help = "the daemon, the ports, the claims, and what needs attention",
	.options = status_options,
	.prints = status_prints,
	.run = status_run,
};
