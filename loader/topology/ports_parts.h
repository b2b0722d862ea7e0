/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ports_parts.h - the state shared by ports_follow.c, which hears of links, ports_joints.c, which
 * finds the bridges of each segment, ports_settle.c, which decides what the links are, and
 * segments.c, which looks them up. For these alone.
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
	bool joints_changed;	   /* bridges may be joined differently */
	bool unheard_vlans;	   /* VLANs changed without a message about them: resync */

	struct config config;  /* a shallow copy: what it points to is the caller's */
	bool *waiting;	       /* for each of `bridges`: bridge_waiting() was called */
	bool *routers_waiting; /* for each of `routers`: router_waiting() was called */
	const struct ports_ops *ops;
	void *ctx;
	struct follow follow;
};

/* ---- ports_joints.c ---- */

/* Finds the bridges of each segment anew. True: they are others now. */
bool ports_find_joints(struct ports *ports);

/* The way of frames from a bridge to the outer bridge of its segment. */
struct way_out {
	bool forwards; /* all of it does; or, if not yet, `starting` */
	bool starting;
	const struct link *entry; /* where they enter the VLAN-aware one, if that is an outer one */
	const struct link *aware; /* that bridge */
	__u32 rest;		  /* ifindex of the last bridge before it */
};

struct way_out ports_way_out(const struct ports *ports, const struct link *bridge);

/* Is it a bridge that garpd follows? Takes NULL. */
bool ports_is_bridge(const struct ports *ports, const struct link *link);

/* The bridge or bond that the other end of a veth belongs to. */
const struct link *ports_switch_behind(const struct ports *ports, const struct link *link);

bool link_forwards(const struct link *port, const struct link *bridge);
bool link_starts(const struct link *port, const struct link *bridge);
bool vlans_have(const struct link *link, __u16 vlan);

/* ---- ports_settle.c ---- */

bool ports_is_router(const struct ports *ports, const struct link *link); /* takes NULL */

#endif
