// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ports_parts.h"

/* ---- hearing ---- */

/* The kernel's message changes what the kernel told; what is known beyond that is added again. */
int ports_hear(void *ctx, const struct nlmsghdr *message)
{
	struct ports *ports = ctx;
	struct link *link = links_meant(&ports->links, message);
	struct link_facts before = {}, told;
	int change, err;

	if (link) {
		before = link->facts;
		link->facts = link->told;
	}
	change = links_hear(&ports->links, message, &link, &told);
	if (!link)
		return change < 0 ? change : 0;
	if (change == LINK_GONE) {
		link->facts = before;
		ports_link_gone(ports, link);
		return 0;
	}
	ports->has_ovs |= link->facts.ovs != LINK_OVS_NOT;
	ports->ovs_changed |= link->facts.ovs == LINK_OVS_DEVICE && !told.ovs;
	link->told = link->facts;
	err = ports_ovs_refine(ports, link);
	if (change == LINK_CHANGED || memcmp(&before, &link->facts, sizeof(before)) != 0)
		ports_link_changed(ports, link, &before);
	return change < 0 ? change : err;
}

void ports_resync_begin(struct ports *ports)
{
	struct link *link;

	links_for_each(link, &ports->links)
		link->heard = false;
}

void ports_resync_end(struct ports *ports)
{
	struct link *link, *next;

	for (link = TAILQ_FIRST(&ports->links.all); link; link = next) {
		next = TAILQ_NEXT(link, in_all);
		if (!link->heard && link->facts.ovs != LINK_OVS_PATCH)
			ports_link_gone(ports, link);
	}
}

/* ---- rtnetlink ---- */

static int on_dump(void *ctx, struct netlink *netlink)
{
	ports_resync_begin(ctx);
	return links_read(netlink, ports_hear, ctx);
}

static void on_end(void *ctx, bool complete)
{
	struct ports *ports = ctx;

	if (complete)
		ports_resync_end(ports);
	ports->unheard_vlans = false;
}

static int on_settle(void *ctx, int err)
{
	struct ports *ports = ctx;

	if (!err && ports->unheard_vlans)
		err = follow_read(&ports->follow);
	ports_ovsdb_settle(ports, 0);
	ports_settle(ports);
	return err;
}

static const struct follow_ops links_ops = {
	.table = "links",
	.groups = (const unsigned int[]){RTNLGRP_LINK, RTNLGRP_NONE},
	.dump = on_dump,
	.end = on_end,
	.hear = ports_hear,
	.settle = on_settle,
};

/* ---- life ---- */

static int config_take(struct ports *ports, const struct config *config)
{
	size_t patterns = config->bridges.count + config->routers.count;
	bool *waiting = calloc(patterns + 1, sizeof(*waiting));

	if (!waiting)
		return -ENOMEM;
	free(ports->waiting);
	ports->waiting = waiting;
	ports->routers_waiting = waiting + config->bridges.count;
	ports->config = *config;
	ports->ovs_changed = true;
	ports->all_changed = true;
	ports->joints_changed = true;
	ports->bridges_changed = true;
	ports->routers_changed = true;
	return 0;
}

int ports_new(struct ports **out, const struct config *config, const struct ports_ops *ops,
	      void *ctx)
{
	struct ports *ports = calloc(1, sizeof(*ports));

	*out = NULL;
	if (!ports)
		return -ENOMEM;
	ports->ops = ops;
	ports->ctx = ctx;
	TAILQ_INIT(&ports->links.all);
	TAILQ_INIT(&ports->changed);
	if (config->ovsdb)
		ports->ovsdb_socket = strdup(config->ovsdb);
	if ((config->ovsdb && !ports->ovsdb_socket) || config_take(ports, config)) {
		ports_close(ports);
		return -ENOMEM;
	}
	*out = ports;
	return 0;
}

int ports_open(struct ports **out, sd_event *event, const struct config *config,
	       const struct ports_ops *ops, void *ctx, struct err *why)
{
	int err = ports_new(out, config, ops, ctx);

	if (err)
		return err_set(why, err, "links: %s", strerror(-err));
	err = follow_open(&(*out)->follow, event, &links_ops, *out, why);
	if (!err) {
		(*out)->event = event;
		ports_ovsdb_settle(*out, OVSDB_PATIENCE_MS);
		ports_settle(*out);
		return 0;
	}
	ports_close(*out);
	*out = NULL;
	return err;
}

int ports_read(struct ports *ports, struct err *why)
{
	int err = follow_read(&ports->follow);

	ports_settle(ports);
	return err ? err_set(why, err, "links: cannot be read: %s", strerror(-err)) : 0;
}

int ports_configure(struct ports *ports, const struct config *config, struct err *why)
{
	int err = config_take(ports, config);

	if (err)
		return err_set(why, err, "links: %s", strerror(-err));
	ports_settle(ports);
	return 0;
}

void ports_close(struct ports *ports)
{
	if (!ports)
		return;
	follow_close(&ports->follow);
	ovsdb_close(ports->ovsdb);
	while (!TAILQ_EMPTY(&ports->links.all))
		links_drop(&ports->links, TAILQ_FIRST(&ports->links.all));
	ports_notes_free(ports);
	free(ports->waiting);
	free(ports->ovsdb_socket);
	free(ports);
}
