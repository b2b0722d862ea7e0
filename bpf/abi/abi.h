/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * abi.h - everything that crosses the boundary between the kernel half and the tools.
 *
 * The BPF programs, the loader, the tests and the fuzzers all include this one file: a struct, a
 * constant or a default stands here, or in one of its parts (claims.h, settings.h, bounds.h,
 * counters.h), and nowhere else. Byte order is in the type (__be32, __be16) or said beside the
 * field; times are nanoseconds of CLOCK_MONOTONIC (bpf_ktime_get_ns) and end in _ns.
 */
#ifndef GARPD_ABI_H
#define GARPD_ABI_H

#include <linux/types.h>
#include <linux/bpf.h>

#include "counters.h"

/* Raised whenever the layout of a pinned map changes; kept in settings.abi. */
#define GARPD_ABI 4

/* skb->mark of every frame that we re-inject: how we know our own frames when they come by. */
#define GARPD_MARK 0x67617270u /* "garp" */

/* The filter that is ours on a clsact hook, where tcx is missing. */
#define GARPD_TC_HANDLE	  0x6761u
#define GARPD_TC_PRIORITY 0x6761u

#define GARPD_PIN_DIR "/sys/fs/bpf/garpd"
#define GARPD_LINKS   "links" /* below it: a pinned tcx or XDP link a port, named by ifindex */

#define GARPD_MAX_PORTS		 4096u
#define GARPD_MAX_CLAIMS	 65536u /* default; `limits: claims` sets it when the map is made */
#define GARPD_MAX_DECLARED	 4096u	/* prefixes that a configuration may name */
#define GARPD_MAX_HOST		 16384u /* addresses of the host and its next hops */
#define GARPD_MAX_LISTENERS	 16384u /* of all addresses; the ones heard of last are kept */
#define GARPD_MAX_GATEWAYS	 16u	/* that a configuration may name */
#define GARPD_MAX_HEARD_GATEWAYS 4096u	/* gateways of all segments, the ones heard of last */
#define GARPD_MAX_SEEN		 16384u /* hosts whose last sign of life is kept */
#define GARPD_MAX_OWNERS	 64u /* MACs on one prefix: a failover cluster has at most 64 nodes */
#define GARPD_MAX_SUBNETS	 4096u	/* of the host, in all its segments */
#define GARPD_MAX_RULES		 4096u	/* items of `ports:` in a configuration */
#define GARPD_MAX_RULE_ITEMS	 16384u /* prefixes, and MACs, in all of them together */
#define GARPD_RULE_SETS		 3u	/* a new configuration beside the two that ports can have */
#define GARPD_MAX_RULE_ENTRIES	 (GARPD_RULE_SETS * GARPD_MAX_RULE_ITEMS)
#define GARPD_EVENTS_BYTES	 (512u * 1024u)

#define MAC_LEN	      6
#define NSEC_PER_USEC 1000ull
#define NSEC_PER_MSEC 1000000ull
#define NSEC_PER_SEC  1000000000ull

/* RFC 5227 1.1: of the sender that we wait for, and of what we do in its place. */
#define PROBE_NUM	     3
#define PROBE_MAX_NS	     (2 * NSEC_PER_SEC)
#define ANNOUNCE_WAIT_NS     (2 * NSEC_PER_SEC)
#define ANNOUNCE_NUM	     2
#define ANNOUNCE_INTERVAL_NS (2 * NSEC_PER_SEC)

/* The same for IPv6: RFC 4861 10, RFC 4862 5.1. */
#define RETRANS_TIMER_NS	  (1 * NSEC_PER_SEC)
#define DUP_ADDR_DETECT_TRANSMITS 1
#define NONCE_LEN		  6 /* of the option, RFC 7527 4: the length that everybody sends */

/* ---- an address is an address ---- */

/* IPv6, or IPv4 as ::ffff:a.b.c.d (RFC 4291 2.5.5.2): one table, one prefix tree for both. */
struct addr {
	__u8 bytes[16]; /* network byte order */
};

#define ADDR_BITS    128
#define ADDR_V4_BITS 96 /* length of ::ffff:0:0/96, what an IPv4 prefix length is counted from */

#include "claims.h"
#include "settings.h"
#include "bounds.h"

/* ---- ports ---- */

enum port_role {
	ROLE_GUEST,  /* probes heard here are announced */
	ROLE_UPLINK, /* probes heard here are another machine's business: conflicts only */
	ROLE_ROUTER, /* as ROLE_GUEST, on an L3 interface of a router: the guests are out there */
};

enum port_mode {
	MODE_AUTO, /* in a configuration only: tcx, else tc */
	MODE_TCX,
	MODE_TC,
	MODE_XDP,	  /* native: in the driver */
	MODE_XDP_GENERIC, /* on the skb, whatever the driver */
};

/* An interface where the program is attached. Map `ports`, key ifindex; the daemon writes. */
struct port {
	__u32 segment;	  /* ifindex of its bridge; of a router port, its own */
	__u16 role;	  /* enum port_role */
	__u16 mode;	  /* enum port_mode */
	__u16 forwarding; /* 1: the bridge takes frames here (STP, link state), or the router does
			   */
	__u16 vlan_proto; /* of a VLAN-aware bridge, host order; 0: the bridge looks at no tags */
	__u16 pvid;	  /* of an untagged frame on a VLAN-aware bridge; 0: none, it is dropped */
	__u8 made_qdisc;  /* 1: the clsact qdisc is of our making */
	__u8 mode_requested; /* 1: by the configuration; 0: MODE_AUTO has chosen it */
	__u8 mac[MAC_LEN];   /* a router port's own; else zero */
	__u8 relay;	     /* 1: a router port that announces on its wire, too */
	__u8 guards;	     /* GUARD_* */
	__u32 rule;	     /* which of the configuration's rules holds; 0: none */
};
_Static_assert(sizeof(struct port) == 28, "port has no holes");

/* The VLANs that a port of a VLAN-aware bridge takes. Map `port_vlans`, key ifindex. */
struct port_vlans {
	__u64 member[64]; /* bit VID % 64 of word VID / 64 */
};

/* ---- events ---- */

/* A change of a claim, as it is written to the ring buffer `events`. */
struct event {
	__u64 time_ns;
	__u64 deadline_ns; /* the claim's, after the change; 0: nothing is due */
	struct claim_key key;
	__u32 reason; /* enum counter */
	__u32 port;   /* where the frame was heard */
	__u8 mac[MAC_LEN];
	__u8 old_state;
	__u8 state;
	__u16 window_probes;
	__u16 sent; /* 1: an announcement went out with this change */
	__u32 announcements;
	struct addr listener; /* that confirmed; zero: the change is about none */
	__u64 took_ns;	      /* how long after the announcement that was */
};
_Static_assert(sizeof(struct event) == 88, "event has no holes");

/* ---- garpd_speak ---- */

/*
 * The daemon runs the tc program garpd_speak with BPF_PROG_RUN over a struct speak_frame; the
 * program answers in place.
 */
enum speak_op {
	SPEAK_DUE,	 /* do what has fallen due for the claim */
	SPEAK_NOW,	 /* announce the owner now, an operator asks */
	SPEAK_THAW,	 /* thaw a frozen claim, an operator asks */
	SPEAK_PORT_LEFT, /* its port has left: forget the claim, unless another guest has it */
	SPEAK_FABRIC, /* the fabric has learned who has the address: announce `mac` from `port` */
	/* Notes, each counted as the COUNTER_host_* of its name. */
	SPEAK_REFRESHED,      /* the host's own entry followed */
	SPEAK_NOT_REFRESHED,  /* it did not */
	SPEAK_PERMANENT,      /* it is the administrator's */
	SPEAK_EXTERN_LEARNED, /* it is EVPN's */
	SPEAK_REPAIRED,	      /* it was replaced over netlink, and is right */
	SPEAK_REPAIR_FAILED,  /* it was not to be replaced */
	SPEAK_EVPN_WRITTEN,   /* it was made or replaced for EVPN to tell of */
	SPEAK_EVPN_VERIFYING, /* the kernel was told to verify it */
	SPEAK_EVPN_FAILED,    /* it could not be written */
	SPEAK_OPS,
};
_Static_assert(SPEAK_OPS - SPEAK_REFRESHED == COUNTER_fabric_announced - COUNTER_host_refreshed,
	       "the notes and their counters, in one order");

struct speak_call {
	struct claim_key key; /* in */
	__u16 op;	      /* in: enum speak_op */
	__u16 result;	      /* out: enum counter, what was done or why not */
	__u32 port;	      /* in, SPEAK_FABRIC: ifindex, where frames of the owner come from */
	__u64 deadline_ns;    /* out: the claim's next; 0: none */
};
_Static_assert(sizeof(struct speak_call) == 40, "speak_call has no holes");

#define SPEAK_CALL_OFFSET 14 /* behind an Ethernet header, of which only the type matters */
#define SPEAK_MAC_OFFSET  (SPEAK_CALL_OFFSET + sizeof(struct speak_call))

/* As long as the shortest Ethernet frame: the program turns these very bytes into one. */
struct speak_frame {
	__u8 ethernet[SPEAK_CALL_OFFSET];
	struct speak_call call;
	__u8 mac[MAC_LEN]; /* in, SPEAK_FABRIC */
} __attribute__((packed));
_Static_assert(sizeof(struct speak_frame) == 60, "the shortest frame, ETH_ZLEN");

#endif /* GARPD_ABI_H */
