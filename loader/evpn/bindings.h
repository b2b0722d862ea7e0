/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bindings.h - what the neighbour table has for the addresses on the bridges' own interfaces
 * (SVIs).
 */
#ifndef GARPD_EVPN_BINDINGS_H
#define GARPD_EVPN_BINDINGS_H

#include "parts.h"

/* An address on an SVI. */
struct binding {
	__u32 svi; /* sorted by this and addr */
	struct addr addr;
	bool is_heard;	       /* since evpn_fabric_read_begin() */
	__u8 learned[MAC_LEN]; /* written by zebra last: the remote owner; zero: none */
	__u8 local[MAC_LEN];   /* the last local owner; zero: unknown */
	bool is_learned;       /* zebra's entry is in the table */
	__u8 resolves_left;    /* after zebra's entry has gone: requests to resolve it */
	bool is_queued;
	TAILQ_ENTRY(binding) in_queue;
	LIST_ENTRY(binding) others;
};

/* An interface of a bridge that has entries. */
struct svi {
	LIST_ENTRY(svi) others;
	__u32 ifindex;
	bool is_reached; /* by the fabric: zebra has written an entry since we follow the table */
};

/* NULL if it has no entries. */
struct svi *svi_find(const struct evpn *evpn, __u32 ifindex);

void svi_free(struct svi *svi);

/* Is the bridge part of a fabric: as configured, or by what zebra and neigh_suppress show? */
bool evpn_is_on(const struct evpn *evpn, __u32 bridge, __u32 svi);

/* NULL if the address is not known on that interface. */
struct binding *binding_find(struct evpn *evpn, const struct neigh *neigh);

/* Finds or makes the binding of an entry that is valid. NULL: out of memory. */
struct binding *binding_take(struct evpn *evpn, const struct neigh *neigh);

/* Puts it at the end of the queue of what has to be announced; takes it out. Both idempotent. */
void binding_queue(struct evpn *evpn, struct binding *binding);
void binding_unqueue(struct evpn *evpn, struct binding *binding);

void binding_forget(struct evpn *evpn, struct binding *binding);

/* Forgets those of one interface, 0: of all. */
void bindings_forget(struct evpn *evpn, __u32 svi);

#endif
