// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * lines.c - where each key and list item of a YAML file stands.
 *
 * libcyaml names lines only in its log, and there the line of the value before the error. libyaml,
 * which it stands on, gives every event its line; so the file is walked once with that.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>
#include <yaml.h>

#include "parts.h"

#define WALK_DEPTH 8 /* the deepest value known is at 5: file, addresses, item, owners, item */

struct level {
	bool mapping;
	bool value_next; /* in a mapping: the key is read */
	unsigned int item;
	size_t path_len; /* of the collection itself */
};

struct walk {
	struct lines *lines;
	const char *file;
	struct err *why;
	unsigned int documents;
	unsigned int depth;
	struct level level[WALK_DEPTH];
	char path[YAML_PATH_LEN];
};

static int lines_add(struct lines *lines, const char *path, unsigned int line)
{
	struct lines_entry *entry = lines->entry;

	/* Doubled at each power of two, so that no capacity need be kept. */
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

static int walk_key(struct walk *walk, struct level *level, const yaml_event_t *event,
		    unsigned int line)
{
	if (event->type != YAML_SCALAR_EVENT)
		return err_set(walk->why, -EINVAL,
			       "%s:%u: a list or mapping stands where a key should; check for a "
			       "stray \"?\", \"[\" or \"{\"",
			       walk->file, line);
	snprintf(walk->path + level->path_len, sizeof(walk->path) - level->path_len, "%s%s",
		 level->path_len ? "." : "", (const char *)event->data.scalar.value);
	level->value_next = true;
	return walk_record(walk, line);
}

/* The path of a list item is made here; that of a mapping's value is its key's. */
static int walk_value(struct walk *walk, unsigned int line)
{
	struct level *level = walk->depth ? &walk->level[walk->depth - 1] : NULL;

	if (!level)
		return walk_record(walk, line);
	if (level->mapping) {
		level->value_next = false;
		return 0;
	}
	snprintf(walk->path + level->path_len, sizeof(walk->path) - level->path_len, "[%u]",
		 level->item++);
	return walk_record(walk, line);
}

static int walk_open(struct walk *walk, bool mapping, unsigned int line)
{
	if (walk->depth == WALK_DEPTH)
		return err_set(walk->why, -EINVAL,
			       "%s:%u: lists and mappings nested too deep; no key needs that",
			       walk->file, line);
	walk->level[walk->depth++] = (struct level){
		.mapping = mapping,
		.path_len = strlen(walk->path),
	};
	return 0;
}

static int walk_node(struct walk *walk, const yaml_event_t *event)
{
	struct level *level = walk->depth ? &walk->level[walk->depth - 1] : NULL;
	unsigned int line = (unsigned int)event->start_mark.line + 1;
	int err;

	if (event->type == YAML_ALIAS_EVENT)
		return err_set(walk->why, -EINVAL,
			       "%s:%u: *%.60s is an alias in YAML, which is not supported; quote a "
			       "pattern that starts with \"*\"",
			       walk->file, line, (const char *)event->data.alias.anchor);
	if (level && level->mapping && !level->value_next)
		return walk_key(walk, level, event, line);
	err = walk_value(walk, line);
	if (err || event->type == YAML_SCALAR_EVENT)
		return err;
	return walk_open(walk, event->type == YAML_MAPPING_START_EVENT, line);
}

static int walk_document(struct walk *walk, const yaml_event_t *event)
{
	if (walk->documents++ == 0)
		return 0;
	return err_set(walk->why, -EINVAL,
		       "%s:%zu: a second document starts here and would not be read; keep one, "
		       "without \"---\" in between",
		       walk->file, event->start_mark.line + 1);
}

static int walk_event(struct walk *walk, const yaml_event_t *event)
{
	switch (event->type) {
	case YAML_DOCUMENT_START_EVENT:
		return walk_document(walk, event);
	case YAML_ALIAS_EVENT:
	case YAML_SCALAR_EVENT:
	case YAML_SEQUENCE_START_EVENT:
	case YAML_MAPPING_START_EVENT:
		return walk_node(walk, event);
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		walk->path[walk->level[--walk->depth].path_len] = '\0';
		return 0;
	case YAML_NO_EVENT:
	case YAML_STREAM_START_EVENT:
	case YAML_STREAM_END_EVENT:
	case YAML_DOCUMENT_END_EVENT:
		return 0;
	}
	return 0;
}

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

static int syntax_error(const yaml_parser_t *parser, const char *file, const char *text, size_t len,
			struct err *why)
{
	size_t line = parser->problem_mark.line + 1;

	if (parser->error == YAML_MEMORY_ERROR || !parser->problem)
		return err_set(why, -ENOMEM, "%s: out of memory", file);
	if (parser->error == YAML_READER_ERROR) {
		/* The reader knows an offset only. */
		line = 1;
		for (size_t i = 0; i < len && i < parser->problem_offset; i++)
			line += text[i] == '\n';
	}
	return err_set(why, -EINVAL, "%s:%zu: no valid YAML: %s%s%s; %s", file, line,
		       parser->context ? parser->context : "", parser->context ? ", " : "",
		       parser->problem, syntax_remedy(parser));
}

static int entry_compare(const void *a, const void *b)
{
	const struct lines_entry *left = a, *right = b;
	int order = strcmp(left->path, right->path);

	return order ? order : (left->line > right->line) - (left->line < right->line);
}

int lines_load(struct lines *lines, const char *file, const char *text, size_t len, struct err *why)
{
	struct walk walk = {.lines = lines, .file = file, .why = why};
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
			err = syntax_error(&parser, file, text, len, why);
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

static int path_compare(const void *path, const void *entry)
{
	return strcmp(path, ((const struct lines_entry *)entry)->path);
}

/* One of those with this path: bsearch(3) does not tell which. */
static const struct lines_entry *lines_find(const struct lines *lines, const char *path)
{
	return lines->count ? bsearch(path, lines->entry, lines->count, sizeof(*lines->entry),
				      path_compare)
			    : NULL;
}

unsigned int lines_first(const struct lines *lines, const char *path)
{
	const struct lines_entry *entry = lines_find(lines, path);

	while (entry && entry > lines->entry && strcmp(entry[-1].path, path) == 0)
		entry--;
	return entry ? entry->line : 0;
}

unsigned int lines_last(const struct lines *lines, const char *path)
{
	const struct lines_entry *entry = lines_find(lines, path);

	while (entry && entry + 1 < lines->entry + lines->count && strcmp(entry[1].path, path) == 0)
		entry++;
	return entry ? entry->line : 0;
}
