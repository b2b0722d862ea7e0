// SPDX-License-Identifier: GPL-2.0-or-later
/* dist/garpd.yaml.5, held against the schema, the words, the ranges and the defaults. */
#include <criterion/criterion.h>
#include <cyaml/cyaml.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "loader/config/config.h"
#include "loader/config/parts.h"

#define MANUAL "dist/garpd.yaml.5"

static char manual[1 << 16];
static struct config config;

static void setup(void)
{
	FILE *file = fopen(MANUAL, "r");

	cr_assert_not_null(file);
	manual[fread(manual, 1, sizeof(manual) - 1, file)] = '\0';
	fclose(file);
	cr_assert_lt(strlen(manual), sizeof(manual) - 1);
	config_init(&config);
}

TestSuite(config_manual, .init = setup);

/* What stands behind the key in the section of this heading, "(yes or no; default no)"; "":
 * nothing. */
static const char *type_of(const char *section, const char *key, char text[256])
{
	char heading[64], line[64];
	const char *from, *end, *at;

	snprintf(heading, sizeof(heading), "\n.SH %s\n", section);
	from = strstr(manual, heading);
	cr_assert_not_null(from, MANUAL " has no section %s", section);
	end = strstr(from + 1, "\n.SH ");
	snprintf(line, sizeof(line), "\n.BR %s \"", key);
	at = strstr(from, line);
	text[0] = '\0';
	if (at && at < end)
		sscanf(at + strlen(line), " %255[^\"]", text);
	return text;
}

static void expect_type(const char *section, const char *key, const char *expected)
{
	char text[256];

	cr_expect_str_eq(type_of(section, key, text), expected, MANUAL ": %s: '%s'", key, text);
}

/* ---- every key is there, in its section, with a type of its kind ---- */

static bool fits(const cyaml_schema_value_t *value, const char *text)
{
	if (value->type == CYAML_MAPPING)
		return !strcmp(text, "(mapping)");
	if (value->type != CYAML_SEQUENCE)
		return text[0] == '(' && strncmp(text, "(list", 5) != 0;
	return strncmp(text, "(list of ", 9) == 0 &&
	       (value->sequence.entry->type == CYAML_MAPPING) == !!strstr(text, "mappings");
}

static unsigned int expect_keys(const cyaml_schema_value_t *mapping, const char *section)
{
	char text[256], below[64];
	unsigned int keys = 0;

	for (const cyaml_schema_field_t *field = mapping->mapping.fields; field->key; field++) {
		const cyaml_schema_value_t *value = &field->value;
		bool is_list = value->type == CYAML_SEQUENCE;

		cr_expect(fits(value, type_of(section, field->key, text)), MANUAL ": %s: %s: '%s'",
			  section, field->key, text);
		keys++;
		snprintf(below, sizeof(below), "%s OF %s", is_list ? "ITEMS" : "KEYS", field->key);
		for (char *at = below; *at; at++)
			*at = (char)(*at >= 'a' && *at <= 'z' ? *at - 'a' + 'A' : *at);
		if (is_list && value->sequence.entry->type == CYAML_MAPPING)
			keys += expect_keys(value->sequence.entry, below);
		if (value->type == CYAML_MAPPING)
			keys += expect_keys(value, below);
	}
	return keys;
}

Test(config_manual, has_every_key_and_no_other)
{
	unsigned int lines = 0;

	for (const char *at = manual; (at = strstr(at, " \" (")); at++)
		lines++;
	cr_assert_eq(lines, expect_keys(&yaml_schema, "KEYS"));
}

/* ---- numbers ---- */

static void expect_number(const char *section, const char *key, unsigned long long least,
			  unsigned long long most, unsigned long long value)
{
	char expected[128];

	snprintf(expected, sizeof(expected), "(%llu to %llu; default %llu)", least, most, value);
	expect_type(section, key, expected);
}

Test(config_manual, has_the_ranges_and_defaults_of_numbers)
{
#define X(key, member, unit, least, most, why) \
	expect_number("KEYS OF TIMING", #key, least, most, config.member / (unit));
	TIMING_KEYS(X)
#undef X
#define X(key, member, unit, least, most, why) \
	expect_number("KEYS OF LIMITS", #key, least, most, config.member / (unit));
	LIMITS_KEYS(X)
#undef X
}

/* ---- words ---- */

/* The page has them once, for all keys. */
static bool is_synonym(const struct word *word)
{
	return word->word && (!strcmp(word->word, "true") || !strcmp(word->word, "false"));
}

static bool is_last(const struct word *word)
{
	return !word[1].word || is_synonym(&word[1]);
}

/* "(a, b or c; default a)", as troff has a dash. */
static const char *words_type(const struct word *words, const char *behind, char text[256])
{
	size_t used = 0;

	for (const struct word *it = words; it->word && !is_synonym(it); it++) {
		const char *before = it == words ? "(" : is_last(it) ? " or " : ", ";

		used += (size_t)snprintf(text + used, 256 - used, "%s", before);
		for (const char *at = it->word; *at; at++)
			used += (size_t)snprintf(text + used, 256 - used, "%s%c",
						 *at == '-' ? "\\" : "", *at);
	}
	snprintf(text + used, 256 - used, "; default %s)", behind);
	return text;
}

static const char *word_of(const struct word *words, unsigned int value)
{
	while (words->word && words->value != value)
		words++;
	return words->word ? words->word : "unknown";
}

Test(config_manual, has_the_words_and_their_defaults)
{
	char expected[256];

#define X(key, member, words) \
	expect_type("KEYS", #key, words_type(words, word_of(words, config.member), expected));
	WORD_KEYS(X)
#undef X
}

/* A key of a segment has the words of the same key above. */
Test(config_manual, has_the_words_of_segments)
{
	char text[256], expected[256];

#define X(name, member, words)                            \
	if (type_of("ITEMS OF SEGMENTS", #name, text)[0]) \
		expect_type("ITEMS OF SEGMENTS", #name, words_type(words, "as above", expected));
	WORD_KEYS(X)
#undef X
}
