// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "neighbours.h"

void neighbours_judge(const struct neighbours_facts *facts, struct findings *findings)
{
	bool is_any = false;

	if (facts->err)
		return doctor_warn(findings, permanent, "host",
				   "the neighbour table cannot be read: %s" REMEDY
				   "ip neigh show nud permanent",
				   strerror(-facts->err));
	for (size_t i = 0; i < facts->count; i++) {
		const struct fixed_entry *entry = &facts->at[i];

		if (entry->is_sole_owner)
			continue;
		is_any = true;
		doctor_fail(findings, permanent, ADDR(&entry->addr),
			    "%s of this host has it at %s, %s: no announcement changes that" REMEDY
			    "ip neigh del %s dev %s",
			    entry->interface, MAC(entry->mac),
			    entry->is_noarp ? "NOARP" : "PERMANENT", ADDR(&entry->addr),
			    SHELL(entry->interface));
	}
	if (!is_any && facts->is_any_declared)
		doctor_ok(findings, permanent, "host",
			  "announcements change its entry of every declared address");
}
