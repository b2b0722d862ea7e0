/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pins.h - the pinned objects under GARPD_PIN_DIR, as every tool opens them, and their lock.
 *
 * There is no control socket: who may open these may look (maps) or act (garpd_speak).
 */
#ifndef GARPD_PINS_H
#define GARPD_PINS_H

#include <stdbool.h>
#include <stddef.h>

#include "../bpf/abi.h"
#include "err.h"

#define PIN_PATH_LEN 128

/* File descriptors, -1 where not open. */
struct pins {
	int claims;
	int ports;
	int port_vlans;
	int port_limits;
	int addresses;
	int host;
	int settings;
	int counters;
	int events;
	int speak; /* the program garpd_speak */
};

/* Opens what is pinned. 0, or -errno with `err`: -ENOENT means that garpd is not loaded here.
 * Maps are opened read-only for a tool that only looks.
 */
int pins_open(struct pins *pins, bool read_only, struct err *err);
void pins_close(struct pins *pins);

/*
 * The pin directory itself is the lock that keeps a second daemon away: flock(2) on it, for as
 * long as *lock_fd stays open. Makes the directory where it is missing. 0, or -errno with `err`
 * (-EBUSY: somebody else holds it).
 */
int pins_lock(int *lock_fd, struct err *err);

/* "GARPD_PIN_DIR/name" and "GARPD_PIN_DIR/links/IFINDEX[-xdp[-generic]]". Return `path`. */
const char *pins_path(const char *name, char path[PIN_PATH_LEN]);
const char *pins_link_path(__u32 ifindex, enum port_mode mode, char path[PIN_PATH_LEN]);

/* Removes every pin and the directory. 0, or -errno with `err`. */
int pins_remove(struct err *err);

/*
 * One call of garpd_speak (bpf/abi.h). Fills `call`'s result and deadline. 0, or -errno: the
 * program did not run.
 */
int pins_speak(const struct pins *pins, struct speak_call *call);

/* The same for SPEAK_FABRIC, which is about a MAC. */
int pins_speak_for(const struct pins *pins, struct speak_call *call, const __u8 mac[MAC_LEN]);

/* The claim, whole. 0, or -errno (-ENOENT: there is none). */
int pins_claim(const struct pins *pins, const struct claim_key *key, struct claim *claim);

/*
 * Is `mac` what may be said to have the address, as the claim stands this moment? What is done for
 * an announcement a while after it asks this again.
 */
bool pins_claim_stands(const struct pins *pins, const struct claim_key *key,
		       const __u8 mac[MAC_LEN]);

#endif
