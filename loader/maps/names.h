/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * names.h - the names of ports, which outlive them in the map `port_names`.
 */
#ifndef GARPD_MAPS_NAMES_H
#define GARPD_MAPS_NAMES_H

#include "pins.h"

/* A port has this name now. */
void names_keep(const struct pins *pins, __u32 ifindex, const char *name);

/* From here on interface_text() finds ports that are gone, in these maps, while they are open. */
void names_use(const struct pins *pins);

#endif
