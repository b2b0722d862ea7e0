// SPDX-License-Identifier: GPL-2.0-or-later
/* explain/: the causes in the kernel's tables; and the sections of the screen. */
#include <criterion/criterion.h>
#include <string.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>

#include "facts.h"
#include "leaks.h"

TestSuite(explain_tables, .init = facts_setup);

/* ---- the kernel's tables ---- */

static void believe(__u16 state, __u8 flags)
{
	e.interfaces = 0;
	facts_entry(state, rival);
	e.interface[0].neigh.flags = flags;
}

Test(explain_tables, host_entry_that_garpd_must_not_touch)
{
	believe(NUD_PERMANENT, 0);
	assert_trouble("host_permanent", "br0 is PERMANENT, at 00:15:5d:00:00:02",
		       "ip neigh del 192.0.2.7 dev br0");
	believe(NUD_NOARP, NTF_EXT_LEARNED);
	assert_trouble("host_evpn", "extern_learn", "vtysh");
	believe(NUD_NOARP, 0);
	assert_trouble("host_noarp", "NOARP", "ip neigh del 192.0.2.7 dev br0");
}

Test(explain_tables, host_entry_right_in_whatever_state)
{
	e.interfaces = 0;
	facts_entry(NUD_PERMANENT, guest);
	facts_entry(NUD_NOARP, guest);
	facts_entry(NUD_REACHABLE, guest);
	cr_assert(explain_is_well(&e));
	believe(NUD_FAILED, 0); /* it has no MAC */
	cr_assert(explain_is_well(&e));
}

Test(explain_tables, host_drops_announcements)
{
	believe(NUD_STALE, 0);
	e.interface[0].drops_here = 1;
	assert_trouble("host_drops", "drop_gratuitous_arp",
		       "net/ipv4/conf/br0/drop_gratuitous_arp=0");
	e.interface[0].drops_here = 0;
	e.interface[0].drops_all = 1;
	assert_trouble("host_drops", "drop_gratuitous_arp", "conf/all/drop_gratuitous_arp=0");
	cr_assert_eq(addr_parse("2001:db8::7", &e.addr), 0);
	e.interface[0].drops_here = 1;
	assert_trouble("host_drops", "drop_unsolicited_na", "net/ipv6/conf/br0/");
}

Test(explain_tables, host_wrong)
{
	believe(NUD_REACHABLE, 0);
	assert_trouble("host_wrong", "192.0.2.7 at 00:15:5d:00:00:02 on br0",
		       "lladdr 00:15:5d:00:00:01 dev br0");
	e.claim.state = CLAIM_CONFLICT; /* then neither is right */
	assert_found("host_wrong", 0);
}

Test(explain_tables, fdb_has_it_elsewhere)
{
	e.fdb.port = OTHER;
	assert_trouble("fdb_other_port", "behind vnet4, not behind vnet3", "a second guest");
	e.bridge_port.learning = 0;
	assert_trouble("fdb_learning", "vnet3, which does not learn", "dev vnet3 learning on");
	e.fdb.state = NUD_NOARP;
	assert_trouble("fdb_static", "static entry", "dev vnet4 master");
	e.fdb.port = 0; /* aged out: its frames are flooded */
	cr_assert(explain_is_well(&e));
}

Test(explain_tables, ports_that_keep_announcements_in)
{
	e.suppressing = (struct explain_places){.ifindex = {VXLAN}, .count = 1};
	assert_note("neigh_suppress", "do not cross vxlan9", "neigh_suppress off");
	e.suppressing.count = 0;
	e.bridge_port.isolated = 1;
	assert_note("isolated", "vnet3 is isolated", "");
}

/* ---- the screen ---- */

Test(explain_tables, sections_of_an_address_that_is_well)
{
	assert_line("heard", 0, "00:15:5d:00:00:01 on vnet3: 3 in the last window, last 11");
	assert_line("decided", 0, "(announce_done)");
	assert_line("decided", 1, "1.0 s after the last probe");
	assert_line("decided", 2, "not declared");
	assert_line("announced", 0, "twice (request and reply), last as 00:15:5d:00:00:01");
	assert_line("announced", 1, "nudges to its listeners: 1");
	assert_line("confirmed", 0, "by 192.0.2.254, 0.0 ms after");
	assert_line("tables", 0, "host, br0: 00:15:5d:00:00:01, stale: right");
	assert_line("tables", 1, "behind vnet3: right");
	no_leaks();
}

Test(explain_tables, the_state_stands_once)
{
	e.claim.state = CLAIM_DENIED;
	e.claim.reason = COUNTER_denied_never;
	assert_line("decided", 0, "denied: ");
	assert_line("decided", 0, " (denied_never)");
	assert_no_line("decided", 0, "denied: denied");
}

Test(explain_tables, sections_of_an_address_that_is_not)
{
	believe(NUD_PERMANENT, 0);
	facts_listener("192.0.2.77", seconds_ago(8), 0);
	e.fdb.port = OTHER;
	e.is_declared = true;
	cr_assert_eq(prefix_parse("192.0.2.0/24", &e.prefix), 0);
	assert_line("decided", 2, "192.0.2.0/24: after-probe");
	assert_line("confirmed", 1, "not by 192.0.2.77: nudged 3 times, last 8.0 s ago");
	assert_line("tables", 0, "00:15:5d:00:00:02, permanent: WRONG");
	assert_line("tables", 1, "behind vnet4: WRONG");
}

Test(explain_tables, a_conflict_and_moves_have_their_lines)
{
	e.claim.conflicts = 1;
	e.claim.last_conflict_ns = seconds_ago(5);
	memcpy(e.claim.rival, rival, MAC_LEN);
	e.claim.rival_port = OTHER;
	e.claim.moves = 3;
	assert_line("heard", 1, "contradicted once, last 5.0 s ago");
	assert_line("heard", 2, "00:15:5d:00:00:02 on vnet4");
	assert_line("heard", 3, "moved 3 times");
}

/* Announcements before the claim got its present MAC were not of that MAC. */
Test(explain_tables, announcements_of_others_are_not_the_claims_own)
{
	e.claim.state = CLAIM_PROBING;
	e.claim.reason = COUNTER_window_opened;
	memcpy(e.claim.mac, rival, MAC_LEN);
	e.claim.port = OTHER;
	e.claim.probes = 4;
	e.claim.window_probes = 1;
	assert_line("heard", 0,
		    "of 00:15:5d:00:00:02 on vnet4: 1 in the last window, 4 from any host");
	assert_line("announced", 0, "twice (request and reply), last 9.0 s ago");
	e.claim.state = CLAIM_OWNED; /* the first one has it again */
	e.claim.reason = COUNTER_lapsed;
	memcpy(e.claim.mac, guest, MAC_LEN);
	e.claim.port = PORT;
	e.claim.first_probe_ns = seconds_ago(3);
	assert_line("heard", 0, "4 probes received, from any host");
	assert_line("announced", 0, "last as 00:15:5d:00:00:01 into vnet3, 9.0 s ago");
	e.claim.last_announcement_ns = seconds_ago(3); /* of the attempt, as it was declared */
	assert_line("announced", 0, "last 3.0 s ago");
}

Test(explain_tables, a_defence_was_announced_of_the_defender)
{
	e.claim.state = CLAIM_CONFLICT;
	e.claim.reason = COUNTER_defended;
	e.claim.last_conflict_ns = e.claim.last_announcement_ns = seconds_ago(1);
	memcpy(e.claim.rival, rival, MAC_LEN);
	e.claim.rival_port = OTHER;
	assert_line("announced", 0, "last as 00:15:5d:00:00:02 into vnet4, 1.0 s ago");
	e.claim.last_announcement_ns = seconds_ago(2); /* still deferred */
	assert_line("announced", 0, "last 2.0 s ago");
}

Test(explain_tables, why_no_listener_is_nudged)
{
	e.listeners = 0;
	assert_line("confirmed", 0, "gateways: adds some");
	e.claim.self_announced = 1;
	e.claim.nudges = 0;
	assert_line("confirmed", 0, "announced itself");
	e.port.role = ROLE_ROUTER;
	assert_line("confirmed", 0, "router port");
	e.settings.nudge = NUDGE_NEVER;
	assert_line("confirmed", 0, "nudge: never");
}

Test(explain_tables, unproven_where_nothing_confirms_it)
{
	e.listeners = e.interfaces = 0;
	assert_note("unproven", "no host confirmed it", "gateways:");
	cr_assert(explain_is_unproven(&e));
	e.claim.refreshed = 1; /* the host's own entry followed, and is gone by now */
	assert_found("unproven", 0);
	e.claim.refreshed = 0;
	facts_entry(NUD_STALE, guest);
	assert_found("unproven", 0);
	e.interfaces = 0;
	facts_listener("192.0.2.77", seconds_ago(8), 0);
	assert_found("unproven", 0); /* unconfirmed is more exact */
	assert_found("unconfirmed", 1);
	e.claim.state = CLAIM_PROBING;
	assert_found("unproven", 0);
}

Test(explain_tables, places_are_named_as_far_as_they_fit)
{
	char text[PLACES_TEXT_LEN];

	e.segments = (struct explain_places){.ifindex = {BRIDGE, OTHER}, .count = 2};
	cr_assert_str_eq(explain_places_text(&e, &e.segments, text), "br0, vnet4");
	for (size_t i = 0; i < EXPLAIN_PLACES; i++)
		e.segments.ifindex[i] = BRIDGE;
	e.segments.count = EXPLAIN_PLACES + 3;
	cr_assert(strstr(explain_places_text(&e, &e.segments, text), "br0 and 3 more"), "%s", text);
}

/* Behind its port where the address is, and where the rival is. */
Test(explain_tables, names_of_guests)
{
	json_t *lines;

	strcpy(e.guest, "web-1");
	strcpy(e.rival_guest, "web-2");
	e.claim.rival_port = OTHER;
	memcpy(e.claim.rival, (__u8[MAC_LEN]){2, 0, 0, 0, 0, 9}, MAC_LEN);
	e.claim.last_seen_ns = 0;
	lines = explain_heard(&e);
	cr_assert_str_eq(json_string_value(json_array_get(lines, json_array_size(lines) - 1)),
			 "rival: 02:00:00:00:00:09 on vnet4 [web-2]");
	json_decref(lines);
	no_leaks();
}

/* The keys are a contract with programs that read the JSON. */
Test(explain_tables, json_keys)
{
	static const char *const keys[] = {
		"address",  "bridge", "inner_vlan", "vlan",	  "state",     "well",
		"daemon",   "heard",  "decided",    "announced",  "confirmed", "tables",
		"findings", "claim",  "listeners",  "neighbours", "fdb_port",  "guest"};
	json_t *object = output_object(explain_fields, &e);

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		cr_assert(json_object_get(object, keys[i]), "%s", keys[i]);
	cr_assert_eq(json_object_size(object), sizeof(keys) / sizeof(keys[0]));
	json_decref(object);
	facts_forget_claim();
	object = output_object(explain_fields, &e);
	cr_assert(json_is_null(json_object_get(object, "claim")));
	cr_assert_str_eq(json_string_value(json_object_get(object, "state")), "none");
	json_decref(object);
	no_leaks();
}
