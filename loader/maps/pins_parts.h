/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pins_parts.h - what pins.c and pins_lock.c share: what has to be true of the directory. Each: 0,
 * or -errno with `why`.
 */
#ifndef GARPD_MAPS_PINS_PARTS_H
#define GARPD_MAPS_PINS_PARTS_H

#include <sys/stat.h>

#include "loader/base/err.h"

int pins_check_owner(const struct stat *dir, struct err *why);

/* A tool trusts what it finds there. A missing directory is reported by what is opened next. */
int pins_check_dir(struct err *why);

#endif
