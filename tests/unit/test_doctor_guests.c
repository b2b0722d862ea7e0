// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * garpd doctor: guests that cannot be heard. The machines of the tests have no card with virtual
 * functions, no DPDK and no Open vSwitch: what sysfs and the kernel answer there is recorded here.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "doctor_found.h"
#include "loader/doctor/guests.h"

static char root[64];
static struct link_details links[4];
static struct view_port port = {.ifindex = 2, .name = "br0", .port = {.role = ROLE_HOST}};
static struct view_note ovn = {
	.kind = VIEW_OVS, .name = "br-int", .text = "OVN's own bridge; not followed"};
static struct view view;
static struct guests_facts facts;

static void setup(void)
{
	links[0] = (struct link_details){.ifindex = 2, .name = "br0", .kind = "bridge"};
	links[1] = (struct link_details){.ifindex = 3, .name = "enp1s0f0"};
	links[2] = (struct link_details){.ifindex = 4, .name = "veth0", .kind = "veth", .lower = 2};
	links[3] = (struct link_details){.ifindex = 5, .name = "ovs-system", .kind = "openvswitch"};
	view = (struct view){.link = links, .links = 4, .port = &port, .port_count = 1};
	strcpy(root, "/tmp/garpd-unit.XXXXXX");
	cr_assert_not_null(mkdtemp(root));
}

static void end(void)
{
	char command[128];

	found_clear();
	guests_free(&facts);
	snprintf(command, sizeof(command), "rm -r %s", root);
	cr_assert_eq(system(command), 0);
}

TestSuite(doctor_guests, .init = setup, .fini = end);

/* Shell commands below the root, with `d DIR` to make a directory. */
static void record(const char *commands)
{
	char line[1024];

	snprintf(line, sizeof(line), "set -e; cd %s; d() { mkdir -p \"$1\"; }; %s", root, commands);
	cr_assert_eq(system(line), 0);
}

static void look(void)
{
	found_clear();
	guests_free(&facts);
	guests_read(&view, root, &facts);
	guests_judge(&facts, &found);
}

Test(doctor_guests, are_all_heard)
{
	static const char *const checks[] = {"macvtap",	   "sr_iov",	   "dpdk",
					     "vhost_user", "open_vswitch", "rate_limit"};

	record("d sys/class/net/enp1s0f0/device; echo 0 >sys/class/net/enp1s0f0/device/sriov_numvfs");
	look();
	for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++) {
		found_ok(checks[i], "host", "");
		found_count(checks[i], 1);
	}
}

Test(doctor_guests, have_a_macvtap)
{
	strcpy(links[2].kind, "macvtap");
	look();
	found_warn("macvtap", "veth0", "is on br0: its guest can object", "a tap in a bridge");
	links[2].lower = 3;
	look();
	found_warn("macvtap", "veth0", "is on enp1s0f0: its guest is not heard", "a tap in a");
	found_count("macvtap", 1);
}

/* mlx5 on Linux 6.1: two functions, one of them given to a guest. */
Test(doctor_guests, have_virtual_functions)
{
	record("d sys/bus/pci/drivers/mlx5_core; d sys/bus/pci/drivers/vfio-pci;"
	       "n=sys/class/net/enp1s0f0/device; d $n; echo 2 >$n/sriov_numvfs;"
	       "d $n/virtfn0; ln -s $PWD/sys/bus/pci/drivers/mlx5_core $n/virtfn0/driver;"
	       "d $n/virtfn1; ln -s $PWD/sys/bus/pci/drivers/vfio-pci $n/virtfn1/driver");
	look();
	found_warn("sr_iov", "enp1s0f0", "2 virtual functions, some with driver vfio-pci",
		   "garpd run --router IF");
	found_ok("dpdk", "host", "");
	record("rm sys/class/net/enp1s0f0/device/virtfn1/driver;"
	       "echo 1 >sys/class/net/enp1s0f0/device/sriov_numvfs");
	look();
	found_warn("sr_iov", "enp1s0f0", "1 virtual function: ", "garpd run --router IF");
}

/* What dpdk-devbind.py -b vfio-pci leaves of a card; and a disk, and a function of another card. */
Test(doctor_guests, have_a_card_of_dpdk)
{
	record("p=sys/bus/pci/drivers/vfio-pci; d $p/0000:01:00.0; d $p/0000:02:00.0;"
	       "d $p/0000:01:02.0/physfn; echo 0x020000 >$p/0000:01:00.0/class;"
	       "echo 0x010802 >$p/0000:02:00.0/class; echo 0x020000 >$p/0000:01:02.0/class");
	look();
	found_warn("dpdk", "0000:01:00.0", "driver vfio-pci", "dpdk-devbind.py -s");
	found_count("dpdk", 1);
}

/* qemu of libvirt 9, with its words as they are in /proc. */
Test(doctor_guests, have_a_vhost_user_interface)
{
	record("d proc/100; printf 'qemu\\0-name\\0guest=web-1,debug-threads=on\\0-netdev\\0"
	       "{\"type\":\"vhost-user\",\"chardev\":\"c\",\"id\":\"n\"}\\0' >proc/100/cmdline;"
	       "d proc/101; printf 'qemu\\0-name\\0web-2\\0-netdev\\0vhost-user,id=n,chardev=c\\0'"
	       " >proc/101/cmdline;"
	       "d proc/102; printf 'qemu\\0-netdev\\0tap,id=n,vhost=on\\0' >proc/102/cmdline;"
	       "d proc/103; printf 'virtiofsd\\0--vhost-user\\0-netdev' >proc/103/cmdline");
	look();
	found_warn("vhost_user", "web-1", "bypasses the kernel", "a tap in a bridge");
	found_warn("vhost_user", "web-2", "bypasses the kernel", "a tap in a bridge");
	found_count("vhost_user", 2);
}

Test(doctor_guests, are_on_open_vswitch)
{
	strcpy(links[2].slave_kind, "openvswitch");
	links[2].master = 5;
	look();
	found_warn("open_vswitch", "ovs-system", "1 port is of Open vSwitch", "ovs-vsctl show");
	port.ifindex = links[2].ifindex; /* one that is followed */
	look();
	found_ok("open_vswitch", "host", "");
	view.note = &ovn;
	view.notes = 1;
	look();
	found_warn("open_vswitch", "br-int", "OVN's own bridge", "OPEN VSWITCH");
	view.notes = 0;
}

/* A running garpd follows what the database has said: nobody is said to be unheard. */
Test(doctor_guests, are_on_open_vswitch_whose_database_is_away)
{
	struct view_note away = {.kind = VIEW_OVS_AWAY,
				 .name = "Open vSwitch",
				 .text = "its database cannot be read: it does not answer"};

	strcpy(links[2].slave_kind, "openvswitch");
	links[2].master = 5;
	view.note = &away;
	view.notes = 1;
	look();
	found_warn("open_vswitch", "Open vSwitch", "cannot be read",
		   "systemctl status ovsdb-server");
	found_count("open_vswitch", 1);
	view.notes = 0;
}
