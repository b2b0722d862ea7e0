/* SPDX-License-Identifier: GPL-2.0-or-later */
/* doctor_found.h - what a group of garpd doctor's checks has found. */
#ifndef GARPD_TEST_DOCTOR_FOUND_H
#define GARPD_TEST_DOCTOR_FOUND_H

#include "loader/doctor/parts.h"

extern struct findings found;

/* For .fini of a suite, and before a group judges once more. */
void found_clear(void);

/* The only finding of the check about the object is of this level, and has these words. */
void found_ok(const char *check, const char *object, const char *words);
void found_warn(const char *check, const char *object, const char *words, const char *remedy);
void found_fail(const char *check, const char *object, const char *words, const char *remedy);

/* The check has found so many things. */
void found_count(const char *check, size_t count);

#endif
