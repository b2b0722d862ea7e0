// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ports_parts.h"

/* ---- hearing ---- */

static void link_gone(struct ports *ports, struct link *link)
{
	bool was_bridge = link->facts.kind == LINK_BRIDGE;

	if (link->is_port)
		ports->ops->removed(ports->ctx, link->ifindex, link->name, false);
	if (link->is_changed)
		TAILQ_REMOVE(&ports->changed, link, in_changed);
	links_drop(&ports->links, link);
	ports->bridges_changed |= was_bridge;
	ports->all_changed |= was_bridge;
	ports->routers_changed = true;
}

static void look_again(struct ports *ports, struct link *link)
{
	if (!link->is_changed)
		TAILQ_INSERT_TAIL(&ports->changed, link, in_changed);
	link->is_changed = true;
}

static void link_changed(struct ports *ports, struct link *link, const struct link_facts *before)
{
	struct link *peer = links_peer(&ports->links, link);
	bool is_bridge = link->facts.kind == LINK_BRIDGE || before->kind == LINK_BRIDGE;

	ports->bridges_changed |= is_bridge;
	ports->all_changed |= is_bridge;
	ports->routers_changed = true;
	/* br_vlan_set_default_pvid changes the ports' VLANs with no AF_BRIDGE message for them. */
	if (before->kind == LINK_BRIDGE && before->default_pvid != link->facts.default_pvid)
		ports->unheard_vlans |= !ports->resyncing;
	look_again(ports, link);
	if (peer) /* what a veth is to us depends on where its other end is */
		look_again(ports, peer);
}

int ports_hear(struct ports *ports, const struct nlmsghdr *message)
{
	struct link_facts before;
	struct link *link;
	int news = links_hear(&ports->links, message, &link, &before);

	if (news < 0)
		return news;
	switch ((enum link_news)news) {
	case LINK_NOTHING:
		break;
	case LINK_CHANGED:
		link_changed(ports, link, &before);
		break;
	case LINK_GONE:
		link_gone(ports, link);
		break;
	}
	return 0;
}

void ports_resync_begin(struct ports *ports)
{
	links_forget_heard(&ports->links);
	ports->unheard_vlans = false;
	ports->resyncing = true;
}

void ports_resync_end(struct ports *ports)
{
	struct link *link, *next;

	for (link = links_first(&ports->links); link; link = next) {
		next = links_next(&ports->links, link);
		if (!link->heard)
			link_gone(ports, link);
	}
	ports->resyncing = false;
}

/* ---- rtnetlink ---- */

static int on_link(void *ctx, const struct nlmsghdr *message)
{
	return ports_hear(ctx, message);
}

static int on_dump(void *ctx, struct netlink *netlink)
{
	ports_resync_begin(ctx);
	return links_read(netlink, on_link, ctx);
}

static void on_end(void *ctx, bool complete)
{
	struct ports *ports = ctx;

	if (complete)
		ports_resync_end(ports);
	ports->resyncing = false;
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
	.hear = on_link,
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
	ports->bridges = config->bridges;
	ports->uplinks = config->uplinks;
	ports->guests = config->guests;
	ports->routers = config->routers;
	ports->relay = config->relay;
	ports->guards = config->guards;
	ports->all_changed = true;
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

int ports_configure(struct ports *ports, const struct config *config, struct err *err)
{
	int error = config_take(ports, config);

	if (error)
		return err_set(err, error, "links: %s", strerror(-error));
	ports_settle(ports);
	return 0;
}

void ports_close(struct ports *ports)
{
	if (!ports)
		return;
	follow_close(&ports->follow);
	links_clear(&ports->links);
	free(ports->waiting);
	free(ports);
}

/* ---- questions ---- */

const char *ports_name(const struct ports *ports, __u32 ifindex)
{
	return links_name(&ports->links, ifindex);
}

const char *ports_name_text(const struct ports *ports, __u32 ifindex)
{
	const char *name = ports_name(ports, ifindex);

	return name ? name : "a deleted interface";
}

bool ports_is_port(const struct ports *ports, __u32 ifindex)
{
	const struct link *link = links_find(&ports->links, ifindex);

	return link && link->is_port;
}

/* ---- the host's own interfaces ---- */

/* In which VLAN of its segment the link itself is the host's L3 interface. */
static __u16 own_vlan(const struct link *link)
{
	/* A bridge that is a router port is heard from above, where its PVID has no tag. */
	if (link->is_port && link->told.role == ROLE_ROUTER)
		return 0;
	return link->facts.vlan_proto ? link->facts.pvid : 0;
}

/* Is it a segment, on which VLAN devices are the host's L3 interfaces? */
static bool is_segment(const struct ports *ports, const struct link *link)
{
	return ports_is_bridge(ports, link) || (link && ports_is_router(ports, link));
}

size_t ports_interface_segments(const struct ports *ports, __u32 ifindex,
				struct ports_segment segments[2])
{
	const struct link *link = links_find(&ports->links, ifindex);
	size_t count = 0;

	if (!link)
		return 0;
	if (is_segment(ports, link))
		segments[count++] = (struct ports_segment){
			ifindex, ports_is_bridge(ports, link) ? own_vlan(link) : 0};
	if (link->facts.kind == LINK_VLAN &&
	    is_segment(ports, links_find(&ports->links, link->facts.lower)))
		segments[count++] = (struct ports_segment){link->facts.lower, link->facts.vlan};
	return count;
}

size_t ports_segment_interfaces(const struct ports *ports, __u32 segment, __u16 vlan,
				__u32 *ifindexes, size_t max)
{
	const struct link *bridge = links_find(&ports->links, segment);
	size_t count = 0;

	if (!bridge)
		return 0;
	if (max > 0 && vlan == own_vlan(bridge))
		ifindexes[count++] = segment;
	if (vlan == 0)
		return count;
	return count +
	       links_vlan_devices(&ports->links, segment, vlan, ifindexes + count, max - count);
}

bool ports_bridge_of_interface(const struct ports *ports, __u32 ifindex, __u32 *bridge, __u16 *vlan)
{
	struct ports_segment segments[2];
	size_t count = ports_interface_segments(ports, ifindex, segments);

	for (size_t i = 0; i < count; i++) {
		if (!ports_is_bridge(ports, links_find(&ports->links, segments[i].ifindex)))
			continue;
		*bridge = segments[i].ifindex;
		*vlan = segments[i].vlan;
		return true;
	}
	return false;
}

/* ---- EVPN ---- */

/* A port of one of our bridges, and not a router port. */
static bool is_bridge_port(const struct link *link)
{
	return link && link->is_port && link->told.role != ROLE_ROUTER;
}

bool ports_have_vxlan(const struct ports *ports)
{
	const struct link *link;

	for (link = links_first(&ports->links); link; link = links_next(&ports->links, link))
		if (is_bridge_port(link) && link->facts.kind == LINK_VXLAN)
			return true;
	return false;
}

bool ports_suppress(const struct ports *ports, __u32 bridge)
{
	const struct link *link;

	for (link = links_first(&ports->links); link; link = links_next(&ports->links, link))
		if (is_bridge_port(link) && link->told.segment == bridge &&
		    link->facts.neigh_suppress)
			return true;
	return false;
}

bool ports_is_aware(const struct ports *ports, __u32 bridge)
{
	const struct link *link = links_find(&ports->links, bridge);

	return link && link->facts.vlan_proto;
}

bool ports_is_guest(const struct ports *ports, __u32 ifindex)
{
	const struct link *link = links_find(&ports->links, ifindex);

	return is_bridge_port(link) && link->told.role == ROLE_GUEST;
}

/* Does the bridge take the VLAN's frames on that port? */
static bool carries_vlan(const struct link *link, __u16 vlan)
{
	if (!link->told.vlan_proto)
		return true;
	return link->vlans && link->vlans->member[vlan / 64] >> (vlan % 64) & 1;
}

__u32 ports_vxlan(const struct ports *ports, __u32 bridge, __u16 vlan)
{
	const struct link *link;

	for (link = links_first(&ports->links); link; link = links_next(&ports->links, link))
		if (is_bridge_port(link) && link->told.segment == bridge &&
		    link->facts.kind == LINK_VXLAN && carries_vlan(link, vlan))
			return link->ifindex;
	return 0;
}
