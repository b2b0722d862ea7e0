/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parts.h - the state between evpn.c, evpn_guests.c and evpn_fabric.c. Nobody else includes
 * this.
 */
#ifndef GARPD_EVPN_PARTS_H
#define GARPD_EVPN_PARTS_H

#include <stdbool.h>
#include <sys/queue.h>

#include "evpn.h"
#include "loader/rtnl/follow.h"
#include "loader/rtnl/neigh.h"

LIST_HEAD(verify_list, verify);
LIST_HEAD(svi_list, svi);
LIST_HEAD(binding_list, binding);
TAILQ_HEAD(binding_queue, binding);

struct evpn {
	sd_event *event;
	const struct pins *pins;
	const struct ports *ports;
	enum evpn_mode mode;
	struct netlink netlink; /* questions */
	struct follow follow;	/* open where the table is followed */
	bool following;

	struct verify_list verifying; /* entries that the kernel is to verify */

	void *bindings;		     /* tree of struct binding, tsearch(3) */
	struct binding_list all;     /* the same in no order */
	struct svi_list svis;	     /* that they are on */
	struct binding_queue saying; /* entries whose MAC is to be announced, oldest first */
	sd_event_source *turn;	     /* goes on with that queue */
	bool is_mute;		     /* garpd_speak did not run when it was called last */
	bool starting;		     /* what is heard now was so before this daemon was */
};

/* ---- evpn_guests.c ---- */

void evpn_guests_forget(struct evpn *evpn);

/* ---- evpn_fabric.c ---- */

/* One RTM_NEWNEIGH or RTM_DELNEIGH. 0, or -ENOMEM. */
int evpn_fabric_hear(struct evpn *evpn, const struct nlmsghdr *message);

/* Around a dump of the whole table: what was not heard in between is gone. */
void evpn_fabric_read_begin(struct evpn *evpn);
void evpn_fabric_read_end(struct evpn *evpn);

/* Links have changed: an SVI that is gone takes its entries along. */
void evpn_fabric_settle(struct evpn *evpn);

/* Announces what is queued, a part of it at a time. */
void evpn_fabric_say(struct evpn *evpn);

void evpn_fabric_forget(struct evpn *evpn);

#endif
