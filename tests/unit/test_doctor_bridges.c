// SPDX-License-Identifier: GPL-2.0-or-later
/* garpd doctor: bridges and their ports. */
#include <criterion/criterion.h>
#include <linux/if_bridge.h>
#include <string.h>

#include "doctor_found.h"
#include "loader/doctor/bridges.h"

static struct link_details links[4];
static struct view_port ports[4];
static struct view_note note;
static struct view view;

/* br0 with a guest on tap0 and a tunnel; br1 without a port. */
static void setup(void)
{
	links[0] = (struct link_details){.ifindex = 2, .name = "br0", .kind = "bridge"};
	links[1] = (struct link_details){.ifindex = 3, .name = "br1", .kind = "bridge"};
	links[2] = (struct link_details){.ifindex = 10, .name = "tap0", .kind = "tun", .master = 2};
	links[3] = (struct link_details){
		.ifindex = 11, .name = "vx0", .kind = "vxlan", .master = 2};
	for (size_t i = 0; i < 4; i++) {
		links[i].is_up = links[i].has_carrier = links[i].port.learns = true;
		ports[i] = (struct view_port){
			.ifindex = links[i].ifindex,
			.why = "because",
			.port = {.segment = i == 1 ? 3 : 2, .role = ROLE_HOST, .forwarding = 1}};
		strcpy(ports[i].name, links[i].name);
	}
	ports[2].port.role = ROLE_GUEST;
	ports[3].port.role = ROLE_UPLINK;
	view = (struct view){
		.link = links, .links = 4, .port = ports, .port_count = 4, .note = &note};
}

TestSuite(doctor_bridges, .init = setup, .fini = found_clear);

static void judge(enum evpn_mode evpn)
{
	found_clear();
	bridges_judge(&view, &found);
	ports_judge(&view, evpn, &found);
}

Test(doctor_bridges, are_as_they_should_be)
{
	static const char *const checks[] = {"stp",	      "mld_snooping", "forwarding",
					     "learning",      "isolated",     "hairpin",
					     "neigh_suppress"};

	judge(EVPN_AUTO);
	for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++) {
		found_count(checks[i], 2);
		found_ok(checks[i], "br0", "");
		found_ok(checks[i], "br1", "");
	}
	found_ok("role", "tap0", "guest on br0: because");
	found_ok("role", "vx0", "uplink on br0: because");
	found_count("role", 2);
}

/* What is set of a Linux bridge and its ports is nothing of Open vSwitch's. */
Test(doctor_bridges, of_open_vswitch_are_not_judged_as_linux_bridges)
{
	strcpy(links[1].kind, "openvswitch");
	judge(EVPN_AUTO);
	found_count("stp", 1);
	found_count("mld_snooping", 1);
	found_count("learning", 1);
	found_count("forwarding", 1);
	found_ok("stp", "br0", "");
}

/* The command is typed as it stands, and not only by those who chose the name. */
Test(doctor_bridges, names_are_quoted_for_the_shell)
{
	strcpy(links[0].name, "a;b'$(c)");
	links[0].bridge.has_stp = true;
	judge(EVPN_AUTO);
	found_warn("stp", "a;b'$(c)", "has STP", "ip link set 'a;b'\\''$(c)' type bridge");
	strcpy(links[2].name, "tap0|d");
	strcpy(ports[2].name, "tap0|d");
	links[2].port.learns = false;
	judge(EVPN_AUTO);
	found_warn("learning", "tap0|d", "does not learn", "dev 'tap0|d' learning on");
}

Test(doctor_bridges, only_that_segment)
{
	view.segment = 3;
	judge(EVPN_AUTO);
	found_count("stp", 1);
	found_count("role", 0);
	found_ok("learning", "br1", "");
}

Test(doctor_bridges, have_stp)
{
	links[0].bridge.has_stp = true;
	links[0].bridge.forward_delay_ms = 15000;
	judge(EVPN_AUTO);
	found_warn("stp", "br0", "30 s", "ip link set br0 type bridge stp_state 0");
	found_ok("stp", "br1", "no STP");
}

Test(doctor_bridges, snoop)
{
	links[0].bridge.has_snooping = true;
	judge(EVPN_AUTO);
	found_ok("mld_snooping", "br0", "knows no querier");
	links[0].bridge.has_querier = true;
	judge(EVPN_AUTO);
	found_warn("mld_snooping", "br0", "MLD report", "ip link set br0 type bridge mcast");
}

Test(doctor_bridges, are_joined_or_not)
{
	view.notes = 1;
	note = (struct view_note){VIEW_JOINED, "br1", "br0", "fwln0"};
	judge(EVPN_AUTO);
	found_ok("joint", "br1", "one segment with br0, which fwln0 leads to");
	note = (struct view_note){VIEW_JOINT_REFUSED, "vx0", "fwpr1", "a second pair; remove it"};
	judge(EVPN_AUTO);
	found_warn("joint", "vx0", "it and fwpr1 are uplinks: a second pair", "remove it");
	note = (struct view_note){VIEW_BEHIND, "tap0", "br9", ""};
	judge(EVPN_AUTO);
	found_count("joint", 0);
	found_warn("role", "tap0", "behind the bridge br9", "add br9 to bridges:");
}

Test(doctor_bridges, have_a_router_port)
{
	ports[2].port.role = ROLE_ROUTER;
	judge(EVPN_AUTO);
	found_ok("role", "tap0", "router port: because");
}

Test(doctor_bridges, have_a_port_that_does_not_forward)
{
	ports[2].port.forwarding = 0;
	links[2].port.state = BR_STATE_LISTENING;
	judge(EVPN_AUTO);
	found_warn("forwarding", "tap0", "not forward yet", "bridge -d link show dev tap0");
	links[2].port.state = BR_STATE_BLOCKING;
	judge(EVPN_AUTO);
	found_warn("forwarding", "tap0", "blocked by STP", "bridge -d link show dev tap0");
	links[2].has_carrier = false;
	judge(EVPN_AUTO);
	found_warn("forwarding", "tap0", "no carrier", "start the guest");
	links[2].is_up = false;
	judge(EVPN_AUTO);
	found_warn("forwarding", "tap0", "is down", "ip link set tap0 up");
	found_count("forwarding", 2);
}

Test(doctor_bridges, have_an_unusual_port)
{
	links[2].port.learns = false;
	links[2].port.is_isolated = links[2].port.is_hairpin = links[2].port.is_suppressing = true;
	judge(EVPN_AUTO);
	found_warn("learning", "tap0", "does not learn", "set dev tap0 learning on");
	found_warn("isolated", "tap0", "is isolated", "set dev tap0 isolated off");
	found_warn("hairpin", "tap0", "returns frames", "set dev tap0 hairpin off");
	found_warn("neigh_suppress", "tap0", "suppresses", "set dev tap0 neigh_suppress off");
	found_count("learning", 2);
}

/* FRR wants both on a tunnel. */
Test(doctor_bridges, have_a_tunnel_of_a_fabric)
{
	links[3].port.learns = false;
	links[3].port.is_suppressing = true;
	judge(EVPN_AUTO);
	found_ok("learning", "br0", "");
	found_ok("neigh_suppress", "br0", "");
	judge(EVPN_NO);
	found_warn("neigh_suppress", "vx0", "depend on EVPN", "set dev vx0 neigh_suppress off");
}
