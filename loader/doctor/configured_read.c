// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fnmatch.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "configured.h"
#include "loader/topology/host.h"

static bool is_linux_bridge(const struct link_details *link)
{
	return !strcmp(link->kind, "bridge");
}

/* Or one of Open vSwitch that is followed. */
static bool is_bridge(const struct view *view, const struct link_details *link)
{
	const struct view_port *own = view_port(view, link->ifindex);

	return is_linux_bridge(link) || (own && own->port.role == ROLE_HOST);
}

/* The ports that a bridge would have, of either role. */
static void bridge_count(const struct view *view, const struct link_details *bridge,
			 struct configured_name *name)
{
	for (size_t i = 0; i < view->port_count; i++) {
		const struct view_port *port = &view->port[i];

		if (port->port.segment != bridge->ifindex)
			continue;
		name->guests += port->port.role == ROLE_GUEST;
		name->uplinks += port->port.role == ROLE_UPLINK;
	}
	name->bridges++;
	/* Ports of Open vSwitch forward while its local port is down. */
	if (is_linux_bridge(bridge) && !bridge->is_up && !name->downs++)
		memcpy(name->down, bridge->name, sizeof(name->down));
}

static void name_match(const struct view *view, struct configured_name *name, bool of_bridges)
{
	for (size_t i = 0; i < view->links; i++) {
		const struct link_details *link = &view->link[i];

		if (fnmatch(name->name, link->name, 0) != 0)
			continue;
		if (of_bridges && is_bridge(view, link))
			bridge_count(view, link, name);
		/* A pattern may match what is no bridge. */
		if (of_bridges && strpbrk(name->name, "*?[") && !is_bridge(view, link))
			continue;
		if (!name->matches++)
			memcpy(name->first, link->name, sizeof(name->first));
	}
}

static void name_refused(const struct view *view, struct configured_name *name)
{
	for (size_t i = 0; i < view->notes; i++)
		if (view->note[i].kind == VIEW_ROUTER_REFUSED &&
		    !fnmatch(name->name, view->note[i].name, 0))
			snprintf(name->refused, sizeof(name->refused), "%s", view->note[i].text);
}

/* With a bridge on the command line only the names that match it are. */
static bool is_asked_for(const struct doctor *doctor, const char *key, const char *text)
{
	bool is_switch = !strcmp(key, "bridges") || !strcmp(key, "routers");

	return !doctor->view->segment || !is_switch || !fnmatch(text, doctor->request->operand, 0);
}

static int name_read(const struct doctor *doctor, const char *key, const char *text,
		     struct configured_facts *facts)
{
	struct configured_name *grown, *name;

	if (name_is_excluding(text) || !is_asked_for(doctor, key, text))
		return 0;
	grown = realloc(facts->name, (facts->names + 1) * sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	facts->name = grown;
	name = &grown[facts->names++];
	*name = (struct configured_name){.key = key};
	snprintf(name->name, sizeof(name->name), "%s", text);
	name->is_operand = doctor->is_added && !strcmp(key, "bridges");
	name_match(doctor->view, name, !strcmp(key, "bridges"));
	if (!strcmp(key, "routers"))
		name_refused(doctor->view, name);
	return 0;
}

static int names_read(const struct doctor *doctor, struct configured_facts *facts)
{
	const struct config *config = &doctor->config;
	const struct {
		const char *key;
		const struct names *names;
	} lists[] = {
		{"bridges", &config->bridges},
		{"routers", &config->routers},
		{"uplinks", &config->uplinks},
		{"guests", &config->guests},
	};
	int err = 0;

	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		for (size_t j = 0; j < lists[i].names->count && !err; j++)
			err = name_read(doctor, lists[i].key, lists[i].names->name[j], facts);
	for (size_t i = 0; i < config->guards.segment_count && !err; i++)
		err = name_read(doctor, "segments", config->guards.segment[i].segment, facts);
	for (size_t i = 0; i < config->guards.rule_count && !err; i++)
		err = name_read(doctor, "ports", config->guards.rule[i].port, facts);
	return err;
}

/* Declared by itself: a prefix may well have addresses of the host in it. */
static bool is_declared_alone(const struct config *config, const struct addr *addr)
{
	for (size_t i = 0; i < config->declared_count; i++) {
		const struct declared *it = &config->declared[i];

		if (it->prefix.len == ADDR_BITS && it->address.announce != ANNOUNCE_NEVER &&
		    !memcmp(&it->prefix.addr, addr, sizeof(*addr)))
			return true;
	}
	return false;
}

static int own_read(const struct doctor *doctor, struct configured_facts *facts)
{
	size_t count;
	const struct found_address *address = host_addresses(doctor->view->host, &count);
	struct configured_own *grown;

	for (size_t i = 0; i < count; i++) {
		if (!is_declared_alone(&doctor->config, &address[i].addr))
			continue;
		grown = realloc(facts->own, (facts->owns + 1) * sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		facts->own = grown;
		grown += facts->owns++;
		*grown = (struct configured_own){.addr = address[i].addr};
		snprintf(grown->interface, sizeof(grown->interface), "%s",
			 view_name(doctor->view, address[i].ifindex));
	}
	return 0;
}

int configured_read(const struct doctor *doctor, struct configured_facts *facts)
{
	*facts = (struct configured_facts){
		.file = doctor->file,
		.usual = doctor->usual_file,
		.is_running = doctor->daemon == 1,
		.is_every = doctor->is_every,
		.err = doctor->config_err,
		.why = doctor->config_why,
		.faults = &doctor->faults,
		.declared = doctor->config.declared_count,
	};
	for (size_t i = 0; i < doctor->view->links && !facts->bridge[0]; i++)
		if (is_bridge(doctor->view, &doctor->view->link[i]))
			memcpy(facts->bridge, doctor->view->link[i].name, sizeof(facts->bridge));
	if (!doctor->file)
		return 0;
	return names_read(doctor, facts) ?: own_read(doctor, facts);
}

void configured_free(struct configured_facts *facts)
{
	free(facts->name);
	free(facts->own);
	*facts = (struct configured_facts){};
}
