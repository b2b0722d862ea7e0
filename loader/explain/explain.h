/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * explain.h - why an address is where it is: what is known of it, and what may be wrong.
 *
 * explain_read() gathers the facts, from the pinned maps and from the kernel; all that follows from
 * them, causes (causes.c) and sentences (sentences.c), looks at nothing else.
 */
#ifndef GARPD_EXPLAIN_EXPLAIN_H
#define GARPD_EXPLAIN_EXPLAIN_H

#include <stddef.h>

#include "facts.h"
#include "loader/base/err.h"
#include "loader/base/output.h"
#include "loader/maps/pins.h"

struct explains {
	struct explain *explain;
	size_t count;
};

/*
 * The address in every segment where it is claimed; where it is in none, one without a claim. 0, or
 * -errno with `err`. explain_free takes what is left either way.
 */
int explain_read(const struct pins *pins, const struct addr *addr, struct explains *explains,
		 struct err *err);
void explain_free(struct explains *explains);

/* Of a struct explain, in JSON and on the screen. */
extern const struct field explain_fields[];

/* The screen: sections, what is wrong, what to do. */
void explain_print(const struct explain *explain);

#endif
