/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * words.h - words of the command line and of the configuration: abbreviated, and misspelt.
 */
#ifndef GARPD_BASE_WORDS_H
#define GARPD_BASE_WORDS_H

#include <stddef.h>

#define WORDS_MAX     48 /* in one list */
#define WORD_TEXT_LEN 32

#define WORDS_HINT_LEN 320

#define WORD_NONE -1 /* no such word */
#define WORD_MANY -2 /* the abbreviation of several */

struct words {
	char word[WORDS_MAX][WORD_TEXT_LEN];
	size_t count;
};

/* Adds the words of a list such as "text|json"; those beyond WORDS_MAX are left out. */
void words_add(struct words *words, const char *list);

/* The place of the word that this is, or that only this abbreviates; or WORD_NONE, WORD_MANY. */
int words_find(const struct words *words, const char *word);

/* The word that was probably meant; NULL if none is near: a third of its letters may be wrong. */
const char *words_near(const struct words *words, const char *word);

/* "text or json", "auto, tcx or tc". Returns `text`, which is cut off at `size`. */
const char *words_text(const struct words *words, char *text, size_t size);

/* For an error about a word: "; did you mean claims?", or "; use claims or ports". */
const char *words_hint(const struct words *words, const char *word, char text[WORDS_HINT_LEN]);

#endif
