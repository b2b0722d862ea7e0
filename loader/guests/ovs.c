// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ovs.c - the guests of Open vSwitch, as libvirt, Nova, XAPI and others name them in its database.
 */
#include "loader/config/config.h"
#include "loader/ovs/ovsdb.h"
#include "parts.h"

static void hear_names(const char *socket, ovs_hear_name *hear, void *ctx)
{
	const struct ovs_tables *tables;
	char name[GUEST_TEXT_LEN];
	struct ovsdb *ovsdb;
	struct err ignored;

	if (ovsdb_look(&ovsdb, socket, &ignored))
		return;
	tables = ovsdb_tables(ovsdb);
	for (size_t i = 0; tables && i < tables->interfaces; i++) {
		const struct ovs_interface *interface = &tables->interface[i];

		if (interface->ifindex && interface->has_mac && interface->guest)
			hear(ctx, interface->ifindex, interface->mac,
			     ovs_guest_text(interface, name));
	}
	ovsdb_close(ovsdb);
}

void ovs_hear_names(const char *file, ovs_hear_name *hear, void *ctx)
{
	struct config config = {};
	struct err ignored;

	if (!file[0] || !config_load(&config, file, &ignored))
		hear_names(config.ovsdb ? config.ovsdb : OVSDB_SOCKET, hear, ctx);
	config_free(&config);
}
