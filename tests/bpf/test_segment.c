// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Ports of inner bridges, which a veth pair joins to the outer one: what they say is in the outer
 * bridge's segment, but for VLANs that the pair does not carry.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <bpf/bpf.h>

#include "says.h"

#define ADDRESS "192.0.2.7"
#define INNER	7777 /* any ifindex but the rig's */

static const struct tags in_30 = {.proto = ETH_P_8021Q, .tci = 30};

static struct settings settings;

static void setup(void)
{
	rig_setup_short(&settings);
}

TestSuite(bpf_segment, .init = setup);

/* Port A is on an inner bridge; its joint carries untagged frames into `pvid`, and VLAN 20. */
static struct port joined(__u16 pvid)
{
	struct port port = {
		.segment = rig.bridge,
		.role = ROLE_GUEST,
		.forwarding = 1,
		.vlan_proto = ETH_P_8021Q,
		.pvid = pvid,
		.inner = INNER,
		.rest = INNER,
	};
	struct port_vlans vlans = {.member[0] = 1ull << pvid | 1ull << 20};

	cr_assert_eq(bpf_map_update_elem(rig.port_vlans, &rig.ifindex[PORT_A], &vlans, BPF_ANY), 0);
	rig_port(PORT_A, &port);
	return port;
}

static struct claim_key inner_key(__u16 vlan)
{
	struct claim_key key = rig_key(ADDRESS, vlan, 0);

	key.segment = INNER;
	return key;
}

Test(bpf_segment, what_the_joint_carries_is_in_the_outer_bridge)
{
	const struct tags in_20 = {.proto = ETH_P_8021Q, .tci = 20};
	struct claim_key untagged_key = rig_key(ADDRESS, 10, 0), key = rig_key(ADDRESS, 20, 0);
	struct claim claim;

	joined(10);
	says_probe_for(7, &untagged);
	cr_assert_eq(rig_claim(&untagged_key, &claim), 0);
	says_probe_for(7, &in_20);
	cr_assert_eq(rig_claim(&key, &claim), 0);
}

/* It is a segment of the inner bridge, where the guest is announced at its port as well. */
Test(bpf_segment, what_it_does_not_carry_is_in_the_inner_one)
{
	struct claim_key key = inner_key(30);

	joined(10);
	says_probes(&in_30);
	cr_assert_eq(rig_due(&key).result, COUNTER_window_ended);
	cr_assert_eq(rig_claim_now(&key).announcements, 1);
}

Test(bpf_segment, untagged_frames_that_it_does_not_carry_are_in_the_inner_one)
{
	struct claim_key key = inner_key(0);
	struct claim claim;

	joined(0);
	says_probe_for(7, &untagged);
	cr_assert_eq(rig_claim(&key, &claim), 0);
}

/* Of the outer bridge itself a frame of another VLAN is dropped. */
Test(bpf_segment, without_a_rest_the_bridge_drops_it)
{
	struct port port = joined(10);

	port.inner = port.rest = 0;
	rig_port(PORT_A, &port);
	rig_counted();
	says_probe_for(7, &in_30);
	rig_counted_only(COUNTER_vlan_not_member);
}

/* The guest's frame has passed the filters of its own bridge alone. */
Test(bpf_segment, nothing_comes_through_at_an_inner_bridge)
{
	struct port port = {.role = ROLE_HOST, .forwarding = 1};
	struct bytes frame = says_announcement(guest, ARP_REQUEST, &untagged);
	struct claim_key key = rig_key(ADDRESS, 0, 0);

	says_probes(&untagged);
	port.inner = INNER;
	rig_host_port(&port);
	rig_host_in(&frame, 0);
	cr_assert_eq(rig_claim_now(&key).came_through_ns, 0);
	port.inner = 0;
	rig_host_port(&port);
	rig_host_in(&frame, 0);
	cr_assert_neq(rig_claim_now(&key).came_through_ns, 0);
}
