// SPDX-License-Identifier: GPL-2.0-or-later
/* What a veth between two bridges is: that of a firewall of a guest's own (Proxmox), or to Open
 * vSwitch. */
#include <criterion/criterion.h>

#include "play_links.h"

#define VMBR0 2
#define FWBR  3
#define OVS   4
#define TAP   10
#define FWLN  11
#define FWPR  12

static struct play p;

static void start(void)
{
	play_init(&p);
}

static void end(void)
{
	play_end(&p);
}

TestSuite(ports_behind, .init = start, .fini = end);

static void play_veth(unsigned int ifindex, const char *name, unsigned int master,
		      unsigned int other_end)
{
	play_link(&p, (struct play_link){
			      .ifindex = ifindex,
			      .name = name,
			      .kind = "veth",
			      .master = master,
			      .state = BR_STATE_FORWARDING,
			      .lower = other_end,
		      });
}

/* tap100i0 |fwbr100i0| fwln100i0 = fwpr100p0 |vmbr0|, as a dump tells of it. */
static void play_firewalled_guest(void)
{
	play_bridge(&p, VMBR0, "vmbr0");
	play_bridge(&p, FWBR, "fwbr100i0");
	play_port(&p, TAP, "tap100i0", "tun", FWBR);
	play_veth(FWLN, "fwln100i0", FWBR, FWPR);
	play_veth(FWPR, "fwpr100p0", VMBR0, FWLN);
	ports_settle(p.ports);
}

static void start_with(const char *bridge, const char *another)
{
	play_names(&p.config.bridges, bridge, another);
	play_start_as_configured(&p);
}

Test(ports_behind, between_bridges_of_ours_no_guest_is_heard_twice)
{
	start_with("vmbr0", "fwbr*");
	play_firewalled_guest();
	play_expect(&p, "seen vmbr0");
	play_expect(&p, "seen fwbr100i0");
	play_expect(&p, "added 10 tap100i0: on 3, guest, forwarding");
	play_expect(&p, "added 11 fwln100i0: on 3, uplink, forwarding");
	play_expect(&p, "added 12 fwpr100p0: on 2, uplink, forwarding");
	play_expect_silence(&p);
}

Test(ports_behind, behind_a_bridge_of_others_guests_are_heard_and_it_is_said_once)
{
	start_with("vmbr0", NULL);
	play_firewalled_guest();
	play_expect(&p, "seen vmbr0");
	play_expect(&p, "added 12 fwpr100p0: on 2, guest, forwarding");
	play_expect(&p, "behind fwpr100p0, fwbr100i0");
	play_bridge(&p, 7, "vmbr7");
	ports_settle(p.ports);
	play_expect_silence(&p);
}

Test(ports_behind, the_other_end_s_bridge_is_followed)
{
	start_with("vmbr0", "fwbr*");
	play_bridge(&p, VMBR0, "vmbr0");
	play_bridge(&p, FWBR, "fwbr100i0");
	play_veth(FWPR, "fwpr100p0", VMBR0, FWLN);
	play_veth(FWLN, "fwln100i0", 0, FWPR);
	ports_settle(p.ports);
	play_expect(&p, "seen vmbr0");
	play_expect(&p, "seen fwbr100i0");
	play_expect(&p, "added 12 fwpr100p0: on 2, guest, forwarding");
	play_veth(FWLN, "fwln100i0", FWBR, FWPR);
	ports_settle(p.ports);
	play_expect(&p, "added 11 fwln100i0: on 3, uplink, forwarding");
	play_expect(&p, "changed 12 fwpr100p0: on 2, uplink, forwarding");
	play_expect_silence(&p);
}

Test(ports_behind, to_open_vswitch_it_leads_out)
{
	start_with("qbr*", NULL);
	play_bridge(&p, FWBR, "qbr1");
	play_link(&p,
		  (struct play_link){.ifindex = OVS, .name = "ovs-system", .kind = "openvswitch"});
	play_veth(FWLN, "qvb1", FWBR, FWPR);
	play_link(&p, (struct play_link){.ifindex = FWPR,
					 .name = "qvo1",
					 .kind = "veth",
					 .master = OVS,
					 .slave_kind = "",
					 .lower = FWLN});
	ports_settle(p.ports);
	play_expect(&p, "seen qbr1");
	play_expect(&p, "added 11 qvb1: on 3, uplink, forwarding");
	play_expect_silence(&p);
}

/* The other end's ifindex is one of another namespace: whatever has it here is something else. */
Test(ports_behind, another_namespace_s_ifindex_is_nobody_s_here)
{
	start_with("vmbr0", "fwbr*");
	play_bridge(&p, VMBR0, "vmbr0");
	play_bridge(&p, FWBR, "fwbr100i0");
	play_veth(FWLN, "fwln100i0", FWBR, FWPR);
	play_link(&p, (struct play_link){.ifindex = FWPR,
					 .name = "veth100",
					 .kind = "veth",
					 .master = VMBR0,
					 .state = BR_STATE_FORWARDING,
					 .lower = FWLN,
					 .lower_elsewhere = true});
	ports_settle(p.ports);
	play_expect(&p, "seen vmbr0");
	play_expect(&p, "seen fwbr100i0");
	play_expect(&p, "added 11 fwln100i0: on 3, guest, forwarding");
	play_expect(&p, "added 12 veth100: on 2, guest, forwarding");
	play_expect_silence(&p);
}

Test(ports_behind, the_configuration_overrides_it)
{
	play_names(&p.config.guests, "fwpr*", NULL);
	start_with("vmbr0", "fwbr*");
	play_firewalled_guest();
	play_expect(&p, "seen vmbr0");
	play_expect(&p, "seen fwbr100i0");
	play_expect(&p, "added 10 tap100i0: on 3, guest, forwarding");
	play_expect(&p, "added 11 fwln100i0: on 3, uplink, forwarding");
	play_expect(&p, "added 12 fwpr100p0: on 2, guest, forwarding");
	play_expect_silence(&p);
}
