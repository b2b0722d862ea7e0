/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * config.h - what the administrator wants, from the file and from the flags, checked.
 */
#ifndef GARPD_CONFIG_CONFIG_H
#define GARPD_CONFIG_CONFIG_H

#include <stdbool.h>
#include <stddef.h>

#include "bpf/abi/abi.h"
#include "loader/base/err.h"
#include "guards.h"

/* Interface names or fnmatch(3) patterns. */
struct names {
	char **name;
	size_t count;
};

/* A prefix and what is declared of it, ready for the map `addresses`. */
struct declared {
	struct prefix prefix;
	struct address address;
	unsigned int line; /* of the file; 0: a flag declared it */
};

/* Is there an EVPN fabric behind our bridges (evpn.h)? */
enum evpn_mode {
	EVPN_AUTO, /* where a bridge looks like it */
	EVPN_YES,
	EVPN_NO,
};

struct config {
	struct names bridges;
	struct names uplinks; /* ports with this role whatever their kind */
	struct names guests;
	struct names routers; /* L3 interfaces */
	unsigned int relay;   /* 1: router ports announce on their wires, too */
	struct declared *declared;
	size_t declared_count;
	struct addr gateways[GARPD_MAX_GATEWAYS];
	size_t gateway_count;
	struct guards guards;
	enum port_mode mode;
	enum evpn_mode evpn;
	struct settings settings;
	__u32 max_claims;
	char *group; /* that may look at the pins; NULL: none */
	char *file;  /* that was loaded, for later complaints; NULL: none */
};

/* An empty configuration with every default. */
void config_init(struct config *config);

/* Reads and checks FILE into a configuration that config_init made. On error nothing is left in
 * it, and `why` says FILE:LINE, what is wrong and the remedy.
 */
int config_load(struct config *config, const char *file, struct err *why);

/*
 * A flag of `garpd run`: bridge, uplink, router, declare or mode, with the same words as in the
 * file and the same checks. Call it after config_load, so that --mode wins. A name that is there
 * already is not added twice. `why` names the flag. --declare takes ADDR=MAC[,MAC...] and means
 * `announce: immediate`.
 */
int config_set_flag(struct config *config, const char *flag, const char *value, struct err *why);

/* What holds for the whole: at least one bridge or router port, no prefix declared twice, none with
 * owners that overlaps another. Call it last. (config_load has done it for the file by itself, but
 * for the first, which a flag may name.)
 */
int config_check(const struct config *config, struct err *why);

/* Takes a configuration in any state, also half built. */
void config_free(struct config *config);

bool names_match(const struct names *names, const char *name);

#endif
