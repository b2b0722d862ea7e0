// SPDX-License-Identifier: GPL-2.0-or-later
/* The names of guests in the database of Open vSwitch, by its own server and for the daemon. */
#include <stdio.h>
#include <string.h>

#include <criterion/criterion.h>

#include "leaks.h"
#include "loader/guests/parts.h"
#include "ovs_server.h"
#include "play_ovs.h"

/* ---- for the commands ---- */

static struct ovs_server server;
static char heard[256];

static void hear(void *ctx, __u32 ifindex, const __u8 mac[MAC_LEN], const char *name)
{
	size_t len = strlen(heard);

	snprintf(heard + len, sizeof(heard) - len, "%u %02x %s\n", ifindex, mac[5], name);
}

static void setup(void)
{
	ovs_server_make(&server);
	ovs_server_start(&server);
	ovs_vsctl(&server, "init -- add-br br0 -- add-port br0 tap1 -- add-port br0 tap2 "
			   "-- add-port br0 tap3 -- add-port br0 tap4 "
			   "-- set Interface tap1 ifindex=11 mac_in_use='\"02:00:00:00:00:0b\"' "
			   "external_ids:vm-name=web-1 "
			   "-- set Interface tap2 ifindex=12 mac_in_use='\"02:00:00:00:00:0c\"' "
			   "-- set Interface tap3 ifindex=13 external_ids:vm-name=no-mac "
			   "-- set Interface tap4 external_ids:vm-name=no-ifindex");
}

static void teardown(void)
{
	ovs_server_remove(&server);
	no_leaks();
}

Test(guests_ovs, the_commands_ask_the_database_of_the_configuration, .init = setup,
     .fini = teardown, .timeout = 30)
{
	char path[128];
	FILE *file;

	snprintf(path, sizeof(path), "%s/garpd.yaml", server.dir);
	file = fopen(path, "w");
	cr_assert(file);
	fprintf(file, "bridges: [br0]\novsdb: %s\n", server.socket);
	fclose(file);
	ovs_hear_names(path, hear, NULL);
	cr_assert_str_eq(heard, "11 0b web-1\n");
	ovs_server_stop(&server);
	ovs_hear_names(path, hear, NULL);
	cr_assert_str_eq(heard, "11 0b web-1\n", "it is away");
}

/* ---- for the daemon ---- */

#define OVS0 2
#define TAP  10

static struct play p;
static struct play_ovs ovs;

static void expect(const char *expected)
{
	char text[GUEST_TEXT_LEN];

	cr_assert_str_eq(ports_guest_text(p.ports, TAP, text), expected);
}

static void hear_tap(const char *name, const char *alias)
{
	play_link(&p, (struct play_link){.ifindex = TAP,
					 .name = name,
					 .kind = "tun",
					 .master = 1,
					 .slave_kind = "openvswitch",
					 .mac = TAP,
					 .alias = alias});
	ports_settle(p.ports);
}

Test(guests_ovs, the_daemon_knows_them_after_an_alias_and_a_number_of_proxmox)
{
	play_init(&p);
	p.quiet = true;
	play_start(&p, "ovs0");
	play_ovs_system(&p);
	play_ovs_device(&p, OVS0, "ovs0");
	hear_tap("tap0", NULL);
	expect("");
	play_ovs_local(&ovs, OVS0, "ovs0", NULL);
	play_ovs_port(&ovs, "ovs0",
		      (struct play_ovs_port){
			      TAP, "tap0", NULL,
			      "'external_ids': ['map', [['vm-id', '5fd1'], ['iface-id', '7']]]"});
	play_ovs_hear(&ovs, &p);
	expect("vm-id 5fd1");
	hear_tap("tap101i0", NULL);
	expect("VM 101");
	hear_tap("tap101i0", "web-1");
	expect("web-1");
	hear_tap("tap0", NULL);
	expect("vm-id 5fd1");
	play_end(&p);
	play_ovs_end(&ovs);
	no_leaks();
}
