// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "columns.h"
#include "tables.h"

/* ---- bridges ---- */

static void bridge_read(const json_t *rows, const json_t *row, struct ovs_bridge *bridge)
{
	const char *type = column_text(row, "datapath_type");

	bridge->name = column_text(row, "name") ?: "";
	bridge->is_userspace = type && type[0] && strcmp(type, "system") != 0;
	bridge->is_controlled = column_set_size(json_object_get(row, "controller")) ||
				column_is(column_text(row, "fail_mode"), "secure");
	bridge->is_integration = ovn_is_bridge(rows, row);
}

/* ---- all of them ---- */

/* How many interfaces the ports of all bridges have. */
static size_t interfaces_count(const json_t *rows)
{
	const json_t *bridge, *ports, *port;
	const char *uuid;
	size_t count = 0;

	json_object_foreach(json_object_get(rows, "Bridge"), uuid, bridge) {
		ports = json_object_get(bridge, "ports");
		for (size_t i = 0; i < column_set_size(ports); i++) {
			port = column_row(rows, "Port", ports, i);
			count += column_set_size(json_object_get(port, "interfaces"));
		}
	}
	return count;
}

static void port_take(struct ovs_tables *tables, const json_t *rows, const json_t *port,
		      struct ovs_bridge *bridge)
{
	const json_t *interfaces = json_object_get(port, "interfaces"), *row;
	struct ovs_interface *interface;

	for (size_t i = 0; i < column_set_size(interfaces); i++) {
		row = column_row(rows, "Interface", interfaces, i);
		if (!row)
			continue;
		interface = &tables->interface[tables->interfaces++];
		interface->bridge = bridge;
		ovs_interface_read(port, row, interface);
		bridge->tunnels += interface->kind == OVS_TUNNEL && !interface->device[0];
		if (interface->is_local)
			bridge->ifindex = interface->ifindex;
	}
}

static void bridge_take(struct ovs_tables *tables, const json_t *rows, const json_t *row)
{
	const json_t *ports = json_object_get(row, "ports"), *port;
	struct ovs_bridge *bridge = &tables->bridge[tables->bridges++];

	bridge_read(rows, row, bridge);
	for (size_t i = 0; i < column_set_size(ports); i++) {
		port = column_row(rows, "Port", ports, i);
		if (port)
			port_take(tables, rows, port, bridge);
	}
}

static int ifindex_order(const void *a, const void *b)
{
	const struct ovs_interface *x = a, *y = b;

	return x->ifindex < y->ifindex ? -1 : x->ifindex > y->ifindex;
}

static int name_order(const void *a, const void *b)
{
	const struct ovs_interface *const *x = a, *const *y = b;

	return strcmp((*x)->name, (*y)->name);
}

static void tables_sort(struct ovs_tables *tables)
{
	qsort(tables->interface, tables->interfaces, sizeof(*tables->interface), ifindex_order);
	for (size_t i = 0; i < tables->interfaces; i++)
		tables->by_name[i] = &tables->interface[i];
	qsort(tables->by_name, tables->interfaces, sizeof(*tables->by_name), name_order);
}

int ovs_tables_read(struct ovs_tables *tables, const json_t *rows)
{
	const json_t *bridges = json_object_get(rows, "Bridge"), *row;
	size_t interfaces = interfaces_count(rows) + 1;
	const char *uuid;

	*tables = (struct ovs_tables){
		.bridge = calloc(json_object_size(bridges) + 1, sizeof(*tables->bridge)),
		.interface = calloc(interfaces, sizeof(*tables->interface)),
		.by_name = calloc(interfaces, sizeof(*tables->by_name)),
	};
	if (!tables->bridge || !tables->interface || !tables->by_name) {
		ovs_tables_free(tables);
		return -ENOMEM;
	}
	json_object_foreach((json_t *)bridges, uuid, row)
		bridge_take(tables, rows, row);
	tables_sort(tables);
	return 0;
}

bool ovs_interface_is_incomplete(const struct ovs_interface *interface)
{
	return !interface->ifindex && !interface->is_elsewhere &&
	       (interface->kind == OVS_SYSTEM || interface->kind == OVS_INTERNAL);
}

void ovs_tables_complete(struct ovs_tables *tables,
			 __u32 (*find)(const void *ctx, const char *name), const void *ctx)
{
	size_t completed = 0;

	for (size_t i = 0; i < tables->interfaces; i++) {
		struct ovs_interface *interface = &tables->interface[i];

		if (!ovs_interface_is_incomplete(interface))
			continue;
		interface->ifindex = find(ctx, interface->name);
		completed += interface->ifindex != 0;
		if (interface->is_local)
			interface->bridge->ifindex = interface->ifindex;
	}
	if (completed)
		tables_sort(tables);
}

void ovs_tables_free(struct ovs_tables *tables)
{
	free(tables->bridge);
	free(tables->interface);
	free(tables->by_name);
	*tables = (struct ovs_tables){};
}

const struct ovs_interface *ovs_tables_find(const struct ovs_tables *tables, __u32 ifindex,
					    size_t *count)
{
	const struct ovs_interface wanted = {.ifindex = ifindex}, *end, *found;

	*count = 0;
	if (!ifindex || !tables->interfaces)
		return NULL;
	found = bsearch(&wanted, tables->interface, tables->interfaces, sizeof(wanted),
			ifindex_order);
	if (!found)
		return NULL;
	while (found > tables->interface && found[-1].ifindex == ifindex)
		found--;
	end = tables->interface + tables->interfaces;
	while (found + *count < end && found[*count].ifindex == ifindex)
		++*count;
	return found;
}

const struct ovs_interface *ovs_tables_named(const struct ovs_tables *tables, const char *name)
{
	const struct ovs_interface wanted = {.name = name}, *key = &wanted, **found;

	if (!tables->interfaces)
		return NULL;
	found = bsearch(&key, tables->by_name, tables->interfaces, sizeof(*tables->by_name),
			name_order);
	return found ? *found : NULL;
}
