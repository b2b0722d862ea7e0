/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * finding.h - something that is wrong or worth knowing, and what to do about it.
 */
#ifndef GARPD_BASE_FINDING_H
#define GARPD_BASE_FINDING_H

#include <stdarg.h>

#include "output.h"

/* In brackets what garpd doctor calls it. */
enum cause_level {
	CAUSE_TROUBLE, /* the administrator has to act (fail) */
	CAUSE_NOTE,    /* good to know (warn) */
	CAUSE_OK,      /* it was looked at, and is as it should be (ok) */
};

#define FINDING_OBJECT_LEN 64

/* A cause that applies, or what a check of garpd doctor found; and its remedy. */
struct finding {
	const char *cause; /* its name, or the check's: a contract, as keys are */
	enum cause_level level;
	char object[FINDING_OBJECT_LEN]; /* what it is about; "": all of explain's are about one */
	char trouble[384];
	char remedy[384]; /* "": there is nothing to do */
};

/* Fills in "trouble" REMEDY "remedy", or the trouble alone, as printf would. */
#define REMEDY "\n"
void finding_set(struct finding *finding, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void finding_set_args(struct finding *finding, const char *format, va_list args);

/* Of a struct finding, in JSON and on the screen; ends with a NULL key. */
extern const struct field finding_fields[];

#endif
