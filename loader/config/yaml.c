// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * yaml.c - the shape of the configuration file, held against libcyaml's schema.
 */
#include <cyaml/cyaml.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "parts.h"

#define FILE_MAX                                                                        \
	(16u * 1024u * 1024u) /* every address with every owner it may have, twice over \
			       */

/* ---- schema ----
 *
 * Every value is a text here, numbers too: libcyaml would read "2s" as 2 and -1 as a huge number,
 * and it takes any word but "no" for yes.
 */

/* A list or a mapping may stand empty, as it does when all below it is commented out. */
#define MAY_BE_EMPTY (CYAML_FLAG_OPTIONAL | CYAML_FLAG_POINTER_NULL)
#define OPTIONAL     (CYAML_FLAG_OPTIONAL | CYAML_FLAG_POINTER)

#define TEXT(structure, key, flags) CYAML_FIELD_STRING_PTR(#key, flags, structure, key, 1, 4096)
#define LIST(structure, key, flags, least) \
	CYAML_FIELD_SEQUENCE(#key, flags, structure, key.text, &text_item, least, CYAML_UNLIMITED)
#define NAMES(key) LIST(struct yaml_config, key, MAY_BE_EMPTY, 0)
#define MAPPINGS(key, item) \
	CYAML_FIELD_SEQUENCE(#key, MAY_BE_EMPTY, struct yaml_config, key, &item, 0, CYAML_UNLIMITED)

static const cyaml_schema_value_t text_item = {
	CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char *, 1, 4096),
};

/* An empty owners list would let any MAC in where the writer meant none, so it may not be empty. */
static const cyaml_schema_field_t address_fields[] = {
	TEXT(struct yaml_address, address, CYAML_FLAG_POINTER),
	TEXT(struct yaml_address, announce, OPTIONAL),
	LIST(struct yaml_address, owners, OPTIONAL, 1),
	CYAML_FIELD_END,
};

static const cyaml_schema_value_t address_item = {
	CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct yaml_address, address_fields),
};

static const cyaml_schema_field_t segment_fields[] = {
	TEXT(struct yaml_segment, segment, OPTIONAL),
	TEXT(struct yaml_segment, foreign, OPTIONAL),
	TEXT(struct yaml_segment, only_declared, OPTIONAL),
	CYAML_FIELD_END,
};

static const cyaml_schema_value_t segment_item = {
	CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct yaml_segment, segment_fields),
};

/* As with owners: an empty list would let in what it was to keep out. */
static const cyaml_schema_field_t port_fields[] = {
	TEXT(struct yaml_port, port, OPTIONAL),
	LIST(struct yaml_port, addresses, OPTIONAL, 1),
	LIST(struct yaml_port, macs, OPTIONAL, 1),
	CYAML_FIELD_END,
};

static const cyaml_schema_value_t port_item = {
	CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct yaml_port, port_fields),
};

static const cyaml_schema_field_t timing_fields[] = {
#define X(key, ...) TEXT(struct yaml_timing, key, OPTIONAL),
	TIMING_KEYS(X)
#undef X
		CYAML_FIELD_END,
};

static const cyaml_schema_field_t limits_fields[] = {
#define X(key, ...) TEXT(struct yaml_limits, key, OPTIONAL),
	LIMITS_KEYS(X)
#undef X
		CYAML_FIELD_END,
};

static const cyaml_schema_field_t top_fields[] = {
	NAMES(bridges),
	NAMES(uplinks),
	NAMES(guests),
	NAMES(routers),
#define X(key, ...) TEXT(struct yaml_config, key, OPTIONAL),
	WORD_KEYS(X)
#undef X
		TEXT(struct yaml_config, group, OPTIONAL),
	TEXT(struct yaml_config, refresh, OPTIONAL),
	NAMES(gateways),
	MAPPINGS(addresses, address_item),
	MAPPINGS(segments, segment_item),
	MAPPINGS(ports, port_item),
	CYAML_FIELD_MAPPING_PTR("timing", MAY_BE_EMPTY, struct yaml_config, timing, timing_fields),
	CYAML_FIELD_MAPPING_PTR("limits", MAY_BE_EMPTY, struct yaml_config, limits, limits_fields),
	CYAML_FIELD_END,
};

const cyaml_schema_value_t yaml_schema = {
	CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct yaml_config, top_fields),
};

/* ---- what libcyaml says, as one line ---- */

/* Gathered from its log: the first line is the message, then the path from the inside out. */
struct complaint {
	const char *file;
	const struct lines *lines;
	struct err *err;
	char message[128];
	char path[YAML_PATH_LEN];
	unsigned int line; /* roughly: of the value read last */
};

static void path_prepend(char path[YAML_PATH_LEN], const char *part)
{
	size_t len = strlen(part), rest = strlen(path) + 1;
	bool dot = path[0] && path[0] != '[';

	if (len + dot + rest > YAML_PATH_LEN)
		return; /* no path of the schema is so long */
	memmove(path + len + dot, path, rest);
	memcpy(path, part, len);
	if (dot)
		path[len] = '.';
}

/*
 * "  in mapping field 'timing' (line: 7, column: 3)" is where the line stands, with a name of the
 * schema's. Whatever else is said may quote the file, and look the same.
 */
static unsigned int complaint_line(const char *text)
{
	const char *at = strncmp(text, "  in ", 5) ? NULL : strstr(text, "(line: ");

	return at ? (unsigned int)strtoul(at + strlen("(line: "), NULL, 10) : 0;
}

static void complaint_read(cyaml_log_t level, void *ctx, const char *format, va_list args)
{
	static const char load[] = "Load: ";
	struct complaint *complaint = ctx;
	char text[256], part[YAML_PATH_LEN];
	unsigned int item;

	if (level < CYAML_LOG_ERROR)
		return;
	vsnprintf(text, sizeof(text), format, args);
	text[strcspn(text, "\r\n")] = '\0';
	if (complaint->line == 0)
		complaint->line = complaint_line(text);
	if (sscanf(text, " in mapping field '%200[^']'", part) == 1) {
		path_prepend(complaint->path, part);
	} else if (sscanf(text, " in sequence entry '%u'", &item) == 1) {
		if (item == 0)
			return; /* the list itself */
		snprintf(part, sizeof(part), "[%u]", item - 1);
		path_prepend(complaint->path, part);
	} else if (strncmp(text, load, strlen(load)) == 0 && complaint->message[0] == '\0') {
		snprintf(complaint->message, sizeof(complaint->message), "%.127s",
			 text + strlen(load));
	}
}

/* The keys that are known where `path` is: the remedy for an unknown one. */
static const char *keys_text(const char *path, char *text, size_t size)
{
	const cyaml_schema_field_t *field = top_fields;
	size_t used = 0;

	if (strncmp(path, "addresses", strlen("addresses")) == 0)
		field = address_fields;
	else if (strncmp(path, "segments", strlen("segments")) == 0)
		field = segment_fields;
	else if (strncmp(path, "ports", strlen("ports")) == 0)
		field = port_fields;
	else if (strcmp(path, "timing") == 0)
		field = timing_fields;
	else if (strcmp(path, "limits") == 0)
		field = limits_fields;
	text[0] = '\0';
	for (; field->key && used < size; field++)
		used += (size_t)snprintf(text + used, size - used, "%s%s", used ? ", " : "",
					 field->key);
	return text;
}

static int unknown_key(const struct complaint *complaint, const char *key)
{
	char keys[256], path[YAML_PATH_LEN];
	unsigned int line;

	snprintf(path, sizeof(path), "%.120s%s%.120s", complaint->path,
		 complaint->path[0] ? "." : "", key);
	line = lines_first(complaint->lines, path);
	return err_set(complaint->err, -EINVAL,
		       "%s:%u: unknown key \"%.60s\"; the keys here are %s", complaint->file,
		       line ? line : complaint->line, key,
		       keys_text(complaint->path, keys, sizeof(keys)));
}

/* libcyaml speaks of its schema; these are the same things said about the file. */
static const struct {
	const char *said;
	const char *wrong;
	const char *remedy;
} shapes[] = {
	{"Expecting SEQUENCE", "must be a list", "write [ITEM, ITEM]"},
	{"Expecting MAPPING", "must hold keys", "write \"key: value\""},
	{"Expecting STRING", "must be a single value", "write it without [] or {}"},
	{"Insufficient entries", "is empty", "list an item, or leave the key out"},
	{"STRING length < ", "has no value", "give one, or leave the key out"},
	{"STRING length > ", "is far too long", "shorten it"},
	{"Mapping field already seen", "is given twice", "keep one"},
	{"Missing required mapping field", "has no \"address\"",
	 "write \"address: ADDRESS\" in each item"},
};

static int shape_error(const struct complaint *complaint, cyaml_err_t code)
{
	const char *path = complaint->path[0] ? complaint->path : "the file";
	const char *message = complaint->message;
	unsigned int line = lines_first(complaint->lines, complaint->path);

	if (line == 0)
		line = complaint->line;
	/* The second of two is the one in the wrong. */
	if (strncmp(message, "Mapping field already", 21) == 0)
		line = lines_last(complaint->lines, complaint->path);
	for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++)
		if (strncmp(message, shapes[i].said, strlen(shapes[i].said)) == 0)
			return err_set(complaint->err, -EINVAL, "%s:%u: %s %s; %s", complaint->file,
				       line, path, shapes[i].wrong, shapes[i].remedy);
	return err_set(complaint->err, -EINVAL,
		       "%s:%u: %s: %s; compare it with the example garpd.yaml", complaint->file,
		       line, path, message[0] ? message : cyaml_strerror(code));
}

static int complaint_error(struct complaint *complaint, cyaml_err_t code)
{
	static const char unexpected[] = "Unexpected key: ", missing[] = "Missing required";
	const char *message = complaint->message;

	if (code == CYAML_ERR_OOM)
		return err_set(complaint->err, -ENOMEM, "%s: out of memory", complaint->file);
	if (strncmp(message, unexpected, strlen(unexpected)) == 0)
		return unknown_key(complaint, message + strlen(unexpected));
	/* The path ends with the key that was read last; the item lacks one. */
	if (strncmp(message, missing, strlen(missing)) == 0 && strrchr(complaint->path, '.'))
		*strrchr(complaint->path, '.') = '\0';
	return shape_error(complaint, code);
}

/* ---- reading ---- */

static const cyaml_config_t loading = {
	.mem_fn = cyaml_mem,
	.log_fn = complaint_read,
	.log_level = CYAML_LOG_ERROR,
	.flags = CYAML_CFG_NO_ALIAS,
};

static int fd_read_all(int fd, char **text, size_t *len)
{
	size_t room = 0, used = 0;
	ssize_t got = 1;

	while (got > 0) {
		if (used == room) {
			char *more = realloc(*text, room ? room * 2 : 4096);

			if (!more)
				return -ENOMEM;
			*text = more;
			room = room ? room * 2 : 4096;
		}
		got = read(fd, *text + used, room - used);
		if (got < 0)
			return -errno;
		used += (size_t)got;
		if (used > FILE_MAX)
			return -EFBIG;
	}
	*len = used;
	return 0;
}

static int text_load(struct yaml_file *yaml, const char *file, const char *text, size_t len,
		     struct err *why)
{
	struct complaint complaint = {.file = file, .lines = &yaml->lines, .err = why};
	cyaml_config_t config = loading;
	cyaml_data_t *top = NULL;
	cyaml_err_t code;
	int err;

	config.log_ctx = &complaint;
	err = lines_load(&yaml->lines, file, text, len, why);
	if (err)
		return err;
	code = cyaml_load_data((const uint8_t *)text, len, &config, &yaml_schema, &top, NULL);
	if (code != CYAML_OK) {
		err = complaint_error(&complaint, code);
		lines_free(&yaml->lines);
		return err;
	}
	yaml->top = top;
	return 0;
}

int yaml_file_load(struct yaml_file *yaml, const char *file, struct err *why)
{
	int err, fd = open(file, O_RDONLY | O_CLOEXEC);
	char *text = NULL;
	size_t len = 0;

	*yaml = (struct yaml_file){};
	if (fd < 0)
		return err_set(why, -errno, "%s: cannot be opened: %s; name the configuration file",
			       file, strerror(errno));
	err = fd_read_all(fd, &text, &len);
	close(fd);
	if (err)
		err_set(why, err, "%s: cannot be read: %s; name a YAML file", file, strerror(-err));
	else
		err = text_load(yaml, file, text, len, why);
	free(text);
	return err;
}

void yaml_file_free(struct yaml_file *yaml)
{
	cyaml_free(&loading, &yaml_schema, yaml->top, 0);
	yaml->top = NULL;
	lines_free(&yaml->lines);
}
