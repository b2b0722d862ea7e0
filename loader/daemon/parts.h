/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parts.h - the daemon's state, which the files of this folder share. Not for other folders.
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
#include "later.h"
#include "loader/maps/events.h"
#include "loader/evpn/evpn.h"
#include "loader/topology/askers.h"
#include "loader/topology/host.h"
#include "loader/topology/ports.h"
#include "loader/topology/subnets.h"

TAILQ_HEAD(departures, departure);

struct status;
struct ways;
struct uplinks;
struct missing;

struct daemon {
	sd_event *event;
	daemon_configure configure;
	void *configure_ctx;
	struct config config;
	struct datapath datapath;
	struct host *host;
	struct ports *ports;
	struct ways *ways;
	struct status *status; /* NULL: no service manager */
	struct uplinks *uplinks;
	struct subnets subnets; /* as the map has them */
	struct askers askers;	/* the same */
	struct events *events;
	struct later *later;
	struct deadlines *deadlines;
	struct confirm *confirm;
	struct evpn *evpn;
	struct departures departures;	 /* ports whose claims have to be swept, oldest first */
	sd_event_source *sweep;		 /* timer; NULL: no departures */
	sd_event_source *take;		 /* timer; NULL: all claims were taken along */
	sd_event_source *room;		 /* timer; NULL: no port is nearly full */
	unsigned int room_tries;	 /* of that */
	bool sweep_failed;		 /* the last one, which was logged once */
	unsigned int unguarded;		 /* addresses of the host that the map did not take */
	unsigned int unguarded_reported; /* that count when it was logged last */
	struct err unguarded_why;	 /* of the first of them */
	struct err attach_why;		 /* of the first port that failed while starting */
	__u32 *fresh; /* ports that garpd was not attached to before this start */
	size_t fresh_count;
	struct missing *missing; /* ports that garpd could not be attached to */
	size_t missing_count;
	bool is_reloading;	      /* what cannot be attached is said once more */
	unsigned int waiting_bridges; /* names and patterns without a match while starting */
	unsigned int waiting_routers;
	bool is_starting;
	bool is_ovs_lost;   /* the database of Open vSwitch is away */
	bool netns_is_gone; /* the network namespace of --netns was deleted: the daemon ends */
	int netns_fd;	    /* inotify's; 0: without --netns */
};

/*
 * The port has left its segment (0: any may have, before this daemon). Ten seconds later the claims
 * of a port that has not come back are forgotten. `takes_claims`: it is on the same bridge, which
 * was joined or parted; for as long claims are taken along that the daemon learns of.
 */
void daemon_sweep_later(struct daemon *daemon, __u32 ifindex, bool takes_claims);
/* A claim of the port could not be taken along: it is not swept before it was tried again. */
void daemon_take_later(struct daemon *daemon, __u32 ifindex);
/* The next one of them, which is tried now; or 0. */
__u32 daemon_take_next(struct daemon *daemon);
bool daemon_takes_claims(const struct daemon *daemon, __u32 ifindex);
void daemon_sweep_end(struct daemon *daemon);

/* A port of the segment could not be attached; or it is, or has left. */
void daemon_note_missing(struct daemon *daemon, __u32 ifindex, const struct port *port);
void daemon_forget_missing(struct daemon *daemon, __u32 ifindex);
bool daemon_is_missing(const struct daemon *daemon, __u32 ifindex);

/*
 * Which segment the port is in depends on the database of Open vSwitch, which has not told it yet?
 * Then what a former daemon has described holds, and a port that it had not where bridges were
 * joined waits.
 */
bool daemon_leaves_alone(const struct daemon *daemon, __u32 ifindex, const struct port *port);

/* A port's quota is nearly used up: within a second its quietest claims are forgotten. */
void daemon_make_room(struct daemon *daemon);

/* The port forwards now: guests that probed before are asked at once. */
void daemon_port_opened(struct daemon *daemon, __u32 ifindex);

/* Its bridge was joined to another, or parted from it: its claims go to the segment it is in now.
 */
void daemon_take_claims(struct daemon *daemon, __u32 ifindex);

/* After a change of the host's addresses or of links. */
void daemon_settle_subnets(struct daemon *daemon);
void daemon_settle_askers(struct daemon *daemon);

/* After a new configuration. 0, or -ENOMEM with `why`. */
int daemon_guard_gateways(struct daemon *daemon, struct err *why);

/* In this order: guard the host's addresses, attach the ports, start the clock. 0, or -errno with
 * `why`. */
int daemon_start_host(struct daemon *daemon, struct err *why);
int daemon_start_ports(struct daemon *daemon, struct err *why);
int daemon_start_claims(struct daemon *daemon, struct err *why);

/*
 * With --netns, before privileges are dropped: ends the loop, with netns_is_gone set, once that
 * network namespace is deleted. 0, or -errno with `why`.
 */
int daemon_watch_netns(struct daemon *daemon, struct err *why);

/*
 * Detaches from all ports there and removes the pins: no verb could, and they would keep the next
 * network namespace of that name from being served. Returns -ENOENT with `why`.
 */
int daemon_leave_netns(struct daemon *daemon, struct err *why);

/* After a failed start: detaches what it has attached. */
void daemon_undo_ports(struct daemon *daemon);

#endif
