/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parts.h - the state that the files of this folder share. Not for other folders.
 */
#ifndef GARPD_EVPN_PARTS_H
#define GARPD_EVPN_PARTS_H

#include <stdbool.h>
#include <sys/queue.h>

#include "evpn.h"
#include "loader/rtnl/follow.h"
#include "loader/rtnl/neigh.h"

LIST_HEAD(svi_list, svi);
LIST_HEAD(binding_list, binding);
TAILQ_HEAD(binding_queue, binding);

struct evpn {
	sd_event *event;
	const struct pins *pins;
	const struct ports *ports;
	enum evpn_mode mode;
	struct netlink netlink; /* requests */
	struct follow follow;	/* the neighbour table; open if is_following */
	bool is_following;
	bool is_starting; /* reading entries that are older than this daemon */

	void *bindings;		    /* tree of struct binding, tsearch(3) */
	struct binding_list all;    /* the same, unsorted */
	struct svi_list svis;	    /* their interfaces */
	struct binding_queue queue; /* entries whose MAC has to be announced, oldest first */
	sd_event_source *resume;    /* timer: goes on with the queue */
};

/* ---- fabric.c ---- */

/* Takes one RTM_NEWNEIGH or RTM_DELNEIGH. 0, or -ENOMEM. */
int evpn_fabric_hear(void *evpn, const struct nlmsghdr *message);

/* Around a dump of the whole table: an entry that is not in it is gone. */
void evpn_fabric_read_begin(struct evpn *evpn);
void evpn_fabric_read_end(struct evpn *evpn);

/* After a change of links: forgets the entries of SVIs that are gone. */
void evpn_fabric_settle(struct evpn *evpn);

/* Announces what is queued, at a limited rate. */
void evpn_fabric_announce(struct evpn *evpn);

void evpn_fabric_forget(struct evpn *evpn);

#endif
