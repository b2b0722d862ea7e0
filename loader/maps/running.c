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

void running_read(const struct pins *pins, struct daemon_info *info)
{
	__u32 zero = 0;

	if (bpf_map_lookup_elem(pins->daemon, &zero, info))
		memset(info, 0, sizeof(*info));
	info->version[sizeof(info->version) - 1] = '\0';
	info->config[sizeof(info->config) - 1] = '\0';
	text_clean(info->config); /* it may have been cut inside a character */
}
