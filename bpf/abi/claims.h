/* SPDX-License-Identifier: GPL-2.0-only */
/* claims.h - claims, and the listeners of their addresses. Part of abi.h. */
#ifndef GARPD_ABI_CLAIMS_H
#define GARPD_ABI_CLAIMS_H

#include <linux/bpf.h>

#include "constants.h"

/* ---- claims ---- */

/*
 * States of a claim (docs/architecture.md). CLAIM_NONE is a claim that was just made or has
 * lapsed; the map never keeps one. X(NAME, name, help).
 */
#define CLAIM_STATES(X)                                                                        \
	X(NONE, none, "no claim")                                                              \
	X(PROBING, probing, "the guest probes; its window is open")                            \
	X(ANNOUNCING, announcing, "the window passed quietly; announcements are being sent")   \
	X(OWNED, owned, "the address has its owner; all announcements are sent")               \
	X(CONFLICT, conflict, "another host uses the address or probes for it; not announced") \
	X(DENIED, denied, "the policy forbids this address to this guest")                     \
	X(FROZEN, frozen, "the address moved too often; not announced until it is quiet")      \
	X(ASKING, asking, "the window passed quietly; the guest is asked for the address")     \
	X(UNANSWERED, unanswered, "the guest was asked and has not answered; it is asked again")

#define CLAIM_STATE_ENUM(NAME, name, what) CLAIM_##NAME,
enum claim_state { CLAIM_STATES(CLAIM_STATE_ENUM) CLAIM_STATE_MAX };

/* A broadcast domain and an address in it. Hash key: no holes, unused bytes zero. */
struct claim_key {
	__u32 segment;	  /* ifindex of the bridge (or of the L3 interface of a router port) */
	__u16 vlan;	  /* the bridge's VLAN, or vlan_of_tag(); 0: none */
	__u16 inner_vlan; /* vlan_of_tag() of the second tag; 0: none */
	struct addr addr;
};
_Static_assert(sizeof(struct claim_key) == 24, "claim_key is a hash key");

#define VLAN_VID 0x0fff /* of a TCI, and of a VLAN here */
#define VLAN_AD	 0x1000 /* the tag is one of 802.1ad, whose VIDs are other VLANs than 802.1Q's */
#define VLAN_ALL (VLAN_VID | VLAN_AD)

/*
 * The VLAN of a tag that no VLAN-aware bridge has taken for its own; proto and tci in host order.
 * VLANs of a VLAN-aware bridge are the VIDs of its protocol. 0: VID 0 is no VLAN, whatever its
 * protocol.
 */
static inline __u16 vlan_of_tag(__u16 proto, __u16 tci)
{
	__u16 vid = proto ? tci & VLAN_VID : 0;

	return vid && proto == 0x88a8 /* ETH_P_8021AD */ ? vid | VLAN_AD : vid;
}

/* VLAN tags of the guest's probe, copied into its announcement. Host order. */
struct tags {
	__u16 proto; /* ETH_P_8021Q, ETH_P_8021AD; 0: no tag */
	__u16 tci;   /* priority and VID */
	__u16 inner_proto;
	__u16 inner_tci;
};
_Static_assert(sizeof(struct tags) == 8, "tags is compared and copied whole");

/* Which limits a deferred announcement has already waited for; it does not wait for them again. */
enum queued {
	QUEUED_NOT,
	QUEUED_PORT, /* the limit of its port */
	QUEUED_ALL,  /* and the limit of all ports together */
};

/*
 * Who asks a guest for its address. The sender of a question is one interface: its MAC, and one of
 * its addresses. From 0.0.0.0 every IPv4 host answers that is through with duplicate address
 * detection; one that is not may take it for a conflict.
 */
enum asker_kind {
	ASKER_NONE,
	ASKER_HOST,	  /* an address of the segment's own L3 interface */
	ASKER_LINK_LOCAL, /* it has none: a link-local one, made from its MAC */
	ASKER_ZERO,	  /* 0.0.0.0 */
	ASKER_MAX,
};

/* The sender of questions in a segment. Map `askers`, key struct subnet; the daemon writes. */
struct asker {
	struct addr addr;
	__u8 mac[MAC_LEN];
	__u16 kind; /* enum asker_kind */
};
_Static_assert(sizeof(struct asker) == 24, "asker has no holes");

/*
 * One claim. hear_make_claim() initialises it; after that only claim.h changes it, in the
 * kernel, under its lock. All others read. `mac`, `port` and `tags` are the guest that claims
 * the address now; `owner` and `owner_port` are the last guest that got it, to which a failed
 * attempt falls back.
 */
struct claim {
	struct bpf_spin_lock lock;
	__u8 state;   /* enum claim_state */
	__u8 flags;   /* CLAIM_F_* */
	__u8 retries; /* of an announcement that the kernel could not queue */
	__u8 reason;  /* enum counter: why the claim is in this state */
	struct claim_key
		key; /* a map element may be reused while a pointer to it is held; the key tells */

	__u8 mac[MAC_LEN];
	__u8 owner[MAC_LEN];   /* zero: none yet */
	__u8 rival[MAC_LEN];   /* the host that objected last; zero: none */
	__u8 nonce[NONCE_LEN]; /* of the guest's last Neighbor Solicitation; zero: none */
	__u32 port;	       /* ifindex */
	__u32 owner_port;
	__u32 rival_port; /* 0: not known, or it has probed since, so it is no defender */
	struct tags tags;
	struct tags owner_tags;
	struct tags rival_tags;
	__u32 quota_port; /* ifindex: the port against whose quota the claim counts; 0: none */
	__u8 queued;	  /* enum queued: limits already waited for */
	__u8 role;	  /* enum port_role of `port` when the guest was heard there */
	__u8 owner_role;  /* enum port_role of `owner_port` */
	__u8 unsolicited; /* confirmations since the last announcing by listeners that were not
			     nudged */
	__u8 questions;	  /* of the present series that have left; 255: or more */
	__u8 asked_as;	  /* enum asker_kind of the last question */
	__u8 answered_to; /* enum asker_kind that the guest answered last; asks first next time */
	__u8 ask_flags;	  /* ASK_F_* */
	__u32 asked;	  /* questions, of all series */
	__u8 through_mac[MAC_LEN]; /* the guest of came_through_ns */
	__u8 is_timed; /* 1: its next announcement tells how long it took since window_end_ns */
	__u8 pad;

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
	__u32 nudge_round;  /* next round; 0: none */
	__u32 unconfirmed;  /* listeners that have not answered since the last announcing */
	__u32 confirmations;
	struct addr confirmed_by; /* the listener that answered last */

	__u64 window_end_ns;
	__u64 deadline_ns;  /* when garpd_speak has something to do here: the next of these */
	__u64 due_ns;	    /* of the state itself */
	__u64 nudge_ns;	    /* of the next round of nudges; 0: none */
	__u64 nudged_ns;    /* when the last round began */
	__u64 ask_ns;	    /* the next question, for whose answer the others wait; 0: none */
	__u64 asking_ns;    /* when the present series of questions began */
	__u64 asked_ns;	    /* when the last question left */
	__u64 answered_ns;  /* when the guest last named the address on its port; 0: not since doubt
			     */
	__u64 probe_gap_ns; /* the longest between two probes of this window */
	__u64 deferred_ns;  /* when the deferred announcement (CLAIM_F_DEFERRED) is due */
	__u64 first_probe_ns;
	__u64 last_probe_ns;
	__u64 rival_probe_ns;	  /* of the prober that lost the window to this one; 0: none */
	__u64 announced_since_ns; /* when the present owner began to be announced */
	__u64 announce_start_ns;  /* when the last announcement was about to be sent */
	__u64 last_announcement_ns;
	__u64 confirmed_ns; /* by confirmed_by; 0: not confirmed */
	__u64 last_conflict_ns;
	__u64 last_seen_ns; /* a frame of the guest that names the address */
	__u64 recent_since_ns;
	__u64 changed_ns; /* last change of state, guest or port, announcement or confirmation */
	/*
	 * When a frame of through_mac that names the address came out at the bridge's own device,
	 * past the filters of the bridge; 0: never. It says nothing of a guest with another MAC.
	 */
	__u64 came_through_ns;
};
_Static_assert(sizeof(struct claim) == 368, "claim: pinned layout, raise GARPD_ABI");

#define CLAIM_F_DECLARED  0x01 /* the prober's MAC is on the address's list */
#define CLAIM_F_IMMEDIATE 0x02 /* announced at the first probe of this window */
#define CLAIM_F_UNSTEADY  0x04 /* this window's probes did not come one second apart */
#define CLAIM_F_DEFERRED  0x08 /* an announcement is deferred: XDP, retry, rate limit */
#define CLAIM_F_USED	  0x10 /* the guest used the address in this window */
#define CLAIM_F_DEFENDER  0x20 /* it is the rival's, which defends the address */
#define CLAIM_F_DOUBTED	  0x40 /* in doubt: another host used it since, or the owner moved */
#define CLAIM_F_OBSERVED  0x80 /* it would have been announced, and was not: settings.observe */

/* Of the present series of questions. */
#define ASK_F_TURN	 0x01 /* its next one has waited for its port's turn, until ask_ns */
#define ASK_F_UNANSWERED 0x02 /* it has had no answer for 1.6 s */
#define ASK_F_OWNER	 0x04 /* its last one went to the former owner */
#define ASK_F_TWICE	 0x08 /* it follows an answer in doubt, by a second */
#define ASK_F_OWNER_NEXT 0x10 /* its next one goes to the former owner */

/* ---- what a claim looks like ---- */

#define GARPD_MAX_FIELDS 512
#define FIELD_NAME_LEN	 48

/* Key of map `layout`: a field of struct claim, "key.vlan", or a number in one, "state=owned". */
struct field_name {
	char text[FIELD_NAME_LEN]; /* the rest is zero */
};

/* Where the field is, in bytes; or the number, with a size of 0. */
struct field_place {
	__u32 offset;
	__u32 size;
};

/* ---- listeners ---- */

#define LISTENERS 8 /* remembered of one address */

/*
 * Key of map `listeners`: an address, and one of its LISTENERS places. In map `gateways_heard`
 * the address is ::, and the places are for the gateways of the segment, which have every
 * address in their cache. No holes.
 */
struct listener_key {
	struct claim_key claim;
	__u32 place; /* below LISTENERS */
};
_Static_assert(sizeof(struct listener_key) == 28, "listener_key is a hash key");

/* A host that probably has the address in its cache. */
struct listener {
	struct addr addr;  /* its own */
	__u8 mac[MAC_LEN]; /* zero: not known; nudges are broadcast */
	__u8 gateway;	   /* 1: of a whole segment; not evicted by other hosts */
	__u8 tries;	   /* unanswered nudges since the last announcing; 255: or more */
	__u64 heard_ns;	   /* when it last asked for the address or replied to it */
	__u64 nudged_ns;
	__u64 answered_ns; /* its first reply to the claim's MAC since that was announced */
};
_Static_assert(sizeof(struct listener) == 48, "listener has no holes");

/* Key of map `asked`: a guest's MAC. */
struct asked_key {
	__u32 segment;
	__u8 mac[MAC_LEN];
	__u8 pad[2];
};
_Static_assert(sizeof(struct asked_key) == 12, "asked_key is a hash key");

#define ASKED_CLAIMS 4 /* remembered of one MAC, by the address's last byte */

/* The claims whose guest, a MAC, is asked. Map `asked`. */
struct asked {
	struct claim_key claim[ASKED_CLAIMS]; /* all zero: none */
};
_Static_assert(sizeof(struct asked) == ASKED_CLAIMS * sizeof(struct claim_key),
	       "asked has no holes");

#endif /* GARPD_ABI_CLAIMS_H */
