/* SPDX-License-Identifier: GPL-2.0-or-later */
/* field.h - a column of a table. Part of output.h. */
#ifndef GARPD_BASE_FIELD_H
#define GARPD_BASE_FIELD_H

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
	FIELD_VLAN,	 /* of a struct claim_key: its VID; 0 */
	FIELD_VLANS,	 /* both VIDs of a struct claim_key, "100.7"; 0 */
	FIELD_MAC,	 /* zero */
	FIELD_ADDR,	 /* zero */
	FIELD_TIME,	 /* CLOCK_MONOTONIC in ns, as RFC 3339, in text of this time zone; 0 */
};

/* How much a value calls for attention: its color. */
enum trouble { TROUBLE_NONE, TROUBLE_SOME, TROUBLE_BAD };

/* A column. The keys are a contract with programs that read the JSON. */
struct field {
	const char *key;    /* "": in columns only; NULL ends the table */
	const char *header; /* NULL: in JSON only */
	enum field_type type;
	size_t offset, size;
	const char *(*name)(unsigned int value);
	json_t *(*get)(const void *row);
	enum trouble (*trouble)(const void *row); /* NULL: none */
	__u8 width;				  /* at least, in a stream of rows; 0: as others */
	bool may_overflow; /* a long value moves the rest of its own line, and widens no other */
	bool is_below;	   /* no column: on a line of its own below the row, unless it is null */
};

/* The type and place of a field: {"mac", "MAC", FIELD(MAC, struct claim, mac)} */
#define FIELD(TYPE, row, member) \
	.type = FIELD_##TYPE, .offset = offsetof(row, member), .size = sizeof(((row *)0)->member)

#endif
