// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * lines.c - walks a YAML file, checks its shape by the schema, and notes the line of each value.
 *
 * libcyaml checks the shape as well, but names lines only in its log, and there the line of the
 * value before the error. libyaml, which it uses, gives the line of every event.
 */
#include <cyaml/cyaml.h>
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>
#include <yaml.h>

#include "loader/base/words.h"
#include "parts.h"

#define WALK_DEPTH 8 /* the schema is 4 deep: file, addresses, item, owners */

/* An open list or mapping. */
struct level {
	const cyaml_schema_value_t *schema;
	const cyaml_schema_field_t *field; /* of the key that was read last; NULL: a key is next */
	__u64 seen;			   /* fields of the mapping so far, a bit each */
	unsigned int items;
	unsigned int line;
	size_t path_len;
};

struct walk {
	struct lines *lines;
	const cyaml_schema_value_t *schema; /* of the whole file */
	const char *file;
	struct err *why;
	unsigned int documents;
	unsigned int depth;
	struct level level[WALK_DEPTH];
	char path[YAML_PATH_LEN];
};

static int walk_error(const struct walk *walk, size_t line, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
static int walk_error(const struct walk *walk, size_t line, const char *format, ...)
{
	char text[384];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	return err_set(walk->why, -EINVAL, "%s:%zu: %s", walk->file, line, text);
}

/* "PATH what; remedy" */
static int shape_error(const struct walk *walk, unsigned int line, const char *what,
		       const char *remedy)
{
	return walk_error(walk, line, "%s %s; %s", walk->path[0] ? walk->path : "the file", what,
			  remedy);
}

static int lines_add(struct lines *lines, const char *path, unsigned int line)
{
	struct lines_entry *entry = lines->entry;

	/* Grows at each power of two, which makes a field for the capacity needless. */
	if ((lines->count & (lines->count - 1)) == 0) {
		size_t room = lines->count ? lines->count * 2 : 1;

		entry = realloc(entry, room * sizeof(*entry));
		if (!entry)
			return -ENOMEM;
		lines->entry = entry;
	}
	entry += lines->count;
	entry->line = line;
	entry->path = strdup(path);
	if (!entry->path)
		return -ENOMEM;
	lines->count++;
	return 0;
}

static int walk_record(struct walk *walk, unsigned int line)
{
	if (lines_add(walk->lines, walk->path, line))
		return err_set(walk->why, -ENOMEM, "%s: out of memory", walk->file);
	return 0;
}

/* ---- keys ---- */

static int unknown_key(const struct walk *walk, const struct level *level, const char *key,
		       unsigned int line)
{
	const cyaml_schema_field_t *field = level->schema->mapping.fields;
	char hint[WORDS_HINT_LEN];
	struct words keys = {};

	for (; field->key; field++)
		words_add(&keys, field->key);
	return walk_error(walk, line, "unknown key \"%.60s\"%s", key, words_hint(&keys, key, hint));
}

static int walk_key(struct walk *walk, struct level *level, const yaml_event_t *event,
		    unsigned int line)
{
	const cyaml_schema_field_t *field = level->schema->mapping.fields;
	const char *key = (const char *)event->data.scalar.value;
	__u64 bit = 1;

	if (event->type != YAML_SCALAR_EVENT)
		return walk_error(walk, line,
				  "a list or mapping in place of a key; check for a "
				  "stray \"?\", \"[\" or \"{\"");
	for (; field->key && strcmp(field->key, key); field++)
		bit <<= 1;
	if (!field->key)
		return unknown_key(walk, level, key, line);
	snprintf(walk->path + level->path_len, sizeof(walk->path) - level->path_len, "%s%s",
		 level->path_len ? "." : "", key);
	if (level->seen & bit)
		return shape_error(walk, line, "is given twice", "keep one");
	level->seen |= bit;
	level->field = field;
	return walk_record(walk, line);
}

/* ---- values ---- */

/* The schema of the next value. Makes the path of a list item; that of a mapping's is its key's. */
static const cyaml_schema_value_t *walk_next(struct walk *walk, struct level *level)
{
	const cyaml_schema_field_t *field = level->field;

	level->field = NULL;
	if (field)
		return &field->value;
	snprintf(walk->path + level->path_len, sizeof(walk->path) - level->path_len, "[%u]",
		 level->items++);
	return level->schema->sequence.entry;
}

static int text_check(const struct walk *walk, const cyaml_schema_value_t *schema,
		      const yaml_event_t *event, unsigned int line)
{
	size_t len = strlen((const char *)event->data.scalar.value);

	if (len < schema->string.min)
		return shape_error(walk, line, "has no value", "give one, or leave the key out");
	if (len > schema->string.max)
		return shape_error(walk, line, "is far too long", "shorten it");
	return 0;
}

/* "timing:", with all below it commented out. */
static bool is_left_empty(const cyaml_schema_value_t *schema, const yaml_event_t *event)
{
	return event->type == YAML_SCALAR_EVENT && !event->data.scalar.value[0] &&
	       (schema->flags & CYAML_FLAG_POINTER_NULL) == CYAML_FLAG_POINTER_NULL;
}

/* The schema has texts, lists and mappings only. */
static int value_check(const struct walk *walk, const cyaml_schema_value_t *schema,
		       const yaml_event_t *event, unsigned int line)
{
	if (is_left_empty(schema, event))
		return 0;
	if (schema->type == CYAML_SEQUENCE && event->type != YAML_SEQUENCE_START_EVENT)
		return shape_error(walk, line, "must be a list", "write [ITEM, ITEM]");
	if (schema->type == CYAML_MAPPING && event->type != YAML_MAPPING_START_EVENT)
		return shape_error(walk, line, "must hold keys", "write \"key: value\"");
	if (schema->type != CYAML_STRING)
		return 0;
	if (event->type != YAML_SCALAR_EVENT)
		return shape_error(walk, line, "must be a single value",
				   "write it without [] or {}");
	return text_check(walk, schema, event, line);
}

static int walk_value(struct walk *walk, struct level *level, const yaml_event_t *event,
		      unsigned int line)
{
	const cyaml_schema_value_t *schema = level ? walk_next(walk, level) : walk->schema;
	int err = value_check(walk, schema, event, line);

	if (err)
		return err;
	if (event->type != YAML_SCALAR_EVENT)
		walk->level[walk->depth++] = (struct level){
			.schema = schema, .line = line, .path_len = strlen(walk->path)};
	/* A value of a mapping is at the line of its key. */
	return level && level->schema->type == CYAML_MAPPING ? 0 : walk_record(walk, line);
}

static int walk_node(struct walk *walk, const yaml_event_t *event)
{
	struct level *level = walk->depth ? &walk->level[walk->depth - 1] : NULL;
	unsigned int line = (unsigned int)event->start_mark.line + 1;

	if (event->type == YAML_ALIAS_EVENT)
		return walk_error(walk, line,
				  "*%.60s is an alias in YAML, which is not supported; quote a "
				  "pattern that starts with \"*\"",
				  (const char *)event->data.alias.anchor);
	if (level && level->schema->type == CYAML_MAPPING && !level->field)
		return walk_key(walk, level, event, line);
	return walk_value(walk, level, event, line);
}

/* The end of a list or mapping, which must have what the schema requires. */
static int walk_close(struct walk *walk)
{
	struct level *level = &walk->level[--walk->depth];
	const cyaml_schema_value_t *schema = level->schema;
	const cyaml_schema_field_t *field;

	walk->path[level->path_len] = '\0';
	if (schema->type == CYAML_SEQUENCE)
		return level->items >= schema->sequence.min
			       ? 0
			       : shape_error(walk, level->line, "is empty",
					     "list an item, or leave the key out");
	for (field = schema->mapping.fields; field->key; field++, level->seen >>= 1)
		if (!(field->value.flags & CYAML_FLAG_OPTIONAL) && !(level->seen & 1))
			return walk_error(walk, level->line, "%s has no \"%s\"; add the key",
					  walk->path, field->key);
	return 0;
}

static int walk_event(struct walk *walk, const yaml_event_t *event)
{
	switch (event->type) {
	case YAML_DOCUMENT_START_EVENT:
		if (walk->documents++ == 0)
			return 0;
		return walk_error(walk, event->start_mark.line + 1,
				  "a second document; keep one, "
				  "without \"---\" in between");
	case YAML_ALIAS_EVENT:
	case YAML_SCALAR_EVENT:
	case YAML_SEQUENCE_START_EVENT:
	case YAML_MAPPING_START_EVENT:
		return walk_node(walk, event);
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		return walk_close(walk);
	case YAML_NO_EVENT:
	case YAML_STREAM_START_EVENT:
	case YAML_STREAM_END_EVENT:
	case YAML_DOCUMENT_END_EVENT:
		return 0;
	}
	return 0;
}

/* ---- the file ---- */

static const char *syntax_remedy(const yaml_parser_t *parser)
{
	if (parser->context && strstr(parser->context, "alias"))
		return "quote a pattern that starts with \"*\"";
	if (strstr(parser->problem, "cannot start any token"))
		return "indent with spaces, not tabs, and quote names with special characters";
	if (parser->error == YAML_READER_ERROR)
		return "write plain UTF-8";
	return "check indentation, quotes and brackets";
}

static int syntax_error(const struct walk *walk, const yaml_parser_t *parser, const char *text,
			size_t len)
{
	size_t line = parser->problem_mark.line + 1;

	if (parser->error == YAML_MEMORY_ERROR || !parser->problem)
		return err_set(walk->why, -ENOMEM, "%s: out of memory", walk->file);
	if (parser->error == YAML_READER_ERROR) {
		/* A reader error has an offset only. */
		line = 1;
		for (size_t i = 0; i < len && i < parser->problem_offset; i++)
			line += text[i] == '\n';
	}
	return walk_error(walk, line, "invalid YAML: %s%s%s; %s",
			  parser->context ? parser->context : "", parser->context ? ", " : "",
			  parser->problem, syntax_remedy(parser));
}

static int entry_compare(const void *a, const void *b)
{
	const struct lines_entry *left = a, *right = b;

	return strcmp(left->path, right->path);
}

int lines_load(struct lines *lines, const cyaml_schema_value_t *schema, const char *file,
	       const char *text, size_t len, struct err *why)
{
	struct walk walk = {.lines = lines, .schema = schema, .file = file, .why = why};
	yaml_parser_t parser;
	yaml_event_t event;
	bool done = false;
	int err = 0;

	*lines = (struct lines){};
	if (!yaml_parser_initialize(&parser))
		return err_set(why, -ENOMEM, "%s: out of memory", file);
	yaml_parser_set_input_string(&parser, (const unsigned char *)text, len);
	while (!done && !err) {
		if (!yaml_parser_parse(&parser, &event)) {
			err = syntax_error(&walk, &parser, text, len);
			break;
		}
		done = event.type == YAML_STREAM_END_EVENT;
		err = walk_event(&walk, &event);
		yaml_event_delete(&event);
	}
	yaml_parser_delete(&parser);
	if (err)
		lines_free(lines);
	else if (lines->count)
		qsort(lines->entry, lines->count, sizeof(*lines->entry), entry_compare);
	return err;
}

void lines_free(struct lines *lines)
{
	for (size_t i = 0; i < lines->count; i++)
		free(lines->entry[i].path);
	free(lines->entry);
	*lines = (struct lines){};
}

unsigned int lines_find(const struct lines *lines, const char *path)
{
	struct lines_entry wanted = {.path = (char *)path}, *entry = NULL;

	if (lines->count)
		entry = bsearch(&wanted, lines->entry, lines->count, sizeof(wanted), entry_compare);
	return entry ? entry->line : 0;
}
