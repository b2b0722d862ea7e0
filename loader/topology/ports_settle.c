// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ports_settle.c - which links are ports, and as what; what is different is reported.
 */
#include <fnmatch.h>
#include <string.h>
#include <linux/if_bridge.h>

#include "ports_parts.h"

/* ---- what a link is ---- */

bool ports_is_bridge(const struct ports *ports, const struct link *link)
{
	return link && link->facts.kind == LINK_BRIDGE &&
	       names_match(&ports->config.bridges, link->name);
}

/* The bridge or bond that the other end of a veth belongs to. */
static const struct link *switch_behind(const struct ports *ports, const struct link *link)
{
	const struct link *peer = links_peer(&ports->links, link);

	return peer && peer->facts.enslaved ? links_find(&ports->links, peer->facts.master) : NULL;
}

/*
 * Does the veth lead to no guest? Behind a bridge of the configuration, guests are heard at their
 * own ports; another kind of switch (Open vSwitch) leads out of the host. Guests behind any other
 * bridge are heard only here.
 */
static bool is_leading_on(const struct ports *ports, const struct link *link)
{
	const struct link *behind = switch_behind(ports, link);

	return behind && (behind->facts.kind != LINK_BRIDGE || ports_is_bridge(ports, behind));
}

static enum port_role role_of(const struct ports *ports, const struct link *link)
{
	if (names_match(&ports->config.uplinks, link->name))
		return ROLE_UPLINK;
	if (names_match(&ports->config.guests, link->name))
		return ROLE_GUEST;
	if (is_leading_on(ports, link))
		return ROLE_UPLINK;
	return link->facts.kind == LINK_GUEST ? ROLE_GUEST : ROLE_UPLINK;
}

const char *router_fault_text(enum router_fault fault)
{
	static const char *const texts[] = {
		[ROUTER_FITS] = "",
		[ROUTER_NOT_ETHERNET] = "not Ethernet; remove it from \"routers\"",
		[ROUTER_OUR_BRIDGE] = "in \"bridges\" already; remove it from \"routers\"",
		[ROUTER_ENSLAVED] = "member of a bridge or bond; name that one instead",
	};

	return texts[fault];
}

static enum router_fault router_fault(const struct ports *ports, const struct link *link)
{
	const struct link *lower = link;

	if (link->facts.kind == LINK_VLAN)
		lower = links_find(&ports->links, link->facts.lower);
	if (!link->facts.ethernet)
		return ROUTER_NOT_ETHERNET;
	if (ports_is_bridge(ports, lower))
		return ROUTER_OUR_BRIDGE;
	return link->facts.enslaved ? ROUTER_ENSLAVED : ROUTER_FITS;
}

bool ports_is_router(const struct ports *ports, const struct link *link)
{
	return link && names_match(&ports->config.routers, link->name) &&
	       router_fault(ports, link) == ROUTER_FITS;
}

static void bridge_port_describe(const struct ports *ports, const struct link *link,
				 const struct link *bridge, struct port *port)
{
	port->segment = bridge->ifindex;
	port->role = role_of(ports, link);
	port->forwarding = bridge->facts.up && link->facts.port_state == BR_STATE_FORWARDING;
	port->starting = bridge->facts.up && (link->facts.port_state == BR_STATE_LISTENING ||
					      link->facts.port_state == BR_STATE_LEARNING);
	port->vlan_proto = bridge->facts.vlan_proto;
	port->pvid = port->vlan_proto ? link->facts.pvid : 0;
	guards_describe(&ports->config.guards, bridge->name, link->name, port);
}

static void router_port_describe(const struct ports *ports, const struct link *link,
				 struct port *port)
{
	port->segment = link->ifindex;
	port->role = ROLE_ROUTER;
	port->forwarding = link->facts.up;
	port->relay = ports->config.relay;
	memcpy(port->mac, link->facts.mac, MAC_LEN);
	guards_describe(&ports->config.guards, link->name, link->name, port);
}

/* The bridge's own device: its VLANs are those of its own entry. No rule of `ports` is for it. */
static void host_port_describe(const struct ports *ports, const struct link *link,
			       struct port *port)
{
	port->segment = link->ifindex;
	port->role = ROLE_HOST;
	port->forwarding = link->facts.up;
	port->vlan_proto = link->facts.vlan_proto;
	port->pvid = port->vlan_proto ? link->facts.pvid : 0;
	guards_describe_segment(&ports->config.guards, link->name, port);
}

static bool port_describe(const struct ports *ports, const struct link *link, struct port *port)
{
	const struct link *bridge = links_find(&ports->links, link->facts.master);

	*port = (struct port){};
	if (ports_is_bridge(ports, link))
		host_port_describe(ports, link, port);
	else if (ports_is_bridge(ports, bridge))
		bridge_port_describe(ports, link, bridge, port);
	else if (ports_is_router(ports, link))
		router_port_describe(ports, link, port);
	return port->segment;
}

/* ---- reports ---- */

static const struct port_vlans *vlans_of(const struct link *link, const struct port *port)
{
	static const struct port_vlans none;

	if (!port->vlan_proto)
		return NULL;
	return link->vlans ? link->vlans : &none;
}

static void port_report(struct ports *ports, struct link *link, const struct port *port)
{
	const struct ports_ops *ops = ports->ops;
	const struct port_vlans *vlans = vlans_of(link, port);
	bool same = link->is_port && memcmp(&link->reported, port, sizeof(*port)) == 0 &&
		    !(vlans && link->vlans_changed) && !(link->is_missing && ports->all_changed);
	bool is_added = link->is_port && !link->is_missing;

	if (link->is_port && strcmp(link->reported_name, link->name) != 0)
		ops->renamed(ports->ctx, link->ifindex, link->reported_name, link->name);
	strcpy(link->reported_name, link->name);
	link->reported = *port;
	link->is_port = true;
	link->vlans_changed = false;
	if (same)
		return;
	link->is_missing = !(is_added ? ops->changed : ops->added)(ports->ctx, link->ifindex,
								   link->name, port, vlans);
}

static void router_report(struct ports *ports, struct link *link)
{
	enum router_fault fault = ROUTER_FITS;

	if (names_match(&ports->config.routers, link->name))
		fault = router_fault(ports, link);
	if (fault != ROUTER_FITS && fault != link->reported_fault)
		ports->ops->router_refused(ports->ctx, link->name, fault);
	link->reported_fault = fault;
}

/* The filters of the bridge behind do not see what is announced on this one. */
static void behind_report(struct ports *ports, struct link *link, const struct port *port)
{
	const struct link *behind = switch_behind(ports, link);
	bool hidden = behind && port->role == ROLE_GUEST && behind->facts.kind == LINK_BRIDGE &&
		      !ports_is_bridge(ports, behind);

	if (hidden && !link->reported_behind)
		ports->ops->bridge_behind(ports->ctx, link->name, behind->name);
	link->reported_behind = hidden;
}

static void removed_report(struct ports *ports, struct link *link)
{
	if (link->is_port)
		ports->ops->removed(ports->ctx, link->ifindex, link->name, true);
	link->is_port = false;
}

static void port_settle(struct ports *ports, struct link *link)
{
	struct port port;

	router_report(ports, link);
	if (!port_describe(ports, link, &port)) {
		removed_report(ports, link);
		return;
	}
	/* A bridge that was a router port has other programs from now on, or the reverse. */
	if ((link->reported.role == ROLE_HOST) != (port.role == ROLE_HOST))
		removed_report(ports, link);
	port_report(ports, link, &port);
	behind_report(ports, link, &port);
}

static void bridge_settle(struct ports *ports, struct link *link)
{
	bool is_bridge = ports_is_bridge(ports, link);

	if (is_bridge && !link->is_seen_bridge)
		ports->ops->bridge_seen(ports->ctx, link->name);
	link->is_seen_bridge = is_bridge;
}

static bool has_bridge(const struct ports *ports, const char *pattern)
{
	const struct link *link;

	links_for_each(link, &ports->links)
		if (link->facts.kind == LINK_BRIDGE && fnmatch(pattern, link->name, 0) == 0)
			return true;
	return false;
}

static bool has_router(const struct ports *ports, const char *pattern)
{
	const struct link *link;

	links_for_each(link, &ports->links)
		if (fnmatch(pattern, link->name, 0) == 0 &&
		    router_fault(ports, link) == ROUTER_FITS)
			return true;
	return false;
}

/* Reports each pattern that nothing fits, once until something has fitted. */
static void patterns_settle(struct ports *ports, const struct names *patterns, bool *waiting,
			    bool (*has)(const struct ports *ports, const char *pattern),
			    void (*report)(void *ctx, const char *pattern))
{
	for (size_t i = 0; i < patterns->count; i++) {
		bool is_waiting = !has(ports, patterns->name[i]);

		if (is_waiting && !waiting[i])
			report(ports->ctx, patterns->name[i]);
		waiting[i] = is_waiting;
	}
}

static void bridges_settle(struct ports *ports)
{
	struct link *link;

	links_for_each(link, &ports->links)
		bridge_settle(ports, link);
	patterns_settle(ports, &ports->config.bridges, ports->waiting, has_bridge,
			ports->ops->bridge_waiting);
	ports->bridges_changed = false;
}

static void routers_settle(struct ports *ports)
{
	patterns_settle(ports, &ports->config.routers, ports->routers_waiting, has_router,
			ports->ops->router_waiting);
	ports->routers_changed = false;
}

void ports_settle(struct ports *ports)
{
	struct link *link;

	if (ports->bridges_changed)
		bridges_settle(ports);
	if (ports->routers_changed)
		routers_settle(ports);
	ports->ops->settling(ports->ctx);
	if (ports->all_changed)
		links_for_each(link, &ports->links)
			port_settle(ports, link);
	ports->all_changed = false;
	while ((link = TAILQ_FIRST(&ports->changed))) {
		TAILQ_REMOVE(&ports->changed, link, in_changed);
		link->is_changed = false;
		port_settle(ports, link); /* a second look is harmless: it finds no difference */
	}
	ports->ops->settled(ports->ctx);
}
