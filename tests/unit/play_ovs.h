/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * play_ovs.h - plays the database of Open vSwitch for ports.c, in rows as its updates have them.
 */
#ifndef GARPD_TEST_PLAY_OVS_H
#define GARPD_TEST_PLAY_OVS_H

#include <jansson.h>

#include "loader/ovs/tables.h"
#include "play_links.h"

struct play_ovs {
	json_t *rows;
	struct ovs_tables tables;
};

/*
 * Of a port with one interface; both have that name. JSON with ' for ". Its MAC, like that of
 * play_ovs_device() and play_ovs_link(), ends in its ifindex.
 */
struct play_ovs_port {
	unsigned int ifindex;
	const char *name;
	const char *port;      /* columns of the port; NULL: none */
	const char *interface; /* and of the interface */
};

/* The kernel's link of ovs-system, and of a device that Open vSwitch has made. */
void play_ovs_system(struct play *play);
void play_ovs_device(struct play *play, unsigned int ifindex, const char *name);

/* A link that belongs to it: of that kind; NULL: a network card. */
void play_ovs_link(struct play *play, unsigned int ifindex, const char *name, const char *kind,
		   unsigned int other_end);

/* Rows, which replace others of the same name. The bridge's local port is a port like others. */
void play_ovs_bridge(struct play_ovs *ovs, const char *name, const char *columns);
void play_ovs_port(struct play_ovs *ovs, const char *bridge, struct play_ovs_port port);
void play_ovs_row(struct play_ovs *ovs, const char *table, const char *name, const char *columns);
/* A bridge with its local port. */
void play_ovs_local(struct play_ovs *ovs, unsigned int ifindex, const char *name,
		    const char *columns);
void play_ovs_delete(struct play_ovs *ovs, const char *table, const char *name);

/* Has the ports hear it, and settles them. */
void play_ovs_hear(struct play_ovs *ovs, struct play *play);

void play_ovs_end(struct play_ovs *ovs);

#endif
