// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "bridges.h"

static bool note_is_shown(const struct view *view, const struct view_note *note)
{
	const struct link_details *link = view_link_named(view, note->name);

	/* The end of a joint belongs to its bridge, and is no port. */
	return link &&
	       (view_shows_bridge(view, link->ifindex) || view_shows_bridge(view, link->master));
}

static void judge_joint(const struct view_note *note, struct findings *findings)
{
	char text[2 * sizeof(note->text)];

	if (note->kind == VIEW_JOINED)
		return doctor_ok(findings, joint, note->name,
				 "is one segment with %s, which %s leads to", note->other,
				 note->text);
	snprintf(text, sizeof(text), "joins no bridges, it and %s are uplinks: %s", note->other,
		 note->text);
	doctor_add_reason(findings, CHECK_joint, CAUSE_NOTE, note->name, text);
}

static void judge_stp(const struct link_details *bridge, struct findings *findings)
{
	if (!bridge->bridge.has_stp)
		doctor_ok(findings, stp, bridge->name, "has no STP: ports forward at once");
	else
		doctor_warn(
			findings, stp, bridge->name,
			"has STP: a port forwards only %u s after it has come up, and its guest "
			"is announced no sooner" REMEDY
			"without loops: ip link set %s type bridge stp_state 0",
			2 * bridge->bridge.forward_delay_ms / 1000, SHELL(bridge->name));
}

/* Without a querier the kernel floods what it has no reports about. */
static void judge_snooping(const struct link_details *bridge, struct findings *findings)
{
	if (!bridge->bridge.has_snooping)
		doctor_ok(findings, mld_snooping, bridge->name, "floods solicitations");
	else if (!bridge->bridge.has_querier)
		doctor_ok(findings, mld_snooping, bridge->name,
			  "snoops, but knows no querier: it floods solicitations");
	else
		doctor_warn(findings, mld_snooping, bridge->name,
			    "snoops: a solicitation reaches only ports with an MLD report, so the "
			    "owner of an IPv6 address may not hear who probes for it" REMEDY
			    "ip link set %s type bridge mcast_snooping 0",
			    SHELL(bridge->name));
}

void bridges_judge(const struct view *view, struct findings *findings)
{
	for (size_t i = 0; i < view->notes; i++)
		if ((view->note[i].kind == VIEW_JOINED ||
		     view->note[i].kind == VIEW_JOINT_REFUSED) &&
		    note_is_shown(view, &view->note[i]))
			judge_joint(&view->note[i], findings);
	for (size_t i = 0; i < view->port_count; i++) {
		const struct link_details *bridge = view_link(view, view->port[i].ifindex);

		if (!view_shows_linux_bridge(view, &view->port[i]))
			continue;
		judge_stp(bridge, findings);
		judge_snooping(bridge, findings);
	}
}
