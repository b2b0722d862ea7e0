// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>

#include <bpf/bpf.h>

#include "loader/base/text.h"
#include "summary.h"
#include "walk.h"

static void summary_read_ports(const struct pins *pins, struct summary *summary)
{
	struct map_walk walk;
	struct port port;
	__u32 ifindex;

	map_walk_begin(&walk, pins->ports, 0);
	while (map_walk_next(&walk, &ifindex, &port)) {
		summary->ports += port.role != ROLE_HOST;
		summary->unheard += port.unheard != 0;
		summary->sending += !settings_observes(port.settings);
	}
}

/* A limit outlives its port until its claims are gone, so these are all claims. */
static void summary_read_claims(const struct pins *pins, struct summary *summary)
{
	struct map_walk walk;
	struct limit limit;
	__u32 ifindex;

	map_walk_begin(&walk, pins->port_limits, BPF_F_LOCK);
	while (map_walk_next(&walk, &ifindex, &limit))
		summary->claims += limit.claims;
}

void summary_read(const struct pins *pins, struct summary *summary)
{
	*summary = (struct summary){};
	summary_read_ports(pins, summary);
	summary_read_claims(pins, summary);
}

const char *summary_text(const struct summary *summary, char text[SUMMARY_LEN])
{
	bool observing = summary->ports && !summary->sending;
	int used = snprintf(text, SUMMARY_LEN, "%s%u port%s, %u claim%s",
			    observing ? "OBSERVING, nothing is sent; " : "", summary->ports,
			    text_plural(summary->ports, "", "s"), summary->claims,
			    text_plural(summary->claims, "", "s"));

	if (summary->unheard)
		used += snprintf(text + used, SUMMARY_LEN - used,
				 "; %u not heard: garpd show ports", summary->unheard);
	if (summary->attention)
		snprintf(text + used, SUMMARY_LEN - used,
			 "; %u claim%s attention: garpd show claims --problems", summary->attention,
			 summary->attention == 1 ? " needs" : "s need");
	return text;
}
