// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * interfaces.c - what the rows of a port and of its interface say of the interface.
 */
#include <limits.h>
#include <netinet/ether.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "columns.h"
#include "tables.h"

#define VLAN_IDS 4096

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

/*
 * The name of the kernel's device, as lib/netdev-vport.c of Open vSwitch makes it. Left empty for
 * kinds that carry no Ethernet, or need a module of its own.
 */
static void device_read(const json_t *row, struct ovs_interface *interface)
{
	static const struct {
		const char *type, *device;
		int port; /* the default; 0: it has none */
	} kinds[] = {
		{"vxlan", "vxlan_sys", 4789}, {"geneve", "genev_sys", 6081},
		{"gre", "gre_sys", 0},	      {"ip6gre", "ip6gre_sys", 0},
		{"erspan", "erspan_sys", 0},  {"ip6erspan", "ip6erspan_sys", 0},
	};
	const char *type = column_text(row, "type");
	const char *port = column_map_get(row, "options", "dst_port");

	for (size_t i = 0; type && i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strcmp(type, kinds[i].type) != 0)
			continue;
		if (kinds[i].port)
			snprintf(interface->device, sizeof(interface->device), "%s_%d",
				 kinds[i].device, (port ? atoi(port) : 0) ?: kinds[i].port);
		else
			strcpy(interface->device, kinds[i].device);
	}
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
	const char *mode = column_text(port, "vlan_mode");

	for (size_t i = 0; mode && i < sizeof(modes) / sizeof(modes[0]); i++)
		if (strcmp(mode, modes[i]) == 0)
			return (enum ovs_mode)i;
	return column_number(port, "tag", -1) >= 0 ? OVS_ACCESS : OVS_TRUNK;
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
	json_int_t tag = column_number(port, "tag", 0);
	size_t count = column_set_size(trunks);

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
		vlan_add(&interface->trunks, json_integer_value(column_set_get(trunks, i)));
}

/* 802.1D in `status`, 802.1w in `rstp_status`; without either the port has no state. */
static void state_read(const json_t *port, struct ovs_interface *interface)
{
	const char *stp = column_map_get(port, "status", "stp_state");
	const char *rstp = column_map_get(port, "rstp_status", "rstp_port_state");
	const char *state = stp ? stp : rstp;
	bool forwards = !state || strcasecmp(state, "forwarding") == 0;

	interface->is_blocked = !forwards;
	interface->is_starting = !forwards && (strcasecmp(state, "listening") == 0 ||
					       strcasecmp(state, "learning") == 0);
}

/* A name, then what tells machines apart: of libvirt, Nova, XAPI, of a network's controller. */
static void guest_read(const json_t *row, struct ovs_interface *interface)
{
	static const char *const keys[] = {"vm-name",	 "vm-id",    "vm-uuid",
					   "xs-vm-uuid", "iface-id", "attached-mac"};
	const char *value;

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		value = column_map_get(row, "external_ids", keys[i]);
		if (!value || !value[0])
			continue;
		interface->guest_key = keys[i];
		interface->guest = value;
		return;
	}
}

const char *ovs_guest_text(const struct ovs_interface *interface, char text[GUEST_TEXT_LEN])
{
	char both[2 * GUEST_TEXT_LEN];

	text[0] = '\0';
	if (!interface->guest)
		return text;
	if (strcmp(interface->guest_key, "vm-name") == 0)
		return guest_clean(interface->guest, text);
	snprintf(both, sizeof(both), "%s %s", interface->guest_key, interface->guest);
	return guest_clean(both, text);
}

static void mac_read(const json_t *row, struct ovs_interface *interface)
{
	const char *text = column_text(row, "mac_in_use");
	struct ether_addr mac;

	if (!text || !ether_aton_r(text, &mac))
		return;
	memcpy(interface->mac, mac.ether_addr_octet, MAC_LEN);
	interface->has_mac = true;
}

/*
 * Does the bond drop on this member what comes back from the switches beyond it
 * (bond_check_admissibility())? With balance-slb on each: it came in elsewhere. Of an active-backup
 * bond, which is the default, on the backups. A partner with LACP returns nothing.
 */
static bool is_returned_dropped(const json_t *port, const struct ovs_interface *interface)
{
	const char *mode = column_text(port, "bond_mode"), *lacp = column_text(port, "lacp");
	const char *active = column_text(port, "bond_active_slave");
	struct ether_addr mac;

	if (lacp && strcmp(lacp, "off") != 0)
		return false;
	if (column_is(mode, "balance-slb"))
		return true;
	return (!mode || column_is(mode, "active-backup")) && active && interface->has_mac &&
	       ether_aton_r(active, &mac) && memcmp(&mac, interface->mac, MAC_LEN) != 0;
}

void ovs_interface_read(const json_t *port, const json_t *row, struct ovs_interface *interface)
{
	json_int_t ifindex = column_number(row, "ifindex", 0);

	interface->name = column_text(row, "name") ?: "";
	interface->kind = kind_of(column_text(row, "type"));
	if (ifindex > 0 && ifindex <= INT_MAX)
		interface->ifindex = (__u32)ifindex;
	if (interface->kind == OVS_PATCH)
		interface->peer = column_map_get(row, "options", "peer");
	guest_read(row, interface);
	mac_read(row, interface);
	/* Not yet made, it has none. */
	interface->is_elsewhere = interface->kind == OVS_INTERNAL &&
				  column_number(row, "ifindex", -1) == 0;
	interface->is_local = strcmp(interface->name, interface->bridge->name) == 0;
	interface->is_bonded = column_set_size(json_object_get(port, "interfaces")) > 1;
	interface->drops_returned = interface->is_bonded && is_returned_dropped(port, interface);
	if (interface->kind == OVS_TUNNEL)
		device_read(row, interface);
	vlans_read(port, interface);
	state_read(port, interface);
}
