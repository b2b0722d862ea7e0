// SPDX-License-Identifier: GPL-2.0-or-later
/* Bridges of Open vSwitch, which only its database knows: ports, VLANs, tunnels, what is noted. */
#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#include "leaks.h"
#include "play_ovs.h"

#define OVS0 2
#define OVS1 3
#define ETH0 4
#define TAP  10
#define VIF  11
#define QVB  12
#define QVO  13
#define QBR  14

static struct play p;
static struct play_ovs ovs;

static void start(void)
{
	play_init(&p);
}

static void end(void)
{
	play_end(&p);
	play_ovs_end(&ovs);
	no_leaks();
}

TestSuite(ports_ovs, .init = start, .fini = end);

/* ovs0 with a guest and a network card, known to the kernel only. */
static void start_links(void)
{
	play_start(&p, "ovs0");
	play_ovs_system(&p);
	play_ovs_link(&p, ETH0, "eth0", NULL, 0);
	play_ovs_link(&p, TAP, "tap0", "tun", 0);
	play_ovs_device(&p, OVS0, "ovs0");
	ports_settle(p.ports);
	play_expect(&p, "waiting ovs0");
	play_expect_silence(&p);
}

static void set_tap(const char *columns)
{
	play_ovs_port(&ovs, "ovs0", (struct play_ovs_port){TAP, "tap0", columns, NULL});
}

static void start_bridge(void)
{
	start_links();
	play_ovs_local(&ovs, OVS0, "ovs0", NULL);
	play_ovs_port(&ovs, "ovs0", (struct play_ovs_port){ETH0, "eth0", NULL, NULL});
	set_tap("'tag': 10");
	play_ovs_hear(&ovs, &p);
	play_expect(&p, "seen ovs0");
	play_expect(&p, "added 4 eth0: on 2, uplink, forwarding, 8100 pvid 0 vlans 0-4095");
	play_expect(&p, "added 10 tap0: on 2, guest, forwarding, 8100 pvid 10 vlans");
	play_expect_silence(&p);
}

Test(ports_ovs, its_ports_are_known_by_the_database)
{
	start_bridge();
	cr_assert(ports_is_vlan_aware(p.ports, OVS0));
	cr_assert(ports_is_guest(p.ports, TAP));
	play_ovs_delete(&ovs, "Port", "tap0");
	play_ovs_hear(&ovs, &p);
	play_expect(&p, "removed 10 tap0, exists");
	play_expect_silence(&p);
}

/* A reload frees the name of the socket before the first link of Open vSwitch is there. */
Test(ports_ovs, the_database_s_socket_is_that_of_the_start)
{
	char first[] = "/nowhere/first", second[] = "/nowhere/second";
	struct err why;

	p.config.ovsdb = first;
	play_start(&p, "ovs0");
	p.config.ovsdb = second;
	cr_assert_eq(ports_configure(p.ports, &p.config, NULL), 0);
	memset(first, 'x', strlen(first));
	memset(second, 'x', strlen(second));
	play_ovs_system(&p);
	cr_assert_eq(ports_look_at_ovs(p.ports, &why), -ENOTCONN);
	cr_assert_str_eq(why.text, "/nowhere/first: No such file or directory");
}

/* After a restart of the database, until the switch tells them again. */
Test(ports_ovs, ports_without_an_ifindex_are_known_by_their_names)
{
	start_bridge();
	play_ovs_row(&ovs, "Interface", "ovs0", "'type': 'internal'");
	play_ovs_row(&ovs, "Interface", "tap0", NULL);
	play_ovs_row(&ovs, "Interface", "eth0", NULL);
	play_ovs_hear(&ovs, &p);
	play_expect_silence(&p);
	play_ovs_row(&ovs, "Interface", "tap0", "'ifindex': 99");
	play_ovs_hear(&ovs, &p);
	play_expect(&p, "removed 10 tap0, exists");
	play_expect_silence(&p);
	cr_assert_not(ports_is_unknown(p.ports, TAP), "it is another one");
}

Test(ports_ovs, a_port_s_vlans_follow_its_mode)
{
	static const struct {
		const char *columns, *vlans;
	} modes[] = {
		{"'trunks': ['set', [10, 20]]", "0 vlans 10 20"},
		{"'vlan_mode': 'native-untagged', 'tag': 10, 'trunks': 20", "10 vlans 10 20"},
		{"", "0 vlans 0-4095"},
		{"'tag': 0", "0 vlans 0"},
		{"'tag': 20", "20 vlans"},
		{"'vlan_mode': 'native-tagged', 'tag': 10, 'trunks': 20", "10 vlans 10 20"},
	};

	start_bridge();
	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		set_tap(modes[i].columns);
		play_ovs_hear(&ovs, &p);
		play_expect(&p, "changed 10 tap0: on 2, guest, forwarding, 8100 pvid %s",
			    modes[i].vlans);
		play_expect_silence(&p);
	}
}

Test(ports_ovs, what_the_kernel_says_later_does_not_undo_it)
{
	start_bridge();
	play_ovs_link(&p, TAP, "tap0", "tun", 0);
	play_ovs_link(&p, ETH0, "eth0", NULL, 0);
	play_ovs_device(&p, OVS0, "ovs0");
	ports_settle(p.ports);
	play_expect_silence(&p);
	play_ovs_link(&p, TAP, "tap9", "tun", 0);
	ports_settle(p.ports);
	play_expect(&p, "renamed 10 tap0 to tap9");
	play_expect_silence(&p);
}

Test(ports_ovs, a_port_that_leaves_open_vswitch_is_none_though_the_database_has_it)
{
	start_bridge();
	play_port(&p, TAP, "tap0", "tun", 0);
	ports_settle(p.ports);
	play_expect(&p, "removed 10 tap0, exists");
	play_gone(&p, OVS0);
	ports_settle(p.ports);
	play_expect(&p, "waiting ovs0");
	play_expect(&p, "removed 4 eth0, exists");
	play_expect_silence(&p);
}

Test(ports_ovs, it_forwards_while_its_local_port_is_down)
{
	start_bridge();
	play_link(&p,
		  (struct play_link){
			  .ifindex = OVS0, .name = "ovs0", .kind = "openvswitch", .down = true});
	ports_settle(p.ports);
	play_expect_silence(&p);
}

static void hear_tap(const char *name, unsigned char mac, bool no_carrier)
{
	play_link(&p, (struct play_link){.ifindex = TAP,
					 .name = name,
					 .kind = "tun",
					 .master = 1,
					 .slave_kind = "openvswitch",
					 .mac = mac,
					 .no_carrier = no_carrier});
	ports_settle(p.ports);
}

Test(ports_ovs, a_port_forwards_as_its_link_and_the_spanning_tree_say)
{
	start_bridge();
	set_tap("'tag': 10, 'status': ['map', [['stp_state', 'learning']]]");
	play_ovs_hear(&ovs, &p);
	play_expect(&p, "changed 10 tap0: on 2, guest, not yet forwarding, 8100 pvid 10 vlans");
	set_tap("'tag': 10");
	play_ovs_hear(&ovs, &p);
	play_expect(&p, "changed 10 tap0: on 2, guest, forwarding, 8100 pvid 10 vlans");
	hear_tap("tap0", TAP, true);
	play_expect(&p, "changed 10 tap0: on 2, guest, not forwarding, 8100 pvid 10 vlans");
	hear_tap("tap0", TAP, false);
	play_expect(&p, "changed 10 tap0: on 2, guest, forwarding, 8100 pvid 10 vlans");
	/* The kernel tells first, and the database what it was. */
	play_ovs_port(&ovs, "ovs0",
		      (struct play_ovs_port){TAP, "tap0", "'tag': 10", "'link_state': 'down'"});
	play_ovs_hear(&ovs, &p);
	play_expect_silence(&p);
}

/* ---- which link it is ---- */

/* The ifindex that the database has may be one of another network namespace. */
Test(ports_ovs, a_link_with_that_ifindex_and_another_mac_is_another_one)
{
	static const char other[] = "'mac_in_use': '02:00:00:00:00:77'";

	start_links();
	play_ovs_local(&ovs, OVS0, "ovs0", NULL);
	play_ovs_port(&ovs, "ovs0", (struct play_ovs_port){TAP, "tap0", NULL, other});
	play_ovs_port(&ovs, "ovs0",
		      (struct play_ovs_port){ETH0, "eth0", NULL, "'mac_in_use': ['set', []]"});
	play_ovs_hear(&ovs, &p);
	play_expect(&p, "seen ovs0");
	play_expect_silence(&p);
}

Test(ports_ovs, nor_is_a_bridge_s_local_port_that_is_elsewhere)
{
	start_links();
	play_ovs_bridge(&ovs, "ovs0", NULL);
	play_ovs_port(
		&ovs, "ovs0",
		(struct play_ovs_port){OVS0, "ovs0", NULL,
				       "'type': 'internal', 'mac_in_use': '02:00:00:00:00:77'"});
	set_tap(NULL);
	play_ovs_hear(&ovs, &p);
	play_expect_silence(&p);
}

Test(ports_ovs, of_two_interfaces_with_an_ifindex_the_one_with_the_mac_is_here)
{
	start_links();
	play_ovs_local(&ovs, OVS0, "ovs0", NULL);
	play_ovs_port(
		&ovs, "ovs0",
		(struct play_ovs_port){TAP, "a", "'tag': 30", "'mac_in_use': '02:00:00:00:00:77'"});
	set_tap("'tag': 10");
	play_ovs_port(
		&ovs, "ovs0",
		(struct play_ovs_port){TAP, "z", "'tag': 40", "'mac_in_use': '02:00:00:00:00:78'"});
	play_ovs_hear(&ovs, &p);
	play_expect(&p, "seen ovs0");
	play_expect(&p, "added 10 tap0: on 2, guest, forwarding, 8100 pvid 10 vlans");
	play_expect_silence(&p);
}

Test(ports_ovs, a_known_link_may_be_renamed_and_have_another_mac)
{
	start_bridge();
	hear_tap("tap9", 0x66, false);
	play_expect(&p, "renamed 10 tap0 to tap9");
	play_expect_silence(&p);
	set_tap("'tag': 10"); /* it still tells the former MAC */
	play_ovs_hear(&ovs, &p);
	play_expect_silence(&p);
}

/* After a restart of both the database and garpd, until the switch has told. */
Test(ports_ovs, without_an_ifindex_a_link_that_was_not_known_stays_unknown)
{
	start_links();
	play_ovs_bridge(&ovs, "ovs0", NULL);
	play_ovs_port(&ovs, "ovs0", (struct play_ovs_port){0, "ovs0", NULL, "'type': 'internal'"});
	play_ovs_port(&ovs, "ovs0", (struct play_ovs_port){0, "tap0", NULL, NULL});
	play_ovs_hear(&ovs, &p);
	play_expect_silence(&p);
	cr_assert(ports_is_unknown(p.ports, TAP) && ports_is_unknown(p.ports, OVS0));
	cr_assert_not(ports_is_unknown(p.ports, ETH0), "it is not in the database");
	cr_assert_eq(p.known, 1, "eth0");
	play_ovs_local(&ovs, OVS0, "ovs0", NULL);
	set_tap("'tag': 10");
	play_ovs_hear(&ovs, &p);
	play_expect(&p, "seen ovs0");
	play_expect(&p, "added 10 tap0: on 2, guest, forwarding, 8100 pvid 10 vlans");
	play_expect_silence(&p);
	cr_assert_eq(p.known, 2);
}

Test(ports_ovs, an_internal_port_is_the_host_s_in_its_vlan)
{
	__u32 found[4];
	struct ports_segment at[2];

	p.hosts = true;
	play_start(&p, "ovs0");
	play_ovs_system(&p);
	play_ovs_device(&p, OVS0, "ovs0");
	play_ovs_device(&p, VIF, "vif10");
	play_link(&p,
		  (struct play_link){
			  .ifindex = 20, .name = "vl", .kind = "vlan", .lower = OVS0, .vlan = 10});
	play_ovs_local(&ovs, OVS0, "ovs0", NULL);
	play_ovs_port(&ovs, "ovs0",
		      (struct play_ovs_port){VIF, "vif10", "'tag': 10", "'type': 'internal'"});
	play_ovs_hear(&ovs, &p);
	play_expect(&p, "seen ovs0");
	play_expect(&p, "added 2 ovs0: on 2, host, forwarding, 8100 pvid 0 vlans 0-4095");
	play_expect(&p, "added 11 vif10: on 2, host, forwarding, 8100 pvid 10 vlans");
	play_expect_silence(&p);
	cr_assert_eq(ports_interface_segments(p.ports, VIF, at), 1);
	cr_assert(at[0].ifindex == OVS0 && at[0].vlan == 10);
	cr_assert_eq(ports_interface_segments(p.ports, OVS0, at), 1);
	cr_assert(at[0].ifindex == OVS0 && at[0].vlan == 0);
	cr_assert_eq(ports_segment_interfaces(p.ports, OVS0, 10, found, 4), 2);
	cr_assert(found[0] + found[1] == 20 + VIF);
	cr_assert_eq(ports_segment_interfaces(p.ports, OVS0, 0, found, 4), 1);
	cr_assert_eq(found[0], OVS0);
	cr_assert_eq(ports_segment_interfaces(p.ports, OVS0, 20, found, 4), 0);
}

/* What is behind it is elsewhere, also where the bridge of Open vSwitch is followed. */
Test(ports_ovs, an_internal_port_of_a_linux_bridge_is_an_uplink_there)
{
	play_start(&p, "*");
	play_ovs_system(&p);
	play_ovs_device(&p, OVS0, "ovs0");
	play_bridge(&p, QBR, "br0");
	play_ovs_local(&ovs, OVS0, "ovs0", NULL);
	play_ovs_port(&ovs, "ovs0",
		      (struct play_ovs_port){VIF, "int0", NULL, "'type': 'internal'"});
	play_link(&p, (struct play_link){.ifindex = VIF,
					 .name = "int0",
					 .kind = "openvswitch",
					 .mac = VIF,
					 .master = QBR,
					 .state = BR_STATE_FORWARDING});
	play_ovs_hear(&ovs, &p);
	play_expect(&p, "seen ovs0");
	play_expect(&p, "seen br0");
	play_expect(&p, "added 11 int0: on 14, uplink, forwarding");
	play_expect_silence(&p);
}

Test(ports_ovs, each_member_of_a_bond_is_an_uplink_whatever_its_kind)
{
	start_bridge();
	play_ovs_link(&p, 5, "veth5", "veth", 0);
	play_ovs_link(&p, 6, "veth6", "veth", 0);
	play_ovs_row(&ovs, "Interface", "veth5", "'ifindex': 5, 'mac_in_use': '02:00:00:00:00:05'");
	play_ovs_port(&ovs, "ovs0", (struct play_ovs_port){6, "veth6", NULL, NULL});
	play_ovs_row(&ovs, "Port", "veth6",
		     "'interfaces': ['set', [['uuid', 'veth5'], ['uuid', 'veth6']]]");
	play_ovs_hear(&ovs, &p);
	play_expect(&p, "added 5 veth5: on 2, uplink, forwarding, 8100 pvid 0 vlans 0-4095");
	play_expect(&p, "added 6 veth6: on 2, uplink, forwarding, 8100 pvid 0 vlans 0-4095");
	play_expect_silence(&p);
	play_link(&p, (struct play_link){.ifindex = 5,
					 .name = "veth5",
					 .kind = "veth",
					 .master = 1,
					 .slave_kind = "openvswitch",
					 .mac = 5,
					 .no_carrier = true});
	ports_settle(p.ports);
	play_ovs_link(&p, 5, "veth5", "veth", 0);
	ports_settle(p.ports);
	cr_assert(p.backs == 1 && p.back == 5 && p.back_bonded);
}

/* ---- tunnels and bonds ---- */

/* All tunnels of a kind have one device, whatever bridges they are on. */
Test(ports_ovs, a_tunnel_is_an_uplink_of_each_bridge_that_has_one)
{
	start_bridge();
	play_ovs_device(&p, OVS1, "ovs1");
	play_ovs_local(&ovs, OVS1, "ovs1", NULL);
	play_ovs_hear(&ovs, &p);
	p.config.bridges.name = (char *[]){"ovs*"};
	cr_assert_eq(ports_configure(p.ports, &p.config, NULL), 0);
	play_expect(&p, "seen ovs1");
	play_ovs_port(&ovs, "ovs1", (struct play_ovs_port){0, "vx0", NULL, "'type': 'geneve'"});
	play_ovs_hear(&ovs, &p);
	play_expect_silence(&p);
	play_ovs_link(&p, 20, "genev_sys_6081", "geneve", 0);
	ports_settle(p.ports);
	play_expect(&p, "added 20 genev_sys_6081: on 3 any 3, uplink, forwarding");
	play_ovs_port(&ovs, "ovs0",
		      (struct play_ovs_port){0, "vx1", "'tag': 10", "'type': 'geneve'"});
	play_ovs_hear(&ovs, &p);
	play_expect(&p, "changed 20 genev_sys_6081: on 2 any 2 any 3, uplink, forwarding");
	play_ovs_delete(&ovs, "Port", "vx0");
	play_ovs_hear(&ovs, &p);
	play_expect(&p, "changed 20 genev_sys_6081: on 2 any 2, uplink, forwarding");
	play_expect_silence(&p);
}

/* Claims in VLANs that the joint to the outer bridge does not carry are the inner bridge's own. */
Test(ports_ovs, a_tunnel_of_an_inner_bridge_is_in_the_vlans_that_end_there)
{
	play_names(&p.config.bridges, "br0", "ovs0");
	play_start_as_configured(&p);
	play_bridge(&p, QBR, "br0");
	play_port(&p, ETH0, "eth0", NULL, QBR);
	play_veth(&p, QVB, "veth12", QBR, QVO);
	play_ovs_system(&p);
	play_ovs_device(&p, OVS0, "ovs0");
	play_ovs_link(&p, QVO, "veth13", "veth", QVB);
	play_ovs_link(&p, 20, "gre_sys", "gretap", 0);
	play_ovs_local(&ovs, OVS0, "ovs0", NULL);
	play_ovs_port(&ovs, "ovs0", (struct play_ovs_port){QVO, "veth13", "'tag': 7", NULL});
	play_ovs_port(&ovs, "ovs0", (struct play_ovs_port){0, "gre", NULL, "'type': 'gre'"});
	play_ovs_hear(&ovs, &p);
	play_expect(&p, "seen br0");
	play_expect(&p, "joined ovs0 to br0 by veth13");
	play_expect(&p, "added 4 eth0: on 14, uplink, forwarding");
	play_expect(&p, "added 20 gre_sys: on 14 any 14 any 2, uplink, forwarding");
	play_expect_silence(&p);
}

/* The device of a tunnel has room for four segments. */
Test(ports_ovs, a_tunnel_of_more_bridges_than_there_is_room_for_is_noted)
{
	static const char *const names[] = {"ovs1", "ovs2", "ovs3", "ovs4"};

	start_bridge();
	play_ovs_link(&p, 20, "gre_sys", "gretap", 0);
	play_ovs_port(&ovs, "ovs0", (struct play_ovs_port){0, "gre", NULL, "'type': 'gre'"});
	for (unsigned int i = 0; i < 4; i++) {
		char name[8];

		snprintf(name, sizeof(name), "gre%u", i);
		play_ovs_device(&p, 30 + i, names[i]);
		play_ovs_local(&ovs, 30 + i, names[i], NULL);
		play_ovs_port(&ovs, names[i],
			      (struct play_ovs_port){0, name, NULL, "'type': 'gre'"});
	}
	play_ovs_hear(&ovs, &p);
	play_expect(&p, "added 20 gre_sys: on 2 any 2, uplink, forwarding");
	play_expect_silence(&p);
	p.config.bridges.name = (char *[]){"ovs*"};
	cr_assert_eq(ports_configure(p.ports, &p.config, NULL), 0);
	for (unsigned int i = 0; i < 4; i++)
		play_expect(&p, "seen %s", names[i]);
	play_expect(&p, "noted ovs4, tunnels");
	play_expect(&p, "changed 20 gre_sys: on 2 any 2 any 30 any 31 any 32, uplink, forwarding");
	play_expect_silence(&p);
}

static void set_bond(const char *columns)
{
	char port[256];

	snprintf(port, sizeof(port),
		 "'interfaces': ['set', [['uuid', 'veth5'], ['uuid', 'veth6']]]%s", columns);
	play_ovs_row(&ovs, "Port", "veth6", port);
	play_ovs_hear(&ovs, &p);
}

/* bond_check_admissibility(): the guests do not hear it. */
Test(ports_ovs, what_comes_back_ends_at_a_bond)
{
	start_bridge();
	play_ovs_link(&p, 5, "veth5", "veth", 0);
	play_ovs_link(&p, 6, "veth6", "veth", 0);
	play_ovs_port(&ovs, "ovs0", (struct play_ovs_port){6, "veth6", NULL, NULL});
	play_ovs_row(&ovs, "Interface", "veth5", "'ifindex': 5, 'mac_in_use': '02:00:00:00:00:05'");
	play_ovs_row(&ovs, "Interface", "veth6", "'ifindex': 6, 'mac_in_use': '02:00:00:00:00:06'");
	set_bond(", 'bond_mode': 'balance-slb'");
	play_expect(&p, "added 5 veth5: on 2, drops returned, uplink, forwarding, 8100 pvid 0 "
			"vlans 0-4095");
	play_expect(&p, "added 6 veth6: on 2, drops returned, uplink, forwarding, 8100 pvid 0 "
			"vlans 0-4095");
	set_bond(", 'bond_active_slave': '02:00:00:00:00:06'");
	play_expect(&p, "changed 6 veth6: on 2, uplink, forwarding, 8100 pvid 0 vlans 0-4095");
	set_bond(", 'bond_mode': 'balance-slb', 'lacp': 'active'");
	play_expect(&p, "changed 5 veth5: on 2, uplink, forwarding, 8100 pvid 0 vlans 0-4095");
	play_expect_silence(&p);
}

/* ---- what is not known yet ---- */

/* The hybrid plug, before the database has answered. */
Test(ports_ovs, linux_bridges_that_lead_to_it_are_unknown_with_their_ports)
{
	play_start(&p, "ovs0");
	play_ovs_system(&p);
	play_ovs_device(&p, OVS0, "ovs0");
	play_bridge(&p, QBR, "qbr1");
	play_port(&p, TAP, "tap0", "tun", QBR);
	play_veth(&p, QVB, "qvb1", QBR, QVO);
	play_ovs_link(&p, QVO, "qvo1", "veth", QVB);
	play_bridge(&p, 20, "br20"); /* behind qbr1 */
	play_veth(&p, 21, "veth21", 20, 22);
	play_veth(&p, 22, "veth22", QBR, 21);
	play_port(&p, 23, "tap23", "tun", 20);
	play_bridge(&p, 30, "br30"); /* for itself */
	play_port(&p, 31, "tap31", "tun", 30);
	ports_settle(p.ports);
	play_expect(&p, "waiting ovs0");
	for (unsigned int ifindex = 20; ifindex <= 23; ifindex++)
		cr_assert(ports_is_unknown(p.ports, ifindex), "%u", ifindex);
	cr_assert(ports_is_unknown(p.ports, TAP) && ports_is_unknown(p.ports, QBR));
	cr_assert(ports_is_unknown(p.ports, QVB) && ports_is_unknown(p.ports, QVO));
	cr_assert_not(ports_is_unknown(p.ports, 30) || ports_is_unknown(p.ports, 31));
	cr_assert(ports_may_join(p.ports, QVB) && ports_may_join(p.ports, 21));
	cr_assert_not(ports_may_join(p.ports, TAP) || ports_may_join(p.ports, 31));
	play_gone(&p, TAP);
	ports_settle(p.ports);
	play_expect(&p, "removed 10 tap0, gone"); /* a former daemon may have attached to it */
	play_expect_silence(&p);
	play_ovs_local(&ovs, OVS0, "ovs0", NULL);
	play_ovs_port(&ovs, "ovs0", (struct play_ovs_port){QVO, "qvo1", "'tag': 7", NULL});
	play_ovs_hear(&ovs, &p);
	cr_assert_not(ports_is_unknown(p.ports, QBR) || ports_is_unknown(p.ports, 23));
	cr_assert_eq(p.known, 1);
}

/* What could not be added meanwhile is added once it is known, though nothing of it changes. */
Test(ports_ovs, what_was_refused_while_unknown_is_added_when_it_is_known)
{
	play_start(&p, "qbr1");
	play_ovs_system(&p);
	play_bridge(&p, QBR, "qbr1");
	play_port(&p, TAP, "tap0", "tun", QBR);
	play_veth(&p, QVB, "qvb1", QBR, QVO);
	play_ovs_link(&p, QVO, "qvo1", "veth", QVB);
	p.refuses = true;
	ports_settle(p.ports);
	play_expect(&p, "seen qbr1");
	play_expect(&p, "added 10 tap0: on 14, guest, forwarding");
	play_expect(&p, "added 12 qvb1: on 14, uplink, forwarding");
	p.refuses = false;
	play_ovs_bridge(&ovs, "other", NULL);
	play_ovs_hear(&ovs, &p);
	play_expect(&p, "added 10 tap0: on 14, guest, forwarding");
	play_expect(&p, "added 12 qvb1: on 14, uplink, forwarding");
	play_expect_silence(&p);
}

/* ---- what is not followed ---- */

Test(ports_ovs, ovn_s_own_bridge_is_left_alone_unless_told)
{
	start_links();
	play_ovs_local(&ovs, OVS0, "ovs0", NULL);
	set_tap("'tag': 10");
	play_ovs_row(&ovs, "Open_vSwitch", "o",
		     "'external_ids': ['map', [['ovn-remote', 'ssl:x'], ['ovn-bridge', 'ovs0']]]");
	play_ovs_hear(&ovs, &p);
	play_expect(&p, "noted ovs0, ovn");
	play_expect_silence(&p);
	play_ovs_hear(&ovs, &p);
	play_expect_silence(&p);
	p.config.ovn = 1;
	cr_assert_eq(ports_configure(p.ports, &p.config, NULL), 0);
	play_expect(&p, "seen ovs0");
	play_expect(&p, "added 10 tap0: on 2, guest, forwarding, 8100 pvid 10 vlans");
	play_expect_silence(&p);
}

Test(ports_ovs, a_userspace_datapath_is_out_of_reach)
{
	start_links();
	play_ovs_local(&ovs, OVS0, "ovs0", "'datapath_type': 'netdev'");
	set_tap(NULL);
	play_ovs_hear(&ovs, &p);
	play_expect(&p, "noted ovs0, userspace");
	play_expect_silence(&p);
}

Test(ports_ovs, tunnels_dot1q_tunnels_and_ports_elsewhere_are_noted_once)
{
	start_bridge();
	play_ovs_port(&ovs, "ovs0", (struct play_ovs_port){0, "vx0", NULL, "'type': 'stt'"});
	play_ovs_port(&ovs, "ovs0",
		      (struct play_ovs_port){0, "dhcp", NULL, "'type': 'internal', 'ifindex': 0"});
	set_tap("'tag': 10, 'vlan_mode': 'dot1q-tunnel'");
	play_ovs_hear(&ovs, &p);
	play_expect(&p, "noted ovs0, tunnels");
	play_expect(&p, "noted ovs0, elsewhere");
	play_expect(&p, "noted tap0, dot1q");
	play_expect(&p, "removed 10 tap0, exists");
	play_ovs_hear(&ovs, &p);
	play_expect_silence(&p);
}

Test(ports_ovs, what_the_database_has_not_told_of_is_unknown)
{
	start_links();
	cr_assert(ports_is_unknown(p.ports, TAP));
	cr_assert(ports_is_ovs(p.ports, OVS0));
	play_ovs_row(&ovs, "Bridge", "other", NULL);
	play_ovs_hear(&ovs, &p);
	cr_assert_not(ports_is_unknown(p.ports, TAP));
}
