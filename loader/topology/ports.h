/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ports.h - which interfaces are ports of the bridges that the configuration names, and which are
 * its router ports.
 *
 * Follows the kernel's links over rtnetlink and says what the datapath should do about them. It
 * knows nothing of BPF and reads no clock; an interface is its ifindex, names come and go.
 */
#ifndef GARPD_TOPOLOGY_PORTS_H
#define GARPD_TOPOLOGY_PORTS_H

#include <stdbool.h>
#include <stddef.h>
#include <systemd/sd-event.h>
#include <linux/netlink.h>

#include "bpf/abi/abi.h"
#include "loader/config/config.h"
#include "loader/base/err.h"

struct ports;

/* Why an interface that `routers` of the configuration matches is no router port. */
enum router_fault {
	ROUTER_FITS,
	ROUTER_NOT_ETHERNET,
	ROUTER_OUR_BRIDGE, /* it is one of our bridges, or a VLAN of one: heard at its ports */
	ROUTER_ENSLAVED,   /* it belongs to a bridge or a bond, which has the addresses */
};

/*
 * What the caller does about it. All are called from the netlink callback itself, in the order in
 * which things happened; none may be NULL; names are valid during the call. `port->mode` and
 * `port->made_qdisc` are 0: they are the caller's. `vlans` is NULL where the bridge looks at no
 * tags (port->vlan_proto 0). An interface may be gone again by the time its op runs (ENODEV): a
 * removed() follows.
 */
struct ports_ops {
	/*
	 * An interface became a port: attach. False: that failed, and it is called again when the
	 * port changes, when a bridge does, and with a new configuration.
	 */
	bool (*added)(void *ctx, __u32 ifindex, const char *name, const struct port *port,
		      const struct port_vlans *vlans);

	/*
	 * Its description changed, perhaps its bridge too: it stays attached. False: that could not
	 * be described, and added() is called for it as where that failed.
	 */
	bool (*changed)(void *ctx, __u32 ifindex, const char *name, const struct port *port,
			const struct port_vlans *vlans);

	/*
	 * It is no port of ours any more. Where the interface still exists, detach; where it does
	 * not (deleted, or moved to another network namespace), forget it.
	 */
	void (*removed)(void *ctx, __u32 ifindex, const char *name, bool interface_exists);

	/* A port has another name; a changed() follows where that changes its role. */
	void (*renamed)(void *ctx, __u32 ifindex, const char *from, const char *to);

	/* A bridge that matches the configuration is there (again). Its ports follow. */
	void (*bridge_seen)(void *ctx, const char *name);

	/* Links have changed, and ports_interface_segments() may; of ports it is told next. */
	void (*settling)(void *ctx);

	/* And of all ports it has been told. */
	void (*settled)(void *ctx);

	/* No bridge matches this name or pattern (yet, or any more). */
	void (*bridge_waiting)(void *ctx, const char *pattern);

	/*
	 * Guests of this port are behind another bridge, which the configuration does not name: it
	 * is heard here all the same. Said once.
	 */
	void (*bridge_behind)(void *ctx, const char *name, const char *bridge);

	/* No interface that fits matches this name or pattern of `routers`. */
	void (*router_waiting)(void *ctx, const char *pattern);

	/* This one matches and does not fit. Said once; what it is otherwise, it stays. */
	void (*router_refused)(void *ctx, const char *name, enum router_fault fault);
};

/*
 * Reads all links, calls the ops for what is there (bridges first, then what is waited for, then
 * ports), and follows changes on `event`. The names in `config` (bridges, uplinks, guests,
 * routers) are used, not copied: they must live until ports_configure replaces them or ports_close.
 * *ports is set before the first op. 0, or -errno with `err` set.
 */
int ports_open(struct ports **ports, sd_event *event, const struct config *config,
	       const struct ports_ops *ops, void *ctx, struct err *err);

/*
 * Reads all links again, and calls the ops for what the news have not told. 0, or -errno with `err`
 * set.
 */
int ports_read(struct ports *ports, struct err *err);

/*
 * A new configuration: calls the ops for the differences; says again what is waited for. 0: the old
 * configuration may be freed; -ENOMEM with `err` set: it stays in force and no op was called.
 */
int ports_configure(struct ports *ports, const struct config *config, struct err *err);

/* Calls no op: what is attached stays. Takes NULL. */
void ports_close(struct ports *ports);

/* The last known name, also of an interface deleted not long ago (for logs); NULL: not known. */
const char *ports_name(const struct ports *ports, __u32 ifindex);

/* The same for a sentence; never NULL. */
const char *ports_name_text(const struct ports *ports, __u32 ifindex);

/* added() was called for it, and no removed() since. */
bool ports_is_port(const struct ports *ports, __u32 ifindex);

/*
 * The host's own L3 interfaces in a segment: the bridge itself for frames that reach it untagged
 * (vlan 0, or on a VLAN-aware bridge the bridge's own PVID), and VLAN devices on the bridge with
 * that VLAN. Of a router port: the port itself, and VLAN devices on it. Fills at most `max` and
 * returns how many it filled.
 */
size_t ports_segment_interfaces(const struct ports *ports, __u32 segment, __u16 vlan,
				__u32 *ifindexes, size_t max);

struct ports_segment {
	__u32 ifindex;
	__u16 vlan;
};

/*
 * The other way round: of which segments the interface is the host's own. Fills at most two (a VLAN
 * device may be a router port as well) and returns how many it filled.
 */
size_t ports_interface_segments(const struct ports *ports, __u32 ifindex,
				struct ports_segment segments[2]);

/* Of those the one that is a bridge of ours, and the VLAN there. False: there is none. */
bool ports_bridge_of_interface(const struct ports *ports, __u32 ifindex, __u32 *bridge,
			       __u16 *vlan);

/* ---- EVPN ---- */

/* Is a VXLAN tunnel a port of one of our bridges, so that a fabric may be behind it? */
bool ports_have_vxlan(const struct ports *ports);

/* Does some port of the bridge leave announcements to EVPN (neigh_suppress)? */
bool ports_suppress(const struct ports *ports, __u32 bridge);

/* Does the bridge look at VLAN tags? */
bool ports_is_aware(const struct ports *ports, __u32 bridge);

/* Do frames come in on this port of a bridge from guests of ours? */
bool ports_is_guest(const struct ports *ports, __u32 ifindex);

/* The VXLAN port of the bridge that carries the VLAN; 0: there is none. */
__u32 ports_vxlan(const struct ports *ports, __u32 bridge, __u16 vlan);

/*
 * The same machine without sockets: ports_open drives these with the kernel's messages, tests
 * with their own. ports_hear takes one RTM_NEWLINK or RTM_DELLINK and notes it; ports_settle
 * calls the ops for what was noted (a deletion calls removed() at once, as the ifindex may be
 * used again). Between ports_resync_begin and ports_resync_end everything that exists is heard:
 * what was not heard then is gone.
 */
int ports_new(struct ports **ports, const struct config *config, const struct ports_ops *ops,
	      void *ctx);
int ports_hear(struct ports *ports, const struct nlmsghdr *message);
void ports_settle(struct ports *ports);
void ports_resync_begin(struct ports *ports);
void ports_resync_end(struct ports *ports);

#endif
