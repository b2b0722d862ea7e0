// SPDX-License-Identifier: GPL-2.0-or-later
/* docs/schema against the tables of fields from which the output is made. */
#include <criterion/criterion.h>
#include <glob.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "../../loader/base/finding.h"
#include "../../loader/base/text.h"
#include "../../loader/cmd/cmd.h"
#include "../../loader/doctor/parts.h"
#include "../../loader/explain/explain.h"
#include "../../loader/maps/claims.h"
#include "../../loader/maps/counters.h"
#include "../../loader/maps/histograms.h"
#include "../../loader/maps/listeners.h"
#include "../../loader/report/parts.h"
#include "../../loader/replay/replay.h"

#define FOLDER "docs/schema/"

static json_t *schema_load(const char *name)
{
	char file[128];
	json_error_t error;
	json_t *schema;

	snprintf(file, sizeof(file), FOLDER "%s.json", name);
	schema = json_load_file(file, JSON_REJECT_DUPLICATES, &error);
	cr_assert_not_null(schema, "%s:%d: %s", file, error.line, error.text);
	return schema;
}

/* Behind a reference to a definition of types.json. */
static json_t *schema_follow(json_t *schema, json_t *types)
{
	static const char start[] = "types.json#/$defs/";
	const char *ref = json_string_value(json_object_get(schema, "$ref"));

	if (!ref || strncmp(ref, start, strlen(start)) != 0)
		return schema;
	return json_object_get(json_object_get(types, "$defs"), ref + strlen(start));
}

static bool type_has(json_t *schema, const char *type)
{
	json_t *types = json_object_get(schema, "type"), *each;
	size_t i;

	if (json_is_string(types))
		return !strcmp(json_string_value(types), type);
	json_array_foreach(types, i, each) if (!strcmp(json_string_value(each), type)) return true;
	return false;
}

/* The words of the code, and no other. */
static bool is_enum(json_t *schema, const char *(*name)(unsigned int value))
{
	json_t *words = json_object_get(schema, "enum");
	size_t i;

	for (i = 0; strcmp(name((unsigned int)i), "unknown") != 0; i++)
		if (i >= json_array_size(words) ||
		    strcmp(json_string_value(json_array_get(words, i)), name((unsigned int)i)) != 0)
			return false;
	return json_array_size(words) == i;
}

/* An empty text is null; one that has a least length is never empty. */
static bool text_fits(json_t *schema)
{
	json_t *words = json_object_get(schema, "enum"), *word;
	size_t i;

	json_array_foreach(words, i, word) if (json_is_null(word)) return true;
	return type_has(schema, "string") &&
	       (type_has(schema, "null") || json_object_get(schema, "minLength"));
}

/* Does the schema of a value describe what this type of field prints? */
static bool value_fits(const struct field *field, json_t *schema)
{
	switch (field->type) {
	case FIELD_COMPUTED:
		return schema;
	case FIELD_NUMBER:
		return type_has(schema, "integer") && !type_has(schema, "null");
	case FIELD_BOOL:
		return type_has(schema, "boolean") && !type_has(schema, "null");
	case FIELD_ENUM: /* the help of a counter is a text */
		return field->name == counter_help || field->name == histogram_help
			       ? type_has(schema, "string")
			       : is_enum(schema, field->name);
	case FIELD_VLAN:
	case FIELD_VLANS:
		return type_has(schema, "integer") && type_has(schema, "null");
	case FIELD_TEXT:
		return text_fits(schema);
	case FIELD_INTERFACE:
	case FIELD_MAC:
	case FIELD_ADDR:
	case FIELD_TIME:
		return type_has(schema, "string") && type_has(schema, "null");
	}
	return false;
}

static void expect_table(const char *name, json_t *object, const struct field *fields)
{
	json_t *types = schema_load("types"), *properties = json_object_get(object, "properties");
	size_t count = 0;

	for (; fields->key; fields++) {
		json_t *value = json_object_get(properties, fields->key);

		if (!fields->key[0])
			continue;
		count++;
		cr_expect_not_null(value, "%s.json lacks %s", name, fields->key);
		cr_expect(value_fits(fields, schema_follow(value, types)), "%s.json: %s", name,
			  fields->key);
	}
	cr_expect_eq(json_object_size(properties), count, "%s.json has keys that are not printed",
		     name);
	json_decref(types);
}

static json_t *items_of(json_t *schema)
{
	return json_object_get(schema, "items");
}

/* All verbs but completion, and run, which has the programs in it. */
const struct verb *const verbs[] = {
	&verb_check,	&verb_status, &verb_show,   &verb_watch,  &verb_explain, &verb_doctor,
	&verb_announce, &verb_thaw,   &verb_detach, &verb_report, NULL,
};

/* What is at the path "/properties/errors/items" of the schema. */
static json_t *schema_at(json_t *schema, const char *path)
{
	char keys[128], *rest = keys, *key;

	snprintf(keys, sizeof(keys), "%s", path);
	while ((key = strsep(&rest, "/")))
		if (key[0])
			schema = json_object_get(schema, key);
	return schema;
}

Test(schema, has_the_fields_of_each_verb)
{
	for (size_t i = 0; verbs[i]; i++)
		for (const struct verb_print *print = verbs[i]->prints; print && print->schema;
		     print++) {
			json_t *schema = schema_load(print->schema);

			expect_table(print->schema, schema_at(schema, print->at), print->fields);
			json_decref(schema);
		}
}

static bool has_option(const struct verb *verb, const char *name)
{
	for (const struct verb_option *option = verb->options; option && option->name; option++)
		if (!strcmp(option->name, name))
			return true;
	return false;
}

/* Those of watch are compared below; a report is put together by hand. */
Test(schema, each_verb_that_prints_json_names_its_tables)
{
	for (size_t i = 0; verbs[i]; i++)
		cr_expect_eq(verbs[i]->prints != NULL,
			     has_option(verbs[i], "json") && verbs[i] != &verb_watch &&
				     verbs[i] != &verb_report,
			     "%s", verbs[i]->name);
}

/* Is it one of these, or a table of a verb? claims.json is a list of what claim.json is. */
static bool is_compared(const char *name)
{
	static const char *const others[] = {"types",  "version", "log",   "watch",
					     "claims", "report",  "replay"};

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (!strcmp(name, others[i]))
			return true;
	for (size_t i = 0; verbs[i]; i++)
		for (const struct verb_print *print = verbs[i]->prints; print && print->schema;
		     print++)
			if (!strcmp(name, print->schema))
				return true;
	return false;
}

Test(schema, has_the_checks_of_doctor)
{
	json_t *schema = schema_load("doctor");
	json_t *properties = json_object_get(items_of(schema), "properties");

	cr_expect(is_enum(json_object_get(properties, "check"), doctor_check_name));
	json_decref(schema);
}

/* A change is a claim with the state before. */
Test(schema, of_watch_adds_one_field)
{
	const struct field *more = claims_change_fields;
	json_t *schema = schema_load("watch");

	for (size_t i = 0; claims_fields[i].key; i++, more++)
		cr_expect_str_eq(more->key, claims_fields[i].key);
	expect_table("watch", schema, more);
	json_decref(schema);
}

/* The words for how an event is drawn, and no other. */
Test(schema, of_a_report_has_its_marks)
{
	json_t *schema = schema_load("report"), *words = schema, *word;
	static const char *const way[] = {"properties", "addresses", "items",	   "properties",
					  "events",	"items",     "properties", "marks",
					  "items",	"enum"};
	size_t i;

	for (i = 0; i < sizeof(way) / sizeof(way[0]); i++)
		words = json_object_get(words, way[i]);
	cr_assert_eq(json_array_size(words), MARK_MAX);
	json_array_foreach(words, i, word)
		cr_expect_str_eq(json_string_value(word), mark_name((enum mark_place)i));
	json_decref(schema);
}

/* What the log and the tables call by one name is one thing. */
Test(schema, of_the_log_agrees_with_that_of_a_claim)
{
	json_t *log = schema_load("log"), *claim = schema_load("claim"), *value;
	json_t *of_claim = json_object_get(claim, "properties");
	const char *key;
	size_t shared = 0;

	json_object_foreach(json_object_get(log, "properties"), key, value) {
		json_t *other = json_object_get(of_claim, key);

		shared += other != NULL;
		cr_expect(!other || json_equal(value, other), "log.json: %s", key);
	}
	cr_expect_geq(shared, 9);
	json_decref(log);
	json_decref(claim);
}

/* Each object names all of its keys, requires them, and allows no other. */
static void expect_closed(const char *file, json_t *schema)
{
	json_t *properties = json_object_get(schema, "properties"), *value;
	json_t *required = json_object_get(schema, "required");
	const char *key;
	size_t i;

	if (properties && !strstr(file, "/log.json")) {
		cr_expect_eq(json_object_size(properties), json_array_size(required), "%s", file);
		json_array_foreach(required, i, value)
			cr_expect_not_null(json_object_get(properties, json_string_value(value)),
					   "%s: %s", file, json_string_value(value));
	}
	if (properties && !strstr(file, "/claim.json"))
		cr_expect(json_is_false(json_object_get(schema, "additionalProperties")) ||
				  json_is_false(json_object_get(schema, "unevaluatedProperties")),
			  "%s is open", file);
	if (json_is_object(schema))
		json_object_foreach(schema, key, value)
			expect_closed(file, value);
	json_array_foreach(schema, i, value) expect_closed(file, value);
}

Test(schema, is_complete_and_closed)
{
	json_error_t error;
	glob_t found;

	cr_assert_eq(glob(FOLDER "*.json", 0, NULL, &found), 0);
	cr_assert_gt(found.gl_pathc, 10);
	for (size_t i = 0; i < found.gl_pathc; i++) {
		json_t *schema = json_load_file(found.gl_pathv[i], 0, &error);

		cr_assert_not_null(schema, "%s", found.gl_pathv[i]);
		cr_expect_str_eq(json_string_value(json_object_get(schema, "$schema")),
				 "https://json-schema.org/draft/2020-12/schema");
		cr_expect_not_null(json_object_get(schema, "$id"));
		expect_closed(found.gl_pathv[i], schema);
		*strrchr(found.gl_pathv[i], '.') = '\0';
		cr_expect(is_compared(found.gl_pathv[i] + strlen(FOLDER)), "%s: of no table",
			  found.gl_pathv[i]);
		json_decref(schema);
	}
	globfree(&found);
}

/* The summary, and beside it three lists; events are lines of the log. */
Test(schema, of_replay_has_its_tables)
{
	json_t *schema = schema_load("replay");
	json_t *properties = json_object_get(schema, "properties");
	json_t *answers = items_of(json_object_get(properties, "answers"));
	json_t *verdicts = json_object_get(json_object_get(answers, "properties"), "verdict");

	expect_table("replay", answers, replay_answer_fields);
	expect_table("replay", items_of(json_object_get(properties, "hosts")), replay_host_fields);
	cr_expect(is_enum(verdicts, replay_verdict_name));
	cr_expect_str_eq(json_string_value(json_object_get(
				 items_of(json_object_get(properties, "events")), "$ref")),
			 "log.json");
	for (size_t i = 0; i < 3; i++)
		json_object_del(properties, (const char *[]){"answers", "hosts", "events"}[i]);
	expect_table("replay", schema, replay_summary_fields);
	json_decref(schema);
}
