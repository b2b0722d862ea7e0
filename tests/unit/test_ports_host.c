// SPDX-License-Identifier: GPL-2.0-or-later
/* The bridge's own device, which is a port of its own kind. */
#include <criterion/criterion.h>
#include <linux/if_ether.h>

#include "play_links.h"

#define BR0 2
#define TAP 10

static struct play p;

static void start(void)
{
	play_init(&p);
	p.hosts = true;
}

static void end(void)
{
	play_end(&p);
}

TestSuite(ports_host, .init = start, .fini = end);

static void start_bridge(void)
{
	play_start(&p, "br0");
	play_bridge(&p, BR0, "br0");
	ports_settle(p.ports);
	play_expect(&p, "seen br0");
	play_expect(&p, "added 2 br0: on 2, host, forwarding");
	play_expect_silence(&p);
}

Test(ports_host, it_forwards_while_the_bridge_is_up)
{
	start_bridge();
	play_link(&p, (struct play_link){
			      .ifindex = BR0, .name = "br0", .kind = "bridge", .down = true});
	ports_settle(p.ports);
	play_expect(&p, "changed 2 br0: on 2, host, not forwarding");
	play_gone(&p, BR0);
	ports_settle(p.ports);
	play_expect(&p, "removed 2 br0, gone");
	play_expect(&p, "waiting br0");
	play_expect_silence(&p);
}

Test(ports_host, its_vlans_are_those_of_the_bridges_own_entry)
{
	static const struct bridge_vlan_info own[] = {
		{.vid = 10, .flags = BRIDGE_VLAN_INFO_PVID | BRIDGE_VLAN_INFO_UNTAGGED},
		{.vid = 20},
	};

	start_bridge();
	play_link(&p,
		  (struct play_link){
			  .ifindex = BR0, .name = "br0", .kind = "bridge", .vlan_filtering = 1});
	ports_settle(p.ports);
	play_expect(&p, "changed 2 br0: on 2, host, forwarding, 8100 pvid 0 vlans");
	play_own_vlans(&p, BR0, own, 2);
	ports_settle(p.ports);
	play_expect(&p, "changed 2 br0: on 2, host, forwarding, 8100 pvid 10 vlans 10 20");
	play_expect_silence(&p);
}

/* It is no port of the bridge where the bridge itself is asked for its ports. */
Test(ports_host, it_is_no_guest_and_no_uplink)
{
	start_bridge();
	cr_assert(ports_is_port(p.ports, BR0));
	cr_assert_not(ports_is_guest(p.ports, BR0));
	cr_assert_not(ports_has_neigh_suppress(p.ports, BR0));
}

Test(ports_host, a_router_port_that_becomes_a_bridge_of_ours_is_attached_anew)
{
	struct config mine = {};

	play_names(&p.config.routers, "br0", NULL);
	play_start_as_configured(&p);
	play_bridge(&p, BR0, "br0");
	ports_settle(p.ports);
	play_expect(&p, "added 2 br0: on 2, router 0, forwarding");
	play_names(&mine.bridges, "br0", NULL);
	cr_assert_eq(ports_configure(p.ports, &mine, NULL), 0);
	play_expect(&p, "seen br0");
	play_expect(&p, "removed 2 br0, exists");
	play_expect(&p, "added 2 br0: on 2, host, forwarding");
	cr_assert_eq(ports_configure(p.ports, &p.config, NULL), 0);
	play_expect(&p, "removed 2 br0, exists");
	play_expect(&p, "added 2 br0: on 2, router 0, forwarding");
	play_expect_silence(&p);
}
