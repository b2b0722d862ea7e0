// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "loader/base/log.h"
#include "loader/rtnl/netlink.h"
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

static int hear(void *ctx, const struct nlmsghdr *message)
{
	return ports_hear(ctx, message);
}

/*
 * Everything that exists, noted; settling is the caller's. Where the table never stood still, what
 * was not heard may exist all the same, so nothing is taken for gone.
 */
static int all_read(struct ports *ports)
{
	int result = 1;

	for (int i = 0; i < NETLINK_READ_TRIES && result == 1; i++) {
		ports_resync_begin(ports);
		result = links_read(&ports->netlink, hear, ports);
	}
	if (result == 0)
		ports_resync_end(ports);
	ports->resyncing = false;
	return result < 0 ? result : 0;
}

static int news_take(struct ports *ports)
{
	int error = netlink_news_read(&ports->netlink, hear, ports);

	if (error == -ENOBUFS || (error == 0 && ports->unheard_vlans))
		error = all_read(ports);
	ports_settle(ports);
	return error;
}

static int on_news(sd_event_source *source, int fd, uint32_t revents, void *ctx)
{
	int error = news_take(ctx);

	if (error == 0)
		return 0;
	log_error("links: cannot be followed any more: %s; garpd ends, start it again",
		  strerror(-error));
	return sd_event_exit(sd_event_source_get_event(source), error);
}

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
	       const struct ports_ops *ops, void *ctx, struct err *err)
{
	static const unsigned int groups[] = {RTNLGRP_LINK};
	struct ports *ports;
	int error = ports_new(&ports, config, ops, ctx);

	*out = ports;
	if (error)
		return err_set(err, error, "links: %s", strerror(-error));
	error = netlink_open(&ports->netlink, groups, 1, err);
	if (error)
		goto failed;
	error = sd_event_add_io(event, &ports->source, netlink_news_fd(&ports->netlink), EPOLLIN,
				on_news, ports);
	if (error == 0)
		error = all_read(ports);
	if (error == 0) {
		ports_settle(ports);
		return 0;
	}
	err_set(err, error, "links: cannot be read: %s", strerror(-error));
failed:
	*out = NULL;
	ports_close(ports);
	return error;
}

int ports_read(struct ports *ports, struct err *err)
{
	int error = all_read(ports);

	ports_settle(ports);
	return error ? err_set(err, error, "links: cannot be read: %s", strerror(-error)) : 0;
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
	sd_event_source_disable_unref(ports->source);
	netlink_close(&ports->netlink);
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
