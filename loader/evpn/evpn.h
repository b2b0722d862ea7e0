/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * evpn.h - an EVPN fabric: it learns of what is announced here, and what moves there is announced
 * here.
 *
 * What the hypervisors of a fabric share goes through the kernel's neighbour table, which a routing
 * daemon (FRR's zebra) reads and writes. There is no protocol of ours.
 *
 *	evpn_guests.c	a guest of this bridge was announced: its entry on the bridge's own
 *			interface (the SVI) is written, upon which zebra tells the fabric. A moment
 *			after the window the kernel is told to verify the guest: a false claim
 *			withdraws itself.
 *	evpn_fabric.c	an entry that zebra wrote (extern_learn) has another MAC: announced on the
 *			local bridge, which the fabric carries no announcement to.
 */
#ifndef GARPD_EVPN_EVPN_H
#define GARPD_EVPN_EVPN_H

#include <systemd/sd-event.h>

#include "bpf/abi/abi.h"
#include "loader/config/config.h"
#include "loader/base/err.h"
#include "loader/maps/pins.h"
#include "loader/topology/ports.h"

struct evpn;

/* `pins` and `ports` must outlive it. 0, or -errno with `err`. */
int evpn_open(struct evpn **evpn, sd_event *event, const struct pins *pins,
	      const struct ports *ports, enum evpn_mode mode, struct err *err);
void evpn_close(struct evpn *evpn); /* takes NULL */

/*
 * The configuration or the ports have changed: begins to follow the neighbour table, or stops.
 * Takes NULL. What cannot be done is logged.
 */
void evpn_settle(struct evpn *evpn, enum evpn_mode mode);

/* A claim has changed. */
void evpn_heard(struct evpn *evpn, const struct event *event);

/*
 * Events of this claim may have been lost, among them the one by which its guest got the address;
 * what was told already is not told again.
 */
void evpn_missed(struct evpn *evpn, const struct claim *claim);

#endif
