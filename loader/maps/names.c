// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <string.h>

#include <bpf/bpf.h>

#include "loader/base/text.h"
#include "names.h"

static struct pins used; /* a copy: watch opens them again, and moves them */

void names_keep(const struct pins *pins, __u32 ifindex, const char *name)
{
	struct port_name kept = {};

	snprintf(kept.name, sizeof(kept.name), "%s", name);
	bpf_map_update_elem(pins->port_names, &ifindex, &kept, BPF_ANY);
}

static bool name_of_gone(__u32 ifindex, char name[NAME_TEXT_LEN])
{
	struct port_name kept;

	if (used.port_names < 0 || bpf_map_lookup_elem(used.port_names, &ifindex, &kept))
		return false;
	snprintf(name, NAME_TEXT_LEN, "%.*s", (int)sizeof(kept.name), kept.name);
	return true;
}

void names_use(const struct pins *pins)
{
	used = *pins;
	text_remember_names(name_of_gone);
}
