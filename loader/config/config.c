// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * config.c - reads the values of the configuration, from the file and from the flags.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "parts.h"
#include "loader/base/text.h"

/* ---- words ---- */

const struct word mode_words[] = {
	{"auto", MODE_AUTO},
	{"tcx", MODE_TCX},
	{"tc", MODE_TC},
	{"xdp", MODE_XDP},
	{"xdp-generic", MODE_XDP_GENERIC},
	{},
};

const struct word evpn_words[] = {
	{"auto", EVPN_AUTO},
	{"yes", EVPN_YES},
	{"no", EVPN_NO},
	{},
};

const struct word form_words[] = {
	{"request", FORM_REQUEST},
	{"reply", FORM_REPLY},
	{"both", FORM_BOTH},
	{},
};

const struct word nudge_words[] = {
#define X(NAME, name, what) {name, NUDGE_##NAME},
	NUDGE_MODES(X)
#undef X
		{},
};

static int words_load(struct config *config, const struct yaml_config *top,
		      const struct where *file)
{
	const struct {
		const char *key;
		const char *text; /* NULL: not given */
		const struct word *words;
		unsigned int *value;
	} choices[] = {
#define X(key, member, words) {#key, top->key, words, &config->member},
		WORD_KEYS(X)
#undef X
	};
	int err = 0;

	for (size_t i = 0; i < sizeof(choices) / sizeof(choices[0]); i++) {
		struct where where = where_key(file, choices[i].key);

		err = faults_join(err, word_read(&where, choices[i].words, choices[i].text,
						 choices[i].value));
	}
	return err;
}

/* ---- numbers ---- */

struct number {
	const char *path;
	const char *text; /* NULL: not given */
	void *value;
	size_t size; /* of the value, 4 or 8 bytes */
	__u64 unit;
	__u64 least;
	__u64 most;
	const char *why;
};

static int number_set(const struct number *number, const struct where *where)
{
	const char *text = number->text;
	__u64 value = strtoull(text, NULL, 10); /* ULLONG_MAX on overflow: out of bounds */

	if (text[strspn(text, "0123456789")] != '\0')
		return where_error(where,
				   "%s: \"%.60s\" is not a whole number; the key names the unit",
				   where->path, text);
	if (value < number->least || value > number->most)
		return where_error(where, "%s: %.60s is outside %llu to %llu: %s", where->path,
				   text, number->least, number->most, number->why);
	if (number->size == sizeof(__u32))
		*(__u32 *)number->value = (__u32)(value * number->unit);
	else
		*(__u64 *)number->value = value * number->unit;
	return 0;
}

static int numbers_load(struct config *config, const struct yaml_config *top,
			const struct where *file)
{
	static const struct yaml_timing no_timing;
	static const struct yaml_limits no_limits;
	const struct yaml_timing *timing = top->timing ? top->timing : &no_timing;
	const struct yaml_limits *limits = top->limits ? top->limits : &no_limits;
	const struct number numbers[] = {
#define NUMBER(section, key, member, ...) \
	{#section "." #key, section->key, &config->member, sizeof(config->member), __VA_ARGS__},
#define X(...) NUMBER(timing, __VA_ARGS__)
		TIMING_KEYS(X)
#undef X
#define X(...) NUMBER(limits, __VA_ARGS__)
			LIMITS_KEYS(X)
#undef X
	};
	int err = 0;

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		struct where where = where_key(file, numbers[i].path);

		if (numbers[i].text)
			err = faults_join(err, number_set(&numbers[i], &where));
	}
	return err;
}

/* ---- the file ---- */

/* Whether the group exists is checked at the start of the daemon, and by `garpd check`. */
static int group_load(struct config *config, const struct yaml_config *top,
		      const struct where *file)
{
	struct where where = where_key(file, "group");

	if (!top->group)
		return 0;
	if (top->group[strcspn(top->group, ":, \t\r\n")] != '\0')
		return where_error(&where, "\"%.60s\" is not a group name; write one name",
				   top->group);
	config->group_line = where_line(&where);
	config->group = strdup(top->group);
	return config->group ? 0 : where_memory(&where);
}

static int ovsdb_load(struct config *config, const struct yaml_config *top,
		      const struct where *file)
{
	struct where where = where_key(file, "ovsdb");
	const char *path = top->ovsdb;

	if (!path)
		return 0;
	if (strncmp(path, "unix:", 5) == 0)
		path += 5;
	/* sun_path of unix(7), with its zero */
	if (path[0] != '/' || strlen(path) >= 108)
		return where_error(&where, "\"%.60s\" is not a Unix socket; write unix:/PATH",
				   top->ovsdb);
	config->ovsdb = strdup(top->ovsdb);
	return config->ovsdb ? 0 : where_memory(&where);
}

static int config_apply(struct config *config, const struct yaml_config *top,
			const struct where *file)
{
	static int (*const load[])(struct config * config, const struct yaml_config *top,
				   const struct where *file) = {
		names_load,   words_load,  ovsdb_load,	group_load,
		numbers_load, follow_load, guards_load, declared_load,
	};

	int err = 0;

	for (size_t i = 0; i < sizeof(load) / sizeof(load[0]) && err != -ENOMEM; i++)
		err = faults_join(err, load[i](config, top, file));
	if (err != -ENOMEM)
		err = faults_join(err, declared_check(config, file->faults, file->err));
	return err;
}

int config_read(struct config *config, const char *file, struct faults *faults, struct err *why)
{
	struct yaml_file yaml;
	struct where where = {.file = file, .lines = &yaml.lines, .faults = faults, .err = why};
	int err;

	if (config->file)
		return err_set(why, -EINVAL, "%s: a second configuration file, after %s; give one",
			       file, config->file);
	err = yaml_file_load(&yaml, file, faults, why);
	if (err && err != -EINVAL)
		return err;
	config->file = strdup(file);
	if (!config->file)
		err = where_memory(&where);
	else if (yaml.top)
		err = faults_join(err, config_apply(config, yaml.top, &where));
	yaml_file_free(&yaml);
	faults_sort(faults);
	return err;
}

/* The first of the faults, and how to see the others. */
static void config_tell_first(const char *file, const struct faults *faults, struct err *why)
{
	const struct fault *first = faults->fault;

	if (faults->count == 1)
		err_set(why, 0, "%s:%u: %s", file, first->line, first->message);
	else if (faults->count)
		err_set(why, 0, "%s:%u: %s (error 1 of %zu: garpd check %s)", file, first->line,
			first->message, faults->count, file);
}

int config_load(struct config *config, const char *file, struct err *why)
{
	struct faults faults = {};
	int err = config_read(config, file, &faults, why);

	if (err == -EINVAL)
		config_tell_first(file, &faults, why);
	faults_free(&faults);
	if (err) {
		config_free(config);
		config_init(config);
	}
	return err;
}

/* Whatever the file says about a segment: nothing is to be sent. */
static void config_observe_all(struct config *config)
{
	config->guards.observe = 1;
	for (size_t i = 0; i < config->guards.segment_count; i++)
		config->guards.segment[i].observe = 1;
}

int config_set_flag(struct config *config, const char *flag, const char *value, struct err *why)
{
	struct where where = {.flag = flag, .value = value, .err = why};

	if (strcmp(flag, "mode") == 0)
		return word_read(&where, mode_words, value, &config->mode);
	if (strcmp(flag, "declare") == 0)
		return declared_add_flag(config, &where);
	if (strcmp(flag, "observe") == 0) {
		config_observe_all(config);
		return 0;
	}
	return names_add_flag(config, &where);
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
	config->guards.ask = config->settings.ask;
	config->guards.observe = config->settings.observe;
}

int config_check(const struct config *config, struct err *why)
{
	if (names_wanted(&config->bridges) == 0 && config->routers.count == 0)
		return err_set(
			why, -EINVAL,
			"%s%sno bridge or router port is configured; name one with --bridge or "
			"--router, or under \"bridges:\" or \"routers:\" in the file",
			config->file ? config->file : "", config->file ? ": " : "");
	return declared_check(config, NULL, why);
}

void config_free(struct config *config)
{
	names_free(config);
	guards_free(&config->guards);
	free(config->declared);
	free(config->ovsdb);
	free(config->group);
	free(config->file);
	*config = (struct config){};
}
