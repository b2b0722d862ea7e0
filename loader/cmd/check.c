// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * garpd check FILE: checks a configuration file as `garpd run` would.
 */
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

/* The file, and the group that it names. */
static int check_file(struct config *config, const char *file, struct err *why)
{
	gid_t gid;
	int err = config_load(config, file, why);

	return err || !config->group ? err : privileges_group(config->group, &gid, why);
}

static int check_run(const struct command *command, struct err *why)
{
	struct config config;
	int err;

	config_init(&config);
	err = check_file(&config, command->operand, why);
	if (!err)
		check_print(&config);
	config_free(&config);
	return err;
}

const struct verb verb_check = {
	.name = "check",
	.usage = "FILE",
	.help = "check a configuration file",
	.operands = 1,
	.run = check_run,
};
