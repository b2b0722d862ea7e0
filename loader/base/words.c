// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <string.h>

#include "words.h"

void words_add(struct words *words, const char *list)
{
	while (*list && words->count < WORDS_MAX) {
		size_t len = strcspn(list, "|");

		if (len)
			snprintf(words->word[words->count++], WORD_TEXT_LEN, "%.*s", (int)len,
				 list);
		list += len + (list[len] == '|');
	}
}

int words_find(const struct words *words, const char *word)
{
	int found = WORD_NONE;

	if (!word[0])
		return WORD_NONE;
	for (size_t i = 0; i < words->count; i++) {
		if (!strcmp(words->word[i], word))
			return (int)i;
		if (!strncmp(words->word[i], word, strlen(word)))
			found = found == WORD_NONE ? (int)i : WORD_MANY;
	}
	return found;
}

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/*
 * How many letters were added, left out, replaced, or exchanged with their neighbour (optimal
 * string alignment). Row by row of the usual table, of which three rows are kept.
 */
static size_t words_distance(const char *a, const char *b)
{
	size_t rows[3][WORD_TEXT_LEN + 1], a_len = strlen(a), b_len = strlen(b);
	size_t *above = rows[0], *row = rows[1], *two_above = rows[2], *spare;

	for (size_t j = 0; j <= b_len; j++)
		row[j] = j;
	for (size_t i = 1; i <= a_len; i++) {
		spare = two_above;
		two_above = above;
		above = row;
		row = spare;
		row[0] = i;
		for (size_t j = 1; j <= b_len; j++) {
			row[j] = least(above[j - 1] + (a[i - 1] != b[j - 1]),
				       least(above[j], row[j - 1]) + 1);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				row[j] = least(row[j], two_above[j - 2] + 1);
		}
	}
	return row[b_len];
}

const char *words_near(const struct words *words, const char *word)
{
	size_t nearest = WORD_TEXT_LEN, distance;
	const char *near = NULL;

	if (strlen(word) >= WORD_TEXT_LEN)
		return NULL;
	for (size_t i = 0; i < words->count; i++) {
		distance = words_distance(words->word[i], word);
		if (distance < nearest && 3 * distance <= strlen(words->word[i]) + 1) {
			nearest = distance;
			near = words->word[i];
		}
	}
	return near;
}

const char *words_text(const struct words *words, char *text, size_t size)
{
	size_t used = 0;

	text[0] = '\0';
	for (size_t i = 0; i < words->count && used < size; i++) {
		const char *between = i + 1 < words->count ? ", " : " or ";

		used += (size_t)snprintf(text + used, size - used, "%s%s", i ? between : "",
					 words->word[i]);
	}
	return text;
}

const char *words_hint(const struct words *words, const char *word, char text[WORDS_HINT_LEN])
{
	const char *near = words_near(words, word);
	char all[WORDS_HINT_LEN - sizeof("; use ")];

	if (near)
		snprintf(text, WORDS_HINT_LEN, "; did you mean %s?", near);
	else
		snprintf(text, WORDS_HINT_LEN, "; use %s", words_text(words, all, sizeof(all)));
	return text;
}
