// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <linux/rtnetlink.h>

#include "parts.h"
#include "loader/base/log.h"

static void evpn_unfollow(struct evpn *evpn)
{
	evpn_fabric_forget(evpn);
	follow_close(&evpn->follow);
	evpn->is_following = false;
}

static int on_dump(void *ctx, struct netlink *netlink)
{
	evpn_fabric_read_begin(ctx);
	return neigh_dump(netlink, evpn_fabric_hear, ctx);
}

static void on_end(void *ctx, bool complete)
{
	if (complete)
		evpn_fabric_read_end(ctx);
}

static int on_settle(void *ctx, int err)
{
	evpn_fabric_announce(ctx);
	return err;
}

static void on_failed(void *ctx, int err)
{
	log_error("neighbours: lost the rtnetlink subscription, EVPN is not followed: %s; "
		  "retried when a link changes",
		  strerror(-err));
	evpn_unfollow(ctx);
}

static const struct follow_ops neigh_ops = {
	.table = "neighbours",
	.groups = (const unsigned int[]){RTNLGRP_NEIGH, RTNLGRP_NONE},
	.dump = on_dump,
	.end = on_end,
	.hear = evpn_fabric_hear,
	.settle = on_settle,
	.failed = on_failed,
};

static int evpn_follow(struct evpn *evpn, struct err *why)
{
	int err;

	evpn->is_following = true;
	evpn->is_starting = true;
	err = follow_open(&evpn->follow, evpn->event, &neigh_ops, evpn, why);
	evpn->is_starting = false;
	if (err)
		evpn_unfollow(evpn);
	else
		evpn_fabric_announce(evpn);
	return err;
}

/*
 * A host's neighbour table changes all the time, and each change would wake the daemon: follow it
 * only where there can be a fabric.
 */
static int evpn_take(struct evpn *evpn, enum evpn_mode mode, struct err *why)
{
	bool wanted = mode != EVPN_NO && ports_has_vxlan(evpn->ports);

	evpn->mode = mode;
	evpn_fabric_settle(evpn);
	if (wanted && !evpn->is_following)
		return evpn_follow(evpn, why);
	if (!wanted && evpn->is_following)
		evpn_unfollow(evpn);
	return 0;
}

void evpn_settle(struct evpn *evpn, enum evpn_mode mode)
{
	struct err why;

	if (evpn && evpn_take(evpn, mode, &why))
		log_error("%s", why.text);
}

int evpn_open(struct evpn **out, sd_event *event, const struct pins *pins,
	      const struct ports *ports, enum evpn_mode mode, struct err *why)
{
	struct evpn *evpn = calloc(1, sizeof(*evpn));
	int err;

	*out = evpn;
	if (!evpn)
		return err_set(why, -ENOMEM, "neighbours: out of memory");
	*evpn = (struct evpn){.event = event, .pins = pins, .ports = ports};
	TAILQ_INIT(&evpn->queue);
	err = netlink_open(&evpn->netlink, NULL, why);
	return err ? err : evpn_take(evpn, mode, why);
}

void evpn_close(struct evpn *evpn)
{
	if (!evpn)
		return;
	evpn_unfollow(evpn);
	netlink_close(&evpn->netlink);
	free(evpn);
}
