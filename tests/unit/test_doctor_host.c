// SPDX-License-Identifier: GPL-2.0-or-later
/* garpd doctor: this host as a receiver, its fixed neighbour entries, and the fabric. */
#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#include "doctor_found.h"
#include "loader/base/text.h"
#include "loader/doctor/fabric.h"
#include "loader/doctor/neighbours.h"
#include "loader/doctor/receivers.h"

/* ---- receivers ---- */

static struct interface br0, vlan;
static struct receiver at[2];
static const struct receivers_facts facts = {.at = at, .count = 2};

static void setup(void)
{
	br0 = (struct interface){.name = "br0", .has_ipv4 = true, .has_ipv6 = true};
	vlan = (struct interface){.name = "br0.100", .has_ipv4 = true};
	at[0] = (struct receiver){.interface = &br0, .own = {[LOCKTIME] = 100}};
	at[1] = (struct receiver){.interface = &vlan, .own = {[LOCKTIME] = 100}};
}

TestSuite(doctor_receivers, .init = setup, .fini = found_clear);

static void judge(void)
{
	found_clear();
	receivers_judge(&facts, &found);
}

Test(doctor_receivers, take_announcements)
{
	judge();
	found_ok("arp_receiver", "br0", "arp_accept 0, arp_ignore 0, locktime 1.00 s");
	found_ok("arp_receiver", "br0.100", "takes announcements");
	found_ok("nd_receiver", "br0", "accept_untracked_na 0");
	found_count("nd_receiver", 1);
	at[0].own[ACCEPT_UNTRACKED_NA] = SETTING_ABSENT; /* before Linux 5.19 */
	judge();
	found_ok("nd_receiver", "br0", "takes announcements");
}

Test(doctor_receivers, ignore_gratuitous_arp)
{
	at[1].own[DROP_GRATUITOUS_ARP] = 1;
	judge();
	found_ok("arp_receiver", "br0", "");
	found_warn("arp_receiver", "br0.100", "drop_gratuitous_arp",
		   "sysctl net/ipv4/conf/br0.100/drop_gratuitous_arp=0");
	at[0].all[DROP_GRATUITOUS_ARP] = at[1].all[DROP_GRATUITOUS_ARP] = 1;
	judge();
	found_warn("arp_receiver", "br0", "ignores announcements",
		   "sysctl net/ipv4/conf/all/drop_gratuitous_arp=0");
	found_warn("arp_receiver", "br0.100", "ignores announcements",
		   "sysctl net/ipv4/conf/br0.100/drop_gratuitous_arp=0 "
		   "net/ipv4/conf/all/drop_gratuitous_arp=0");
}

/* The larger one counts; 1 and 2 answer for what the interface has. */
Test(doctor_receivers, ignore_requests)
{
	at[0].own[ARP_IGNORE] = 1;
	at[0].all[ARP_IGNORE] = 2;
	judge();
	found_ok("arp_receiver", "br0", "arp_ignore 2");
	at[0].all[ARP_IGNORE] = 8;
	judge();
	found_warn("arp_receiver", "br0", "arp_ignore 8", "sysctl net/ipv4/conf/all/arp_ignore=0");
}

Test(doctor_receivers, lock_their_entries)
{
	at[0].own[LOCKTIME] = 101;
	at[1].own[LOCKTIME] = 50;
	judge();
	found_warn("arp_receiver", "br0", "within 1.01 s",
		   "sysctl net/ipv4/neigh/br0/locktime=100");
	found_ok("arp_receiver", "br0.100", "locktime 0.50 s");
}

Test(doctor_receivers, ignore_unsolicited_na)
{
	at[0].own[DROP_UNSOLICITED_NA] = 1;
	judge();
	found_warn("nd_receiver", "br0", "drop_unsolicited_na",
		   "sysctl net/ipv6/conf/br0/drop_unsolicited_na=0");
	found_ok("arp_receiver", "br0", "");
}

Test(doctor_receivers, are_none)
{
	receivers_judge(&(struct receivers_facts){}, &found);
	found_ok("arp_receiver", "host", "no address there");
}

/* ---- fixed entries ---- */

TestSuite(doctor_neighbours, .fini = found_clear);

static void judge_entry(const struct fixed_entry *entry)
{
	struct fixed_entry entries[1] = {*entry};

	cr_assert_eq(addr_parse("192.0.2.7", &entries[0].addr), 0);
	strcpy(entries[0].interface, "br0");
	found_clear();
	neighbours_judge(
		&(struct neighbours_facts){.is_any_declared = true, .at = entries, .count = 1},
		&found);
}

Test(doctor_neighbours, are_not_changed_by_announcements)
{
	judge_entry(&(struct fixed_entry){.mac = {0, 0x15, 0x5d, 0, 0, 1}});
	found_fail("permanent", "192.0.2.7",
		   "br0 of this host has it at 00:15:5d:00:00:01, PERMANENT",
		   "ip neigh del 192.0.2.7 dev br0");
	judge_entry(&(struct fixed_entry){.is_noarp = true});
	found_fail("permanent", "192.0.2.7", "NOARP", "ip neigh del");
}

/* Whoever may not lose the address may well be entered by hand. */
Test(doctor_neighbours, are_right_for_a_sole_owner)
{
	judge_entry(&(struct fixed_entry){.is_sole_owner = true});
	found_ok("permanent", "host", "every declared address");
	found_count("permanent", 1);
}

Test(doctor_neighbours, are_nothing_without_a_declared_address)
{
	neighbours_judge(&(struct neighbours_facts){}, &found);
	found_count("permanent", 0);
	neighbours_judge(&(struct neighbours_facts){.err = -ENOBUFS}, &found);
	found_warn("permanent", "host", "cannot be read", "ip neigh show");
}

/* ---- the fabric ---- */

static struct fabric_bridge bridge;
static struct fabric_facts fabric;

static void fabric_setup(void)
{
	bridge = (struct fabric_bridge){
		.name = "br0", .vxlan = "vx0", .suppressing = "vx0", .learned = 2};
	fabric = (struct fabric_facts){.has_zebra = true, .at = &bridge, .count = 1};
}

TestSuite(doctor_fabric, .init = fabric_setup, .fini = found_clear);

static void judge_fabric(enum evpn_mode evpn)
{
	found_clear();
	fabric.evpn = evpn;
	fabric_judge(&fabric, &found);
	found_count("evpn", 1);
}

Test(doctor_fabric, is_informed)
{
	judge_fabric(EVPN_AUTO);
	found_ok("evpn", "br0", "evpn: auto, 2 entries");
	judge_fabric(EVPN_YES);
	found_ok("evpn", "br0", "evpn: yes, 2 entries");
	judge_fabric(EVPN_NO);
	found_fail("evpn", "br0", "do not cross vx0", "set evpn: auto");
	fabric.has_zebra = false; /* another daemon writes the entries */
	judge_fabric(EVPN_AUTO);
	found_ok("evpn", "br0", "evpn: auto, 2 entries");
}

Test(doctor_fabric, has_written_nothing_yet)
{
	bridge.learned = 0;
	judge_fabric(EVPN_AUTO);
	found_warn("evpn", "br0", "waits for the first", "set evpn: yes");
	judge_fabric(EVPN_YES);
	found_ok("evpn", "br0", "0 entries");
	fabric.has_zebra = false;
	judge_fabric(EVPN_YES);
	found_fail("evpn", "br0", "does not run", "neigh_suppress off");
}

/* Without neigh_suppress the tunnel carries announcements. */
Test(doctor_fabric, is_flooded)
{
	bridge.suppressing[0] = '\0';
	judge_fabric(EVPN_AUTO);
	found_ok("evpn", "br0", "announcements cross vx0");
	judge_fabric(EVPN_NO);
	found_ok("evpn", "br0", "announcements cross vx0");
	judge_fabric(EVPN_YES);
	found_ok("evpn", "br0", "evpn: yes, and");
	fabric.has_zebra = false;
	bridge.learned = 0;
	judge_fabric(EVPN_YES);
	found_warn("evpn", "br0", "zebra does not run", "systemctl start frr");
}

Test(doctor_fabric, is_none)
{
	fabric.count = 0;
	judge_fabric(EVPN_AUTO);
	found_ok("evpn", "host", "zebra runs");
	fabric.has_zebra = false;
	judge_fabric(EVPN_AUTO);
	found_ok("evpn", "host", "no fabric");
	judge_fabric(EVPN_YES);
	found_warn("evpn", "host", "no bridge has a VXLAN port", "set evpn: auto");
}
