/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pins.h - the pinned objects under GARPD_PIN_DIR, as every tool opens them, and their lock.
 *
 * There is no control socket: who may open these may look (maps) or act (garpd_speak).
 */
#ifndef GARPD_MAPS_PINS_H
#define GARPD_MAPS_PINS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "bpf/abi/abi.h"
#include "loader/base/err.h"

#define PIN_PATH_LEN 128
#define PINS_NEXT    "next" /* below GARPD_PIN_DIR: what is to replace the maps there, adopt.h */

/* File descriptors, -1 where not open. */
struct pins {
	int claims;
	int ports;
	int port_vlans;
	int port_limits;
	int lanes;
	int addresses;
	int subnets;
	int askers;
	int rule_addresses;
	int rule_macs;
	int host;
	int listeners;
	int gateways;
	int gateways_heard;
	int seen;
	int settings;
	int counters;
	int events;
	int speak;	/* the program garpd_speak */
	int speak_lock; /* GARPD_LINKS: whoever calls it holds flock(2) on it meanwhile */
};

/* Opens what is pinned. 0, or -errno with `err`: -ENOENT means that garpd is not loaded here,
 * -EPROTO that another version's layout is. Maps are opened read-only for a tool that only looks.
 */
int pins_open(struct pins *pins, bool read_only, struct err *err);
void pins_close(struct pins *pins);

/* Is the map of claims that is open the one that is pinned now? */
bool pins_are_pinned(const struct pins *pins);

/*
 * The pin directory itself is the lock that keeps a second daemon away: flock(2) on it, for as
 * long as *lock_fd stays open. Makes the directory where it is missing; one that is not ours alone
 * to write to is refused. 0, or -errno with `err` (-EBUSY: somebody else holds it).
 */
int pins_lock(int *lock_fd, struct err *err);

/*
 * Does a daemon hold that lock? 1, 0, or -errno. Reads /proc/locks: to try the lock could keep a
 * daemon away that starts at that moment.
 */
int pins_is_locked(void);

/*
 * The group may list the directory and read the maps, and nobody else but us; our own group is
 * nobody. The programs stay ours: whoever opens one may run it. 0, or -errno with `err`.
 */
int pins_share(gid_t gid, struct err *err);

/* "GARPD_PIN_DIR/name" and "GARPD_PIN_DIR/links/IFINDEX[-xdp[-generic]]". Return `path`. */
const char *pins_path(const char *name, char path[PIN_PATH_LEN]);
const char *pins_link_path(__u32 ifindex, enum port_mode mode, char path[PIN_PATH_LEN]);

/* Fills `err` with why `path` cannot be had, and returns `code`. */
int pins_explain(const char *path, int code, struct err *err);

/* Removes a directory below GARPD_PIN_DIR, and what is in it. 0, also where there is none. */
int pins_remove_below(const char *name, struct err *err);

/* Removes every pin and the directory. 0, or -errno with `err`. */
int pins_remove(struct err *err);

#endif
