// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ports_ovsdb.c - the connection to the database of Open vSwitch, where that is used.
 */
#include <errno.h>

#include "ports_parts.h"

/* Another one takes effect at the next start (daemon.c). */
static const char *socket_of(const struct ports *ports)
{
	return ports->ovsdb_socket ? ports->ovsdb_socket : OVSDB_SOCKET;
}

static void on_changed(void *ctx)
{
	struct ports *ports = ctx;
	bool was_lost = ports->ovs_is_lost;

	ports_hear_ovs(ports, ovsdb_tables(ports->ovsdb));
	ports_settle(ports);
	ports->ovs_is_lost = !ovsdb_is_connected(ports->ovsdb);
	if (was_lost && !ports->ovs_is_lost)
		ports->ops->ovs_connected(ports->ctx);
}

static void on_lost(void *ctx, const struct err *why)
{
	struct ports *ports = ctx;

	ports->ovs_is_lost = true;
	ports->ops->ovs_lost(ports->ctx, why);
}

void ports_ovsdb_settle(struct ports *ports, unsigned int wait_ms)
{
	static const struct ovsdb_ops ops = {.changed = on_changed, .lost = on_lost};
	struct err why;

	if (ports->ovsdb || !ports->has_ovs || !ports->event)
		return;
	/* Until it has answered, it counts as away. */
	ports->ovs_is_lost = true;
	if (ovsdb_open(&ports->ovsdb, ports->event, socket_of(ports), wait_ms, &ops, ports, &why)) {
		ports->has_ovs = false; /* tried again with the next link */
		ports->ops->ovs_lost(ports->ctx, &why);
		return;
	}
	if (ovsdb_is_connected(ports->ovsdb)) {
		ports->ovs_is_lost = false;
		ports_hear_ovs(ports, ovsdb_tables(ports->ovsdb));
	} else if (wait_ms || ovsdb_why(ports->ovsdb)->text[0]) {
		ports->ops->ovs_lost(ports->ctx, ovsdb_why(ports->ovsdb));
	}
}

int ports_look_at_ovs(struct ports *ports, struct err *why)
{
	int err;

	if (!ports->has_ovs)
		return 0;
	err = ovsdb_look(&ports->ovsdb, socket_of(ports), why);
	if (err)
		return err;
	if (!ovsdb_is_connected(ports->ovsdb))
		return err_set(why, -ENOTCONN, "%s: %s", socket_of(ports),
			       ovsdb_why(ports->ovsdb)->text);
	ports_hear_ovs(ports, ovsdb_tables(ports->ovsdb));
	return 0;
}
