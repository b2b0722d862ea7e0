/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * facts.h - what is known of an address, and what follows from that directly. Whatever explain
 * reports is a function of a struct explain and of nothing else.
 */
#ifndef GARPD_EXPLAIN_FACTS_H
#define GARPD_EXPLAIN_FACTS_H

#include <stdbool.h>
#include <stddef.h>

#include "bpf/claim/policy.h"
#include "loader/rtnl/bridge.h"
#include "loader/maps/listeners.h"
#include "loader/rtnl/neigh.h"
#include "loader/base/text.h"

#define EXPLAIN_INTERFACES 8 /* of the host in one segment */
#define EXPLAIN_PLACES	   8 /* segments, or ports of one kind, that are named: one line */
#define EXPLAIN_NAMES	   48

/* An L3 interface of the host in the segment. */
struct explain_interface {
	__u32 ifindex;
	struct neigh neigh;
	__u8 drops_here; /* drop_gratuitous_arp, or drop_unsolicited_na in IPv6, of it */
	__u8 drops_all;	 /* drop_gratuitous_arp of conf/all */
	__u8 accepts;	 /* arp_accept, or accept_untracked_na: an announcement makes an entry */
};

/* Interfaces of which the first few are named. */
struct explain_places {
	__u32 ifindex[EXPLAIN_PLACES];
	size_t count; /* of all, which may be more */
};

/* What is known of an address in one segment; or, without a claim, anywhere here. */
struct explain {
	struct addr addr;
	__u64 now_ns;
	struct claim claim; /* state CLAIM_NONE: nobody has claimed the address */
	struct listener_row listener[LISTENERS];
	size_t listeners;

	struct settings settings;
	bool is_declared;
	struct prefix prefix; /* the entry of the configuration that counts here */
	struct address declared;
	bool is_host;
	__u32 host;	      /* enum host_address */
	struct guard guard;   /* of claim.port */
	struct policy policy; /* on claim.mac */
	__u64 counted[COUNTER_MAX];
	int daemon; /* 1: it runs, 0: it does not, or -errno */

	bool has_port;			/* claim.port is described, which is: */
	struct port port;		/* as the programs see it */
	bool port_exists;		/* as an interface */
	bool in_vlan;			/* the port takes the claim's VLAN */
	struct explain_places segments; /* where garpd is; without a claim */
	size_t ports;			/* there in all */

	struct explain_interface interface[EXPLAIN_INTERFACES];
	size_t interfaces;
	bool has_fdb; /* the segment is a bridge, of which: */
	struct fdb fdb, rival_fdb;
	struct bridge_port bridge_port;	   /* claim.port's */
	struct explain_places suppressing; /* other ports with neigh_suppress */

	struct {
		__u32 ifindex;
		char text[NAME_TEXT_LEN];
	} name[EXPLAIN_NAMES]; /* of all the interfaces above */
	size_t names;
};

/* Names an interface among the facts; and where it counts as one of `places`, there. */
void explain_note_name(struct explain *explain, __u32 ifindex);
void explain_note_place(struct explain *explain, struct explain_places *places, __u32 ifindex);

/* ---- what follows from the facts ---- */

static inline bool explain_is_claimed(const struct explain *explain)
{
	return explain->claim.state != CLAIM_NONE;
}

/* The claim's MAC is whom the address belongs to, and everybody is meant to know it. */
bool explain_is_settled(const struct explain *explain);

/* garpd has announced the present owner. */
bool explain_is_announced(const struct explain *explain);

/* It was nudged since then, or would have been, and has not answered. */
bool explain_is_waited_for(const struct explain *explain, const struct listener *listener);

/* How many probes make a claim. */
__u32 explain_min_probes(const struct explain *explain);

/* "br0"; "#7" where it is gone; "nowhere" for 0. */
const char *explain_name(const struct explain *explain, __u32 ifindex);

/* "br0, br1 and 3 more" */
#define PLACES_TEXT_LEN 256
const char *explain_places_text(const struct explain *explain, const struct explain_places *places,
				char text[PLACES_TEXT_LEN]);

/* Does the entry say what everybody is meant to know? NEIGH_ABSENT where nobody is meant to. */
enum neigh_outcome explain_outcome(const struct explain *explain,
				   const struct explain_interface *interface);

#endif
