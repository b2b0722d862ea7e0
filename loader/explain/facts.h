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
#include "loader/base/guest.h"
#include "loader/base/text.h"

#define EXPLAIN_INTERFACES 8 /* of the host in one segment */
#define EXPLAIN_PLACES	   8 /* segments, or ports of one kind, that one line names */
#define EXPLAIN_NAMES	   48

/* An L3 interface of the host in the segment. */
struct explain_interface {
	__u32 ifindex;
	struct neigh neigh;
	__u8 drops_here; /* drop_gratuitous_arp, or drop_unsolicited_na in IPv6, of it */
	__u8 drops_all;	 /* drop_gratuitous_arp of conf/all */
};

/* Interfaces of which the first few are named. */
struct explain_places {
	__u32 ifindex[EXPLAIN_PLACES];
	size_t count; /* of all of them, named or not */
};

/* What is known of an address in one segment; without a claim, in all segments. */
struct explain {
	struct addr addr;
	__u64 now_ns;
	struct claim claim; /* state CLAIM_NONE: there is no claim */
	struct listener_row listener[LISTENERS];
	size_t listeners;

	struct settings settings;
	bool is_declared;
	struct prefix prefix; /* the declared entry that applies */
	struct address declared;
	bool is_host;
	__u32 host;	      /* enum host_address */
	struct guard guard;   /* of claim.port */
	struct policy policy; /* on claim.mac */
	__u64 counted[COUNTER_MAX];
	int daemon; /* 1: it is running, 0: it is not, or -errno */

	bool has_port;	  /* claim.port is in map `ports`: */
	struct port port; /* its element there */
	bool port_exists; /* as an interface */
	bool in_vlan;	  /* the port takes the claim's VLAN */
	__u16 port_vlan;  /* that VLAN as the port's own bridge has it, if VLAN-aware */
	bool has_asker;	  /* somebody asks in the segment: */
	struct asker asker;
	struct explain_places segments; /* where garpd is attached; without a claim only */
	size_t ports;			/* in them */
	struct explain_places unheard;	/* ports of the claim's segment that are not heard */

	struct explain_interface interface[EXPLAIN_INTERFACES];
	size_t interfaces;
	bool has_fdb; /* the segment is a bridge: */
	struct fdb fdb, rival_fdb;
	struct bridge_port bridge_port;	   /* claim.port's */
	struct explain_places suppressing; /* other ports with neigh_suppress */

	struct {
		__u32 ifindex;
		char text[NAME_TEXT_LEN];
	} name[EXPLAIN_NAMES]; /* of all the interfaces above */
	size_t names;
	char guest[GUEST_TEXT_LEN], rival_guest[GUEST_TEXT_LEN]; /* on their ports; "": not known */
};

/* Keep an interface's name; count it as one of `places`, too. */
void explain_note_name(struct explain *explain, __u32 ifindex);
void explain_note_place(struct explain *explain, struct explain_places *places, __u32 ifindex);

/* ---- what follows from the facts ---- */

static inline bool explain_is_claimed(const struct explain *explain)
{
	return explain->claim.state != CLAIM_NONE;
}

/* The address belongs to the claim's MAC, and other hosts should have it in their caches. */
bool explain_is_settled(const struct explain *explain);

/* A host can have the address. */
bool explain_is_unicast(const struct explain *explain);

/* garpd has announced the present owner. */
bool explain_is_announced(const struct explain *explain);

/* The reasons of a claim whose window no other host disturbed. */
static inline bool explain_is_undisturbed(const struct claim *claim)
{
	return claim->reason == COUNTER_window_ended || claim->reason == COUNTER_answered ||
	       claim->reason == COUNTER_announce_next || claim->reason == COUNTER_announce_done;
}

/* Nudged since the announcement, without an answer. */
bool explain_is_waited_for(const struct explain *explain, const struct listener *listener);

/* How many probes are required. */
__u32 explain_min_probes(const struct explain *explain);

/* "br0"; "#7" where it is gone; "nowhere" for 0. */
const char *explain_name(const struct explain *explain, __u32 ifindex);

/* The port with the guest behind it: "vnet3 [web-1]". */
const char *explain_port_text(const struct explain *explain, __u32 ifindex, const char *guest,
			      char text[PORT_GUEST_TEXT_LEN]);

/* "br0, br1 and 3 more" */
#define PLACES_TEXT_LEN 256
const char *explain_places_text(const struct explain *explain, const struct explain_places *places,
				char text[PLACES_TEXT_LEN]);

/* Whether the entry has the claim's MAC; NEIGH_ABSENT unless the claim is settled. */
enum neigh_outcome explain_outcome(const struct explain *explain,
				   const struct explain_interface *interface);

#endif
