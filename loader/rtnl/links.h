/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * links.h - the kernel's links by their ifindex, as far as garpd has to know them: read from
 * RTM_NEWLINK and RTM_DELLINK. What a change leads to is up to loader/topology.
 */
#ifndef GARPD_RTNL_LINKS_H
#define GARPD_RTNL_LINKS_H

#include <stdbool.h>
#include <sys/queue.h>
#include <linux/if.h>
#include <linux/netlink.h>

#include "bpf/abi/abi.h"
#include "netlink.h"

#define LINK_BUCKETS  4096 /* a few links a bucket on the largest host */
#define LINK_DEPARTED 64   /* deleted links whose names are kept for late log lines */

enum link_kind {
	LINK_OTHER, /* physical, or another kind that leads out of the host */
	LINK_GUEST, /* tun, tap, veth, a vif of Xen: leads to a guest */
	LINK_BRIDGE,
	LINK_VLAN,     /* a VLAN device */
	LINK_VXLAN,    /* a tunnel to other hypervisors */
	LINK_MACVTAP,  /* leads to a guest, past every bridge port: Linux lets it be none */
	LINK_INTERNAL, /* an interface of the host on an Open vSwitch bridge, beside the bridge's
			  own */
};

/* How another member takes over in a bond or team. */
enum link_bonded {
	LINK_BONDED_NOT,
	LINK_BONDED_TOLD,     /* reported by the kernel, or no switch has to learn it */
	LINK_BONDED_BALANCED, /* balance-tlb, balance-alb: not reported; its members' changes are */
	LINK_BONDED_LACP,     /* 802.3ad: the same; it matters if it is another aggregator */
};

/* What the kernel tells of Open vSwitch: neither which bridge it is, nor the VLANs. */
enum link_ovs {
	LINK_OVS_NOT,
	LINK_OVS_DEVICE, /* one that it has made: a bridge, an internal port, or ovs-system */
	LINK_OVS_PORT,	 /* another one that belongs to ovs-system */
	LINK_OVS_PATCH,	 /* no link of the kernel: a patch port, made from the database */
};

/* Their ifindexes are beyond those of the kernel. */
#define LINK_PATCH_FIRST 0x80000000u

/* Compared whole to find a change: no holes. */
struct link_facts {
	__u32 master;	    /* ifindex; 0: none */
	__u32 lower;	    /* under a VLAN device, or a veth's peer; 0: not in this namespace */
	__u16 kind;	    /* enum link_kind */
	__u16 vlan;	    /* of a VLAN device */
	__u16 tag_proto;    /* of a VLAN device, host order: which kind of tag has that VLAN */
	__u16 vlan_proto;   /* of a bridge, host order; 0: not VLAN-aware */
	__u16 default_pvid; /* of a bridge */
	__u16 pvid;	    /* of a port, or of the bridge itself */
	__u16 aggregator;   /* of a member of a bond of mode 802.3ad */
	__u8 up;
	__u8 port_state; /* of a bridge port, BR_STATE_* */
	__u8 ethernet;	 /* 1: `mac` is set */
	__u8 enslaved;	 /* 1: its master (a bridge, a bond; not a VRF) has its IP addresses */
	__u8 mac[MAC_LEN];
	__u8 neigh_suppress; /* of a bridge port: EVPN replies in place of flooding there */
	__u8 hairpin;	     /* of a bridge port: it sends frames back to where they came from */
	__u8 bonded;	     /* enum link_bonded */
	__u8 failovers;	     /* so often it had another active member; counts on from 255 to 0 */
	__u8 ovs;	     /* enum link_ovs */
	__u8 access;	     /* of a port of Open vSwitch: frames with a tag are dropped */
	__u8 carrier;	     /* of a link of Open vSwitch; a bridge port's is in `port_state` */
	__u8 member_up;	     /* of a member of a bond: its link is up, and it is used */
	__u8 drops_returned; /* a member of a bond of Open vSwitch: what comes back ends there */
	__u8 pad[3];
};
_Static_assert(sizeof(struct link_facts) == 44, "link_facts is compared whole");

struct link {
	LIST_ENTRY(link) in_bucket;
	TAILQ_ENTRY(link) in_all;
	LIST_ENTRY(link) in_vlans; /* if has_lower */
	bool has_lower;		   /* a VLAN device */
	__u32 ifindex;
	char name[IFNAMSIZ];
	char *alias;		  /* `ip link set NAME alias TEXT`, as it was given; NULL: none */
	struct link_facts facts;  /* of a link of Open vSwitch with what its database has */
	struct link_facts told;	  /* by the kernel alone */
	bool is_refined;	  /* these are different, and the VLANs are from the database */
	struct port_vlans *vlans; /* NULL: in no VLAN */
	struct port_vlans *untagged; /* of these, those that leave untagged; NULL: the PVID alone */
	unsigned int vlans_version;  /* raised with each change of them */
	bool heard;		     /* since the last dump began */

	/* Its name in the database of Open vSwitch, once its ifindex and MAC are; "": not known. */
	char ovs_name[IFNAMSIZ];
	bool is_unknown; /* what it is depends on that database, which has not told it yet */
	bool was_unknown;

	/* What loader/topology has reported of it. */
	TAILQ_ENTRY(link) in_changed;
	bool is_changed;      /* in that queue */
	bool is_port;	      /* added() was called */
	bool is_missing;      /* added() or changed() has failed */
	bool reported_behind; /* bridge_behind() was called */
	__u8 reported_fault;  /* enum router_fault of router_refused() */
	char reported_name[IFNAMSIZ];
	struct port reported;
	__u32 reported_vlans;	       /* the link whose VLANs they are */
	unsigned int reported_version; /* and their version */
	__u64 reported_way;	       /* a hash of its vlan_way */

	/* What loader/topology has found out about bridges and the veths between them. */
	__u32 segment;	      /* of a bridge: that of the outer one; 0: not followed */
	__u32 way_out;	      /* of a bridge: its port that leads there; 0: it is the outer one */
	__u32 reported_where; /* the segment that bridge_seen() or bridge_joined() named */
	__u32 place;	      /* of a bridge, while joints are looked for */
	bool was_outer;	      /* of a segment of several bridges */
	__u8 member_changes;  /* of a bond: counts on, as failovers, those that are not reported */
	__u16 aggregator;     /* of a bond: its members'; 0: not known */
	__u8 joint;	      /* of a veth between bridges: enum joint_kind */
	__u8 reported_failovers;
	__u8 reported_joint;   /* that which joint_refused() was called for */
	bool reported_macvtap; /* macvtap_seen() was called for one on this link */
};

LIST_HEAD(link_list, link);

struct link_departed {
	__u32 ifindex;
	char name[IFNAMSIZ];
};

struct links {
	struct link_list buckets[LINK_BUCKETS];
	TAILQ_HEAD(all_links, link) all;      /* in the order in which they were heard of */
	struct link_list vlans[LINK_BUCKETS]; /* the VLAN devices, by what they are on */
	struct link_departed departed[LINK_DEPARTED];
	unsigned int departed_count;
};

enum link_change {
	LINK_UNCHANGED, /* or not a message about a link */
	LINK_CHANGED,	/* new or different */
	LINK_GONE,	/* deleted, but still in the table: the caller calls links_drop() */
};

/*
 * Takes one message. Returns an enum link_change, with *link (unless unchanged) and *before, the
 * facts as they were (zero for a new link); or -ENOMEM.
 */
int links_hear(struct links *links, const struct nlmsghdr *message, struct link **link,
	       struct link_facts *before);

/* The link that the message is about, as it is known; NULL: none, or no such message. */
struct link *links_meant(const struct links *links, const struct nlmsghdr *message);

/* Dumps all links, then all bridge ports, for links_hear(). As netlink_run. */
int links_read(struct netlink *netlink, netlink_hear hear, void *ctx);

/* The name, also of one of the last LINK_DEPARTED deleted links; NULL: unknown. */
const char *links_name(const struct links *links, __u32 ifindex);

/*
 * The VLAN, as in struct claim_key, in which frames of a VLAN device are on the link that it is on.
 * 0: that is a VLAN-aware bridge of another protocol, to which its tag is payload.
 */
__u16 link_vlan_on(const struct link *device, const struct link *lower);

/* Fills in the VLAN devices on `lower` in this VLAN, at most `max`. Returns how many. */
size_t links_vlan_devices(const struct links *links, const struct link *lower, __u16 vlan,
			  __u32 *ifindexes, size_t max);

struct link *links_find(const struct links *links, __u32 ifindex);

/* ---- link_vlans.c ---- */

/* Is the port a member of the VLAN; and if so, do its frames leave without a tag? */
bool link_has_vlan(const struct link *link, __u16 vlan);
bool link_untags(const struct link *link, __u16 vlan);

/* From IFLA_AF_SPEC of a message about the port; NULL: it has none. An enum link_change, or
 * -ENOMEM. */
int link_read_vlans(struct link *link, const struct nlattr *af_spec);

void link_forget_vlans(struct link *link);

/* From elsewhere; `untags`: frames in its PVID leave without a tag. As link_read_vlans(). */
int link_set_vlans(struct link *link, const struct port_vlans *vlans, bool untags);

/* ---- link_bonds.c ---- */

/* From IFLA_INFO_DATA of a bond, and IFLA_INFO_SLAVE_DATA of its member. */
void link_read_bond(const struct nlattr *info_data, struct link_facts *facts);
void link_read_member(const struct nlattr *slave_data, struct link_facts *facts);

/* ---- links.c ---- */

/* The other end of a veth, if it is in this network namespace; else NULL. */
struct link *links_peer(const struct links *links, const struct link *link);

/*
 * What a VLAN device is on, down to the last one of several tags; any other link is itself. One
 * whose device is in another network namespace is itself, too.
 */
const struct link *links_base(const struct links *links, const struct link *link);

/* The VLAN devices on a link: its own, not those on them. */
#define links_for_each_vlan(device, links, on)                                          \
	LIST_FOREACH((device), &(links)->vlans[(on)->ifindex % LINK_BUCKETS], in_vlans) \
		if ((device)->facts.lower == (on)->ifindex)

/* Take the next one before you drop one. */
#define links_for_each(link, links) \
	for ((link) = TAILQ_FIRST(&(links)->all); (link); (link) = TAILQ_NEXT(link, in_all))

/* Adds one that the kernel does not have. NULL: out of memory. */
struct link *links_add(struct links *links, __u32 ifindex);

void links_drop(struct links *links, struct link *link);

#endif
