// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "loader/base/text.h"
#include "running.h"

void running_write(const struct pins *pins, const char *version, const char *config)
{
	struct daemon_info info = {.started_ns = time_now_ns(), .pid = (__u32)getpid()};
	__u32 zero = 0;

	snprintf(info.version, sizeof(info.version), "%s", version);
	snprintf(info.config, sizeof(info.config), "%s", config ? config : "");
	bpf_map_update_elem(pins->daemon, &zero, &info, BPF_ANY);
}

void running_note_ovsdb(const struct pins *pins, bool is_connected)
{
	struct daemon_info info;
	__u32 zero = 0;

	running_read(pins, &info);
	info.ovsdb_lost_ns = is_connected ? 0 : time_now_ns();
	bpf_map_update_elem(pins->daemon, &zero, &info, BPF_ANY);
}

void running_read(const struct pins *pins, struct daemon_info *info)
{
	__u32 zero = 0;

	if (bpf_map_lookup_elem(pins->daemon, &zero, info))
		memset(info, 0, sizeof(*info));
	info->version[sizeof(info->version) - 1] = '\0';
	info->config[sizeof(info->config) - 1] = '\0';
	text_clean(info->config); /* it may have been cut inside a character */
}

json_t *running_problem(const struct daemon_info *info, bool is_running, bool as_text)
{
	const char *object = "Open vSwitch", *command = "systemctl status ovsdb-server";
	char since[TIME_TEXT_LEN], problem[64];

	if (!is_running || !info->ovsdb_lost_ns)
		return NULL;
	snprintf(problem, sizeof(problem), "database away since %.19s",
		 time_local_text(info->ovsdb_lost_ns, since));
	if (as_text)
		return json_sprintf("%s: %s; %s", object, problem, command);
	return json_pack("{s:s, s:n, s:s, s:s}", "object", object, "guest", "problem", problem,
			 "command", command);
}
