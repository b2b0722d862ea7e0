// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "joints.h"
#include "ports_parts.h"

/* ---- hearing ---- */

/* Can the link join bridges, or decide which of them is the outer one? A tap cannot. */
static bool can_join(const struct ports *ports, const struct link_facts *facts)
{
	return facts->kind == LINK_BRIDGE ||
	       (facts->enslaved &&
		(facts->kind != LINK_GUEST || facts->lower || ports->config.uplinks.count));
}

static void link_queue(struct ports *ports, struct link *link)
{
	if (!link->is_changed)
		TAILQ_INSERT_TAIL(&ports->changed, link, in_changed);
	link->is_changed = true;
}

/* A port's VLAN device takes frames from the port's bridge. */
static void lower_queue(struct ports *ports, const struct link *link)
{
	struct link *lower = link->facts.kind == LINK_VLAN && link->facts.lower
				     ? links_find(&ports->links, link->facts.lower)
				     : NULL;

	if (lower)
		link_queue(ports, lower);
}

static void link_gone(struct ports *ports, struct link *link)
{
	bool was_bridge = link->facts.kind == LINK_BRIDGE;

	ports->joints_changed |= can_join(ports, &link->facts);

	if (link->is_port)
		ports->ops->removed(ports->ctx, link->ifindex, link->name, false);
	lower_queue(ports, link);
	if (link->is_changed)
		TAILQ_REMOVE(&ports->changed, link, in_changed);
	links_drop(&ports->links, link);
	ports->bridges_changed |= was_bridge;
	ports->all_changed |= was_bridge;
	ports->routers_changed = true;
}

/* What the role of a VLAN device depends on has changed: on a device with several tags, of each. */
static void vlan_devices_queue(struct ports *ports, const struct link *base)
{
	struct link *device;

	LIST_FOREACH(device, &ports->links.vlans, in_vlans)
		if (device != base && links_base(&ports->links, device) == base)
			link_queue(ports, device);
}

static void link_changed(struct ports *ports, struct link *link, const struct link_facts *before)
{
	struct link *peer = links_peer(&ports->links, link);
	bool is_bridge = link->facts.kind == LINK_BRIDGE || before->kind == LINK_BRIDGE;

	ports->joints_changed |= can_join(ports, before) || can_join(ports, &link->facts);
	ports->bridges_changed |= is_bridge;
	ports->all_changed |= is_bridge || link->joint == JOINT_JOINS; /* or the ports behind it */
	ports->routers_changed = true;
	/* br_vlan_set_default_pvid changes the VLANs of ports without a message about them. */
	if (before->kind == LINK_BRIDGE && before->default_pvid != link->facts.default_pvid)
		ports->unheard_vlans = true;
	link_queue(ports, link);
	lower_queue(ports, link);
	vlan_devices_queue(ports, link);
	if (!peer)
		return;
	link_queue(ports, peer); /* the role of a veth depends on where its other end is */
	vlan_devices_queue(ports, peer);
}

int ports_hear(void *ctx, const struct nlmsghdr *message)
{
	struct ports *ports = ctx;
	struct link_facts before;
	struct link *link;
	int change = links_hear(&ports->links, message, &link, &before);

	if (change < 0)
		return change;
	if (change == LINK_CHANGED)
		link_changed(ports, link, &before);
	if (change == LINK_GONE)
		link_gone(ports, link);
	return 0;
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
		if (!link->heard)
			link_gone(ports, link);
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
	if (config_take(ports, config)) {
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
	while (!TAILQ_EMPTY(&ports->links.all))
		links_drop(&ports->links, TAILQ_FIRST(&ports->links.all));
	free(ports->waiting);
	free(ports);
}
