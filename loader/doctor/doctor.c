// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * doctor.c - opens what there is to look at, and has each group of checks look.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "installed.h"
#include "kernel.h"
#include "loader/maps/running.h"

#define DEFAULT_FILE "/etc/garpd.yaml"

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

static void (*const groups[])(struct doctor *doctor) = {
	examine_kernel,
	examine_installed,
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

static const char *file_of(const struct doctor *doctor)
{
	if (doctor->request->file)
		return doctor->request->file;
	if (doctor->daemon_info.pid)
		return doctor->daemon_info.config[0] ? doctor->daemon_info.config : NULL;
	return access(DEFAULT_FILE, F_OK) ? NULL : DEFAULT_FILE;
}

int doctor_examine(const struct doctor_request *request, struct findings *findings, struct err *why)
{
	struct doctor doctor = {.request = request, .findings = findings};

	*findings = (struct findings){};
	config_init(&doctor.config);
	open_pins(&doctor);
	doctor.file = file_of(&doctor);
	for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++)
		groups[i](&doctor);
	pins_close(&doctor.pins);
	config_free(&doctor.config);
	return findings->no_memory ? err_set(why, -ENOMEM, "doctor: out of memory") : 0;
}
