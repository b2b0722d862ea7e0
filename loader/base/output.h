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

/* How a member of a row is printed. Behind ";" what is null in JSON, and "-" in text. */
enum field_type {
	FIELD_COMPUTED,	 /* as get() returns it, a new reference */
	FIELD_NUMBER,	 /* unsigned, of any size */
	FIELD_BOOL,	 /* of any size: false for 0 */
	FIELD_ENUM,	 /* of any size, by the name that name() returns */
	FIELD_TEXT,	 /* char[]; empty */
	FIELD_INTERFACE, /* ifindex, as interface_text(); 0 */
	FIELD_VLAN,	 /* VID; 0 */
	FIELD_VLANS,	 /* both VIDs of a struct claim_key, "100.7"; 0 */
	FIELD_MAC,	 /* zero */
	FIELD_ADDR,	 /* zero */
	FIELD_TIME,	 /* CLOCK_MONOTONIC in ns, as RFC 3339; 0 */
};

/* A column. The keys are a contract with programs that read the JSON. */
struct field {
	const char *key;    /* "": in columns only; NULL ends the table */
	const char *header; /* NULL: in JSON only */
	enum field_type type;
	size_t offset, size;
	const char *(*name)(unsigned int value);
	json_t *(*get)(const void *row);
};

/* The type and place of a field: {"mac", "MAC", FIELD(MAC, struct claim, mac)} */
#define FIELD(TYPE, row, member) \
	.type = FIELD_##TYPE, .offset = offsetof(row, member), .size = sizeof(((row *)0)->member)

/* One row as a JSON object with every field, and `count` rows as an array; new references. */
json_t *output_object(const struct field *fields, const void *row);
json_t *output_array(const struct field *fields, const void *rows, size_t count, size_t size);

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
