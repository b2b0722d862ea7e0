// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Many ports of Open vSwitch, each with a VLAN device on it: what a message costs does not depend
 * on their number. With --verbose the unit tests of this suite print how long it takes.
 */
#include <criterion/criterion.h>
#include <criterion/logging.h>
#include <stdio.h>
#include <time.h>
#include <linux/if.h>

#include "leaks.h"
#include "play_ovs.h"

#define OVS0	   2
#define FIRST	   100
#define FIRST_VLAN 50000

static struct play p;
static struct play_ovs ovs;

static double ms_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static void report(const char *what, unsigned int count, double since)
{
	cr_log_info("%u ports, %s: %.1f ms", count, what, ms_now() - since);
}

static void hear_links(unsigned int count)
{
	char name[IFNAMSIZ];

	for (unsigned int i = 0; i < count; i++) {
		snprintf(name, sizeof(name), "vnet%u", i);
		play_ovs_link(&p, FIRST + i, name, "tun", 0);
		snprintf(name, sizeof(name), "vlan%u", i);
		play_link(&p, (struct play_link){.ifindex = FIRST_VLAN + i,
						 .name = name,
						 .kind = "vlan",
						 .lower = FIRST + i,
						 .vlan = 5});
	}
}

/* `has_ifindexes`: as the switch tells them; else as after a restart of the database. */
static void set_ports(unsigned int count, bool has_ifindexes)
{
	char name[IFNAMSIZ];

	play_ovs_local(&ovs, has_ifindexes ? OVS0 : 0, "ovs0", NULL);
	for (unsigned int i = 0; i < count; i++) {
		snprintf(name, sizeof(name), "vnet%u", i);
		play_ovs_port(&ovs, "ovs0",
			      (struct play_ovs_port){has_ifindexes ? FIRST + i : 0, name,
						     "'tag': 10", NULL});
	}
}

static void run(unsigned int count)
{
	size_t told;
	double since;

	play_init(&p);
	p.quiet = true;
	play_start(&p, "ovs0");
	play_ovs_system(&p);
	play_ovs_device(&p, OVS0, "ovs0");
	since = ms_now();
	hear_links(count);
	ports_settle(p.ports);
	report("links", count, since);
	set_ports(count, true);
	since = ms_now();
	told = p.told;
	play_ovs_hear(&ovs, &p);
	report("the database", count, since);
	cr_assert_eq(p.told - told, count + 1, "the bridge, and each port");
	set_ports(count, false);
	since = ms_now();
	told = p.told;
	play_ovs_hear(&ovs, &p);
	report("the database, without ifindexes", count, since);
	cr_assert_eq(p.told, told, "they are the same");
	since = ms_now();
	hear_links(count);
	ports_settle(p.ports);
	report("the links once more", count, since);
	cr_assert_eq(p.told, told);
	play_end(&p);
	play_ovs_end(&ovs);
	no_leaks();
}

Test(ports_many, a_thousand)
{
	run(1000);
}

Test(ports_many, four_thousand)
{
	run(4000);
}
