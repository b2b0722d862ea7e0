/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ports.h - which interfaces are ports: of the bridges that the configuration names, or router
 * ports by themselves.
 *
 * Follows the kernel's links over rtnetlink and reports what has to be attached. Knows nothing of
 * BPF and reads no clock. An interface is its ifindex; names come and go.
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
#include "loader/base/guest.h"
#include "joints.h"

struct ovs_tables;
struct ports;

/* What is not followed of Open vSwitch, and what follows from that. X(NAME, text) */
#define OVS_NOTES(X)                                                                              \
	X(USERSPACE, "its datapath is not in the kernel; not followed")                           \
	X(OVN, "OVN's own bridge, where VLANs say nothing; not followed; to do so: \"ovn: yes\"") \
	X(TUNNELS, "not all of its tunnels are heard; guests are asked nevertheless")             \
	X(CONTROLLED, "flows may change VLANs on its patch ports; what is beyond only objects")   \
	X(DOT1Q_TUNNEL, "not heard: vlan_mode is dot1q-tunnel")                                   \
	X(ELSEWHERE, "its internal ports in other network namespaces are not heard")

enum ovs_note {
#define X(NAME, text) OVS_NOTE_##NAME,
	OVS_NOTES(X)
#undef X
};

const char *ovs_note_text(enum ovs_note note);

/* Why an interface that `routers` of the configuration matches cannot be a router port. */
enum router_fault {
	ROUTER_FITS,
	ROUTER_NOT_ETHERNET,
	ROUTER_OUR_BRIDGE, /* one of `bridges`, or a VLAN device on one: heard at its ports */
	ROUTER_ENSLAVED,   /* its bridge or bond has the addresses */
};

/* The fault and its remedy. */
const char *router_fault_text(enum router_fault fault);

/*
 * Called in the order in which things happened; none may be NULL. Names are valid during the call.
 * port->mode and port->made_qdisc are 0 and up to the caller. `vlans` is NULL on a bridge that is
 * not VLAN-aware, `way` without port_maps_vlans(). An interface may be gone by then (ENODEV): a
 * removed() follows.
 */
struct ports_ops {
	/*
	 * An interface became a port: attach. False: failed; it is called again when the port or
	 * any bridge changes, and for a new configuration.
	 */
	bool (*added)(void *ctx, __u32 ifindex, const char *name, const struct port *port,
		      const struct port_vlans *vlans, const struct vlan_way *way);

	/* A port has another description, perhaps another segment. False: as added(). */
	bool (*changed)(void *ctx, __u32 ifindex, const char *name, const struct port *port,
			const struct port_vlans *vlans, const struct vlan_way *way);

	/*
	 * An interface is no longer a port. If it still exists, detach; else (deleted, or in
	 * another network namespace) forget it.
	 */
	void (*removed)(void *ctx, __u32 ifindex, const char *name, bool interface_exists);

	/* A port has another name; a changed() follows if that changes its role. */
	void (*renamed)(void *ctx, __u32 ifindex, const char *from, const char *to);

	/*
	 * An uplink forwards again, or has another active member: the switches beyond it may not
	 * know where the guests are. `is_bonded`: it is a bond or team, or a VLAN device on one.
	 */
	void (*uplink_back)(void *ctx, __u32 ifindex, const char *name, bool is_bonded);

	/* A bridge of the configuration has appeared. Its ports follow. */
	void (*bridge_seen)(void *ctx, const char *name);

	/* The bridge is one segment with the bridge `outer` now, by its port `joint`. */
	void (*bridge_joined)(void *ctx, const char *name, const char *outer, const char *joint);

	/* The two ends of a veth pair between bridges are uplinks. Reported once. */
	void (*joint_refused)(void *ctx, const char *name, const char *peer, enum joint_kind why);

	/* The database of Open vSwitch has answered: reports of its ports were made before. */
	void (*ovs_connected)(void *ctx);

	/* ports_is_unknown() was true of an interface, and is not any longer. */
	void (*ovs_known)(void *ctx);

	/* It is away, or does not answer: what it said last holds. Once until it is back. */
	void (*ovs_lost)(void *ctx, const struct err *why);

	/* Of Open vSwitch, `name` is not followed: a bridge or a port. Reported once. */
	void (*ovs_noted)(void *ctx, const char *name, enum ovs_note note);

	/* Links have changed, and so may ports_interface_segments(). Reports of ports follow. */
	void (*settling)(void *ctx);

	/* All ports are reported. */
	void (*settled)(void *ctx);

	/* No bridge matches this name or pattern of `bridges`. */
	void (*bridge_waiting)(void *ctx, const char *pattern);

	/* Guests of this port are behind a bridge that is not followed. Reported once. */
	void (*bridge_behind)(void *ctx, const char *name, const char *bridge);

	/*
	 * Guests of this macvtap are on `lower` and at no port: nothing is announced for them.
	 * `on_bridge`: on a bridge that is followed, where their objections are heard. Reported
	 * once for each `lower`.
	 */
	void (*macvtap_seen)(void *ctx, const char *name, const char *lower, bool on_bridge);

	/* No interface that fits matches this name or pattern of `routers`. */
	void (*router_waiting)(void *ctx, const char *pattern);

	/* This one matches and does not fit. Reported once. */
	void (*router_refused)(void *ctx, const char *name, enum router_fault fault);
};

/*
 * Reads all links, reports what exists (bridges, then what is waited for, then ports), and follows
 * changes on `event`. The names in `config` are not copied: they have to live until ports_configure
 * or ports_close. *ports is set before the first report. 0, or -errno with `why`.
 */
int ports_open(struct ports **ports, sd_event *event, const struct config *config,
	       const struct ports_ops *ops, void *ctx, struct err *why);

/* Reads all links again and reports the differences. 0, or -errno with `why`. */
int ports_read(struct ports *ports, struct err *why);

/*
 * Takes a new configuration: reports the differences, and again what is waited for. 0: the former
 * configuration may be freed; -ENOMEM with `why`: it stays in force.
 */
int ports_configure(struct ports *ports, const struct config *config, struct err *why);

/* Reports nothing: what is attached stays. Takes NULL. */
void ports_close(struct ports *ports);

/* ---- what is known of the links (segments.c) ---- */

/* The last known name, also of an interface that was deleted recently; NULL: unknown. */
const char *ports_name(const struct ports *ports, __u32 ifindex);

/* The same for a log line; never NULL. */
const char *ports_name_text(const struct ports *ports, __u32 ifindex);

/*
 * The name of the guest behind a port, as far as the link tells: its alias, the number in Proxmox'
 * name for it, or what the database of Open vSwitch has; "" where none does, and for uplinks and
 * bridges. Returns `text`.
 */
const char *ports_guest_text(const struct ports *ports, __u32 ifindex, char text[GUEST_TEXT_LEN]);

/* Why a port has its role, in words. */
const char *ports_role_text(const struct ports *ports, __u32 ifindex);

/* Was it added(), and not removed() since? */
bool ports_is_port(const struct ports *ports, __u32 ifindex);

/*
 * The host's own L3 interfaces in a segment: of a bridge, the bridge itself (vlan 0, or its own
 * PVID if it is VLAN-aware) and the VLAN devices on it, not those of inner bridges; of a router
 * port, the port itself (vlan 0) and the VLAN devices on it. Fills in at most `max`. Returns how
 * many.
 */
size_t ports_segment_interfaces(const struct ports *ports, __u32 segment, __u16 vlan,
				__u32 *ifindexes, size_t max);

struct ports_segment {
	__u32 ifindex;
	__u16 vlan;
};

/*
 * The reverse: the segments in which the interface is the host's own, at most two (a VLAN device
 * may be a router port, too). Returns how many.
 */
size_t ports_interface_segments(const struct ports *ports, __u32 ifindex,
				struct ports_segment segments[2]);

/* An L3 interface of the host in one of its segments. */
struct ports_interface {
	__u32 ifindex;
	struct ports_segment at;
	__u32 elsewhere; /* the segment in whose VLANs without an interface it asks; 0: none */
	bool is_router;	 /* the segment is a router port */
	bool is_inner;	 /* it is, or is on, an inner bridge */
	__u8 mac[MAC_LEN];
};

/*
 * Hears each Ethernet interface of the host in each of its segments, in no order. Returns the first
 * -errno of hear(), or 0.
 */
int ports_hear_interfaces(const struct ports *ports,
			  int (*hear)(void *ctx, const struct ports_interface *interface),
			  void *ctx);

/* The one of them that is a bridge. False: none is, or it is an inner one. */
bool ports_find_bridge(const struct ports *ports, __u32 ifindex, __u32 *bridge, __u16 *vlan);

/*
 * Is the port the outer end of a joint? Then `at`, where frames leave by it, becomes where they are
 * in the inner bridge.
 */
bool ports_find_inner(const struct ports *ports, __u32 ifindex, struct ports_segment *at);

/* Is it a bridge that is followed? */
bool ports_is_bridge_device(const struct ports *ports, __u32 ifindex);

/* Is the bridge VLAN-aware? */
bool ports_is_vlan_aware(const struct ports *ports, __u32 bridge);

/* Is it a port of a bridge, with the role guest? */
bool ports_is_guest(const struct ports *ports, __u32 ifindex);

/* Is a VXLAN tunnel, and so perhaps an EVPN fabric, a port of any bridge? */
bool ports_has_vxlan(const struct ports *ports);

/* Does a port of the bridge leave announcements to EVPN (neigh_suppress)? */
bool ports_has_neigh_suppress(const struct ports *ports, __u32 bridge);

/* The VXLAN port of the bridge that carries the VLAN; 0: none. */
__u32 ports_find_vxlan(const struct ports *ports, __u32 bridge, __u16 vlan);

/*
 * The same without sockets, for tests and for explain. ports_hear takes one RTM_NEWLINK or
 * RTM_DELLINK (0 or -ENOMEM); ports_settle reports what follows, but for a deletion: removed() is
 * called at once, as the ifindex may be used again. Between ports_resync_begin and ports_resync_end
 * everything that exists is heard: what was not is gone.
 */
int ports_new(struct ports **ports, const struct config *config, const struct ports_ops *ops,
	      void *ctx);
int ports_hear(void *ports, const struct nlmsghdr *message);
void ports_settle(struct ports *ports);
void ports_resync_begin(struct ports *ports);
void ports_resync_end(struct ports *ports);

/*
 * Takes what the database of Open vSwitch has, which has to stay valid, and completes it; call it
 * again after a change. ports_settle() reports what follows.
 */
void ports_hear_ovs(struct ports *ports, struct ovs_tables *tables);

/* Hears it once, at the socket of the configuration, if there is a link of Open vSwitch. 0; or
 * -errno with `why`, and nothing is known of it. */
int ports_look_at_ovs(struct ports *ports, struct err *why);

/*
 * Does what it is depend on the database of Open vSwitch, which has not told it yet? It is of Open
 * vSwitch itself; or a Linux bridge that joints may lead to one from, or a port of that.
 */
bool ports_is_unknown(const struct ports *ports, __u32 ifindex);

/* Is it a veth that may join its bridge to one that ports_is_unknown()? */
bool ports_may_join(const struct ports *ports, __u32 ifindex);

/* Is it a bridge of Open vSwitch, whose forwarding table is not the kernel's? */
bool ports_is_ovs(const struct ports *ports, __u32 ifindex);

#endif
