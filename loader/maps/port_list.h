/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * port_list.h - every port as it is in the map, sorted: what looks up many claims' ports, or goes
 * by segments, reads them once.
 */
#ifndef GARPD_MAPS_PORT_LIST_H
#define GARPD_MAPS_PORT_LIST_H

#include <stddef.h>

#include "pins.h"

struct port_listed {
	__u32 ifindex; /* first: compare_ifindexes() */
	struct port port;
};

struct port_list {
	struct port_listed *at;
	size_t count;
};

enum port_order { PORTS_BY_IFINDEX, PORTS_BY_SEGMENT };

/* For qsort and bsearch: of rows that begin with an ifindex, or of ifindexes. */
int compare_ifindexes(const void *a, const void *b);

/* 0 or -ENOMEM; free it either way. */
int port_list_read(const struct pins *pins, enum port_order order, struct port_list *list);
void port_list_free(struct port_list *list);

/* In a list by ifindex. NULL: it is no port. */
const struct port *port_list_find(const struct port_list *list, __u32 ifindex);

#endif
