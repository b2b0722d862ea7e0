/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * links.h - the kernel's links as rtnetlink tells of them, as far as ports.c asks.
 *
 * A table keyed by ifindex and the reading of RTM_NEWLINK and RTM_DELLINK. What follows from a
 * change is ports.c's business.
 */
#ifndef GARPD_RTNL_LINKS_H
#define GARPD_RTNL_LINKS_H

#include <stdbool.h>
#include <sys/queue.h>
#include <linux/if.h>
#include <linux/netlink.h>

#include "bpf/abi/abi.h"
#include "netlink.h"

#define LINK_BUCKETS  1024 /* a few links a bucket on the largest host */
#define LINK_DEPARTED 64   /* deleted ones whose names are still known: a log line may come late */

enum link_kind {
	LINK_OTHER,  /* physical, or a kind that leads out of the host */
	LINK_GUEST,  /* tun, tap, veth, macvtap: a guest is behind it */
	LINK_BRIDGE, /* is what ports belong to */
	LINK_VLAN,   /* a VLAN device */
	LINK_VXLAN,  /* a tunnel to other hypervisors */
};

/* What a change is told by: compared whole, no holes. */
struct link_facts {
	__u32 master;	    /* ifindex; 0: none */
	__u32 lower;	    /* a VLAN device's, or a veth's other end; 0: not in this namespace */
	__u16 kind;	    /* enum link_kind */
	__u16 vlan;	    /* a VLAN device's VID */
	__u16 vlan_proto;   /* a bridge's, host order; 0: it looks at no tags */
	__u16 default_pvid; /* a bridge's */
	__u16 pvid;	    /* a port's, or the bridge's own */
	__u8 up;
	__u8 port_state; /* a bridge port's, BR_STATE_* */
	__u8 ethernet;	 /* it has a MAC, which is: */
	__u8 enslaved;	 /* its master has the addresses in its place: a bridge, a bond, no VRF */
	__u8 mac[MAC_LEN];
	__u8 neigh_suppress; /* a bridge port's: it carries no announcement, EVPN does it */
	__u8 pad[3];
};
_Static_assert(sizeof(struct link_facts) == 32, "link_facts is compared whole");

struct link {
	LIST_ENTRY(link) in_bucket;
	LIST_ENTRY(link) in_vlans; /* of a VLAN device only */
	__u32 ifindex;
	char name[IFNAMSIZ];
	struct link_facts facts;
	struct port_vlans *vlans; /* NULL: no VLAN was heard of */
	bool heard;		  /* since links_forget_heard() */

	/* ports.c's: what the ops know of it */
	TAILQ_ENTRY(link) in_changed;
	bool is_changed;     /* in that queue */
	bool vlans_changed;  /* since the ops heard of them */
	bool is_port;	     /* added() was called */
	bool is_missing;     /* and failed, or changed() did */
	bool is_seen_bridge; /* bridge_seen() was called */
	bool told_behind;    /* bridge_behind() was called for it */
	__u8 told_fault;     /* enum router_fault: router_refused() was called for it */
	char told_name[IFNAMSIZ];
	struct port told;
};

LIST_HEAD(link_list, link);

struct link_departed {
	__u32 ifindex;
	char name[IFNAMSIZ];
};

struct links {
	struct link_list buckets[LINK_BUCKETS];
	struct link_list vlans; /* the VLAN devices among them */
	struct link_departed departed[LINK_DEPARTED];
	unsigned int departed_count;
};

enum link_news {
	LINK_NOTHING, /* not a link, or nothing that matters is different */
	LINK_CHANGED, /* new or different */
	LINK_GONE,    /* deleted: still in the table, links_drop() is the caller's */
};

/*
 * Takes one message. An enum link_news, with *link set unless it is LINK_NOTHING; or -ENOMEM.
 * *before is what the facts were (zero for a new link).
 */
int links_hear(struct links *links, const struct nlmsghdr *message, struct link **link,
	       struct link_facts *before);

/*
 * Asks the kernel for all links and then for all bridge ports, for links_hear. As netlink_dump:
 * 0, 1 (something may have been missed), or -errno.
 */
int links_read(struct netlink *netlink, netlink_hear hear, void *ctx);

/* The name, also of a link that was dropped not long ago; NULL: not known. */
const char *links_name(const struct links *links, __u32 ifindex);

/* Is there a bridge whose name matches this fnmatch(3) pattern? */
bool links_has_bridge(const struct links *links, const char *pattern);

/* The VLAN devices on `lower` with that VID: fills at most `max`, returns how many it filled. */
size_t links_vlan_devices(const struct links *links, __u32 lower, __u16 vlan, __u32 *ifindexes,
			  size_t max);

struct link *links_find(const struct links *links, __u32 ifindex);

/* The other end of a veth, where both are in this network namespace; else NULL. */
struct link *links_peer(const struct links *links, const struct link *link);

/* Each link once, in no order. Take the next one before the one at hand is dropped. */
struct link *links_first(const struct links *links);
struct link *links_next(const struct links *links, const struct link *link);

void links_forget_heard(struct links *links);
void links_drop(struct links *links, struct link *link);
void links_clear(struct links *links);

#endif
