/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * constants.h - names, sizes, times, and what an address is: what every other part stands on. Part
 * of abi.h.
 */
#ifndef GARPD_ABI_CONSTANTS_H
#define GARPD_ABI_CONSTANTS_H

#include <linux/types.h>

/*
 * Raised whenever the layout of a pinned map changes; kept in settings.abi. Claims go over to the
 * new layout field by field (map `layout`), so a field of struct claim that gets another meaning
 * gets another name.
 */
#define GARPD_ABI 10

/* skb->mark of every frame that garpd re-injects, so that its programs know it again. */
#define GARPD_MARK 0x67617270u /* "garp" */

/*
 * garpd's filter on a clsact or ingress hook, where the kernel has no tcx: the first, unless
 * another kind of filter has that priority.
 */
#define GARPD_TC_HANDLE	       0x6761u
#define GARPD_TC_PRIORITY      1u
#define GARPD_TC_PRIORITY_LATE 0x6761u

#define GARPD_PIN_DIR "/sys/fs/bpf/garpd"
#define GARPD_LINKS   "links" /* below it: a pinned tcx or XDP link a port, named by ifindex */

#define GARPD_MAX_PORTS		 16384u
#define PORT_STAYS		 2	/* inner bridges of a port where VLANs may end */
#define PORT_ANY		 4	/* segments in which a port's frames may be in any VLAN */
#define GARPD_MAX_PORT_NAMES	 32768u /* of ports and of those that are gone, the most recent */
#define GARPD_MAX_CLAIMS	 65536u /* default; `limits: claims` sets it when the map is made */
#define GARPD_MAX_DECLARED	 4096u	/* prefixes that a configuration may name */
#define GARPD_MAX_HOST		 16384u /* addresses of the host, its next hops and gateways */
#define GARPD_MAX_LISTENERS	 16384u /* of all addresses; the most recent are kept */
#define GARPD_MAX_GATEWAYS	 16u	/* that a configuration may name */
#define GARPD_MAX_HEARD_GATEWAYS 4096u	/* of all segments; the most recent are kept */
#define GARPD_MAX_ECHOES	 4096u	/* VLANs of segments; the most recent are kept */
#define GARPD_MAX_CLAIMED	 16384u /* VLANs of addresses; those probed for last are kept */
#define GARPD_MAX_ASKED		 16384u /* MACs of guests that are asked; the most recent are kept */
#define GARPD_MAX_OWNERS	 64u /* MACs on one prefix: a failover cluster has at most 64 nodes */
#define GARPD_MAX_SUBNETS	 4096u	/* of the host, in all its segments */
#define GARPD_MAX_RULES		 4096u	/* items of `ports:` in a configuration */
#define GARPD_MAX_RULE_ITEMS	 16384u /* prefixes, and MACs, in all of them together */
#define GARPD_RULE_SETS		 3u	/* a new one, and two that ports may still use */
#define GARPD_MAX_RULE_ENTRIES	 (GARPD_RULE_SETS * GARPD_MAX_RULE_ITEMS)
#define GARPD_EVENTS_BYTES	 (512u * 1024u)

#define MAC_LEN	      6
#define NSEC_PER_USEC 1000ull
#define NSEC_PER_MSEC 1000000ull
#define NSEC_PER_SEC  1000000000ull

/* RFC 5227 1.1: the prober's constants, and those of the announcements made for it. */
#define PROBE_NUM	     3
#define PROBE_MAX_NS	     (2 * NSEC_PER_SEC)
#define ANNOUNCE_WAIT_NS     (2 * NSEC_PER_SEC)
#define ANNOUNCE_NUM	     2
#define ANNOUNCE_INTERVAL_NS (2 * NSEC_PER_SEC)

/* IPv6: RFC 4861 10, RFC 4862 5.1. */
#define RETRANS_TIMER_NS	  (1 * NSEC_PER_SEC)
#define DUP_ADDR_DETECT_TRANSMITS 1
#define NONCE_LEN		  6 /* of the option, RFC 7527 4 */

/* ---- addresses ---- */

/* IPv6, or IPv4 as ::ffff:a.b.c.d (RFC 4291 2.5.5.2): one table, one prefix tree for both. */
struct addr {
	__u8 bytes[16]; /* network byte order */
};

#define ADDR_BITS    128
#define ADDR_V4_BITS 96 /* length of ::ffff:0:0/96, what an IPv4 prefix length is counted from */

#endif /* GARPD_ABI_CONSTANTS_H */
