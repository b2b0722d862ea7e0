// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * shape.c - walks a YAML file, checks its shape by the schema, and notes the line of each value.
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
	unsigned int items, dropped;
	unsigned int line;
	size_t path_len;
	size_t key_event; /* with which the last key or item began */
	bool is_faulty;	  /* a key may be another one, misspelt */
	bool is_unusable; /* a list with fewer items than the schema wants */
};

struct walk {
	struct lines *lines;
	const cyaml_schema_value_t *schema; /* of the whole file */
	struct faults *faults;
	struct drops *drops;
	size_t event;		 /* the number of this one */
	unsigned int skip_nodes; /* after a fault, left out with it */
	unsigned int skip_depth;
	size_t skip_from;
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
	return faults_add(walk->faults, (unsigned int)line, text);
}

/* "PATH what; remedy" */
static int shape_error(const struct walk *walk, unsigned int line, const char *what,
		       const char *remedy)
{
	return walk_error(walk, line, "%s %s; %s", walk->path[0] ? walk->path : "the file", what,
			  remedy);
}

/* ---- what is left out ---- */

/* The nodes that begin with this event. */
static void walk_skip(struct walk *walk, unsigned int nodes, size_t from)
{
	walk->skip_nodes = nodes;
	walk->skip_depth = 0;
	walk->skip_from = from;
}

static int walk_skipped(struct walk *walk, const yaml_event_t *event)
{
	if (event->type == YAML_SEQUENCE_START_EVENT || event->type == YAML_MAPPING_START_EVENT)
		walk->skip_depth++;
	else if (event->type == YAML_SEQUENCE_END_EVENT || event->type == YAML_MAPPING_END_EVENT)
		walk->skip_depth--;
	if (walk->skip_depth || --walk->skip_nodes)
		return 0;
	return drops_add(walk->drops, walk->skip_from, walk->event);
}

/* The last item of the list at this level will not be in what is read. */
static int walk_drop_item(struct walk *walk, struct level *list)
{
	int err = lines_drop(walk->lines, walk->path, list->path_len, list->items - 1);

	list->dropped += !err;
	return err;
}

/* Leaves out a value with its key, or an item. */
static int walk_drop_value(struct walk *walk, struct level *level,
			   const cyaml_schema_value_t *schema)
{
	if (!level)
		walk->drops->all = true;
	walk_skip(walk, 1, level ? level->key_event : walk->event);
	if (!level)
		return 0;
	if (level->schema->type == CYAML_SEQUENCE)
		return walk_drop_item(walk, level);
	return schema->type == CYAML_SEQUENCE
		       ? lines_drop(walk->lines, walk->path, strlen(walk->path), 0)
		       : 0;
}

/* Leaves out the list that ends here, with its key. */
static int walk_drop_list(struct walk *walk, const struct level *list)
{
	const struct level *mapping = &walk->level[walk->depth - 1];
	int err = lines_drop(walk->lines, walk->path, list->path_len, 0);

	return err ? err : drops_add(walk->drops, mapping->key_event, walk->event);
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

	level->key_event = walk->event;
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
	return lines_add(walk->lines, walk->path, line);
}

/* ---- values ---- */

/* The schema of the next value. Makes the path of a list item; that of a mapping's is its key's. */
static const cyaml_schema_value_t *walk_next(struct walk *walk, struct level *level)
{
	const cyaml_schema_field_t *field = level->field;

	level->field = NULL;
	if (field)
		return &field->value;
	level->key_event = walk->event;
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

static int alias_error(const struct walk *walk, const yaml_event_t *event, unsigned int line)
{
	return walk_error(walk, line,
			  "*%.60s is an alias in YAML, which is not supported; quote a pattern "
			  "that starts with \"*\"",
			  (const char *)event->data.alias.anchor);
}

static int walk_value(struct walk *walk, struct level *level, const yaml_event_t *event,
		      unsigned int line)
{
	const cyaml_schema_value_t *schema = level ? walk_next(walk, level) : walk->schema;
	int err = event->type == YAML_ALIAS_EVENT ? alias_error(walk, event, line)
						  : value_check(walk, schema, event, line);

	if (err == -EINVAL)
		return walk_drop_value(walk, level, schema) ?: walk_skipped(walk, event);
	if (err)
		return err;
	if (event->type != YAML_SCALAR_EVENT)
		walk->level[walk->depth++] = (struct level){
			.schema = schema, .line = line, .path_len = strlen(walk->path)};
	/* A value of a mapping is at the line of its key. */
	return level && level->schema->type == CYAML_MAPPING
		       ? 0
		       : lines_add(walk->lines, walk->path, line);
}

static int walk_node(struct walk *walk, const yaml_event_t *event)
{
	struct level *level = walk->depth ? &walk->level[walk->depth - 1] : NULL;
	unsigned int line = (unsigned int)event->start_mark.line + 1;
	int err;

	if (!level || level->schema->type != CYAML_MAPPING || level->field)
		return walk_value(walk, level, event, line);
	err = event->type == YAML_ALIAS_EVENT ? alias_error(walk, event, line)
					      : walk_key(walk, level, event, line);
	if (err != -EINVAL)
		return err;
	level->is_faulty = true;
	walk_skip(walk, 2, walk->event); /* with its value */
	return walk_skipped(walk, event);
}

/* The keys that the schema requires. */
static int mapping_check(struct walk *walk, struct level *level)
{
	const cyaml_schema_field_t *field = level->schema->mapping.fields;
	__u64 seen = level->seen;

	for (; field->key; field++, seen >>= 1) {
		if (!(field->value.flags & YAML_REQUIRED) || (seen & 1))
			continue;
		/* One that is misspelt has its own error. */
		return level->is_faulty
			       ? 0
			       : walk_error(walk, level->line, "%s has no \"%s\"; add the key",
					    walk->path, field->key);
	}
	return 0;
}

static int list_check(struct walk *walk, struct level *level)
{
	level->is_unusable = level->items - level->dropped < level->schema->sequence.min;
	return level->items >= level->schema->sequence.min
		       ? 0
		       : shape_error(walk, level->line, "is empty",
				     "list an item, or leave the key out");
}

/* The end of a list or mapping, which must have what the schema requires. */
static int walk_close(struct walk *walk)
{
	struct level *level = &walk->level[--walk->depth];
	int err;

	walk->path[level->path_len] = '\0';
	err = level->schema->type == CYAML_SEQUENCE ? list_check(walk, level)
						    : mapping_check(walk, level);
	if (err && err != -EINVAL)
		return err;
	return level->is_unusable && walk->depth ? walk_drop_list(walk, level) : 0;
}

/* -EINVAL: what follows cannot be judged. */
static int walk_event(struct walk *walk, const yaml_event_t *event)
{
	if (walk->skip_nodes)
		return walk_skipped(walk, event);
	switch (event->type) {
	case YAML_DOCUMENT_START_EVENT:
		if (walk->documents++ == 0)
			return 0;
		walk_error(walk, event->start_mark.line + 1,
			   "a second document; keep one, without \"---\" in between");
		walk->drops->all = true;
		return -EINVAL;
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

int shape_check(struct lines *lines, const cyaml_schema_value_t *schema, const char *text,
		size_t len, struct faults *faults, struct drops *drops)
{
	struct walk walk = {.lines = lines, .schema = schema, .faults = faults, .drops = drops};
	yaml_parser_t parser;
	yaml_event_t event;
	bool done = false;
	int err = 0;

	*lines = (struct lines){};
	if (!yaml_parser_initialize(&parser))
		return -ENOMEM;
	yaml_parser_set_input_string(&parser, (const unsigned char *)text, len);
	for (; !done && !err; walk.event++) {
		if (!yaml_parser_parse(&parser, &event)) {
			drops->all = true;
			err = syntax_fault(&parser, text, len, faults);
			break;
		}
		done = event.type == YAML_STREAM_END_EVENT;
		err = walk_event(&walk, &event);
		yaml_event_delete(&event);
	}
	yaml_parser_delete(&parser);
	lines_sort(lines);
	return err || !faults->count ? err : -EINVAL;
}
