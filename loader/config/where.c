// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * where.c - errors about a value, from the file and from the flags.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "loader/base/words.h"
#include "parts.h"

struct where where_key(const struct where *mapping, const char *key)
{
	struct where where = *mapping;

	snprintf(where.path, sizeof(where.path), "%.64s%s%s", mapping->path,
		 mapping->path[0] ? "." : "", key);
	return where;
}

struct where where_item(const struct where *list, unsigned int i)
{
	struct where where = *list;

	for (size_t j = 0; list->lines && j < list->lines->dropped_count; j++)
		if (list->lines->dropped[j].item <= i &&
		    !strcmp(list->lines->dropped[j].list, list->path))
			i++;
	snprintf(where.path, sizeof(where.path), "%.80s[%u]", list->path, i);
	return where;
}

bool where_is_partial(const struct where *list)
{
	for (size_t j = 0; j < list->lines->dropped_count; j++)
		if (!strcmp(list->lines->dropped[j].list, list->path))
			return true;
	return false;
}

unsigned int where_line(const struct where *where)
{
	return where->flag ? 0 : lines_find(where->lines, where->path);
}

int where_error(const struct where *where, const char *format, ...)
{
	char text[384];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (where->flag)
		return err_set(where->err, -EINVAL, "--%s %.100s: %s", where->flag, where->value,
			       text);
	return faults_add(where->faults, where_line(where), text) == -ENOMEM ? where_memory(where)
									     : -EINVAL;
}

int where_memory(const struct where *where)
{
	return err_set(where->err, -ENOMEM, "%s%s: out of memory", where->flag ? "--" : "",
		       where->flag ? where->flag : where->file);
}

const struct word yes_words[] = {
	{"yes", 1}, {"no", 0}, {"true", 1}, {"false", 0}, {},
};

const struct word on_link_words[] = {
	{"auto", ON_LINK_AUTO}, {"yes", ON_LINK_YES},  {"no", ON_LINK_NO},
	{"true", ON_LINK_YES},	{"false", ON_LINK_NO}, {},
};

const struct word deaf_words[] = {{"report", 0}, {"deny", 1}, {}};

/* The last key of the path: "announce" of addresses[3].announce. */
static const char *where_name(const struct where *where)
{
	const char *dot = strrchr(where->path, '.');

	if (where->flag)
		return where->flag;
	return dot ? dot + 1 : where->path;
}

int word_read(const struct where *where, const struct word *words, const char *text,
	      unsigned int *value)
{
	char hint[WORDS_HINT_LEN];
	struct words known = {};

	if (!text)
		return 0;
	for (const struct word *word = words; word->word; word++) {
		words_add(&known, word->word);
		if (strcmp(word->word, text) == 0) {
			*value = word->value;
			return 0;
		}
	}
	return where_error(where, "%s can't be \"%.60s\"%s", where_name(where), text,
			   words_hint(&known, text, hint));
}
