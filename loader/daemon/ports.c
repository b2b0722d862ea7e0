// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ports.c - attaches what becomes a port, detaches what is no longer one.
 */
#include <errno.h>
#include <net/if.h>

#include <bpf/bpf.h>

#include "parts.h"
#include "status.h"
#include "uplinks.h"
#include "ways.h"
#include "loader/base/log.h"
#include "loader/datapath/rules.h"
#include "loader/base/text.h"
#include "loader/maps/names.h"
#include "loader/maps/running.h"
#include "loader/maps/walk.h"
#include "loader/maps/pins_netns.h"

/* Ends the start; later it is only logged, and the other ports go on. */
static bool daemon_attach_failed(struct daemon *daemon, const struct err *why)
{
	if (!daemon->is_starting)
		log_error("%s; objections from there are not heard; to retry: systemctl reload "
			  "%s",
			  why->text, pins_unit());
	else if (!daemon->attach_why.text[0])
		daemon->attach_why = *why;
	return false;
}

static bool daemon_has(const struct daemon *daemon, __u32 ifindex)
{
	struct port port;

	return !bpf_map_lookup_elem(daemon->datapath.pins.ports, &ifindex, &port);
}

/* Remembers what a failed start has to undo. Without memory it stays attached. */
static void daemon_keep_fresh(struct daemon *daemon, __u32 ifindex)
{
	__u32 *more = realloc(daemon->fresh, (daemon->fresh_count + 1) * sizeof(*more));

	if (!more)
		return;
	more[daemon->fresh_count++] = ifindex;
	daemon->fresh = more;
}

/* The guest is on the same bridge, which is in another segment now. */
static bool has_same_bridge(const struct port *was, const struct port *now)
{
	return (was->inner ? was->inner : was->segment) == (now->inner ? now->inner : now->segment);
}

static bool daemon_port_added(void *ctx, __u32 ifindex, const char *name, const struct port *port,
			      const struct port_vlans *vlans, const struct vlan_way *way)
{
	struct daemon *daemon = ctx;
	const char *verb;
	struct port was;
	struct err why;
	bool is_fresh;
	int err;

	if (daemon_leaves_alone(daemon, ifindex, port))
		return false; /* added again when it is known */
	is_fresh = bpf_map_lookup_elem(daemon->datapath.pins.ports, &ifindex, &was);
	err = datapath_attach(&daemon->datapath, ifindex, name, port, vlans, way, &why);
	verb = err ? "adopted" : "attached";
	if (err == -ENODEV)
		return false; /* gone already: removed() follows */
	if (err < 0) {
		bool is_said = daemon_is_missing(daemon, ifindex) && !daemon->is_reloading;

		daemon_note_missing(daemon, ifindex, port);
		/* Each change of a link tries again. */
		return is_said ? false : daemon_attach_failed(daemon, &why);
	}
	daemon_forget_missing(daemon, ifindex);
	/* While no daemon ran: the segment, or only what the joints on the way carry. */
	if (!is_fresh && (was.segment != port->segment || port->inner))
		daemon_sweep_later(daemon, ifindex, has_same_bridge(&was, port));
	if (daemon->is_starting && is_fresh && err == 0)
		daemon_keep_fresh(daemon, ifindex);
	if (port->role == ROLE_HOST)
		log_info("%s: %s %s (%s)", name,
			 ports_is_bridge_device(daemon->ports, ifindex) ? "bridge"
									: "internal port",
			 verb, port_mode_name(daemon->datapath.host_mode));
	else if (port->role == ROLE_ROUTER)
		log_info("%s: router port %s (%s%s)", name, verb,
			 port_mode_name(daemon->datapath.mode), port->relay ? ", relay" : "");
	else
		log_info("%s: port %s %s (%s, %s)", ports_name_text(daemon->ports, port->segment),
			 name, verb, port_role_name(port->role),
			 port_mode_name(daemon->datapath.mode));
	ways_look(daemon->ways, ifindex);
	return true;
}

/* The messages that it left a bridge and came to another one were read together. */
static void daemon_log_moved(const struct daemon *daemon, const char *name, const struct port *was,
			     const struct port *now)
{
	if ((now->role == ROLE_GUEST || now->role == ROLE_UPLINK) && was->segment &&
	    !has_same_bridge(was, now))
		log_info("%s: port %s: moved here from %s",
			 ports_name_text(daemon->ports, now->segment), name,
			 ports_name_text(daemon->ports, was->segment));
}

static bool daemon_port_changed(void *ctx, __u32 ifindex, const char *name, const struct port *port,
				const struct port_vlans *vlans, const struct vlan_way *way)
{
	struct daemon *daemon = ctx;
	struct port was = {};
	struct err why;
	bool takes;
	int err;

	if (daemon_leaves_alone(daemon, ifindex, port))
		return false; /* added when it is known */
	bpf_map_lookup_elem(daemon->datapath.pins.ports, &ifindex, &was);
	err = datapath_describe(&daemon->datapath.pins, ifindex, name, port, vlans, way, &why);
	if (err < 0)
		return daemon_attach_failed(daemon, &why);
	daemon_log_moved(daemon, name, &was, port);
	/* A joint on the way may carry other VLANs: the segment stays, where they end does not. */
	takes = has_same_bridge(&was, port) && (err == 1 || port->inner);
	if (takes)
		daemon_take_claims(daemon, ifindex);
	if (err == 1 || takes)
		daemon_sweep_later(daemon, ifindex, takes);
	if (port->forwarding && !was.forwarding)
		daemon_port_opened(daemon, ifindex);
	return true;
}

static void daemon_port_removed(void *ctx, __u32 ifindex, const char *name, bool exists)
{
	struct daemon *daemon = ctx;
	bool was_attached = daemon_has(daemon, ifindex); /* if not, that failure was logged */
	struct err why;

	if (datapath_detach(&daemon->datapath.pins, ifindex, name, &why))
		log_error("%s", why.text);
	else if (was_attached)
		log_info("%s: %s", name, exists ? "no longer a port; detached" : "gone");
	daemon_forget_missing(daemon, ifindex);
	ways_forget(daemon->ways, ifindex);
	daemon_sweep_later(daemon, ifindex, false);
}

static void daemon_port_renamed(void *ctx, __u32 ifindex, const char *from, const char *to)
{
	struct daemon *daemon = ctx;

	names_keep(&daemon->datapath.pins, ifindex, to);
	log_info("%s: renamed to %s", from, to);
}

static void daemon_uplink_back(void *ctx, __u32 ifindex, const char *name, bool is_bonded)
{
	struct daemon *daemon = ctx;
	struct port port;

	if (bpf_map_lookup_elem(daemon->datapath.pins.ports, &ifindex, &port))
		return;
	uplinks_back(daemon->uplinks, &port, name, is_bonded);
}

static void daemon_bridge_seen(void *ctx, const char *name)
{
	log_info("%s: bridge found", name);
}

static void daemon_bridge_joined(void *ctx, const char *name, const char *outer, const char *joint)
{
	log_info("%s: joined to %s by %s", name, outer, joint);
}

static void daemon_joint_refused(void *ctx, const char *name, const char *peer, enum joint_kind why)
{
	log_warning("%s and %s: uplinks: %s", name, peer, joint_kind_text(why));
}

/* Removes ports from the maps that left before this daemon. */
static void daemon_forget_ports(struct daemon *daemon)
{
	struct map_walk walk;
	__u32 ifindex;

	map_walk_begin(&walk, daemon->datapath.pins.ports, 0);
	while (map_walk_next(&walk, &ifindex, NULL))
		if (!ports_is_port(daemon->ports, ifindex) &&
		    !ports_is_unknown(daemon->ports, ifindex))
			daemon_port_removed(daemon, ifindex,
					    ports_name_text(daemon->ports, ifindex),
					    ports_name(daemon->ports, ifindex));
	ways_settle(daemon->ways);
}

static void daemon_ovs_connected(void *ctx)
{
	struct daemon *daemon = ctx;

	log_info("Open vSwitch: database connected");
	daemon->is_ovs_lost = false;
	running_note_ovsdb(&daemon->datapath.pins, true);
}

/* What a former daemon attached, and what was not known until now, may be no port. */
static void daemon_ovs_known(void *ctx)
{
	struct daemon *daemon = ctx;

	if (!daemon->is_starting)
		daemon_forget_ports(daemon);
}

static void daemon_ovs_lost(void *ctx, const struct err *why)
{
	struct daemon *daemon = ctx;

	log_warning("Open vSwitch: database: %s; what it said last holds; connecting again",
		    why->text);
	daemon->is_ovs_lost = true;
	if (!daemon->is_starting)
		running_note_ovsdb(&daemon->datapath.pins, false);
}

static void daemon_ovs_noted(void *ctx, const char *name, enum ovs_note note)
{
	log_warning("%s: Open vSwitch: %s", name, ovs_note_text(note));
}

static void daemon_settling(void *ctx)
{
	daemon_settle_subnets(ctx);
	daemon_settle_askers(ctx);
}

static void daemon_settled(void *ctx)
{
	struct daemon *daemon = ctx;

	ways_settle(daemon->ways);
	status_change(daemon->status);
	evpn_settle(daemon->evpn, daemon->config.evpn);
}

static void daemon_bridge_waiting(void *ctx, const char *pattern)
{
	struct daemon *daemon = ctx;

	daemon->waiting_bridges += daemon->is_starting;
	log_warning("%s: no bridge of that name yet; waiting for it", pattern);
}

static void daemon_bridge_behind(void *ctx, const char *name, const char *bridge)
{
	log_warning("%s: guests are behind the bridge %s, whose filters are bypassed; add it to "
		    "\"bridges\"",
		    name, bridge);
}

static void daemon_macvtap_seen(void *ctx, const char *name, const char *lower, bool on_bridge)
{
	if (on_bridge)
		log_warning("%s: guests on a macvtap (%s) are not announced, only their "
			    "objections heard; give them taps as ports",
			    lower, name);
	else
		log_warning(
			"%s: guests on a macvtap (%s) are not heard; give them taps on a bridge",
			lower, name);
}

static void daemon_router_waiting(void *ctx, const char *pattern)
{
	struct daemon *daemon = ctx;

	daemon->waiting_routers += daemon->is_starting;
	log_warning("%s: no interface for a router port yet; waiting for it", pattern);
}

static void daemon_router_refused(void *ctx, const char *name, enum router_fault fault)
{
	log_warning("%s: cannot be a router port: %s", name, router_fault_text(fault));
}

static const struct ports_ops daemon_ports_ops = {
	.added = daemon_port_added,
	.changed = daemon_port_changed,
	.removed = daemon_port_removed,
	.renamed = daemon_port_renamed,
	.bridge_seen = daemon_bridge_seen,
	.uplink_back = daemon_uplink_back,
	.bridge_joined = daemon_bridge_joined,
	.joint_refused = daemon_joint_refused,
	.ovs_connected = daemon_ovs_connected,
	.ovs_known = daemon_ovs_known,
	.ovs_lost = daemon_ovs_lost,
	.ovs_noted = daemon_ovs_noted,
	.settling = daemon_settling,
	.settled = daemon_settled,
	.bridge_waiting = daemon_bridge_waiting,
	.bridge_behind = daemon_bridge_behind,
	.macvtap_seen = daemon_macvtap_seen,
	.router_waiting = daemon_router_waiting,
	.router_refused = daemon_router_refused,
};

void daemon_undo_ports(struct daemon *daemon)
{
	char name[IF_NAMESIZE];
	struct err ignored;

	for (size_t i = 0; i < daemon->fresh_count; i++)
		if (if_indextoname(daemon->fresh[i], name))
			datapath_detach(&daemon->datapath.pins, daemon->fresh[i], name, &ignored);
}

int daemon_start_ports(struct daemon *daemon, struct err *why)
{
	int err;

	err = ways_open(&daemon->ways, daemon, why) ?: uplinks_open(&daemon->uplinks, daemon, why);
	if (err)
		return err;
	datapath_count_segments(&daemon->datapath.pins);
	daemon->is_starting = true;
	err = ports_open(&daemon->ports, daemon->event, &daemon->config, &daemon_ports_ops, daemon,
			 why);
	daemon->is_starting = false;
	if (err)
		return err;
	if (daemon->attach_why.text[0]) {
		*why = daemon->attach_why;
		return -EBUSY;
	}
	daemon_forget_ports(daemon);
	rules_forget_others(&daemon->datapath.pins, &daemon->config.guards);
	return 0;
}
