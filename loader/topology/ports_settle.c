// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ports_settle.c - which links are ports, and as what; what is different is reported.
 */
#include <fnmatch.h>
#include <string.h>

#include "joints.h"
#include "ports_parts.h"

/* ---- what a link is ---- */

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
	if (lower && lower->facts.kind == LINK_INTERNAL)
		lower = links_find(&ports->links, lower->facts.master);
	if (ports_is_bridge(ports, lower))
		return ROUTER_OUR_BRIDGE;
	return link->facts.enslaved ? ROUTER_ENSLAVED : ROUTER_FITS;
}

bool ports_is_router(const struct ports *ports, const struct link *link)
{
	return link && names_match(&ports->config.routers, link->name) &&
	       router_fault(ports, link) == ROUTER_FITS;
}

/*
 * What is on an inner bridge is described as on the outer one: frames keep their tags on the way
 * there until they enter a VLAN-aware bridge; from that on ports->way has what becomes of its
 * VLANs.
 */
static const struct link *joined_describe(struct ports *ports, const struct link *bridge,
					  const struct link *vlans, struct port *port)
{
	struct way_out way = ports_way_out(ports, bridge);

	port->segment = bridge->segment;
	port->vlan_proto = way.aware ? way.aware->facts.vlan_proto : 0;
	port->rest = way.rest;
	if (bridge->way_out)
		port->inner = bridge->ifindex;
	if (way.entry)
		vlans = way.entry;
	ports_vlan_way(ports, bridge, port, &ports->way);
	port->pvid = port->vlan_proto ? vlans->facts.pvid : 0;
	port->starting = !(port->forwarding && way.forwards) &&
			 (port->forwarding || port->starting) && (way.forwards || way.starting);
	port->forwarding &= way.forwards;
	return vlans;
}

static const struct link *bridge_port_describe(struct ports *ports, const struct link *link,
					       const struct link *bridge, struct port *port)
{
	const struct link *vlans;

	port->role = ports_role(ports, link);
	port->forwarding = link_forwards(link, bridge);
	port->starting = link_starts(link, bridge);
	port->hairpin = link->facts.hairpin;
	port->drops_returned = link->facts.drops_returned;
	guards_describe(&ports->config.guards, links_name(&ports->links, bridge->segment),
			bridge->name, link->name, port);
	vlans = joined_describe(ports, bridge, link, port);
	if (port->role == ROLE_GUEST)
		ports_vlan_devices_take(ports, link, port, &ports->way);
	return vlans;
}

static const struct link *router_port_describe(const struct ports *ports, const struct link *link,
					       struct port *port)
{
	port->segment = link->ifindex;
	port->role = ROLE_ROUTER;
	port->forwarding = link->facts.up;
	port->relay = ports->config.relay;
	memcpy(port->mac, link->facts.mac, MAC_LEN);
	guards_describe(&ports->config.guards, link->name, link->name, link->name, port);
	return link;
}

/* The bridge's own device: its VLANs are those of its own entry. No rule of `ports` is for it. */
static const struct link *host_port_describe(struct ports *ports, const struct link *link,
					     struct port *port)
{
	port->role = ROLE_HOST;
	port->forwarding = link->facts.up;
	guards_describe_segment(&ports->config.guards, links_name(&ports->links, link->segment),
				link->name, port);
	return joined_describe(ports, link, link, port);
}

/* An interface of the host on an Open vSwitch bridge, beside the bridge's own. */
static const struct link *internal_port_describe(struct ports *ports, const struct link *link,
						 const struct link *bridge, struct port *port)
{
	port->role = ROLE_HOST;
	port->forwarding = link->facts.up;
	guards_describe_segment(&ports->config.guards, links_name(&ports->links, bridge->segment),
				bridge->name, port);
	return joined_describe(ports, bridge, link, port);
}

/* Returns the link whose VLANs are the port's; NULL: it is no port. */
static const struct link *port_describe(struct ports *ports, const struct link *link,
					struct port *port)
{
	const struct link *bridge = links_find(&ports->links, link->facts.master);

	*port = (struct port){};
	if (link->facts.ovs == LINK_OVS_PATCH)
		return NULL;
	if (ports_is_bridge(ports, link))
		return host_port_describe(ports, link, port);
	if (ports_is_bridge(ports, bridge) && link->facts.kind == LINK_INTERNAL)
		return internal_port_describe(ports, link, bridge, port);
	/* What crosses a joint was heard where it entered the segment. */
	if (ports_is_bridge(ports, bridge) && link->joint == JOINT_JOINS)
		return NULL;
	if (ports_is_bridge(ports, bridge))
		return bridge_port_describe(ports, link, bridge, port);
	if (ports_is_router(ports, link))
		return router_port_describe(ports, link, port);
	return ports_any_describe(ports, link, port);
}

/* ---- reports ---- */

static const struct port_vlans *vlans_of(const struct link *from, const struct port *port)
{
	static const struct port_vlans none, untagged = {.member = {1}};

	if (!port->vlan_proto)
		return NULL;
	/* An access port takes no tag in, not even that of its VLAN, which is the PVID or 0. */
	if (from->facts.access)
		return from->facts.pvid ? &none : &untagged;
	return from->vlans ? from->vlans : &none;
}

static bool has_reported_vlans(const struct link *link, const struct link *from)
{
	return link->reported_vlans == from->ifindex &&
	       link->reported_version == from->vlans_version;
}

/* FNV-1a; 0: the port has none. */
static __u64 way_hash(const struct vlan_way *way)
{
	__u64 hash = 0xcbf29ce484222325;

	if (!way)
		return 0;
	for (size_t vid = 0; vid < sizeof(way->to) / sizeof(way->to[0]); vid++)
		hash = (hash ^ way->to[vid]) * 0x100000001b3;
	for (size_t i = 0; i < sizeof(way->other_ends) / sizeof(way->other_ends[0]); i++)
		hash = (hash ^ way->other_ends[i]) * 0x100000001b3;
	return hash;
}

/* `from` has the VLANs of the port. */
static void port_report(struct ports *ports, struct link *link, const struct port *port,
			const struct link *from)
{
	const struct ports_ops *ops = ports->ops;
	const struct port_vlans *vlans = vlans_of(from, port);
	const struct vlan_way *way = port_maps_vlans(port) ? &ports->way : NULL;
	__u64 hash = way_hash(way);
	bool same = link->is_port && memcmp(&link->reported, port, sizeof(*port)) == 0 &&
		    !(vlans && !has_reported_vlans(link, from)) && link->reported_way == hash &&
		    !(link->is_missing && ports->all_changed);
	bool is_added = link->is_port && !link->is_missing;

	if (link->is_port && strcmp(link->reported_name, link->name) != 0)
		ops->renamed(ports->ctx, link->ifindex, link->reported_name, link->name);
	strcpy(link->reported_name, link->name);
	link->reported = *port;
	link->is_port = true;
	link->reported_vlans = from->ifindex;
	link->reported_version = from->vlans_version;
	link->reported_way = hash;
	if (same)
		return;
	link->is_missing = !(is_added ? ops->changed : ops->added)(ports->ctx, link->ifindex,
								   link->name, port, vlans, way);
}

static bool is_bonded(const struct ports *ports, const struct link *link)
{
	return links_base(&ports->links, link)->facts.bonded;
}

/* So often it had another active member; counts on from 255 to 0. */
static __u8 failovers_of(const struct ports *ports, const struct link *link)
{
	return link->facts.failovers + links_base(&ports->links, link)->member_changes;
}

/* `was`: the port before, as reported; not an uplink if it was no port. */
static void uplink_report(struct ports *ports, struct link *link, const struct port *was,
			  const struct port *port)
{
	__u8 failovers = failovers_of(ports, link);
	bool is_back = !was->forwarding || failovers != link->reported_failovers;

	link->reported_failovers = failovers;
	if (was->role == ROLE_UPLINK && port->role == ROLE_UPLINK && port->forwarding && is_back)
		ports->ops->uplink_back(ports->ctx, link->ifindex, link->name,
					is_bonded(ports, link));
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
	const struct link *base = links_base(&ports->links, link);
	const struct link *behind = ports_switch_behind(ports, base);
	bool hidden = behind && port->role == ROLE_GUEST && behind->facts.kind == LINK_BRIDGE &&
		      !ports_is_bridge(ports, behind) &&
		      !names_exclude(&ports->config.bridges, behind->name);

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

/* A pair that does not join is reported once, by its end with the lower ifindex. */
static void joint_report(struct ports *ports, struct link *link)
{
	const struct link *peer = links_peer(&ports->links, link);
	bool is_refused = link->joint > JOINT_JOINS && peer && link->ifindex < peer->ifindex &&
			  ports_is_bridge(ports, links_find(&ports->links, link->facts.master));

	if (is_refused && link->joint != link->reported_joint)
		ports->ops->joint_refused(ports->ctx, link->name, peer->name, link->joint);
	link->reported_joint = is_refused ? link->joint : JOINT_NOT;
}

static void port_settle(struct ports *ports, struct link *link)
{
	struct port port, was = {.role = ROLE_HOST};
	const struct link *vlans;

	router_report(ports, link);
	joint_report(ports, link);
	ports_report_macvtap(ports, link);
	vlans = port_describe(ports, link, &port);
	if (!vlans) {
		removed_report(ports, link);
		return;
	}
	if (port.role != ROLE_ROUTER)
		ports_find_any(ports, link, &port);
	/* A bridge that was a router port has other programs from now on, or the reverse. */
	if ((link->reported.role == ROLE_HOST) != (port.role == ROLE_HOST))
		removed_report(ports, link);
	if (link->is_port)
		was = link->reported;
	port_report(ports, link, &port, vlans);
	uplink_report(ports, link, &was, &port);
	behind_report(ports, link, &port);
}

static void bridge_settle(struct ports *ports, struct link *link)
{
	if (link->facts.kind != LINK_BRIDGE || link->segment == link->reported_where)
		return;
	link->reported_where = link->segment;
	if (link->segment == link->ifindex)
		ports->ops->bridge_seen(ports->ctx, link->name);
	else if (link->segment)
		ports->ops->bridge_joined(ports->ctx, link->name,
					  links_name(&ports->links, link->segment),
					  links_name(&ports->links, link->way_out));
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
		bool is_waiting = !name_is_excluding(patterns->name[i]) &&
				  !has(ports, patterns->name[i]);

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
	ports->notes_changed = true;
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

	bool is_one_known;

	ports_ovs_settle(ports);
	is_one_known = ports_unknown_settle(ports);
	/* What was left to a former daemon is looked at again. */
	ports->all_changed |= is_one_known;
	if (ports->joints_changed && ports_find_joints(ports))
		ports->all_changed = ports->bridges_changed = true;
	if (ports->bridges_changed)
		bridges_settle(ports);
	if (ports->routers_changed)
		routers_settle(ports);
	ports_notes_settle(ports);
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
	if (is_one_known)
		ports->ops->ovs_known(ports->ctx);
}
