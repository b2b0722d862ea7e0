/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * filter.h - which claims, listeners and ports `garpd show` and `garpd watch` print.
 */
#ifndef GARPD_CMD_FILTER_H
#define GARPD_CMD_FILTER_H

#include "cmd.h"
#include "loader/datapath/port_table.h"
#include "loader/maps/claims.h"
#include "loader/maps/listeners.h"

struct filter {
	struct prefix prefix; /* of length 0: any address */
	const char *segment;  /* name of the bridge or router port; NULL: any */
	const char *port;     /* NULL: any */
	const char *state;    /* NULL: any */
	__u8 mac[MAC_LEN];    /* of the guest, the owner or a rival, or the listener; zero: any */
	bool problems;	      /* only what needs attention */
};

/*
 * The options that fill it, for the table of a verb. Each argument names the subjects that have:
 * --state; --port; --mac; the others. NULL: all subjects.
 */
#define FILTER_OPTIONS(claims, and_ports, and_listeners, all)                            \
	{"segment", 0, "BR", .help = "of this bridge or router port", .subject = (all)}, \
		{"port", 0, "IF", .help = "on this port", .subject = (and_ports)},       \
		{"mac", 0, "MAC", .help = "of this guest, owner or rival, or listener",  \
		 .subject = (and_listeners)},                                            \
		{"state", 0, "STATE", .help = "in this state", .subject = (claims)},     \
	{                                                                                \
		"problems", 'p', .help = "that need attention", .subject = (all)         \
	}

/* From the options, and from `prefix` (NULL: any). 0, or -EINVAL with `why`. */
int filter_take(struct filter *filter, const struct command *command, const char *prefix,
		struct err *why);

bool filter_matches(const struct filter *filter, const struct claim *claim);

/* Leave those that match. */
void filter_claims(const struct filter *filter, struct claims *claims);
void filter_listeners(const struct filter *filter, struct listeners *listeners);
void filter_ports(const struct filter *filter, struct port_table *ports);

#endif
