// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cell.h"
#include "output.h"
#include "text.h"

#define FIELDS_MAX     48 /* of a table that is printed in columns */
#define SHEET_HEADER   12 /* wide enough for the longest header of a sheet */
#define STREAM_MIN_LEN 10 /* narrower columns would shift from line to line */
#define SCREEN_COLUMNS 80

static bool in_color;

void output_set_color(const char *when)
{
	const char *forbidden = getenv("NO_COLOR");

	if (strcmp(when, "auto") != 0)
		in_color = !strcmp(when, "always");
	else
		in_color = isatty(STDOUT_FILENO) && !(forbidden && forbidden[0]);
}

/* ---- values ---- */

json_t *output_vlan(__u16 vlan)
{
	return vlan ? json_integer(vlan & VLAN_VID) : json_null();
}

json_t *output_mac(const __u8 mac[MAC_LEN])
{
	char text[MAC_TEXT_LEN];

	return mac_is_zero(mac) ? json_null() : json_string(mac_text(mac, text));
}

json_t *output_addr(const struct addr *addr)
{
	static const struct addr none;
	char text[ADDR_TEXT_LEN];

	return memcmp(addr, &none, sizeof(none)) ? json_string(addr_text(addr, text)) : json_null();
}

static json_t *output_value(const struct field *field, const void *row)
{
	struct cell cell;
	json_t *value;

	cell_fill(&cell, field, row);
	value = cell_json(&cell);
	cell_end(&cell);
	return value;
}

/* ---- JSON ---- */

json_t *output_object(const struct field *fields, const void *row)
{
	json_t *object = json_object();

	for (; fields->key; fields++)
		if (fields->key[0])
			json_object_set_new(object, fields->key, output_value(fields, row));
	return object;
}

json_t *output_array(const struct field *fields, const void *rows, size_t count, size_t size)
{
	json_t *array = json_array();

	for (size_t i = 0; i < count; i++)
		json_array_append_new(array, output_object(fields, (const char *)rows + i * size));
	return array;
}

/* One object, written as it is found: a table of them would take more room than its rows. */
static void output_object_json(const struct field *fields, const void *row, const char *between)
{
	const char *separator = "";
	struct cell cell;

	putchar('{');
	for (; fields->key; fields++) {
		if (!fields->key[0])
			continue;
		fputs(separator, stdout);
		fputs(between, stdout);
		putchar('"');
		fputs(fields->key, stdout);
		fputs(between[0] ? "\": " : "\":", stdout);
		cell_fill(&cell, fields, row);
		cell_print_json(&cell);
		cell_end(&cell);
		separator = ",";
	}
}

static void output_rows_json(const struct field *fields, const char *rows, size_t count,
			     size_t size)
{
	putchar('[');
	for (size_t i = 0; i < count; i++) {
		fputs(i ? ",\n  " : "\n  ", stdout);
		output_object_json(fields, rows + i * size, "\n    ");
		fputs("\n  }", stdout);
	}
	puts(count ? "\n]" : "]");
}

/* ---- text ---- */

/* Without a row: its header. */
static void output_cell(const struct field *field, const void *row, char text[CELL_LEN])
{
	struct cell cell;

	if (!row) {
		snprintf(text, CELL_LEN, "%s", field->header);
		return;
	}
	cell_fill(&cell, field, row);
	cell_column(&cell, text);
	cell_end(&cell);
	/* On a screen a time is that of the clock on the wall. */
	if (field->type == FIELD_TIME && cell.kind == CELL_TEXT)
		time_local_text(*(const __u64 *)((const char *)row + field->offset), text);
}

static const char *output_color(const struct field *field, const void *row)
{
	static const char *const colors[] = {
		[TROUBLE_NONE] = "", [TROUBLE_SOME] = "\033[33m", [TROUBLE_BAD] = "\033[31m"};

	return in_color && row && field->trouble ? colors[field->trouble(row)] : "";
}

static bool is_column(const struct field *field)
{
	return field->header && !field->is_below;
}

/* Under the second column: the first one stays free for the eye. */
static void output_below(const struct field *fields, const void *row, const size_t *widths)
{
	char cell[CELL_LEN];

	for (; row && fields->key; fields++) {
		if (!fields->is_below)
			continue;
		output_cell(fields, row, cell);
		if (strcmp(cell, "-") != 0)
			printf("%*s%s\n", (int)widths[0] + 2, "", cell);
	}
}

/* One line; a cell is followed by as many blanks as its column is wide, the last by none. */
static void output_line(const struct field *fields, const void *row, const size_t *widths)
{
	char cell[CELL_LEN];
	size_t blanks = 0, columns;
	const char *color;

	for (size_t i = 0; fields[i].key; i++) {
		if (!is_column(&fields[i]))
			continue;
		output_cell(&fields[i], row, cell);
		color = output_color(&fields[i], row);
		printf("%*s%s%s%s", (int)blanks, "", color, cell, color[0] ? "\033[0m" : "");
		columns = text_columns(cell);
		blanks = widths[i] > columns ? widths[i] - columns : 0;
		blanks += 2;
	}
	putchar('\n');
	output_below(fields, row, widths);
}

static void output_widen(const struct field *fields, const void *row, size_t *widths)
{
	char cell[CELL_LEN];

	for (size_t i = 0; fields[i].key; i++) {
		if (!is_column(&fields[i]))
			continue;
		output_cell(&fields[i], row, cell);
		if (text_columns(cell) > widths[i])
			widths[i] = text_columns(cell);
	}
}

/* Columns that may overflow get what the others leave of the screen, the first of them the most. */
static void output_narrow(const struct field *fields, size_t *widths)
{
	size_t used = 0, count = 0, excess, spare;

	for (; fields[count].key; count++)
		used += is_column(&fields[count]) ? widths[count] + 2 : 0;
	excess = used > SCREEN_COLUMNS + 2 ? used - SCREEN_COLUMNS - 2 : 0;
	while (count-- && excess) {
		if (!is_column(&fields[count]) || !fields[count].may_overflow)
			continue;
		spare = widths[count] - text_columns(fields[count].header);
		if (spare > excess)
			spare = excess;
		widths[count] -= spare;
		excess -= spare;
	}
}

static void output_rows_text(const struct field *fields, const char *rows, size_t count,
			     size_t size)
{
	size_t widths[FIELDS_MAX] = {};

	output_widen(fields, NULL, widths);
	for (size_t i = 0; i < count; i++)
		output_widen(fields, rows + i * size, widths);
	output_narrow(fields, widths);
	output_line(fields, NULL, widths);
	for (size_t i = 0; i < count; i++)
		output_line(fields, rows + i * size, widths);
}

void output_rows(const struct field *fields, const void *rows, size_t count, size_t size,
		 bool as_json)
{
	cell_forget_names();
	if (as_json)
		output_rows_json(fields, rows, count, size);
	else
		output_rows_text(fields, rows, count, size);
}

/* ---- a sheet ---- */

static void output_sheet_list(const char *header, const json_t *list)
{
	for (size_t i = 0; i < json_array_size(list); i++)
		printf("%-*s%s\n", SHEET_HEADER, i ? "" : header,
		       json_string_value(json_array_get(list, i)));
}

static void output_sheet_field(const struct field *field, const void *row)
{
	json_t *value = output_value(field, row);

	if (json_is_array(value))
		output_sheet_list(field->header, value);
	else if (json_is_string(value))
		printf("%-*s%s\n", SHEET_HEADER, field->header, json_string_value(value));
	json_decref(value);
}

void output_sheet(const struct field *fields, const void *row)
{
	for (; fields->key; fields++)
		if (fields->header)
			output_sheet_field(fields, row);
}

/* ---- one row at a time ---- */

static size_t stream_width(const struct field *field, size_t header)
{
	size_t least = field->width ? field->width : STREAM_MIN_LEN;

	return header > least ? header : least;
}

void output_row_stream(const struct field *fields, const void *row, bool as_json)
{
	size_t widths[FIELDS_MAX] = {};

	cell_forget_names();
	if (as_json) {
		output_object_json(fields, row, "");
		puts("}");
	} else {
		/* Wide enough for most values: later rows are not known yet. */
		output_widen(fields, NULL, widths);
		for (size_t i = 0; fields[i].key; i++)
			widths[i] = stream_width(&fields[i], widths[i]);
		output_line(fields, row, widths);
	}
	fflush(stdout);
}
