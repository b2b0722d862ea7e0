// SPDX-License-Identifier: GPL-2.0-or-later
/* dist/garpd.yaml, held against the schema and the defaults; and `garpd check`. */
#include <criterion/criterion.h>
#include <cyaml/cyaml.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../loader/config/config.h"
#include "../../loader/config/parts.h"
#include "../../loader/base/text.h"
#include "config_checks.h"
#include "leaks.h"

#define FILES "tests/unit/config/"

static struct config config;
static struct err err;

static void setup(void)
{
	config_init(&config);
}

TestSuite(config_example, .init = setup);

/* Prose is "#" or starts with "# "; "#key" and "#  nested" are keys that are commented out. */
static bool is_commented_key(const char *line)
{
	if (line[0] != '#' || line[1] == '\n')
		return false;
	return line[1] != ' ' || line[2] == ' ';
}

static void uncomment(const char *from, const char *to)
{
	FILE *in = fopen(from, "r"), *out = fopen(to, "w");
	char line[256];

	cr_assert(in && out, "%s or %s cannot be opened", from, to);
	while (fgets(line, sizeof(line), in))
		fputs(is_commented_key(line) ? line + 1 : line, out);
	fclose(in);
	fclose(out);
}

/* Every key of libcyaml's own table, and of those below it, has a line in the file. */
static unsigned int expect_keys(const struct lines *lines, const cyaml_schema_value_t *mapping,
				const char *above)
{
	unsigned int keys = 0;

	for (const cyaml_schema_field_t *field = mapping->mapping.fields; field->key; field++) {
		const cyaml_schema_value_t *value = &field->value;
		char path[128], below[140];

		snprintf(path, sizeof(path), "%.60s%s", above, field->key);
		cr_expect_neq(lines_find(lines, path), 0, "dist/garpd.yaml lacks %s", path);
		keys++;
		snprintf(below, sizeof(below), "%s.", path);
		if (value->type == CYAML_MAPPING)
			keys += expect_keys(lines, value, below);
		snprintf(below, sizeof(below), "%s[0].", path);
		if (value->type == CYAML_SEQUENCE && value->sequence.entry->type == CYAML_MAPPING)
			keys += expect_keys(lines, value->sequence.entry, below);
	}
	return keys;
}

Test(config_example, is_good_as_it_is)
{
	cr_assert_eq(config_load(&config, "dist/garpd.yaml", &err), 0, "%s", err.text);
	cr_assert_eq(config_check(&config, &err), 0, "%s", err.text);
	assert_defaults(&config);
	cr_assert_eq(config.declared_count, 0);
	config_free(&config);
}

Test(config_example, names_every_key_and_its_true_default)
{
	char file[] = "/tmp/garpd-example-XXXXXX";
	struct faults faults = {};
	struct yaml_file yaml;

	close(mkstemp(file));
	uncomment("dist/garpd.yaml", file);
	cr_assert_eq(yaml_file_load(&yaml, file, &faults, &err), 0, "%s", err.text);
	cr_assert_eq(expect_keys(&yaml.lines, &yaml_schema, ""), 27 + 3 + 7 + 3 + 11 + 10);
	yaml_file_free(&yaml);
	cr_assert_eq(config_load(&config, file, &err), 0, "%s", err.text);
	assert_defaults(&config);
	cr_assert_eq(config.uplinks.count + config.guests.count + config.routers.count, 0);
	cr_assert_eq(config.relay, 0);
	cr_assert_eq(config.guards.foreign + config.guards.only_declared, 0);
	cr_assert_eq(config.guards.segment_count, 1);
	assert_declared(&config, 0, "192.0.2.10", ANNOUNCE_IMMEDIATE, 2);
	assert_declared(&config, 1, "2001:db8::10", ANNOUNCE_IMMEDIATE, 2);
	assert_declared(&config, 2, "192.0.2.20", ANNOUNCE_AFTER_PROBE, 1);
	assert_declared(&config, 3, "198.51.100.0/24", ANNOUNCE_NEVER, 0);
	config_free(&config);
	unlink(file);
	no_leaks();
}

/* ---- garpd check, on the program itself ---- */

static int check(const char *arguments, char *output, size_t size)
{
	char command[256];
	size_t got;
	FILE *pipe;

	snprintf(command, sizeof(command), "build/garpd check %s", arguments);
	pipe = popen(command, "r");
	cr_assert_not_null(pipe);
	got = fread(output, 1, size - 1, pipe);
	output[got] = '\0';
	return WEXITSTATUS(pclose(pipe));
}

/* What follows, where it would attach, depends on the interfaces of this machine. */
static void assert_holds(const char *file, const char *line)
{
	char output[4096];

	cr_assert_eq(check(file, output, sizeof(output)), 0, "%s", output);
	output[strcspn(output, "\n")] = '\0';
	cr_assert_str_eq(output, line);
}

Test(config_check, says_what_a_good_file_holds)
{
	assert_holds(FILES "full.yaml",
		     FILES "full.yaml: ok: 2 bridges, 2 router ports, 3 addresses");
	assert_holds(FILES "hollow.yaml", FILES "hollow.yaml: ok: 1 bridge, 0 addresses");
	assert_holds(FILES "empty.yaml",
		     FILES "empty.yaml: ok: 0 bridges, 0 addresses; garpd run needs "
			   "--bridge or --router with it");
	assert_holds(FILES "router.yaml",
		     FILES "router.yaml: ok: 0 bridges, 1 router port, 0 addresses");
}

Test(config_check, fails_with_the_complaint_on_standard_error)
{
	char output[512];

	cr_assert_eq(check(FILES "mode.yaml 2>&1 >/dev/null", output, sizeof(output)), 2);
	cr_assert_str_eq(output,
			 "garpd: " FILES "mode.yaml:2: mode can't be \"fast\"; use auto, tcx, tc, "
			 "xdp or xdp-generic\n");
	cr_assert_eq(check(FILES "mode.yaml 2>/dev/null", output, sizeof(output)), 2);
	cr_assert_str_eq(output, "");
}

Test(config_check, wants_one_file)
{
	char output[512];

	cr_assert_eq(check("2>&1", output, sizeof(output)), 2);
	cr_assert_eq(check("a b 2>&1", output, sizeof(output)), 2);
	cr_assert_eq(check("--color 2>&1", output, sizeof(output)), 2);
}
