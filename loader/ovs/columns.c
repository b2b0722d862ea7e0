// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * columns.c - values of rows (RFC 7047 5.1): an atom, ["set", [...]], ["map", [[key, value], ...]],
 * ["uuid", "..."].
 */
#include <string.h>

#include "columns.h"

const json_t *column_elements(const json_t *value, const char *kind)
{
	const char *tag = json_string_value(json_array_get(value, 0));

	return tag && strcmp(tag, kind) == 0 ? json_array_get(value, 1) : NULL;
}

size_t column_set_size(const json_t *value)
{
	const json_t *set = column_elements(value, "set");

	return set ? json_array_size(set) : value != NULL;
}

const json_t *column_set_get(const json_t *value, size_t i)
{
	const json_t *set = column_elements(value, "set");

	return set ? json_array_get(set, i) : value;
}

const char *column_text(const json_t *row, const char *column)
{
	return json_string_value(column_set_get(json_object_get(row, column), 0));
}

json_int_t column_number(const json_t *row, const char *column, json_int_t otherwise)
{
	const json_t *value = column_set_get(json_object_get(row, column), 0);

	return json_is_integer(value) ? json_integer_value(value) : otherwise;
}

const char *column_map_get(const json_t *row, const char *column, const char *key)
{
	const json_t *map = column_elements(json_object_get(row, column), "map"), *pair;
	const char *name;

	for (size_t i = 0; i < json_array_size(map); i++) {
		pair = json_array_get(map, i);
		name = json_string_value(json_array_get(pair, 0));
		if (name && strcmp(name, key) == 0)
			return json_string_value(json_array_get(pair, 1));
	}
	return NULL;
}

const json_t *column_row(const json_t *rows, const char *table, const json_t *references, size_t i)
{
	const char *uuid = json_string_value(json_array_get(column_set_get(references, i), 1));

	return uuid ? json_object_get(json_object_get(rows, table), uuid) : NULL;
}

bool column_is(const char *text, const char *other)
{
	return text && strcmp(text, other) == 0;
}
