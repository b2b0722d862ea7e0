// SPDX-License-Identifier: GPL-2.0-or-later
/* explain/: every cause in the maps, from facts alone. */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "facts.h"

TestSuite(explain, .init = facts_setup);

Test(explain, nothing_is_found_where_all_hosts_followed)
{
	struct finding findings[FINDINGS_MAX];

	cr_assert_eq(explain_causes(&e, findings), 0, "%s: %s", findings[0].cause,
		     findings[0].trouble);
	cr_assert(explain_is_well(&e));
}

Test(explain, troubles_stand_before_notes)
{
	int notes = 0;

#define X(name, level)                        \
	notes |= CAUSE_##level == CAUSE_NOTE; \
	cr_assert_eq(notes, CAUSE_##level == CAUSE_NOTE, #name);
	CAUSES(X)
#undef X
}

Test(explain, the_manual_names_every_cause)
{
	static char manual[256 * 1024];
	FILE *file = fopen("dist/garpd.8", "r");

	cr_assert(file, "the tests run at the top of the repository");
	manual[fread(manual, 1, sizeof(manual) - 1, file)] = '\0';
	fclose(file);
#define X(name, level) cr_assert(strstr(manual, "\\fB" #name "\\fR"), #name);
	CAUSES(X)
#undef X
}

/* ---- without a claim ---- */

Test(explain, never_probed)
{
	facts_forget_claim();
	assert_trouble("never_probed", "192.0.2.7 is remembered on br0", "tcpdump");
}

Test(explain, link_local_is_ignored)
{
	facts_forget_claim();
	cr_assert_eq(addr_parse("fe80::7", &e.addr), 0);
	assert_trouble("link_local", "fe80::7 is link-local", "link_local: yes");
	assert_found("never_probed", 0);
	e.settings.link_local = 1;
	assert_trouble("never_probed", "fe80::7 is remembered on br0", "tcpdump");
	assert_found("link_local", 0);
}

Test(explain, an_address_that_no_guest_can_have)
{
	static const char *const none[] = {"224.0.0.251", "0.0.0.0", "255.255.255.255",
					   "127.0.0.1",	  "ff02::1", "::"};

	facts_forget_claim();
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
		cr_assert_eq(addr_parse(none[i], &e.addr), 0);
		assert_trouble("not_unicast", none[i], "");
		assert_found("never_probed", 0);
	}
}

Test(explain, the_host_s_own_address)
{
	facts_forget_claim();
	e.is_host = true;
	e.host = HOST_OWN;
	assert_note("of_this_host", "192.0.2.7 is this host's own address", "");
	assert_found("never_probed", 0);
	e.host = HOST_NEXT_HOP;
	assert_trouble("never_probed", "192.0.2.7", "tcpdump");
}

Test(explain, no_port)
{
	facts_forget_claim();
	e.ports = e.segments.count = 0;
	assert_trouble("no_port", "attached to no port", "--bridge");
	assert_found("never_probed", 0);
}

Test(explain, counters_hint_without_a_claim)
{
	facts_forget_claim();
	e.counted[COUNTER_probe_uplink] = e.counted[COUNTER_lapsed] = 1;
	e.counted[COUNTER_vlan_not_member] = e.counted[COUNTER_port_gone] = 1;
	e.counted[COUNTER_not_forwarding] = 1;
	e.counted[COUNTER_probe_no_room] = e.counted[COUNTER_probe_over_quota] = 1;
	e.counted[COUNTER_probe_many_vlans] = 1;
	assert_trouble("never_probed", "192.0.2.7", "tcpdump"); /* they may be of long ago */
	assert_found("no_room", 1);
	assert_found("port_full", 1);
	assert_found("many_vlans", 1);
	assert_found("port_left", 1);
	assert_found("uplink_probes", 1);
	assert_found("few_probes", 1);
	assert_found("wrong_vlan", 1);
	assert_found("not_forwarding", 1);
	facts_setup();
	e.counted[COUNTER_probe_uplink] = e.counted[COUNTER_lapsed] = 1;
	e.counted[COUNTER_vlan_not_member] = 1;
	cr_assert(explain_is_well(&e));
	assert_found("uplink_probes", 0);
}

Test(explain, one_probe_is_enough_in_ipv6)
{
	facts_forget_claim();
	cr_assert_eq(addr_parse("2001:db8::7", &e.addr), 0);
	cr_assert_eq(explain_min_probes(&e), 1);
	assert_trouble("never_probed", "2001:db8::7", "icmp6");
}

/* ---- policy ---- */

static void deny(__u8 reason)
{
	e.claim.state = CLAIM_DENIED;
	e.claim.reason = reason;
	e.policy.denied = reason;
	e.is_declared = true;
	e.declared.owner_count = 2;
	cr_assert_eq(prefix_parse("192.0.2.0/24", &e.prefix), 0);
}

Test(explain, denied_by_each_rule)
{
	deny(COUNTER_denied_never);
	assert_trouble("denied_never", "192.0.2.0/24", "reload");
	deny(COUNTER_denied_owner);
	assert_trouble("denied_owner", "00:15:5d:00:00:01 is not one of the 2 owners",
		       "192.0.2.0/24");
	deny(COUNTER_denied_host);
	assert_trouble("denied_host", "address of this host", "ip addr show to 192.0.2.7");
	deny(COUNTER_denied_next_hop);
	assert_trouble("denied_next_hop", "next hop", "owners: [\"00:15:5d:00:00:01\"]");
}

Test(explain, denied_by_the_rules_of_a_segment_or_port)
{
	deny(COUNTER_denied_foreign);
	assert_trouble("denied_foreign", "not in a subnet of this host on br0", "foreign: yes");
	deny(COUNTER_denied_undeclared);
	assert_trouble("denied_undeclared", "192.0.2.7 is not declared", "addresses:");
	deny(COUNTER_denied_port_address);
	assert_trouble("denied_port_address",
		       "192.0.2.7 is not among the addresses allowed on vnet3", "ports:");
	deny(COUNTER_denied_port_mac);
	assert_trouble("denied_port_mac",
		       "00:15:5d:00:00:01 is not among the MACs allowed on vnet3", "ports:");
}

Test(explain, denied_because_a_port_is_not_heard)
{
	deny(COUNTER_denied_unheard);
	explain_note_place(&e, &e.unheard, e.claim.port);
	assert_trouble("denied_unheard", "not heard on vnet3", "show ports");
}

/* A reason that has no cause of its own yet. */
Test(explain, denied_in_the_words_of_the_counter)
{
	deny(COUNTER_conflict_probe);
	assert_trouble("denied", counter_help(COUNTER_conflict_probe), "garpd(8)");
}

Test(explain, denied_before_the_policy_changed)
{
	deny(COUNTER_denied_owner);
	e.policy.denied = 0;
	assert_note("denied_before", "denied_owner", "the next probe");
}

Test(explain, the_policy_has_come_to_forbid_an_owner)
{
	deny(COUNTER_denied_never);
	e.claim.state = CLAIM_OWNED;
	e.claim.reason = COUNTER_announce_done;
	assert_trouble("denied_never", "192.0.2.0/24", "reload");
}

/* ---- the claim ---- */

Test(explain, conflict_says_who_and_where)
{
	e.claim.state = CLAIM_CONFLICT;
	e.claim.reason = COUNTER_conflict_asserted;
	e.claim.conflicts = 1;
	assert_trouble("conflict", "another host answers for the address", "remove the address");
	memcpy(e.claim.rival, rival, MAC_LEN);
	e.claim.rival_port = PORT;
	assert_trouble("conflict", "00:15:5d:00:00:02 on vnet3 answers for", "remove the address");
	e.rival_fdb.port = OTHER; /* where it is now */
	assert_trouble("conflict", "00:15:5d:00:00:02 on vnet4", "remove the address");
	e.claim.reason = COUNTER_conflict_probe;
	assert_trouble("conflict", "on vnet4 also probes for the address of 00:15:5d:00:00:01",
		       "remove the address");
	e.claim.reason = COUNTER_conflict_elsewhere;
	assert_trouble("conflict", "on two ports, one is vnet3", "remove the address");
}

Test(explain, frozen_says_until_when)
{
	e.claim.state = CLAIM_FROZEN;
	e.claim.recent_moves = 6;
	e.claim.due_ns = NOW_NS + 240 * NSEC_PER_SEC;
	assert_trouble("frozen", "6 moves within 3 min",
		       "garpd thaw 192.0.2.7. It thaws by itself in 4 min");
}

Test(explain, port_gone_or_taken_off)
{
	e.has_port = e.has_fdb = e.port_exists = false;
	assert_trouble("port_gone", "vnet3, the port of 00:15:5d:00:00:01, is gone",
		       "garpd show ports");
	e.port_exists = true;
	assert_trouble("port_gone", "not a port of garpd", "garpd show ports");
}

Test(explain, port_blocked)
{
	e.port.forwarding = 0;
	e.bridge_port.state = 4;
	assert_trouble("port_blocked", "vnet3: its state is blocking",
		       "bridge link show dev vnet3");
	e.port.role = ROLE_ROUTER;
	assert_trouble("port_blocked", "vnet3 is down", "ip link set vnet3 up");
}

Test(explain, port_not_in_the_vlan)
{
	e.claim.key.vlan = 30;
	e.in_vlan = false;
	assert_trouble("port_vlan", "VLAN 30", "bridge vlan add dev vnet3 vid 30");
	e.claim.key.vlan = 30 | VLAN_AD; /* its bridge is one of 802.1ad */
	assert_trouble("port_vlan", "VLAN 30", "bridge vlan add dev vnet3 vid 30");
}

Test(explain, daemon_down)
{
	e.daemon = 0;
	assert_trouble("daemon_down", "is not running", "systemctl start garpd");
	e.daemon = -EACCES; /* not known */
	assert_found("daemon_down", 0);
}

Test(explain, announcement_failed_and_is_tried_again)
{
	e.claim.flags = CLAIM_F_DEFERRED;
	assert_found("announce_failed", 0); /* XDP always defers it */
	e.claim.retries = 2;
	assert_trouble("announce_failed", "tried 2 times", "vnet3");
}

Test(explain, announcement_that_waits_for_its_turn)
{
	e.claim.flags = CLAIM_F_DEFERRED;
	e.claim.queued = QUEUED_PORT;
	assert_note("queued", "limit of its port", "limits");
	e.claim.queued = QUEUED_ALL;
	assert_note("queued", "all ports together", "all_announcements_per_second");
}

Test(explain, announcement_lost)
{
	e.claim.last_announcement_ns = seconds_ago(3600); /* the owner's before */
	assert_trouble("announce_lost", "could not be sent on vnet3", "garpd announce 192.0.2.7");
	e.claim.reason = COUNTER_self_announced;
	assert_note("self_announced", "announced itself", "");
}

Test(explain, lapsed_by_too_few_probes_or_by_a_conflict)
{
	e.claim.reason = COUNTER_lapsed;
	e.claim.window_probes = 1;
	assert_note("lapsed", "1 of 3 required probes", "00:15:5d:00:00:01");
	e.claim.window_probes = 3;
	assert_note("lapsed", "another host objected", "declare");
}

Test(explain, doubted_once_it_is_owned)
{
	e.claim.flags |= CLAIM_F_DOUBTED;
	assert_note("doubted", "than vnet3: it is not announced again", "ping");
	e.claim.state = CLAIM_ANNOUNCING;
	assert_found("doubted", 0);
}

Test(explain, window_open)
{
	e.claim.state = CLAIM_PROBING;
	e.claim.reason = COUNTER_window_continued;
	e.claim.window_end_ns = NOW_NS + 1500 * NSEC_PER_MSEC;
	e.interface[0].neigh.mac[5] ^= 1; /* not announced yet */
	e.fdb.port = OTHER;
	assert_note("window_open", "in 1.5 s", "");
}

/* ---- listeners ---- */

Test(explain, unconfirmed_says_who)
{
	facts_listener("192.0.2.77", seconds_ago(8), 0);
	assert_trouble("unconfirmed", "192.0.2.77 did not answer 3 nudges",
		       "192.0.2.7 at 00:15:5d:00:00:01");
	facts_listener("192.0.2.78", seconds_ago(8), seconds_ago(500)); /* a former owner, once */
	assert_trouble("unconfirmed", "192.0.2.77 (and 1 more)", "clear the entry");
}

Test(explain, nudged_again_is_no_trouble_yet)
{
	facts_listener("192.0.2.77", seconds_ago(1), 0);
	e.claim.nudge_round = 2;
	assert_note("nudging", "192.0.2.77", "");
}

Test(explain, nudge_never)
{
	e.settings.nudge = NUDGE_NEVER;
	e.listeners = 0;
	assert_note("nudge_never", "nudge: never", "nudge: auto");
}

Test(explain, silent_owner)
{
	e.claim.last_seen_ns = seconds_ago(7300);
	assert_note("silent", "for 2 h", "arping -c 3 -I br0 192.0.2.7");
	e.claim.last_seen_ns = seconds_ago(61);
	assert_found("silent", 0);
	e.settings.refresh_ns = 60 * NSEC_PER_SEC;
	assert_note("silent", "not announced again", "alive");
}

Test(explain, router_port_without_relay)
{
	e.port.role = ROLE_ROUTER;
	e.has_fdb = false;
	assert_note("router_only", "to this host only", "relay: yes");
	e.port.relay = 1;
	assert_found("router_only", 0);
}

/* ---- asking ---- */

/* The window passed quietly, and the guest was asked three times, the last time 0.1 s ago. */
static void facts_asking(enum claim_state state)
{
	e.claim.state = state;
	e.claim.reason = state == CLAIM_UNANSWERED ? COUNTER_unanswered : COUNTER_asking;
	e.claim.ask_ns = NOW_NS + 200 * NSEC_PER_MSEC;
	e.claim.asked_ns = NOW_NS - 100 * NSEC_PER_MSEC;
	e.claim.asked = e.claim.questions = 3;
	e.listeners = 0;
	e.has_asker = true;
	cr_assert_eq(addr_parse("192.0.2.1", &e.asker.addr), 0);
}

Test(explain, asking)
{
	facts_asking(CLAIM_ASKING);
	assert_note("asking", "00:15:5d:00:00:01 is asked for the address, 3 times", "");
	assert_note("asking", "next in 200.0 ms", "");
}

Test(explain, unanswered)
{
	facts_asking(CLAIM_UNANSWERED);
	e.claim.ask_flags = ASK_F_UNANSWERED;
	assert_trouble("unanswered", "on vnet3 was asked for 192.0.2.7", "ask: no");
	assert_trouble("unanswered", "it is not announced", "lets ARP through");
}

/* A settled claim whose refresh waits for an answer is shown as unanswered, too. */
Test(explain, unanswered_of_an_owner)
{
	facts_asking(CLAIM_OWNED);
	e.claim.ask_flags = ASK_F_UNANSWERED;
	assert_trouble("unanswered", "it is not announced again", "");
}

Test(explain, asking_waits_for_the_port)
{
	facts_asking(CLAIM_ASKING);
	e.port.forwarding = 0;
	e.bridge_port.state = 4;
	assert_trouble("port_blocked", "its state is blocking", "");
	assert_found("asking", 1);
	e.port.starting = 1;
	e.bridge_port.state = 1;
	assert_found("port_blocked", 0);
	assert_note("asking", "is asked once vnet3 forwards, which STP's forward delay", "");
}

Test(explain, asking_waits_for_the_limit)
{
	facts_asking(CLAIM_ASKING);
	e.claim.ask_flags = ASK_F_TURN;
	assert_note("ask_queued", "by the limit of vnet3", "announcements_per_second");
}

Test(explain, nobody_asks)
{
	facts_asking(CLAIM_ASKING);
	e.has_asker = false;
	assert_trouble("no_asker", "no interface with a MAC on br0", "ask: no");
}

Test(explain, observed)
{
	e.claim.flags = CLAIM_F_OBSERVED;
	e.claim.reason = COUNTER_observed;
	e.claim.announcements = e.claim.nudges = 0;
	e.claim.last_announcement_ns = 0;
	e.listeners = e.interfaces = 0;
	assert_note("observed", "nothing was sent", "observe: no");
	assert_found("announce_lost", 0);
}

Test(explain, questions_are_told)
{
	facts_asking(CLAIM_ASKING);
	assert_line("announced", 1,
		    "questions to the guest: 3, last 100.0 ms ago; "
		    "no answer that still counts");
	assert_line("announced", 2, "asked from 192.0.2.1");
	e.claim.answered_ns = seconds_ago(1);
	assert_line("announced", 1, "answered 1.0 s ago");
}
