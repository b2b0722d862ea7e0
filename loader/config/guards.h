/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * guards.h - the rules of the configuration for segments and ports, by name.
 */
#ifndef GARPD_CONFIG_GUARDS_H
#define GARPD_CONFIG_GUARDS_H

#include <stdbool.h>
#include <stddef.h>

#include "bpf/abi/abi.h"

/* After an uplink came back, or has another active member, guests are announced: where? */
enum on_link {
	ON_LINK_AUTO, /* behind bonds and teams */
	ON_LINK_NO,
	ON_LINK_YES,
};

/* Settings of the bridges and router ports that match this name or pattern. */
struct segment_guard {
	char *segment;
	unsigned int foreign;
	unsigned int only_declared;
	unsigned int ask;
	unsigned int observe;
	unsigned int deaf;
	unsigned int announce_on_link;
};

/* Addresses and MACs allowed on the ports that match this name or pattern. None: any. */
struct port_rule {
	char *port;
	struct prefix *address;
	size_t address_count;
	__u8 (*mac)[MAC_LEN];
	size_t mac_count;
};

/* The default is all zero, but for `ask` and `observe`, which are those of SETTINGS_DEFAULTS. */
struct guards {
	unsigned int foreign;	    /* 1: addresses of other subnets are announced too */
	unsigned int only_declared; /* 1: declared addresses only */
	unsigned int ask;	    /* as in struct settings: where no segment says otherwise */
	unsigned int observe;
	unsigned int deaf; /* 1: deny where a port is unheard, also where guests are asked */
	unsigned int announce_on_link; /* enum on_link */
	struct segment_guard *segment;
	size_t segment_count;
	struct port_rule *rule;
	size_t rule_count;
	__u32 rule_base; /* number of the first rule in the maps, less one (rules.h) */
};

/*
 * Fills port->guards, port->settings and port->rule from the first item of `segments` that matches
 * the segment's name or that of the bridge, and the first rule that matches the port's.
 */
void guards_describe(const struct guards *guards, const char *segment, const char *bridge,
		     const char *name, struct port *port);

/* The same without the rules. */
void guards_describe_segment(const struct guards *guards, const char *segment, const char *bridge,
			     struct port *port);

/* In that segment, and for an uplink of that bridge: are guests announced when it comes back? */
bool guards_announce_on_link(const struct guards *guards, const char *segment, const char *bridge,
			     bool is_bonded);

void guards_free(struct guards *guards);

#endif
