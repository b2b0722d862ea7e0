// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * doctor.c - opens what there is to look at, and has each group of checks look.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "bridges.h"
#include "configured.h"
#include "filters.h"
#include "guests.h"
#include "installed.h"
#include "kernel.h"
#include "uplinks.h"
#include "loader/confine/privileges.h"
#include "loader/maps/running.h"

/* ---- the groups, in the order of their lines ---- */

static void examine_kernel(struct doctor *doctor)
{
	struct kernel_facts facts;

	kernel_read("", &facts);
	kernel_judge(&facts, doctor->config.mode, doctor->findings);
}

static void examine_installed(struct doctor *doctor)
{
	struct installed_facts facts;

	installed_read(doctor, &facts);
	installed_judge(&facts, doctor->findings);
}

static void examine_configured(struct doctor *doctor)
{
	struct configured_facts facts;

	if (configured_read(doctor, &facts))
		doctor->findings->no_memory = true;
	else
		configured_judge(&facts, doctor->findings);
	configured_free(&facts);
}

static void examine_bridges(struct doctor *doctor)
{
	bridges_judge(doctor->view, doctor->findings);
	ports_judge(doctor->view, doctor->config.evpn, doctor->findings);
}

static void examine_host(struct doctor *doctor)
{
	if (host_examine(doctor))
		doctor->findings->no_memory = true;
}

static void examine_filters(struct doctor *doctor)
{
	struct filters_facts facts;

	if (filters_read(doctor, "", &facts))
		doctor->findings->no_memory = true;
	else
		filters_judge(&facts, doctor->findings);
	filters_free(&facts);
}

static void examine_guests(struct doctor *doctor)
{
	struct guests_facts facts;

	guests_read(doctor->view, "", &facts);
	guests_judge(&facts, doctor->findings);
	doctor->findings->no_memory |= facts.no_memory;
	guests_free(&facts);
}

static void examine_uplinks(struct doctor *doctor)
{
	struct uplinks_facts facts;

	if (uplinks_read(doctor, &facts))
		doctor->findings->no_memory = true;
	else
		uplinks_judge(&facts, doctor->findings);
	uplinks_free(&facts);
}

static void (*const groups[])(struct doctor *doctor) = {
	examine_kernel,	 examine_installed, examine_configured, examine_bridges,
	examine_filters, examine_guests,    examine_uplinks,	examine_host,
};

/* ---- what they look at ---- */

static void open_pins(struct doctor *doctor)
{
	doctor->pins_err = pins_open(&doctor->pins, true, &doctor->pins_why);
	doctor->daemon = pins_is_locked();
	if (doctor->daemon == -ENOENT) /* there is no directory that one could have locked */
		doctor->daemon = 0;
	if (!doctor->pins_err && doctor->daemon == 1)
		running_read(&doctor->pins, &doctor->daemon_info);
}

/* Those of the units garpd and garpd@NETNS. */
static void name_usual_file(struct doctor *doctor)
{
	const char *netns = pins_netns();

	snprintf(doctor->usual_file, sizeof(doctor->usual_file), "/etc/garpd%s%s.yaml",
		 netns[0] ? "/" : "", netns);
}

static const char *file_of(const struct doctor *doctor)
{
	if (doctor->request->file)
		return doctor->request->file;
	if (doctor->daemon_info.pid)
		return doctor->daemon_info.config[0] ? doctor->daemon_info.config : NULL;
	return access(doctor->usual_file, F_OK) ? NULL : doctor->usual_file;
}

/* Errors in it are findings. */
static void read_config(struct doctor *doctor)
{
	struct err group;
	gid_t gid;

	if (!doctor->file)
		return;
	doctor->config_err = config_read(&doctor->config, doctor->file, &doctor->faults,
					 &doctor->config_why);
	if (doctor->config.group && privileges_group(doctor->config.group, &gid, &group)) {
		doctor->config_err = -EINVAL;
		faults_add(&doctor->faults, doctor->config.group_line, group.text);
		faults_sort(&doctor->faults);
	}
	if (!doctor->config_err || doctor->faults.count)
		return;
	config_free(&doctor->config);
	config_init(&doctor->config);
}

/* Without a configuration, all bridges. */
static int open_view(struct doctor *doctor, struct err *why)
{
	const struct config *config = &doctor->config;
	int err = 0;

	doctor->is_every = !names_wanted(&config->bridges) && !config->routers.count;
	if (doctor->is_every)
		err = config_set_flag(&doctor->config, "bridge", "*", why);
	return err ? err : view_open(doctor->view, config, why);
}

/* A bridge that garpd would not follow is looked at as if it did. */
static int add_bridge(struct doctor *doctor, const char *name, struct err *why)
{
	int err = config_set_flag(&doctor->config, "bridge", name, why);

	view_close(doctor->view);
	doctor->is_added = true;
	return err ? err : view_open(doctor->view, &doctor->config, why);
}

/* Of the bridge or router port; NULL: it is neither. */
static const struct view_port *find_own(const struct view *view, const char *name)
{
	const struct link_details *link = view_link_named(view, name);
	const struct view_port *port = link ? view_port(view, link->ifindex) : NULL;

	if (!port || (port->port.role != ROLE_HOST && port->port.role != ROLE_ROUTER))
		return NULL;
	return port;
}

/* Only that segment is looked at. */
static int choose_segment(struct doctor *doctor, struct err *why)
{
	const char *operand = doctor->request->operand;
	const struct link_details *link;
	int err = 0;

	if (!operand || !addr_parse(operand, &doctor->addr))
		return 0;
	link = view_link_named(doctor->view, operand);
	if (!link)
		return err_set(why, -EINVAL, "%.60s: no such interface, and not an address",
			       operand);
	if ((!strcmp(link->kind, "bridge") || !strcmp(link->kind, "openvswitch")) &&
	    !find_own(doctor->view, operand))
		err = add_bridge(doctor, operand, why);
	if (err)
		return err;
	if (!find_own(doctor->view, operand))
		return err_set(why, -EINVAL,
			       "%.60s: neither a bridge nor one of routers:", operand);
	doctor->view->segment = find_own(doctor->view, operand)->port.segment;
	return 0;
}

static int examine(struct doctor *doctor, struct err *why)
{
	int err;

	open_pins(doctor);
	name_usual_file(doctor);
	doctor->file = file_of(doctor);
	read_config(doctor);
	err = open_view(doctor, why) ?: choose_segment(doctor, why);
	for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]) && !err; i++)
		groups[i](doctor);
	if (!err && doctor->findings->no_memory)
		err = err_set(why, -ENOMEM, "doctor: out of memory");
	return err;
}

int doctor_examine(const struct doctor_request *request, struct findings *findings, struct err *why)
{
	struct view view = {};
	struct doctor doctor = {.request = request, .findings = findings, .view = &view};
	int err;

	*findings = (struct findings){};
	config_init(&doctor.config);
	err = examine(&doctor, why);
	view_close(&view);
	pins_close(&doctor.pins);
	faults_free(&doctor.faults);
	config_free(&doctor.config);
	return err;
}
