// SPDX-License-Identifier: GPL-2.0-or-later
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fabric.h"
#include "loader/rtnl/neigh.h"

/* ---- FRR ---- */

/* What cannot be read may be in this one. */
static bool is_elsewhere(const char *pid)
{
	char path[288], own[64] = "", its[64] = "";

	snprintf(path, sizeof(path), "/proc/%s/ns/net", pid);
	return readlink(path, its, sizeof(its) - 1) > 0 &&
	       readlink("/proc/self/ns/net", own, sizeof(own) - 1) > 0 && strcmp(its, own) != 0;
}

static bool is_zebra(const char *pid)
{
	char path[288], name[32] = "";
	FILE *file;

	if (pid[0] < '1' || pid[0] > '9')
		return false;
	snprintf(path, sizeof(path), "/proc/%s/comm", pid);
	file = fopen(path, "re");
	if (!file)
		return false;
	if (!fgets(name, sizeof(name), file))
		name[0] = '\0';
	fclose(file);
	return !strcmp(name, "zebra\n") && !is_elsewhere(pid);
}

static bool zebra_find(void)
{
	const struct dirent *entry;
	DIR *directory = opendir("/proc");
	bool found = false;

	while (directory && !found && (entry = readdir(directory)))
		found = is_zebra(entry->d_name);
	if (directory)
		closedir(directory);
	return found;
}

/* ---- bridges ---- */

static void name_first(char name[IFNAMSIZ], const char *first)
{
	if (!name[0])
		snprintf(name, IFNAMSIZ, "%s", first);
}

static void bridge_read(const struct view *view, const struct view_port *own,
			struct fabric_bridge *bridge)
{
	*bridge = (struct fabric_bridge){};
	snprintf(bridge->name, sizeof(bridge->name), "%s", own->name);
	for (size_t i = 0; i < view->port_count; i++) {
		const struct view_port *port = &view->port[i];
		const struct link_details *link = view_link(view, port->ifindex);

		if (port->port.segment != own->ifindex || !link)
			continue;
		if (!strcmp(link->kind, "vxlan"))
			name_first(bridge->vxlan, port->name);
		if (link->port.is_suppressing)
			name_first(bridge->suppressing, port->name);
	}
}

static int bridges_read(const struct view *view, struct fabric_facts *facts)
{
	for (size_t i = 0; i < view->port_count; i++) {
		struct fabric_bridge bridge, *grown;

		if (view->port[i].port.role != ROLE_HOST || !view_shows(view, &view->port[i]) ||
		    view->port[i].port.segment != view->port[i].ifindex)
			continue;
		bridge_read(view, &view->port[i], &bridge);
		if (!bridge.vxlan[0])
			continue;
		grown = realloc(facts->at, (facts->count + 1) * sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		facts->at = grown;
		grown[facts->count++] = bridge;
	}
	return 0;
}

/* ---- what zebra wrote ---- */

struct reading {
	const struct view *view;
	const struct interfaces *interfaces;
	struct fabric_facts *facts;
};

static int on_entry(void *ctx, const struct nlmsghdr *message)
{
	struct reading *reading = ctx;
	const struct interface *interface;
	struct neigh neigh;

	if (neigh_parse(message, &neigh) || !neigh_is_learned(&neigh))
		return 0;
	interface = interfaces_find(reading->interfaces, neigh.ifindex);
	for (size_t i = 0; interface && i < reading->facts->count; i++)
		reading->facts->at[i].learned += !strcmp(
			reading->facts->at[i].name, view_name(reading->view, interface->segment));
	return 0;
}

int fabric_read(const struct doctor *doctor, const struct interfaces *interfaces,
		struct fabric_facts *facts)
{
	struct reading reading = {doctor->view, interfaces, facts};
	int err;

	*facts = (struct fabric_facts){.evpn = doctor->config.evpn, .has_zebra = zebra_find()};
	err = bridges_read(doctor->view, facts);
	if (!err && facts->count)
		neigh_dump(&doctor->view->netlink, on_entry, &reading);
	return err;
}

void fabric_free(struct fabric_facts *facts)
{
	free(facts->at);
	*facts = (struct fabric_facts){};
}
