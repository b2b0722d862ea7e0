// SPDX-License-Identifier: GPL-2.0-or-later
#include <glob.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "guests.h"
#include "loader/guests/processes.h"
#include "loader/rtnl/qdisc.h"

static void found(struct guests_facts *facts, enum check check, const char *object,
		  const char *detail, size_t count)
{
	struct guests_found *grown = realloc(facts->at, (facts->count + 1) * sizeof(*grown));

	if (!grown) {
		facts->no_memory = true;
		return;
	}
	facts->at = grown;
	grown += facts->count++;
	*grown = (struct guests_found){.check = check, .count = count};
	snprintf(grown->object, sizeof(grown->object), "%s", object);
	snprintf(grown->detail, sizeof(grown->detail), "%s", detail);
}

/* ---- links ---- */

/* It can be no port. One on a bridge is heard as what is above the bridge. */
static void macvtaps_read(const struct view *view, struct guests_facts *facts)
{
	for (size_t i = 0; i < view->links; i++) {
		const struct link_details *link = &view->link[i];

		if (strcmp(link->kind, "macvtap") != 0 && strcmp(link->kind, "ipvtap") != 0)
			continue;
		found(facts, CHECK_macvtap, link->name, view_name(view, link->lower),
		      view_port(view, link->lower) ? 1 : 0);
	}
}

/* Ports without a bridge, while the database cannot be read, are no news. */
static void open_vswitch_read(const struct view *view, struct guests_facts *facts)
{
	const char *master = "";
	bool is_away = false;
	size_t count = 0;

	for (size_t i = 0; i < view->notes; i++)
		is_away |= view->note[i].kind == VIEW_OVS_AWAY;
	for (size_t i = 0; i < view->links; i++) {
		const struct link_details *link = &view->link[i];

		if (strcmp(link->slave_kind, "openvswitch") || view_port(view, link->ifindex))
			continue;
		count++;
		master = view_name(view, link->master);
	}
	if (count && !is_away)
		found(facts, CHECK_open_vswitch, master, "", count);
	for (size_t i = 0; i < view->notes; i++)
		if (view->note[i].kind == VIEW_OVS || view->note[i].kind == VIEW_OVS_AWAY)
			found(facts, CHECK_open_vswitch, view->note[i].name, view->note[i].text,
			      view->note[i].kind == VIEW_OVS);
}

struct rate_walk {
	const struct view *view;
	struct guests_facts *facts;
};

static void on_qdisc(void *ctx, __u32 ifindex, bool has_egress)
{
	const struct rate_walk *walk = ctx;
	const struct view_port *port = view_port(walk->view, ifindex);

	if (has_egress && port && port->port.role == ROLE_GUEST && view_shows(walk->view, port))
		found(walk->facts, CHECK_rate_limit, port->name, "", 1);
}

/* ---- cards ---- */

/* The last part of where a link of sysfs leads; "": there is no such link. */
static const char *link_end(const char *path, char text[PATH_MAX])
{
	ssize_t len = readlink(path, text, PATH_MAX - 1);
	char *slash;

	text[len < 0 ? 0 : len] = '\0';
	slash = strrchr(text, '/');
	return slash ? slash + 1 : text;
}

static size_t number_read(const char *path)
{
	unsigned long number = 0;
	FILE *file = fopen(path, "re");

	if (file && fscanf(file, "%li", (long *)&number) != 1)
		number = 0;
	if (file)
		fclose(file);
	return number;
}

/* The driver of its virtual functions that no longer belong to the host's network; "": none. */
static const char *passed_on(const char *device, char driver[PATH_MAX])
{
	static const char *const drivers[] = {"vfio-pci", "pci-stub", "igb_uio", "uio_pci_generic"};
	char pattern[PATH_MAX + 32];
	const char *name, *passed = "";
	glob_t links;

	snprintf(pattern, sizeof(pattern), "%s/virtfn*/driver", device);
	if (glob(pattern, 0, NULL, &links))
		return "";
	for (size_t i = 0; i < links.gl_pathc && !passed[0]; i++) {
		name = link_end(links.gl_pathv[i], driver);
		for (size_t j = 0; j < sizeof(drivers) / sizeof(drivers[0]); j++)
			if (!strcmp(name, drivers[j]))
				passed = drivers[j];
	}
	globfree(&links);
	return passed;
}

static void functions_read(const struct view *view, const char *root, struct guests_facts *facts)
{
	char device[PATH_MAX], path[PATH_MAX + 32], driver[PATH_MAX];
	size_t count;

	for (size_t i = 0; i < view->links; i++) {
		snprintf(device, sizeof(device), "%s/sys/class/net/%s/device", root,
			 view->link[i].name);
		snprintf(path, sizeof(path), "%s/sriov_numvfs", device);
		count = number_read(path);
		if (count)
			found(facts, CHECK_sr_iov, view->link[i].name, passed_on(device, driver),
			      count);
	}
}

#define PCI_CLASS_NETWORK 0x02 /* of the base class, the highest byte of three */

/* A card itself; a virtual function that a guest has is one of functions_read(). */
static void card_read(const char *device, const char *driver, struct guests_facts *facts)
{
	char path[PATH_MAX + 32];

	snprintf(path, sizeof(path), "%s/class", device);
	if (number_read(path) >> 16 != PCI_CLASS_NETWORK)
		return;
	snprintf(path, sizeof(path), "%s/physfn", device);
	if (access(path, F_OK))
		found(facts, CHECK_dpdk, strrchr(device, '/') + 1, driver, 1);
}

static void cards_read(const char *root, struct guests_facts *facts)
{
	static const char *const drivers[] = {"vfio-pci", "igb_uio", "uio_pci_generic"};
	char pattern[PATH_MAX];
	glob_t devices;

	for (size_t i = 0; i < sizeof(drivers) / sizeof(drivers[0]); i++) {
		snprintf(pattern, sizeof(pattern), "%s/sys/bus/pci/drivers/%s/????:??:??.?", root,
			 drivers[i]);
		if (glob(pattern, 0, NULL, &devices))
			continue;
		for (size_t j = 0; j < devices.gl_pathc; j++)
			card_read(devices.gl_pathv[j], drivers[i], facts);
		globfree(&devices);
	}
}

/* ---- processes ---- */

/* "vhost-user,id=...", "{"type":"vhost-user",...}" */
static bool is_vhost_user(const char *netdev)
{
	return !strncmp(netdev, "vhost-user,", strlen("vhost-user,")) ||
	       strstr(netdev, "type=vhost-user") || strstr(netdev, "\"type\":\"vhost-user\"");
}

static void process_read(void *ctx, const struct process *process)
{
	char guest[GUEST_TEXT_LEN], name[FINDING_OBJECT_LEN];
	const char *netdev = NULL;

	do {
		netdev = process_argument(process, "netdev", netdev);
	} while (netdev && !is_vhost_user(netdev));
	if (!netdev)
		return;
	process_guest_name(process, guest);
	if (guest[0])
		snprintf(name, sizeof(name), "%s", guest);
	else
		snprintf(name, sizeof(name), "pid %.20s", process->pid);
	found(ctx, CHECK_vhost_user, name, "", 1);
}

void guests_read(const struct view *view, const char *root, struct guests_facts *facts)
{
	struct rate_walk walk = {view, facts};

	*facts = (struct guests_facts){};
	macvtaps_read(view, facts);
	open_vswitch_read(view, facts);
	functions_read(view, root, facts);
	cards_read(root, facts);
	processes_each(root, process_read, facts);
	qdisc_each_ingress(on_qdisc, &walk);
}

void guests_free(struct guests_facts *facts)
{
	free(facts->at);
	*facts = (struct guests_facts){};
}
