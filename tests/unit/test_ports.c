// SPDX-License-Identifier: GPL-2.0-or-later
/* Which interfaces are ports, told by the kernel's messages and seen in the ops. */
#include <criterion/criterion.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <linux/if_bridge.h>
#include <linux/if_ether.h>

#include "play_links.h"

#define BR0 2
#define BR1 3
#define TAP 10
#define NIC 11

static struct play p;

/* A host with br0 (up, not VLAN-aware), a guest on a tap and a NIC, as a dump tells of it. */
static void start_host(void)
{
	play_start(&p, "br*");
	play_bridge(&p, BR0, "br0");
	play_port(&p, TAP, "tap0", "tun", BR0);
	play_port(&p, NIC, "eth0", NULL, BR0);
	ports_settle(p.ports);
	play_expect(&p, "seen br0");
	play_expect(&p, "added 10 tap0: on 2, guest, forwarding");
	play_expect(&p, "added 11 eth0: on 2, uplink, forwarding");
	play_expect_silence(&p);
}

static void start(void)
{
	play_init(&p);
}

static void end(void)
{
	play_end(&p);
}

TestSuite(ports, .init = start, .fini = end);

/* ---- start ---- */

Test(ports, bridges_first_whatever_the_order_of_the_dump)
{
	play_start(&p, "br0");
	play_port(&p, TAP, "tap0", "tun", BR0);
	play_bridge(&p, BR0, "br0");
	ports_settle(p.ports);
	play_expect(&p, "seen br0");
	play_expect(&p, "added 10 tap0: on 2, guest, forwarding");
	play_expect_silence(&p);
}

Test(ports, a_bridge_that_is_not_there_is_waited_for_and_said_once)
{
	play_start(&p, "vmbr*");
	play_bridge(&p, BR0, "br0");
	play_port(&p, TAP, "tap0", "tun", BR0);
	ports_settle(p.ports);
	play_expect(&p, "waiting vmbr*");
	play_bridge(&p, BR0, "lan"); /* another bridge changes */
	ports_settle(p.ports);
	play_expect_silence(&p);
	play_bridge(&p, BR1, "vmbr7");
	ports_settle(p.ports);
	play_expect(&p, "seen vmbr7");
	play_gone(&p, BR1);
	ports_settle(p.ports);
	play_expect(&p, "waiting vmbr*");
	ports_settle(p.ports);
	play_expect_silence(&p);
}

Test(ports, a_name_that_is_no_bridge_is_waited_for)
{
	play_start(&p, "eth0");
	play_port(&p, NIC, "eth0", NULL, 0);
	ports_settle(p.ports);
	play_expect(&p, "waiting eth0");
	play_expect_silence(&p);
}

/* ---- roles ---- */

Test(ports, role_by_kind)
{
	static const struct {
		const char *kind;
		const char *role;
	} kinds[] = {
		{"tun", "guest"},   {"veth", "guest"},	 {"bond", "uplink"},
		{"team", "uplink"}, {"vxlan", "uplink"}, {"geneve", "uplink"},
		{"vlan", "uplink"}, {"dummy", "uplink"}, {NULL, "uplink"},
	};

	play_start(&p, "br0");
	play_bridge(&p, BR0, "br0");
	ports_settle(p.ports);
	play_expect(&p, "seen br0");
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		play_port(&p, 20 + i, "x", kinds[i].kind, BR0);
		ports_settle(p.ports);
		play_expect(&p, "added %zu x: on 2, %s, forwarding", 20 + i, kinds[i].role);
	}
}

Test(ports, configuration_overrides_the_kind_and_uplinks_win)
{
	play_names(&p.config.uplinks, "tap9", "both");
	play_names(&p.config.guests, "eth*", "both");
	play_start(&p, "br0");
	play_bridge(&p, BR0, "br0");
	play_port(&p, 20, "tap9", "tun", BR0);
	play_port(&p, 21, "eth5", NULL, BR0);
	play_port(&p, 22, "both", "tun", BR0);
	ports_settle(p.ports);
	play_expect(&p, "seen br0");
	play_expect(&p, "added 20 tap9: on 2, uplink, forwarding");
	play_expect(&p, "added 21 eth5: on 2, guest, forwarding");
	play_expect(&p, "added 22 both: on 2, uplink, forwarding");
}

Test(ports, a_new_configuration_tells_differences_only)
{
	struct config next = {};
	struct err err;

	start_host();
	play_names(&next.bridges, "br0", "vmbr0");
	play_names(&next.uplinks, "tap0", NULL);
	cr_assert_eq(ports_configure(p.ports, &next, &err), 0);
	play_expect(&p, "waiting vmbr0");
	play_expect(&p, "changed 10 tap0: on 2, uplink, forwarding");
	play_expect_silence(&p);
	play_names(&next.bridges, "vmbr0", NULL);
	cr_assert_eq(ports_configure(p.ports, &next, &err), 0);
	play_expect(&p, "waiting vmbr0");
	play_expect(&p, "removed 10 tap0, exists");
	play_expect(&p, "removed 11 eth0, exists");
	play_expect_silence(&p);
}

/* One that could not be attached is a port that is still to be added. */
Test(ports, what_cannot_be_attached_is_tried_again)
{
	struct config same = {};
	struct err err;

	play_start(&p, "br*");
	play_bridge(&p, BR0, "br0");
	p.refuses = true;
	play_port(&p, TAP, "tap0", "tun", BR0);
	ports_settle(p.ports);
	play_expect(&p, "seen br0");
	play_expect(&p, "added 10 tap0: on 2, guest, forwarding");
	play_port(&p, TAP, "tap0", "tun", BR0);
	ports_settle(p.ports);
	play_expect_silence(&p);
	play_port_state(&p, RTM_NEWLINK, TAP, BR0, BR_STATE_DISABLED);
	ports_settle(p.ports);
	play_expect(&p, "added 10 tap0: on 2, guest, not forwarding");
	p.refuses = false;
	play_names(&same.bridges, "br*", NULL);
	cr_assert_eq(ports_configure(p.ports, &same, &err), 0);
	play_expect(&p, "added 10 tap0: on 2, guest, not forwarding");
	play_port_state(&p, RTM_NEWLINK, TAP, BR0, BR_STATE_FORWARDING);
	ports_settle(p.ports);
	play_expect(&p, "changed 10 tap0: on 2, guest, forwarding");
	play_expect_silence(&p);
}

/* Nor has one that could not be described anew heard of what changed. */
Test(ports, what_cannot_be_described_is_tried_again)
{
	struct config same = {};
	struct err err;

	start_host();
	p.refuses = true;
	play_port_state(&p, RTM_NEWLINK, TAP, BR0, BR_STATE_DISABLED);
	ports_settle(p.ports);
	play_expect(&p, "changed 10 tap0: on 2, guest, not forwarding");
	p.refuses = false;
	play_names(&same.bridges, "br*", NULL);
	cr_assert_eq(ports_configure(p.ports, &same, &err), 0);
	play_expect(&p, "added 10 tap0: on 2, guest, not forwarding");
	play_expect_silence(&p);
}

/* ---- coming and going ---- */

Test(ports, a_message_that_changes_nothing_is_not_told)
{
	start_host();
	play_bridge(&p, BR0, "br0");
	play_port(&p, TAP, "tap0", "tun", BR0);
	ports_settle(p.ports);
	play_expect_silence(&p);
}

Test(ports, leaving_the_bridge_is_not_being_deleted)
{
	start_host();
	play_port_state(&p, RTM_DELLINK, TAP, BR0, BR_STATE_DISABLED);
	play_port(&p, TAP, "tap0", "tun", 0);
	ports_settle(p.ports);
	play_expect(&p, "removed 10 tap0, exists");
	cr_assert_not(ports_is_port(p.ports, TAP));
	play_expect_silence(&p);
}

Test(ports, a_deleted_interface_is_forgotten_and_its_name_is_not)
{
	start_host();
	play_port_state(&p, RTM_DELLINK, TAP, BR0, BR_STATE_DISABLED);
	play_gone(&p, TAP);
	play_expect(&p, "removed 10 tap0, gone");
	ports_settle(p.ports);
	play_expect_silence(&p);
	cr_assert_str_eq(ports_name(p.ports, TAP), "tap0");
	cr_assert_str_eq(ports_name(p.ports, NIC), "eth0");
	cr_assert_null(ports_name(p.ports, 999));
}

Test(ports, an_ifindex_used_again_at_once_is_another_port)
{
	start_host();
	play_gone(&p, TAP);
	play_port(&p, TAP, "tap1", "tun", BR0);
	ports_settle(p.ports);
	play_expect(&p, "removed 10 tap0, gone");
	play_expect(&p, "added 10 tap1: on 2, guest, forwarding");
	play_expect_silence(&p);
	cr_assert_str_eq(ports_name(p.ports, TAP), "tap1");
}

Test(ports, moving_between_our_bridges_keeps_what_is_attached)
{
	start_host();
	play_bridge(&p, BR1, "br1");
	play_port(&p, TAP, "tap0", "tun", BR1);
	ports_settle(p.ports);
	play_expect(&p, "seen br1");
	play_expect(&p, "changed 10 tap0: on 3, guest, forwarding");
	play_expect_silence(&p);
}

Test(ports, moving_to_a_bridge_of_others_detaches)
{
	start_host();
	play_bridge(&p, BR1, "other");
	play_port(&p, TAP, "tap0", "tun", BR1);
	ports_settle(p.ports);
	play_expect(&p, "removed 10 tap0, exists");
	play_expect_silence(&p);
}

Test(ports, a_renamed_port_stays_and_may_change_its_role)
{
	play_names(&p.config.uplinks, "up*", NULL);
	start_host();
	play_port(&p, TAP, "vnet0", "tun", BR0);
	ports_settle(p.ports);
	play_expect(&p, "renamed 10 tap0 to vnet0");
	play_expect_silence(&p);
	play_port(&p, TAP, "up0", "tun", BR0);
	ports_settle(p.ports);
	play_expect(&p, "renamed 10 vnet0 to up0");
	play_expect(&p, "changed 10 up0: on 2, uplink, forwarding");
	play_expect_silence(&p);
}

Test(ports, a_renamed_bridge_is_followed_into_and_out_of_the_pattern)
{
	start_host();
	play_bridge(&p, BR0, "lan");
	ports_settle(p.ports);
	play_expect(&p, "waiting br*");
	play_expect(&p, "removed 10 tap0, exists");
	play_expect(&p, "removed 11 eth0, exists");
	play_bridge(&p, BR0, "br9");
	ports_settle(p.ports);
	play_expect(&p, "seen br9");
	play_expect(&p, "added 10 tap0: on 2, guest, forwarding");
	play_expect(&p, "added 11 eth0: on 2, uplink, forwarding");
	play_expect_silence(&p);
}

Test(ports, no_port_outlives_its_bridge_whatever_message_was_lost)
{
	start_host();
	play_gone(&p, BR0);
	ports_settle(p.ports);
	play_expect(&p, "waiting br*");
	play_expect(&p, "removed 10 tap0, exists");
	play_expect(&p, "removed 11 eth0, exists");
	play_expect_silence(&p);
}

Test(ports, a_bridge_made_again_gets_its_ports_back)
{
	start_host();
	play_port(&p, TAP, "tap0", "tun", 0);
	play_port(&p, NIC, "eth0", NULL, 0);
	play_gone(&p, BR0);
	ports_settle(p.ports);
	play_expect(&p, "waiting br*");
	play_expect(&p, "removed 10 tap0, exists");
	play_expect(&p, "removed 11 eth0, exists");
	play_bridge(&p, 30, "br0");
	play_port(&p, TAP, "tap0", "tun", 30);
	ports_settle(p.ports);
	play_expect(&p, "seen br0");
	play_expect(&p, "added 10 tap0: on 30, guest, forwarding");
	play_expect_silence(&p);
}

Test(ports, an_event_without_a_name_is_not_the_whole_link)
{
	start_host();
	play_wireless_event(&p, NIC);
	ports_settle(p.ports);
	play_expect_silence(&p);
}

/* ---- forwarding ---- */

Test(ports, spanning_tree_states_are_followed)
{
	start_host();
	play_port_state(&p, RTM_NEWLINK, TAP, BR0, BR_STATE_DISABLED);
	ports_settle(p.ports);
	play_expect(&p, "changed 10 tap0: on 2, guest, not forwarding");
	play_port_state(&p, RTM_NEWLINK, TAP, BR0, BR_STATE_BLOCKING);
	ports_settle(p.ports);
	play_expect_silence(&p);
	play_port_state(&p, RTM_NEWLINK, TAP, BR0, BR_STATE_LISTENING);
	ports_settle(p.ports);
	play_expect(&p, "changed 10 tap0: on 2, guest, not yet forwarding");
	play_port_state(&p, RTM_NEWLINK, TAP, BR0, BR_STATE_LEARNING);
	ports_settle(p.ports);
	play_expect_silence(&p);
	play_port_state(&p, RTM_NEWLINK, TAP, BR0, BR_STATE_FORWARDING);
	ports_settle(p.ports);
	play_expect(&p, "changed 10 tap0: on 2, guest, forwarding");
}

Test(ports, the_state_in_the_slave_data_counts_too)
{
	start_host();
	play_link(&p, (struct play_link){.ifindex = TAP,
					 .name = "tap0",
					 .kind = "tun",
					 .master = BR0,
					 .state = BR_STATE_BLOCKING});
	ports_settle(p.ports);
	play_expect(&p, "changed 10 tap0: on 2, guest, not forwarding");
}

Test(ports, nothing_is_forwarded_while_the_bridge_is_down)
{
	start_host();
	play_link(&p,
		  (struct play_link){.ifindex = BR0, .name = "br0", .kind = "bridge", .down = 1});
	ports_settle(p.ports);
	play_expect(&p, "changed 10 tap0: on 2, guest, not forwarding");
	play_expect(&p, "changed 11 eth0: on 2, uplink, not forwarding");
	play_expect_silence(&p);
}

/* ---- lost messages ---- */

Test(ports, a_resync_tells_differences_only_also_for_what_vanished)
{
	start_host();
	ports_resync_begin(p.ports);
	play_bridge(&p, BR0, "br0");
	play_port(&p, NIC, "eth0", NULL, BR0);
	play_port(&p, 12, "tap2", "tun", BR0);
	ports_resync_end(p.ports);
	ports_settle(p.ports);
	play_expect(&p, "removed 10 tap0, gone");
	play_expect(&p, "added 12 tap2: on 2, guest, forwarding");
	play_expect_silence(&p);
}

Test(ports, a_resync_in_which_all_is_the_same_is_silent)
{
	start_host();
	ports_resync_begin(p.ports);
	play_port(&p, TAP, "tap0", "tun", BR0);
	play_port(&p, NIC, "eth0", NULL, BR0);
	play_bridge(&p, BR0, "br0");
	ports_resync_end(p.ports);
	ports_settle(p.ports);
	play_expect_silence(&p);
}

Test(ports, thousands_of_ports)
{
	play_start(&p, "br0");
	p.quiet = true;
	play_bridge(&p, BR0, "br0");
	for (unsigned int i = 0; i < 4000; i++)
		play_port(&p, 100 + i, "many", "tun", BR0);
	ports_settle(p.ports);
	cr_assert_eq(p.told, 4001);
	ports_resync_begin(p.ports);
	ports_resync_end(p.ports);
	ports_settle(p.ports);
	cr_assert_eq(p.told, 4001 + 4000 + 1, "%zu", p.told); /* and the bridge is waited for */
	cr_assert_not(ports_is_port(p.ports, 100));
}
