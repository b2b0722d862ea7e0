/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * finding.h - something that is wrong or worth knowing, and what to do about it.
 */
#ifndef GARPD_BASE_FINDING_H
#define GARPD_BASE_FINDING_H

#include "output.h"

enum cause_level {
	CAUSE_TROUBLE, /* the administrator has to act */
	CAUSE_NOTE,    /* good to know */
};

/* A cause that applies, and its remedy. */
struct finding {
	const char *cause; /* its name: a contract, as keys are */
	enum cause_level level;
	char trouble[384];
	char remedy[384]; /* "": there is nothing to do */
};

/* Fills in "trouble" REMEDY "remedy", or the trouble alone, as printf would. */
#define REMEDY "\n"
void finding_set(struct finding *finding, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Of a struct finding, in JSON and on the screen; ends with a NULL key. */
extern const struct field finding_fields[];

#endif
