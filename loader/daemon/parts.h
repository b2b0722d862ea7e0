/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parts.h - the daemon's state, between the files that wire the modules to it. For daemon*.c
 * alone.
 */
#ifndef GARPD_DAEMON_PARTS_H
#define GARPD_DAEMON_PARTS_H

#include <stdbool.h>
#include <sys/queue.h>
#include <systemd/sd-event.h>

#include "confirm.h"
#include "daemon.h"
#include "loader/datapath/datapath.h"
#include "deadlines.h"
#include "loader/maps/events.h"
#include "loader/evpn/evpn.h"
#include "loader/topology/host.h"
#include "loader/topology/ports.h"
#include "loader/topology/subnets.h"

TAILQ_HEAD(departures, departure);

struct daemon {
	sd_event *event;
	daemon_configure configure;
	void *configure_ctx;
	struct config config;
	struct datapath datapath;
	struct host *host;
	struct ports *ports;
	struct subnets subnets; /* that the map has */
	struct events *events;
	struct deadlines *deadlines;
	struct confirm *confirm;
	struct evpn *evpn;
	struct departures departures; /* ports whose claims are to be swept, oldest first */
	sd_event_source *sweep;	      /* NULL: there are none */
	bool sweep_failed;	      /* the last time, which the log has */
	unsigned int unguarded;	      /* addresses of the host that the map has not taken, so far */
	unsigned int told_unguarded;  /* and last time, which the log has */
	struct err unguarded_err;     /* why not the first of them */
	struct err attach_err;	      /* the first port that could not be attached while starting */
	__u32 *fresh;		      /* ports that had nothing of ours before this start */
	size_t fresh_count;
	bool starting;
	bool is_mute; /* garpd_speak did not run when it was called last */
};

/*
 * The port has left its segment (0: whichever did while no daemon was looking). Ten seconds later
 * what the claims of a port that has not come back took of the table is given back.
 */
void daemon_sweep_later(struct daemon *daemon, __u32 ifindex);
void daemon_sweep_end(struct daemon *daemon);

/* Addresses of the host, or links, have changed. */
void daemon_settle_subnets(struct daemon *daemon);

/* Each: 0, or -errno with `err`. In this order. */
int daemon_start_host(struct daemon *daemon, struct err *err);	 /* the guard stands first */
int daemon_start_ports(struct daemon *daemon, struct err *err);	 /* then ports are attached */
int daemon_start_claims(struct daemon *daemon, struct err *err); /* then time runs */

/* The start has failed: what it has attached is detached again. */
void daemon_undo_ports(struct daemon *daemon);

#endif
