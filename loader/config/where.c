// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * where.c - complaints about a value, from the file and from the flags alike.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "parts.h"

struct where where_at(const struct where *file, const char *format, ...)
{
	struct where where = *file;
	va_list args;

	va_start(args, format);
	vsnprintf(where.path, sizeof(where.path), format, args);
	va_end(args);
	return where;
}

unsigned int where_line(const struct where *where)
{
	return where->flag ? 0 : lines_first(where->lines, where->path);
}

int where_error(const struct where *where, const char *format, ...)
{
	char text[384];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (where->flag)
		return err_set(where->err, -EINVAL, "%s %.100s: %s", where->flag, where->value,
			       text);
	return err_set(where->err, -EINVAL, "%s:%u: %s", where->file, where_line(where), text);
}

int where_memory(const struct where *where)
{
	return err_set(where->err, -ENOMEM, "%s: out of memory",
		       where->flag ? where->flag : where->file);
}

const struct word yes_words[] = {
	{"yes", 1}, {"no", 0}, {"true", 1}, {"false", 0}, {},
};

static const char *words_text(const struct word *words, char *text, size_t size)
{
	size_t used = 0;

	text[0] = '\0';
	for (const struct word *word = words; word->word && used < size; word++) {
		const char *between = word[1].word ? ", " : " or ";

		used += (size_t)snprintf(text + used, size - used, "%s%s", used ? between : "",
					 word->word);
	}
	return text;
}

int word_find(const struct where *where, const char *key, const struct word *words,
	      const char *text, unsigned int *value)
{
	char known[128];

	for (const struct word *word = words; word->word; word++) {
		if (strcmp(word->word, text) == 0) {
			*value = word->value;
			return 0;
		}
	}
	return where_error(where, "%s can't be \"%.60s\"; use %s", key, text,
			   words_text(words, known, sizeof(known)));
}
