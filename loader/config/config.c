// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * config.c - what the values of the configuration mean, from the file and from the flags alike.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "parts.h"
#include "loader/base/text.h"

/* ---- words ---- */

static const struct word mode_words[] = {
	{"auto", MODE_AUTO},
	{"tcx", MODE_TCX},
	{"tc", MODE_TC},
	{"xdp", MODE_XDP},
	{"xdp-generic", MODE_XDP_GENERIC},
	{},
};

static const struct word evpn_words[] = {
	{"auto", EVPN_AUTO},
	{"yes", EVPN_YES},
	{"no", EVPN_NO},
	{},
};

static const struct word form_words[] = {
	{"request", FORM_REQUEST},
	{"reply", FORM_REPLY},
	{"both", FORM_BOTH},
	{},
};

/* ---- numbers ---- */

struct number {
	const char *key;
	size_t text; /* offset of the text in struct yaml_timing or yaml_limits */
	size_t value;
	size_t size; /* of the value in struct config, 4 or 8 bytes */
	__u64 unit;
	__u64 least;
	__u64 most;
	const char *why;
};

#define NUMBER(section, key, member, unit, least, most, why)                            \
	{                                                                               \
#key, offsetof(struct section, key), offsetof(struct config, member),   \
			sizeof(((struct config *)NULL)->member), unit, least, most, why \
	}

static const struct number timing_numbers[] = {
#define X(...) NUMBER(yaml_timing, __VA_ARGS__),
	TIMING_KEYS(X)
#undef X
		{},
};

static const struct number limits_numbers[] = {
#define X(...) NUMBER(yaml_limits, __VA_ARGS__),
	LIMITS_KEYS(X)
#undef X
		{},
};

static int number_set(struct config *config, const struct number *number, const char *text,
		      const struct where *where)
{
	char *at = (char *)config + number->value;
	__u64 value = strtoull(text, NULL, 10); /* ULLONG_MAX where it is larger: out of bounds */

	if (text[strspn(text, "0123456789")] != '\0')
		return where_error(where,
				   "%s: \"%.60s\" is no whole number; the unit is in the key",
				   where->path, text);
	if (value < number->least || value > number->most)
		return where_error(where, "%s: %.60s is outside %llu to %llu: %s", where->path,
				   text, number->least, number->most, number->why);
	if (number->size == sizeof(__u32))
		*(__u32 *)at = (__u32)(value * number->unit);
	else
		*(__u64 *)at = value * number->unit;
	return 0;
}

static int numbers_set(struct config *config, const struct number *numbers, const char *section,
		       const void *texts, const struct where *file)
{
	int ret = 0;

	for (const struct number *number = numbers; texts && number->key && !ret; number++) {
		const char *text = *(char *const *)((const char *)texts + number->text);
		struct where where = where_at(file, "%s.%s", section, number->key);

		if (text)
			ret = number_set(config, number, text, &where);
	}
	return ret;
}

/* ---- the file ---- */

static int words_load(struct config *config, const struct yaml_config *top,
		      const struct where *file)
{
	const struct {
		const char *key;
		const char *text; /* NULL: not given */
		const struct word *words;
		unsigned int *value;
	} choices[] = {
		{"mode", top->mode, mode_words, &config->mode},
		{"evpn", top->evpn, evpn_words, &config->evpn},
		{"form", top->form, form_words, &config->settings.form},
		{"link_local", top->link_local, yes_words, &config->settings.link_local},
		{"relay", top->relay, yes_words, &config->relay},
		{"xdp_drop_over_limit", top->xdp_drop_over_limit, yes_words,
		 &config->settings.xdp_drop},
		{"foreign", top->foreign, yes_words, &config->guards.foreign},
		{"only_declared", top->only_declared, yes_words, &config->guards.only_declared},
	};
	int ret = 0;

	for (size_t i = 0; i < sizeof(choices) / sizeof(choices[0]) && !ret; i++) {
		struct where where = where_at(file, "%s", choices[i].key);

		if (choices[i].text)
			ret = word_find(&where, choices[i].key, choices[i].words, choices[i].text,
					choices[i].value);
	}
	return ret;
}

/* Whether there is such a group is found out at the start, by whoever makes us its member; and by
 * `garpd check`. */
static int group_load(struct config *config, const char *group, const struct where *file)
{
	struct where where = where_at(file, "group");

	if (!group)
		return 0;
	if (group[strcspn(group, ":, \t\r\n")] != '\0')
		return where_error(&where, "\"%.60s\" is no name of a group; give one", group);
	config->group = strdup(group);
	return config->group ? 0 : where_memory(&where);
}

static int config_apply(struct config *config, const struct yaml_config *top,
			const struct where *file)
{
	int ret = names_load(config, top, file);

	if (!ret)
		ret = words_load(config, top, file);
	if (!ret)
		ret = group_load(config, top->group, file);
	if (!ret)
		ret = numbers_set(config, timing_numbers, "timing", top->timing, file);
	if (!ret)
		ret = numbers_set(config, limits_numbers, "limits", top->limits, file);
	if (!ret)
		ret = follow_load(config, top, file);
	if (!ret)
		ret = guards_load(config, top, file);
	if (!ret)
		ret = declared_load(config, top, file);
	return ret ? ret : declared_check(config, file->err);
}

int config_load(struct config *config, const char *file, struct err *err)
{
	struct yaml_file yaml;
	struct where where = {.file = file, .lines = &yaml.lines, .err = err};
	int ret;

	if (config->file)
		ret = err_set(err, -EINVAL, "%s: a second file, after %s; give one", file,
			      config->file);
	else
		ret = yaml_file_load(&yaml, file, err);
	if (ret)
		goto out;
	config->file = strdup(file);
	if (!config->file)
		ret = where_memory(&where);
	else if (yaml.top)
		ret = config_apply(config, yaml.top, &where);
	yaml_file_free(&yaml);
out:
	if (ret) {
		config_free(config);
		config_init(config);
	}
	return ret;
}

/* ---- flags ---- */

int config_add_declared(struct config *config, const char *argument, struct err *err)
{
	struct where where = {.flag = "--declare", .value = argument, .err = err};

	return declared_add_flag(config, argument, &where);
}

int config_set_mode(struct config *config, const char *mode, struct err *err)
{
	struct where where = {.flag = "--mode", .value = mode, .err = err};

	return word_find(&where, "mode", mode_words, mode, &config->mode);
}

/* ---- the whole ---- */

void config_init(struct config *config)
{
	*config = (struct config){
		.mode = MODE_AUTO,
		.evpn = EVPN_AUTO,
		.settings = SETTINGS_DEFAULTS,
		.max_claims = GARPD_MAX_CLAIMS,
	};
}

int config_check(const struct config *config, struct err *err)
{
	if (config->bridges.count == 0 && config->routers.count == 0)
		return err_set(err, -EINVAL,
			       "%s%sno bridge and no router port to work on; name one with "
			       "--bridge or --router, or under \"bridges:\" or \"routers:\" in the "
			       "file",
			       config->file ? config->file : "", config->file ? ": " : "");
	return declared_check(config, err);
}

void config_free(struct config *config)
{
	names_free(config);
	guards_free(&config->guards);
	free(config->declared);
	free(config->group);
	free(config->file);
	*config = (struct config){};
}
