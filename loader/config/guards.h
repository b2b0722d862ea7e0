/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * guards.h - what the configuration holds segments and ports to, by their names.
 */
#ifndef GARPD_CONFIG_GUARDS_H
#define GARPD_CONFIG_GUARDS_H

#include <stddef.h>

#include "bpf/abi/abi.h"

/* What differs on the bridges or router ports of this name or pattern. */
struct segment_guard {
	char *segment;
	unsigned int foreign;
	unsigned int only_declared;
};

/* What the guests on ports of this name or pattern may have. No prefix, or no MAC: any. */
struct port_rule {
	char *port;
	struct prefix *address;
	size_t address_count;
	__u8 (*mac)[MAC_LEN];
	size_t mac_count;
};

/* Zeroed: the default. */
struct guards {
	unsigned int foreign;	    /* 1: addresses of other subnets are announced too */
	unsigned int only_declared; /* 1: no others than declared ones */
	struct segment_guard *segment;
	size_t segment_count;
	struct port_rule *rule;
	size_t rule_count;
	__u32 rule_base; /* in the maps the first rule has the next number (rules.h) */
};

/*
 * Fills port->guards and port->rule. The first of the segments that matches counts, and the first
 * of the rules.
 */
void guards_describe(const struct guards *guards, const char *segment, const char *name,
		     struct port *port);

void guards_free(struct guards *guards);

#endif
