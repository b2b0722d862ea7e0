// SPDX-License-Identifier: GPL-2.0-or-later
#include <fnmatch.h>
#include <stdlib.h>

#include "guards.h"

static struct segment_guard guards_of_segment(const struct guards *guards, const char *segment,
					      const char *bridge)
{
	for (size_t i = 0; i < guards->segment_count; i++)
		if (!fnmatch(guards->segment[i].segment, segment, 0) ||
		    !fnmatch(guards->segment[i].segment, bridge, 0))
			return guards->segment[i];
	return (struct segment_guard){
		.foreign = guards->foreign,
		.only_declared = guards->only_declared,
		.ask = guards->ask,
		.observe = guards->observe,
		.deaf = guards->deaf,
		.announce_on_link = guards->announce_on_link,
	};
}

void guards_describe_segment(const struct guards *guards, const char *segment, const char *bridge,
			     struct port *port)
{
	struct segment_guard here = guards_of_segment(guards, segment, bridge);

	port->guards = (here.foreign ? 0 : GUARD_FOREIGN) |
		       (here.only_declared ? GUARD_ONLY_DECLARED : 0) |
		       (here.deaf ? GUARD_DEAF : 0);
	port->settings = settings_index(here.ask, here.observe);
}

void guards_describe(const struct guards *guards, const char *segment, const char *bridge,
		     const char *name, struct port *port)
{
	guards_describe_segment(guards, segment, bridge, port);
	for (size_t i = 0; i < guards->rule_count; i++) {
		const struct port_rule *rule = &guards->rule[i];

		if (fnmatch(rule->port, name, 0))
			continue;
		port->rule = guards->rule_base + (__u32)i + 1;
		port->guards |= (rule->address_count ? GUARD_ADDRESSES : 0) |
				(rule->mac_count ? GUARD_MACS : 0);
		return;
	}
}

bool guards_announce_on_link(const struct guards *guards, const char *segment, const char *bridge,
			     bool is_bonded)
{
	struct segment_guard here = guards_of_segment(guards, segment, bridge);

	return here.announce_on_link == ON_LINK_YES ||
	       (here.announce_on_link == ON_LINK_AUTO && is_bonded);
}

void guards_free(struct guards *guards)
{
	for (size_t i = 0; i < guards->segment_count; i++)
		free(guards->segment[i].segment);
	for (size_t i = 0; i < guards->rule_count; i++) {
		free(guards->rule[i].port);
		free(guards->rule[i].address);
		free(guards->rule[i].mac);
	}
	free(guards->segment);
	free(guards->rule);
	*guards = (struct guards){};
}
