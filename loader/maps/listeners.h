/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * listeners.h - reading the maps of listeners, and a listener as a user sees it.
 */
#ifndef GARPD_MAPS_LISTENERS_H
#define GARPD_MAPS_LISTENERS_H

#include <stddef.h>

#include "bpf/abi/abi.h"
#include "loader/base/err.h"
#include "loader/base/output.h"
#include "pins.h"

struct listener_row {
	struct listener_key key;
	struct listener listener;
};

/* A copy of both maps, sorted by bridge, VLAN, address, place. */
struct listeners {
	struct listener_row *row;
	size_t count;
};

/* 0, or -errno with `why`. listeners_free takes what is left either way. */
int listeners_read(const struct pins *pins, struct listeners *listeners, struct err *why);
void listeners_free(struct listeners *listeners);

/* Those of one claim: fills at most LISTENERS rows and returns how many. */
size_t listeners_of(int listeners_fd, const struct claim_key *key, struct listener_row *rows);

/* It was nudged as often as a listener is, and has not answered. */
enum trouble listeners_trouble(const struct listener_row *row);

/* What needs attention first, then what was heard last. */
void listeners_sort_by_trouble(struct listeners *listeners);

/*
 * What `garpd show listeners` prints of a struct listener_row; ends with a NULL key. The columns
 * are those that most people want.
 */
extern const struct field listeners_fields[], listeners_columns[];

#endif
