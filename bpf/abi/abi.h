/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * abi.h - everything that crosses the boundary between the kernel half and the tools.
 *
 * The BPF programs, the loader, the tests and the fuzzers all include this one file: a struct, a
 * constant or a default stands here, or in one of its parts (constants.h, claims.h, settings.h,
 * bounds.h, counters.h, histograms.h), and nowhere else. Byte order is in the type (__be32, __be16)
 * or stated beside the field; times are nanoseconds of CLOCK_MONOTONIC (bpf_ktime_get_ns) and end
 * in _ns.
 */
#ifndef GARPD_ABI_H
#define GARPD_ABI_H

#include <linux/types.h>
#include <linux/bpf.h>

#include "constants.h"
#include "counters.h"
#include "claims.h"
#include "settings.h"
#include "bounds.h"
#include "histograms.h"

/* ---- ports ---- */

enum port_role {
	ROLE_GUEST,  /* probes heard here are announced */
	ROLE_UPLINK, /* probes heard here only cause conflicts: another machine announces them */
	ROLE_ROUTER, /* as ROLE_GUEST, on an L3 interface of a router: the guests are on its LAN */
	ROLE_HOST,   /* the bridge's own device; what the host sends there is as on an uplink */
};

enum port_mode {
	MODE_AUTO, /* in a configuration only: tcx, else tc */
	MODE_TCX,
	MODE_TC,
	MODE_XDP,	  /* native: in the driver */
	MODE_XDP_GENERIC, /* on the skb, with any driver */
};

/*
 * What keeps frames of a port from garpd, or can: a program before its own may drop a frame, send
 * it elsewhere, or end the list of programs. X(NAME, name).
 */
#define UNHEARDS(X)          \
	X(NOT, "heard")      \
	X(XDP, "behind xdp") \
	X(TCX, "behind tcx") \
	X(TC, "behind tc")   \
	X(DETACHED, "detached")

#define UNHEARD_ENUM(NAME, name) UNHEARD_##NAME,
enum unheard { UNHEARDS(UNHEARD_ENUM) UNHEARD_MAX };

/* What an interface is, or was, called. Map `port_names`, key ifindex; the daemon writes. */
struct port_name {
	char name[16]; /* IFNAMSIZ; ends with a zero, any other byte is possible */
};
_Static_assert(sizeof(struct port_name) == 16, "port_name has no holes");

/*
 * The daemon that was started last; whether it runs still, its lock tells. Map `daemon`, key 0; it
 * writes.
 */
struct daemon_info {
	__u64 started_ns;
	__u32 pid;
	char version[32];
	char config[204];    /* path of its file; empty: flags only */
	__u64 ovsdb_lost_ns; /* since when the database of Open vSwitch is away; 0: it is not */
};
_Static_assert(sizeof(struct daemon_info) == 256, "daemon_info has no holes");

/*
 * An interface where the program is attached. Map `ports`, key ifindex; the daemon writes.
 * Forwarding of a port of an inner bridge is that of its whole way to the outer one; its VLANs are
 * those of the first VLAN-aware bridge on that way.
 */
struct port {
	__u32 segment;	  /* ifindex of its bridge, or the outer one; of a router port, its own */
	__u16 role;	  /* enum port_role */
	__u16 mode;	  /* enum port_mode */
	__u8 forwarding;  /* 1: frames are accepted here (STP state, link state) */
	__u8 starting;	  /* 1: not yet, as STP has it listen or learn first */
	__u16 vlan_proto; /* of the first VLAN-aware bridge, host order; 0: no bridge is */
	__u16 pvid;	  /* VLAN of untagged frames, if VLAN-aware; 0: as `port_vlans` has it */
	__u8 made_qdisc;  /* 1: garpd created the qdisc */
	__u8 mode_requested; /* 1: by the configuration; 0: MODE_AUTO has chosen it */
	__u8 mac[MAC_LEN];   /* of a router port; else zero */
	__u8 relay;	     /* 1: a router port that also announces on its wire */
	__u8 guards;	     /* GUARD_* */
	__u32 rule;	     /* which of the configuration's rules holds; 0: none */
	__u16 settings;	     /* which element of map `settings` holds */
	__u8 unheard;	     /* enum unheard */
	__u8 hairpin;	     /* 1: the bridge sends frames from this port out of it again */
	__u32 inner; /* ifindex of its bridge, if a veth joins that to the segment's; else 0 */
	__u32 rest;  /* segment of what does not enter the first VLAN-aware bridge; 0: nothing */
	__u32 stays[PORT_STAYS]; /* of what goes no further, as `vlan_ways` has it; 0: unused */
	/*
	 * Segments in which its frames are in a VLAN that garpd does not know: behind a tunnel of
	 * Open vSwitch, or flows of a controller. They can only contradict a claim, in any VLAN. If
	 * `segment` is the first of them, the VLAN is known nowhere. 0: unused.
	 */
	__u32 any[PORT_ANY];
	__u32 drops_returned; /* 1: a member of a bond, where what comes back of its bridge ends */
};
_Static_assert(sizeof(struct port) == 68, "port has no holes");

/* Is the VLAN of its frames known in `segment`? */
static inline int port_knows_vlan(const struct port *port)
{
	return port->segment != port->any[0];
}

/* Do VLANs change, or end, beyond the bridge where `pvid` and `port_vlans` hold? */
static inline int port_maps_vlans(const struct port *port)
{
	return port->stays[0] != 0;
}

/* Can frames of the segment come in on the port, in a VLAN that is known? */
static inline int port_is_in(const struct port *port, __u32 segment)
{
	return segment &&
	       ((port->segment == segment && port_knows_vlan(port)) || port->rest == segment ||
		port->stays[0] == segment || port->stays[1] == segment);
}

/* In one that is not? */
static inline int port_is_in_any(const struct port *port, __u32 segment)
{
	for (int i = 0; i < PORT_ANY; i++)
		if (segment && port->any[i] == segment)
			return 1;
	return 0;
}

/* Can an objection come in on the port that concerns the segment? */
static inline int port_concerns(const struct port *port, __u32 segment)
{
	return port_is_in(port, segment) || port_is_in_any(port, segment);
}

#define PORT_SEGMENTS (2 + PORT_STAYS + PORT_ANY)

/* The segments in which frames of the port can be; one may come twice, 0 for those it has not. */
static inline void port_segments(const struct port *port, __u32 segment[PORT_SEGMENTS])
{
	segment[0] = port->segment;
	segment[1] = port->rest;
	for (int i = 0; i < PORT_STAYS; i++)
		segment[2 + i] = port->stays[i];
	for (int i = 0; i < PORT_ANY; i++)
		segment[2 + PORT_STAYS + i] = port->any[i];
}

/*
 * VLANs allowed on a port of a VLAN-aware bridge: of frames with a tag, and without `pvid` by bit 0
 * of those without. Map `port_vlans`, key ifindex.
 */
struct port_vlans {
	__u64 member[64]; /* bit VID % 64 of word VID / 64 */
};

/*
 * Where frames of a port go whose bridge, or one on the way to the outer one, is VLAN-aware and not
 * the outer one: for each VID there, the VLAN in which they end. Map `vlan_ways`, key ifindex; the
 * daemon writes.
 */
#define VLAN_WAY_AT	  13	     /* the bits from there: in which segment */
#define VLAN_WAY_NOWHERE  0	     /* nowhere that garpd could name */
#define VLAN_WAY_OUT	  1	     /* in port.segment */
#define VLAN_WAY_STAYS	  2	     /* in port.stays[0]; 3: in [1] */
#define VLAN_WAY_UNTAGGED (1u << 15) /* a bridge on the way takes the tag off */

struct vlan_way {
	__u16 to[4096]; /* VLAN, 0: untagged on a bridge that is not VLAN-aware; and VLAN_WAY_* */
	/* VIDs of tags that end and are of another protocol than port_tag_proto(); as member */
	__u64 other_ends[64];
};

/* Of which protocol the VIDs in `vlan_ways` are. */
static inline __u16 port_tag_proto(const struct port *port)
{
	return port->vlan_proto ? port->vlan_proto : 0x8100; /* ETH_P_8021Q */
}

static inline __u16 vlan_way_at(__u16 to)
{
	return to >> VLAN_WAY_AT & 3;
}

/* ---- segments ---- */

/* The ports of a segment, as map `ports` has them. Map `segments`, key its ifindex; the daemon
 * writes. */
struct segment {
	__u64 since_ns; /* when the uplinks changed last */
	__u32 ports;
	__u32 uplinks; /* of these, the uplinks that forward */
	__u32 unheard; /* of those, the ones that garpd does not hear, or in no VLAN it knows */
	__u32 missing; /* ports that garpd could not be attached to: not in the map `ports` */
	__u32 any;     /* ports whose frames may be in any VLAN of the segment */
	__u32 pad;
};
_Static_assert(sizeof(struct segment) == 32, "segment has no holes");

#define CLAIMED_VLANS 8 /* of one address in a segment with such ports */

/* Key of map `claimed`: an address of a segment, and one of its CLAIMED_VLANS places. No holes. */
struct claimed_key {
	__u32 segment;
	__u32 place;
	struct addr addr;
};
_Static_assert(sizeof(struct claimed_key) == 24, "claimed_key is a hash key");

/* A VLAN in which the address has, or had, a claim. Map `claimed`. */
struct claimed {
	__u16 vlan;
	__u16 inner_vlan;
};
_Static_assert(sizeof(struct claimed) == 4, "claimed is compared whole");

/* Key of map `echoes`: a VLAN of a segment, as in struct claim_key. */
struct echo_key {
	__u32 segment;
	__u16 vlan;
	__u16 inner_vlan;
};
_Static_assert(sizeof(struct echo_key) == 8, "echo_key is a hash key");

/*
 * Does a frame of a guest come back from an uplink? Broadcasts of the guests are samples, one at a
 * time. Map `echoes`.
 */
struct echo {
	__u64 sealed;	   /* the frame: echo_sample() XOR sample_ns */
	__u64 sample_ns;   /* when it was heard on the guest's port */
	__u64 sent_ns;	   /* the first sample since the uplinks changed */
	__u64 returned_ns; /* when a frame last came back; 0: never */
};
_Static_assert(sizeof(struct echo) == 32, "echo has no holes");

/* ---- events ---- */

/* A change of a claim. Record of the ring buffer `events`. */
struct event {
	__u64 time_ns;
	__u64 deadline_ns; /* of the claim, after the change; 0: none */
	struct claim_key key;
	__u32 reason; /* enum counter */
	__u32 port;   /* where the frame was heard */
	__u8 mac[MAC_LEN];
	__u8 old_state;
	__u8 state;
	__u16 window_probes;
	__u16 sent; /* 1: an announcement was sent with this change */
	__u32 announcements;
	struct addr
		listener; /* the listener that confirmed; zero: the change is not a confirmation */
	__u64 took_ns;	  /* of a confirmation: time since the announcement */
};
_Static_assert(sizeof(struct event) == 88, "event has no holes");

/* ---- garpd_speak ---- */

/*
 * The daemon runs the tc program garpd_speak by BPF_PROG_RUN on a struct speak_frame; the
 * program writes its result into the same bytes.
 */
enum speak_op {
	SPEAK_DUE,	 /* do what is due for the claim */
	SPEAK_NOW,	 /* announce the owner now, for an operator */
	SPEAK_THAW,	 /* thaw a frozen claim, for an operator */
	SPEAK_PORT_LEFT, /* its port is gone: delete the claim, unless its guest has another port */
	SPEAK_PORT_OPEN, /* its port forwards now: do what is due, and ask the guest at once */
	SPEAK_MAKE_ROOM, /* the quota of its port is nearly used up: forget it, if that harms nobody
			  */
	SPEAK_MOVE_SEGMENT, /* its port's bridge was joined to another, or parted: take it along */
	SPEAK_LINK,	    /* an uplink came back: announce the owner, for the switches beyond */
	SPEAK_FABRIC,	    /* EVPN moved the address: announce `mac` from `port` */
	SPEAK_CLAIM,	    /* claim it for `mac` on `port`, which was not heard, for an operator */
	/*
	 * Results about the host's own neighbour entry, each counted as the COUNTER_host_* of
	 * its name.
	 */
	SPEAK_REFRESHED,      /* the entry is right */
	SPEAK_NOT_REFRESHED,  /* the entry did not follow */
	SPEAK_PERMANENT,      /* the entry is permanent: left alone */
	SPEAK_EXTERN_LEARNED, /* EVPN owns the entry (extern_learn): left alone */
	SPEAK_EVPN_WRITTEN,   /* the entry was written for EVPN to originate a route */
	SPEAK_EVPN_FAILED,    /* the entry for EVPN could not be written */
	SPEAK_NOTES_END,
	/*
	 * The first `port` calls of map speak_list that are of the frame's family, or some of them,
	 * each of which is SPEAK_DONE then; the key does not matter.
	 */
	SPEAK_LISTED = SPEAK_NOTES_END,
	SPEAK_DONE,
};
_Static_assert(SPEAK_NOTES_END - SPEAK_REFRESHED ==
		       COUNTER_fabric_announced - COUNTER_host_refreshed,
	       "the notes and their counters, in one order");

struct speak_call {
	struct claim_key key; /* in; SPEAK_MOVE_SEGMENT, SPEAK_CLAIM: out, that of the claim now */
	__u16 op;	      /* in: enum speak_op; in map speak_list also out: SPEAK_DONE */
	__u16 result;	      /* out: enum counter, what was done or why not */
	__u32 port;	      /* in, SPEAK_FABRIC, _CLAIM: ifindex where its frames come in; out,
				 SPEAK_MOVE_SEGMENT: that of the claim */
	__u64 deadline_ns;    /* out: the claim's next deadline; 0: none */
};
_Static_assert(sizeof(struct speak_call) == 40, "speak_call has no holes");

/* Calls of one BPF_PROG_RUN: a millisecond and a half at most. */
#define SPEAK_LIST_MAX 64
/*
 * Frames after which one BPF_PROG_RUN makes no further call: the kernel drops what is beyond
 * net.core.netdev_max_backlog, by default 1,000. In one segment that is two calls of less than this
 * at worst.
 */
#define SPEAK_FRAMES_MAX 480

#define SPEAK_CALL_OFFSET 14 /* behind an Ethernet header, whose type alone is read */
#define SPEAK_OP_OFFSET	  (SPEAK_CALL_OFFSET + __builtin_offsetof(struct speak_call, op))
#define SPEAK_PORT_OFFSET (SPEAK_CALL_OFFSET + __builtin_offsetof(struct speak_call, port))
#define SPEAK_MAC_OFFSET  (SPEAK_CALL_OFFSET + sizeof(struct speak_call))

/* As long as the shortest Ethernet frame: the program builds its frame in these bytes. */
struct speak_frame {
	__u8 ethernet[SPEAK_CALL_OFFSET];
	struct speak_call call;
	__u8 mac[MAC_LEN]; /* in, SPEAK_FABRIC, SPEAK_CLAIM */
} __attribute__((packed));
_Static_assert(sizeof(struct speak_frame) == 60, "the shortest frame, ETH_ZLEN");

#endif /* GARPD_ABI_H */
