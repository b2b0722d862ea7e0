// SPDX-License-Identifier: GPL-2.0-or-later
/* garpd doctor: the configuration against the host. */
#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#include "doctor_found.h"
#include "loader/doctor/configured.h"

#define FILE_NAME "/etc/garpd.yaml"

static struct faults faults;
static struct configured_name names[2];
static struct configured_own own;
static struct configured_facts facts;

static void setup(void)
{
	names[0] = (struct configured_name){.key = "bridges",
					    .name = "br0",
					    .matches = 1,
					    .first = "br0",
					    .bridges = 1,
					    .guests = 3,
					    .uplinks = 1};
	names[1] = (struct configured_name){
		.key = "uplinks", .name = "eno*", .matches = 2, .first = "eno1"};
	cr_assert_eq(addr_parse("192.0.2.7", &own.addr), 0);
	strcpy(own.interface, "br0");
	facts = (struct configured_facts){.file = FILE_NAME,
					  .usual = FILE_NAME,
					  .bridge = "br0",
					  .faults = &faults,
					  .declared = 2,
					  .name = names,
					  .names = 2,
					  .own = &own};
}

static void end(void)
{
	found_clear();
	faults_free(&faults);
}

TestSuite(doctor_configured, .init = setup, .fini = end);

static void judge(void)
{
	found_clear();
	configured_judge(&facts, &found);
}

Test(doctor_configured, is_as_it_should_be)
{
	judge();
	found_ok("config", FILE_NAME, "2 declared addresses");
	found_ok("bridge", "br0", "3 guests, 1 uplink");
	found_ok("pattern", FILE_NAME, "its 1 name");
	found_ok("own_address", FILE_NAME, "none of the declared");
}

Test(doctor_configured, is_not_there)
{
	facts.file = NULL;
	facts.names = 0;
	facts.declared = 0;
	judge();
	found_warn("config", FILE_NAME, "every bridge", "echo 'bridges: [br0]' >" FILE_NAME);
	facts.bridge[0] = '\0';
	judge();
	found_warn("config", FILE_NAME, "nor is a bridge", "routers: [eth1]");
	facts.is_running = true;
	judge();
	found_ok("config", FILE_NAME, "without a file");
}

Test(doctor_configured, has_errors)
{
	faults_add(&faults, 2, "unknown key \"mod\"");
	facts.err = -EINVAL;
	judge();
	found_fail("config", FILE_NAME, "line 2: unknown key", "garpd check " FILE_NAME);
	faults_add(&faults, 4, "not an address");
	judge();
	found_count("config", 2);
	faults_free(&faults);
	err_set(&facts.why, -EACCES, FILE_NAME ": cannot be opened; be root");
	judge();
	found_fail("config", FILE_NAME, "cannot be opened", "be root");
}

static int on_guarded(void *ctx, const struct addr *addr, enum host_address why)
{
	return 0;
}

static void on_unguarded(void *ctx, const struct addr *addr)
{
}

static void on_settled(void *ctx)
{
}

/* Its local port is usually down, and its ports forward. */
Test(doctor_configured, bridge_of_open_vswitch_is_one)
{
	static const struct host_ops ops = {on_guarded, on_unguarded, on_settled};
	struct link_details link = {.ifindex = 2, .name = "ovs0", .kind = "openvswitch"};
	struct view_port port = {.ifindex = 2, .port = {.segment = 2, .role = ROLE_HOST}};
	struct view view = {.link = &link, .links = 1, .port = &port, .port_count = 1};
	struct doctor doctor = {.view = &view, .file = FILE_NAME};
	struct err why;

	config_init(&doctor.config);
	cr_assert_eq(host_new(&view.host, &ops, NULL), 0);
	cr_assert_eq(config_set_flag(&doctor.config, "bridge", "ovs0", &why), 0);
	cr_assert_eq(configured_read(&doctor, &facts), 0);
	judge();
	found_ok("bridge", "ovs0", "0 guests");
	configured_free(&facts);
	host_close(view.host);
	config_free(&doctor.config);
}

Test(doctor_configured, bridge_is_none)
{
	names[0].downs = 1;
	strcpy(names[0].down, "br0");
	judge();
	found_fail("bridge", "br0", "br0 is down", "ip link set br0 up");
	names[0].bridges = 0;
	judge();
	found_fail("bridge", "br0", "no Linux bridge", "routers:");
	names[0].matches = 0;
	judge();
	found_warn("bridge", "br0", "waits for it", "ip -br link");
	names[0].is_operand = true;
	judge();
	found_warn("bridge", "br0", "not in bridges:", "add it to bridges:");
}

Test(doctor_configured, router_cannot_be_one)
{
	names[0] = (struct configured_name){
		.key = "routers", .name = "eth1", .matches = 1, .first = "eth1"};
	judge();
	found_ok("router", "eth1", "is there");
	strcpy(names[0].refused, "member of a bridge; name that");
	judge();
	found_fail("router", "eth1", "member of a bridge", "name that");
	names[0].matches = 0;
	judge();
	found_warn("router", "eth1", "waits for it", "ip -br link");
}

Test(doctor_configured, name_matches_nothing)
{
	names[1].matches = 0;
	judge();
	found_warn("pattern", "eno*", "uplinks: nothing", "ip -br link");
	found_count("pattern", 1);
}

Test(doctor_configured, host_has_a_declared_address)
{
	facts.owns = 1;
	judge();
	found_fail("own_address", "192.0.2.7", "br0 of this host",
		   "from br0: ip addr show to 192.0.2.7");
	found_count("own_address", 1);
}
