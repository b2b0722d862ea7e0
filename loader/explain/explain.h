/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * explain.h - what is known of an address, what may be wrong with it, and the remedy.
 *
 * explain_read() gathers the facts from the pinned maps and from the kernel. The causes (causes.c)
 * and the sentences (sentences.c) are functions of the facts alone.
 */
#ifndef GARPD_EXPLAIN_EXPLAIN_H
#define GARPD_EXPLAIN_EXPLAIN_H

#include <stddef.h>

#include "facts.h"
#include "loader/base/err.h"
#include "loader/base/finding.h"
#include "loader/base/output.h"
#include "loader/maps/pins.h"

struct explains {
	struct explain *explain;
	size_t count;
};

/*
 * One struct explain for each segment where the address is claimed, or a single one without a
 * claim. 0, or -errno with `why`. Call explain_free either way.
 */
int explain_read(const struct pins *pins, const struct addr *addr, struct explains *explains,
		 struct err *why);
void explain_free(struct explains *explains);

#define FINDINGS_MAX 64

/* Fills `findings`, the most likely first; returns how many. */
size_t explain_causes(const struct explain *explain, struct finding findings[FINDINGS_MAX]);

/* Why explain->policy denies the address to the claim's MAC. False: it does not. */
bool explain_denial(const struct explain *explain, struct finding *finding);

/* Nothing that was found needs attention. */
bool explain_is_well(const struct explain *explain);

/* Of a struct explain, in JSON and on the screen. */
extern const struct field explain_fields[];

/* Prints the screen: the sections, what is wrong, the remedies. */
void explain_print(const struct explain *explain);

#endif
