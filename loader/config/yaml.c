// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * yaml.c - reads the configuration file, by libcyaml's schema.
 */
#include <cyaml/cyaml.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "parts.h"

#define FILE_MAX (16u << 20) /* twice the size of every address with every owner */

/* ---- schema ----
 *
 * Every value is a text, numbers too: libcyaml would read "2s" as 2, -1 as a huge number, and any
 * word but "no" as yes.
 */

#define EMPTY	 (CYAML_FLAG_OPTIONAL | CYAML_FLAG_POINTER_NULL)
#define OPTIONAL (CYAML_FLAG_OPTIONAL | CYAML_FLAG_POINTER)
#define REQUIRED (OPTIONAL | YAML_REQUIRED)

#define TEXT(structure, key, flags) CYAML_FIELD_STRING_PTR(#key, flags, structure, key, 1, 4096)
#define LIST(structure, key, flags, least) \
	CYAML_FIELD_SEQUENCE(#key, flags, structure, key.text, &text_item, least, CYAML_UNLIMITED)
#define NAMES(key) LIST(struct yaml_config, key, EMPTY, 0)
#define MAPPINGS(key, item) \
	CYAML_FIELD_SEQUENCE(#key, EMPTY, struct yaml_config, key, &item, 0, CYAML_UNLIMITED)

static const cyaml_schema_value_t text_item = {
	CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char *, 1, 4096),
};

/* Empty owners would mean any MAC, which is not what "owners: []" intends: refused. */
static const cyaml_schema_field_t address_fields[] = {
	TEXT(struct yaml_address, address, REQUIRED),
	TEXT(struct yaml_address, announce, OPTIONAL),
	LIST(struct yaml_address, owners, OPTIONAL, 1),
	CYAML_FIELD_END,
};

static const cyaml_schema_value_t address_item = {
	CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct yaml_address, address_fields),
};

static const cyaml_schema_field_t segment_fields[] = {
	TEXT(struct yaml_segment, segment, REQUIRED),
	TEXT(struct yaml_segment, foreign, OPTIONAL),
	TEXT(struct yaml_segment, only_declared, OPTIONAL),
	TEXT(struct yaml_segment, ask, OPTIONAL),
	TEXT(struct yaml_segment, observe, OPTIONAL),
	TEXT(struct yaml_segment, deaf, OPTIONAL),
	TEXT(struct yaml_segment, announce_on_link, OPTIONAL),
	CYAML_FIELD_END,
};

static const cyaml_schema_value_t segment_item = {
	CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct yaml_segment, segment_fields),
};

/* As with owners, an empty list would allow what it is meant to deny. */
static const cyaml_schema_field_t port_fields[] = {
	TEXT(struct yaml_port, port, REQUIRED),
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
		TEXT(struct yaml_config, ovsdb, OPTIONAL),
	TEXT(struct yaml_config, group, OPTIONAL),
	TEXT(struct yaml_config, refresh, OPTIONAL),
	NAMES(gateways),
	MAPPINGS(addresses, address_item),
	MAPPINGS(segments, segment_item),
	MAPPINGS(ports, port_item),
	CYAML_FIELD_MAPPING_PTR("timing", EMPTY, struct yaml_config, timing, timing_fields),
	CYAML_FIELD_MAPPING_PTR("limits", EMPTY, struct yaml_config, limits, limits_fields),
	CYAML_FIELD_END,
};

const cyaml_schema_value_t yaml_schema = {
	CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct yaml_config, top_fields),
};

/* ---- reading ---- */

static const cyaml_config_t loading = {
	.mem_fn = cyaml_mem,
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

/* The values of what is left of a file with faults. One that cannot be read has these alone. */
static void rest_load(struct yaml_file *yaml, const struct drops *drops, const char *text,
		      size_t len)
{
	cyaml_data_t *top = NULL;
	char *rest = drops_rest(drops, text, len, &len);

	if (rest && cyaml_load_data((const uint8_t *)rest, len, &loading, &yaml_schema, &top,
				    NULL) == CYAML_OK)
		yaml->top = top;
	free(rest);
}

/* shape_check() has checked the shape, so libcyaml is not expected to refuse anything. */
static int text_load(struct yaml_file *yaml, const char *file, const char *text, size_t len,
		     struct faults *faults, struct err *why)
{
	cyaml_data_t *top = NULL;
	struct drops drops = {};
	cyaml_err_t code;
	int err = shape_check(&yaml->lines, &yaml_schema, text, len, faults, &drops);

	if (err == -EINVAL)
		rest_load(yaml, &drops, text, len);
	drops_free(&drops);
	if (err == -EINVAL)
		return err;
	if (err) {
		lines_free(&yaml->lines);
		return err_set(why, err, "%s: out of memory", file);
	}
	code = cyaml_load_data((const uint8_t *)text, len, &loading, &yaml_schema, &top, NULL);
	if (code == CYAML_ERR_OOM) {
		lines_free(&yaml->lines);
		return err_set(why, -ENOMEM, "%s: out of memory", file);
	}
	if (code != CYAML_OK) {
		char text[128];

		snprintf(text, sizeof(text), "%s; compare it with the example garpd.yaml",
			 cyaml_strerror(code));
		return faults_add(faults, 1, text);
	}
	yaml->top = top;
	return 0;
}

int yaml_file_load(struct yaml_file *yaml, const char *file, struct faults *faults, struct err *why)
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
		err = text_load(yaml, file, text, len, faults, why);
	free(text);
	return err;
}

void yaml_file_free(struct yaml_file *yaml)
{
	cyaml_free(&loading, &yaml_schema, yaml->top, 0);
	yaml->top = NULL;
	lines_free(&yaml->lines);
}
