// SPDX-License-Identifier: GPL-2.0-or-later
/* Words of the command line and of the configuration: abbreviated, and misspelt. */
#include <criterion/criterion.h>

#include "../../loader/base/words.h"

static struct words words_of(const char *list)
{
	struct words words = {};

	words_add(&words, list);
	return words;
}

Test(words, are_found_whole_and_abbreviated)
{
	struct words words = words_of("tc|tcx|claims|counters|listeners");

	cr_assert_eq(words_find(&words, "tc"), 0, "whole, though tcx begins so");
	cr_assert_eq(words_find(&words, "tcx"), 1);
	cr_assert_eq(words_find(&words, "l"), 4);
	cr_assert_eq(words_find(&words, "cl"), 2);
	cr_assert_eq(words_find(&words, "c"), WORD_MANY);
	cr_assert_eq(words_find(&words, "t"), WORD_MANY);
	cr_assert_eq(words_find(&words, "claimsx"), WORD_NONE);
	cr_assert_eq(words_find(&words, ""), WORD_NONE);
}

Test(words, that_are_near_are_suggested)
{
	struct words words = words_of("claims|counters|listeners|ports");

	cr_assert_str_eq(words_near(&words, "clams"), "claims", "left out");
	cr_assert_str_eq(words_near(&words, "claimss"), "claims", "added");
	cr_assert_str_eq(words_near(&words, "caunters"), "counters", "replaced");
	cr_assert_str_eq(words_near(&words, "prots"), "ports", "exchanged");
	cr_assert_str_eq(words_near(&words, "lisnetres"), "listeners", "exchanged twice");
	cr_assert_null(words_near(&words, "guests"), "three of ports are wrong");
	cr_assert_null(words_near(&words, ""));
	cr_assert_null(words_near(&words, "a word that is longer than any word of the lists"));
}

Test(words, are_listed)
{
	struct words one = words_of("json"), three = words_of("never|auto|always");
	char text[32], brief[8];

	cr_assert_str_eq(words_text(&one, text, sizeof(text)), "json");
	cr_assert_str_eq(words_text(&three, text, sizeof(text)), "never, auto or always");
	cr_assert_str_eq(words_text(&three, brief, sizeof(brief)), "never, ");
}

Test(words, beyond_the_room_are_left_out)
{
	struct words words = {};

	for (int i = 0; i < WORDS_MAX; i++)
		words_add(&words, "a|b");
	cr_assert_eq(words.count, WORDS_MAX);
}
