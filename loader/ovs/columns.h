/* SPDX-License-Identifier: GPL-2.0-or-later */
/* columns.h - columns of rows, and what is read from them. For the files of this folder alone. */
#ifndef GARPD_OVS_COLUMNS_H
#define GARPD_OVS_COLUMNS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

struct ovs_interface;

/* ---- columns.c ---- */

/* The elements of a ["set", [...]] or ["map", [...]]; NULL: the value is an atom. */
const json_t *column_elements(const json_t *value, const char *kind);

/* A set with one element is written as an atom. */
size_t column_set_size(const json_t *value);
const json_t *column_set_get(const json_t *value, size_t i);

/* Of an optional column: NULL or `otherwise` if it is the empty set. */
const char *column_text(const json_t *row, const char *column);
json_int_t column_number(const json_t *row, const char *column, json_int_t otherwise);

/* The value of a key; NULL: the map does not have it. */
const char *column_map_get(const json_t *row, const char *column, const char *key);

/* The row that the i-th reference of a column means; NULL: it is not there. */
const json_t *column_row(const json_t *rows, const char *table, const json_t *references, size_t i);

/* Takes NULL for `text`. */
bool column_is(const char *text, const char *other);

/* ---- interfaces.c ---- */

/* Fills in `interface`, whose bridge is set, from the rows of its port and of itself. */
void ovs_interface_read(const json_t *port, const json_t *row, struct ovs_interface *interface);

/* ---- ovn.c ---- */

/* Is it a bridge of its own to an ovn-controller? `bridge`: its row. */
bool ovn_is_bridge(const json_t *rows, const json_t *bridge);

#endif
