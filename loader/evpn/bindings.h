/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bindings.h - what the neighbour table has for the addresses on the bridges' own interfaces
 * (SVIs).
 */
#ifndef GARPD_EVPN_BINDINGS_H
#define GARPD_EVPN_BINDINGS_H

#include "parts.h"

/* An address on one of our SVIs. */
struct binding {
	__u32 svi;	       /* with addr, the tree's order */
	struct addr addr;      /* behind it */
	bool heard;	       /* since evpn_fabric_read_begin() */
	__u8 learned[MAC_LEN]; /* what zebra wrote last, elsewhere's; zero: nothing yet */
	__u8 local[MAC_LEN];   /* who had it here before; zero: nobody that we know of */
	bool is_learned;       /* zebra's entry is in the table */
	__u8 asks_left;	       /* zebra's is gone, and the kernel may ask so often who has it */
	bool is_queued;
	TAILQ_ENTRY(binding) in_queue;
	LIST_ENTRY(binding) others;
};

/* An interface of ours that has entries. */
struct svi {
	LIST_ENTRY(svi) others;
	__u32 ifindex;
	bool reached; /* zebra has written one since we follow the table */
};

/* NULL if it has no entries. */
struct svi *svi_find(const struct evpn *evpn, __u32 ifindex);

void svi_free(struct svi *svi);

/* Is the bridge part of a fabric, by the configuration or by how it looks? */
bool evpn_is_on(const struct evpn *evpn, __u32 bridge, __u32 svi);

/* NULL if the address is not known on that interface. */
struct binding *binding_find(struct evpn *evpn, const struct neigh *neigh);

/* For an address that is not known yet. NULL: out of memory. */
struct binding *binding_make(struct evpn *evpn, const struct neigh *neigh);

/* Its MAC is to be announced, after those that are queued already; or it is not. */
void binding_queue(struct evpn *evpn, struct binding *binding);
void binding_unqueue(struct evpn *evpn, struct binding *binding);

void binding_forget(struct evpn *evpn, struct binding *binding);

/* Forgets those on one interface; 0: on all. */
void bindings_forget(struct evpn *evpn, __u32 svi);

#endif
