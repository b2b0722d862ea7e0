// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "play_ovs.h"

#define OVS_SYSTEM_LINK 1

void play_ovs_system(struct play *play)
{
	play_ovs_device(play, OVS_SYSTEM_LINK, "ovs-system");
}

void play_ovs_device(struct play *play, unsigned int ifindex, const char *name)
{
	play_link(play,
		  (struct play_link){
			  .ifindex = ifindex, .name = name, .kind = "openvswitch", .mac = ifindex});
}

void play_ovs_link(struct play *play, unsigned int ifindex, const char *name, const char *kind,
		   unsigned int other_end)
{
	play_link(play, (struct play_link){.ifindex = ifindex,
					   .name = name,
					   .kind = kind,
					   .master = OVS_SYSTEM_LINK,
					   .slave_kind = "openvswitch",
					   .mac = (unsigned char)ifindex,
					   .lower = other_end});
}

/* {columns}, and the name. */
static json_t *row_make(const char *name, const char *columns)
{
	char text[1024];
	json_t *row;

	snprintf(text, sizeof(text), "{%s}", columns ? columns : "");
	for (char *at = text; *at; at++)
		if (*at == '\'')
			*at = '"';
	row = json_loads(text, 0, NULL);
	cr_assert(row, "%s", text);
	json_object_set_new(row, "name", json_string(name));
	return row;
}

static void update(struct play_ovs *ovs, const char *table, const char *name, json_t *row)
{
	json_t *updates = json_pack("{s:{s:{s:o}}}", table, name, row ? "new" : "old",
				    row ? row : json_object());

	if (!ovs->rows)
		ovs->rows = json_object();
	ovs_tables_free(&ovs->tables);
	cr_assert_eq(ovs_rows_update(ovs->rows, updates), 0);
	json_decref(updates);
}

void play_ovs_row(struct play_ovs *ovs, const char *table, const char *name, const char *columns)
{
	update(ovs, table, name, row_make(name, columns));
}

void play_ovs_delete(struct play_ovs *ovs, const char *table, const char *name)
{
	update(ovs, table, name, NULL);
}

void play_ovs_bridge(struct play_ovs *ovs, const char *name, const char *columns)
{
	json_t *row = row_make(name, columns);
	json_t *ports = json_object_get(json_object_get(json_object_get(ovs->rows, "Bridge"), name),
					"ports");

	if (ports)
		json_object_set(row, "ports", ports);
	else
		json_object_set_new(row, "ports", json_pack("[s, []]", "set"));
	update(ovs, "Bridge", name, row);
}

void play_ovs_port(struct play_ovs *ovs, const char *bridge, struct play_ovs_port port)
{
	json_t *ports = json_object_get(
		json_object_get(json_object_get(ovs->rows, "Bridge"), bridge), "ports");
	json_t *port_row = row_make(port.name, port.port);
	json_t *interface = row_make(port.name, port.interface);
	json_t *known = json_object_get(json_object_get(ovs->rows, "Port"), port.name);

	if (!known)
		json_array_append_new(json_array_get(ports, 1),
				      json_pack("[s, s]", "uuid", port.name));
	json_object_set_new(port_row, "interfaces", json_pack("[s, s]", "uuid", port.name));
	if (port.ifindex)
		json_object_set_new(interface, "ifindex", json_integer(port.ifindex));
	if (port.ifindex && !json_object_get(interface, "mac_in_use"))
		json_object_set_new(interface, "mac_in_use",
				    json_sprintf("02:00:00:00:00:%02x", port.ifindex & 0xff));
	update(ovs, "Port", port.name, port_row);
	update(ovs, "Interface", port.name, interface);
}

void play_ovs_local(struct play_ovs *ovs, unsigned int ifindex, const char *name,
		    const char *columns)
{
	play_ovs_bridge(ovs, name, columns);
	play_ovs_port(ovs, name, (struct play_ovs_port){ifindex, name, NULL, "'type': 'internal'"});
}

void play_ovs_hear(struct play_ovs *ovs, struct play *play)
{
	ovs_tables_free(&ovs->tables);
	cr_assert_eq(ovs_tables_read(&ovs->tables, ovs->rows), 0);
	ports_hear_ovs(play->ports, &ovs->tables);
	ports_settle(play->ports);
}

void play_ovs_end(struct play_ovs *ovs)
{
	ovs_tables_free(&ovs->tables);
	json_decref(ovs->rows);
	*ovs = (struct play_ovs){};
}
