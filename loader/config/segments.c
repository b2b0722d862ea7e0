// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * segments.c - what segments and ports are held to.
 */
#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "parts.h"
#include "loader/base/text.h"

static int yes_load(const char *key, const char *text, unsigned int *value,
		    const struct where *item)
{
	struct where where = where_at(item, "%s.%s", item->path, key);

	return text ? word_find(&where, key, yes_words, text, value) : 0;
}

/* The name or pattern of an item, which the schema cannot ask for with words of its own. */
static int name_load(const char *key, const char *text, char **name, const struct where *item)
{
	struct where where = where_at(item, "%s.%s", item->path, key);
	int ret;

	if (!text)
		return where_error(item, "%s has no \"%s\"; name an interface, or a pattern",
				   item->path, key);
	ret = name_check(text, &where);
	if (ret)
		return ret;
	*name = strdup(text);
	return *name ? 0 : where_memory(&where);
}

/*
 * The first item that matches counts, so one whose name another matches before it never would. `at`
 * is where the other one's name stands.
 */
static int name_reaches(const char *name, const char *other, const struct where *item,
			const struct where *at)
{
	if (strcmp(other, name) == 0)
		return where_error(item, "%.60s is there already (line %u); keep one", name,
				   where_line(at));
	if (name_is_pattern(name) || fnmatch(other, name, 0))
		return 0;
	return where_error(item,
			   "%.60s would never count: the first item that matches does, which is "
			   "%.60s (line %u); put it before that",
			   name, other, where_line(at));
}

/* ---- segments ---- */

static int segment_reaches(const struct guards *guards, const struct where *item)
{
	size_t last = guards->segment_count - 1;
	int ret = 0;

	for (size_t i = 0; i < last && !ret; i++) {
		struct where at = where_at(item, "segments[%zu].segment", i);

		ret = name_reaches(guards->segment[last].segment, guards->segment[i].segment, item,
				   &at);
	}
	return ret;
}

static int segment_load(struct guards *guards, const struct yaml_segment *yaml,
			const struct where *item)
{
	struct segment_guard *segment = &guards->segment[guards->segment_count++];
	int ret = name_load("segment", yaml->segment, &segment->segment, item);

	segment->foreign = guards->foreign;
	segment->only_declared = guards->only_declared;
	if (!ret)
		ret = segment_reaches(guards, item);
	if (!ret)
		ret = yes_load("foreign", yaml->foreign, &segment->foreign, item);
	if (!ret)
		ret = yes_load("only_declared", yaml->only_declared, &segment->only_declared, item);
	return ret;
}

static int segments_load(struct guards *guards, const struct yaml_config *top,
			 const struct where *file)
{
	int ret = 0;

	guards->segment = calloc(top->segments_count + 1, sizeof(*guards->segment));
	if (!guards->segment)
		return where_memory(file);
	for (unsigned int i = 0; i < top->segments_count && !ret; i++) {
		struct where item = where_at(file, "segments[%u]", i);

		ret = segment_load(guards, &top->segments[i], &item);
	}
	return ret;
}

/* ---- ports ---- */

static int rule_reaches(const struct guards *guards, const struct where *item)
{
	size_t last = guards->rule_count - 1;
	int ret = 0;

	for (size_t i = 0; i < last && !ret; i++) {
		struct where at = where_at(item, "ports[%zu].port", i);

		ret = name_reaches(guards->rule[last].port, guards->rule[i].port, item, &at);
	}
	return ret;
}

static int addresses_load(struct port_rule *rule, const struct yaml_port *yaml,
			  const struct where *item)
{
	int ret = 0;

	rule->address = calloc(yaml->addresses_count + 1, sizeof(*rule->address));
	if (!rule->address)
		return where_memory(item);
	for (unsigned int i = 0; i < yaml->addresses_count && !ret; i++) {
		struct where where = where_at(item, "%s.addresses[%u]", item->path, i);

		ret = prefix_read(&rule->address[rule->address_count++], yaml->addresses[i],
				  &where);
	}
	return ret;
}

static int macs_load(struct port_rule *rule, const struct yaml_port *yaml, const struct where *item)
{
	int ret = 0;

	rule->mac = calloc(yaml->macs_count + 1, sizeof(*rule->mac));
	if (!rule->mac)
		return where_memory(item);
	for (unsigned int i = 0; i < yaml->macs_count && !ret; i++) {
		struct where where = where_at(item, "%s.macs[%u]", item->path, i);

		ret = mac_read(rule->mac[rule->mac_count++], yaml->macs[i], &where);
	}
	return ret;
}

static int rule_load(struct guards *guards, const struct yaml_port *yaml, const struct where *item)
{
	struct port_rule *rule = &guards->rule[guards->rule_count++];
	int ret = name_load("port", yaml->port, &rule->port, item);

	if (!ret)
		ret = rule_reaches(guards, item);
	if (!ret)
		ret = addresses_load(rule, yaml, item);
	if (!ret)
		ret = macs_load(rule, yaml, item);
	return ret;
}

/* The maps have room for this and no more. */
static int rules_check(const struct guards *guards, const struct where *file)
{
	struct where where = where_at(file, "ports");
	size_t addresses = 0, macs = 0;

	for (size_t i = 0; i < guards->rule_count; i++) {
		addresses += guards->rule[i].address_count;
		macs += guards->rule[i].mac_count;
	}
	if (addresses > GARPD_MAX_RULED || macs > GARPD_MAX_RULED)
		return where_error(&where, "more than %u addresses or MACs in all; name prefixes",
				   GARPD_MAX_RULED);
	return 0;
}

static int rules_load(struct guards *guards, const struct yaml_config *top,
		      const struct where *file)
{
	struct where where = where_at(file, "ports");
	int ret = 0;

	if (top->ports_count > GARPD_MAX_RULES)
		return where_error(&where, "more than %u items; use patterns", GARPD_MAX_RULES);
	guards->rule = calloc(top->ports_count + 1, sizeof(*guards->rule));
	if (!guards->rule)
		return where_memory(file);
	for (unsigned int i = 0; i < top->ports_count && !ret; i++) {
		struct where item = where_at(file, "ports[%u]", i);

		ret = rule_load(guards, &top->ports[i], &item);
	}
	return ret ? ret : rules_check(guards, file);
}

int guards_load(struct config *config, const struct yaml_config *top, const struct where *file)
{
	int ret = segments_load(&config->guards, top, file);

	return ret ? ret : rules_load(&config->guards, top, file);
}
