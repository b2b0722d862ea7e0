// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/bpf.h>

#include "datapath.h"
#include "port_table.h"
#include "loader/attach/hooks.h"
#include "loader/maps/walk.h"

#define SHOW_PROGRAMS 128 /* on one interface: XDP, 64 of tcx, and filters */

static json_t *get_name(const void *row)
{
	return json_string(((const struct port_row *)row)->name);
}

static json_t *get_ifindex(const void *row)
{
	return json_integer(((const struct port_row *)row)->ifindex);
}

static json_t *get_segment(const void *row)
{
	return output_interface(((const struct port_row *)row)->port.segment);
}

static json_t *get_role(const void *row)
{
	return json_string(port_role_name(((const struct port_row *)row)->port.role));
}

static json_t *get_mode(const void *row)
{
	return json_string(port_mode_name(((const struct port_row *)row)->port.mode));
}

/* "asked", and where libxdp's dispatcher calls us, that, and for whom else it is there. */
static json_t *why_asked(__u32 ifindex)
{
	struct program programs[SHOW_PROGRAMS];
	size_t i, count = programs_read(ifindex, programs, SHOW_PROGRAMS);
	char others[ATTACH_JOIN_MAX * (PROGRAM_NAME_LEN + sizeof(" with "))] = "";
	bool joined = false;

	for (i = 0; i < count && programs[i].dispatched; i++) {
		if (programs_is_ours(&programs[i])) {
			joined = true;
			continue;
		}
		strcat(others, others[0] ? " " : " with ");
		strcat(others, programs[i].name);
	}
	return joined ? json_sprintf("asked, through libxdp's dispatcher%s", others)
		      : json_string("asked");
}

static json_t *get_why(const void *row)
{
	const struct port_row *it = row;

	if (it->port.asked)
		return why_asked(it->ifindex);
	return json_string(it->port.mode == MODE_TCX ? "auto: tcx works here"
						     : "auto: no tcx here");
}

/* What else hears the frames that come in there. */
static json_t *get_others(const void *row)
{
	struct program programs[SHOW_PROGRAMS];
	__u32 ifindex = ((const struct port_row *)row)->ifindex;
	size_t i, count = programs_read(ifindex, programs, SHOW_PROGRAMS);
	json_t *others;

	if (!programs_may_read())
		return json_null();
	others = json_array();
	for (i = 0; i < count; i++) {
		const struct program *it = &programs[i];

		if (programs_is_ours(it))
			continue;
		json_array_append_new(
			others, it->id ? json_sprintf("%s %s (id %u)", it->hook, it->name, it->id)
				       : json_sprintf("%s %s", it->hook, it->name));
	}
	return others;
}

static json_t *get_forwarding(const void *row)
{
	return json_boolean(((const struct port_row *)row)->port.forwarding);
}

static json_t *get_relay(const void *row)
{
	return json_boolean(((const struct port_row *)row)->port.relay);
}

static json_t *get_vlan_aware(const void *row)
{
	return json_boolean(((const struct port_row *)row)->port.vlan_proto);
}

static json_t *get_pvid(const void *row)
{
	return output_vlan(((const struct port_row *)row)->port.pvid);
}

static json_t *get_claims(const void *row)
{
	return json_integer(((const struct port_row *)row)->limit.claims);
}

/* What its guests are held to. */
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

const struct field port_table_fields[] = {
	{"port", "PORT", get_name},
	{"ifindex", NULL, get_ifindex},
	{"bridge", "BRIDGE", get_segment},
	{"role", "ROLE", get_role},
	{"mode", "MODE", get_mode},
	{"why", "WHY", get_why},
	{"forwarding", "FORWARDING", get_forwarding},
	{"vlan_aware", "VLAN-AWARE", get_vlan_aware},
	{"pvid", "PVID", get_pvid},
	{"relay", NULL, get_relay},
	{"claims", "CLAIMS", get_claims},
	{"guards", NULL, get_guards},
	{"others", "OTHERS", get_others},
	{NULL, NULL, NULL},
};

static int ports_order(const void *a, const void *b)
{
	return strcmp(((const struct port_row *)a)->name, ((const struct port_row *)b)->name);
}

int port_table_read(const struct pins *pins, struct port_table *table, struct err *err)
{
	struct port_row *rows = calloc(GARPD_MAX_PORTS, sizeof(*rows)), row;
	struct map_walk walk = map_walk_begin(pins->ports);

	*table = (struct port_table){.row = rows};
	if (!rows)
		return err_set(err, -ENOMEM, "ports: out of memory");
	while (table->count < GARPD_MAX_PORTS && map_walk_next(&walk, &row.ifindex)) {
		if (bpf_map_lookup_elem(pins->ports, &row.ifindex, &row.port))
			continue;
		row.limit = (struct limit){};
		bpf_map_lookup_elem_flags(pins->port_limits, &row.ifindex, &row.limit, BPF_F_LOCK);
		interface_text(row.ifindex, row.name);
		rows[table->count++] = row;
	}
	qsort(rows, table->count, sizeof(*rows), ports_order);
	return 0;
}

void port_table_free(struct port_table *table)
{
	free(table->row);
	*table = (struct port_table){};
}
