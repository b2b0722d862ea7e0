/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * abi.h - everything that crosses the boundary between the kernel half and the tools.
 *
 * The BPF programs, the loader, the tests and the fuzzers all include this one file: a struct, a
 * constant, a default or the name of a map stands here and nowhere else. Byte order is in the
 * type (__be32, __be16) or said beside the field; times are nanoseconds of CLOCK_MONOTONIC
 * (bpf_ktime_get_ns) and end in _ns.
 */
#ifndef GARPD_ABI_H
#define GARPD_ABI_H

#include <linux/types.h>
#include <linux/bpf.h>

#include "counter_list.h"

/* Raised whenever the layout of a pinned map changes; kept in settings.abi. */
#define GARPD_ABI 2

/* skb->mark of every frame that we re-inject: how we know our own frames when they come by. */
#define GARPD_MARK 0x67617270u /* "garp" */

/* The filter that is ours on a clsact hook, where tcx is missing. */
#define GARPD_TC_HANDLE	  0x6761u
#define GARPD_TC_PRIORITY 0x6761u

#define GARPD_PIN_DIR "/sys/fs/bpf/garpd"
#define GARPD_LINKS   "links" /* below it: a pinned tcx or XDP link a port, named by ifindex */

#define GARPD_MAX_PORTS	    4096u
#define GARPD_MAX_CLAIMS    16384u /* default; `limits: claims` sets it when the map is made */
#define GARPD_MAX_DECLARED  4096u  /* prefixes that a configuration may name */
#define GARPD_MAX_HOST	    16384u /* addresses of the host and its next hops */
#define GARPD_MAX_LISTENERS 16384u /* of all addresses; the ones heard of last are kept */
#define GARPD_MAX_GATEWAYS  16u	   /* that a configuration may name */
#define GARPD_MAX_SEEN	    16384u /* hosts whose last sign of life is kept */
#define GARPD_MAX_OWNERS    64u	   /* MACs on one prefix: a failover cluster has at most 64 nodes */
#define GARPD_MAX_SUBNETS   4096u  /* of the host, in all its segments */
#define GARPD_MAX_RULES	    4096u  /* items of `ports:` in a configuration */
#define GARPD_MAX_RULED	    16384u /* prefixes, and MACs, in all of them together */
#define GARPD_EVENTS_BYTES  (512u * 1024u)

#define MAC_LEN	      6
#define NSEC_PER_USEC 1000ull
#define NSEC_PER_MSEC 1000000ull
#define NSEC_PER_SEC  1000000000ull

/*
 * RFC 5227 section 1.1. Not all of them are ours to obey (we announce, the guest probes), but all
 * of them describe the sender that we wait for.
 */
#define PROBE_WAIT_NS	       (1 * NSEC_PER_SEC)
#define PROBE_NUM	       3
#define PROBE_MIN_NS	       (1 * NSEC_PER_SEC)
#define PROBE_MAX_NS	       (2 * NSEC_PER_SEC)
#define ANNOUNCE_WAIT_NS       (2 * NSEC_PER_SEC)
#define ANNOUNCE_NUM	       2
#define ANNOUNCE_INTERVAL_NS   (2 * NSEC_PER_SEC)
#define MAX_CONFLICTS	       10
#define RATE_LIMIT_INTERVAL_NS (60 * NSEC_PER_SEC)
#define DEFEND_INTERVAL_NS     (10 * NSEC_PER_SEC)

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

/* ---- claims ---- */

/*
 * The claim's states, DESIGN 4. CLAIM_NONE is a claim that was just made or has lapsed: the table
 * never keeps one. X(name, what a newcomer should read).
 */
#define CLAIM_STATES(X)                                                                      \
	X(NONE, none, "no claim")                                                            \
	X(PROBING, probing, "the guest probes; its window is open")                          \
	X(ANNOUNCING, announcing, "the window passed quietly; announcements are being sent") \
	X(OWNED, owned, "the address has its owner; nothing is left to say")                 \
	X(CONFLICT, conflict, "somebody else has or wants the address; nobody is announced") \
	X(DENIED, denied, "the policy forbids this address to this guest")                   \
	X(FROZEN, frozen, "the address moved too often; nothing is said until it is quiet")

#define CLAIM_STATE_ENUM(NAME, name, what) CLAIM_##NAME,
enum claim_state { CLAIM_STATES(CLAIM_STATE_ENUM) CLAIM_STATE_MAX };

/* Which broadcast domain, and which address in it. Hash key: no holes, unused bytes zero. */
struct claim_key {
	__u32 segment;	  /* ifindex of the bridge (or of the L3 interface of a router port) */
	__u16 vlan;	  /* the bridge's VLAN; 0: none */
	__u16 inner_vlan; /* the second tag's VID; 0: none */
	struct addr addr;
};
_Static_assert(sizeof(struct claim_key) == 24, "claim_key is a hash key");

/* The tags of a probe, as its guest sent them and as its announcement carries them. Host order. */
struct tags {
	__u16 proto; /* ETH_P_8021Q, ETH_P_8021AD; 0: no tag */
	__u16 tci;   /* priority and VID */
	__u16 inner_proto;
	__u16 inner_tci;
};
_Static_assert(sizeof(struct tags) == 8, "tags is compared and copied whole");

/*
 * One claim. Changed by claim.h alone, in the kernel, under its lock; everyone else reads.
 * `mac`, `port` and `tags` are the guest that the claim is about now; `owner` and `owner_port` the
 * last one that got through, to which an attempt that comes to nothing falls back.
 */
struct claim {
	struct bpf_spin_lock lock;
	__u8 state;	      /* enum claim_state */
	__u8 flags;	      /* CLAIM_F_* */
	__u8 retries;	      /* of an announcement that the kernel could not queue */
	__u8 reason;	      /* enum counter: why the claim is in this state */
	struct claim_key key; /* a map element may be reused while we hold it; this tells */

	__u8 mac[MAC_LEN];
	__u8 owner[MAC_LEN];   /* zero: none yet */
	__u8 rival[MAC_LEN];   /* who contradicted last; zero: nobody */
	__u8 nonce[NONCE_LEN]; /* of the guest's last Neighbor Solicitation; zero: none */
	__u32 port;	       /* ifindex */
	__u32 owner_port;
	__u32 rival_port;
	struct tags tags;
	struct tags owner_tags;
	struct tags rival_tags;
	__u32 quota_port; /* ifindex: the port against whose quota the claim counts; 0: none */
	__u8 queued;	  /* enum queued: how long the line was that what is owed has stood in */
	__u8 pad[3];

	__u32 window_probes;	    /* in the window that is or was last open */
	__u32 window_announcements; /* slots taken since the window ended */
	__u32 probes;
	__u32 announcements; /* rounds (a round is a request and a reply, as `form` says) */
	__u32 self_announced;
	__u32 conflicts;
	__u32 moves;
	__u32 recent_moves; /* since recent_since_ns; what freezes a claim */
	__u32 refreshed;    /* announcements after which the host's own entry was right */
	__u32 nudges;	    /* sent */
	__u32 nudge_round;  /* that comes next; 0: none */
	__u32 unconfirmed;  /* listeners that have not answered since the last announcing */
	__u32 confirmations;
	struct addr confirmed_by; /* the listener that answered last */

	__u64 window_ends_ns;
	__u64 deadline_ns; /* when garpd_speak has something to do here: the next of these two */
	__u64 due_ns;	   /* of the state itself */
	__u64 nudge_ns;	   /* of the listeners; 0: nobody is to be nudged */
	__u64 nudged_ns;   /* when the last round began */
	__u64 owed_ns;	   /* when what is owed (CLAIM_F_OWED) is to be said */
	__u64 first_probe_ns;
	__u64 last_probe_ns;
	__u64 rival_probe_ns; /* of a prober that the claim was taken from; 0: it never probed */
	__u64 announced_since_ns; /* when the present owner began to be announced */
	__u64 last_announcement_ns;
	__u64 confirmed_ns; /* by confirmed_by; 0: by nobody */
	__u64 last_conflict_ns;
	__u64 last_seen_ns; /* any frame of the claim's guest or owner that names the address */
	__u64 recent_since_ns;
	__u64 changed_ns; /* last time that anything but last_seen_ns changed */
};
_Static_assert(sizeof(struct claim) == 296, "claim: pinned layout, raise GARPD_ABI");

#define CLAIM_F_DECLARED  0x01 /* the prober's MAC is on the address's list */
#define CLAIM_F_IMMEDIATE 0x02 /* announced at the first probe of this window */
#define CLAIM_F_UNSTEADY  0x04 /* this window's probes did not come one second apart */
#define CLAIM_F_OWED	  0x08 /* an announcement is owed: XDP cannot send, or the kernel refused */
#define CLAIM_F_USED	  0x10 /* the guest used the address in this window */
#define CLAIM_F_DEFENDER  0x20 /* what is owed is the rival's, who defends the address */

/* ---- listeners ---- */

#define LISTENERS 8 /* remembered of one address */

/*
 * Key of map `listeners`: the address, and which of the places there. Under the address :: stand
 * those of a whole segment: its gateways, which hold every address. No holes.
 */
struct listener_key {
	struct claim_key claim;
	__u32 place; /* below LISTENERS */
};
_Static_assert(sizeof(struct listener_key) == 28, "listener_key is a hash key");

/* A host that is likely to have the address in its cache. */
struct listener {
	struct addr addr;  /* its own */
	__u8 mac[MAC_LEN]; /* zero: not known, it has to be asked for by everybody */
	__u8 gateway;	   /* 1: of a whole segment; gives way to no other */
	__u8 tries;	   /* nudges since the last announcing that it has not answered */
	__u64 heard_ns;	   /* when it last asked for the address or answered it */
	__u64 nudged_ns;
	__u64 answered_ns; /* when it last answered a host that had the address */
};
_Static_assert(sizeof(struct listener) == 48, "listener has no holes");

/* Key of map `seen`. */
struct seen_key {
	__u32 segment;
	__u8 mac[MAC_LEN];
	__u8 pad[2];
};
_Static_assert(sizeof(struct seen_key) == 12, "seen_key is a hash key");
/* For what an announcement that is owed has waited already: it does not have to do so again. */
enum queued {
	QUEUED_NOT,
	QUEUED_PORT, /* its port's turn */
	QUEUED_ALL,  /* and that of all ports together */
};

/* ---- what the configuration says ---- */

#define ANNOUNCE_MODES(X)                                                    \
	X(AFTER_PROBE, "after-probe", "when the window has passed quietly")  \
	X(IMMEDIATE, "immediate", "at the first probe of a MAC on the list") \
	X(NEVER, "never", "not at all")

#define ANNOUNCE_MODE_ENUM(NAME, name, what) ANNOUNCE_##NAME,
enum announce_mode { ANNOUNCE_MODES(ANNOUNCE_MODE_ENUM) ANNOUNCE_MODE_MAX };

enum announce_form {
	FORM_REQUEST = 1,
	FORM_REPLY = 2,
	FORM_BOTH = FORM_REQUEST | FORM_REPLY,
};

#define NUDGE_MODES(X)                                                   \
	X(NEVER, "never", "nobody is asked whether it followed")         \
	X(AUTO, "auto", "the listeners of an address that is announced") \
	X(ALWAYS, "always", "the same where the guest announced itself")

#define NUDGE_MODE_ENUM(NAME, name, what) NUDGE_##NAME,
enum nudge_mode { NUDGE_MODES(NUDGE_MODE_ENUM) NUDGE_MODE_MAX };

/* Key of the prefix tree `addresses`: struct bpf_lpm_trie_key with an address. */
struct prefix {
	__u32 len; /* bits; an IPv4 prefix counts from ADDR_V4_BITS */
	struct addr addr;
};

/* What is declared of a prefix. No owner listed: any MAC may own it. */
struct address {
	__u32 announce; /* enum announce_mode */
	__u32 owner_count;
	__u8 owners[GARPD_MAX_OWNERS][MAC_LEN];
};
_Static_assert(sizeof(struct address) == 8 + GARPD_MAX_OWNERS * MAC_LEN, "address has no holes");

/* Why an address belongs to the host: key struct addr, map `host`. */
enum host_address {
	HOST_OWN = 1,	   /* configured on an interface, or a broadcast address of one */
	HOST_NEXT_HOP = 2, /* a gateway in a routing table */
};

/*
 * Timing and form. One element of map `settings`, written by the daemon from its configuration.
 * SETTINGS_DEFAULTS below is the only place where a default stands.
 */
struct settings {
	__u32 abi;
	__u32 form; /* enum announce_form */
	__u32 min_probes;
	__u32 announce_num;
	__u32 max_moves;
	__u32 link_local;	 /* 1: 169.254/16 and fe80::/10 are announced too */
	__u32 probes_per_second; /* of a port, on the long run; 0: unlimited */
	__u32 probes_burst;	 /* as many more at once */
	__u32 xdp_drop;		 /* 1: in XDP modes, probes beyond that are dropped */
	__u32 nudge;		 /* enum nudge_mode */
	__u32 nudge_num;	 /* tries, after which a listener is unconfirmed */
	__u32 claims_per_port;
	__u32 announcements_per_second; /* rounds, as probes_per_second */
	__u32 announcements_burst;
	__u32 all_announcements_per_second; /* of all ports together; 0: unlimited */
	__u32 pad;
	__u64 duplicate_ns;
	__u64 window_ns;
	__u64 grace_ns;
	__u64 steady_window_ns;
	__u64 steady_grace_ns;
	__u64 steady_gap_ns;
	__u64 steady_tolerance_ns;
	__u64 dad_window_ns; /* IPv6: one RetransTimer after each Neighbor Solicitation */
	__u64 dad_grace_ns;
	__u64 first_interval_ns;
	__u64 announce_interval_ns;
	__u64 nudge_interval_ns;
	__u64 refresh_ns; /* announce an owner again this often; 0: never */
	__u64 retry_ns;
	__u64 moves_ns;
	__u64 thaw_ns;
	__u64 max_age_ns;
};
_Static_assert(sizeof(struct settings) == 64 + 17 * 8, "settings has no holes");

#define SETTINGS_DEFAULTS                                                                          \
	{                                                                                          \
		.abi = GARPD_ABI, .form = FORM_BOTH, .min_probes = PROBE_NUM,                      \
		.announce_num = ANNOUNCE_NUM,                                                      \
		.max_moves = 5,			  /* FRR's dup-addr-detection: 5 moves in 180 s */ \
			.probes_per_second = 200, /* 1,000 addresses that move at once: 3 probes   \
						     each, and as many announcements */            \
			.probes_burst = 4000, .claims_per_port = 2048,                             \
		.announcements_per_second = 200, .announcements_burst = 4000,                      \
		.all_announcements_per_second = 10000, .nudge = NUDGE_AUTO, .nudge_num = 3,        \
		.nudge_interval_ns = 1 * NSEC_PER_SEC, .duplicate_ns = 50 * NSEC_PER_MSEC,         \
		.window_ns = ANNOUNCE_WAIT_NS,                                                     \
		.grace_ns = 300 * NSEC_PER_MSEC, /* networkd announces itself 2.25 s after */      \
			.steady_window_ns =                                                        \
				1 * NSEC_PER_SEC, /* Windows, 1.000 s +- 14 ms after its 3rd */    \
			.steady_grace_ns = 50 * NSEC_PER_MSEC, .steady_gap_ns = 1 * NSEC_PER_SEC,  \
		.steady_tolerance_ns = 100 * NSEC_PER_MSEC, /* a busy hypervisor delays probes */  \
			.dad_window_ns = RETRANS_TIMER_NS,                                         \
		.dad_grace_ns = 50 * NSEC_PER_MSEC, /* Windows: 1.00 s after, Linux: 1.02 s */     \
			.first_interval_ns = 1100 *                                                \
					     NSEC_PER_MSEC, /* beyond Linux's locktime of 1 s */   \
			.announce_interval_ns = ANNOUNCE_INTERVAL_NS,                              \
		.retry_ns = 10 * NSEC_PER_MSEC, .moves_ns = 180 * NSEC_PER_SEC,                    \
		.thaw_ns = 300 * NSEC_PER_SEC, .max_age_ns = 24 * 3600 * NSEC_PER_SEC,             \
	}

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
	__u32 segment;	   /* ifindex of its bridge; of a router port, its own */
	__u16 role;	   /* enum port_role */
	__u16 mode;	   /* enum port_mode */
	__u16 forwarding;  /* 1: the bridge takes frames here (STP, link state), or the router does
			    */
	__u16 vlan_proto;  /* of a VLAN-aware bridge, host order; 0: the bridge looks at no tags */
	__u16 pvid;	   /* of an untagged frame on a VLAN-aware bridge; 0: none, it is dropped */
	__u8 made_qdisc;   /* 1: the clsact qdisc is of our making */
	__u8 asked;	   /* 1: the mode was asked for; 0: it is what MODE_AUTO found */
	__u8 mac[MAC_LEN]; /* a router port's own; else zero */
	__u8 relay;	   /* 1: a router port that announces on its wire, too */
	__u8 guards;	   /* GUARD_* */
	__u32 rule;	   /* which of the configuration's rules holds; 0: none */
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
	SPEAK_DUE,    /* do what has fallen due for the claim */
	SPEAK_NOW,    /* announce the owner now, an operator asks */
	SPEAK_THAW,   /* thaw a frozen claim, an operator asks */
	SPEAK_LEFT,   /* its port has left: forget the claim, unless another guest has it */
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

#include "abi_bounds.h"

#endif /* GARPD_ABI_H */
