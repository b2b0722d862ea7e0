// SPDX-License-Identifier: GPL-2.0-or-later
/* garpd doctor ADDRESS: what the configuration, the segments and explain have of one. */
#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>
#include <linux/neighbour.h>

#include "doctor_found.h"
#include "facts.h"
#include "loader/base/text.h"
#include "loader/doctor/address.h"

static struct declared declared;
static struct address_place place;
static struct address_facts facts;

static void setup(void)
{
	facts_setup();
	declared = (struct declared){.address = {.announce = ANNOUNCE_AFTER_PROBE}};
	cr_assert_eq(prefix_parse("192.0.2.0/24", &declared.prefix), 0);
	place = (struct address_place){.name = "br0", .interface = "br0.7", .explain = e};
	place.subnet = declared.prefix;
	place.explain.policy = (struct policy){};
	facts = (struct address_facts){
		.addr = e.addr, .place = &place, .places = 1, .err = -ENOENT};
}

TestSuite(doctor_address, .init = setup, .fini = found_clear);

static void judge(void)
{
	found_clear();
	address_judge(&facts, &found);
}

Test(doctor_address, may_be_any_guests)
{
	judge();
	found_ok("declared", "192.0.2.7", "not declared");
	found_ok("policy", "br0", "in the subnet of br0.7, 192.0.2.0/24");
	found_ok("host_entry", "br0", "at 00:15:5d:00:00:01, stale");
	found_ok("explain", "192.0.2.7", "garpd is not loaded");
}

Test(doctor_address, is_declared)
{
	facts.declared = &declared;
	judge();
	found_ok("declared", "192.0.2.7", "by 192.0.2.0/24: announced when the window");
	declared.address.owner_count = 1;
	declared.address.announce = ANNOUNCE_IMMEDIATE;
	judge();
	found_ok("declared", "192.0.2.7", "with 1 owner: announced at the first probe");
	declared.address = (struct address){.announce = ANNOUNCE_NEVER};
	judge();
	found_ok("declared", "192.0.2.7", "announced not at all");
}

/* The sentences are those of explain. */
Test(doctor_address, is_denied)
{
	place.explain.policy.denied = COUNTER_denied_undeclared;
	judge();
	found_fail("policy", "br0", "only declared addresses", "declare it under addresses:");
	place.explain.policy.denied = COUNTER_denied_foreign;
	judge();
	found_fail("policy", "br0", "not in a subnet of this host on br0", "foreign: yes");
	place.explain.policy.denied = COUNTER_denied_never;
	judge();
	found_fail("policy", "br0", "announce: never", "change that entry");
}

Test(doctor_address, is_no_guests)
{
	strcpy(facts.own, "br0");
	place.explain.policy.denied = COUNTER_denied_host;
	judge();
	found_fail("declared", "192.0.2.7", "br0 of this host has it", "ip addr show");
	found_count("policy", 0);
	facts.own[0] = '\0';
	facts.is_gateway = true;
	place.explain.policy.denied = COUNTER_denied_next_hop;
	judge();
	found_fail("declared", "192.0.2.7", "one of gateways", "declare it");
	found_count("policy", 0);
	facts.is_gateway = false;
	facts.is_next_hop = true;
	judge();
	found_fail("declared", "192.0.2.7", "a next hop of this host", "declare it");
	found_count("policy", 0);
	facts.declared = &declared;
	declared.address.owner_count = 1;
	place.explain.policy.denied = 0;
	judge();
	found_ok("declared", "192.0.2.7", "with 1 owner");
}

Test(doctor_address, is_in_no_subnet)
{
	place.subnet.len = 0;
	judge();
	found_ok("policy", "br0", "no subnet there");
	place.is_foreign = true;
	judge();
	found_warn("policy", "br0", "in no subnet of this host", "ip -br addr");
}

Test(doctor_address, has_entries_of_the_host)
{
	place.explain.interface[0].neigh.state = NUD_FAILED;
	judge();
	found_ok("host_entry", "br0", "no entry");
	place.explain.interface[0].neigh.state = NUD_NOARP;
	place.explain.interface[0].neigh.flags = NTF_EXT_LEARNED;
	judge();
	found_ok("host_entry", "br0", "by EVPN");
}

Test(doctor_address, is_explained)
{
	facts.err = 0;
	facts.explains = (struct explains){.explain = &e, .count = 1};
	judge();
	found_ok("explain", "br0", "nothing is wrong; 1 listener is known");
	memcpy(e.interface[0].neigh.mac, rival, MAC_LEN);
	e.interface[0].neigh.state = NUD_PERMANENT;
	judge();
	found_fail("explain", "br0", "PERMANENT", "ip neigh del");
	facts_forget_claim();
	judge();
	found_fail("explain", "192.0.2.7", "no probe", "tcpdump");
}
