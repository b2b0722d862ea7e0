// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * lines.c - the line of each value of a file, by its path.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "parts.h"

int lines_add(struct lines *lines, const char *path, unsigned int line)
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

int lines_drop(struct lines *lines, const char *list, size_t list_len, unsigned int item)
{
	struct lines_dropped *more = realloc(lines->dropped,
					     (lines->dropped_count + 1) * sizeof(*more));

	if (!more)
		return -ENOMEM;
	lines->dropped = more;
	more += lines->dropped_count;
	*more = (struct lines_dropped){strndup(list, list_len), item};
	if (!more->list)
		return -ENOMEM;
	lines->dropped_count++;
	return 0;
}

static int entry_compare(const void *a, const void *b)
{
	const struct lines_entry *left = a, *right = b;

	return strcmp(left->path, right->path);
}

void lines_sort(struct lines *lines)
{
	if (lines->count)
		qsort(lines->entry, lines->count, sizeof(*lines->entry), entry_compare);
}

void lines_free(struct lines *lines)
{
	for (size_t i = 0; i < lines->count; i++)
		free(lines->entry[i].path);
	for (size_t i = 0; i < lines->dropped_count; i++)
		free(lines->dropped[i].list);
	free(lines->entry);
	free(lines->dropped);
	*lines = (struct lines){};
}

unsigned int lines_find(const struct lines *lines, const char *path)
{
	struct lines_entry wanted = {.path = (char *)path}, *entry = NULL;

	if (lines->count)
		entry = bsearch(&wanted, lines->entry, lines->count, sizeof(wanted), entry_compare);
	return entry ? entry->line : 0;
}
