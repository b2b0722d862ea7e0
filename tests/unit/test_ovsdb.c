// SPDX-License-Identifier: GPL-2.0-or-later
/* The database of Open vSwitch, by its own server: what is read, what is followed, what is lost. */
#include <errno.h>
#include <string.h>

#include <criterion/criterion.h>

#include "failing.h"
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

/* As ops, and impatient. */
static const struct ovsdb_ops probing = {
	.changed = on_changed, .lost = on_lost, .probe_usec = 300000};

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
	size_t count;

	ovs_vsctl(&server, "add-br br0 -- add-port br0 tap1 tag=10 -- set Interface tap1 "
			   "ifindex=7 external_ids:vm-id=5fd1");
	follow();
	cr_assert(ovsdb_is_connected(ovsdb));
	cr_assert_eq(ovsdb_tables(ovsdb)->bridges, 1);
	cr_assert_eq(ovs_tables_find(ovsdb_tables(ovsdb), 7, &count), find("tap1"));
	cr_assert_eq(count, 1);
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

/* ---- a server that does not answer ---- */

static void open_probing(unsigned int wait_ms)
{
	struct err why;

	cr_assert_eq(ovsdb_open(&ovsdb, event, server.socket, wait_ms, &probing, NULL, &why), 0);
}

Test(ovsdb, one_that_takes_connections_and_never_answers_is_away)
{
	ovs_server_freeze(&server);
	open_probing(0);
	cr_assert(await(&losses, 1, 5000));
	cr_assert_str_eq(lost_why.text, "it does not answer");
	cr_assert_not(await(&changes, 1, 1000), "connected again, with no answer either");
	cr_assert_eq(losses, 1, "said once");
	ovs_server_thaw(&server);
	cr_assert(await(&changes, 1, 10000));
	cr_assert(ovsdb_is_connected(ovsdb));
}

Test(ovsdb, one_that_stops_answering_is_away_and_what_it_said_holds)
{
	ovs_vsctl(&server, "add-br br0 -- add-port br0 tap1 tag=10");
	open_probing(OVSDB_PATIENCE_MS);
	ovs_server_freeze(&server);
	cr_assert(await(&losses, 1, 5000));
	cr_assert_str_eq(lost_why.text, "it does not answer");
	cr_assert_eq(find("tap1")->tag, 10);
	ovs_server_thaw(&server);
	cr_assert(await(&changes, 1, 10000));
	cr_assert_eq(find("tap1")->tag, 10);
}

Test(ovsdb, one_that_answers_echo_requests_is_there_though_nothing_changes)
{
	open_probing(OVSDB_PATIENCE_MS);
	cr_assert_not(await(&losses, 1, 2000), "%s", lost_why.text);
	ovs_vsctl(&server, "add-br br0");
	cr_assert(await(&changes, 1, 5000));
}

/* ---- memory that runs out ---- */

/* One of `changes` and `losses` is another one, within five seconds. */
static void await_either(void)
{
	unsigned int before = changes + losses;
	uint64_t now, until;

	sd_event_now(event, CLOCK_MONOTONIC, &now);
	until = now + 5000000;
	while (changes + losses == before && now < until) {
		cr_assert_geq(sd_event_run(event, until - now), 0);
		sd_event_now(event, CLOCK_MONOTONIC, &now);
	}
	cr_assert_neq(changes + losses, before);
}

/* Sets tag, of which it may hear; what was is there until it has. True: it was lost. */
static bool change_fails(unsigned int tag, void (*fail_after)(size_t count), size_t count)
{
	unsigned int lost = losses, was = find("tap1")->tag;

	ovs_vsctl(&server, "set Port tap1 tag=%u", tag);
	fail_after(count);
	await_either();
	fail_after(FAILING_NEVER);
	if (losses == lost) {
		cr_assert_eq(find("tap1")->tag, tag);
		return false;
	}
	/* Where jansson cannot store a token whole, it takes it for a wrong one. */
	cr_assert(strcmp(lost_why.text, "Cannot allocate memory") == 0 ||
			  strcmp(lost_why.text, "Bad message") == 0,
		  "%zu: %s", count, lost_why.text);
	cr_assert_eq(find("tap1")->tag, was);
	await_either();
	cr_assert_eq(find("tap1")->tag, tag, "it was not read again");
	return true;
}

Test(ovsdb, without_memory_for_what_changes_nothing_is_forgotten_and_it_is_read_again)
{
	unsigned int tag = 10;
	size_t count = 1;

	ovs_vsctl(&server, "add-br br0 -- add-port br0 tap1 tag=10");
	follow();
	cr_assert(change_fails(++tag, failing_json_after, 0));
	while (change_fails(++tag, failing_json_after, count))
		count *= 2;
	cr_assert_gt(count, 8, "it failed in the message only");
}

Test(ovsdb, without_memory_for_the_tables_they_stay_as_they_were)
{
	ovs_vsctl(&server, "add-br br0 -- add-port br0 tap1 tag=10");
	follow();
	for (size_t count = 0; count < 3; count++)
		cr_assert(change_fails(20 + count, failing_calloc_after, count));
	cr_assert_not(change_fails(30, failing_calloc_after, 3));
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
