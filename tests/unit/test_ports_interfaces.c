// SPDX-License-Identifier: GPL-2.0-or-later
/* The host's own interfaces in each segment: who asks guests there. */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <linux/if_arp.h>
#include <linux/if_ether.h>

#include "play_links.h"

#define BR    2
#define BR_10 3
#define ETH   4
#define ETH_7 5
#define TAP   10

static struct play p;
static char heard[512];

static void start(void)
{
	play_init(&p);
	p.quiet = true;
	play_names(&p.config.routers, "eth*", NULL);
	play_start(&p, "br0");
}

static void end(void)
{
	play_end(&p);
}

TestSuite(ports_interfaces, .init = start, .fini = end);

/* "IFINDEX in SEGMENT.VLAN MAC'S LAST BYTE[ router];" */
static int on_interface(void *ctx, const struct ports_interface *interface)
{
	snprintf(heard + strlen(heard), sizeof(heard) - strlen(heard), "%u in %u.%u %02x%s;",
		 interface->ifindex, interface->at.ifindex, interface->at.vlan, interface->mac[5],
		 interface->is_router ? " router" : "");
	return ctx ? -ENOMEM : 0;
}

static void expect_heard(const char *text)
{
	ports_settle(p.ports);
	heard[0] = '\0';
	cr_assert_eq(ports_hear_interfaces(p.ports, on_interface, NULL), 0);
	cr_assert_str_eq(heard, text);
}

static void link_with_mac(unsigned int ifindex, const char *name, const char *kind,
			  unsigned int lower, unsigned short vlan, unsigned char mac)
{
	play_link(&p, (struct play_link){.ifindex = ifindex,
					 .name = name,
					 .kind = kind,
					 .lower = lower,
					 .vlan = vlan,
					 .mac = mac});
}

Test(ports_interfaces, a_bridge_and_its_vlan_device_each_with_its_mac)
{
	link_with_mac(BR, "br0", "bridge", 0, 0, 0xb0);
	link_with_mac(BR_10, "br0.10", "vlan", BR, 10, 0xb1);
	play_port(&p, TAP, "tap0", "tun", BR);
	expect_heard("2 in 2.0 b0;3 in 2.10 b1;");
	link_with_mac(BR, "br0", "bridge", 0, 0, 0xb2);
	expect_heard("2 in 2.0 b2;3 in 2.10 b1;");
	play_gone(&p, BR_10);
	expect_heard("2 in 2.0 b2;");
}

Test(ports_interfaces, a_vlan_aware_bridge_is_in_its_own_vlan)
{
	static const struct bridge_vlan_info own[] = {{.vid = 7, .flags = BRIDGE_VLAN_INFO_PVID}};

	play_link(&p, (struct play_link){.ifindex = BR,
					 .name = "br0",
					 .kind = "bridge",
					 .vlan_filtering = 1,
					 .vlan_proto = ETH_P_8021Q,
					 .mac = 0xb0});
	play_own_vlans(&p, BR, own, 1);
	expect_heard("2 in 2.7 b0;");
}

/* Both match: eth1.7 is a segment by itself, and the host's interface in VLAN 7 of eth1. */
Test(ports_interfaces, a_router_port_and_its_vlan_device)
{
	link_with_mac(ETH, "eth1", NULL, 0, 0, 0xe0);
	link_with_mac(ETH_7, "eth1.7", "vlan", ETH, 7, 0xe1);
	expect_heard("4 in 4.0 e0 router;5 in 5.0 e1 router;5 in 4.7 e1 router;");
}

Test(ports_interfaces, none_of_other_bridges_nor_without_a_mac)
{
	link_with_mac(BR, "lxcbr0", "bridge", 0, 0, 0xb0);
	link_with_mac(BR_10, "lxcbr0.10", "vlan", BR, 10, 0xb1);
	play_link(&p, (struct play_link){.ifindex = ETH, .name = "eth1", .type = ARPHRD_NONE});
	expect_heard("");
}

Test(ports_interfaces, an_error_ends_it)
{
	link_with_mac(BR, "br0", "bridge", 0, 0, 0xb0);
	link_with_mac(BR_10, "br0.10", "vlan", BR, 10, 0xb1);
	ports_settle(p.ports);
	heard[0] = '\0';
	cr_assert_eq(ports_hear_interfaces(p.ports, on_interface, &p), -ENOMEM);
	cr_assert_str_eq(heard, "2 in 2.0 b0;");
}
