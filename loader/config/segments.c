// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * segments.c - the rules of segments and ports.
 */
#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "parts.h"
#include "loader/base/text.h"

/*
 * Items of a list that apply by name or pattern, the first member of their struct. The first match
 * applies, so a name that an earlier item matches is an error.
 */
struct items {
	const void *item;
	size_t size;
	const char *key; /* of the name */
	struct where where;
};

static const char *item_name(const struct items *items, unsigned int i)
{
	return *(char *const *)((const char *)items->item + i * items->size);
}

static int item_reaches(const struct items *items, unsigned int i, unsigned int other,
			const struct where *where)
{
	struct where item = where_item(&items->where, other), at = where_key(&item, items->key);
	const char *name = item_name(items, i), *first = item_name(items, other);

	if (!first)
		return 0;
	if (strcmp(first, name) == 0)
		return where_error(where, "%.60s is listed twice (line %u); keep one", name,
				   where_line(&at));
	if (name_is_pattern(name) || fnmatch(first, name, 0))
		return 0;
	return where_error(where,
			   "%.60s never applies: %.60s (line %u) is an earlier match; move it "
			   "before that line",
			   name, first, where_line(&at));
}

static int item_read(const struct items *items, unsigned int i, char **name)
{
	struct where item = where_item(&items->where, i), where = where_key(&item, items->key);
	const char *text = item_name(items, i);
	int err;

	if (!text) /* it has its fault already */
		return -EINVAL;
	err = name_check(text, &where);
	for (unsigned int other = 0; other < i && !err; other++)
		err = item_reaches(items, i, other, &item);
	if (err)
		return err;
	*name = strdup(text);
	return *name ? 0 : where_memory(&where);
}

/* ---- segments ---- */

static int segment_load(struct guards *guards, const struct items *items,
			const struct yaml_segment *yaml, unsigned int i)
{
	struct segment_guard *segment = &guards->segment[guards->segment_count++];
	const struct {
		const char *key;
		const char *text; /* NULL: as at the top */
		const struct word *words;
		unsigned int of_all;
		unsigned int *value;
	} choices[] = {
		{"foreign", yaml->foreign, yes_words, guards->foreign, &segment->foreign},
		{"only_declared", yaml->only_declared, yes_words, guards->only_declared,
		 &segment->only_declared},
		{"ask", yaml->ask, yes_words, guards->ask, &segment->ask},
		{"observe", yaml->observe, yes_words, guards->observe, &segment->observe},
		{"deaf", yaml->deaf, deaf_words, guards->deaf, &segment->deaf},
		{"announce_on_link", yaml->announce_on_link, on_link_words,
		 guards->announce_on_link, &segment->announce_on_link},
	};
	struct where item = where_item(&items->where, i);
	int err = item_read(items, i, &segment->segment);

	for (size_t j = 0; j < sizeof(choices) / sizeof(choices[0]); j++) {
		struct where where = where_key(&item, choices[j].key);

		*choices[j].value = choices[j].of_all;
		err = faults_join(err, word_read(&where, choices[j].words, choices[j].text,
						 choices[j].value));
	}
	return err;
}

static int segments_load(struct guards *guards, const struct yaml_config *top,
			 const struct where *file)
{
	struct items items = {top->segments, sizeof(*top->segments), "segment",
			      where_key(file, "segments")};
	int err = 0;

	guards->segment = calloc(top->segments_count + 1, sizeof(*guards->segment));
	if (!guards->segment)
		return where_memory(file);
	for (unsigned int i = 0; i < top->segments_count && err != -ENOMEM; i++)
		err = faults_join(err, segment_load(guards, &items, &top->segments[i], i));
	return err;
}

/* ---- ports ---- */

static int addresses_load(struct port_rule *rule, const struct yaml_list *list,
			  const struct where *at)
{
	int err = 0;

	rule->address = calloc(list->text_count + 1, sizeof(*rule->address));
	if (!rule->address)
		return where_memory(at);
	for (unsigned int i = 0; i < list->text_count; i++) {
		struct where where = where_item(at, i);

		err = faults_join(err, prefix_read(&rule->address[rule->address_count++],
						   list->text[i], &where));
	}
	return err;
}

static int macs_load(struct port_rule *rule, const struct yaml_list *list, const struct where *at)
{
	int err = 0;

	rule->mac = calloc(list->text_count + 1, sizeof(*rule->mac));
	if (!rule->mac)
		return where_memory(at);
	for (unsigned int i = 0; i < list->text_count; i++) {
		struct where where = where_item(at, i);

		err = faults_join(err,
				  mac_read(rule->mac[rule->mac_count++], list->text[i], &where));
	}
	return err;
}

static int rule_load(struct guards *guards, const struct items *items, const struct yaml_port *yaml,
		     unsigned int i)
{
	struct port_rule *rule = &guards->rule[guards->rule_count++];
	struct where item = where_item(&items->where, i);
	struct where addresses = where_key(&item, "addresses"), macs = where_key(&item, "macs");
	int err = item_read(items, i, &rule->port);

	if (err == -ENOMEM)
		return err;
	err = faults_join(err, addresses_load(rule, &yaml->addresses, &addresses));
	return faults_join(err, macs_load(rule, &yaml->macs, &macs));
}

/* The maps have room for so many. */
static int rules_check(const struct guards *guards, const struct where *file)
{
	struct where where = where_key(file, "ports");
	size_t addresses = 0, macs = 0;

	for (size_t i = 0; i < guards->rule_count; i++) {
		addresses += guards->rule[i].address_count;
		macs += guards->rule[i].mac_count;
	}
	if (addresses > GARPD_MAX_RULE_ITEMS || macs > GARPD_MAX_RULE_ITEMS)
		return where_error(&where, "more than %u addresses or MACs in all; name prefixes",
				   GARPD_MAX_RULE_ITEMS);
	return 0;
}

static int rules_load(struct guards *guards, const struct yaml_config *top,
		      const struct where *file)
{
	struct items items = {top->ports, sizeof(*top->ports), "port", where_key(file, "ports")};
	int err = 0;

	if (top->ports_count > GARPD_MAX_RULES)
		return where_error(&items.where, "more than %u items; use patterns",
				   GARPD_MAX_RULES);
	guards->rule = calloc(top->ports_count + 1, sizeof(*guards->rule));
	if (!guards->rule)
		return where_memory(file);
	for (unsigned int i = 0; i < top->ports_count && err != -ENOMEM; i++)
		err = faults_join(err, rule_load(guards, &items, &top->ports[i], i));
	return err ? err : rules_check(guards, file);
}

int guards_load(struct config *config, const struct yaml_config *top, const struct where *file)
{
	int err = segments_load(&config->guards, top, file);

	return err == -ENOMEM ? err : faults_join(err, rules_load(&config->guards, top, file));
}
