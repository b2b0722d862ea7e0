// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "loader/maps/port_list.h"
#include "loader/rtnl/links.h"
#include "view.h"

/* One more element of `size` bytes at the end of `array`; NULL: out of memory. */
static void *view_grow(struct view *view, void *array, size_t count, size_t size)
{
	void *grown = realloc(array, (count + 1) * size);

	view->no_memory |= !grown;
	return grown;
}

/* ---- what ports.h reports ---- */

static bool on_added(void *ctx, __u32 ifindex, const char *name, const struct port *port,
		     const struct port_vlans *vlans, const struct vlan_way *way)
{
	struct view *view = ctx;
	struct view_port *grown = view_grow(view, view->port, view->port_count, sizeof(*grown));

	if (!grown)
		return true;
	view->port = grown;
	grown += view->port_count++;
	*grown = (struct view_port){.ifindex = ifindex, .port = *port};
	snprintf(grown->name, sizeof(grown->name), "%s", name);
	return true;
}

static void note(struct view *view, enum view_note_kind kind, const char *name, const char *other,
		 const char *text)
{
	struct view_note *grown = view_grow(view, view->note, view->notes, sizeof(*grown));

	if (!grown)
		return;
	view->note = grown;
	grown += view->notes++;
	*grown = (struct view_note){.kind = kind};
	snprintf(grown->name, sizeof(grown->name), "%s", name);
	snprintf(grown->other, sizeof(grown->other), "%s", other);
	snprintf(grown->text, sizeof(grown->text), "%s", text);
}

/* The group `configured` finds what matches nothing by itself. */
static void on_waiting(void *ctx, const char *pattern)
{
}

static void on_router_refused(void *ctx, const char *name, enum router_fault fault)
{
	note(ctx, VIEW_ROUTER_REFUSED, name, "", router_fault_text(fault));
}

static void on_bridge_joined(void *ctx, const char *name, const char *outer, const char *joint)
{
	note(ctx, VIEW_JOINED, name, outer, joint);
}

static void on_joint_refused(void *ctx, const char *name, const char *peer, enum joint_kind why)
{
	note(ctx, VIEW_JOINT_REFUSED, name, peer, joint_kind_text(why));
}

static void on_bridge_behind(void *ctx, const char *name, const char *bridge)
{
	note(ctx, VIEW_BEHIND, name, bridge, "");
}

static void on_ovs_noted(void *ctx, const char *name, enum ovs_note kind)
{
	note(ctx, VIEW_OVS, name, "", ovs_note_text(kind));
}

static void on_bridge_seen(void *ctx, const char *name)
{
}

static void on_macvtap_seen(void *ctx, const char *name, const char *lower, bool on_bridge)
{
}

static void on_settled(void *ctx)
{
}

/* ---- reading ---- */

static int view_hear(void *ctx, const struct nlmsghdr *message)
{
	struct view *view = ctx;
	struct link_details link, *grown;

	if (!link_details_parse(message, &link))
		return ports_hear(view->ports, message);
	grown = view_grow(view, view->link, view->links, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	view->link = grown;
	grown[view->links++] = link;
	return ports_hear(view->ports, message);
}

/* By bridge, guests before uplinks, then by name. */
static int compare_ports(const void *a, const void *b)
{
	const struct view_port *x = a, *y = b;

	if (x->port.segment != y->port.segment)
		return x->port.segment < y->port.segment ? -1 : 1;
	if (x->port.role != y->port.role)
		return x->port.role < y->port.role ? -1 : 1;
	return strcmp(x->name, y->name);
}

/* ---- the host's addresses and routes ---- */

static int on_guarded(void *ctx, const struct addr *addr, enum host_address why)
{
	return 0;
}

static void on_unguarded(void *ctx, const struct addr *addr)
{
}

static int host_read(struct view *view)
{
	static const struct host_ops ops = {
		.set = on_guarded, .unset = on_unguarded, .settled = on_settled};
	int err = host_new(&view->host, &ops, NULL);

	if (err)
		return err;
	err = host_dump(view->host, &view->netlink, HOST_ADDRESSES | HOST_ROUTES);
	return err < 0 ? err : host_settle(view->host);
}

/* ---- opening ---- */

int view_open(struct view *view, const struct config *config, struct err *why)
{
	static const struct ports_ops ops = {
		.added = on_added,
		.bridge_seen = on_bridge_seen,
		.bridge_joined = on_bridge_joined,
		.joint_refused = on_joint_refused,
		.ovs_known = on_settled,
		.ovs_noted = on_ovs_noted,
		.settling = on_settled,
		.settled = on_settled,
		.bridge_waiting = on_waiting,
		.bridge_behind = on_bridge_behind,
		.macvtap_seen = on_macvtap_seen,
		.router_waiting = on_waiting,
		.router_refused = on_router_refused,
	};
	struct err no_ovs;
	char text[256];
	int err = netlink_open(&view->netlink, NULL, why);

	if (err)
		return err;
	err = ports_new(&view->ports, config, &ops, view);
	if (!err)
		err = links_read(&view->netlink, view_hear, view);
	if (err < 0)
		return err_set(why, err, "links: cannot be read: %s", strerror(-err));
	if (ports_look_at_ovs(view->ports, &no_ovs)) {
		snprintf(text, sizeof(text),
			 "its database cannot be read: %.160s; what a running garpd has heard of "
			 "it holds",
			 no_ovs.text);
		note(view, VIEW_OVS_AWAY, "Open vSwitch", "", text);
	}
	ports_settle(view->ports);
	err = host_read(view);
	if (err)
		return err_set(why, err, "addresses and routes: cannot be read: %s",
			       strerror(-err));
	if (view->no_memory)
		return err_set(why, -ENOMEM, "links: out of memory");
	for (size_t i = 0; i < view->port_count; i++)
		view->port[i].why = ports_role_text(view->ports, view->port[i].ifindex);
	if (view->links)
		qsort(view->link, view->links, sizeof(*view->link), compare_ifindexes);
	if (view->port_count)
		qsort(view->port, view->port_count, sizeof(*view->port), compare_ports);
	return 0;
}

void view_close(struct view *view)
{
	ports_close(view->ports);
	host_close(view->host);
	netlink_close(&view->netlink);
	free(view->link);
	free(view->port);
	free(view->note);
	*view = (struct view){};
}

/* ---- looking up ---- */

const struct link_details *view_link(const struct view *view, __u32 ifindex)
{
	if (!view->links)
		return NULL;
	return bsearch(&ifindex, view->link, view->links, sizeof(*view->link), compare_ifindexes);
}

const struct link_details *view_link_named(const struct view *view, const char *name)
{
	for (size_t i = 0; i < view->links; i++)
		if (!strcmp(view->link[i].name, name))
			return &view->link[i];
	return NULL;
}

const struct view_port *view_port(const struct view *view, __u32 ifindex)
{
	for (size_t i = 0; i < view->port_count; i++)
		if (view->port[i].ifindex == ifindex)
			return &view->port[i];
	return NULL;
}

bool view_shows(const struct view *view, const struct view_port *port)
{
	return !view->segment || port->port.segment == view->segment;
}

bool view_shows_bridge(const struct view *view, __u32 ifindex)
{
	const struct view_port *own = view_port(view, ifindex);

	return own && view_shows(view, own);
}

bool view_shows_linux_bridge(const struct view *view, const struct view_port *port)
{
	return port->port.role == ROLE_HOST && view_shows(view, port) &&
	       !strcmp(view_link(view, port->ifindex)->kind, "bridge");
}

const char *view_name(const struct view *view, __u32 ifindex)
{
	const struct link_details *link = view_link(view, ifindex);

	return link ? link->name : "?";
}
