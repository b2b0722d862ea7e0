// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ports.c - the ports of bridges: a line for the role of each, and of what is unusual; what is as
 * usual has a line for each bridge.
 */
#include <linux/if_bridge.h>
#include <string.h>

#include "bridges.h"

/* ---- roles ---- */

static const struct view_note *find_behind(const struct view *view, const char *name)
{
	for (size_t i = 0; i < view->notes; i++)
		if (view->note[i].kind == VIEW_BEHIND && !strcmp(view->note[i].name, name))
			return &view->note[i];
	return NULL;
}

static void judge_role(const struct view *view, const struct view_port *port,
		       struct findings *findings)
{
	const struct view_note *behind = find_behind(view, port->name);

	if (port->port.role == ROLE_ROUTER)
		doctor_ok(findings, role, port->name, "router port: %s", port->why);
	else if (behind)
		doctor_warn(findings, role, port->name,
			    "guests are behind the bridge %s, whose filters do not see what is "
			    "announced for them" REMEDY "add %s to bridges:",
			    behind->other, behind->other);
	else
		doctor_ok(findings, role, port->name, "%s on %s: %s",
			  port_role_name(port->port.role), view_name(view, port->port.segment),
			  port->why);
}

/* ---- what is unusual ---- */

struct port_look {
	const struct link_details *link;
	const struct view_port *port;
	bool has_evpn;
};

static bool is_blocked(const struct port_look *look)
{
	return !look->port->port.forwarding;
}

static bool is_not_learning(const struct port_look *look)
{
	/* Where the routing daemon writes the entries. */
	return !look->link->port.learns && strcmp(look->link->kind, "vxlan") != 0;
}

static bool is_isolated(const struct port_look *look)
{
	return look->link->port.is_isolated;
}

static bool is_hairpin(const struct port_look *look)
{
	return look->link->port.is_hairpin;
}

static bool is_suppressing(const struct port_look *look)
{
	bool wanted = look->has_evpn && !strcmp(look->link->kind, "vxlan");

	return look->link->port.is_suppressing && !wanted;
}

/* What is true of every port; else of one, and how it is set. */
static const struct port_check {
	enum check check;
	bool (*is_found)(const struct port_look *look);
	const char *none, *one, *setting;
} port_checks[] = {
	{CHECK_forwarding, is_blocked, "every port forwards", .one = NULL},
	{CHECK_learning, is_not_learning, "every port learns",
	 "does not learn: the bridge keeps sending to the port where a guest was before",
	 "learning on"},
	{CHECK_isolated, is_isolated, "no port is isolated",
	 "is isolated: guests on other isolated ports hear no announcement from it",
	 "isolated off"},
	{CHECK_hairpin, is_hairpin, "no port returns frames",
	 "returns frames (hairpin): an IPv6 guest is announced only when its window has ended",
	 "hairpin off"},
	{CHECK_neigh_suppress, is_suppressing,
	 "no port suppresses announcements that EVPN does not replace",
	 "suppresses announcements (neigh_suppress): hosts behind it depend on EVPN",
	 "neigh_suppress off"},
};

static void judge_state(const struct link_details *link, struct findings *findings)
{
	if (!link->is_up)
		doctor_warn(findings, forwarding, link->name, "is down" REMEDY "ip link set %s up",
			    SHELL(link->name));
	else if (!link->has_carrier)
		doctor_warn(findings, forwarding, link->name,
			    "has no carrier: no guest is connected to it" REMEDY
			    "start the guest, or plug the cable in");
	else if (link->port.state == BR_STATE_BLOCKING)
		doctor_warn(findings, forwarding, link->name,
			    "is blocked by STP, since frames have another way" REMEDY
			    "bridge -d link show dev %s",
			    SHELL(link->name));
	else
		doctor_warn(findings, forwarding, link->name,
			    "does not forward yet, or what joins its bridge does not" REMEDY
			    "bridge -d link show dev %s",
			    SHELL(link->name));
}

static bool judge_one(const struct port_check *check, const struct port_look *look,
		      struct findings *findings)
{
	const char *name = look->port->name;

	if (!check->is_found(look))
		return false;
	if (check->check == CHECK_forwarding)
		judge_state(look->link, findings);
	else
		doctor_add(findings, check->check, CAUSE_NOTE, name,
			   "%s" REMEDY "bridge link set dev %s %s", check->one, SHELL(name),
			   check->setting);
	return true;
}

static void judge_bridge(const struct view *view, const struct view_port *bridge,
			 const struct port_check *check, bool has_evpn, struct findings *findings)
{
	bool found = false;

	for (size_t i = 0; i < view->port_count; i++) {
		struct port_look look = {view_link(view, view->port[i].ifindex), &view->port[i],
					 has_evpn};

		if (look.link->master == bridge->ifindex && look.port->port.role != ROLE_HOST)
			found |= judge_one(check, &look, findings);
	}
	if (!found)
		doctor_add(findings, check->check, CAUSE_OK, bridge->name, "%s", check->none);
}

void ports_judge(const struct view *view, enum evpn_mode evpn, struct findings *findings)
{
	for (size_t i = 0; i < view->port_count; i++)
		if (view->port[i].port.role != ROLE_HOST && view_shows(view, &view->port[i]))
			judge_role(view, &view->port[i], findings);
	for (size_t check = 0; check < sizeof(port_checks) / sizeof(port_checks[0]); check++)
		for (size_t i = 0; i < view->port_count; i++)
			if (view_shows_linux_bridge(view, &view->port[i]))
				judge_bridge(view, &view->port[i], &port_checks[check],
					     evpn != EVPN_NO, findings);
}
