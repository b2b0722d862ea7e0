/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * filter.h - which claims `garpd show claims` and `garpd watch` print.
 */
#ifndef GARPD_CMD_FILTER_H
#define GARPD_CMD_FILTER_H

#include "cmd.h"
#include "loader/maps/claims.h"

struct filter {
	struct prefix prefix; /* of length 0: any address */
	const char *segment;  /* name of the bridge or router port; NULL: any */
	const char *port;     /* NULL: any */
	const char *state;    /* NULL: any */
	__u8 mac[MAC_LEN];    /* of the guest, the owner or a rival; zero: any */
	bool problems;	      /* only claims that need attention */
};

/* The options that fill it, for the table of a verb whose subject they belong to. */
#define FILTER_OPTIONS(for_subjects)                                                              \
	{"segment", 0, "BR", .help = "of this bridge or router port", .subject = (for_subjects)}, \
		{"port", 0, "IF", .help = "on this port", .subject = (for_subjects)},             \
		{"mac", 0, "MAC", .help = "of this guest, owner or rival",                        \
		 .subject = (for_subjects)},                                                      \
		{"state", 0, "STATE", .help = "in this state", .subject = (for_subjects)},        \
	{                                                                                         \
		"problems", 'p', .help = "that need attention", .subject = (for_subjects)         \
	}

/* From the options, and from `prefix` (NULL: any). 0, or -EINVAL with `why`. */
int filter_take(struct filter *filter, const struct command *command, const char *prefix,
		struct err *why);

bool filter_matches(const struct filter *filter, const struct claim *claim);

/* Leaves in `claims` those that match. */
void filter_claims(const struct filter *filter, struct claims *claims);

#endif
