/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cell.h - one value of a table, on its way to text or JSON. Part of output.h.
 */
#ifndef GARPD_BASE_CELL_H
#define GARPD_BASE_CELL_H

#include "field.h"

#define CELL_LEN 400 /* the longest sentence of a finding */

enum cell_kind {
	CELL_NULL,
	CELL_BOOL,   /* by `number` */
	CELL_NUMBER, /* `number` */
	CELL_TEXT,   /* `text` */
	CELL_JSON,   /* `json`: a list, an object, a real */
};

struct cell {
	enum cell_kind kind;
	__u64 number;
	const char *text; /* a constant, or in `json` or `room` */
	json_t *json;	  /* of a computed field */
	char room[CELL_LEN];
};

/* The field's value in the row. cell_end() takes what is left. */
void cell_fill(struct cell *cell, const struct field *field, const void *row);
void cell_end(struct cell *cell);

/* As JSON, a new reference. */
json_t *cell_json(const struct cell *cell);

/* As JSON, on standard output. */
void cell_print_json(const struct cell *cell);

/* As a column has it, in `text`: "yes", "-", a list as far as it fits. */
void cell_column(const struct cell *cell, char text[CELL_LEN]);

/*
 * A name of an interface costs three system calls, and rows name the same few: names are kept until
 * this is called, before the rows of a table.
 */
void cell_forget_names(void);

#endif
