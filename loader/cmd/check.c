// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * garpd check FILE [-j]: checks a configuration file as `garpd run` would, names everything that is
 * wrong with it, and prints which ports it would attach to now.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "loader/base/output.h"
#include "loader/base/text.h"
#include "loader/config/config.h"
#include "loader/confine/privileges.h"
#include "loader/rtnl/links.h"
#include "loader/topology/ports.h"

/* What garpd run would do at its start. X(NAME, name in JSON) */
#define STEPS(X)            \
	X(ATTACH, "attach") \
	X(WAIT, "wait")     \
	X(REFUSE, "refuse") \
	X(WARN, "warn")     \
	X(JOIN, "join")     \
	X(NOT_JOIN, "not-join")

enum step_kind {
#define X(NAME, name) STEP_##NAME,
	STEPS(X)
#undef X
};

struct step {
	unsigned int kind;
	char interface[256];	    /* or the pattern that is waited for */
	char bridge[NAME_TEXT_LEN]; /* "": none */
	char role[16];		    /* "": none */
	char message[256];
};

struct check {
	const char *file;
	struct config config;
	struct faults faults;
	struct step *step;
	size_t steps;
	bool no_memory;
};

/* ---- what it would do ---- */

static struct step *check_add(struct check *check, enum step_kind kind, const char *interface,
			      const char *format, ...) __attribute__((format(printf, 4, 5)));
static struct step *check_add(struct check *check, enum step_kind kind, const char *interface,
			      const char *format, ...)
{
	static struct step lost;
	struct step *step = realloc(check->step, (check->steps + 1) * sizeof(*step));
	va_list args;

	if (!step) {
		check->no_memory = true;
		return &lost;
	}
	check->step = step;
	step += check->steps++;
	*step = (struct step){.kind = kind};
	snprintf(step->interface, sizeof(step->interface), "%s", interface);
	text_clean(step->interface);
	va_start(args, format);
	vsnprintf(step->message, sizeof(step->message), format, args);
	va_end(args);
	text_clean(step->message);
	return step;
}

static bool check_port_added(void *ctx, __u32 ifindex, const char *name, const struct port *port,
			     const struct port_vlans *vlans, const struct vlan_way *way)
{
	char segment[NAME_TEXT_LEN];
	struct step *step;

	interface_text(port->segment, segment);
	if (port->role == ROLE_ROUTER)
		step = check_add(ctx, STEP_ATTACH, name, "would attach to %s as router port", name);
	else
		step = check_add(ctx, STEP_ATTACH, name, "would attach to %s on %s as %s", name,
				 segment, port_role_name(port->role));
	strcpy(step->bridge, segment);
	snprintf(step->role, sizeof(step->role), "%s", port_role_name(port->role));
	return true;
}

static void check_waiting(void *ctx, const char *pattern)
{
	check_add(ctx, STEP_WAIT, pattern, "would wait for %s: there is no such interface now",
		  pattern);
}

static void check_router_refused(void *ctx, const char *name, enum router_fault fault)
{
	check_add(ctx, STEP_REFUSE, name, "would refuse %s as router port: %s", name,
		  router_fault_text(fault));
}

static void check_bridge_behind(void *ctx, const char *name, const char *bridge)
{
	struct step *step = check_add(ctx, STEP_WARN, name,
				      "would warn: guests of %s are behind the bridge %s, which is "
				      "not in \"bridges\"",
				      name, bridge);

	name_text(bridge, step->bridge);
}

static void check_macvtap_seen(void *ctx, const char *name, const char *lower, bool on_bridge)
{
	struct step *step = check_add(ctx, STEP_WARN, name,
				      "would warn: guests on %s, a macvtap on %s, are %s", name,
				      lower, on_bridge ? "not announced" : "not heard");

	name_text(lower, step->bridge);
}

static void check_bridge_seen(void *ctx, const char *name)
{
}

static void check_bridge_joined(void *ctx, const char *name, const char *outer, const char *joint)
{
	struct step *step = check_add(ctx, STEP_JOIN, name,
				      "would take %s for a part of %s, joined by %s", name, outer,
				      joint);

	name_text(outer, step->bridge);
}

static void check_joint_refused(void *ctx, const char *name, const char *peer, enum joint_kind why)
{
	check_add(ctx, STEP_NOT_JOIN, name, "would take %s and %s for uplinks: %s", name, peer,
		  joint_kind_text(why));
}

static void check_ovs_noted(void *ctx, const char *name, enum ovs_note note)
{
	check_add(ctx, STEP_WARN, name, "would warn: %s: Open vSwitch: %s", name,
		  ovs_note_text(note));
}

static void check_settled(void *ctx)
{
}

/* Without its database, nothing of Open vSwitch is a port. */
static void check_ovs(struct check *check, struct ports *ports)
{
	struct err why;

	if (ports_look_at_ovs(ports, &why))
		check_add(check, STEP_WARN, "Open vSwitch",
			  "would warn: Open vSwitch: database: %s", why.text);
}

/* The links of this moment, once: nothing is attached, and nothing followed. */
static int check_ports(struct check *check, struct err *why)
{
	static const struct ports_ops ops = {
		.added = check_port_added,
		.bridge_seen = check_bridge_seen,
		.bridge_joined = check_bridge_joined,
		.joint_refused = check_joint_refused,
		.ovs_known = check_settled,
		.ovs_noted = check_ovs_noted,
		.settling = check_settled,
		.settled = check_settled,
		.bridge_waiting = check_waiting,
		.bridge_behind = check_bridge_behind,
		.macvtap_seen = check_macvtap_seen,
		.router_waiting = check_waiting,
		.router_refused = check_router_refused,
	};
	struct ports *ports = NULL;
	struct netlink netlink;
	int err = netlink_open(&netlink, NULL, why);

	if (err)
		return err;
	err = ports_new(&ports, &check->config, &ops, check);
	if (!err)
		err = links_read(&netlink, ports_hear, ports);
	if (err < 0)
		err_set(why, err, "links: cannot be read: %s", strerror(-err));
	else
		check_ovs(check, ports);
	if (err >= 0)
		ports_settle(ports);
	ports_close(ports);
	netlink_close(&netlink);
	if (check->no_memory)
		return err_set(why, -ENOMEM, "out of memory");
	return err < 0 ? err : 0;
}

/* ---- what it says ---- */

/* A file without a bridge and a router port is good: a flag of `garpd run` may name one. */
static void check_print(const struct check *check)
{
	const struct config *config = &check->config;
	size_t bridges = names_wanted(&config->bridges), routers = config->routers.count;

	for (size_t i = 0; i < check->faults.count; i++)
		fprintf(stderr, "garpd: %s:%u: %s\n", check->file, check->faults.fault[i].line,
			check->faults.fault[i].message);
	if (check->faults.count)
		return;
	printf("%s: ok: %zu %s, ", check->file, bridges, text_plural(bridges, "bridge", "bridges"));
	if (routers)
		printf("%zu %s, ", routers, text_plural(routers, "router port", "router ports"));
	printf("%zu %s%s\n", config->declared_count,
	       text_plural(config->declared_count, "address", "addresses"),
	       bridges || routers ? "" : "; garpd run needs --bridge or --router with it");
	for (size_t i = 0; i < check->steps; i++)
		puts(check->step[i].message);
}

static json_t *get_fault_message(const void *row)
{
	return json_string(((const struct fault *)row)->message);
}

static const struct field fault_fields[] = {
	{"line", NULL, FIELD(NUMBER, struct fault, line)},
	{"message", NULL, .get = get_fault_message},
	{},
};

static const char *step_name(unsigned int kind)
{
	static const char *const names[] = {
#define X(NAME, name) [STEP_##NAME] = (name),
		STEPS(X)
#undef X
	};

	return kind < sizeof(names) / sizeof(names[0]) ? names[kind] : "unknown";
}

static const struct field step_fields[] = {
	{"step", NULL, FIELD(ENUM, struct step, kind), .name = step_name},
	{"interface", NULL, FIELD(TEXT, struct step, interface)},
	{"bridge", NULL, FIELD(TEXT, struct step, bridge)},
	{"role", NULL, FIELD(TEXT, struct step, role)},
	{"message", NULL, FIELD(TEXT, struct step, message)},
	{},
};

#define CHECK(row) ((const struct check *)(row))

static json_t *get_file(const void *row)
{
	return json_string(CHECK(row)->file);
}

static json_t *get_ok(const void *row)
{
	return json_boolean(!CHECK(row)->faults.count);
}

static json_t *get_errors(const void *row)
{
	return output_array(fault_fields, CHECK(row)->faults.fault, CHECK(row)->faults.count,
			    sizeof(struct fault));
}

static json_t *get_steps(const void *row)
{
	return output_array(step_fields, CHECK(row)->step, CHECK(row)->steps, sizeof(struct step));
}

static const struct field check_fields[] = {
	{"file", NULL, .get = get_file},
	{"ok", NULL, .get = get_ok},
	{"errors", NULL, .get = get_errors},
	{"would", NULL, .get = get_steps},
	{},
};

/* ---- the verb ---- */

/* The file, and the group that it names. Faults are no error. Returns as the verb does. */
static int check_file(struct check *check, struct err *why)
{
	struct err group;
	gid_t gid;
	int err = config_read(&check->config, check->file, &check->faults, why);

	if (err && !check->faults.count)
		return cmd_misused(why); /* as garpd run */
	if (check->config.group && privileges_group(check->config.group, &gid, &group)) {
		faults_add(&check->faults, check->config.group_line, group.text);
		faults_sort(&check->faults);
	}
	return check->faults.count ? 0 : check_ports(check, why);
}

static int check_run(const struct command *command, struct err *why)
{
	struct check check = {.file = command->operand[0]};
	int err;

	config_init(&check.config);
	err = check_file(&check, why);
	if (!err && cmd_has(command, "json"))
		output_row_stream(check_fields, &check, true);
	else if (!err)
		check_print(&check);
	if (!err && check.faults.count)
		err = EXIT_USAGE;
	free(check.step);
	faults_free(&check.faults);
	config_free(&check.config);
	return err;
}

static const struct verb_option check_options[] = {
	{"json", 'j', .help = "print JSON"},
	NETNS_OPTION,
	{},
};

static const struct verb_print check_prints[] = {
	{"check", "", check_fields},
	{"check", "/properties/errors/items", fault_fields},
	{"check", "/properties/would/items", step_fields},
	{},
};

const struct verb verb_check = {
	.name = "check",
	.help = "check a configuration file, name every error, and print where it would attach now",
	.options = check_options,
	.operands = {{"FILE"}},
	.prints = check_prints,
	.run = check_run,
};
