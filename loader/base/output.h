/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * output.h - one table of fields for text and for JSON. No command formats either by hand.
 */
#ifndef GARPD_BASE_OUTPUT_H
#define GARPD_BASE_OUTPUT_H

#include <stdbool.h>

#include "field.h"

/* One row as a JSON object with every field, and `count` rows as an array; new references. */
json_t *output_object(const struct field *fields, const void *row);
json_t *output_array(const struct field *fields, const void *rows, size_t count, size_t size);

/*
 * Whether columns have colors: "never", "always", or "auto": on a terminal, unless NO_COLOR is set
 * (https://no-color.org).
 */
void output_set_color(const char *when);

/*
 * Prints `count` rows of `size` bytes on standard output: a JSON array, or aligned columns under
 * their headers.
 */
void output_rows(const struct field *fields, const void *rows, size_t count, size_t size,
		 bool as_json);

/*
 * Prints one row as a sheet: each field below the other behind its header, a list as a line for
 * each of its texts. A field that is null is left out.
 */
void output_sheet(const struct field *fields, const void *row);

/*
 * A row on its own, as it happens: one line of JSON, or columns of a fixed width. In columns, NULL
 * prints the headers.
 */
void output_row_stream(const struct field *fields, const void *row, bool as_json);

/* The same values, for objects that are put together by hand. */
json_t *output_vlan(__u16 vlan);
json_t *output_mac(const __u8 mac[MAC_LEN]);
json_t *output_addr(const struct addr *addr);

#endif
