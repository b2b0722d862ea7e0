/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ports_parts.h - the state shared by ports_follow.c, which hears of links, ports_settle.c, which
 * decides what they are, and segments.c, which looks them up. For these three alone.
 */
#ifndef GARPD_TOPOLOGY_PORTS_PARTS_H
#define GARPD_TOPOLOGY_PORTS_PARTS_H

#include "loader/rtnl/follow.h"
#include "loader/rtnl/links.h"
#include "ports.h"

TAILQ_HEAD(link_queue, link);

struct ports {
	struct links links;
	struct link_queue changed; /* links that ports_settle() has to look at, oldest first */
	bool all_changed;	   /* a bridge or the configuration changed: look at every link */
	bool bridges_changed;	   /* the patterns of bridges may match differently */
	bool routers_changed;	   /* and those of routers */
	bool unheard_vlans;	   /* VLANs changed without a message about them: resync */

	struct config config;  /* a shallow copy: what it points to is the caller's */
	bool *waiting;	       /* for each of `bridges`: bridge_waiting() was called */
	bool *routers_waiting; /* for each of `routers`: router_waiting() was called */
	const struct ports_ops *ops;
	void *ctx;
	struct follow follow;
};

/* ---- ports_settle.c ---- */

bool ports_is_bridge(const struct ports *ports, const struct link *link); /* takes NULL */
bool ports_is_router(const struct ports *ports, const struct link *link); /* takes NULL */

#endif
