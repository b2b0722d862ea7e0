/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * config.h - the configuration, from the file and from the flags, checked.
 */
#ifndef GARPD_CONFIG_CONFIG_H
#define GARPD_CONFIG_CONFIG_H

#include <stdbool.h>
#include <stddef.h>

#include "bpf/abi/abi.h"
#include "loader/base/err.h"
#include "faults.h"
#include "guards.h"

/* Interface names or fnmatch(3) patterns; of bridges, "!" before one keeps those out. */
struct names {
	char **name;
	size_t count;
};

/* A declared prefix, as an element of the map `addresses`. */
struct declared {
	struct prefix prefix;
	struct address address;
	unsigned int line; /* of the file; 0: declared by a flag */
};

/* Whether an EVPN fabric is behind the bridges (evpn.h). */
enum evpn_mode {
	EVPN_AUTO, /* where a bridge has a VXLAN port */
	EVPN_YES,
	EVPN_NO,
};

struct config {
	struct names bridges;
	struct names uplinks; /* ports with this role, of any kind */
	struct names guests;
	struct names routers; /* L3 interfaces */
	unsigned int relay;   /* 1: router ports announce on the wire, too */
	struct declared *declared;
	size_t declared_count;
	struct addr gateways[GARPD_MAX_GATEWAYS];
	size_t gateway_count;
	struct guards guards;
	enum port_mode mode;
	enum evpn_mode evpn;
	struct settings settings; /* but `ask` and `observe`, which are in `guards` */
	__u32 max_claims;
	char *ovsdb;	  /* the socket of Open vSwitch's database; NULL: OVSDB_SOCKET */
	unsigned int ovn; /* 1: OVN's own bridge may be followed */
	char *group;	  /* that may read the pinned maps; NULL: none */
	unsigned int group_line;
	char *file; /* that was loaded, for later errors; NULL: none */
};

/* An empty configuration with the defaults. */
void config_init(struct config *config);

/*
 * Reads FILE into a configuration that config_init made, and checks it. 0; or -errno with
 * FILE:LINE, what is wrong and the remedy of the first fault in `why`, and `config` is as
 * config_init made it.
 */
int config_load(struct config *config, const char *file, struct err *why);

/*
 * The same, with every fault of the file, to be freed in either case. 0; -EINVAL with the faults,
 * and `config` has what could be read, which is to be freed; or another -errno, or -EINVAL without
 * a fault, with `why`.
 */
int config_read(struct config *config, const char *file, struct faults *faults, struct err *why);

/*
 * Sets a flag of `garpd run`: bridge, uplink, router, declare, mode or observe (whose value is
 * NULL: all segments, whatever the file says), with the words and checks of the file. Call it after
 * config_load, so that --mode wins. A name that is listed already is not added again. --declare
 * takes ADDR=MAC[,MAC...] and means `announce: immediate`. 0, or -errno with the flag and what is
 * wrong in `why`.
 */
int config_set_flag(struct config *config, const char *flag, const char *value, struct err *why);

/*
 * Checks the whole: at least one bridge or router port, no prefix declared twice, no overlap of
 * prefixes with owners. Call it last: config_load has checked the file alone, and not that it names
 * a bridge or router port, which a flag may do. 0, or -errno with `why`.
 */
int config_check(const struct config *config, struct err *why);

/* Takes a half-built configuration, too. */
void config_free(struct config *config);

/* Does a name or pattern match, and none that begins with "!"? */
bool names_match(const struct names *names, const char *name);

/* Does one that begins with "!" match the name? */
bool names_exclude(const struct names *names, const char *name);
bool name_is_excluding(const char *name);

/* The declared prefix that applies to the address, the longest; NULL: none does. */
const struct declared *config_declared_of(const struct config *config, const struct addr *addr);

/* How many do not begin with "!". */
size_t names_wanted(const struct names *names);

#endif
