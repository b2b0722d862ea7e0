/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * evpn.h - moves between this hypervisor and the others of an EVPN fabric, both ways.
 *
 * The hypervisors of a fabric share their bindings through the kernel's neighbour table, which a
 * routing daemon (FRR's zebra) reads and writes. garpd adds no protocol.
 *
 *	guests.c	A guest of this bridge was announced, and has come through the host's
 *			filters: write its entry on the bridge's own interface (the SVI), which
 *			zebra advertises to the fabric.
 *	fabric.c	zebra wrote an entry (extern_learn) with another MAC: announce it on the
 *			local bridge, since the fabric carries no announcements.
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

/* `pins` and `ports` must outlive it. 0, or -errno with `why`; evpn_close takes what is left. */
int evpn_open(struct evpn **evpn, sd_event *event, const struct pins *pins,
	      const struct ports *ports, enum evpn_mode mode, struct err *why);
void evpn_close(struct evpn *evpn); /* takes NULL */

/*
 * After a change of the configuration or the ports: begins or stops following the neighbour table.
 * Logs errors. Takes NULL.
 */
void evpn_settle(struct evpn *evpn, enum evpn_mode mode);

/* Acts on a change of a claim; on those that it wants. */
bool evpn_wants_event(const struct evpn *evpn, const struct event *event);
void evpn_hear_event(struct evpn *evpn, const struct event *event);

/*
 * Acts on a claim as it is: the event by which its guest got the address may have been lost. An
 * entry that is right already is not written again.
 */
void evpn_hear_claim(struct evpn *evpn, const struct claim *claim);

#endif
