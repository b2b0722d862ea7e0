// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>

#include "cmd.h"
#include "loader/config/config.h"
#include "loader/confine/privileges.h"

static const char *plural(size_t count, const char *one, const char *many)
{
	return count == 1 ? one : many;
}

/* A file without a bridge and a router port is good: a flag of `garpd run` may name one. */
static void check_print(const struct config *config)
{
	size_t bridges = config->bridges.count, routers = config->routers.count;

	printf("%s: ok: %zu %s, ", config->file, bridges, plural(bridges, "bridge", "bridges"));
	if (routers)
		printf("%zu %s, ", routers, plural(routers, "router port", "router ports"));
	printf("%zu %s%s\n", config->declared_count,
	       plural(config->declared_count, "address", "addresses"),
	       bridges || routers ? "" : "; garpd run needs --bridge or --router with it");
}

/* As `run` would: the file, and the group that it names. */
static int check_file(struct config *config, const char *file, struct err *err)
{
	gid_t gid;
	int code = config_load(config, file, err);

	return code || !config->group ? code : privileges_group(config->group, &gid, err);
}

int cmd_check(int argc, char **argv)
{
	struct config config;
	struct err err;
	int code;

	if (argc != 2 || argv[1][0] == '-')
		return cmd_usage("check");
	config_init(&config);
	code = check_file(&config, argv[1], &err);
	if (!code)
		check_print(&config);
	config_free(&config);
	return code ? cmd_fail(&err) : EXIT_DONE;
}
