// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * garpd doctor: other people's programs and rulesets. The rulesets of ebtables and arptables before
 * nftables are recorded here: the kernels of the tests have nftables in their place.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <linux/netfilter.h>
#include <string.h>

#include "doctor_found.h"
#include "loader/doctor/filters.h"

static struct filters_port ports[2];
static struct nft_chain chains[3];
static struct filters_legacy legacy = {"ebtables-legacy -t nat -L", "ebtables nat"};
static struct filters_facts facts;

static void add(struct filters_port *port, const char *hook, __u32 id, const char *name)
{
	struct program *program = &port->program[port->programs++];

	*program = (struct program){.hook = hook, .id = id};
	strcpy(program->name, name);
}

static void setup(void)
{
	static const char *const names[] = {"tap0", "tap1"};

	for (size_t i = 0; i < 2; i++) {
		ports[i] = (struct filters_port){.bridge = "br0", .is_attended = true};
		strcpy(ports[i].name, names[i]);
		add(&ports[i], "tcx", 7, "garpd_tc");
	}
	chains[0] = (struct nft_chain){NFPROTO_BRIDGE, 0, -300, "guests", "in", ""};
	chains[1] = (struct nft_chain){NFPROTO_NETDEV, 0, 0, "guests", "in", "tap0"};
	chains[2] = (struct nft_chain){NFPROTO_BRIDGE, 2, 0, "guests", "through", ""};
	facts = (struct filters_facts){.can_read_programs = true,
				       .port = ports,
				       .ports = 2,
				       .chain = chains,
				       .legacy = &legacy};
}

TestSuite(doctor_filters, .init = setup, .fini = found_clear);

static void judge(void)
{
	found_clear();
	filters_judge(&facts, &found);
}

Test(doctor_filters, come_behind_garpd)
{
	add(&ports[0], "tc", 0, "flower");
	judge();
	found_ok("heard", "br0", "its 2 ports");
	found_ok("ruleset", "nftables", "no ruleset");
	found_count("heard", 1);
}

Test(doctor_filters, come_before_garpd)
{
	ports[1].programs = 0;
	add(&ports[1], "tcx", 9, "theirs");
	add(&ports[1], "tcx", 7, "garpd_tc");
	add(&ports[1], "tc", 0, "flower");
	judge();
	found_warn("heard", "tap1",
		   "tcx theirs comes before garpd's and may end the way of an objection; in order: "
		   "tcx theirs, tcx garpd_tc, tc flower",
		   "tc filter show dev tap1 ingress");
	found_count("heard", 1);
	ports[1].denies = true;
	ports[1].is_host = true;
	judge();
	found_fail("heard", "tap1", "claims of its segment are denied", "dev tap1 egress");
}

/* In a dispatcher its own program is another one, known by its name. */
Test(doctor_filters, share_a_dispatcher)
{
	ports[0].programs = 0;
	add(&ports[0], "xdp", 20, "garpd_xdp");
	add(&ports[0], "xdp", 21, "theirs");
	ports[0].program[0].dispatched = ports[0].program[1].dispatched = true;
	judge();
	found_ok("heard", "br0", "its 2 ports");
}

Test(doctor_filters, are_on_another_chain)
{
	ports[0].programs = 0;
	add(&ports[0], "tc", 0, "flower");
	ports[0].program[0].aside = true;
	add(&ports[0], "tc", 7, "garpd_tc");
	judge();
	found_ok("heard", "br0", "its 2 ports");
}

Test(doctor_filters, have_detached_garpd)
{
	ports[0].programs = 0;
	judge();
	found_fail("heard", "tap0", "not attached", "systemctl reload garpd");
	ports[0].is_attended = false;
	judge();
	found_ok("heard", "br0", "its 2 ports");
}

/* Nothing of garpd's is there yet: it goes first, but for XDP. */
Test(doctor_filters, are_there_before_garpd_is)
{
	ports[0].is_attended = false;
	ports[0].programs = 0;
	add(&ports[0], "tcx", 9, "theirs");
	judge();
	found_ok("heard", "br0", "its 2 ports");
	ports[0].program[0].hook = "xdp";
	judge();
	found_warn("heard", "tap0", "xdp theirs comes before", "bpftool net show dev tap0");
}

Test(doctor_filters, are_not_looked_at_without_root)
{
	facts.can_read_programs = false;
	facts.nft = -EPERM;
	judge();
	found_warn("heard", "ports", "needs root", "garpd doctor");
	found_warn("ruleset", "nftables", "needs root", "garpd doctor");
}

Test(doctor_filters, have_tables_of_nftables)
{
	facts.chains = 3;
	judge();
	found_warn("ruleset", "bridge guests", "prerouting at -300, forward at 0",
		   "nft list table bridge guests");
	found_warn("ruleset", "netdev guests", "ingress of tap0 at 0",
		   "nft list table netdev guests");
	found_count("ruleset", 2);
}

/* What judges ARP of the host is no filter between guests, unless br_netfilter shows it those. */
Test(doctor_filters, judge_arp)
{
	chains[0] = (struct nft_chain){NFPROTO_ARP, 0, 0, "filter", "in", ""};
	facts.chains = 1;
	judge();
	found_warn("ruleset", "arp filter", "what comes out to this host: input at 0",
		   "nft list table arp filter");
	facts.arp_of_bridges = true;
	judge();
	found_warn("ruleset", "arp filter", "may drop announcements: input", "nft list table arp");
}

Test(doctor_filters, are_older_than_nftables)
{
	facts.legacies = 1;
	judge();
	found_warn("ruleset", "ebtables nat", "may drop announcements",
		   "ebtables-legacy -t nat -L");
	found_count("ruleset", 1);
}
