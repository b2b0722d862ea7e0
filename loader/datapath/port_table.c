// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/bpf.h>

#include "datapath.h"
#include "port_table.h"
#include "loader/attach/hooks.h"
#include "loader/base/guest.h"
#include "loader/maps/port_list.h"

#define MAX_PROGRAMS 128 /* on one interface: XDP, 64 of tcx, and filters */

/* A mode of the configuration; in a dispatcher, with the other programs that it calls. */
static json_t *why_requested(__u32 ifindex)
{
	struct program programs[MAX_PROGRAMS];
	size_t i, count = hooks_read(ifindex, false, programs, MAX_PROGRAMS);
	char others[ATTACH_JOIN_MAX * (PROGRAM_NAME_LEN + sizeof(" with "))] = "";
	bool joined = false;

	for (i = 0; i < count && programs[i].dispatched; i++) {
		if (programs_is_garpd(&programs[i])) {
			joined = true;
			continue;
		}
		strcat(others, others[0] ? " " : " with ");
		strcat(others, programs[i].name);
	}
	return joined ? json_sprintf("requested, through libxdp's dispatcher%s", others)
		      : json_string("requested");
}

static json_t *get_why(const void *row)
{
	const struct port_row *it = row;

	if (it->port.mode_requested)
		return why_requested(it->ifindex);
	return json_string(it->port.mode == MODE_TCX ? "auto: tcx works here"
						     : "auto: tcx needs Linux 6.6");
}

/* Other programs on one side of the interface. */
static void add_others(json_t *others, __u32 ifindex, bool egress)
{
	struct program programs[MAX_PROGRAMS];
	size_t i, count = hooks_read(ifindex, egress, programs, MAX_PROGRAMS);

	for (i = 0; i < count; i++) {
		const struct program *it = &programs[i];

		if (programs_is_garpd(it))
			continue;
		json_array_append_new(
			others, it->id ? json_sprintf("%s %s (id %u)", it->hook, it->name, it->id)
				       : json_sprintf("%s %s", it->hook, it->name));
	}
}

/* Other programs on the ingress; of a bridge's own device, also on the egress. */
static json_t *get_others(const void *row)
{
	const struct port_row *it = row;
	json_t *others;

	if (!programs_can_read())
		return json_null();
	others = json_array();
	add_others(others, it->ifindex, false);
	if (it->port.role == ROLE_HOST)
		add_others(others, it->ifindex, true);
	return others;
}

static json_t *get_guest(const void *row)
{
	return guest_json(((const struct port_row *)row)->ifindex);
}

/* What limits the addresses of its guests. */
static json_t *get_guards(const void *row)
{
	static const struct {
		__u8 guard;
		const char *name;
	} names[] = {
		{GUARD_FOREIGN, "no foreign addresses"},
		{GUARD_ONLY_DECLARED, "only declared addresses"},
		{GUARD_ADDRESSES, "its list of addresses"},
		{GUARD_MACS, "its list of MACs"},
	};
	json_t *guards = json_array();

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (((const struct port_row *)row)->port.guards & names[i].guard)
			json_array_append_new(guards, json_string(names[i].name));
	return guards;
}

/* Bridges in whose VLANs its frames may be, in which is not known. */
static json_t *get_any_vlan(const void *row)
{
	const struct port *port = &((const struct port_row *)row)->port;
	json_t *bridges = json_array();
	char name[NAME_TEXT_LEN];

	for (size_t i = 0; i < PORT_ANY; i++)
		if (port->any[i])
			json_array_append_new(bridges,
					      json_string(interface_text(port->any[i], name)));
	return bridges;
}

#define ROW(TYPE, member) FIELD(TYPE, struct port_row, member)

const struct field port_table_fields[] = {
	{"port", "PORT", ROW(TEXT, name)},
	{"ifindex", NULL, ROW(NUMBER, ifindex)},
	{"bridge", "BRIDGE", ROW(INTERFACE, port.segment)},
	{"role", "ROLE", ROW(ENUM, port.role), .name = port_role_name},
	{"guest", "GUEST", .get = get_guest},
	{"mode", "MODE", ROW(ENUM, port.mode), .name = port_mode_name},
	{"why", "WHY", .get = get_why},
	{"heard", "HEARD", ROW(ENUM, port.unheard), .name = unheard_name},
	{"forwarding", "FORWARDING", ROW(BOOL, port.forwarding)},
	{"vlan_aware", "VLAN-AWARE", ROW(BOOL, port.vlan_proto)},
	{"pvid", "PVID", ROW(VLAN, port.pvid)},
	{"any_vlan", NULL, .get = get_any_vlan},
	{"relay", NULL, ROW(BOOL, port.relay)},
	{"claims", "CLAIMS", ROW(NUMBER, limit.claims)},
	{"guards", NULL, .get = get_guards},
	{"others", "OTHERS", .get = get_others},
	{},
};

enum trouble port_table_trouble(const struct port_row *row)
{
	return row->port.unheard       ? TROUBLE_BAD
	       : !row->port.forwarding ? TROUBLE_SOME
				       : TROUBLE_NONE;
}

static enum trouble get_trouble(const void *row)
{
	return port_table_trouble(row);
}

const struct field port_table_columns[] = {
	{"", "PORT", ROW(TEXT, name), .may_overflow = true},
	{"", "BRIDGE", ROW(INTERFACE, port.segment), .may_overflow = true},
	{"", "ROLE", ROW(ENUM, port.role), .name = port_role_name},
	{"", "MODE", ROW(ENUM, port.mode), .name = port_mode_name},
	{"", "HEARD", ROW(ENUM, port.unheard), .name = unheard_name, .trouble = get_trouble},
	{"", "FORWARDING", ROW(BOOL, port.forwarding), .trouble = get_trouble},
	{"", "CLAIMS", ROW(NUMBER, limit.claims)},
	{},
};

/* What needs attention first, then by name. */
static int compare_rows(const void *a, const void *b)
{
	const struct port_row *x = a, *y = b;
	enum trouble of_x = port_table_trouble(x), of_y = port_table_trouble(y);

	return of_x != of_y ? (of_x > of_y ? -1 : 1) : strcmp(x->name, y->name);
}

static struct port_row port_row_read(const struct pins *pins, const struct port_listed *listed)
{
	struct port_row row = {.ifindex = listed->ifindex, .port = listed->port};

	bpf_map_lookup_elem_flags(pins->port_limits, &row.ifindex, &row.limit, BPF_F_LOCK);
	interface_text(row.ifindex, row.name);
	return row;
}

int port_table_read(const struct pins *pins, struct port_table *table, struct err *why)
{
	struct port_list ports;
	int err = port_list_read(pins, PORTS_BY_IFINDEX, &ports);

	*table = (struct port_table){};
	if (!err)
		table->row = calloc(ports.count + 1, sizeof(*table->row));
	for (size_t i = 0; table->row && i < ports.count; i++)
		table->row[table->count++] = port_row_read(pins, &ports.at[i]);
	port_list_free(&ports);
	if (!table->row)
		return err_set(why, -ENOMEM, "ports: out of memory");
	qsort(table->row, table->count, sizeof(*table->row), compare_rows);
	return 0;
}

void port_table_free(struct port_table *table)
{
	free(table->row);
	*table = (struct port_table){};
}
