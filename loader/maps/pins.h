/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pins.h - the pinned objects in pins_dir(), as every tool opens them, and their lock.
 *
 * There is no control socket: a process that may open these may read (maps) or act (garpd_speak).
 */
#ifndef GARPD_MAPS_PINS_H
#define GARPD_MAPS_PINS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "bpf/abi/abi.h"
#include "loader/base/err.h"

#define PIN_PATH_LEN 128
#define PINS_LOCK    "lock"   /* below pins_dir(): a directory, locked by the daemon */
#define PINS_NEXT    "next"   /* below pins_dir(): maps that are to replace those there, adopt.h */
#define PINS_FORMER  "former" /* below pins_dir(): maps that were replaced, datapath/former.h */

/* File descriptors, -1 where not open. */
struct pins {
	int claims;
	int ports;
	int port_vlans;
	int vlan_ways;
	int port_limits;
	int port_names;
	int daemon;
	int segments;
	int echoes;
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
	int settings;
	int counters;
	int histograms;
	int events;
	int speak;	 /* the program garpd_speak */
	int speak_lock;	 /* GARPD_LINKS: a caller of it holds flock(2) on it meanwhile */
	bool is_patient; /* waits seconds for that: a command, not the daemon */
};

/* Is the BPF file system mounted where it has to be? 0, or -ENODEV with `why`. */
int pins_check_bpffs(struct err *why);

/* Opens what is pinned. 0, or -errno with `why`: -ENOENT means that garpd is not loaded here,
 * -EPROTO that another version's layout is, -EBUSY that they are of another network namespace (not
 * looked at to read those of the first one). `read_only` opens the maps for reading, and not
 * garpd_speak.
 */
int pins_open(struct pins *pins, bool read_only, struct err *why);
void pins_close(struct pins *pins);

/* Whether the map of claims that is open is the one that is pinned now. */
bool pins_are_pinned(const struct pins *pins);

/*
 * Keeps a second daemon away: flock(2) on PINS_LOCK, for as long as *lock_fd stays open. Makes the
 * directories if they are missing; refuses one that other users may write to, and pins of another
 * network namespace, whose ifindexes and links are not those of this one. 0, or -errno with `why`
 * (-EBUSY: another process holds the lock, or another namespace has the pins).
 */
int pins_lock(int *lock_fd, struct err *why);

/*
 * Whether a daemon holds that lock: 1, 0, or -errno. Reads /proc/locks: trying the lock could keep
 * a daemon away that starts at that moment.
 */
int pins_is_locked(void);

/*
 * Lets the group list the directory and read the maps; with garpd's own group, no group. It may not
 * open the programs, since a process that opens one may run it. 0, or -errno with `why`.
 */
int pins_share(gid_t gid, struct err *why);

/*
 * "/sys/fs/bpf/garpd/name" and "/sys/fs/bpf/garpd/links/IFINDEX", with the suffix of the hook
 * (attach.h), of pins_dir(). Return `path`.
 */
const char *pins_path(const char *name, char path[PIN_PATH_LEN]);
const char *pins_link_path(__u32 ifindex, const char *suffix, char path[PIN_PATH_LEN]);

/* Fills `why` with the reason why `path` cannot be opened, and returns `err`. */
int pins_explain(const char *path, int err, struct err *why);

/* Removes a directory below pins_dir() with its contents. 0, also if it does not exist. */
int pins_remove_below(const char *name, struct err *why);

/* Whether garpd has a pin, or a directory, of this name wherever it has pins. */
bool pins_is_own(const char *name);

/* How many there are: maps, programs and links. */
size_t pins_count(void);

/* Removes every pin and the directory; not those of other network namespaces. 0, or -errno with
 * `why`. */
int pins_remove(struct err *why);

#endif
