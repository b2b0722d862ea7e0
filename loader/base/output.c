// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "output.h"
#include "text.h"

#define FIELDS_MAX     48 /* of a table that is printed in columns */
#define CELL_LEN       128
#define SHEET_HEADER   12 /* wide enough for the longest header of a sheet */
#define STREAM_MIN_LEN 10 /* narrower columns would shift from line to line */

/* ---- values ---- */

json_t *output_vlan(__u16 vlan)
{
	return vlan ? json_integer(vlan) : json_null();
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

static json_t *output_text(const char *text)
{
	return text[0] ? json_string(text) : json_null();
}

static json_t *output_interface(__u32 ifindex)
{
	char name[NAME_TEXT_LEN];

	return output_text(ifindex ? interface_text(ifindex, name) : "");
}

static json_t *output_vlans(const struct claim_key *key)
{
	return key->inner_vlan ? json_sprintf("%u.%u", key->vlan, key->inner_vlan)
			       : output_vlan(key->vlan);
}

static json_t *output_time(__u64 monotonic_ns)
{
	char text[TIME_TEXT_LEN];

	return output_text(time_text(monotonic_ns, text));
}

static __u64 output_number(const void *member, size_t size)
{
	switch (size) {
	case sizeof(__u8):
		return *(const __u8 *)member;
	case sizeof(__u16):
		return *(const __u16 *)member;
	case sizeof(__u32):
		return *(const __u32 *)member;
	}
	return *(const __u64 *)member;
}

static json_t *output_value(const struct field *field, const void *row)
{
	const void *member = (const char *)row + field->offset;

	switch (field->type) {
	case FIELD_COMPUTED:
		return field->get(row);
	case FIELD_NUMBER:
		return json_integer((json_int_t)output_number(member, field->size));
	case FIELD_BOOL:
		return json_boolean(output_number(member, field->size));
	case FIELD_ENUM:
		return json_string(field->name((unsigned int)output_number(member, field->size)));
	case FIELD_TEXT:
		return output_text(member);
	case FIELD_INTERFACE:
		return output_interface(*(const __u32 *)member);
	case FIELD_VLAN:
		return output_vlan(*(const __u16 *)member);
	case FIELD_VLANS:
		return output_vlans(member);
	case FIELD_MAC:
		return output_mac(member);
	case FIELD_ADDR:
		return output_addr(member);
	case FIELD_TIME:
		return output_time(*(const __u64 *)member);
	}
	return json_null();
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

static void output_print_json(json_t *value, size_t flags)
{
	json_dumpf(value, stdout, flags);
	putchar('\n');
	json_decref(value);
}

/* ---- text ---- */

/* A list of texts, as far as it fits; "-" where it is empty. */
static void output_list(const json_t *list, char cell[CELL_LEN])
{
	size_t i, used = 0;

	snprintf(cell, CELL_LEN, "-");
	for (i = 0; i < json_array_size(list) && used < CELL_LEN; i++)
		used += (size_t)snprintf(cell + used, CELL_LEN - used, "%s%s", i ? ", " : "",
					 json_string_value(json_array_get(list, i)));
}

/* Without a row: its header. */
static void output_cell(const struct field *field, const void *row, char cell[CELL_LEN])
{
	json_t *value = row ? output_value(field, row) : json_string(field->header);

	if (json_is_string(value))
		snprintf(cell, CELL_LEN, "%s", json_string_value(value));
	else if (json_is_integer(value))
		snprintf(cell, CELL_LEN, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
	else if (json_is_boolean(value))
		snprintf(cell, CELL_LEN, "%s", json_is_true(value) ? "yes" : "no");
	else if (json_is_array(value))
		output_list(value, cell);
	else
		snprintf(cell, CELL_LEN, "-");
	json_decref(value);
}

/* One line; a cell is followed by as many blanks as its column is wide, the last by none. */
static void output_line(const struct field *fields, const void *row, const size_t *widths)
{
	char cell[CELL_LEN];
	size_t blanks = 0, columns;

	for (size_t i = 0; fields[i].key; i++) {
		if (!fields[i].header)
			continue;
		output_cell(&fields[i], row, cell);
		printf("%*s%s", (int)blanks, "", cell);
		columns = text_columns(cell);
		blanks = widths[i] > columns ? widths[i] - columns : 0;
		blanks += 2;
	}
	putchar('\n');
}

static void output_widen(const struct field *fields, const void *row, size_t *widths)
{
	char cell[CELL_LEN];

	for (size_t i = 0; fields[i].key; i++) {
		if (!fields[i].header)
			continue;
		output_cell(&fields[i], row, cell);
		if (text_columns(cell) > widths[i])
			widths[i] = text_columns(cell);
	}
}

static void output_rows_text(const struct field *fields, const char *rows, size_t count,
			     size_t size)
{
	size_t widths[FIELDS_MAX] = {};

	output_widen(fields, NULL, widths);
	for (size_t i = 0; i < count; i++)
		output_widen(fields, rows + i * size, widths);
	output_line(fields, NULL, widths);
	for (size_t i = 0; i < count; i++)
		output_line(fields, rows + i * size, widths);
}

void output_rows(const struct field *fields, const void *rows, size_t count, size_t size,
		 bool as_json)
{
	if (as_json)
		output_print_json(output_array(fields, rows, count, size), JSON_INDENT(2));
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

void output_row_stream(const struct field *fields, const void *row, bool as_json)
{
	size_t widths[FIELDS_MAX] = {};

	if (as_json) {
		output_print_json(output_object(fields, row), JSON_COMPACT);
	} else {
		/* Wide enough for most values: later rows are not known yet. */
		output_widen(fields, NULL, widths);
		for (size_t i = 0; i < FIELDS_MAX; i++)
			if (widths[i] < STREAM_MIN_LEN)
				widths[i] = STREAM_MIN_LEN;
		output_line(fields, row, widths);
	}
	fflush(stdout);
}
