// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * pick: prints fields of JSON objects, for the lab's most frequent queries. jq 1.6 compiles its own
 * library whenever it starts, which is most of a case's time in an emulated machine (tests/vm).
 */
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int usage(void)
{
	fprintf(stderr,
		"usage: pick [KEY=VALUE|KEY!=VALUE...] FIELD...\n"
		"  Reads an array of objects, or one. Of those where each KEY is, or is not, VALUE it\n"
		"  prints the FIELDs, a line an object; A.B is B of the object A, - one that is not there\n");
	return 2;
}

static const json_t *field_of(const json_t *object, const char *path)
{
	size_t length;

	for (; object && *path; path += length + (path[length] == '.')) {
		length = strcspn(path, ".");
		object = json_object_getn(object, path, length);
	}
	return object;
}

/* As jq -r prints it; the caller frees it. */
static char *text_of(const json_t *value)
{
	if (!value)
		return strdup("-");
	if (json_is_string(value))
		return strdup(json_string_value(value));
	return json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
}

static bool condition_holds(const json_t *object, const char *condition)
{
	const char *value = strchr(condition, '=');
	bool negated = value > condition && value[-1] == '!', same;
	char *key = strndup(condition, (size_t)(value - condition) - negated);
	char *found = text_of(field_of(object, key));

	same = !strcmp(found, value + 1);
	free(key);
	free(found);
	return same != negated;
}

static void object_print(const json_t *object, char **fields)
{
	char *text;

	for (; *fields; fields++) {
		text = text_of(field_of(object, *fields));
		printf("%s%c", text, fields[1] ? ' ' : '\n');
		free(text);
	}
}

static void object_pick(const json_t *object, char **conditions, char **fields)
{
	for (; conditions < fields; conditions++) {
		if (!condition_holds(object, *conditions))
			return;
	}
	object_print(object, fields);
}

int main(int argc, char **argv)
{
	char **fields = argv + 1;
	json_error_t error;
	json_t *root, *object;
	size_t i;

	while (*fields && strchr(*fields, '='))
		fields++;
	if (argc < 2 || !*fields)
		return usage();
	root = json_loadf(stdin, 0, &error);
	if (!root) {
		fprintf(stderr, "pick: line %d: %s\n", error.line, error.text);
		return 1;
	}
	if (json_is_object(root))
		object_pick(root, argv + 1, fields);
	json_array_foreach(root, i, object) object_pick(object, argv + 1, fields);
	json_decref(root);
	return 0;
}
