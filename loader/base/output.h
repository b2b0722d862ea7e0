/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * output.h - one table of fields for text and for JSON. No command formats either by hand.
 */
#ifndef GARPD_BASE_OUTPUT_H
#define GARPD_BASE_OUTPUT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "bpf/abi/abi.h"

/* A column. The keys are a contract with those who read our JSON. */
struct field {
	const char *key;		 /* "": in columns only; NULL ends the table */
	const char *header;		 /* NULL: in JSON only */
	json_t *(*get)(const void *row); /* a new reference */
};

/* One row as a JSON object with every field; a new reference. */
json_t *output_object(const struct field *fields, const void *row);

/*
 * Prints `count` rows of `size` bytes on standard output: a JSON array, or aligned columns under
 * their headers.
 */
void output_rows(const struct field *fields, const void *rows, size_t count, size_t size,
		 bool as_json);

/*
 * Prints one row as a sheet: each field under the other behind its header, a list as a line for
 * each of its texts. A field with nothing to say is left out.
 */
void output_sheet(const struct field *fields, const void *row);

/* A row on its own, as it happens: one line of JSON, or columns of a fixed width. */
void output_headers_stream(const struct field *fields);
void output_row_stream(const struct field *fields, const void *row, bool as_json);

/* Values that more than one table has. null where there is nothing to say. */
json_t *output_interface(__u32 ifindex); /* as interface_text() */
json_t *output_vlan(__u16 vlan);
json_t *output_vlans(const struct claim_key *key); /* "100.7" where there are two */
json_t *output_mac(const __u8 mac[MAC_LEN]);
json_t *output_addr(const struct addr *addr);
json_t *output_time(__u64 monotonic_ns); /* RFC 3339 */

#endif
