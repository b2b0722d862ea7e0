// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "tables.h"

#define VLAN_IDS 4096

/* ---- values: an atom, ["set", [...]], ["map", [[key, value], ...]], ["uuid", "..."] ---- */

/* The elements of a ["set", [...]] or ["map", [...]]; NULL: the value is an atom. */
static const json_t *elements(const json_t *value, const char *kind)
{
	const char *tag = json_string_value(json_array_get(value, 0));

	return tag && strcmp(tag, kind) == 0 ? json_array_get(value, 1) : NULL;
}

/* A set with one element is written as an atom. */
static size_t set_size(const json_t *value)
{
	const json_t *set = elements(value, "set");

	return set ? json_array_size(set) : value != NULL;
}

static const json_t *set_get(const json_t *value, size_t i)
{
	const json_t *set = elements(value, "set");

	return set ? json_array_get(set, i) : value;
}

/* Of an optional column: NULL or `otherwise` if it is the empty set. */
static const char *text_of(const json_t *row, const char *column)
{
	return json_string_value(set_get(json_object_get(row, column), 0));
}

static json_int_t number_of(const json_t *row, const char *column, json_int_t otherwise)
{
	const json_t *value = set_get(json_object_get(row, column), 0);

	return json_is_integer(value) ? json_integer_value(value) : otherwise;
}

static const char *map_get(const json_t *row, const char *column, const char *key)
{
	const json_t *map = elements(json_object_get(row, column), "map"), *pair;
	const char *name;

	for (size_t i = 0; i < json_array_size(map); i++) {
		pair = json_array_get(map, i);
		name = json_string_value(json_array_get(pair, 0));
		if (name && strcmp(name, key) == 0)
			return json_string_value(json_array_get(pair, 1));
	}
	return NULL;
}

/* The row that the i-th reference of a column means; NULL: it is not there. */
static const json_t *row_of(const json_t *rows, const char *table, const json_t *references,
			    size_t i)
{
	const char *uuid = json_string_value(json_array_get(set_get(references, i), 1));

	return uuid ? json_object_get(json_object_get(rows, table), uuid) : NULL;
}

static bool is_text(const char *text, const char *other)
{
	return text && strcmp(text, other) == 0;
}

/* ---- ports ---- */

static enum ovs_kind kind_of(const char *type)
{
	static const struct {
		const char *type;
		enum ovs_kind kind;
	} kinds[] = {
		{"", OVS_SYSTEM},	 {"system", OVS_SYSTEM},    {"internal", OVS_INTERNAL},
		{"patch", OVS_PATCH},	 {"gre", OVS_TUNNEL},	    {"ip6gre", OVS_TUNNEL},
		{"vxlan", OVS_TUNNEL},	 {"geneve", OVS_TUNNEL},    {"stt", OVS_TUNNEL},
		{"erspan", OVS_TUNNEL},	 {"ip6erspan", OVS_TUNNEL}, {"gtpu", OVS_TUNNEL},
		{"bareudp", OVS_TUNNEL}, {"srv6", OVS_TUNNEL},	    {"lisp", OVS_TUNNEL},
	};

	for (size_t i = 0; type && i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(type, kinds[i].type) == 0)
			return kinds[i].kind;
	return type ? OVS_UNREACHABLE : OVS_SYSTEM;
}

/* "If vlan_mode is empty: access if tag is given, else trunk." */
static enum ovs_mode mode_of(const json_t *port)
{
	static const char *const modes[] = {
		[OVS_TRUNK] = "trunk",
		[OVS_ACCESS] = "access",
		[OVS_NATIVE_TAGGED] = "native-tagged",
		[OVS_NATIVE_UNTAGGED] = "native-untagged",
		[OVS_DOT1Q_TUNNEL] = "dot1q-tunnel",
	};
	const char *mode = text_of(port, "vlan_mode");

	for (size_t i = 0; mode && i < sizeof(modes) / sizeof(modes[0]); i++)
		if (strcmp(mode, modes[i]) == 0)
			return (enum ovs_mode)i;
	return number_of(port, "tag", -1) >= 0 ? OVS_ACCESS : OVS_TRUNK;
}

static void vlan_add(struct port_vlans *vlans, json_int_t vlan)
{
	if (vlan >= 0 && vlan < VLAN_IDS)
		vlans->member[vlan / 64] |= 1ull << vlan % 64;
}

/* A trunk without a list is in every VLAN. The VLAN of an access port is its tag alone. */
static void vlans_read(const json_t *port, struct ovs_interface *interface)
{
	const json_t *trunks = json_object_get(port, "trunks");
	json_int_t tag = number_of(port, "tag", 0);
	size_t count = set_size(trunks);

	interface->mode = mode_of(port);
	if (interface->mode != OVS_TRUNK && tag > 0 && tag < VLAN_IDS)
		interface->tag = (__u16)tag;
	if (interface->mode != OVS_TRUNK)
		vlan_add(&interface->trunks, interface->tag);
	if (interface->mode == OVS_ACCESS)
		return;
	if (!count)
		memset(&interface->trunks, 0xff, sizeof(interface->trunks));
	for (size_t i = 0; i < count; i++)
		vlan_add(&interface->trunks, json_integer_value(set_get(trunks, i)));
}

/* 802.1D in `status`, 802.1w in `rstp_status`; without either the port has no state. */
static void state_read(const json_t *port, const json_t *row, struct ovs_interface *interface)
{
	const char *stp = map_get(port, "status", "stp_state");
	const char *rstp = map_get(port, "rstp_status", "rstp_port_state");
	const char *state = stp ? stp : rstp;
	bool forwards = !state || strcasecmp(state, "forwarding") == 0;

	interface->is_blocked = !forwards || is_text(text_of(row, "link_state"), "down");
	interface->is_starting = !forwards && (strcasecmp(state, "listening") == 0 ||
					       strcasecmp(state, "learning") == 0);
}

static void interface_read(const json_t *port, const json_t *row, struct ovs_interface *interface)
{
	json_int_t ifindex = number_of(row, "ifindex", 0);

	interface->name = text_of(row, "name") ?: "";
	interface->kind = kind_of(text_of(row, "type"));
	if (ifindex > 0 && ifindex <= INT_MAX)
		interface->ifindex = (__u32)ifindex;
	if (interface->kind == OVS_PATCH)
		interface->peer = map_get(row, "options", "peer");
	interface->guest = map_get(row, "external_ids", "vm-id") /* libvirt's */
				   ?: map_get(row, "external_ids", "vm-uuid");
	/* Not yet made, it has none. */
	interface->is_elsewhere = interface->kind == OVS_INTERNAL &&
				  number_of(row, "ifindex", -1) == 0;
	interface->is_local = strcmp(interface->name, interface->bridge->name) == 0;
	interface->is_bonded = set_size(json_object_get(port, "interfaces")) > 1;
	vlans_read(port, interface);
	state_read(port, row, interface);
}

/* ---- bridges ---- */

/* The name of OVN's own bridge; NULL: OVN does not run here (ovn-controller(8)). */
static const char *ovn_bridge(const json_t *rows)
{
	const json_t *row;
	const char *uuid;

	json_object_foreach(json_object_get(rows, "Open_vSwitch"), uuid, row)
		if (map_get(row, "external_ids", "ovn-remote"))
			return map_get(row, "external_ids", "ovn-bridge") ?: "br-int";
	return NULL;
}

static void bridge_read(const json_t *row, const char *integration, struct ovs_bridge *bridge)
{
	const char *type = text_of(row, "datapath_type");

	bridge->name = text_of(row, "name") ?: "";
	bridge->is_userspace = type && type[0] && strcmp(type, "system") != 0;
	bridge->is_controlled = set_size(json_object_get(row, "controller")) ||
				is_text(text_of(row, "fail_mode"), "secure");
	bridge->is_integration = is_text(integration, bridge->name);
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
		for (size_t i = 0; i < set_size(ports); i++) {
			port = row_of(rows, "Port", ports, i);
			count += set_size(json_object_get(port, "interfaces"));
		}
	}
	return count;
}

static void port_take(struct ovs_tables *tables, const json_t *rows, const json_t *port,
		      struct ovs_bridge *bridge)
{
	const json_t *interfaces = json_object_get(port, "interfaces"), *row;
	struct ovs_interface *interface;

	for (size_t i = 0; i < set_size(interfaces); i++) {
		row = row_of(rows, "Interface", interfaces, i);
		if (!row)
			continue;
		interface = &tables->interface[tables->interfaces++];
		interface->bridge = bridge;
		interface_read(port, row, interface);
		bridge->tunnels += interface->kind == OVS_TUNNEL;
		if (interface->is_local)
			bridge->ifindex = interface->ifindex;
	}
}

static void bridge_take(struct ovs_tables *tables, const json_t *rows, const json_t *row,
			const char *integration)
{
	const json_t *ports = json_object_get(row, "ports"), *port;
	struct ovs_bridge *bridge = &tables->bridge[tables->bridges++];

	bridge_read(row, integration, bridge);
	for (size_t i = 0; i < set_size(ports); i++) {
		port = row_of(rows, "Port", ports, i);
		if (port)
			port_take(tables, rows, port, bridge);
	}
}

static int order(const void *a, const void *b)
{
	const struct ovs_interface *x = a, *y = b;

	return x->ifindex < y->ifindex ? -1 : x->ifindex > y->ifindex;
}

int ovs_tables_read(struct ovs_tables *tables, const json_t *rows)
{
	const json_t *bridges = json_object_get(rows, "Bridge"), *row;
	const char *integration = ovn_bridge(rows), *uuid;

	*tables = (struct ovs_tables){
		.bridge = calloc(json_object_size(bridges) + 1, sizeof(*tables->bridge)),
		.interface = calloc(interfaces_count(rows) + 1, sizeof(*tables->interface)),
	};
	if (!tables->bridge || !tables->interface) {
		ovs_tables_free(tables);
		return -ENOMEM;
	}
	json_object_foreach((json_t *)bridges, uuid, row)
		bridge_take(tables, rows, row, integration);
	qsort(tables->interface, tables->interfaces, sizeof(*tables->interface), order);
	return 0;
}

static bool is_incomplete(const struct ovs_interface *interface)
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

		if (!is_incomplete(interface))
			continue;
		interface->ifindex = find(ctx, interface->name);
		completed += interface->ifindex != 0;
		if (interface->is_local)
			interface->bridge->ifindex = interface->ifindex;
	}
	if (completed)
		qsort(tables->interface, tables->interfaces, sizeof(*tables->interface), order);
}

void ovs_tables_free(struct ovs_tables *tables)
{
	free(tables->bridge);
	free(tables->interface);
	*tables = (struct ovs_tables){};
}

const struct ovs_interface *ovs_tables_find(const struct ovs_tables *tables, __u32 ifindex)
{
	const struct ovs_interface wanted = {.ifindex = ifindex};

	if (!ifindex || !tables->interfaces)
		return NULL;
	return bsearch(&wanted, tables->interface, tables->interfaces, sizeof(wanted), order);
}

const struct ovs_interface *ovs_tables_named(const struct ovs_tables *tables, const char *name)
{
	for (size_t i = 0; i < tables->interfaces; i++)
		if (strcmp(tables->interface[i].name, name) == 0)
			return &tables->interface[i];
	return NULL;
}
