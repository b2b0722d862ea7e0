// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * garpd check FILE: checks a configuration file as `garpd run` would, and prints which ports it
 * would attach to now.
 */
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "loader/base/text.h"
#include "loader/config/config.h"
#include "loader/confine/privileges.h"
#include "loader/rtnl/links.h"
#include "loader/topology/ports.h"

static const char *plural(size_t count, const char *one, const char *many)
{
	return count == 1 ? one : many;
}

/* A file without a bridge and a router port is good: a flag of `garpd run` may name one. */
static void check_print(const struct config *config)
{
	size_t bridges = names_wanted(&config->bridges), routers = config->routers.count;

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

/* ---- what it would attach to ---- */

static bool check_port_added(void *ctx, __u32 ifindex, const char *name, const struct port *port,
			     const struct port_vlans *vlans)
{
	char segment[NAME_TEXT_LEN];

	if (port->role == ROLE_ROUTER)
		printf("would attach to %s as router port\n", name);
	else
		printf("would attach to %s on %s as %s\n", name,
		       interface_text(port->segment, segment), port_role_name(port->role));
	return true;
}

static void check_waiting(void *ctx, const char *pattern)
{
	printf("would wait for %s: there is no such interface now\n", pattern);
}

static void check_router_refused(void *ctx, const char *name, enum router_fault fault)
{
	printf("would refuse %s as router port: %s\n", name, router_fault_text(fault));
}

static void check_bridge_behind(void *ctx, const char *name, const char *bridge)
{
	printf("would warn: guests of %s are behind the bridge %s, which is not in \"bridges\"\n",
	       name, bridge);
}

static void check_bridge_seen(void *ctx, const char *name)
{
}

static void check_bridge_joined(void *ctx, const char *name, const char *outer, const char *joint)
{
	printf("would take %s for a part of %s, joined by %s\n", name, outer, joint);
}

static void check_joint_refused(void *ctx, const char *name, const char *peer, enum joint_kind why)
{
	printf("would take %s and %s for uplinks: %s\n", name, peer, joint_kind_text(why));
}

static void check_settled(void *ctx)
{
}

/* The links of this moment, once: nothing is attached, and nothing followed. */
static int check_ports(const struct config *config, struct err *why)
{
	static const struct ports_ops ops = {
		.added = check_port_added,
		.bridge_seen = check_bridge_seen,
		.bridge_joined = check_bridge_joined,
		.joint_refused = check_joint_refused,
		.settling = check_settled,
		.settled = check_settled,
		.bridge_waiting = check_waiting,
		.bridge_behind = check_bridge_behind,
		.router_waiting = check_waiting,
		.router_refused = check_router_refused,
	};
	struct ports *ports = NULL;
	struct netlink netlink;
	int err = netlink_open(&netlink, NULL, why);

	if (err)
		return err;
	err = ports_new(&ports, config, &ops, NULL);
	if (!err)
		err = links_read(&netlink, ports_hear, ports);
	if (err < 0)
		err_set(why, err, "links: cannot be read: %s", strerror(-err));
	else
		ports_settle(ports);
	ports_close(ports);
	netlink_close(&netlink);
	return err < 0 ? err : 0;
}

static int check_run(const struct command *command, struct err *why)
{
	struct config config;
	int err;

	config_init(&config);
	err = check_file(&config, command->operand[0], why);
	if (!err) {
		check_print(&config);
		err = check_ports(&config, why);
	}
	config_free(&config);
	return err;
}

const struct verb verb_check = {
	.name = "check",
	.help = "check a configuration file, and print where it would attach now",
	.operands = {{"FILE"}},
	.run = check_run,
};
