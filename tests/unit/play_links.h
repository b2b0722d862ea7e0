/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * play_links.h - plays the kernel for ports.c: tells of links in rtnetlink's own messages, and
 * writes down the ops that follow, a line each.
 */
#ifndef GARPD_TEST_PLAY_LINKS_H
#define GARPD_TEST_PLAY_LINKS_H

#include <stdbool.h>
#include <linux/if_bridge.h>
#include <linux/rtnetlink.h>

#include "loader/topology/ports.h"

#define PLAY_LINES 128
#define PLAY_HOSTS 8 /* bridges whose own device is a port, at a time */

struct play {
	struct config config;
	struct ports *ports;
	bool quiet;   /* count only */
	bool refuses; /* what is added cannot be attached, nor what changes described */
	bool hosts;   /* write down the bridges' own devices, too */
	__u32 host[PLAY_HOSTS];
	unsigned int known;	  /* so often something was no longer unknown */
	unsigned int backs, back; /* uplinks that came back, and the last of them */
	bool back_bonded;
	size_t told;
	size_t expected;
	char line[PLAY_LINES][320];
};

/* The contents of an AF_UNSPEC RTM_NEWLINK. */
struct play_link {
	unsigned int ifindex;
	const char *name;
	const char *kind; /* NULL: no IFLA_LINKINFO kind, as a NIC */
	unsigned int master;
	unsigned char state; /* of a bridge port */
	bool down;
	bool no_carrier;
	bool vlan_filtering; /* a bridge's */
	unsigned short vlan_proto;
	unsigned short default_pvid;
	unsigned int lower;   /* a VLAN device's, or a veth's other end */
	bool lower_elsewhere; /* that is in another network namespace */
	unsigned short vlan;
	unsigned short tag_proto; /* 0: 802.1Q */
	unsigned short type;	  /* ARPHRD_*; 0: Ethernet */
	unsigned char mac;	  /* the last byte of 02:00:00:00:00:xx */
	unsigned char bond_mode;
	const char *slave_kind; /* what the master is; NULL: a bridge */
	bool member_down;	/* its link, in a bond */
	bool member_backup;
	unsigned short aggregator;
	bool neigh_suppress; /* of a bridge port */
	unsigned int event;  /* IFLA_EVENT_* that the message tells of */
	const char *alias;   /* NULL: none */
	const char *bus;     /* of its device; NULL: none, or a kernel before 5.14 */
};

void play_init(struct play *play);
void play_end(struct play *play);

/* One or two names or patterns; `b` may be NULL. */
void play_names(struct names *names, const char *a, const char *b);

/* ports_new, with the configuration as it is; and this pattern for bridges, NULL: none. */
void play_start_as_configured(struct play *play);
void play_start(struct play *play, const char *bridges);

/* The kernel's messages. */
void play_link(struct play *play, struct play_link link);
void play_bridge(struct play *play, unsigned int ifindex, const char *name);
void play_port(struct play *play, unsigned int ifindex, const char *name, const char *kind,
	       unsigned int master); /* forwarding where it has a master */
void play_veth(struct play *play, unsigned int ifindex, const char *name, unsigned int master,
	       unsigned int other_end); /* likewise */
void play_gone(struct play *play, unsigned int ifindex);
void play_wireless_event(struct play *play, unsigned int ifindex);

/* AF_BRIDGE: a port's state without VLANs, a forwarding port's VLANs, the bridge's own VLANs. */
void play_port_state(struct play *play, int type, unsigned int ifindex, unsigned int master,
		     unsigned char state);
void play_port_vlans(struct play *play, unsigned int ifindex, unsigned int master,
		     const struct bridge_vlan_info *vlans, size_t count);
void play_own_vlans(struct play *play, unsigned int ifindex, const struct bridge_vlan_info *vlans,
		    size_t count);
void play_embedded_switch(struct play *play, unsigned int ifindex, unsigned int master);

/*
 * The next op in line, as one of:
 *
 *	added|changed 10 tap0: on 2, guest, forwarding
 *	added|changed 10 tap0: on 2, uplink, not forwarding, relay
 *	added|changed 10 tap0: ..., 8100 pvid 7 vlans 7 100-130
 *	added|changed 10 tap0: ..., 8100 pvid 7 vlans 7 9, ways 7>0- on 2 9>9 on 3
 *	added|changed 10 tap0: on 2 by 3, rest 3 any 4, drops returned, ...
 *	added|changed 10 eth1: on 10, router xx, forwarding
 *	added|changed 2 br0: on 2, host, forwarding	(with `hosts`)
 *	removed 10 tap0, exists|gone
 *	renamed 10 tap0 to vnet0
 *	seen br0
 *	waiting vmbr*
 *	joined br1 to br0 by veth1
 *	refused veth0 veth1, second|loop|protocols
 *	behind veth0, br1
 *	macvtap tap1 on eth0|br0, a bridge's
 *	noted ovs0, KIND
 *	router waiting eth*
 *	router refused eth1, ethernet|bridge|enslaved
 */
void play_expect(struct play *play, const char *format, ...) __attribute__((format(printf, 2, 3)));
void play_expect_silence(struct play *play);

#endif
