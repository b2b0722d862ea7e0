/* SPDX-License-Identifier: GPL-2.0-only */
/* settings.h - the configuration, as the programs read it. Part of abi.h. */
#ifndef GARPD_ABI_SETTINGS_H
#define GARPD_ABI_SETTINGS_H

#include "constants.h"

/* ---- the configuration ---- */

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

#define NUDGE_MODES(X)                                                  \
	X(NEVER, "never", "listeners are not nudged")                   \
	X(AUTO, "auto", "listeners of an address that garpd announced") \
	X(ALWAYS, "always", "also of an address whose guest announced itself")

#define NUDGE_MODE_ENUM(NAME, name, what) NUDGE_##NAME,
enum nudge_mode { NUDGE_MODES(NUDGE_MODE_ENUM) NUDGE_MODE_MAX };

/* Key of the prefix tree `addresses`: struct bpf_lpm_trie_key with an address. */
struct prefix {
	__u32 len; /* bits; an IPv4 prefix counts from ADDR_V4_BITS */
	struct addr addr;
};

/* A declared prefix. Without owners any MAC may own it. */
struct address {
	__u32 announce; /* enum announce_mode */
	__u32 owner_count;
	__u8 owners[GARPD_MAX_OWNERS][MAC_LEN];
};
_Static_assert(sizeof(struct address) == 8 + GARPD_MAX_OWNERS * MAC_LEN, "address has no holes");

/* Why an address belongs to the host. Map `host`, key struct addr. */
enum host_address {
	HOST_OWN = 1,	   /* configured on an interface, or a broadcast address of one */
	HOST_NEXT_HOP = 2, /* a gateway in a routing table or of the configuration */
};

/*
 * Timing, limits and form: an element of map `settings`, written by the daemon from its
 * configuration. Defaults stand in SETTINGS_DEFAULTS below, and only there.
 */
struct settings {
	__u32 abi;
	__u32 form; /* enum announce_form */
	__u32 min_probes;
	__u32 announce_num;
	__u32 max_moves;
	__u32 link_local;	 /* 1: 169.254/16 and fe80::/10 are announced too */
	__u32 probes_per_second; /* per port, long-term rate; 0: unlimited */
	__u32 probes_burst;	 /* per port, burst */
	__u32 xdp_drop;		 /* 1: in XDP modes, probes beyond that limit are dropped */
	__u32 nudge;		 /* enum nudge_mode */
	__u32 nudge_num;	 /* nudges before a listener counts as unconfirmed */
	__u32 claims_per_port;
	__u32 announcements_per_second; /* rounds, as probes_per_second */
	__u32 announcements_burst;
	__u32 all_announcements_per_second; /* of all ports together; 0: unlimited */
	__u32 ask;     /* 1: guests are asked for the address before they are announced */
	__u32 observe; /* 1: nothing is sent, and nobody is asked */
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
	__u64 answer_ns;      /* how long a guest's answer is good for */
	__u64 ask_give_up_ns; /* after the last probe, or after the first question of a series */
	__u64 echo_ns;	      /* a frame that has not come back from an uplink by then does not */
};
_Static_assert(sizeof(struct settings) == 72 + 20 * 8, "settings has no holes");

/*
 * Map `settings` has those of the configuration, and then the same for the segments, in each of
 * which `ask` and `observe` may be different: at settings_index(), which struct port holds.
 */
#define SETTINGS_OF_ALL 0
#define SETTINGS_COUNT	5

static inline __u32 settings_index(__u32 ask, __u32 observe)
{
	return 1 + !!ask + 2 * !!observe;
}

static inline __u32 settings_asks(__u32 index)
{
	return (index - 1) & 1;
}

static inline __u32 settings_observes(__u32 index)
{
	return (index - 1) >> 1 & 1;
}

#define GARPD_NUDGE_NUM 3 /* nudges before a listener counts as unconfirmed */

/* clang-format off */
#define SETTINGS_DEFAULTS { \
	.abi = GARPD_ABI, \
	.form = FORM_BOTH, \
	.min_probes = PROBE_NUM, \
	.announce_num = ANNOUNCE_NUM, \
	.max_moves = 5,			/* FRR's dup-addr-detection: 5 moves in 180 s */ \
	.probes_per_second = 200, \
	.probes_burst = 4000,		/* 1,000 addresses that move at once: 3 probes each */ \
	.nudge = NUDGE_AUTO, \
	.nudge_num = GARPD_NUDGE_NUM, \
	.claims_per_port = 2048, \
	.announcements_per_second = 200, \
	.announcements_burst = 4000,	/* announcements of the same 1,000 addresses */ \
	.all_announcements_per_second = 10000, \
	.ask = 1, \
	.duplicate_ns = 50 * NSEC_PER_MSEC, \
	.window_ns = ANNOUNCE_WAIT_NS, \
	.grace_ns = 300 * NSEC_PER_MSEC,	/* networkd announces itself 2.25 s after */ \
	.steady_window_ns = 1 * NSEC_PER_SEC,	/* Windows: 1.000 s +- 14 ms after its 3rd */ \
	.steady_grace_ns = 50 * NSEC_PER_MSEC, \
	.steady_gap_ns = 1 * NSEC_PER_SEC, \
	.steady_tolerance_ns = 100 * NSEC_PER_MSEC, /* a busy hypervisor delays probes */ \
	.dad_window_ns = RETRANS_TIMER_NS, \
	.dad_grace_ns = 50 * NSEC_PER_MSEC,	/* Windows: 1.00 s after, Linux: 1.02 s */ \
	.first_interval_ns = 1100 * NSEC_PER_MSEC, /* beyond Linux's locktime of 1 s */ \
	.announce_interval_ns = ANNOUNCE_INTERVAL_NS, \
	.nudge_interval_ns = 1 * NSEC_PER_SEC, \
	.retry_ns = 10 * NSEC_PER_MSEC, \
	.moves_ns = 180 * NSEC_PER_SEC, \
	.thaw_ns = 300 * NSEC_PER_SEC, \
	.max_age_ns = 24 * 3600 * NSEC_PER_SEC, \
	.answer_ns = 1 * NSEC_PER_SEC, \
	.ask_give_up_ns = 600 * NSEC_PER_SEC, \
	.echo_ns = 200 * NSEC_PER_MSEC, \
}
/* clang-format on */

#endif /* GARPD_ABI_SETTINGS_H */
