// SPDX-License-Identifier: GPL-2.0-or-later
/* The database of Open vSwitch, by its own server: what is read, what is followed, what is lost. */
#include <errno.h>
#include <string.h>

#include <criterion/criterion.h>

#include "leaks.h"
#include "loader/ovs/ovsdb.h"
#include "ovs_server.h"

static struct ovs_server server;
static sd_event *event;
static struct ovsdb *ovsdb;
static unsigned int changes, losses;
static struct err lost_why;

static void on_changed(void *ctx)
{
	changes++;
}

static void on_lost(void *ctx, const struct err *why)
{
	losses++;
	lost_why = *why;
}

static const struct ovsdb_ops ops = {.changed = on_changed, .lost = on_lost};

static void setup(void)
{
	cr_assert_geq(sd_event_new(&event), 0);
	ovs_server_make(&server);
	ovs_server_start(&server);
	ovs_vsctl(&server, "init");
}

static void teardown(void)
{
	ovsdb_close(ovsdb);
	sd_event_unref(event);
	ovs_server_remove(&server);
	no_leaks();
}

TestSuite(ovsdb, .init = setup, .fini = teardown, .timeout = 30);

static void follow(void)
{
	struct err why;

	cr_assert_eq(ovsdb_open(&ovsdb, event, server.socket, OVSDB_PATIENCE_MS, &ops, NULL, &why),
		     0, "%s", why.text);
}

/* Runs the loop until *count is that, or `ms` have passed. */
static bool await(const unsigned int *count, unsigned int wanted, unsigned int ms)
{
	uint64_t now, until;

	sd_event_now(event, CLOCK_MONOTONIC, &now);
	until = now + ms * 1000ull;
	while (*count < wanted && now < until) {
		cr_assert_geq(sd_event_run(event, until - now), 0);
		sd_event_now(event, CLOCK_MONOTONIC, &now);
	}
	return *count >= wanted;
}

static const struct ovs_interface *find(const char *name)
{
	const struct ovs_interface *found = ovs_tables_named(ovsdb_tables(ovsdb), name);

	cr_assert(found, "no %s", name);
	return found;
}

Test(ovsdb, what_is_there_is_known_when_it_is_opened)
{
	ovs_vsctl(&server, "add-br br0 -- add-port br0 tap1 tag=10 -- set Interface tap1 "
			   "ifindex=7 external_ids:vm-id=5fd1");
	follow();
	cr_assert(ovsdb_is_connected(ovsdb));
	cr_assert_eq(ovsdb_tables(ovsdb)->bridges, 1);
	cr_assert_eq(ovs_tables_find(ovsdb_tables(ovsdb), 7), find("tap1"));
	cr_assert_str_eq(find("tap1")->bridge->name, "br0");
	cr_assert_str_eq(find("tap1")->guest, "5fd1");
	cr_assert_eq(find("tap1")->mode, OVS_ACCESS);
	cr_assert_eq(find("tap1")->tag, 10);
	cr_assert(find("br0")->is_local);
	cr_assert_eq(find("br0")->kind, OVS_INTERNAL);
	cr_assert_eq(changes, 0, "it was read, not reported");
}

Test(ovsdb, changes_are_followed)
{
	ovs_vsctl(&server, "add-br br0 -- add-port br0 tap1 tag=10");
	follow();
	ovs_vsctl(&server, "set Port tap1 tag=20");
	cr_assert(await(&changes, 1, 5000));
	cr_assert_eq(find("tap1")->tag, 20);
	ovs_vsctl(&server, "del-port br0 tap1");
	cr_assert(await(&changes, 2, 5000));
	cr_assert_null(ovs_tables_named(ovsdb_tables(ovsdb), "tap1"));
	ovs_vsctl(&server, "add-br br1");
	cr_assert(await(&changes, 3, 5000));
	cr_assert_eq(ovsdb_tables(ovsdb)->bridges, 2);
	ovs_vsctl(&server, "del-br br0");
	cr_assert(await(&changes, 4, 5000));
	cr_assert_eq(ovsdb_tables(ovsdb)->bridges, 1);
	cr_assert_str_eq(ovsdb_tables(ovsdb)->bridge[0].name, "br1");
}

Test(ovsdb, what_does_not_matter_wakes_nobody)
{
	ovs_vsctl(&server, "add-br br0");
	follow();
	ovs_vsctl(&server, "set Interface br0 mtu_request=1400 statistics:rx_packets=7");
	ovs_vsctl(&server, "set Port br0 tag=5");
	cr_assert(await(&changes, 1, 5000));
	cr_assert_eq(find("br0")->tag, 5, "the first report is of the second change");
}

Test(ovsdb, what_it_said_last_holds_while_it_is_away)
{
	ovs_vsctl(&server, "add-br br0 -- add-port br0 tap1 tag=10");
	follow();
	ovs_server_stop(&server);
	cr_assert(await(&losses, 1, 5000));
	cr_assert_str_eq(lost_why.text, "it closed the connection");
	cr_assert_not(ovsdb_is_connected(ovsdb));
	cr_assert_eq(find("tap1")->tag, 10);
	cr_assert_eq(changes, 0);
	ovs_server_start(&server);
	ovs_vsctl(&server, "set Port tap1 tag=30");
	cr_assert(await(&changes, 1, 10000));
	cr_assert_eq(find("tap1")->tag, 30);
	cr_assert(ovsdb_is_connected(ovsdb));
	cr_assert_eq(losses, 1, "said once");
}

Test(ovsdb, it_may_come_later)
{
	ovs_server_stop(&server);
	follow();
	cr_assert_not(ovsdb_is_connected(ovsdb));
	cr_assert_null(ovsdb_tables(ovsdb));
	cr_assert_str_eq(ovsdb_why(ovsdb)->text, "No such file or directory");
	cr_assert_not(await(&losses, 1, 500), "ovsdb_open() has told");
	ovs_server_start(&server);
	cr_assert(await(&changes, 1, 10000));
	cr_assert_eq(ovsdb_tables(ovsdb)->bridges, 0);
}

/* After 2.2 s the server asks; 1 s later it drops a connection without an answer. */
Test(ovsdb, echo_requests_are_answered)
{
	ovs_vsctl(&server,
		  "-- --id=@m create Manager 'target=\"punix:%s/echo.sock\"' "
		  "inactivity_probe=1000 -- set Open_vSwitch . manager_options=@m",
		  server.dir);
	snprintf(server.socket, sizeof(server.socket), "unix:%s/echo.sock", server.dir);
	follow();
	/* Its socket may not be there yet. */
	cr_assert(ovsdb_is_connected(ovsdb) || await(&changes, 1, 5000));
	losses = 0; /* do not count a first attempt that came too early */
	cr_assert_not(await(&losses, 1, 4000), "%s", lost_why.text);
}

Test(ovsdb, a_path_that_is_too_long_is_refused)
{
	char path[300];
	struct err why;

	memset(path, 'x', sizeof(path) - 1);
	path[sizeof(path) - 1] = '\0';
	cr_assert_eq(ovsdb_open(&ovsdb, event, path, 0, &ops, NULL, &why), -EINVAL);
	cr_assert_null(ovsdb);
}
