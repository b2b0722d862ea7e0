/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parts.h - what the files of this folder share. Not for other folders.
 */
#ifndef GARPD_DATAPATH_PARTS_H
#define GARPD_DATAPATH_PARTS_H

#include "bpf/abi/abi.h"
#include "loader/maps/pins.h"

/* ---- segments.c ---- */

/* A port was written to the map `ports`, or removed; NULL: it was not, or is not, there. */
void segments_count_port(const struct pins *pins, const struct port *was, const struct port *is);

#endif
