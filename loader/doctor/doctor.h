/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * doctor.h - will garpd work here, and if not, why: read-only, before anything is installed,
 * configured or running.
 *
 * Each group of checks has a file that gathers facts (X_read.c) and one that judges them (X.c),
 * which is a function of the facts alone.
 */
#ifndef GARPD_DOCTOR_DOCTOR_H
#define GARPD_DOCTOR_DOCTOR_H

#include <stdbool.h>
#include <stddef.h>

#include "loader/base/err.h"
#include "loader/base/finding.h"
#include "loader/base/output.h"

/* What was found, in the order in which it was looked at. Zeroed: nothing. */
struct findings {
	struct finding *at;
	size_t count;
	bool no_memory;
};

struct doctor_request {
	const char *operand; /* a bridge or an address; NULL: all bridges of the configuration, or,
			      * without one, of the host */
	const char *file;    /* the configuration; NULL: that of the daemon that runs, else
			      * /etc/garpd.yaml, or garpd/NETNS.yaml there, if it is there */
	const char *version; /* of this garpd */
};

/*
 * Looks at the host. 0; -EINVAL with `why`: there is no such bridge; or another -errno with `why`.
 * Call doctor_free either way.
 */
int doctor_examine(const struct doctor_request *request, struct findings *findings,
		   struct err *why);
void doctor_free(struct findings *findings);

/* A check has failed. */
bool doctor_has_failed(const struct findings *findings);

/* Of a struct finding: in JSON, and in columns. */
extern const struct field doctor_fields[], doctor_columns[];

#endif
