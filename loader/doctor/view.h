/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * view.h - the links of the host, and what garpd makes of them: read once, for all groups.
 */
#ifndef GARPD_DOCTOR_VIEW_H
#define GARPD_DOCTOR_VIEW_H

#include "loader/base/text.h"
#include "loader/rtnl/link_details.h"
#include "loader/topology/host.h"
#include "loader/topology/ports.h"

/* A port as garpd run would attach to it now. */
struct view_port {
	__u32 ifindex;
	char name[IFNAMSIZ];
	struct port port;
	const char *why; /* its role, in words */
};

/* What ports.h reports beside ports. */
enum view_note_kind {
	VIEW_ROUTER_REFUSED, /* `text`: why, and the remedy */
	VIEW_JOINED,	     /* `name` is a part of `other`, joined by `text` */
	VIEW_JOINT_REFUSED,  /* `name` and `other` are its ends; `text`: why, and the remedy */
	VIEW_OVS,	     /* `name` of Open vSwitch is not followed; `text`: why */
	VIEW_OVS_AWAY,	     /* its database cannot be read; `text`: why */
	VIEW_BEHIND,	     /* guests of `name` are behind the bridge `other` */
};

struct view_note {
	enum view_note_kind kind;
	char name[256];
	char other[IFNAMSIZ];
	char text[256];
};

struct view {
	struct netlink netlink; /* for more questions */
	struct ports *ports;
	struct host *host; /* its addresses and routes */
	struct link_details *link;
	size_t links;
	struct view_port *port;
	size_t port_count;
	struct view_note *note;
	size_t notes;
	__u32 segment; /* the only one that is looked at; 0: all */
	bool no_memory;
};

/* `config` has to live as long. 0, or -errno with `why`; view_close takes what is left. */
int view_open(struct view *view, const struct config *config, struct err *why);
void view_close(struct view *view);

/* NULL: no such link or port. */
const struct link_details *view_link(const struct view *view, __u32 ifindex);
const struct link_details *view_link_named(const struct view *view, const char *name);
const struct view_port *view_port(const struct view *view, __u32 ifindex);

/* Is the port in a segment that is looked at? */
bool view_shows(const struct view *view, const struct view_port *port);

/* Has the bridge, or router port, a segment that is looked at? */
bool view_shows_bridge(const struct view *view, __u32 ifindex);

/* A Linux bridge's own device, in a segment that is looked at; not one of Open vSwitch. */
bool view_shows_linux_bridge(const struct view *view, const struct view_port *port);

/* Its name; "?": no such link. */
const char *view_name(const struct view *view, __u32 ifindex);

#endif
