// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <string.h>

#include "configured.h"

#include "loader/maps/pins_netns.h"

/* A bridge to be named in the file; one whose name would have to be quoted is not repeated. */
static const char *example_bridge(const struct configured_facts *facts)
{
	if (!facts->bridge[0])
		return "br0";
	return SHELL(facts->bridge) == facts->bridge ? facts->bridge : "BRIDGE";
}

static void judge_file(const struct configured_facts *facts, struct findings *findings)
{
	if (!facts->file && facts->is_running)
		doctor_ok(findings, config, facts->usual, "the daemon runs without a file");
	else if (!facts->file && facts->bridge[0])
		doctor_warn(findings, config, facts->usual,
			    "is not there; every bridge of this host is looked at" REMEDY
			    "echo 'bridges: [%s]' >%s",
			    example_bridge(facts), facts->usual);
	else if (!facts->file)
		doctor_warn(findings, config, facts->usual,
			    "is not there, nor is a bridge on this host" REMEDY
			    "man garpd.yaml; for a router: routers: [eth1]");
	for (size_t i = 0; i < facts->faults->count; i++)
		doctor_fail(findings, config, facts->file, "line %u: %s" REMEDY "garpd check %s",
			    facts->faults->fault[i].line, facts->faults->fault[i].message,
			    facts->file);
	if (facts->err && !facts->faults->count)
		doctor_add_error(findings, CHECK_config, CAUSE_TROUBLE, &facts->why);
	else if (facts->file && !facts->err && facts->is_every && !facts->is_running)
		doctor_warn(findings, config, facts->file,
			    "names no bridge and no router port, so garpd run refuses it; every "
			    "bridge of this host is looked at" REMEDY
			    "write into it: bridges: [%s]; or name one with --bridge or --router",
			    example_bridge(facts));
	else if (facts->file && !facts->err)
		doctor_ok(findings, config, facts->file, "is right: %zu declared %s",
			  facts->declared, text_plural(facts->declared, "address", "addresses"));
}

static void judge_bridge(const struct configured_name *name, struct findings *findings)
{
	if (name->is_operand)
		doctor_warn(findings, bridge, name->name,
			    "is not in bridges:, so garpd leaves it alone" REMEDY
			    "add it to bridges:, then: systemctl reload %s",
			    pins_unit());
	else if (!name->matches)
		doctor_warn(findings, bridge, name->name,
			    "no such bridge: garpd waits for it" REMEDY
			    "ip -br link show type bridge");
	else if (!name->bridges)
		doctor_fail(findings, bridge, name->name,
			    "is no Linux bridge" REMEDY
			    "remove it from bridges:; a router's interface belongs to routers:");
	else if (name->downs) /* of several one may be unused */
		doctor_add(findings, CHECK_bridge,
			   name->downs == name->bridges ? CAUSE_TROUBLE : CAUSE_NOTE, name->name,
			   "%s is down" REMEDY "ip link set %s up", name->down, SHELL(name->down));
	else
		doctor_ok(findings, bridge, name->name, "%zu %s, %zu %s", name->guests,
			  text_plural(name->guests, "guest", "guests"), name->uplinks,
			  text_plural(name->uplinks, "uplink", "uplinks"));
}

static void judge_router(const struct configured_name *name, struct findings *findings)
{
	if (!name->matches)
		doctor_warn(findings, router, name->name,
			    "no such interface: garpd waits for it" REMEDY "ip -br link");
	else if (name->refused[0])
		doctor_add_reason(findings, CHECK_router, CAUSE_TROUBLE, name->name, name->refused);
	else
		doctor_ok(findings, router, name->name, "%s is there", name->first);
}

/* Of the other keys only what matches nothing has a line of its own. */
static void judge_names(const struct configured_facts *facts, struct findings *findings)
{
	size_t others = 0, missing = 0;

	for (size_t i = 0; i < facts->names; i++) {
		const struct configured_name *name = &facts->name[i];

		if (!strcmp(name->key, "bridges")) {
			judge_bridge(name, findings);
		} else if (!strcmp(name->key, "routers")) {
			judge_router(name, findings);
		} else {
			others++;
			missing += !name->matches;
		}
	}
	if (others && !missing)
		doctor_ok(findings, pattern, facts->file,
			  "each of its %zu %s of ports and segments matches something", others,
			  text_plural(others, "name", "names"));
	for (size_t i = 0; i < facts->names; i++) {
		const struct configured_name *name = &facts->name[i];

		if (!name->matches && strcmp(name->key, "bridges") && strcmp(name->key, "routers"))
			doctor_warn(findings, pattern, name->name,
				    "%s: nothing on this host matches now" REMEDY "ip -br link",
				    name->key);
	}
}

static void judge_own(const struct configured_facts *facts, struct findings *findings)
{
	for (size_t i = 0; i < facts->owns; i++)
		doctor_fail(findings, own_address, ADDR(&facts->own[i].addr),
			    "is declared, but %s of this host has it: it is announced for no "
			    "guest" REMEDY
			    "remove it from addresses:, or, if a guest is to have it, "
			    "from %s: ip addr show to %s",
			    facts->own[i].interface, facts->own[i].interface,
			    ADDR(&facts->own[i].addr));
	if (!facts->owns && facts->declared)
		doctor_ok(findings, own_address, facts->file,
			  "this host has none of the declared addresses itself");
}

void configured_judge(const struct configured_facts *facts, struct findings *findings)
{
	judge_file(facts, findings);
	judge_names(facts, findings);
	judge_own(facts, findings);
}
