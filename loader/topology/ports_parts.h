/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ports_parts.h - the state shared by ports_follow.c, which hears of links, ports_joints.c, which
 * finds the bridges of each segment, ports_settle.c, which decides what the links are,
 * ports_roles.c, in which role, and segments.c, which looks them up. For these alone.
 */
#ifndef GARPD_TOPOLOGY_PORTS_PARTS_H
#define GARPD_TOPOLOGY_PORTS_PARTS_H

#include "loader/ovs/ovsdb.h"
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

	sd_event *event;	   /* NULL: nothing is followed */
	char *ovsdb_socket;	   /* of the first configuration, a copy; NULL: OVSDB_SOCKET */
	struct ovsdb *ovsdb;	   /* NULL: no link of Open vSwitch was heard of yet */
	struct ovs_tables *tables; /* of Open vSwitch; NULL: not known */
	bool ovs_is_lost;	   /* the database is away */
	bool has_ovs;		   /* a link of it was heard of */
	bool ovs_changed;	   /* the tables, or its own devices */
	bool notes_changed;	   /* what is not followed of it may be something else */
	__u32 patches;		   /* ifindexes given to patch ports so far */
	struct ovs_noted *noted;   /* reported by ovs_noted() */
	size_t noted_count;

	struct vlan_way way; /* of the port that is looked at, if it has one */

	struct config config;  /* a shallow copy: what it points to is the caller's */
	bool *waiting;	       /* for each of `bridges`: bridge_waiting() was called */
	bool *routers_waiting; /* for each of `routers`: router_waiting() was called */
	const struct ports_ops *ops;
	void *ctx;
	struct follow follow;
};

/* ---- ports_change.c ---- */

/* The link is other than `before`, or new. */
void ports_link_changed(struct ports *ports, struct link *link, const struct link_facts *before);
void ports_link_gone(struct ports *ports, struct link *link);

/* ports_settle() has to look at it. */
void ports_link_queue(struct ports *ports, struct link *link);

/* ---- ports_ovs.c ---- */

/* Makes link->facts of what the kernel told and what the database has. 0 or -ENOMEM. */
int ports_ovs_refine(struct ports *ports, struct link *link);

/* Finds what the database calls the link: link->ovs_name. */
void ports_ovs_identify(struct ports *ports, struct link *link);

/* May it be one of the database's, which has not told yet which? */
bool ports_ovs_is_unknown(const struct ports *ports, const struct link *link);

/* Is the bridge in the kernel and in this network namespace, and may it be followed? */
bool ports_ovs_has_bridge(const struct ports *ports, const struct ovs_bridge *bridge);

/* What the database has of the link; NULL: nothing. */
const struct ovs_interface *ports_ovs_interface(const struct ports *ports, const struct link *link);

/* The same; NULL also if it cannot be followed. */
const struct ovs_interface *ports_ovs_find(const struct ports *ports, const struct link *link);

/* What the interface makes of a link with these facts. */
void ports_ovs_facts(const struct ovs_interface *interface, struct link_facts *facts);

/* ---- ports_any.c ---- */

/*
 * Adds the segments to port->any, beside its own one, in which frames of the link are in a VLAN
 * that is not known. False: there are more than it takes.
 */
bool ports_find_any(const struct ports *ports, const struct link *link, struct port *port);

/* Describes a port that is in such segments alone. NULL: it is in none. Else the link. */
const struct link *ports_any_describe(const struct ports *ports, const struct link *link,
				      struct port *port);

/* ---- ports_ovsdb.c ---- */

/*
 * Connects to the database once a link of Open vSwitch was heard of, and waits for the first answer
 * up to `wait_ms`.
 */
void ports_ovsdb_settle(struct ports *ports, unsigned int wait_ms);

/* ---- ports_patches.c ---- */

/* After a change, refines all links of Open vSwitch, and makes those of patch ports. */
void ports_ovs_settle(struct ports *ports);

/* ---- ports_unknown.c ---- */

/*
 * Finds the links that depend on what the database has not told: link->is_unknown. True: one of
 * them does not any longer.
 */
bool ports_unknown_settle(struct ports *ports);

/* ---- ports_notes.c ---- */

void ports_notes_settle(struct ports *ports);
void ports_notes_free(struct ports *ports);

/* ---- ports_joints.c ---- */

/* Finds the bridges of each segment anew. True: they are others now. */
bool ports_find_joints(struct ports *ports);

/* The way of frames from a bridge to the outer bridge of its segment. */
struct way_out {
	bool forwards; /* all of it does; or, if not yet, `starting` */
	bool starting;
	const struct link *aware; /* the first VLAN-aware bridge; NULL: no bridge is */
	const struct link *entry; /* where they enter that; NULL: it is where they come from */
	__u32 rest;		  /* ifindex of the last bridge before it; 0: none */
};

struct way_out ports_way_out(const struct ports *ports, const struct link *bridge);

/* Is it a bridge that garpd follows? Takes NULL. */
bool ports_is_bridge(const struct ports *ports, const struct link *link);

/* The bridge or bond that the other end of a veth belongs to. */
const struct link *ports_switch_behind(const struct ports *ports, const struct link *link);

/* The role that the configuration gives the port, or the device below it. False: none. */
bool ports_find_named_role(const struct ports *ports, const struct link *link,
			   enum port_role *role);

bool link_forwards(const struct link *port, const struct link *bridge);
bool link_starts(const struct link *port, const struct link *bridge);

/* ---- ports_vlans.c ---- */

/* A VLAN of a bridge; on one that is not VLAN-aware the VID of frames' tag, 0: they have none. */
struct place {
	const struct link *bridge;
	__u16 vlan;
	bool is_untagged; /* a bridge on the way has taken a tag off */
};

/* Where frames end that are in that place. */
struct place ports_place_out(const struct ports *ports, struct place place);

/*
 * Fills in port->stays and `way`, if the port, whose frames are in that bridge, is one with a
 * vlan_way. False: it needs none.
 */
bool ports_vlan_way(const struct ports *ports, const struct link *bridge, struct port *port,
		    struct vlan_way *way);

/*
 * Leaves the VLANs out whose frames never reach the bridge, because a VLAN device on the port takes
 * them; as above.
 */
void ports_vlan_devices_take(const struct ports *ports, const struct link *link, struct port *port,
			     struct vlan_way *way);

/* ---- ports_roles.c ---- */

enum role_why {
	ROLE_WHY_UPLINKS, /* of the configuration */
	ROLE_WHY_GUESTS,
	ROLE_WHY_LEADS_ON,
	ROLE_WHY_GUEST_KIND,
	ROLE_WHY_OTHER_KIND,
};

/* Of a port of a bridge. */
enum port_role ports_role(const struct ports *ports, const struct link *link);

/* Calls macvtap_seen() for the first macvtap on each device; ignores other links. */
void ports_report_macvtap(struct ports *ports, const struct link *link);

/* ---- ports_settle.c ---- */

bool ports_is_router(const struct ports *ports, const struct link *link); /* takes NULL */

#endif
